"""Values to messages and back: the only module that knows how the API looks on the wire."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import datetime, timezone

from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2, status_pb2

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
from broadside._generated import keyword_pb2, match_pb2, version_pb2
from broadside._query import AttributeValue, Include, MatchOptions, Query
from broadside._results import (
    InventoryVersion,
    Keyword,
    Match,
    MatchType,
    QueryResult,
    Span,
    Token,
)

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


def request_to_wire(
    attributes: Mapping[str, AttributeValue] | None,
    options: MatchOptions,
    min_version: InventoryVersion | None,
) -> match_pb2.MatchBatchRequest:
    """Makes the request that the queries of a batch share, still without queries."""
    request = match_pb2.MatchBatchRequest(options=_options_to_wire(options))
    _set_attributes(request.attributes, attributes)
    if min_version is not None:
        request.min_version.CopyFrom(version_to_wire(min_version))
    return request


def query_to_wire(query: str | Query) -> match_pb2.Query:
    """Makes the message of one query."""
    if isinstance(query, str):
        return match_pb2.Query(text=query)
    if not isinstance(query, Query) or not isinstance(query.text, str):
        raise TypeError(f"query: expected a text or a Query of a text, got {query!r:.200}")
    message = match_pb2.Query(text=query.text)
    _set_attributes(message.attributes, query.attributes)
    if query.options is not None:
        message.options.CopyFrom(_options_to_wire(query.options))
    return message


def explain_to_wire(
    text: str,
    listing_id: str,
    attributes: Mapping[str, AttributeValue] | None,
    options: MatchOptions,
    min_version: InventoryVersion | None,
) -> match_pb2.ExplainRequest:
    """Makes the request that explains a text: for one listing, or the whole answer if its id is empty."""
    for name, value in (("text", text), ("listing_id", listing_id)):
        if not isinstance(value, str):
            raise TypeError(f"{name}: expected a text, got {value!r:.200}")
    request = match_pb2.ExplainRequest(text=text, listing_id=listing_id, options=_options_to_wire(options))
    _set_attributes(request.attributes, attributes)
    if min_version is not None:
        request.min_version.CopyFrom(version_to_wire(min_version))
    return request


def _options_to_wire(options: MatchOptions) -> match_pb2.MatchOptions:
    message = match_pb2.MatchOptions(
        limit=options.limit,
        max_per_group=options.max_per_group,
        include=[f"INCLUDE_{Include(part).name}" for part in options.include],
    )
    if options.as_of is not None:
        message.as_of.FromDatetime(options.as_of)
    return message


def version_to_wire(version: InventoryVersion) -> version_pb2.InventoryVersion:
    """Makes the message of a version."""
    return version_pb2.InventoryVersion(generation=version.generation, sequence=version.sequence)


def attribute_to_wire(name: str, value: AttributeValue) -> match_pb2.AttributeValue:
    """Makes the message of one attribute's value, by the type of the value."""
    match value:
        # Before int, because every bool is an int.
        case bool():
            return match_pb2.AttributeValue(bool_value=value)
        case int():
            if not INT_MIN <= value <= INT_MAX:
                raise ValueError(f"attributes[{name!r}]: expected an integer of 64 bits, got {value}")
            return match_pb2.AttributeValue(int_value=value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"attributes[{name!r}]: expected a finite number, got {value}")
            return match_pb2.AttributeValue(double_value=value)
        case str():
            return match_pb2.AttributeValue(string_value=value)
        case list() | tuple() if all(isinstance(text, str) for text in value):
            return match_pb2.AttributeValue(string_list=match_pb2.StringList(values=value))
    raise TypeError(f"attributes[{name!r}]: expected str, int, float, bool or a list of str, got {value!r:.200}")


def _set_attributes(
    target: MutableMapping[str, match_pb2.AttributeValue],
    attributes: Mapping[str, AttributeValue] | None,
) -> None:
    if attributes is None:
        return
    if not isinstance(attributes, Mapping):
        raise TypeError(f"attributes: expected a mapping of names to values, got {attributes!r:.200}")
    for name, value in attributes.items():
        if not isinstance(name, str):
            raise TypeError(f"attributes: expected names that are str, got {name!r:.200}")
        target[name].CopyFrom(attribute_to_wire(name, value))


def version_from_wire(message: version_pb2.InventoryVersion) -> InventoryVersion:
    """Reads a version."""
    return InventoryVersion(message.generation, message.sequence)


def results_from_wire(messages: Iterable[match_pb2.QueryResult]) -> Iterable[QueryResult]:
    """Reads the results of a batch, in order."""
    for message in messages:
        yield QueryResult(
            matches=tuple(_match_from_wire(match) for match in message.matches),
            total=message.total,
            total_exact=message.total_exact,
            incomplete=message.incomplete,
            error=error_from_wire(message.error) if message.HasField("error") else None,
        )


def _match_from_wire(message: match_pb2.Match) -> Match:
    return Match(
        listing_id=message.listing_id,
        score=message.score,
        match_type=MatchType(message.match_type),
        keyword_index=message.keyword_index,
        keyword=_keyword_from_wire(message.keyword) if message.HasField("keyword") else None,
        payload=message.payload,
        spans=_spans_from_wire(message.spans),
    )


