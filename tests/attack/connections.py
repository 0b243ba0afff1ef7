"""Attacks by connections that say nothing, or too little, or come in too great a number."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable, Iterator

from hyperframe.frame import SettingsFrame

import messages
import wire
from handshakes import SPOKEN, context, handshake
from stage import Row, Scene

SILENT = 1_000
CLOSED_WITHIN_S = 10.0
NEW_WITHIN_S = 0.1
# A connection that the system has no place for in its queue is tried again a second later.
CONNECTED_WITHIN_S = 0.5
PROBED_EVERY_S = 0.1
CONNECT_S = 5.0

HALF_OPEN_TLS = 500
HTTP1_CONNECTIONS = 60
PROBE_CROWD = 200
# With so few places, all taken by those who have no use for them.
PLACES = 64
ROOM_WITHIN_S = 15.0

# With so few descriptors, and so many who want one.
DESCRIPTORS = 64
CONNECTIONS = 120
# The share of a core that refusing may take.
REFUSING_CORES = 0.1
RECOVERED_WITHIN_S = 1.0

# The preface, and less than a frame.
EMPTY_SETTINGS = SettingsFrame(0).serialize()
PREFACE_ONLY = wire.PREFACE + b"\x00\x00\x06"
# A ClientHello that says that it has 512 bytes, and has a few.
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(8)
HALF_REQUEST = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def connect(address: str, first: bytes) -> socket.socket:
    """A connection that has said so much."""
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), CONNECT_S)
    if first:
        connection.sendall(first)
    connection.setblocking(False)
    return connection


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has closed it. What it says is thrown away."""
    try:
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def crowd(scene: Scene, address: str, parts: list[tuple[int, bytes]]) -> Iterator[list[socket.socket]]:
    """So many connections each that have said so much, one right after the other; closed at the end."""
    connections: list[socket.socket] = []
    slowest = 0.0
    try:
        for count, first in parts:
            for _ in range(count):
                began = time.monotonic()
                connections.append(connect(address, first))
                slowest = max(slowest, time.monotonic() - began)
        scene.note("connections", len(connections))
        scene.most("connect_ms", slowest * 1_000, CONNECTED_WITHIN_S * scene.form.patience * 1_000)
        yield connections
    finally:
        for connection in connections:
            connection.close()


def must_be_closed(scene: Scene, address: str, parts: list[tuple[int, bytes]], probe: Callable[[], bool]) -> None:
    """Holds connections that must all be closed, while new ones are answered at once; then the next crowd."""
    must_be_closed_once(scene, address, parts, probe)
    while scene.lasts():
        must_be_closed_once(scene, address, parts, probe)


