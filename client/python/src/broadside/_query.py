"""What to ask: a text, its attributes, and what to return.

Values are checked here only where a mistake would go unnoticed otherwise. Every other limit is the server's to judge,
so that a server with other limits needs no other client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

AttributeValue: TypeAlias = str | int | float | bool | Sequence[str]
"""The value of an attribute: a text, a 64-bit integer, a finite number, a truth value, or a list or tuple of texts."""


class Include(IntEnum):
    """Parts of a match that are left out unless asked for."""

    PAYLOAD = 1
    """`Match.payload`."""
    SPANS = 2
    """`Match.spans`."""
    KEYWORD = 3
    """`Match.keyword`."""


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """What to return for a query.

    Attributes:
        limit: The most matches to return, best first: 1 to 1,000.
        max_per_group: The most matches to return of one group; 0 means no cap.
        include: Parts to return in addition to the default ones.
        as_of: Time at which flights are judged, with a time zone; None means when the server reads the request.

    """

    limit: int = 10
    max_per_group: int = 0
    include: Iterable[Include] = ()
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        # On the wire 0 stands for the default, so it would return 10 matches.
        if self.limit < 1:
            raise ValueError(f"limit: expected 1 to 1,000 matches, got {self.limit}")
        # A naive time would be sent as if it were UTC, whatever clock it was read from.
        if self.as_of is not None and self.as_of.utcoffset() is None:
            raise ValueError(f"as_of: expected a datetime with a time zone, got {self.as_of!r}; set its tzinfo")
        object.__setattr__(self, "include", tuple(self.include))


@dataclass(frozen=True, slots=True)
class Query:
    """One text of a batch, with what differs from the rest of the batch.

    Attributes:
        text: The text, at most 64 KiB of UTF-8 and 8,192 tokens; a longer one is refused, never cut.
        attributes: Attributes of this query alone; they win over the batch's, name by name.
        options: Options of this query alone; they replace the batch's as a whole.

    """

    text: str
    attributes: Mapping[str, AttributeValue] | None = None
    options: MatchOptions | None = None
