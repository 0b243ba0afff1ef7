"""What is measured, and what it is called."""

import os

# Goals are for this many.
GOAL_KEYWORDS = 10_000_000
KEYWORDS = int(os.environ.get("BROADSIDE_BENCH_KEYWORDS", GOAL_KEYWORDS))
SIZES = [size for size in (10_000, 100_000, 1_000_000) if size < KEYWORDS] + [KEYWORDS]
# The source and two compiled files of the largest inventory, and the compiled files of the smaller
# ones.
DISK_BYTES = KEYWORDS * 190 + 2**27
# The texts that goals are for.
TEXTS = "queries_trec_million"
# Over all texts, in process, in a round.
PASSES = 7
# Of each load in a round.
LOAD_S = 2
UNARY, BATCHES = "1 query a call", "256 queries a call"
# Loads as benches/load reads them, by name.
CALLS = {
    UNARY: {"batch": 1, "connections": 4, "concurrency": 16},
    "16 queries a call": {"batch": 16, "connections": 4, "concurrency": 8},
    BATCHES: {"batch": 256, "connections": 4, "concurrency": 2},
    "1,024 queries a call": {"batch": 1024, "connections": 4, "concurrency": 1},
    "streams, 1 query a message": {"stream": True, "batch": 1, "connections": 4, "concurrency": 64},
    "streams, 256 queries a message": {
        "stream": True,
        "batch": 256,
        "connections": 4,
        "concurrency": 2,
    },
}
# Messages in flight over plain TCP.
TCP_WINDOWS = {UNARY: 64, BATCHES: 8}
RELOADS = 10
# Parts of memory that find keywords; the others say what was found.
INDEX_PARTS = ("vocabulary", "trie", "patterns", "postings")
