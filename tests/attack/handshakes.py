"""TLS handshakes with the server, good and bad, and what became of them."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from hyperframe.frame import SettingsFrame

import wire

HANDSHAKE_S = 5.0
# What `handshake` says when the server speaks HTTP/2 on the connection.
SPOKEN = "spoken"


def context(
    authority: Path,
    client: dict[str, str] | None = None,
    version: ssl.TLSVersion | None = None,
    protocols: tuple[str, ...] = ("h2",),
) -> ssl.SSLContext:
    """Whom a client trusts, and how it shows itself."""
    made = ssl.create_default_context(cafile=authority)
    made.set_alpn_protocols(list(protocols))
    if client is not None:
        made.load_cert_chain(client["certificate"], client["key"])
    if version is not None:
        # Versions this old are offered only by a client that lowers its guard.
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = made.maximum_version = version
    return made


@contextlib.contextmanager
def connected(address: str, made: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    """A connection that has shaken hands."""
    host, port = address.rsplit(":", 1)
    with (
        socket.create_connection((host, int(port)), HANDSHAKE_S) as plain,
        made.wrap_socket(plain, server_hostname=host) as secured,
    ):
        yield secured


def handshake(address: str, made: ssl.SSLContext) -> str:
    """Connects, shakes hands and waits for the server's SETTINGS. Says `SPOKEN`, or what went wrong.

    A client's certificate is refused only after the client has done its part of TLS 1.3.
    """
    try:
        with connected(address, made) as secured:
            secured.sendall(wire.PREFACE + SettingsFrame(0).serialize())
            first = secured.recv(wire.HEADER_BYTES)
            if len(first) > 3 and first[3] == wire.SETTINGS:
                return SPOKEN
            return "closed" if not first else f"answered with {first!r}"
    except ssl.SSLError as error:
        return f"{error.reason or type(error).__name__}"
    except OSError as error:
        return type(error).__name__


def served_serial(address: str, authority: Path) -> str:
    """The number of the certificate that the server shows."""
    with connected(address, context(authority)) as secured:
        shown = secured.getpeercert()
    return str(shown["serialNumber"]) if shown else ""
