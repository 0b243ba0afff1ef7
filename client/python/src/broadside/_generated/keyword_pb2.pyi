from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MatchType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MATCH_TYPE_UNSPECIFIED: _ClassVar[MatchType]
    MATCH_TYPE_EXACT: _ClassVar[MatchType]
    MATCH_TYPE_PHRASE: _ClassVar[MatchType]
    MATCH_TYPE_BROAD: _ClassVar[MatchType]
    MATCH_TYPE_REGEX: _ClassVar[MatchType]
MATCH_TYPE_UNSPECIFIED: MatchType
MATCH_TYPE_EXACT: MatchType
MATCH_TYPE_PHRASE: MatchType
MATCH_TYPE_BROAD: MatchType
MATCH_TYPE_REGEX: MatchType

class Keyword(_message.Message):
    __slots__ = ("text", "match_type", "bid_micros", "anchor_start", "anchor_end")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MATCH_TYPE_FIELD_NUMBER: _ClassVar[int]
    BID_MICROS_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_START_FIELD_NUMBER: _ClassVar[int]
    ANCHOR_END_FIELD_NUMBER: _ClassVar[int]
    text: str
    match_type: MatchType
    bid_micros: int
    anchor_start: bool
    anchor_end: bool
    def __init__(self, text: _Optional[str] = ..., match_type: _Optional[_Union[MatchType, str]] = ..., bid_micros: _Optional[int] = ..., anchor_start: bool = ..., anchor_end: bool = ...) -> None: ...
