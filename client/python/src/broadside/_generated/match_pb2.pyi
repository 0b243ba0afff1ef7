import datetime

from . import keyword_pb2 as _keyword_pb2
from . import version_pb2 as _version_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MissReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MISS_REASON_UNSPECIFIED: _ClassVar[MissReason]
    MISS_REASON_NOT_FOUND: _ClassVar[MissReason]
    MISS_REASON_PAUSED: _ClassVar[MissReason]
    MISS_REASON_OUTSIDE_FLIGHT: _ClassVar[MissReason]
    MISS_REASON_NO_KEYWORD: _ClassVar[MissReason]
    MISS_REASON_BLOCKED: _ClassVar[MissReason]
    MISS_REASON_TARGETING: _ClassVar[MissReason]
    MISS_REASON_INCOMPLETE: _ClassVar[MissReason]

class Obstacle(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OBSTACLE_UNSPECIFIED: _ClassVar[Obstacle]
    OBSTACLE_LACKING_TOKENS: _ClassVar[Obstacle]
    OBSTACLE_NOT_IN_ORDER: _ClassVar[Obstacle]
    OBSTACLE_MORE_IN_TEXT: _ClassVar[Obstacle]
    OBSTACLE_NOTHING_FOUND: _ClassVar[Obstacle]
MISS_REASON_UNSPECIFIED: MissReason
MISS_REASON_NOT_FOUND: MissReason
MISS_REASON_PAUSED: MissReason
MISS_REASON_OUTSIDE_FLIGHT: MissReason
MISS_REASON_NO_KEYWORD: MissReason
MISS_REASON_BLOCKED: MissReason
MISS_REASON_TARGETING: MissReason
MISS_REASON_INCOMPLETE: MissReason
OBSTACLE_UNSPECIFIED: Obstacle
OBSTACLE_LACKING_TOKENS: Obstacle
OBSTACLE_NOT_IN_ORDER: Obstacle
OBSTACLE_MORE_IN_TEXT: Obstacle
OBSTACLE_NOTHING_FOUND: Obstacle

class MatchBatchRequest(_message.Message):
    __slots__ = ("queries", "attributes", "options", "min_version")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: AttributeValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[AttributeValue, _Mapping[str, object]]] = ...) -> None: ...
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MIN_VERSION_FIELD_NUMBER: _ClassVar[int]
    queries: _containers.RepeatedCompositeFieldContainer[Query]
    attributes: _containers.MessageMap[str, AttributeValue]
    options: MatchOptions
    min_version: _version_pb2.InventoryVersion
    def __init__(self, queries: _Optional[_Iterable[_Union[Query, _Mapping[str, object]]]] = ..., attributes: _Optional[_Mapping[str, AttributeValue]] = ..., options: _Optional[_Union[MatchOptions, _Mapping[str, object]]] = ..., min_version: _Optional[_Union[_version_pb2.InventoryVersion, _Mapping[str, object]]] = ...) -> None: ...

class Query(_message.Message):
    __slots__ = ("text", "attributes", "options")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: AttributeValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[AttributeValue, _Mapping[str, object]]] = ...) -> None: ...
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    text: str
    attributes: _containers.MessageMap[str, AttributeValue]
    options: MatchOptions
    def __init__(self, text: _Optional[str] = ..., attributes: _Optional[_Mapping[str, AttributeValue]] = ..., options: _Optional[_Union[MatchOptions, _Mapping[str, object]]] = ...) -> None: ...

