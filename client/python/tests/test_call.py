"""Deadlines, retries and errors of single calls, against a server that fails on command."""

from __future__ import annotations

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from scripted_server import Fault, ScriptedServer, echo

from broadside import BroadsideError, Client, Code, QueryResult, __version__
from broadside._call import Deadline, Method
from broadside._generated import match_pb2

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


def retry_after(milliseconds: int) -> Message:
    info = error_details_pb2.RetryInfo()
    info.retry_delay.FromMilliseconds(milliseconds)
    return info


class FailFirst:
    """Fails so many calls, then answers."""

    def __init__(self, failures: int, fault: Fault) -> None:
        self.failures = failures
        self.fault = fault

    def __call__(self, request: match_pb2.MatchBatchRequest, call: int) -> match_pb2.MatchBatchResponse:
        if call < self.failures:
            raise self.fault
        return echo(request)


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_unavailable_is_retried(failures: int) -> None:
    with ScriptedServer(FailFirst(failures, Fault(UNAVAILABLE))) as server, Client(server.address) as client:
        assert [match.listing_id for match in client.match("shoes").matches] == ["shoes"]
        assert len(server.requests) == failures + 1


@pytest.mark.parametrize("max_attempts", [1, 2])
def test_the_last_attempt_fails_the_call(max_attempts: int) -> None:
    answer = FailFirst(99, Fault(UNAVAILABLE, "draining"))
    with ScriptedServer(answer) as server, Client(server.address, max_attempts=max_attempts) as client:
        with pytest.raises(BroadsideError, match="UNAVAILABLE: draining"):
            client.match("shoes")
        assert len(server.requests) == max_attempts


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.FAILED_PRECONDITION]
)
def test_other_codes_are_not_retried(code: grpc.StatusCode) -> None:
    answer = FailFirst(1, Fault(code, "no", [retry_after(1)]))
    with ScriptedServer(answer) as server, Client(server.address) as client:
        with pytest.raises(BroadsideError) as raised:
            client.match("shoes")
        assert (raised.value.code.name, raised.value.retry_after) == (code.name, 0.001)
        assert len(server.requests) == 1


def test_retry_waits_as_long_as_the_server_asks() -> None:
    answer = FailFirst(1, Fault(UNAVAILABLE, "loading", [retry_after(300)]))
    with ScriptedServer(answer) as server, Client(server.address) as client:
        begin = time.monotonic()
        client.match("shoes")
        assert time.monotonic() - begin >= 0.3
        # Both attempts share one deadline, of which the server is told what is left. gRPC rounds it up a little.
        assert server.time_left[0] <= 2.1
        assert server.time_left[1] <= 1.8
        assert len(server.requests) == 2


def overloaded(push_back: str | None, retry_info_ms: int | None) -> Fault:
    details: list[Message] = [error_details_pb2.ErrorInfo(reason="OVERLOADED", domain="broadside.dev")]
    if retry_info_ms is not None:
        details.append(retry_after(retry_info_ms))
    return Fault(grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", details, push_back=push_back)


@pytest.mark.parametrize(
    ("fault", "waits_seconds"),
    [
        (overloaded(None, None), 0.0),
        (overloaded("0", None), 0.0),
        (overloaded("300", None), 0.3),
        (overloaded(None, 300), 0.3),
        (overloaded("5", 300), 0.3),
        (overloaded("300", 5), 0.3),
        (Fault(UNAVAILABLE, "loading", push_back="300"), 0.3),
    ],
)
def test_an_overloaded_server_is_asked_again_and_never_before_it_says(fault: Fault, waits_seconds: float) -> None:
    with ScriptedServer(FailFirst(1, fault)) as server, Client(server.address, deadline=10) as client:
        begin = time.monotonic()
        client.match("shoes")
        assert waits_seconds <= time.monotonic() - begin < waits_seconds + 5
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("fault", "retryable", "retry_seconds"),
    [
        (overloaded("-1", None), False, None),
        (overloaded("-1", 5), False, None),
        (overloaded("soon", 5), False, None),
        # Longer than the deadline.
        (overloaded("60000", None), True, 60.0),
        (Fault(UNAVAILABLE, "loading", push_back="-1"), False, None),
        # Nothing that another attempt could help with.
        (Fault(grpc.StatusCode.INTERNAL, "no", push_back="5"), False, 0.005),
    ],
)
def test_a_server_that_wants_no_other_attempt_gets_none(
    fault: Fault, retryable: bool, retry_seconds: float | None
) -> None:
    with ScriptedServer(FailFirst(1, fault)) as server, Client(server.address, deadline=10) as client:
        with pytest.raises(BroadsideError) as raised:
            client.match("shoes")
        assert len(server.requests) == 1
        assert (raised.value.retryable, raised.value.retry_after) == (retryable, retry_seconds)


