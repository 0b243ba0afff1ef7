"""Messages that cost more than they look: compressed, amplified, nested; and texts that are hard to match."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Iterable

import messages
import wire
from messages import delimited
from stage import Row, Scene

OK, UNKNOWN, INVALID_ARGUMENT, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL = 0, 2, 3, 11, 12, 13
RESOURCE_EXHAUSTED = 8
REFUSED = {INVALID_ARGUMENT, OUT_OF_RANGE, INTERNAL, RESOURCE_EXHAUSTED}
MIB = 2**20
# The longest request that is taken, less its own prefix.
REQUEST_BYTES_MAX = 4 * MIB
BOMB = bytes(4 * MIB)
TIMEOUT_S = 20.0
# Requests of some MiB come one after the other, and the allocator keeps what was freed for a second.
NESTING_MEMORY_MIB = 128

# Memory that one such message may cost, and CPU time as a share of what ordinary calls of its length cost.
AMPLIFIED_MEMORY_MIB = 48
AMPLIFIED_SHARE = 0.5
# CPU time that one text may cost, as a multiple of what ordinary calls of the longest text's length cost.
TEXT_TIMES = 5.0
# Texts of a call, and calls that make a measurement.
TEXTS_A_CALL = 4
FEW = 20


def compressed_bodies(scene: Scene) -> None:
    """Bodies in every encoding, known and not, in flagged messages and without the header that names it."""
    bodies = {
        "gzip": gzip.compress(BOMB),
        "deflate": zlib.compress(BOMB),
        "zstd": b"\x28\xb5\x2f\xfd" + bytes(141),
        "snappy": b"\xff\x06\x00\x00sNaPpY",
        "br": bytes(64),
        "no-such-encoding": b"x" * 64,
    }
    calls, wrong = 0, set()
    with scene.wire() as attacker:
        while scene.lasts():
            for name, body in bodies.items():
                for path in (wire.MATCH_BATCH, wire.MATCH_STREAM):
                    more = [("grpc-encoding", name), ("grpc-accept-encoding", name)]
                    reply = attacker.call(path, wire.message(body, compressed=True), more)
                    calls += 1
                    if reply.status != UNIMPLEMENTED:
                        wrong.add(f"{name} of {path.rpartition('/')[2]} has {reply.outcome}")
            # Nothing says how it is compressed: a client's mistake, which gRPC calls INTERNAL; either is a refusal.
            reply = attacker.call(wire.MATCH_BATCH, wire.message(bodies["gzip"], compressed=True))
            if reply.status not in (UNIMPLEMENTED, INTERNAL):
                wrong.add(f"a flag without grpc-encoding has {reply.outcome}")
    scene.note("requests", calls)
    scene.demand(not wrong, "compressed bodies", f"expected status {UNIMPLEMENTED}: {', '.join(sorted(wrong))}")


def amplified() -> dict[str, bytes]:
    """Messages of 4 MiB, or as much as their shape allows, that would be millions of things."""
    room = REQUEST_BYTES_MAX - 64
    query = b"\x0a\x08anything"
    # A list of empty texts, as an attribute: field 5 of the value, field 1 of the list.
    texts = delimited(2, delimited(1, b"a") + delimited(2, delimited(5, b"\x0a\x00" * ((room - 64) // 2))))
    distinct = b"".join(delimited(2, delimited(1, b"a%x" % number)) for number in range(room // 12))
    return {
        "queries": b"\x0a\x00" * (room // 2),
        "attributes": delimited(1, query) + b"\x12\x00" * (room // 2 - 16),
        "distinct_attributes": delimited(1, query) + distinct[: room - 64],
        "attributes_of_a_query": delimited(1, query + b"\x12\x00" * (room // 2 - 16)),
        "texts_of_an_attribute": delimited(1, query) + texts,
        "options": delimited(1, query) + b"\x1a\x00" * (room // 2 - 16),
        "includes": delimited(1, query) + delimited(3, b"\x18\x01" * (room // 2 - 16)),
        "unknown_fields": delimited(1, query) + b"\xa0\x06\x01" * (room // 3 - 16),
    }


def amplification(kind: str) -> Row:
    """The row of one such message."""

    def attack(scene: Scene) -> None:
        body = wire.message(amplified()[kind])
        calls, outcomes = 0, set()
        cpu, calls_before = scene.server.cpu_s(), scene.elapsed_s()
        with scene.wire() as attacker:
            while scene.lasts() and not attacker.ended:
                reply = attacker.call(wire.MATCH_BATCH, body, timeout_s=TIMEOUT_S)
                outcomes.add(reply.outcome)
                calls += 1
        took = scene.elapsed_s() - calls_before
        cost_s = (scene.server.cpu_s() - cpu - took * scene.client_cores) / max(calls, 1)
        scene.note("requests", calls)
        scene.note("outcomes", ", ".join(sorted(outcomes)))
        # What is one thing however often it is said may be answered; whatever is kept once each may not.
        harmless = {f"status {code}" for code in {OK, *REFUSED}}
        scene.demand(
            outcomes <= harmless, "outcomes", f"are {', '.join(sorted(outcomes))}, expected a refusal or an answer"
        )
        scene.note("cpu_ms_a_request", cost_s * 1_000)
        scene.most("share_of_ordinary_cpu", scene.times_ordinary(cost_s, len(body)), AMPLIFIED_SHARE)

    about = f"requests of 4 MiB that are nothing but {kind.replace('_', ' ')}"
    return Row(f"amplified_{kind}", about, attack, memory_mib=AMPLIFIED_MEMORY_MIB)


def nested() -> list[tuple[str, str, bytes, set[int]]]:
    """What is sent: its name, the method, the body, and which statuses it may have."""
    unknown = {
        "16 groups": (messages.nested_groups(16), {OK}),
        "100 groups": (messages.nested_groups(100), {OK, *REFUSED}),
        "101 groups": (messages.nested_groups(101), {OK, *REFUSED}),
        "1,000,000 groups": (messages.nested_groups(1_000_000), {OK, *REFUSED}),
        "1,000,000 open groups": (messages.nested_groups(1_000_000, closed=False), REFUSED),
        # Lengths grow with the levels, so that these cannot be very many.
        "16 messages": (messages.nested_messages(16), {OK}),
        "10,000 messages": (messages.nested_messages(10_000), {OK, *REFUSED}),
    }
    batch = messages.batch(["anything"])
    text = delimited(1, b"anything")
    made = []
    for name, (field, allowed) in unknown.items():
        made += [
            (f"{name} of MatchBatch", wire.MATCH_BATCH, batch + field, allowed),
            (f"{name} of MatchStream", wire.MATCH_STREAM, delimited(2, batch + field), allowed),
            (f"{name} of Explain", wire.EXPLAIN, text + field, allowed),
            (f"{name} of Analyze", wire.ANALYZE, text + field, allowed),
        ]
    return made


def nesting(scene: Scene) -> None:
    """Groups and messages inside themselves, in a field that no message has: answered or refused, never a crash."""
    calls, bodies = 0, nested()
    refused = set()
    while scene.lasts():
        with scene.wire() as attacker:
            for name, path, body, allowed in bodies:
                reply = attacker.call(path, wire.message(body), timeout_s=TIMEOUT_S)
                calls += 1
                if reply.status != OK:
                    refused.add(name)
                scene.demand(reply.status in allowed, name, f"has {reply.outcome}, expected one of {sorted(allowed)}")
    scene.note("requests", calls)
    scene.note("refused", ", ".join(sorted(refused)))


def hard_texts() -> dict[str, str]:
    """Texts that are built to hurt, within the limits of a text."""
    source = random.Random(messages.SEED)
    subsets = [messages.subset_word(number) for number in range(messages.SUBSET_WORDS)]
    known = [messages.word(number) for number in range(messages.WORDS)]
    return {
        "64 words of which all pairs are keywords": " ".join(subsets),
        "the same, over and over": fitting(subsets * 200),
        "8,192 known words": fitting(source.choices(known, k=messages.TEXT_TOKENS_MAX)),
        "the shared keyword, over and over": fitting([messages.CROWD_WORD] * messages.TEXT_TOKENS_MAX),
        "one character that becomes 18": "\ufdfa" * (messages.TEXT_BYTES_MAX // 3),
        "combining marks": "a" + "\u0301\u0316" * (messages.TEXT_BYTES_MAX // 4 - 1),
        "one long token": "x" * messages.TEXT_BYTES_MAX,
        "no spaces between": "明日の東京の天気" * (messages.TEXT_BYTES_MAX // 24),
        "emoji that are joined": "👩‍👩‍👧‍👦" * (messages.TEXT_BYTES_MAX // 25),
        "letters that fold into more": "ß" * (messages.TEXT_BYTES_MAX // 2),
    }


def fitting(words: Iterable[str]) -> str:
    """Words as one text that is not refused."""
    kept: list[str] = []
    left, tokens = messages.TEXT_BYTES_MAX, messages.TEXT_TOKENS_MAX
    for one in words:
        left -= len(one.encode()) + 1
        if left < 0 or len(kept) == tokens:
            break
        kept.append(one)
    return " ".join(kept)


def worst_texts(scene: Scene) -> None:
    """Each of them in calls of a few; what one costs is measured, and that it is answered."""
    slowest = 0.0
    texts = hard_texts()
    for name, text in texts.items():
        body = wire.message(messages.batch([text] * TEXTS_A_CALL))
        until = scene.elapsed_s() + scene.form.attack_s / len(texts)
        cpu, began, calls = scene.server.cpu_s(), scene.elapsed_s(), 0
        with scene.wire() as attacker:
            while scene.elapsed_s() < until or calls < FEW:
                reply = attacker.call(wire.MATCH_BATCH, body, timeout_s=TIMEOUT_S)
                scene.demand(reply.status == OK, name, f"has {reply.outcome}, expected an answer")
                calls += 1
                if reply.status != OK:
                    break
        cost_s = scene.server.cpu_s() - cpu - (scene.elapsed_s() - began) * scene.client_cores
        scene.note(f"{name}, ms", cost_s * 1_000 / calls / TEXTS_A_CALL)
        slowest = max(slowest, cost_s / calls / TEXTS_A_CALL)
    scene.most("slowest_text_times", scene.times_ordinary(slowest, messages.TEXT_BYTES_MAX), TEXT_TIMES)


ROWS = [
    Row("compressed_bodies", "bombs and unknown encodings", compressed_bodies),
    *map(amplification, amplified()),
    Row(
        "nesting",
        "groups and messages inside themselves, up to a million levels",
        nesting,
        memory_mib=NESTING_MEMORY_MIB,
    ),
    Row("worst_texts", "texts that are built to be hard to match", worst_texts),
]
