"""What comes back: matches, results, tokens. Immutable values that know nothing of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from broadside._errors import BroadsideError, Code


class MatchType(IntEnum):
    """How a keyword is compared with a text, from the narrowest to the widest."""

    UNSPECIFIED = 0
    """A type that this version of the client does not know."""
    EXACT = 1
    """The keyword's tokens are all of the text's tokens, in order: `[running shoes]`."""
    PHRASE = 2
    """The keyword's tokens appear next to each other, in order: `"running shoes"`."""
    BROAD = 3
    """Each distinct token of the keyword appears somewhere in the text: `running shoes`."""
    REGEX = 4
    r"""A regular expression finds something in the text: `/run(ning)?\s+shoes/`."""

    @classmethod
    def _missing_(cls, _value: object) -> MatchType:
        """Reads a type of a newer server as UNSPECIFIED, so that its other fields stay readable."""
        return cls.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class InventoryVersion:
    """Which inventory answered. Equal versions give equal answers, on every server."""

    generation: str
    """Names the content that was loaded: 16 lowercase hexadecimal digits."""
    sequence: int = 0
    """Number of live updates applied on top of it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of bytes of the text's UTF-8, always at character boundaries."""

    start: int
    """First byte."""
    end: int
    """Byte after the last one."""

    def of(self, text: str) -> str:
        """Returns the part of the text that the span covers; `text[start:end]` would count characters, not bytes."""
        return text.encode()[self.start : self.end].decode()


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of a listing."""

    text: str
    """The words, without the marks of the notation."""
    match_type: MatchType
    """How they are compared with a text."""
    bid_micros: int | None = None
    """The keyword's own bid in millionths of the currency unit; None if the listing's applies."""
    anchor_start: bool = False
    """Whether the phrase must start at the first token of the text."""
    anchor_end: bool = False
    """Whether the phrase must end at the last token of the text."""


@dataclass(frozen=True, slots=True)
class Match:
    """One matching listing."""

    listing_id: str
    """The listing's id: 1 to 128 bytes of UTF-8."""
    score: float
    """Bid times quality, in millionths of the currency unit; finite, not negative."""
    match_type: MatchType
    """How the best of its matching keywords matched."""
    keyword_index: int
    """Which of the listing's positive keywords that is, from 0."""
    keyword: Keyword | None = None
    """That keyword, if `Include.KEYWORD` was asked for."""
    payload: bytes = b""
    """The listing's payload, if `Include.PAYLOAD` was asked for."""
    spans: tuple[Span, ...] = ()
    """Where that keyword matched, ascending, if `Include.SPANS` was asked for."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The answer to one query."""

    matches: tuple[Match, ...] = ()
    """Matching listings, best first: by score, then by match type, then by listing id. Cut to the limit."""
    total: int = 0
    """How many listings matched, before `max_per_group` and `limit`."""
    total_exact: bool = False
    """Whether `total` was counted; if not, it is a lower bound."""
    incomplete: bool = False
    """Whether a work limit stopped the search early; only then a match may be missing."""
    error: BroadsideError | None = None
    """Why this query alone was refused (`TEXT_TOO_LONG`, `TEXT_TOO_MANY_TOKENS`); None if it was answered."""

    def raise_for_error(self) -> QueryResult:
        """Raises the error if the query was refused, else returns the result itself.

        Raises:
            BroadsideError: The query was refused.

        """
        if self.error is not None:
            raise self.error
        return self


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The answers of one batch, all from one version of the inventory."""

    version: InventoryVersion
    """The version that answered."""
    results: tuple[QueryResult, ...]
    """One result for each query, in the order of the queries."""


@dataclass(frozen=True, slots=True)
class StreamResult:
    """The answer to one batch of a stream."""

    batch: BatchResult | None
    """The answers, or None if the batch was refused."""
    error: BroadsideError | None = None
    """Why the batch was refused as a whole; None if it was answered. The stream goes on."""

    def raise_for_error(self) -> BatchResult:
        """Raises the error if the batch was refused, else returns its answers.

        Raises:
            BroadsideError: The batch was refused.

        """
        if self.batch is None:
            raise self.error or BroadsideError(Code.INTERNAL, "expected an answer or an error from the server")
        return self.batch


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text."""

    sigil: str
    """The sigil that the word carries: `#`, `@`, `$`, or empty."""
    word: str
    """The folded word."""
    span: Span
    """The bytes of the text that it was read from, sigil included."""
