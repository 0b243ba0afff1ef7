"""The client against a real server that serves `inventory.jsonl`."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any

import pytest

from broadside import (
    BlockingNegative,
    BroadsideError,
    Client,
    Code,
    ExplainedMatch,
    Include,
    InventoryVersion,
    Keyword,
    Match,
    MatchOptions,
    MatchType,
    Miss,
    MissDetail,
    MissedFlight,
    MissReason,
    NearestKeyword,
    Obstacle,
    Query,
    SeenAttribute,
    Span,
    Token,
    UnmetTargeting,
)

if not (os.environ.get("BROADSIDE_TEST_ADDRESS") or os.environ.get("BROADSIDE_SERVER_BIN")):
    pytest.skip(
        "no real server: set BROADSIDE_SERVER_BIN to a broadside-server binary, or BROADSIDE_TEST_ADDRESS to the "
        "address of one that serves tests/inventory.jsonl",
        allow_module_level=True,
    )

DURING_THE_SALE = datetime(2020, 1, 15, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        ("Running Shoes", {}, ["running-exact", "running-phrase"]),
        ("Running Shoes", {"limit": 1}, ["running-exact"]),
        ("Running Shoes", {"max_per_group": 1}, ["running-exact"]),
        ("new running shoes, cheap", {}, ["running-phrase", "shoes-broad"]),
        ("cheap running shoes for free", {}, ["running-phrase"]),
        ("shoes for running", {}, []),
        ("Breaking news!", {}, ["news-anchored"]),
        ("the breaking news", {}, []),
        ("my #cat", {}, ["cat-hashtag", "cat-any"]),
        ("my cat", {"attributes": {"country": "US", "age": 30}}, ["cat-any"]),
        ("winter sale", {}, []),
        ("winter sale", {"as_of": DURING_THE_SALE}, ["sale-flight"]),
        ("Torrrrent files", {}, ["torrent-regex"]),
        ("wine tasting", {}, []),
        ("wine tasting", {"attributes": {"age": 30, "interests": ["wine"]}}, ["wine-targeted"]),
        ("wine tasting", {"attributes": {"age": 30, "interests": [], "vip": True}}, ["wine-targeted"]),
        ("wine tasting", {"attributes": {"age": 20.5, "interests": ["wine"]}}, []),
        ("casino wine tasting", {"attributes": {"age": 30, "interests": ["wine"]}}, []),
        ("", {}, []),
    ],
)
def test_known_texts_match_known_listings(
    client: Client, text: str, arguments: dict[str, Any], expected: list[str]
) -> None:
    assert [match.listing_id for match in client.match(text, **arguments).matches] == expected


def test_everything_that_can_be_included_arrives(client: Client) -> None:
    result = client.match("Running  Shoes", include=list(Include))
    exact, phrase = result.matches
    assert (result.total, result.total_exact, result.incomplete, result.error) == (2, True, False, None)
    assert exact == Match(
        listing_id="running-exact",
        score=900_000.0,
        match_type=MatchType.EXACT,
        keyword_index=1,
        keyword=Keyword("running shoes", MatchType.EXACT),
        payload=b"ad/1",
        spans=(Span(0, 14),),
    )
    assert (phrase.score, phrase.match_type) == (350_000.0, MatchType.PHRASE)


def test_nothing_is_included_unasked(client: Client) -> None:
    first = client.match("running shoes").matches[0]
    assert (first.keyword, first.payload, first.spans) == (None, b"", ())


def test_spans_cut_the_text(client: Client) -> None:
    text = "«café» Shoes, so CHEAP"
    (broad,) = client.match(text, include=[Include.SPANS]).matches
    assert [span.of(text) for span in broad.spans] == ["Shoes", "CHEAP"]


def test_a_keyword_tells_its_own_bid(client: Client) -> None:
    (match,) = client.match("cat", include=[Include.KEYWORD]).matches
    assert match.keyword == Keyword("cat", MatchType.BROAD, bid_micros=300_000)
    assert match.score == 300_000.0


def test_a_refused_text_fails_alone(client: Client) -> None:
    first, refused, last = client.match_batch(["cat", "x" * 70_000, Query("#cat", None, MatchOptions(limit=1))]).results
    assert [match.listing_id for match in (*first.matches, *last.matches)] == ["cat-any", "cat-hashtag"]
    assert refused.error is not None
    assert refused.error.reason == "TEXT_TOO_LONG"
    with pytest.raises(BroadsideError, match="TEXT_TOO_LONG"):
        client.match("x" * 70_000)


def test_a_large_batch_comes_back_in_order_and_of_one_version(client: Client) -> None:
    texts = ["cat", "nothing of the kind", "cheap shoes"] * 3_000
    batch = client.match_batch(texts, deadline=60)
    expected = {"cat": ["cat-any"], "cheap shoes": ["shoes-broad"]}
    got = [[match.listing_id for match in result.matches] for result in batch.results]
    assert got == [expected.get(text, []) for text in texts]
    assert client.match_batch(["cat"], min_version=batch.version).version == batch.version


def test_a_version_that_is_not_served_is_refused(client: Client) -> None:
    with pytest.raises(BroadsideError) as raised:
        client.match_batch(["cat"], min_version=InventoryVersion("0123456789abcdef"))
    assert (raised.value.code, raised.value.reason) == (Code.FAILED_PRECONDITION, "INVENTORY_VERSION_NOT_SERVED")
    assert raised.value.retry_after is not None


def test_a_limit_out_of_range_names_its_field(client: Client) -> None:
    with pytest.raises(BroadsideError) as raised:
        client.match("cat", limit=1_001)
    assert raised.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in raised.value.violations] == ["options.limit"]


def test_analysis_tells_the_tokens(client: Client) -> None:
    assert client.analyze("T-rex #Café") == (
        Token("", "t", Span(0, 1)),
        Token("", "rex", Span(2, 5)),
        Token("#", "café", Span(6, 12)),
    )


def test_a_query_adds_attributes_of_its_own(client: Client) -> None:
    queries = [Query("wine tasting", {"age": age}) for age in (20, 30)]
    batch = client.match_batch(["wine tasting", *queries], attributes={"age": 40, "interests": ["wine"]})
    assert [bool(result.matches) for result in batch.results] == [True, False, True]


@pytest.mark.parametrize(
    ("listing_id", "text", "arguments", "reason", "group_id", "detail"),
    [
        ("nobody", "cat", {}, MissReason.NOT_FOUND, None, None),
        ("cat-paused", "cat", {}, MissReason.PAUSED, None, None),
        (
            "ended-group",
            "summer hats",
            {"as_of": datetime(2020, 3, 1, tzinfo=timezone.utc)},
            MissReason.OUTSIDE_FLIGHT,
            "ended",
            MissedFlight(
                None,
                datetime(2020, 2, 1, tzinfo=timezone.utc),
                datetime(2020, 3, 1, tzinfo=timezone.utc),
            ),
        ),
        (
            "running-exact",
            "running late",
            {},
            MissReason.NO_KEYWORD,
            None,
            NearestKeyword(0, Keyword("sandals", MatchType.BROAD), Obstacle.LACKING_TOKENS, ("sandals",)),
        ),
        (
            "running-phrase",
            "shoes for running",
            {},
            MissReason.NO_KEYWORD,
            None,
            NearestKeyword(0, Keyword("running shoes", MatchType.PHRASE), Obstacle.NOT_IN_ORDER),
        ),
        (
            "torrent-regex",
            "cat",
            {},
            MissReason.NO_KEYWORD,
            None,
            NearestKeyword(0, Keyword("tor+ent", MatchType.REGEX), Obstacle.NOTHING_FOUND),
        ),
        (
            "shoes-broad",
            "cheap shoes for free",
            {},
            MissReason.BLOCKED,
            None,
            BlockingNegative(Keyword("free", MatchType.BROAD), None, (Span(16, 20),)),
        ),
        (
            "wine-targeted",
            "casino wine tasting",
            {},
            MissReason.BLOCKED,
            None,
            BlockingNegative(Keyword("casino", MatchType.BROAD), "adult", (Span(0, 6),)),
        ),
        (
            "wine-targeted",
            "wine tasting",
            {"attributes": {"age": 20}},
            MissReason.TARGETING,
            None,
            UnmetTargeting("age >= 21", False, (SeenAttribute("age", 20),)),
        ),
        (
            "wine-targeted",
            "wine tasting",
            {"attributes": {"age": 30, "interests": ["beer"]}},
            MissReason.TARGETING,
            None,
            UnmetTargeting(
                '"wine" in interests || vip',
                True,
                (SeenAttribute("interests", ("beer",)), SeenAttribute("vip", None)),
            ),
        ),
    ],
)
def test_why_a_listing_does_not_match(
    client: Client,
    listing_id: str,
    text: str,
    arguments: dict[str, Any],
    reason: MissReason,
    group_id: str | None,
    detail: MissDetail | None,
) -> None:
    explained = client.explain(listing_id, text, **arguments).listing
    assert (explained.listing_id, explained.outcome) == (listing_id, Miss(reason, group_id, detail))


def test_why_a_listing_matches(client: Client) -> None:
    outcome = client.explain("running-exact", "Running  Shoes").listing.outcome
    assert outcome == ExplainedMatch(900_000.0, 1, Keyword("running shoes", MatchType.EXACT), (Span(0, 14),))


def test_a_whole_answer_is_explained(client: Client) -> None:
    explained = client.explain_text("cat", limit=1)
    assert [listing.listing_id for listing in explained.matches] == ["cat-any"]
    assert [(listing.listing_id, listing.outcome) for listing in explained.misses] == [
        ("cat-paused", Miss(MissReason.PAUSED))
    ]
    assert (explained.total, explained.total_exact, explained.more_misses) == (1, True, False)
    assert client.match_batch(["cat"]).version == explained.version


def test_a_text_that_is_too_long_is_not_explained(client: Client) -> None:
    with pytest.raises(BroadsideError) as raised:
        client.explain("cat-any", "x" * 70_000)
    assert (raised.value.code, raised.value.reason) == (Code.INVALID_ARGUMENT, "TEXT_TOO_LONG")
