"""Why listings match a text, or why they do not. Immutable values that know nothing of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from broadside._query import AttributeValue
from broadside._results import InventoryVersion, Keyword, Span


class MissReason(IntEnum):
    """Which rule a listing fails. They are judged in this order, the listing's own rules before its group's."""

    UNSPECIFIED = 0
    """A reason that this version of the client does not know."""
    NOT_FOUND = 1
    """The inventory has no listing of this id."""
    PAUSED = 2
    """It, or its group, is paused."""
    OUTSIDE_FLIGHT = 3
    """The time is not inside its flight or its group's."""
    NO_KEYWORD = 4
    """None of its keywords matches."""
    BLOCKED = 5
    """A negative matches: its own, its group's, or one of a list that either refers to."""
    TARGETING = 6
    """Its targeting or its group's is not true."""
    INCOMPLETE = 7
    """A work limit stopped the search before it was known."""

    @classmethod
    def _missing_(cls, _value: object) -> MissReason:
        """Reads a reason of a newer server as UNSPECIFIED, so that its other fields stay readable."""
        return cls.UNSPECIFIED


class Obstacle(IntEnum):
    """Why a keyword does not match a text."""

    UNSPECIFIED = 0
    """An obstacle that this version of the client does not know."""
    LACKING_TOKENS = 1
    """Some of its tokens are not in the text."""
    NOT_IN_ORDER = 2
    """All of its tokens are there, but not next to each other in this order, or not where its anchor wants them."""
    MORE_IN_TEXT = 3
    """An EXACT: its tokens are in the text in order, and the text has more."""
    NOTHING_FOUND = 4
    """A REGEX that finds nothing."""

    @classmethod
    def _missing_(cls, _value: object) -> Obstacle:
        """Reads an obstacle of a newer server as UNSPECIFIED, so that its other fields stay readable."""
        return cls.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class ExplainedMatch:
    """How a listing matches."""

    score: float
    """Bid times quality, in millionths of the currency unit."""
    keyword_index: int
    """Which of its positive keywords is the best that matches, from 0."""
    keyword: Keyword
    """That keyword; its match type is the one of the match."""
    spans: tuple[Span, ...] = ()
    """Where it matched, ascending."""


@dataclass(frozen=True, slots=True)
class MissedFlight:
    """A flight that the time is not inside of. It holds from its start on and ends before its end."""

    start_time: datetime | None
    """Its start in UTC; None if it has none, or none that a datetime can express."""
    end_time: datetime | None
    """Its end in UTC, likewise."""
    as_of: datetime | None
    """The time at which it was judged, in UTC."""


@dataclass(frozen=True, slots=True)
class NearestKeyword:
    """The keyword with the fewest tokens that are not in the text, then the earliest; a REGEX only if all are."""

    keyword_index: int
    """Which of the listing's positive keywords it is, from 0."""
    keyword: Keyword
    """That keyword."""
    obstacle: Obstacle
    """What is in its way."""
    lacking_tokens: tuple[str, ...] = ()
    """For LACKING_TOKENS: its tokens that are not in the text, each once, folded and with their sigils."""


@dataclass(frozen=True, slots=True)
class BlockingNegative:
    """A negative that matches the text."""

    negative: Keyword
    """The negative."""
    negative_list: str | None = None
    """The name of the negative list that it is from; None if it is the listing's or the group's own."""
    spans: tuple[Span, ...] = ()
    """Where it matched, ascending."""


@dataclass(frozen=True, slots=True)
class SeenAttribute:
    """An attribute as targeting saw it."""

    name: str
    """Its name."""
    value: AttributeValue | None
    """Its value, a list as a tuple of texts; None if it was not sent."""


@dataclass(frozen=True, slots=True)
class UnmetTargeting:
    """A targeting that is not true."""

    expression: str
    """The smallest part of the expression that is to blame."""
    is_error: bool
    """Whether that part is an error (an attribute is missing or has a type that does not fit) and not just false."""
    attributes: tuple[SeenAttribute, ...] = ()
    """The attributes in that part, each once."""


MissDetail: TypeAlias = MissedFlight | NearestKeyword | BlockingNegative | UnmetTargeting
"""What there is to know about a miss: by its reason OUTSIDE_FLIGHT, NO_KEYWORD, BLOCKED or TARGETING."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a listing does not match: the first rule that failed."""

    reason: MissReason
    """Which rule failed."""
    group_id: str | None = None
    """The id of the group whose rule it is; None if it is the listing's own."""
    detail: MissDetail | None = None
    """What there is to know about it; None for NOT_FOUND, PAUSED and INCOMPLETE."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of one listing."""

    listing_id: str
    """The listing's id, as it was asked for."""
    outcome: ExplainedMatch | Miss
    """How it matches, or why it does not. Whether a match is among the first `limit` is not said."""

    @property
    def matched(self) -> bool:
        """Whether it matches."""
        return isinstance(self.outcome, ExplainedMatch)


@dataclass(frozen=True, slots=True)
class ListingExplanation:
    """What became of the one listing that was asked for."""

    version: InventoryVersion
    """The version that answered."""
    listing: Explanation
    """The listing."""


@dataclass(frozen=True, slots=True)
class TextExplanation:
    """All that a text brings up, from one version of the inventory."""

    version: InventoryVersion
    """The version that answered."""
    matches: tuple[Explanation, ...] = ()
    """The listings of the answer, best first, cut to the limit: exactly those that `match` returns."""
    misses: tuple[Explanation, ...] = ()
    """Listings of which a keyword matches and that do not match all the same, by listing id; at most 100."""
    more_misses: bool = False
    """Whether there are, or may be, more misses than those."""
    total: int = 0
    """How many listings matched, before `max_per_group` and `limit`."""
    total_exact: bool = False
    """Whether `total` was counted; if not, it is a lower bound."""
    incomplete: bool = False
    """Whether a work limit stopped the search early; only then a match may be missing."""
