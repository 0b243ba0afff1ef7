"""What lies between client and server: TLS, tokens, sockets, headers. The server is one of this process."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from scripted_server import ScriptedServer, echo

from broadside import BroadsideError, Client, Code, _tls
from broadside._generated import match_pb2

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER_TRACE = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-what-comes-later"
EXPIRED = datetime(2020, 1, 1, tzinfo=timezone.utc)


def answer(request: match_pb2.MatchBatchRequest, _call: int) -> match_pb2.MatchBatchResponse:
    return echo(request)


def pem(certificate: trustme.LeafCert) -> tuple[bytes, bytes]:
    """Gives key and certificate, in gRPC's order."""
    return certificate.private_key_pem.bytes(), b"".join(each.bytes() for each in certificate.cert_chain_pems)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[ScriptedServer]:
    """Gives a server with TLS."""
    credentials = grpc.ssl_server_credentials([pem(ca.issue_cert("ads.test", "127.0.0.1"))])
    with ScriptedServer(answer, credentials=credentials) as started:
        yield started


def refused(client: Client) -> BroadsideError:
    """Makes a call that fails, and gives its error."""
    with client, pytest.raises(BroadsideError) as raised:
        client.match("cat")
    assert (raised.value.code, raised.value.retryable) == (Code.UNAVAILABLE, False)
    return raised.value


def test_the_servers_certificate_must_be_signed_by_a_trusted_ca_and_have_the_right_name(
    ca: trustme.CA, server: ScriptedServer
) -> None:
    address, trusted = f"https://{server.address}", ca.cert_pem.bytes()
    for each in (address, f"{address}/"):
        with Client(each, tls_ca=trusted, token="s3cr3t") as client:
            assert client.match("cat").total == 1
    with Client(address, tls_ca=trustme.CA().cert_pem.bytes() + trusted, tls_server_name="ads.test") as client:
        assert client.match("cat").total == 1
    assert server.header("authorization") == ["Bearer s3cr3t", "Bearer s3cr3t", None]

    error = refused(Client(address, tls_ca=trusted, tls_server_name="other.test", token="s3cr3t"))
    assert error.reason == "TLS_NAME_MISMATCH"
    assert "give that as tls_server_name" in error.message
    for client in (Client(address, token="s3cr3t"), Client(address, tls_ca=trustme.CA().cert_pem.bytes())):
        error = refused(client)
        assert error.reason == "TLS_CA_UNKNOWN"
        assert "as tls_ca" in error.message
    assert len(server.requests) == 3, "nothing was sent to a server that is not trusted"
    assert pickle.loads(pickle.dumps(error)).retryable is False


def test_a_server_may_want_a_certificate_of_the_client(ca: trustme.CA) -> None:
    trusted = ca.cert_pem.bytes()
    credentials = grpc.ssl_server_credentials(
        [pem(ca.issue_cert("127.0.0.1"))], root_certificates=trusted, require_client_auth=True
    )
    with ScriptedServer(answer, credentials=credentials) as server:
        address = f"https://{server.address}"
        key, certificate = pem(ca.issue_cert("client.test"))
        with Client(address, tls_ca=trusted, tls_certificate=certificate, tls_key=key) as client:
            assert client.match("cat").total == 1
        another_key, _ = pem(ca.issue_cert("client.test"))
        error = refused(Client(address, tls_ca=trusted, tls_certificate=certificate, tls_key=another_key))
        assert error.reason == "TLS_IDENTITY_INVALID"
        with Client(address, tls_ca=trusted) as client, pytest.raises(BroadsideError) as raised:
            client.match("cat")
        assert raised.value.code is Code.UNAVAILABLE
        assert len(server.requests) == 1


