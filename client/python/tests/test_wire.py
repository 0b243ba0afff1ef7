"""Values to messages and back."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from google.rpc import error_details_pb2, status_pb2

from broadside import (
    BroadsideError,
    Code,
    FieldViolation,
    Include,
    InventoryVersion,
    Keyword,
    Match,
    MatchOptions,
    MatchType,
    Query,
    QueryResult,
    Span,
    Token,
    _wire,
)
from broadside._generated import keyword_pb2, match_pb2


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("US", "string_value", "US"),
        ("", "string_value", ""),
        (True, "bool_value", True),
        (False, "bool_value", False),
        (1, "int_value", 1),
        (-(2**63), "int_value", -(2**63)),
        (2**63 - 1, "int_value", 2**63 - 1),
        (1.0, "double_value", 1.0),
        (["a", "b"], "string_list", ["a", "b"]),
        (("a",), "string_list", ["a"]),
        ([], "string_list", []),
    ],
)
def test_attribute_takes_the_kind_of_its_type(value: Any, kind: str, expected: object) -> None:
    message = _wire.attribute_to_wire("x", value)
    got = getattr(message, kind)
    assert message.WhichOneof("kind") == kind
    assert (list(got.values) if kind == "string_list" else got) == expected


@pytest.mark.parametrize("value", [None, b"US", {"US"}, {"a": "b"}, ["US", 1], [["US"]], object()])
def test_attribute_of_another_type_is_refused_by_name(value: Any) -> None:
    with pytest.raises(TypeError, match=r"attributes\['geo.city'\]: expected str, int, float, bool or a list of str"):
        _wire.attribute_to_wire("geo.city", value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2**63, r"attributes\['x'\]: expected an integer of 64 bits, got 9223372036854775808"),
        (-(2**63) - 1, r"attributes\['x'\]: expected an integer of 64 bits, got -9223372036854775809"),
        (float("nan"), r"attributes\['x'\]: expected a finite number, got nan"),
        (float("-inf"), r"attributes\['x'\]: expected a finite number, got -inf"),
    ],
)
def test_attribute_that_no_request_can_carry_is_refused(value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _wire.attribute_to_wire("x", value)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (["age"], r"attributes: expected a mapping of names to values, got \['age'\]"),
        ("", "attributes: expected a mapping of names to values, got ''"),
        ({7: "x"}, "attributes: expected names that are str, got 7"),
    ],
)
def test_attributes_of_another_shape_are_refused(attributes: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        _wire.query_to_wire(Query("shoes", attributes))


def test_request_carries_what_the_queries_share() -> None:
    as_of = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=2)))
    options = MatchOptions(5, 2, [Include.PAYLOAD, Include.SPANS, Include.KEYWORD], as_of)
    request = _wire.request_to_wire({"country": "US"}, options, InventoryVersion("00000000000000aa", 7))
    wire = match_pb2.MatchOptions
    assert request.options.limit == 5
    assert request.options.max_per_group == 2
    assert list(request.options.include) == [wire.INCLUDE_PAYLOAD, wire.INCLUDE_SPANS, wire.INCLUDE_KEYWORD]
    assert request.options.as_of.ToJsonString() == "2026-03-01T10:00:00.250Z"
    assert request.attributes["country"].string_value == "US"
    assert (request.min_version.generation, request.min_version.sequence) == ("00000000000000aa", 7)


def test_query_leaves_unset_what_it_does_not_override() -> None:
    plain = _wire.query_to_wire(Query("shoes"))
    own = _wire.query_to_wire(Query("shoes", {"age": 30}, MatchOptions(limit=1)))
    assert plain == _wire.query_to_wire("shoes") == match_pb2.Query(text="shoes")
    assert not plain.HasField("options")
    assert own.attributes["age"].int_value == 30
    assert own.options.limit == 1


@pytest.mark.parametrize("query", [None, b"shoes", 7, Query(b"shoes")])  # type: ignore[arg-type]
def test_query_of_another_type_is_refused(query: Any) -> None:
    with pytest.raises(TypeError, match="query: expected a text or a Query of a text"):
        _wire.query_to_wire(query)


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        _wire.query_to_wire("\ud800")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"limit": 0}, "limit: expected 1 to 1,000 matches, got 0"),
        ({"limit": -1}, "limit: expected 1 to 1,000 matches, got -1"),
        ({"as_of": datetime(2026, 3, 1)}, "as_of: expected a datetime with a time zone"),
    ],
)
def test_options_that_would_be_misread_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MatchOptions(**arguments)


def test_result_keeps_every_field() -> None:
    message = match_pb2.QueryResult(
        matches=[
            match_pb2.Match(
                listing_id="l1",
                score=450_000.5,
                match_type=keyword_pb2.MATCH_TYPE_PHRASE,
                keyword_index=2,
                keyword=keyword_pb2.Keyword(
                    text="running shoes", match_type=keyword_pb2.MATCH_TYPE_PHRASE, bid_micros=0, anchor_start=True
                ),
                payload=b"\x00\xff",
                spans=[match_pb2.Span(start=6, end=19)],
            ),
            match_pb2.Match(listing_id="l2", keyword=keyword_pb2.Keyword(anchor_end=True)),
        ],
        total=12,
        total_exact=True,
        incomplete=True,
    )
    keyword = Keyword("running shoes", MatchType.PHRASE, bid_micros=0, anchor_start=True)
    first = Match("l1", 450_000.5, MatchType.PHRASE, 2, keyword, b"\x00\xff", (Span(6, 19),))
    second = Match("l2", 0.0, MatchType.UNSPECIFIED, 0, Keyword("", MatchType.UNSPECIFIED, anchor_end=True))
    assert list(_wire.results_from_wire([message])) == [QueryResult((first, second), 12, True, True)]


def test_enums_agree_with_the_wire() -> None:
    assert {f"MATCH_TYPE_{each.name}": each.value for each in MatchType} == dict(keyword_pb2.MatchType.items())
    wire = dict(match_pb2.MatchOptions.Include.items())
    assert {f"INCLUDE_{each.name}": each.value for each in Include} | {"INCLUDE_UNSPECIFIED": 0} == wire


def test_match_type_of_a_newer_server_is_unspecified() -> None:
    message = match_pb2.QueryResult.FromString(b"\x0a\x06\x0a\x02l1\x18\x63")
    assert message.matches[0].match_type == 99
    (result,) = _wire.results_from_wire([message])
    assert result.matches == (Match("l1", 0.0, MatchType.UNSPECIFIED, 0),)


def test_span_counts_bytes() -> None:
    assert Span(6, 11).of("über café") == "café"


def test_tokens_keep_every_field() -> None:
    message = match_pb2.Token(sigil="#", word="cat", span=match_pb2.Span(start=1, end=5))
    assert _wire.tokens_from_wire([message]) == (Token("#", "cat", Span(1, 5)),)


def error_status() -> status_pb2.Status:
    status = status_pb2.Status(code=3, message="2 fields are wrong")
    violations = [
        error_details_pb2.BadRequest.FieldViolation(field="options.limit", description="expected at most 1,000"),
        error_details_pb2.BadRequest.FieldViolation(field="queries", description="expected at least 1"),
    ]
    retry = error_details_pb2.RetryInfo()
    retry.retry_delay.FromMilliseconds(250)
    for detail in (
        error_details_pb2.Help(),
        error_details_pb2.BadRequest(field_violations=violations),
        error_details_pb2.ErrorInfo(reason="OUT_OF_BOUNDS", domain="broadside.dev", metadata={"most": "1000"}),
        retry,
    ):
        status.details.add().Pack(detail)
    return status


def check_error(error: BroadsideError) -> None:
    assert error.code is Code.INVALID_ARGUMENT
    assert error.message == "2 fields are wrong"
    assert error.reason == "OUT_OF_BOUNDS"
    assert error.metadata == {"most": "1000"}
    assert error.retry_after == 0.25
    assert error.violations == (
        FieldViolation("options.limit", "expected at most 1,000"),
        FieldViolation("queries", "expected at least 1"),
    )
    assert str(error) == (
        "INVALID_ARGUMENT (OUT_OF_BOUNDS): 2 fields are wrong\n"
        "  options.limit: expected at most 1,000\n"
        "  queries: expected at least 1"
    )


def test_error_keeps_every_detail_and_survives_pickling() -> None:
    error = _wire.error_from_wire(error_status())
    check_error(error)
    check_error(pickle.loads(pickle.dumps(error)))


def test_error_without_details_has_empty_ones() -> None:
    error = _wire.error_from_wire(status_pb2.Status(code=99, message="new"))
    assert (error.code, error.reason, error.metadata, error.violations) == (Code.UNKNOWN, "", {}, ())
    assert error.retry_after is None
    assert str(error) == "UNKNOWN: new"


def test_error_detail_that_cannot_be_read_counts_as_absent() -> None:
    status = error_status()
    status.details[2].value = b"\xff"
    error = _wire.error_from_wire(status)
    assert (error.reason, error.metadata, error.retry_after) == ("", {}, 0.25)


def test_refused_query_raises_its_error_and_an_answered_one_does_not() -> None:
    (refused,) = _wire.results_from_wire([match_pb2.QueryResult(error=error_status())])
    assert refused.error is not None
    check_error(refused.error)
    with pytest.raises(BroadsideError, match="OUT_OF_BOUNDS"):
        refused.raise_for_error()
    answered = QueryResult()
    assert answered.raise_for_error() is answered