class MatchOptions(_message.Message):
    __slots__ = ("limit", "max_per_group", "include", "as_of")
    class Include(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        INCLUDE_UNSPECIFIED: _ClassVar[MatchOptions.Include]
        INCLUDE_PAYLOAD: _ClassVar[MatchOptions.Include]
        INCLUDE_SPANS: _ClassVar[MatchOptions.Include]
        INCLUDE_KEYWORD: _ClassVar[MatchOptions.Include]
    INCLUDE_UNSPECIFIED: MatchOptions.Include
    INCLUDE_PAYLOAD: MatchOptions.Include
    INCLUDE_SPANS: MatchOptions.Include
    INCLUDE_KEYWORD: MatchOptions.Include
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MAX_PER_GROUP_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    limit: int
    max_per_group: int
    include: _containers.RepeatedScalarFieldContainer[MatchOptions.Include]
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, limit: _Optional[int] = ..., max_per_group: _Optional[int] = ..., include: _Optional[_Iterable[_Union[MatchOptions.Include, str]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ...) -> None: ...

class AttributeValue(_message.Message):
    __slots__ = ("string_value", "int_value", "double_value", "bool_value", "string_list")
    STRING_VALUE_FIELD_NUMBER: _ClassVar[int]
    INT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VALUE_FIELD_NUMBER: _ClassVar[int]
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    STRING_LIST_FIELD_NUMBER: _ClassVar[int]
    string_value: str
    int_value: int
    double_value: float
    bool_value: bool
    string_list: StringList
    def __init__(self, string_value: _Optional[str] = ..., int_value: _Optional[int] = ..., double_value: _Optional[float] = ..., bool_value: bool = ..., string_list: _Optional[_Union[StringList, _Mapping[str, object]]] = ...) -> None: ...

class StringList(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, values: _Optional[_Iterable[str]] = ...) -> None: ...

class MatchBatchResponse(_message.Message):
    __slots__ = ("version", "results")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    version: _version_pb2.InventoryVersion
    results: _containers.RepeatedCompositeFieldContainer[QueryResult]
    def __init__(self, version: _Optional[_Union[_version_pb2.InventoryVersion, _Mapping[str, object]]] = ..., results: _Optional[_Iterable[_Union[QueryResult, _Mapping[str, object]]]] = ...) -> None: ...

class MatchStreamRequest(_message.Message):
    __slots__ = ("request_id", "batch")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    batch: MatchBatchRequest
    def __init__(self, request_id: _Optional[int] = ..., batch: _Optional[_Union[MatchBatchRequest, _Mapping[str, object]]] = ...) -> None: ...

class MatchStreamResponse(_message.Message):
    __slots__ = ("request_id", "batch", "error")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    batch: MatchBatchResponse
    error: _status_pb2.Status
    def __init__(self, request_id: _Optional[int] = ..., batch: _Optional[_Union[MatchBatchResponse, _Mapping[str, object]]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping[str, object]]] = ...) -> None: ...

class QueryResult(_message.Message):
    __slots__ = ("matches", "total", "total_exact", "incomplete", "error")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_EXACT_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    total: int
    total_exact: bool
    incomplete: bool
    error: _status_pb2.Status
    def __init__(self, matches: _Optional[_Iterable[_Union[Match, _Mapping[str, object]]]] = ..., total: _Optional[int] = ..., total_exact: bool = ..., incomplete: bool = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping[str, object]]] = ...) -> None: ...

class Match(_message.Message):
    __slots__ = ("listing_id", "score", "match_type", "keyword_index", "keyword", "payload", "spans")
    LISTING_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    MATCH_TYPE_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_INDEX_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    listing_id: str
    score: float
    match_type: _keyword_pb2.MatchType
    keyword_index: int
    keyword: _keyword_pb2.Keyword
    payload: bytes
    spans: _containers.RepeatedCompositeFieldContainer[Span]
    def __init__(self, listing_id: _Optional[str] = ..., score: _Optional[float] = ..., match_type: _Optional[_Union[_keyword_pb2.MatchType, str]] = ..., keyword_index: _Optional[int] = ..., keyword: _Optional[_Union[_keyword_pb2.Keyword, _Mapping[str, object]]] = ..., payload: _Optional[bytes] = ..., spans: _Optional[_Iterable[_Union[Span, _Mapping[str, object]]]] = ...) -> None: ...

