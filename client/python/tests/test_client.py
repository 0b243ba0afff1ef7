"""What the client makes of texts, options, parts and versions, against a server in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from scripted_server import GENERATION, Fault, ScriptedServer, echo

from broadside import (
    BroadsideError,
    Client,
    Code,
    Include,
    InventoryVersion,
    MatchOptions,
    Query,
    Span,
    Token,
)
from broadside._generated import match_pb2
from broadside._limits import BATCH_ATTEMPTS_MAX, PART_QUERIES_MAX

Answer = Callable[[match_pb2.MatchBatchRequest, int], match_pb2.MatchBatchResponse]

THREE_PARTS = [str(number) for number in range(2 * PART_QUERIES_MAX + 1)]


def answer_all(request: match_pb2.MatchBatchRequest, _call: int) -> match_pb2.MatchBatchResponse:
    return echo(request)


def not_served() -> Fault:
    info = error_details_pb2.ErrorInfo(reason="INVENTORY_VERSION_NOT_SERVED", domain="broadside.dev")
    return Fault(grpc.StatusCode.FAILED_PRECONDITION, "another version is served", [info])


def sequences(script: Sequence[int | None]) -> Answer:
    """Answers call by call as these live updates; None means that the version is not served any more."""

    def answer(request: match_pb2.MatchBatchRequest, call: int) -> match_pb2.MatchBatchResponse:
        sequence = script[min(call, len(script) - 1)]
        if sequence is None:
            raise not_served()
        return echo(request, sequence)

    return answer


def test_match_sends_text_and_options() -> None:
    with ScriptedServer(answer_all) as server, Client(server.address) as client:
        client.match("shoes")
        client.match("shoes", limit=3, max_per_group=1, include=[Include.SPANS], attributes={"age": 30})
    plain, full = server.requests
    assert plain == match_pb2.MatchBatchRequest(queries=[{"text": "shoes"}], options={"limit": 10})
    assert full == match_pb2.MatchBatchRequest(
        queries=[{"text": "shoes"}],
        options={"limit": 3, "max_per_group": 1, "include": ["INCLUDE_SPANS"]},
        attributes={"age": match_pb2.AttributeValue(int_value=30)},
    )


def test_analyze_returns_tokens() -> None:
    with ScriptedServer(answer_all) as server, Client(server.address) as client:
        assert client.analyze("#café") == (Token("#", "café", Span(0, 6)),)


def test_refused_text_raises_from_match_and_fails_alone_in_a_batch() -> None:
    def refuse_long(request: match_pb2.MatchBatchRequest, _call: int) -> match_pb2.MatchBatchResponse:
        response = echo(request)
        for result in response.results:
            if result.matches[0].listing_id == "long":
                result.CopyFrom(match_pb2.QueryResult(error=status_pb2.Status(code=3, message="text too long")))
                result.error.details.add().Pack(error_details_pb2.ErrorInfo(reason="TEXT_TOO_LONG"))
        return response

    with ScriptedServer(refuse_long) as server, Client(server.address) as client:
        with pytest.raises(BroadsideError, match=r"INVALID_ARGUMENT \(TEXT_TOO_LONG\): text too long"):
            client.match("long")
        first, second, third = client.match_batch(["a", Query("long"), "b"]).results
        assert (first.error, third.error) == (None, None)
        assert [result.matches[0].listing_id for result in (first, third)] == ["a", "b"]
        assert second.matches == ()
        assert second.error is not None
        assert second.error.reason == "TEXT_TOO_LONG"


def test_batch_takes_any_iterable_of_texts_and_queries() -> None:
    with ScriptedServer(answer_all) as server, Client(server.address) as client:
        queries: list[str | Query] = ["a", Query("b", {"x": True}, MatchOptions(limit=1))]
        batch = client.match_batch(iter(queries), attributes={"y": False}, min_version=InventoryVersion(GENERATION, 0))
    assert batch.version == InventoryVersion(GENERATION, 0)
    assert [result.matches[0].listing_id for result in batch.results] == ["a", "b"]
    (request,) = server.requests
    assert request.attributes["y"] == match_pb2.AttributeValue(bool_value=False)
    assert request.queries[1].attributes["x"] == match_pb2.AttributeValue(bool_value=True)
    assert request.queries[1].options.limit == 1
    assert request.min_version.generation == GENERATION


@pytest.mark.parametrize(
    ("script", "calls", "sequence"),
    [
        # Nothing changes.
        ([5], 3, 5),
        # A live update, or a reload, before the second part: all three are asked again.
        ([5, 6], 1 + 1 + 3, 6),
        ([5, None, 7], 1 + 1 + 3, 7),
        # It changes before the last part, twice, and the third attempt succeeds.
        ([5, 5, 6, 6, 6, None, 8], 3 + 3 + 3, 8),
    ],
)
def test_parts_come_from_one_version(script: list[int | None], calls: int, sequence: int) -> None:
    with ScriptedServer(sequences(script)) as server, Client(server.address, deadline=60) as client:
        batch = client.match_batch(THREE_PARTS, attributes={"country": "US"})
    assert batch.version == InventoryVersion(GENERATION, sequence)
    assert [result.matches[0].listing_id for result in batch.results] == THREE_PARTS
    assert len(server.requests) == calls
    last = server.requests[-3:]
    assert [len(request.queries) for request in last] == [PART_QUERIES_MAX, PART_QUERIES_MAX, 1]
    assert [request.HasField("min_version") for request in last] == [False, True, True]
    assert {(pin.generation, pin.sequence) for pin in (request.min_version for request in last[1:])} == {
        (GENERATION, sequence)
    }
    assert all(request.attributes["country"].string_value == "US" for request in last)


def test_an_inventory_that_keeps_changing_fails_the_batch() -> None:
    script = list(range(100))
    with ScriptedServer(sequences(script)) as server, Client(server.address, deadline=60) as client:
        with pytest.raises(BroadsideError) as raised:
            client.match_batch(THREE_PARTS)
        assert (raised.value.code, raised.value.reason) == (Code.ABORTED, "INVENTORY_CHANGED")
        assert len(server.requests) == 2 * BATCH_ATTEMPTS_MAX


def test_a_version_that_the_caller_asks_for_is_not_replaced() -> None:
    with ScriptedServer(sequences([None])) as server, Client(server.address) as client:
        with pytest.raises(BroadsideError) as raised:
            client.match_batch(THREE_PARTS, min_version=InventoryVersion(GENERATION, 9))
        assert (raised.value.code, raised.value.reason) == (Code.FAILED_PRECONDITION, "INVENTORY_VERSION_NOT_SERVED")
        assert [request.min_version.sequence for request in server.requests] == [9]


def test_results_that_are_not_one_for_each_query_are_refused() -> None:
    def one_short(request: match_pb2.MatchBatchRequest, _call: int) -> match_pb2.MatchBatchResponse:
        response = echo(request)
        del response.results[-1]
        return response

    message = "INTERNAL: expected 2 results from the server, got 1"
    with ScriptedServer(one_short) as server, Client(server.address) as client:
        with pytest.raises(BroadsideError, match=message):
            client.match_batch(["a", "b"])
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("error", "queries", "arguments", "message"),
    [
        (TypeError, "shoes", {}, "expected an iterable of texts, got one text"),
        (TypeError, [b"shoes"], {}, "expected a text or a Query of a text, got b'shoes'"),
        (TypeError, ["a"], {"attributes": {"x": None}}, r"attributes\['x'\]"),
        (ValueError, [], {}, "queries: expected at least 1, got none"),
        (ValueError, ["a"], {"limit": 0}, "limit: expected 1 to 1,000"),
        (ValueError, ["a"], {"include": [9]}, "9 is not a valid Include"),
        (ValueError, ["a"], {"deadline": -1}, "deadline: expected more than 0"),
    ],
)
def test_mistakes_are_refused_before_anything_is_sent(
    error: type[Exception], queries: Any, arguments: dict[str, Any], message: str
) -> None:
    with ScriptedServer(answer_all) as server, Client(server.address) as client:
        with pytest.raises(error, match=message):
            client.match_batch(queries, **arguments)
        assert server.requests == []


def test_match_of_another_type_is_refused() -> None:
    with Client("127.0.0.1:1") as client, pytest.raises(TypeError, match="expected a text"):
        client.match(None)  # type: ignore[arg-type]