def test_a_certificate_that_is_not_valid_now_is_told(ca: trustme.CA) -> None:
    expired = ca.issue_cert("127.0.0.1", not_after=EXPIRED, not_before=datetime(2019, 1, 1, tzinfo=timezone.utc))
    with ScriptedServer(answer, credentials=grpc.ssl_server_credentials([pem(expired)])) as server:
        error = refused(Client(f"https://{server.address}", tls_ca=ca.cert_pem.bytes()))
        assert error.reason == "TLS_CERTIFICATE_EXPIRED"


def test_plain_text_where_tls_is_spoken_and_the_other_way_round(ca: trustme.CA, server: ScriptedServer) -> None:
    with ScriptedServer(answer) as plain:
        with Client(f"http://{plain.address}/") as client:
            assert client.match("cat").total == 1
        error = refused(Client(f"https://{plain.address}", tls_ca=ca.cert_pem.bytes()))
        assert error.reason == "TLS_NOT_SPOKEN"
    with Client(server.address) as client, pytest.raises(BroadsideError) as raised:
        client.match("cat")
    assert raised.value.code is Code.UNAVAILABLE


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        # As of gRPC 1.66 and 1.76.
        ("Ssl handshake failed: SSL_ERROR_SSL: error:1000007d: CERTIFICATE_VERIFY_FAILED", "TLS_CA_UNKNOWN"),
        ("CERTIFICATE_VERIFY_FAILED: certificate has expired", "TLS_CERTIFICATE_EXPIRED"),
        ("Peer name other.test is not in peer certificate", "TLS_NAME_MISMATCH"),
        ("Hostname Verification Check failed.", "TLS_NAME_MISMATCH"),
        ("SSLV3_ALERT: TLSV1_ALERT_CERTIFICATE_REQUIRED", "TLS_CERTIFICATE_REQUIRED"),
        ("Unwrap failed (TSI_DATA_CORRUPTED)", "TLS_CERTIFICATE_REQUIRED"),
        ("Failed to connect to remote host: Connection refused", None),
    ],
)
def test_what_grpc_says_is_understood(details: str, reason: str | None) -> None:
    advice = _tls.describe(f"failed to connect to all addresses; last error: UNKNOWN: {details}")
    assert (advice.reason if advice else None) == reason


def test_a_socket_of_this_machine_is_a_server_like_any_other(tmp_path: Path) -> None:
    with (
        ScriptedServer(answer, f"unix:{tmp_path}/broadside.sock") as server,
        Client(server.address, token="s3cr3t") as client,
    ):
        assert client.match("cat").total == 1
        assert server.header("authorization") == ["Bearer s3cr3t"]


def call_everything(client: Client, **arguments: Any) -> None:
    """Makes each kind of call; a batch of two parts is two calls."""
    client.match("cat", **arguments)
    client.match_batch(["cat"] * 4_097, **arguments)
    assert len(list(client.match_stream([["cat"]], **arguments))) == 1
    arguments.pop("priority", None)
    client.explain("l1", "cat", **arguments)
    client.analyze("cat", **arguments)


def test_token_trace_and_priority_go_with_every_call_and_nothing_goes_unasked() -> None:
    explained = match_pb2.ExplainResponse(listing={"listing_id": "l1", "missed": {"reason": "MISS_REASON_NOT_FOUND"}})
    with ScriptedServer(answer, explained=explained) as server, Client(server.address, deadline=30) as client:
        call_everything(client)
        for name in ("authorization", "traceparent", "x-broadside-priority"):
            assert server.header(name) == [None] * 6, name
        call_everything(client, priority="bulk", traceparent=OTHER_TRACE)
        assert server.header("traceparent")[6:] == [OTHER_TRACE] * 6
        assert server.header("x-broadside-priority")[6:] == ["bulk"] * 4 + [None] * 2
    with (
        ScriptedServer(answer, explained=explained) as server,
        Client(server.address, deadline=30, token="s3cr3t", priority="bulk", traceparent=TRACE) as client,
    ):
        call_everything(client)
        assert server.header("authorization") == ["Bearer s3cr3t"] * 6
        assert server.header("traceparent") == [TRACE] * 6
        assert server.header("x-broadside-priority") == ["bulk"] * 6
        call_everything(client, priority="interactive", traceparent=OTHER_TRACE)
        assert server.header("traceparent")[6:] == [OTHER_TRACE] * 6
        assert server.header("x-broadside-priority")[6:] == [None] * 4 + ["bulk"] * 2