class Span(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("text", "listing_id", "attributes", "options", "min_version")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: AttributeValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[AttributeValue, _Mapping[str, object]]] = ...) -> None: ...
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LISTING_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MIN_VERSION_FIELD_NUMBER: _ClassVar[int]
    text: str
    listing_id: str
    attributes: _containers.MessageMap[str, AttributeValue]
    options: MatchOptions
    min_version: _version_pb2.InventoryVersion
    def __init__(self, text: _Optional[str] = ..., listing_id: _Optional[str] = ..., attributes: _Optional[_Mapping[str, AttributeValue]] = ..., options: _Optional[_Union[MatchOptions, _Mapping[str, object]]] = ..., min_version: _Optional[_Union[_version_pb2.InventoryVersion, _Mapping[str, object]]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("version", "listing", "text")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LISTING_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    version: _version_pb2.InventoryVersion
    listing: Explanation
    text: TextExplanation
    def __init__(self, version: _Optional[_Union[_version_pb2.InventoryVersion, _Mapping[str, object]]] = ..., listing: _Optional[_Union[Explanation, _Mapping[str, object]]] = ..., text: _Optional[_Union[TextExplanation, _Mapping[str, object]]] = ...) -> None: ...

class TextExplanation(_message.Message):
    __slots__ = ("matches", "misses", "more_misses", "total", "total_exact", "incomplete")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    MISSES_FIELD_NUMBER: _ClassVar[int]
    MORE_MISSES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_EXACT_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[Explanation]
    misses: _containers.RepeatedCompositeFieldContainer[Explanation]
    more_misses: bool
    total: int
    total_exact: bool
    incomplete: bool
    def __init__(self, matches: _Optional[_Iterable[_Union[Explanation, _Mapping[str, object]]]] = ..., misses: _Optional[_Iterable[_Union[Explanation, _Mapping[str, object]]]] = ..., more_misses: bool = ..., total: _Optional[int] = ..., total_exact: bool = ..., incomplete: bool = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ("listing_id", "matched", "missed")
    LISTING_ID_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    listing_id: str
    matched: ExplainedMatch
    missed: Miss
    def __init__(self, listing_id: _Optional[str] = ..., matched: _Optional[_Union[ExplainedMatch, _Mapping[str, object]]] = ..., missed: _Optional[_Union[Miss, _Mapping[str, object]]] = ...) -> None: ...

class ExplainedMatch(_message.Message):
    __slots__ = ("score", "keyword_index", "keyword", "spans")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_INDEX_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    score: float
    keyword_index: int
    keyword: _keyword_pb2.Keyword
    spans: _containers.RepeatedCompositeFieldContainer[Span]
    def __init__(self, score: _Optional[float] = ..., keyword_index: _Optional[int] = ..., keyword: _Optional[_Union[_keyword_pb2.Keyword, _Mapping[str, object]]] = ..., spans: _Optional[_Iterable[_Union[Span, _Mapping[str, object]]]] = ...) -> None: ...

class Miss(_message.Message):
    __slots__ = ("reason", "group_id", "missed_flight", "nearest_keyword", "blocking_negative", "unmet_targeting")
    REASON_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    MISSED_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    NEAREST_KEYWORD_FIELD_NUMBER: _ClassVar[int]
    BLOCKING_NEGATIVE_FIELD_NUMBER: _ClassVar[int]
    UNMET_TARGETING_FIELD_NUMBER: _ClassVar[int]
    reason: MissReason
    group_id: str
    missed_flight: MissedFlight
    nearest_keyword: NearestKeyword
    blocking_negative: BlockingNegative
    unmet_targeting: UnmetTargeting
    def __init__(self, reason: _Optional[_Union[MissReason, str]] = ..., group_id: _Optional[str] = ..., missed_flight: _Optional[_Union[MissedFlight, _Mapping[str, object]]] = ..., nearest_keyword: _Optional[_Union[NearestKeyword, _Mapping[str, object]]] = ..., blocking_negative: _Optional[_Union[BlockingNegative, _Mapping[str, object]]] = ..., unmet_targeting: _Optional[_Union[UnmetTargeting, _Mapping[str, object]]] = ...) -> None: ...

class MissedFlight(_message.Message):
    __slots__ = ("start_time", "end_time", "as_of")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    as_of: _timestamp_pb2.Timestamp
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ...) -> None: ...

class NearestKeyword(_message.Message):
    __slots__ = ("keyword_index", "keyword", "obstacle", "lacking_tokens")
    KEYWORD_INDEX_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_FIELD_NUMBER: _ClassVar[int]
    OBSTACLE_FIELD_NUMBER: _ClassVar[int]
    LACKING_TOKENS_FIELD_NUMBER: _ClassVar[int]
    keyword_index: int
    keyword: _keyword_pb2.Keyword
    obstacle: Obstacle
    lacking_tokens: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, keyword_index: _Optional[int] = ..., keyword: _Optional[_Union[_keyword_pb2.Keyword, _Mapping[str, object]]] = ..., obstacle: _Optional[_Union[Obstacle, str]] = ..., lacking_tokens: _Optional[_Iterable[str]] = ...) -> None: ...

class BlockingNegative(_message.Message):
    __slots__ = ("negative", "negative_list", "spans")
    NEGATIVE_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_LIST_FIELD_NUMBER: _ClassVar[int]
    SPANS_FIELD_NUMBER: _ClassVar[int]
    negative: _keyword_pb2.Keyword
    negative_list: str
    spans: _containers.RepeatedCompositeFieldContainer[Span]
    def __init__(self, negative: _Optional[_Union[_keyword_pb2.Keyword, _Mapping[str, object]]] = ..., negative_list: _Optional[str] = ..., spans: _Optional[_Iterable[_Union[Span, _Mapping[str, object]]]] = ...) -> None: ...

class UnmetTargeting(_message.Message):
    __slots__ = ("expression", "is_error", "attributes")
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    IS_ERROR_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    expression: str
    is_error: bool
    attributes: _containers.RepeatedCompositeFieldContainer[SeenAttribute]
    def __init__(self, expression: _Optional[str] = ..., is_error: bool = ..., attributes: _Optional[_Iterable[_Union[SeenAttribute, _Mapping[str, object]]]] = ...) -> None: ...

class SeenAttribute(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: AttributeValue
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[AttributeValue, _Mapping[str, object]]] = ...) -> None: ...

class AnalyzeRequest(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class AnalyzeResponse(_message.Message):
    __slots__ = ("tokens",)
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    tokens: _containers.RepeatedCompositeFieldContainer[Token]
    def __init__(self, tokens: _Optional[_Iterable[_Union[Token, _Mapping[str, object]]]] = ...) -> None: ...

class Token(_message.Message):
    __slots__ = ("sigil", "word", "span")
    SIGIL_FIELD_NUMBER: _ClassVar[int]
    WORD_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    sigil: str
    word: str
    span: Span
    def __init__(self, sigil: _Optional[str] = ..., word: _Optional[str] = ..., span: _Optional[_Union[Span, _Mapping[str, object]]] = ...) -> None: ...
