"""What a handshake that failed means, and what to do about it. gRPC tells it in words alone, which change."""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """A reason for programs, and what people can do."""

    reason: str
    advice: str


EXPIRED = Advice(
    "TLS_CERTIFICATE_EXPIRED",
    "the server's certificate is not valid now: renew it, or set the clock of this machine",
)
CA_UNKNOWN = Advice(
    "TLS_CA_UNKNOWN",
    "nobody that this client trusts has signed the server's certificate: give the CA that has as tls_ca",
)
NAME_MISMATCH = Advice(
    "TLS_NAME_MISMATCH",
    "the server's certificate is for another name: connect to a name that it has, or give that as tls_server_name",
)
NOT_SPOKEN = Advice(
    "TLS_NOT_SPOKEN",
    "the server does not speak TLS there: check the port, or write http:// if plain text is meant",
)
CERTIFICATE_REQUIRED = Advice(
    "TLS_CERTIFICATE_REQUIRED",
    "the server wants a certificate of this client, or refuses the one that it was shown: give one that is signed by "
    "the CA that the server has for clients as tls_certificate and tls_key",
)
IDENTITY_INVALID = Advice(
    "TLS_IDENTITY_INVALID",
    "tls_certificate and tls_key cannot be used together: give the key that the certificate was made for",
)

# The first that is found counts.
MARKS = (
    ("certificate has expired", EXPIRED),
    ("certificate is not yet valid", EXPIRED),
    ("CERTIFICATE_VERIFY_FAILED", CA_UNKNOWN),
    ("Hostname Verification Check failed", NAME_MISMATCH),
    ("is not in peer certificate", NAME_MISMATCH),
    ("WRONG_VERSION_NUMBER", NOT_SPOKEN),
    ("ALERT_CERTIFICATE_REQUIRED", CERTIFICATE_REQUIRED),
    ("TSI_DATA_CORRUPTED", CERTIFICATE_REQUIRED),
    ("Failed to create security handshaker", IDENTITY_INVALID),
)


def describe(details: str) -> Advice | None:
    """Reads what gRPC says about a connection that it could not make; None if it is not about TLS."""
    return next((advice for mark, advice in MARKS if mark in details), None)
