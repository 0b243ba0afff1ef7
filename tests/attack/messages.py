"""Requests as protobuf bytes, good ones and others, and the inventory and the texts that they are about.

The inventory has ordinary listings, a crowd that shares one keyword (for large replies), and keywords for every pair
and many triples of a few words (for the text that has all of those words).
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable
from pathlib import Path

SEED = 7
WORDS = 5_000
CROWD = 2_000
CROWD_WORD = "crowd"
SUBSET_WORDS = 64
SUBSET_TRIPLES = 10_000
SUBSET_KEYWORDS_A_LISTING = 100
TEXT_WORDS = 6
TEXT_TOKENS_MAX = 8_192
TEXT_BYTES_MAX = 65_536
QUERIES_MAX = 4_096


def word(number: int) -> str:
    """A word of the vocabulary: letters alone, so that it is one token."""
    letters = ""
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return "w" + letters


def subset_word(number: int) -> str:
    """A word of which every pair is a keyword."""
    return "s" + word(number)


def write_inventory(path: Path, listings: int) -> None:
    """Writes the inventory as JSON Lines; the same for the same number of listings."""
    source = random.Random(SEED)
    with path.open("w", encoding="utf-8") as out:

        def listing(name: str, keywords: list[str], bid_micros: int) -> None:
            record = {"id": name, "keywords": keywords, "bid_micros": bid_micros}
            out.write(json.dumps({"listing": record}) + "\n")

        for number in range(listings):
            words = [word(int(WORDS * source.random() ** 3)) for _ in range(source.randint(2, 4))]
            phrase = " ".join(words[:2])
            listing(f"listing-{number}", [" ".join(words), f'"{phrase}"', f"[{phrase}]"], source.randint(1, 10**6))
        for number in range(CROWD):
            listing(f"one-of-a-crowd-that-shares-a-keyword-{number}", [CROWD_WORD], source.randint(1, 10**6))
        subsets: Iterable[tuple[int, ...]] = itertools.chain(
            itertools.combinations(range(SUBSET_WORDS), 2),
            itertools.islice(itertools.combinations(range(SUBSET_WORDS), 3), SUBSET_TRIPLES),
        )
        keywords = [" ".join(map(subset_word, subset)) for subset in subsets]
        for at in range(0, len(keywords), SUBSET_KEYWORDS_A_LISTING):
            listing(f"subsets-{at}", keywords[at : at + SUBSET_KEYWORDS_A_LISTING], 1)


def texts(count: int) -> list[str]:
    """Ordinary texts, some of which match."""
    source = random.Random(SEED + 1)
    return [" ".join(word(int(WORDS * source.random() ** 3)) for _ in range(TEXT_WORDS)) for _ in range(count)]


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])


def delimited(number: int, content: bytes) -> bytes:
    """A field with a length."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def batch(queries: Iterable[str], limit: int = 10) -> bytes:
    """A `MatchBatchRequest`."""
    options = delimited(3, b"\x08" + varint(limit))
    return b"".join(delimited(1, delimited(1, text.encode())) for text in queries) + options


def nested_groups(levels: int, closed: bool = True) -> bytes:
    """Groups inside groups in a field that no message has."""
    return b"\xa3\x06" * levels + b"\xa4\x06" * (levels if closed else 0)


def nested_messages(levels: int) -> bytes:
    """Messages inside messages in a field that no message has."""
    heads, length = [], 0
    for _ in range(levels):
        heads.append(b"\xa2\x06" + varint(length))
        length += len(heads[-1])
    return b"".join(reversed(heads))