def test_a_server_that_stays_overloaded_is_asked_three_times_and_then_let_be() -> None:
    with ScriptedServer(FailFirst(99, overloaded("7", 5))) as server, Client(server.address) as client:
        with pytest.raises(BroadsideError) as raised:
            client.match("shoes")
        assert (raised.value.code, raised.value.reason) == (Code.RESOURCE_EXHAUSTED, "OVERLOADED")
        assert (raised.value.retryable, raised.value.retry_after) == (True, 0.007)
        assert len(server.requests) == 3


def test_retry_that_would_outlast_the_deadline_is_not_awaited() -> None:
    info = error_details_pb2.ErrorInfo(reason="INVENTORY_NOT_LOADED", domain="broadside.dev")
    answer = FailFirst(1, Fault(UNAVAILABLE, "loading", [info, retry_after(60_000)]))
    with ScriptedServer(answer) as server, Client(server.address, deadline=30) as client:
        begin = time.monotonic()
        with pytest.raises(BroadsideError) as raised:
            client.match("shoes")
        assert time.monotonic() - begin < 10
        assert (raised.value.code, raised.value.reason) == (Code.UNAVAILABLE, "INVENTORY_NOT_LOADED")
        assert raised.value.retry_after == 60
        assert len(server.requests) == 1


def test_retries_end_with_the_deadline() -> None:
    answer = FailFirst(999, Fault(UNAVAILABLE))
    with ScriptedServer(answer) as server, Client(server.address, max_attempts=999) as client:
        begin = time.monotonic()
        with pytest.raises(BroadsideError) as raised:
            client.match("shoes", deadline=0.5)
        assert time.monotonic() - begin < 10
        assert raised.value.code in (Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED)
        assert 2 <= len(server.requests) < 99


def test_a_server_that_does_not_answer_costs_the_deadline_and_no_more() -> None:
    release = threading.Event()

    def never(request: match_pb2.MatchBatchRequest, _call: int) -> match_pb2.MatchBatchResponse:
        release.wait()
        return echo(request)

    with ScriptedServer(never) as server, Client(server.address, deadline=0.2) as client:
        begin = time.monotonic()
        with pytest.raises(BroadsideError) as raised:
            client.match("shoes")
        release.set()
        assert raised.value.code is Code.DEADLINE_EXCEEDED
        assert 0.2 <= time.monotonic() - begin < 10
        assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as bound_but_not_listening:
        bound_but_not_listening.bind(("127.0.0.1", 0))
        port = bound_but_not_listening.getsockname()[1]
        with Client(f"127.0.0.1:{port}") as client, pytest.raises(BroadsideError) as raised:
            client.match("shoes")
    assert raised.value.code is Code.UNAVAILABLE


def test_client_reconnects_to_a_server_that_came_back() -> None:
    answer = FailFirst(0, Fault(UNAVAILABLE))
    with ScriptedServer(answer) as server:
        address = server.address
        client = Client(address, deadline=4, max_attempts=100)
        client.match("shoes")
    with client:
        with pytest.raises(BroadsideError):
            client.match("shoes", deadline=0.3)
        with ScriptedServer(answer, address):
            assert client.match("shoes").total == 1