def test_headers_that_cannot_be_sent_are_refused_before_anything_is_sent() -> None:
    with ScriptedServer(answer) as server, Client(server.address) as client:
        with pytest.raises(ValueError, match="traceparent: expected"):
            client.match("cat", traceparent="00-\r\nx: y")
        with pytest.raises(ValueError, match="priority: expected 'interactive' or 'bulk', got 'urgent'"):
            client.match_batch(["cat"], priority="urgent")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="priority"):
            client.match_stream([["cat"]], priority="urgent")  # type: ignore[arg-type]
        assert server.headers == []


@pytest.mark.parametrize("token", ["", "s3cr3t\n", "Bearer s3cr3t", "s3cr3té", "\0s3cr3t"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_told(token: str) -> None:
    with pytest.raises(ValueError, match="token: expected one word") as raised:
        Client("127.0.0.1:1", token=token)
    assert "s3cr3t" not in str(raised.value)


def test_secrets_are_in_no_representation(ca: trustme.CA) -> None:
    key, certificate = pem(ca.issue_cert("client.test"))
    with Client("https://127.0.0.1:1", token="s3cr3t", tls_certificate=certificate, tls_key=key) as client:
        shown = repr((client, vars(client)))
        assert "s3cr3t" not in shown
        assert "PRIVATE KEY" not in shown


CERTIFICATE = trustme.CA().issue_cert("client.test")
KEY_PEM, CERTIFICATE_PEM = pem(CERTIFICATE)


@pytest.mark.parametrize(
    ("address", "arguments", "error", "message"),
    [
        ("https://127.0.0.1", {}, ValueError, "expected http://HOST:PORT or https://HOST:PORT"),
        ("https://127.0.0.1:1/v1", {}, ValueError, "https://127.0.0.1:1/v1"),
        ("https://me@127.0.0.1:1", {}, ValueError, "expected http"),
        ("127.0.0.1:1", {"tls_server_name": "ads.test"}, ValueError, "expected https://HOST:PORT because"),
        ("http://127.0.0.1:1", {"tls_ca": CERTIFICATE_PEM}, ValueError, "expected https://HOST:PORT because"),
        ("unix:/run/a.sock", {"tls_ca": CERTIFICATE_PEM}, ValueError, "unix:/run/a.sock"),
        ("https://127.0.0.1:1", {"tls_ca": "ca.pem"}, TypeError, "tls_ca: expected PEM as bytes, got str"),
        ("https://127.0.0.1:1", {"tls_ca": b""}, ValueError, "tls_ca: expected one certificate"),
        ("https://127.0.0.1:1", {"tls_ca": KEY_PEM}, ValueError, "tls_ca: expected one certificate"),
        ("https://127.0.0.1:1", {"tls_ca": b"\xff"}, ValueError, "tls_ca: expected one certificate"),
        ("https://127.0.0.1:1", {"tls_key": KEY_PEM}, ValueError, "expected both or none"),
        ("https://127.0.0.1:1", {"tls_certificate": CERTIFICATE_PEM}, ValueError, "expected both or none"),
        (
            "https://127.0.0.1:1",
            {"tls_certificate": KEY_PEM, "tls_key": KEY_PEM},
            ValueError,
            "tls_certificate: expected a certificate in PEM",
        ),
        (
            "https://127.0.0.1:1",
            {"tls_certificate": CERTIFICATE_PEM, "tls_key": CERTIFICATE_PEM},
            ValueError,
            "tls_key: expected a key in PEM that is not encrypted",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_when_the_client_is_made(
    address: str, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Client(address, **arguments)
