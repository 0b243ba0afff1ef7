"""Header blocks that are too large, too many, or made to keep the server's decoder busy."""

from __future__ import annotations

from hpack import Encoder
from hyperframe.frame import ContinuationFrame, HeadersFrame

import messages
import wire
from stage import Row, Scene

FRAME_BYTES = 16_384
KIB = 1_024
# What a call may have in its headers; a little more may pass, since limits count names and values, not bytes sent.
TAKEN_KIB, REFUSED_KIB = 8, (16, 64, 1_024)
TINY = 10_000
FLAT_MIB = 16
TABLE_BYTES = 4_096
# References to one entry that fills the table: a byte each, 4 KiB each when decoded.
BOMB_REFERENCES = 12_000
CHURNED = 60
TIMEOUT_S = 5.0

# A call that is answered if its headers are taken.
BODY = wire.message(messages.batch(["anything"]))


def frames(header_block: bytes, stream: int) -> bytes:
    """A header block of any size, in as many frames as it takes."""
    parts = [header_block[at : at + FRAME_BYTES] for at in range(0, len(header_block), FRAME_BYTES)]
    made = HeadersFrame(stream, parts[0]).serialize()
    made += b"".join(ContinuationFrame(stream, part).serialize() for part in parts[1:])
    # The flags are known once there is a last frame.
    last = len(made) - len(parts[-1]) - wire.HEADER_BYTES
    flags = bytearray(made)
    flags[last + 4] |= wire.END_HEADERS
    return bytes(flags)


def outcome(scene: Scene, header_block: bytes) -> str:
    """What becomes of a call with these headers, on a connection of its own."""
    with scene.wire() as attacker:
        attacker.wait_for_settings()
        stream, attacker.next_stream = attacker.next_stream, attacker.next_stream + 2
        reply = attacker.replies[stream] = wire.Reply()
        attacker.send(frames(header_block, stream))
        attacker.send_body(stream, BODY, end=True)
        attacker.wait(lambda: reply.ended or attacker.goaway is not None, TIMEOUT_S)
        return "GOAWAY" if attacker.goaway is not None else reply.outcome


def large_headers(scene: Scene) -> None:
    """One header of so many KiB: the smallest is taken, the others are refused."""
    played = 0
    while scene.lasts() or played == 0:
        said = outcome(scene, wire.request(wire.MATCH_BATCH, [("x-large", "x" * (TAKEN_KIB * KIB))]))
        scene.demand(said == "status 0", f"{TAKEN_KIB} KiB", f"has {said}, expected to be answered")
        for kib in REFUSED_KIB:
            said = outcome(scene, wire.request(wire.MATCH_BATCH, [("x-large", "x" * (kib * KIB))]))
            scene.note(f"{kib}_kib", said)
            scene.demand(said not in ("status 0", "no answer"), f"{kib} KiB", f"has {said}, expected to be refused")
        played += 1
    scene.note("rounds", played)


def tiny_headers(scene: Scene) -> None:
    """As many headers as there is room for nowhere."""
    played, header_block = 0, wire.request(wire.MATCH_BATCH, [("a", "b")] * TINY)
    while scene.lasts() or played == 0:
        said = outcome(scene, header_block)
        scene.note("outcome", said)
        scene.demand(said not in ("status 0", "no answer"), "10,000 headers", f"have {said}, expected to be refused")
        played += 1
    scene.note("rounds", played)


def hpack_bomb(scene: Scene) -> None:
    """One header that fills the table, and then thousands of references to it."""
    played, encoder = 0, Encoder()
    bomb = [("x-bomb", "x" * (TABLE_BYTES - 64))]
    begun = wire.request(wire.MATCH_BATCH) + encoder.encode(bomb, huffman=False)
    reference = encoder.encode(bomb, huffman=False)
    while scene.lasts() or played == 0:
        said = outcome(scene, begun + reference * BOMB_REFERENCES)
        scene.note("outcome", said)
        scene.demand(said not in ("status 0", "no answer"), "a bomb", f"has {said}, expected to be refused")
        played += 1
    scene.note("rounds", played)


def hpack_churn(scene: Scene) -> None:
    """Calls whose every header is new to the table and throws out others, with the table's size changed in each."""
    calls = 0
    with scene.wire() as attacker:
        encoder = Encoder()
        while scene.lasts() and not attacker.ended:
            encoder.header_table_size = TABLE_BYTES if calls % 2 else 0
            new = [(f"x-{calls}-{number}", "y" * 100) for number in range(CHURNED)]
            header_block = encoder.encode([], huffman=False) + wire.request(wire.MATCH_BATCH) + encoder.encode(new)
            stream, attacker.next_stream = attacker.next_stream, attacker.next_stream + 2
            reply = attacker.replies[stream] = wire.Reply()
            attacker.send(frames(header_block, stream))
            attacker.send_body(stream, BODY, end=True)
            attacker.wait_for_end(reply, TIMEOUT_S)
            scene.demand(reply.status == 0, "a call", f"has {reply.outcome}, expected to be answered")
            del attacker.replies[stream]
            calls += 1
    scene.note("calls_answered", calls)


ROWS = [
    Row("large_headers", "headers of 8, 16, 64 and 1,024 KiB", large_headers, memory_mib=FLAT_MIB),
    Row("tiny_headers", "10,000 headers of two bytes", tiny_headers, memory_mib=FLAT_MIB),
    Row("hpack_bomb", "12,000 references to one header of 4 KiB", hpack_bomb, memory_mib=FLAT_MIB),
    Row(
        "hpack_churn",
        "headers that are new to the decoder's table, and a new table each time",
        hpack_churn,
        memory_mib=FLAT_MIB,
    ),
]
