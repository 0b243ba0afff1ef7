"""Cutting a batch into parts that the server accepts.

Promises that the parts, put together again, are the batch in its order, that no part is empty, and that each is within
the limits below together with what the queries share.
"""

from __future__ import annotations

from collections.abc import Iterable

from broadside._generated import match_pb2
from broadside._limits import PART_BYTES_MAX, PART_QUERIES_MAX

# The tag of `queries` and the length of a query: one byte, and at most four for lengths below `PART_BYTES_MAX`.
QUERY_FRAME_BYTES = 5


def split(queries: Iterable[match_pb2.Query], shared_bytes: int) -> list[list[match_pb2.Query]]:
    """Cuts the queries into as few parts as their order allows.

    Args:
        queries: The queries of the batch.
        shared_bytes: Size of what is sent with every part.

    Raises:
        ValueError: There is no query, or one of them does not fit into a call.

    """
    parts: list[list[match_pb2.Query]] = []
    room = 0
    for index, query in enumerate(queries):
        size = query.ByteSize() + QUERY_FRAME_BYTES
        if shared_bytes + size > PART_BYTES_MAX:
            raise ValueError(
                f"queries[{index}]: expected at most {PART_BYTES_MAX} bytes together with the attributes of the batch, "
                f"got {shared_bytes + size}; a text may have 64 KiB"
            )
        if size > room or len(parts[-1]) == PART_QUERIES_MAX:
            parts.append([])
            room = PART_BYTES_MAX - shared_bytes
        parts[-1].append(query)
        room -= size
    if not parts:
        raise ValueError("queries: expected at least 1, got none")
    return parts
