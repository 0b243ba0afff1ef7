//! Why a record of an inventory (a listing, a group, a negative list) cannot be indexed: which field, for what reason.

use std::fmt;

use crate::regexes::RegexError;
use crate::targeting::TargetingError;

/// One thing that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// The field at fault.
    pub field: Field,
    /// What is wrong with it.
    pub reason: Reason,
}

/// A record of an inventory, by how many of its kind were added before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Record {
    /// A listing.
    Listing(u32),
    /// A group.
    Group(u32),
    /// A negative list.
    NegativeList(u32),
}

/// What only the whole inventory tells: a reference without its target, a score that a group's bid makes too large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The record at fault.
    pub record: Record,
    /// What is wrong with it.
    pub error: RecordError,
}

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A listing's or group's id.
    Id,
    /// A negative list's name.
    Name,
    /// The group of a listing.
    Group,
    /// The keywords as a whole.
    Keywords,
    /// One of the keywords.
    Keyword(usize),
    /// The negatives as a whole.
    Negatives,
    /// One of the negatives.
    Negative(usize),
    /// The names of negative lists as a whole.
    NegativeLists,
    /// One of them.
    NegativeList(usize),
    /// The targeting.
    Targeting,
    /// The quality, or its product with a bid.
    Quality,
    /// The end of the flight.
    EndTime,
    /// The payload.
    Payload,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// An id or a name is empty.
    Empty,
    /// A value has more bytes, or a list more elements, than this many.
    TooLong(usize),
    /// The id or name was used before, by the record of this kind of this ordinal (0 is the first that was added).
    DuplicateId(u32),
    /// A listing has no positive keyword, so it could never match.
    NoKeyword,
    /// A keyword has no token after analysis.
    KeywordEmpty,
    /// A keyword has more tokens after analysis than this many.
    KeywordTooManyTokens(usize),
    /// A regular expression is refused.
    Regex(RegexError),
    /// A targeting cannot be read.
    Targeting(TargetingError),
    /// There is no group of this id.
    UnknownGroup(String),
    /// There is no negative list of this name.
    UnknownNegativeList(String),
    /// A score would be negative, infinite or not a number.
    ScoreNotFinite,
    /// The flight ends before or when it starts.
    EndsBeforeStart,
    /// The inventory has more records of a kind than this many.
    TooManyRecords(usize),
}

impl Reason {
    /// The reason for programs: UPPER_SNAKE, stable.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Empty => "EMPTY",
            Reason::TooLong(_) => "TOO_LONG",
            Reason::DuplicateId(_) => "DUPLICATE_ID",
            Reason::NoKeyword => "NO_KEYWORD",
            Reason::KeywordEmpty => "KEYWORD_EMPTY",
            Reason::KeywordTooManyTokens(_) => "KEYWORD_TOO_MANY_TOKENS",
            Reason::Regex(error) => error.code(),
            Reason::Targeting(_) => "TARGETING_INVALID",
            Reason::UnknownGroup(_) | Reason::UnknownNegativeList(_) => "UNKNOWN_REFERENCE",
            Reason::ScoreNotFinite => "SCORE_NOT_FINITE",
            Reason::EndsBeforeStart => "ENDS_BEFORE_START",
            Reason::TooManyRecords(_) => "TOO_MANY_RECORDS",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Id => f.write_str("id"),
            Field::Name => f.write_str("name"),
            Field::Group => f.write_str("group"),
            Field::Keywords => f.write_str("keywords"),
            Field::Keyword(index) => write!(f, "keywords[{index}]"),
            Field::Negatives => f.write_str("negatives"),
            Field::Negative(index) => write!(f, "negatives[{index}]"),
            Field::NegativeLists => f.write_str("negative_lists"),
            Field::NegativeList(index) => write!(f, "negative_lists[{index}]"),
            Field::Targeting => f.write_str("targeting"),
            Field::Quality => f.write_str("quality"),
            Field::EndTime => f.write_str("end_time"),
            Field::Payload => f.write_str("payload"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Empty => f.write_str("is empty; give it at least one byte"),
            Reason::TooLong(most) => write!(f, "is too long; at most {most} are allowed"),
            Reason::DuplicateId(_) => {
                f.write_str("is used by an earlier record of its kind; give each one of its own")
            }
            Reason::NoKeyword => {
                f.write_str("has no positive keyword, so the listing could never match; add one")
            }
            Reason::KeywordEmpty => f.write_str(
                "has no word in it, only punctuation or space; write at least one word, number or emoji",
            ),
            Reason::KeywordTooManyTokens(most) => {
                write!(f, "has more than {most} words; shorten it")
            }
            Reason::Regex(error) => error.fmt(f),
            Reason::Targeting(error) => {
                write!(f, "cannot be read, at column {}: {}", error.column(), error.message())
            }
            Reason::UnknownGroup(id) => write!(
                f,
                "names the group {id:?}, which no record describes; add a group record, or correct the name"
            ),
            Reason::UnknownNegativeList(name) => write!(
                f,
                "names the negative list {name:?}, which no record describes; add a negative_list record, or correct the name"
            ),
            Reason::ScoreNotFinite => f.write_str(
                "makes a score (bid × quality) that is negative, infinite or not a number; use a finite quality of 0 or more",
            ),
            Reason::EndsBeforeStart => f.write_str("is not after start_time"),
            Reason::TooManyRecords(most) => {
                write!(f, "would be one more than {most}, the most of one inventory")
            }
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.reason)
    }
}

impl std::error::Error for RecordError {}
