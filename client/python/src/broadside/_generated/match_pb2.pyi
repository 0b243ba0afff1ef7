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
