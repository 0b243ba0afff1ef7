//! The reasons for which this crate refuses a record, as programs read them. Those of the index itself, such as
//! `KEYWORD_EMPTY`, are broadside-core's; the crate's front page lists both.

/// Why a record is bad, where the index was not asked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    BidOnNegative,
    ConflictingValue,
    DuplicateField,
    InvalidTime,
    InvalidUtf8,
    InventoryEmpty,
    LineTooLong,
    MalformedCsv,
    MalformedJson,
    MissingField,
    NegativeAlone,
    OutOfRange,
    UnknownField,
    UnknownValue,
    WrongType,
}

impl Reason {
    /// Every reason, for the tests that hold the documentation to it.
    #[cfg(test)]
    pub(crate) const ALL: [Reason; 15] = [
        Reason::BidOnNegative,
        Reason::ConflictingValue,
        Reason::DuplicateField,
        Reason::InvalidTime,
        Reason::InvalidUtf8,
        Reason::InventoryEmpty,
        Reason::LineTooLong,
        Reason::MalformedCsv,
        Reason::MalformedJson,
        Reason::MissingField,
        Reason::NegativeAlone,
        Reason::OutOfRange,
        Reason::UnknownField,
        Reason::UnknownValue,
        Reason::WrongType,
    ];

    /// UPPER_SNAKE and stable.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Reason::BidOnNegative => "BID_ON_NEGATIVE",
            Reason::ConflictingValue => "CONFLICTING_VALUE",
            Reason::DuplicateField => "DUPLICATE_FIELD",
            Reason::InvalidTime => "INVALID_TIME",
            Reason::InvalidUtf8 => "INVALID_UTF8",
            Reason::InventoryEmpty => "INVENTORY_EMPTY",
            Reason::LineTooLong => "LINE_TOO_LONG",
            Reason::MalformedCsv => "MALFORMED_CSV",
            Reason::MalformedJson => "MALFORMED_JSON",
            Reason::MissingField => "MISSING_FIELD",
            Reason::NegativeAlone => "NEGATIVE_ALONE",
            Reason::OutOfRange => "OUT_OF_RANGE",
            Reason::UnknownField => "UNKNOWN_FIELD",
            Reason::UnknownValue => "UNKNOWN_VALUE",
            Reason::WrongType => "WRONG_TYPE",
        }
    }
}