def must_be_closed_once(scene: Scene, address: str, parts: list[tuple[int, bytes]], probe: Callable[[], bool]) -> None:
    """One crowd."""
    with crowd(scene, address, parts) as connections:
        began, waits, unanswered = time.monotonic(), [], 0
        open_ones = connections
        while open_ones and time.monotonic() - began <= CLOSED_WITHIN_S:
            asked = time.monotonic()
            unanswered += not probe()
            waits.append(time.monotonic() - asked)
            time.sleep(PROBED_EVERY_S)
            open_ones = [connection for connection in open_ones if not is_closed(connection)]
    # One in twenty may be late, or come too late, for whatever reason.
    scene.most("new_unanswered", unanswered, len(waits) // 20)
    scene.most("new_p95_ms", sorted(waits)[len(waits) * 95 // 100] * 1_000, NEW_WITHIN_S * scene.form.patience * 1_000)
    scene.note("new_max_ms", max(waits) * 1_000)
    scene.note("closed_after_s", time.monotonic() - began)
    scene.most("connections_left", len(open_ones), 0)


def silent_connections(scene: Scene) -> None:
    """Half of them say nothing, half only the preface."""

    def probe() -> bool:
        with scene.wire() as newcomer:
            return newcomer.call(wire.HEALTH_CHECK, wire.message(b"")).status == 0

    must_be_closed(scene, scene.server.address, [(SILENT, b""), (SILENT, PREFACE_ONLY)], probe)


def half_open_tls(scene: Scene) -> None:
    """Half of them say nothing, half a part of a ClientHello."""
    parts = [(HALF_OPEN_TLS // 2, b""), (HALF_OPEN_TLS // 2, HALF_HELLO)]

    trusting = context(scene.authority.certificate)

    def probe() -> bool:
        return handshake(scene.server.address, trusting) == SPOKEN

    must_be_closed(scene, scene.server.address, parts, probe)


def slow_http1_headers(scene: Scene) -> None:
    """HTTP/1.1 requests on the admin port of which the headers never end."""
    parts = [(HTTP1_CONNECTIONS // 2, b""), (HTTP1_CONNECTIONS // 2, HALF_REQUEST)]
    address = scene.server.admin_address
    must_be_closed(scene, address, parts, lambda: is_live(address))


def health_crowd(scene: Scene) -> None:
    """More silent connections than the health port has places for: probes must come through all the same."""
    address = scene.server.health_address
    parts = [(PROBE_CROWD // 2, b""), (PROBE_CROWD // 2, HALF_REQUEST)]
    must_be_closed(scene, address, parts, lambda: is_live(address))


def is_live(address: str) -> bool:
    """Whether a probe is answered."""
    try:
        with connect(address, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") as newcomer:
            wire.wait_for(newcomer, select.POLLIN, CONNECT_S)
            return b" 200 " in newcomer.recv(4_096)[:16]
    except OSError:
        return False


def hoarded_places(scene: Scene) -> None:
    """Well-behaved connections that take all places and ask for nothing: newcomers get in once that is plain."""
    hoard = [scene.wire() for _ in range(PLACES)]

    def is_served() -> bool:
        for hoarder in hoard:
            hoarder.receive(0)
        try:
            with scene.wire() as newcomer:
                within_s = NEW_WITHIN_S * scene.form.patience
                return newcomer.call(wire.HEALTH_CHECK, wire.message(b""), timeout_s=within_s).status == 0
        except OSError:
            return False

    try:
        scene.most("room_after_s", scene.eventually(is_served, ROOM_WITHIN_S), ROOM_WITHIN_S)
        scene.note("hoarders_left", sum(not hoarder.ended for hoarder in hoard))
    finally:
        for hoarder in hoard:
            hoarder.close()


def descriptor_exhaustion(scene: Scene) -> None:
    """More connections than the server has descriptors, again and again."""
    cpu, began = scene.server.cpu_s(), time.monotonic()
    before = scene.client_cores
    connections: list[socket.socket] = []
    refused = 0
    try:
        while scene.lasts():
            # Where there is no place left in the system's queue either, connecting takes too long.
            with contextlib.suppress(TimeoutError):
                while len(connections) < CONNECTIONS:
                    connections.append(connect(scene.server.address, wire.PREFACE + EMPTY_SETTINGS))
            time.sleep(PROBED_EVERY_S)
            left = [connection for connection in connections if not is_closed(connection)]
            refused += len(connections) - len(left)
            connections = left
        took = time.monotonic() - began
        scene.most("refusing_cores", max(0.0, (scene.server.cpu_s() - cpu) / took - before), REFUSING_CORES)
        scene.note("connections_refused", refused)
        scene.note("connections_held", len(connections))
    finally:
        for connection in connections:
            connection.close()

    def is_served() -> bool:
        with scene.wire() as newcomer:
            return (
                newcomer.call(wire.MATCH_BATCH, wire.message(messages.batch(["anything"])), timeout_s=0.2).status == 0
            )

    within_s = RECOVERED_WITHIN_S * scene.form.patience
    scene.most("recovered_s", scene.eventually(is_served, within_s), within_s)


ROWS = [
    Row("silent_connections", "1,000 connections that say nothing and 1,000 that say the preface", silent_connections),
    Row("half_open_tls", "500 TLS handshakes that do not go on", half_open_tls, dress=frozenset({"tls"})),
    Row("slow_http1_headers", "60 requests to the admin port whose headers do not end", slow_http1_headers),
    Row(
        "health_crowd",
        "200 silent connections to the health port, which has places for fewer",
        health_crowd,
        settings={"health_listen": "127.0.0.1:0"},
    ),
    Row(
        "hoarded_places",
        "as many idle connections as there are places",
        hoarded_places,
        settings={"max_connections": str(PLACES)},
    ),
    Row(
        "descriptor_exhaustion",
        "120 connections to a server that may have 64 descriptors",
        descriptor_exhaustion,
        descriptors=DESCRIPTORS,
    ),
]
