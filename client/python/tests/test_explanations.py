"""Explanations: what is asked, and what is made of every answer."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from scripted_server import GENERATION, ScriptedServer, echo

from broadside import (
    BlockingNegative,
    BroadsideError,
    Client,
    Code,
    ExplainedMatch,
    Explanation,
    InventoryVersion,
    Keyword,
    ListingExplanation,
    MatchType,
    Miss,
    MissDetail,
    MissedFlight,
    MissReason,
    NearestKeyword,
    Obstacle,
    SeenAttribute,
    Span,
    TextExplanation,
    UnmetTargeting,
    _wire,
)
from broadside._generated import keyword_pb2, match_pb2, version_pb2

AS_OF = datetime(2026, 12, 24, 18, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=1)))
VERSION = InventoryVersion(GENERATION, 3)
WIRE_VERSION = version_pb2.InventoryVersion(generation=GENERATION, sequence=3)
KEYWORD = Keyword("tor+ent", MatchType.REGEX, bid_micros=0)
WIRE_KEYWORD = keyword_pb2.Keyword(text="tor+ent", match_type=keyword_pb2.MATCH_TYPE_REGEX, bid_micros=0)
WIRE_SPANS = [match_pb2.Span(start=0, end=7)]


def of_listing(**outcome: Any) -> match_pb2.ExplainResponse:
    listing = match_pb2.Explanation(listing_id="l1", **outcome)
    return match_pb2.ExplainResponse(version=WIRE_VERSION, listing=listing)


def serving(explained: match_pb2.ExplainResponse) -> ScriptedServer:
    return ScriptedServer(lambda request, _: echo(request), explained=explained)


def ask(response: match_pb2.ExplainResponse) -> ListingExplanation:
    with serving(response) as server, Client(server.address) as client:
        return client.explain("l1", "cat")


def test_a_listing_is_asked_for_with_all_that_matters() -> None:
    missed = match_pb2.Miss(reason=match_pb2.MISS_REASON_NOT_FOUND)
    with serving(of_listing(missed=missed)) as server, Client(server.address) as client:
        client.explain("l1", "cat")
        client.explain("l2", "dog", attributes={"xs": ["a"]}, as_of=AS_OF, min_version=VERSION)
    plain, full = server.explain_requests
    assert plain == match_pb2.ExplainRequest(text="cat", listing_id="l1", options={"limit": 10})
    assert full == match_pb2.ExplainRequest(
        text="dog",
        listing_id="l2",
        attributes={"xs": match_pb2.AttributeValue(string_list=match_pb2.StringList(values=["a"]))},
        options={"limit": 10, "as_of": Timestamp(seconds=1_798_131_600, nanos=500_000_000)},
        min_version=WIRE_VERSION,
    )


def test_a_text_is_asked_for_with_all_that_matters() -> None:
    text = match_pb2.ExplainResponse(version=WIRE_VERSION, text=match_pb2.TextExplanation())
    with serving(text) as server, Client(server.address) as client:
        client.explain_text("dog", limit=3, max_per_group=1, attributes={"age": 30}, as_of=AS_OF, min_version=VERSION)
    assert server.explain_requests == [
        match_pb2.ExplainRequest(
            text="dog",
            attributes={"age": match_pb2.AttributeValue(int_value=30)},
            options={
                "limit": 3,
                "max_per_group": 1,
                "as_of": Timestamp(seconds=1_798_131_600, nanos=500_000_000),
            },
            min_version=WIRE_VERSION,
        )
    ]


def test_a_match_keeps_every_field() -> None:
    matched = match_pb2.ExplainedMatch(score=1.5, keyword_index=2, keyword=WIRE_KEYWORD, spans=WIRE_SPANS)
    explained = ask(of_listing(matched=matched))
    assert explained == ListingExplanation(VERSION, Explanation("l1", ExplainedMatch(1.5, 2, KEYWORD, (Span(0, 7),))))
    assert explained.listing.matched
    assert pickle.loads(pickle.dumps(explained)) == explained


@pytest.mark.parametrize(
    ("reason", "detail", "expected"),
    [
        ("NOT_FOUND", {}, None),
        ("PAUSED", {}, None),
        ("INCOMPLETE", {}, None),
        (
            "OUTSIDE_FLIGHT",
            {"missed_flight": match_pb2.MissedFlight(start_time=Timestamp(seconds=60), as_of=Timestamp(seconds=30))},
            MissedFlight(
                datetime(1970, 1, 1, 0, 1, tzinfo=timezone.utc),
                None,
                datetime(1970, 1, 1, 0, 0, 30, tzinfo=timezone.utc),
            ),
        ),
        (
            "OUTSIDE_FLIGHT",
            # A time beyond the years that a datetime has.
            {"missed_flight": match_pb2.MissedFlight(end_time=Timestamp(seconds=-(2**60)))},
            MissedFlight(None, None, None),
        ),
        (
            "NO_KEYWORD",
            {
                "nearest_keyword": match_pb2.NearestKeyword(
                    keyword_index=4,
                    keyword=WIRE_KEYWORD,
                    obstacle=match_pb2.OBSTACLE_LACKING_TOKENS,
                    lacking_tokens=["trail", "#map"],
                )
            },
            NearestKeyword(4, KEYWORD, Obstacle.LACKING_TOKENS, ("trail", "#map")),
        ),
        (
            "BLOCKED",
            {"blocking_negative": match_pb2.BlockingNegative(negative=WIRE_KEYWORD, spans=WIRE_SPANS)},
            BlockingNegative(KEYWORD, None, (Span(0, 7),)),
        ),
        (
            "BLOCKED",
            {"blocking_negative": match_pb2.BlockingNegative(negative=WIRE_KEYWORD, negative_list="adult")},
            BlockingNegative(KEYWORD, "adult"),
        ),
        (
            "TARGETING",
            {
                "unmet_targeting": match_pb2.UnmetTargeting(
                    expression="a == b",
                    is_error=True,
                    attributes=[
                        match_pb2.SeenAttribute(name=name, value=value)
                        for name, value in [
                            ("s", match_pb2.AttributeValue(string_value="")),
                            ("i", match_pb2.AttributeValue(int_value=-1)),
                            ("d", match_pb2.AttributeValue(double_value=0.5)),
                            ("b", match_pb2.AttributeValue(bool_value=False)),
                            ("l", match_pb2.AttributeValue(string_list=match_pb2.StringList(values=["x"]))),
                            ("none", None),
                        ]
                    ],
                )
            },
            UnmetTargeting(
                "a == b",
                True,
                (
                    SeenAttribute("s", ""),
                    SeenAttribute("i", -1),
                    SeenAttribute("d", 0.5),
                    SeenAttribute("b", False),
                    SeenAttribute("l", ("x",)),
                    SeenAttribute("none", None),
                ),
            ),
        ),
    ],
)
@pytest.mark.parametrize("group_id", [None, "g1"])
def test_a_miss_keeps_every_field(
    reason: str, detail: dict[str, Any], expected: MissDetail | None, group_id: str | None
) -> None:
    miss = match_pb2.Miss(reason=f"MISS_REASON_{reason}", group_id=group_id, **detail)
    explained = _wire.listing_explanation_from_wire(of_listing(missed=miss))
    assert explained == ListingExplanation(VERSION, Explanation("l1", Miss(MissReason[reason], group_id, expected)))
    assert not explained.listing.matched


def test_a_text_keeps_every_field() -> None:
    text = match_pb2.TextExplanation(
        matches=[match_pb2.Explanation(listing_id="a", matched=match_pb2.ExplainedMatch(keyword=WIRE_KEYWORD))],
        misses=[match_pb2.Explanation(listing_id="b", missed=match_pb2.Miss(reason=match_pb2.MISS_REASON_PAUSED))],
        more_misses=True,
        total=7,
        total_exact=True,
        incomplete=True,
    )
    response = match_pb2.ExplainResponse(version=WIRE_VERSION, text=text)
    assert _wire.text_explanation_from_wire(response) == TextExplanation(
        version=VERSION,
        matches=(Explanation("a", ExplainedMatch(0.0, 0, KEYWORD)),),
        misses=(Explanation("b", Miss(MissReason.PAUSED)),),
        more_misses=True,
        total=7,
        total_exact=True,
        incomplete=True,
    )


def test_enums_agree_with_the_wire() -> None:
    assert {f"MISS_REASON_{each.name}": each.value for each in MissReason} == dict(match_pb2.MissReason.items())
    assert {f"OBSTACLE_{each.name}": each.value for each in Obstacle} == dict(match_pb2.Obstacle.items())
    assert (MissReason(99), Obstacle(99)) == (MissReason.UNSPECIFIED, Obstacle.UNSPECIFIED)


def test_an_answer_to_another_question_is_refused() -> None:
    text = match_pb2.ExplainResponse(text=match_pb2.TextExplanation())
    for response, message in [
        (match_pb2.ExplainResponse(), "expected explained to be listing from the server, got None"),
        (text, "expected explained to be listing from the server, got text"),
        (of_listing(), "expected outcome to be matched or missed from the server, got None"),
    ]:
        with pytest.raises(BroadsideError, match=message) as raised:
            _wire.listing_explanation_from_wire(response)
        assert raised.value.code is Code.INTERNAL
    with pytest.raises(BroadsideError, match="expected explained to be text from the server, got listing"):
        _wire.text_explanation_from_wire(of_listing())


@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (ValueError, ("", "cat"), "listing_id: expected a listing's id, got an empty one"),
        (TypeError, (7, "cat"), "listing_id: expected a text, got 7"),
        (TypeError, ("l1", b"cat"), "text: expected a text, got b'cat'"),
    ],
)
def test_mistakes_are_refused_before_anything_is_sent(
    error: type[Exception], arguments: tuple[Any, Any], message: str
) -> None:
    with serving(match_pb2.ExplainResponse()) as server, Client(server.address) as client:
        with pytest.raises(error, match=message):
            client.explain(*arguments)
        assert server.explain_requests == []