class WatchedEvent(threading.Event):
    """An event that tells when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.awaited.set()
        return super().wait(timeout)


def test_closing_ends_the_wait_for_a_retry() -> None:
    closed = WatchedEvent()
    descriptor = match_pb2.DESCRIPTOR.services_by_name["MatchService"].methods_by_name["MatchBatch"]
    busy = FailFirst(99, Fault(UNAVAILABLE, "loading", [retry_after(60_000)]))
    with (
        ScriptedServer(busy) as server,
        grpc.insecure_channel(server.address) as channel,
        ThreadPoolExecutor(1) as pool,
    ):
        method: Method[match_pb2.MatchBatchRequest, match_pb2.MatchBatchResponse]
        method = Method(channel, descriptor, match_pb2.MatchBatchResponse, 3, closed)
        begin = time.monotonic()
        waiting = pool.submit(method.call, match_pb2.MatchBatchRequest(), Deadline(600), ())
        assert closed.awaited.wait(10)
        closed.set()
        with pytest.raises(BroadsideError, match="UNAVAILABLE: loading"):
            waiting.result()
        assert time.monotonic() - begin < 30
        assert len(server.requests) == 1


def test_status_details_of_another_code_are_ignored() -> None:
    # An intermediary that replaces the status leaves the details of the one it replaced.
    details = [error_details_pb2.ErrorInfo(reason="TOO_MANY_QUERIES")]
    fault = Fault(grpc.StatusCode.INTERNAL, "proxy", details, details_code=grpc.StatusCode.INVALID_ARGUMENT)
    with ScriptedServer(FailFirst(1, fault)) as server, Client(server.address) as client:
        with pytest.raises(BroadsideError) as raised:
            client.match("shoes")
        assert (raised.value.code, raised.value.message, raised.value.reason) == (Code.INTERNAL, "proxy", "")


def test_many_threads_share_one_client() -> None:
    with ScriptedServer(FailFirst(0, Fault(UNAVAILABLE))) as server, Client(server.address, deadline=30) as client:
        texts = [f"text {number}" for number in range(200)]
        with ThreadPoolExecutor(8) as pool:
            results: list[QueryResult] = list(pool.map(client.match, texts))
        assert [result.matches[0].listing_id for result in results] == texts


def test_user_agent_names_the_client() -> None:
    with ScriptedServer(FailFirst(0, Fault(UNAVAILABLE))) as server, Client(server.address) as client:
        client.match("shoes")
        (agent,) = server.header("user-agent")
        assert agent is not None
        assert agent.startswith(f"broadside-python/{__version__} ")


def test_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(FailFirst(0, Fault(UNAVAILABLE))) as server:
        monkeypatch.setenv("BROADSIDE_ADDRESS", server.address)
        with Client() as client:
            assert client.match("shoes").total == 1


def test_closed_client_refuses_calls() -> None:
    client = Client("127.0.0.1:1")
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="the client is closed"):
        client.match("shoes")


def test_client_of_another_process_refuses_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    with Client("127.0.0.1:1") as client:
        monkeypatch.setattr(os, "getpid", lambda: 1)
        with pytest.raises(RuntimeError, match="make the client after forking"):
            client.analyze("shoes")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"deadline": 0}, "deadline: expected more than 0"),
        ({"deadline": float("nan")}, "deadline: expected more than 0"),
        ({"deadline": 86_401}, "at most 86400 s, got 86401"),
        ({"max_attempts": 0}, "max_attempts: expected at least 1, got 0"),
        ({"keepalive_interval": 0}, "keepalive_interval: expected 0.001 to 86400 s, got 0"),
        ({"keepalive_timeout": float("inf")}, "keepalive_timeout: expected 0.001 to 86400 s, got inf"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Client(**arguments)
