"""Streams: against a scripted stream of answers, and against a real server where there is one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from scripted_server import echo

from broadside import BroadsideError, Client, Code, MatchOptions, Query, StreamResult, _wire
from broadside._generated import match_pb2
from broadside._limits import STREAM_BATCHES_MAX
from broadside._stream import Stream

needs_a_server = pytest.mark.skipif(
    not (os.environ.get("BROADSIDE_TEST_ADDRESS") or os.environ.get("BROADSIDE_SERVER_BIN")),
    reason="no real server: set BROADSIDE_SERVER_BIN or BROADSIDE_TEST_ADDRESS",
)


def shared() -> match_pb2.MatchBatchRequest:
    return _wire.request_to_wire(None, MatchOptions(), None)


def answered(request: match_pb2.MatchStreamRequest) -> match_pb2.MatchStreamResponse:
    return match_pb2.MatchStreamResponse(request_id=request.request_id, batch=echo(request.batch))


def ids(result: StreamResult) -> list[str]:
    return [match.listing_id for query in result.raise_for_error().results for match in query.matches]


def test_batches_are_numbered_and_answered_in_order() -> None:
    stream = Stream([["a", "b"], ["c"], iter(["d"])], shared())
    results = stream.results(map(answered, stream.requests()))
    assert [ids(result) for result in results] == [["a", "b"], ["c"], ["d"]]


def test_a_refused_batch_is_a_result_of_its_own() -> None:
    def responses() -> Iterator[match_pb2.MatchStreamResponse]:
        first, second = stream.requests()
        refused = match_pb2.MatchStreamResponse(request_id=first.request_id)
        refused.error.code = Code.FAILED_PRECONDITION
        yield refused
        yield answered(second)

    stream = Stream([["a"], ["b"]], shared())
    refused, good = stream.results(responses())
    assert refused.batch is None
    assert refused.error is not None
    assert refused.error.code is Code.FAILED_PRECONDITION
    with pytest.raises(BroadsideError):
        refused.raise_for_error()
    assert ids(good) == ["b"]


@pytest.mark.parametrize("request_id", [0, 2])
def test_an_answer_to_another_batch_is_an_error(request_id: int) -> None:
    stream = Stream([["a"]], shared())
    (request,) = stream.requests()
    request.request_id = request_id
    with pytest.raises(BroadsideError, match="batch 1"):
        next(stream.results([answered(request)]))


def test_an_answer_without_a_result_for_each_query_is_an_error() -> None:
    stream = Stream([["a", "b"]], shared())
    (request,) = stream.requests()
    del request.batch.queries[1]
    with pytest.raises(BroadsideError, match="expected 2 results"):
        next(stream.results([answered(request)]))


def test_only_some_batches_are_on_their_way_at_once() -> None:
    taken = itertools.count()
    batches = ([str(next(taken))] for _ in itertools.count())
    stream = Stream(batches, shared())
    requests = stream.requests()
    waiting = [next(requests) for _ in range(STREAM_BATCHES_MAX)]
    results = stream.results(map(answered, waiting))
    assert ids(next(results)) == ["0"]
    assert next(requests).request_id == STREAM_BATCHES_MAX + 1
    results.close()  # type: ignore[attr-defined]
    assert next(requests, None) is None, "nothing is read for a stream that has ended"


@pytest.mark.parametrize(
    ("batches", "error", "text"),
    [
        (["a text"], TypeError, "one text"),
        ([[]], ValueError, "at least 1"),
        ([["a"] * 4_097], ValueError, "4,096"),
        ([[b"a"]], TypeError, "expected a text"),
    ],
)
def test_what_is_wrong_with_a_batch_is_raised_where_answers_are_read(
    batches: list[list[str]], error: type[Exception], text: str
) -> None:
    stream = Stream([["good"], *batches, ["never sent"]], shared())
    results = stream.results(map(answered, stream.requests()))
    assert ids(next(results)) == ["good"]
    with pytest.raises(error, match=text):
        next(results)


@needs_a_server
def test_a_real_stream(client: Client) -> None:
    one: list[str | Query] = [Query("running shoes", options=MatchOptions(limit=1))]
    batches: list[list[str | Query]] = [["running shoes", "my cat"], one] * 50
    results = list(client.match_stream(iter(batches), limit=2))
    assert len(results) == 100
    expected = [query.matches for batch in batches[:2] for query in client.match_batch(batch, limit=2).results]
    found = [query.matches for result in results[:2] for query in result.raise_for_error().results]
    assert found == expected
    assert all(
        len(result.raise_for_error().results) == len(batch) for result, batch in zip(results, batches, strict=True)
    )


@needs_a_server
def test_a_real_stream_refuses_and_goes_on_and_can_be_left(client: Client) -> None:
    wrong: list[str | Query] = [
        Query("a", options=MatchOptions(limit=1_000)),
        Query("a", attributes={"Bad Name": True}),
    ]
    right: list[str | Query] = ["my cat"]
    endless = itertools.chain([wrong], itertools.repeat(right))
    results = client.match_stream(endless)
    refused = next(results)
    assert refused.error is not None
    assert refused.error.reason == "FIELD_INVALID"
    for _ in range(100):
        assert next(results).error is None
    results.close()  # type: ignore[attr-defined]
    assert client.match("my cat").total > 0, "the client lives on"


@needs_a_server
def test_a_deadline_ends_a_stream(client: Client) -> None:
    with pytest.raises(BroadsideError) as caught:
        for _ in client.match_stream(itertools.repeat(["my cat"]), deadline=0.3):
            pass
    assert caught.value.code is Code.DEADLINE_EXCEEDED
