"""Floods of frames that are cheap to send and ask for nothing."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    SettingsFrame,
)

import wire
from stage import Row, Scene

FLAT_MIB = 16
# By then each of these must have ended its connection.
CONTINUATIONS_MAX = 10_000
EMPTY_DATA_MAX = 100_000
CHUNK = 1_000
# Small where what is sent until the end is counted.
COUNTED_CHUNK = 50
WAIT_S = 2.0
# The highest number that a stream can have; no client gets there.
FAR_STREAM = 2**31 - 1
OPEN_STREAMS = 90

OPEN = wire.opening(wire.MATCH_BATCH)
HALF_OPEN = HeadersFrame(1, wire.request(wire.MATCH_BATCH)).serialize()
CONTINUATION = ContinuationFrame(1, wire.block([("a", "b")])).serialize()
EMPTY_CONTINUATION = ContinuationFrame(1, b"").serialize()
EMPTY_DATA = DataFrame(1, b"").serialize()
PADDED_DATA = DataFrame(1, b"", pad_length=0, flags=["PADDED"]).serialize()

WINDOW = SettingsFrame.INITIAL_WINDOW_SIZE
FLOODS = {
    "ping": PingFrame(0, b"12345678").serialize(),
    "settings": SettingsFrame(0, {SettingsFrame.MAX_FRAME_SIZE: 20_000}).serialize(),
    # Each change of the window is applied to every open stream.
    "window_settings": b"".join(SettingsFrame(0, {WINDOW: size}).serialize() for size in (1, wire.WINDOW_MAX)),
    "priority": PriorityFrame(FAR_STREAM, depends_on=0, stream_weight=1).serialize(),
    "unknown_frame": struct.pack(">I", 8)[1:] + b"\xee\x00" + bytes(4) + b"12345678",
}


def must_end(name: str, about: str, first: bytes, frame: bytes, most: int) -> Row:
    """The row of a flood on one stream that must end its connection. Then comes the next connection."""

    def attack(scene: Scene) -> None:
        connections = most_sent = 0
        while scene.lasts():
            with scene.wire() as attacker:
                attacker.send(first)
                sent = attacker.flood(frame, most, scene.until, COUNTED_CHUNK, numbered=False)
                ended = attacker.wait_until_over(WAIT_S if sent >= most else 0)
                connections, most_sent = connections + 1, max(most_sent, sent)
                if sent >= most and not ended:
                    scene.demand(False, "a connection", f"lives on after {sent} frames")
                    break
        scene.note("connections", connections)
        scene.note("frames", most_sent)

    return Row(name, about, attack, memory_mib=FLAT_MIB)


def may_go_on(kind: str) -> Row:
    """The row of a flood that may go on, as long as it costs neither memory nor more than a core."""
    return Row(
        f"{kind}_flood",
        f"{kind.replace('_', ' ')} frames without end; half of the time nobody reads what they are answered with",
        flooding(FLOODS[kind], streams=OPEN_STREAMS if kind == "window_settings" else 0),
        memory_mib=FLAT_MIB,
    )


def flooding(frame: bytes, streams: int) -> Callable[[Scene], None]:
    """The attack of such a row."""

    def attack(scene: Scene) -> None:
        sent = connections = 0
        half = scene.until - scene.form.attack_s / 2
        first = b"".join(wire.on_stream(OPEN, 2 * number + 1) for number in range(streams))
        while scene.lasts():
            reads = time.monotonic() < half
            with scene.wire(reads=reads) as attacker:
                attacker.send(first)
                sent += attacker.flood(frame, 10**9, half if reads else scene.until, CHUNK, numbered=False)
                connections += 1
        scene.note("frames", sent)
        scene.note("connections", connections)

    return attack


ROWS = [
    must_end(
        "continuation_flood",
        "a header block that goes on in frame after frame, until GOAWAY",
        HALF_OPEN,
        CONTINUATION,
        CONTINUATIONS_MAX,
    ),
    must_end(
        "empty_continuation_flood",
        "the same in frames without content",
        HALF_OPEN,
        EMPTY_CONTINUATION,
        CONTINUATIONS_MAX,
    ),
    must_end("empty_data_flood", "a body of frames without content, until GOAWAY", OPEN, EMPTY_DATA, EMPTY_DATA_MAX),
    must_end("padded_data_flood", "a body of nothing but padding, until GOAWAY", OPEN, PADDED_DATA, EMPTY_DATA_MAX),
    *map(may_go_on, FLOODS),
]
