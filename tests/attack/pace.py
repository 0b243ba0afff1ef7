"""How slow the machine is at the moment: limits of CPU time are for one of a known pace, and machines are shared."""

from __future__ import annotations

import random
import time
import zlib

# What the yardstick takes on the machine for which the limits were set, when it had nothing else to do.
YARDSTICK_MS = 8.0
ROUNDS = 3
WORDS = 40_000


def slowness() -> float:
    """How many times as long as there the same work takes here and now; at least 1."""
    source = random.Random(7)
    text = " ".join(f"word{source.randrange(2_000)}" for _ in range(WORDS)).encode()
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        zlib.compress(text, 6)
        took.append((time.process_time() - began) * 1_000)
    return max(1.0, min(took) / YARDSTICK_MS)
