"""Attacks that hold what a server keeps for each stream: many streams, endless bodies, replies that nobody reads."""

from __future__ import annotations

import time

from hyperframe.frame import DataFrame, SettingsFrame

import messages
import wire
from stage import Row, Scene

STREAMS = 50_000
STREAMS_OPEN_MAX = 100
POLL_S = 0.05

BODY_CONNECTIONS = 10
BODY_STREAMS = 100
BODY_MEMORY_MIB = 300
# Just below the longest request that is taken, and a byte short of what it says.
BODY = wire.message(bytes(4 * 2**20 - 64 * 1024), length=4 * 2**20 - 64 * 1024 + 1)
BODY_PART_BYTES = 64 * 1024
BODY_DEADLINE_S = 10.0
FREED_WITHIN_S = 3.0
# What may stay once the bodies are gone: the allocator gives back by the page, not by the byte.
FREED_TO_MIB = 64

READERS = 200
READER_BYTES_A_SECOND = 1_024
READER_RECEIVE_BUFFER = 4_096
READER_MEMORY_MIB = 200
# A reply of half a MiB: texts, and matches of each; a match has some 60 bytes.
READER_QUERIES, READER_LIMIT = 90, 100

# Replies of some 50 MiB, the largest there are, as many as a connection may ask for.
GREEDY_QUERIES, GREEDY_LIMIT = 800, 1_000
GREEDY_STREAMS = 100
GREEDY_MEMORY_MIB = 300

ENDLESS = wire.opening(wire.HEALTH_WATCH) + DataFrame(1, wire.message(b""), flags=["END_STREAM"]).serialize()


def fifty_thousand_streams(scene: Scene) -> None:
    """As many calls that never end as one connection takes; then the next connection."""
    connections = sent = opened = refused = 0
    while scene.lasts():
        with scene.wire() as attacker:
            attacker.wait_for_settings()
            announced = attacker.settings.get(SettingsFrame.MAX_CONCURRENT_STREAMS, wire.WINDOW_MAX)
            scene.most("streams_announced", announced, STREAMS_OPEN_MAX)
            attempts = attacker.flood(ENDLESS, STREAMS, scene.until)
            # On a connection that lives on, what is neither refused nor answered yet is answered soon.
            attacker.wait_until_over(POLL_S)
            answered = [reply for reply in attacker.replies.values() if reply.headers]
            opened = max(opened, sum(reply.reset is None for reply in answered))
            connections, sent, refused = connections + 1, sent + attempts, refused + attacker.resets.total()
    scene.note("connections", connections)
    scene.note("streams_sent", sent)
    scene.note("streams_refused", refused)
    scene.most("streams_open", opened, STREAMS_OPEN_MAX)


def slow_bodies(scene: Scene) -> None:
    """Requests that are almost there, and then silence: what was taken of them must go, though the clients stay."""
    resident = scene.server.memory_mib()
    wires = [scene.wire() for _ in range(BODY_CONNECTIONS)]
    # How much of its body each stream has sent.
    sent: dict[tuple[wire.Wire, int], int] = {}
    try:
        while scene.lasts():
            for attacker in wires:
                feed(attacker, sent)
        scene.note("sent_mib", sum(attacker.sent_bytes for attacker in wires) / 2**20)
        scene.note("held_mib", scene.server.memory_mib() - resident)
        most_s = BODY_DEADLINE_S + FREED_WITHIN_S
        scene.most("ended_s", scene.eventually(lambda: open_streams(wires) == 0, most_s), most_s)
        scene.eventually(lambda: scene.server.memory_mib() - resident <= FREED_TO_MIB, FREED_WITHIN_S)
        scene.most("left_mib", scene.server.memory_mib() - resident, FREED_TO_MIB)
    finally:
        for attacker in wires:
            attacker.close()


def feed(attacker: wire.Wire, sent: dict[tuple[wire.Wire, int], int]) -> None:
    """Goes on with each body of a connection for a part, and begins others for those that have ended."""
    attacker.receive(0)
    streams = [stream for stream, reply in attacker.replies.items() if not reply.ended]
    while len(streams) < BODY_STREAMS and not attacker.ended:
        streams.append(attacker.begin(wire.MATCH_BATCH, b"", end=False))
    for stream in streams:
        at = sent.get((attacker, stream), 0)
        part = BODY[at : at + BODY_PART_BYTES]
        sent[attacker, stream] = at + attacker.send_body(stream, part, end=False, patience_s=0.001)


def open_streams(wires: list[wire.Wire]) -> int:
    """Streams that the server has not ended."""
    for attacker in wires:
        attacker.receive(0)
    return sum(not reply.ended for attacker in wires for reply in attacker.replies.values())


def slow_readers(scene: Scene) -> None:
    """Many clients that ask for large replies and read a KiB a second each."""
    request = wire.message(messages.batch([messages.CROWD_WORD] * READER_QUERIES, READER_LIMIT))
    wires = [scene.wire(receive_buffer=READER_RECEIVE_BUFFER) for _ in range(READERS)]
    try:
        for attacker in wires:
            attacker.begin(wire.MATCH_BATCH, request)
            attacker.reads = False
            # Matching for all of them at once would be another attack.
            time.sleep(scene.form.attack_s / 4 / READERS)
        read = 0
        while scene.lasts():
            began = time.monotonic()
            for attacker in wires:
                read += attacker.read_some(READER_BYTES_A_SECOND)
            time.sleep(max(0.0, began + 1 - time.monotonic()))
        scene.note("read_kib", read / 1024)
        scene.note("connections_left", sum(not attacker.ended for attacker in wires))
    finally:
        for attacker in wires:
            attacker.close()


def greedy_replies(scene: Scene) -> None:
    """One client that asks for the largest replies on all of its streams and takes none of them."""
    request = wire.message(messages.batch([messages.CROWD_WORD] * GREEDY_QUERIES, GREEDY_LIMIT))
    with scene.wire(window=0) as attacker:
        while scene.lasts():
            attacker.receive(POLL_S)
            still_open = sum(not reply.ended for reply in attacker.replies.values())
            if still_open < GREEDY_STREAMS and not attacker.ended:
                attacker.begin(wire.MATCH_BATCH, request)
        answered = [reply for reply in attacker.replies.values() if reply.headers]
        scene.note("asked", len(attacker.replies))
        scene.note("answered", len(answered))
        scene.note("outcomes", ", ".join(sorted({reply.outcome for reply in attacker.replies.values()})))


ROWS = [
    Row("fifty_thousand_streams", "50,000 calls on one connection that never end", fifty_thousand_streams),
    Row(
        "slow_bodies",
        "10 connections with 100 requests each that miss a byte, and then silence",
        slow_bodies,
        memory_mib=BODY_MEMORY_MIB,
    ),
    Row(
        "slow_readers",
        "200 clients that read large replies at a KiB a second",
        slow_readers,
        memory_mib=READER_MEMORY_MIB,
    ),
    Row(
        "greedy_replies",
        "100 of the largest replies asked for on one connection, and none of them read",
        greedy_replies,
        memory_mib=GREEDY_MEMORY_MIB,
    ),
]