def _keyword_from_wire(message: keyword_pb2.Keyword) -> Keyword:
    return Keyword(
        text=message.text,
        match_type=MatchType(message.match_type),
        bid_micros=message.bid_micros if message.HasField("bid_micros") else None,
        anchor_start=message.anchor_start,
        anchor_end=message.anchor_end,
    )


def _span_from_wire(message: match_pb2.Span) -> Span:
    return Span(message.start, message.end)


def _spans_from_wire(messages: Iterable[match_pb2.Span]) -> tuple[Span, ...]:
    return tuple([_span_from_wire(span) for span in messages])


def listing_explanation_from_wire(message: match_pb2.ExplainResponse) -> ListingExplanation:
    """Reads the explanation of one listing."""
    _require(message, "explained", "listing")
    return ListingExplanation(version_from_wire(message.version), _explanation_from_wire(message.listing))


def text_explanation_from_wire(message: match_pb2.ExplainResponse) -> TextExplanation:
    """Reads the explanation of a whole answer."""
    _require(message, "explained", "text")
    text = message.text
    return TextExplanation(
        version=version_from_wire(message.version),
        matches=tuple(_explanation_from_wire(each) for each in text.matches),
        misses=tuple(_explanation_from_wire(each) for each in text.misses),
        more_misses=text.more_misses,
        total=text.total,
        total_exact=text.total_exact,
        incomplete=text.incomplete,
    )


def _require(message: Message, oneof: str, *kinds: str) -> None:
    """Refuses an answer that no server gives: one whose `oneof` is not one of these."""
    kind = message.WhichOneof(oneof)
    if kind not in kinds:
        raise BroadsideError(Code.INTERNAL, f"expected {oneof} to be {' or '.join(kinds)} from the server, got {kind}")


def _explanation_from_wire(message: match_pb2.Explanation) -> Explanation:
    _require(message, "outcome", "matched", "missed")
    if message.HasField("missed"):
        return Explanation(message.listing_id, _miss_from_wire(message.missed))
    matched = message.matched
    return Explanation(
        message.listing_id,
        ExplainedMatch(
            score=matched.score,
            keyword_index=matched.keyword_index,
            keyword=_keyword_from_wire(matched.keyword),
            spans=_spans_from_wire(matched.spans),
        ),
    )


def _miss_from_wire(message: match_pb2.Miss) -> Miss:
    return Miss(MissReason(message.reason), message.group_id or None, _detail_from_wire(message))


def _detail_from_wire(message: match_pb2.Miss) -> MissDetail | None:
    match message.WhichOneof("detail"):
        case "missed_flight":
            flight = message.missed_flight
            return MissedFlight(
                start_time=_time_from_wire(flight, "start_time"),
                end_time=_time_from_wire(flight, "end_time"),
                as_of=_time_from_wire(flight, "as_of"),
            )
        case "nearest_keyword":
            nearest = message.nearest_keyword
            return NearestKeyword(
                keyword_index=nearest.keyword_index,
                keyword=_keyword_from_wire(nearest.keyword),
                obstacle=Obstacle(nearest.obstacle),
                lacking_tokens=tuple(nearest.lacking_tokens),
            )
        case "blocking_negative":
            blocking = message.blocking_negative
            return BlockingNegative(
                negative=_keyword_from_wire(blocking.negative),
                negative_list=blocking.negative_list or None,
                spans=_spans_from_wire(blocking.spans),
            )
        case "unmet_targeting":
            unmet = message.unmet_targeting
            seen = tuple(SeenAttribute(each.name, _attribute_from_wire(each.value)) for each in unmet.attributes)
            return UnmetTargeting(unmet.expression, unmet.is_error, seen)
    return None


def _attribute_from_wire(message: match_pb2.AttributeValue) -> AttributeValue | None:
    kind = message.WhichOneof("kind")
    if kind is None:
        return None
    if kind == "string_list":
        return tuple(message.string_list.values)
    value: AttributeValue = getattr(message, kind)
    return value


def _time_from_wire(message: match_pb2.MissedFlight, field: str) -> datetime | None:
    """Reads a time in UTC; None if it is not set, or is beyond what a datetime can express."""
    if not message.HasField(field):
        return None
    timestamp: Timestamp = getattr(message, field)
    try:
        return timestamp.ToDatetime(timezone.utc)
    except (ValueError, OverflowError):
        return None


def tokens_from_wire(messages: Iterable[match_pb2.Token]) -> tuple[Token, ...]:
    """Reads the tokens of a text, in order."""
    return tuple(Token(token.sigil, token.word, _span_from_wire(token.span)) for token in messages)


def error_from_wire(status: status_pb2.Status) -> BroadsideError:
    """Reads a status with the details that the API uses: ErrorInfo, BadRequest and RetryInfo; others are left out."""
    info = error_details_pb2.ErrorInfo()
    bad_request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    found = [_unpack(status.details, message) for message in (info, bad_request, retry)]
    return BroadsideError(
        code=Code(status.code),
        message=status.message,
        reason=info.reason,
        metadata=dict(info.metadata),
        violations=tuple(FieldViolation(each.field, each.description) for each in bad_request.field_violations),
        retry_after=retry.retry_delay.ToTimedelta().total_seconds() if found[2] else None,
    )


def _unpack(
    details: Iterable[Any],
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> bool:
    """Fills the message from the first detail of its type; a detail that cannot be read counts as absent."""
    for detail in details:
        try:
            if detail.Unpack(message):
                return True
        except DecodeError:
            message.Clear()
    return False
