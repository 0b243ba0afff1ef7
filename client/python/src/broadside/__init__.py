"""Client of Broadside: which listings of an inventory match a text, best first.

    >>> from broadside import Client
    >>> with Client("127.0.0.1:50051") as client:
    ...     for match in client.match("cheap running shoes").matches:
    ...         print(match.listing_id, match.score, match.match_type.name)

What is public is what this module exports. Start reading at `Client`; `_wire` is the only module that turns values into
messages and back, `_channel` makes the connection, `_call` is the only one that waits and retries.
"""

from importlib.metadata import version as _version

from broadside._client import Client
from broadside._errors import BroadsideError, Code, FieldViolation
from broadside._explanations import (
    BlockingNegative,
    ExplainedMatch,
    Explanation,
    ListingExplanation,
    Miss,
    MissDetail,
    MissedFlight,
    MissReason,
    NearestKeyword,
    Obstacle,
    SeenAttribute,
    TextExplanation,
    UnmetTargeting,
)
from broadside._headers import Priority
from broadside._query import AttributeValue, Include, MatchOptions, Query
from broadside._results import (
    BatchResult,
    InventoryVersion,
    Keyword,
    Match,
    MatchType,
    QueryResult,
    Span,
    StreamResult,
    Token,
)

__version__ = _version("broadside-client")

__all__ = [
    "AttributeValue",
    "BatchResult",
    "BlockingNegative",
    "BroadsideError",
    "Client",
    "Code",
    "ExplainedMatch",
    "Explanation",
    "FieldViolation",
    "Include",
    "InventoryVersion",
    "Keyword",
    "ListingExplanation",
    "Match",
    "MatchOptions",
    "MatchType",
    "Miss",
    "MissDetail",
    "MissReason",
    "MissedFlight",
    "NearestKeyword",
    "Obstacle",
    "Priority",
    "Query",
    "QueryResult",
    "SeenAttribute",
    "Span",
    "StreamResult",
    "TextExplanation",
    "Token",
    "UnmetTargeting",
    "__version__",
]
