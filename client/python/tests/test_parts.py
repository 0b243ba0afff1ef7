"""Cutting a batch into parts."""

from __future__ import annotations

import pytest

from broadside._generated import match_pb2
from broadside._limits import PART_BYTES_MAX, PART_QUERIES_MAX
from broadside._parts import split

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("sizes", "shared", "lengths"),
    [
        ([1], 0, [1]),
        ([1] * PART_QUERIES_MAX, 0, [PART_QUERIES_MAX]),
        ([1] * (PART_QUERIES_MAX + 1), 0, [PART_QUERIES_MAX, 1]),
        ([0] * (2 * PART_QUERIES_MAX + 3), 0, [PART_QUERIES_MAX, PART_QUERIES_MAX, 3]),
        ([MIB] * 5, 0, [2, 2, 1]),
        ([MIB] * 3, MIB, [1, 1, 1]),
        ([2 * MIB, 2 * MIB, 1, 1], 0, [1, 3]),
        ([PART_BYTES_MAX - 10, 1], 0, [1, 1]),
    ],
)
def test_parts_are_in_order_and_within_the_limits(sizes: list[int], shared: int, lengths: list[int]) -> None:
    queries = [match_pb2.Query(text="x" * size) for size in sizes]
    parts = split(queries, shared)
    assert [len(part) for part in parts] == lengths
    assert [query for part in parts for query in part] == queries
    assert all(shared + match_pb2.MatchBatchRequest(queries=part).ByteSize() <= PART_BYTES_MAX for part in parts)


@pytest.mark.parametrize(
    ("sizes", "shared", "message"),
    [
        ([], 0, "queries: expected at least 1, got none"),
        ([1, PART_BYTES_MAX], 0, r"queries\[1\]: expected at most 3145728 bytes"),
        ([1], PART_BYTES_MAX, r"queries\[0\]: expected at most 3145728 bytes"),
    ],
)
def test_batch_that_cannot_be_cut_is_refused(sizes: list[int], shared: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        split([match_pb2.Query(text="x" * size) for size in sizes], shared)
