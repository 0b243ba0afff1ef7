"""How a connection is made: where to, whom it trusts, and which certificate it shows. It connects on the first call.

Promises that what can be seen to be wrong without a server is an error here, and that no error shows a key.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from importlib.metadata import version

import grpc

from broadside._limits import RECONNECT_FIRST_MS, RECONNECT_MAX_MS, RESPONSE_BYTES_MAX

WITH_SCHEME = re.compile(r"(?P<scheme>https?)://(?P<target>[^/?#@\s]+:[0-9]{1,5})/?")
CERTIFICATE_MARK = b"-----BEGIN CERTIFICATE-----"
KEY_MARK = b"PRIVATE KEY-----"
ENCRYPTED_MARK = b"ENCRYPTED"


@dataclass(frozen=True)
class Tls:
    """What a caller says about TLS; None where they say nothing. Certificates and keys are PEM."""

    ca: bytes | None
    certificate: bytes | None
    key: bytes | None = field(repr=False)
    server_name: str | None

    def __post_init__(self) -> None:
        for name, pem in (("tls_ca", self.ca), ("tls_certificate", self.certificate), ("tls_key", self.key)):
            if pem is not None and not isinstance(pem, bytes):
                raise TypeError(f"{name}: expected PEM as bytes, got {type(pem).__name__}; read the file's bytes")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("tls_certificate, tls_key: expected both or none of them")
        if self.ca is not None:
            _check_ca(self.ca)
        if self.certificate is not None and CERTIFICATE_MARK not in self.certificate:
            raise ValueError("tls_certificate: expected a certificate in PEM, found none")
        if self.key is not None and (KEY_MARK not in self.key or ENCRYPTED_MARK in self.key):
            raise ValueError("tls_key: expected a key in PEM that is not encrypted, found none")

    def is_empty(self) -> bool:
        """Tells whether the caller said nothing."""
        return self.ca is None and self.certificate is None and self.server_name is None


def open_channel(address: str, tls: Tls, keepalive_interval: float, keepalive_timeout: float) -> grpc.Channel:
    """Makes the channel to an address: `https://HOST:PORT` with TLS, everything else in plain text.

    Raises:
        ValueError: The address cannot be used, or there are options for TLS and it is not `https`.

    """
    options = _options(keepalive_interval, keepalive_timeout)
    found = WITH_SCHEME.fullmatch(address)
    if found is None and "://" in address and address.startswith("http"):
        raise ValueError(f"address: expected http://HOST:PORT or https://HOST:PORT, got {address!r}")
    if found is not None and found["scheme"] == "https":
        if tls.server_name is not None:
            options.append(("grpc.ssl_target_name_override", tls.server_name))
        credentials = grpc.ssl_channel_credentials(tls.ca, tls.key, tls.certificate)
        return grpc.secure_channel(found["target"], credentials, options=options)
    if not tls.is_empty():
        raise ValueError(f"address: expected https://HOST:PORT because of the options for TLS, got {address!r}")
    return grpc.insecure_channel(found["target"] if found else address, options=options)


def _check_ca(pem: bytes) -> None:
    """Refuses what gRPC would log and then fail every call for."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem.decode("ascii"))
    except (ssl.SSLError, UnicodeDecodeError, ValueError) as error:
        raise ValueError("tls_ca: expected one certificate or several in PEM, found none that can be read") from error


def _options(keepalive_interval: float, keepalive_timeout: float) -> list[tuple[str, int | str]]:
    return [
        ("grpc.keepalive_time_ms", round(keepalive_interval * 1_000)),
        ("grpc.keepalive_timeout_ms", round(keepalive_timeout * 1_000)),
        # Idle connections are probed too, so that the next call does not meet a dead one.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.initial_reconnect_backoff_ms", RECONNECT_FIRST_MS),
        ("grpc.max_reconnect_backoff_ms", RECONNECT_MAX_MS),
        ("grpc.max_receive_message_length", RESPONSE_BYTES_MAX),
        # Retries are `_call`'s: a service config from DNS may not add its own.
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.primary_user_agent", f"broadside-python/{version('broadside-client')}"),
    ]
