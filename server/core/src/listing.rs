//! A listing as an inventory describes it, before it is indexed.

use std::fmt;

use crate::keyword::Keyword;

/// What a match returns, and the rules for when it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Unique in the inventory; 1 to [`LISTING_ID_BYTES_MAX`](crate::limits::LISTING_ID_BYTES_MAX) bytes.
    pub id: String,
    /// The group that it belongs to, for `max_per_group`.
    pub group: Option<String>,
    /// At least one of them must match. A match names one by its index here.
    pub keywords: Vec<Keyword>,
    /// None of them may match. Their bids have no meaning.
    pub negatives: Vec<Keyword>,
    /// The bid of keywords that have none, in millionths of the currency unit; 0 if it is absent too.
    pub bid_micros: Option<u64>,
    /// What the bid is multiplied with for the score: finite and not negative.
    pub quality: f64,
    /// A paused listing never matches.
    pub status: Status,
    /// It matches from this time on.
    pub start_time: Option<Time>,
    /// It matches before this time only.
    pub end_time: Option<Time>,
    /// Opaque bytes, returned on request.
    pub payload: Vec<u8>,
}

/// Whether a listing takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// It does.
    #[default]
    Active,
    /// It does not.
    Paused,
}

/// A point in time: seconds since 1970-01-01T00:00:00Z and the nanoseconds (0 to 999,999,999) after that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Whole seconds, rounded towards the past.
    pub seconds: i64,
    /// Nanoseconds on top.
    pub nanos: u32,
}

/// Why one listing cannot be indexed: which field, for what reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingError {
    /// The field at fault.
    pub field: Field,
    /// What is wrong with it.
    pub reason: Reason,
}

/// A field of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// [`Listing::id`].
    Id,
    /// [`Listing::group`].
    Group,
    /// [`Listing::keywords`] as a whole.
    Keywords,
    /// One of [`Listing::keywords`].
    Keyword(usize),
    /// [`Listing::negatives`] as a whole.
    Negatives,
    /// One of [`Listing::negatives`].
    Negative(usize),
    /// [`Listing::quality`], or its product with a bid.
    Quality,
    /// [`Listing::end_time`].
    EndTime,
    /// [`Listing::payload`].
    Payload,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// An id is empty.
    Empty,
    /// A value has more bytes, or a list more elements, than this many.
    TooLong(usize),
    /// The id was used before, by the listing of this ordinal (0 is the first listing added).
    DuplicateId(u32),
    /// A listing has no positive keyword, so it could never match.
    NoKeyword,
    /// A keyword has no token after analysis.
    KeywordEmpty,
    /// A keyword has more tokens after analysis than this many.
    KeywordTooManyTokens(usize),
    /// A score would be negative, infinite or not a number.
    ScoreNotFinite,
    /// The flight ends before or when it starts.
    EndsBeforeStart,
    /// The inventory has more listings than this many.
    TooManyListings(usize),
}

/// What a listing is worth with this bid.
pub(crate) fn score(bid_micros: u64, quality: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a score has the precision of its type")]
    let bid = bid_micros as f64;
    bid * quality
}

impl Listing {
    /// An active listing without keywords, bid, group and flight, with quality 1.
    pub fn new(id: impl Into<String>) -> Listing {
        Listing {
            id: id.into(),
            group: None,
            keywords: Vec::new(),
            negatives: Vec::new(),
            bid_micros: None,
            quality: 1.0,
            status: Status::Active,
            start_time: None,
            end_time: None,
            payload: Vec::new(),
        }
    }
}

impl Reason {
    /// The reason for programs: UPPER_SNAKE, stable.
    pub fn code(self) -> &'static str {
        match self {
            Reason::Empty => "EMPTY",
            Reason::TooLong(_) => "TOO_LONG",
            Reason::DuplicateId(_) => "DUPLICATE_ID",
            Reason::NoKeyword => "NO_KEYWORD",
            Reason::KeywordEmpty => "KEYWORD_EMPTY",
            Reason::KeywordTooManyTokens(_) => "KEYWORD_TOO_MANY_TOKENS",
            Reason::ScoreNotFinite => "SCORE_NOT_FINITE",
            Reason::EndsBeforeStart => "ENDS_BEFORE_START",
            Reason::TooManyListings(_) => "TOO_MANY_LISTINGS",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Id => f.write_str("id"),
            Field::Group => f.write_str("group"),
            Field::Keywords => f.write_str("keywords"),
            Field::Keyword(index) => write!(f, "keywords[{index}]"),
            Field::Negatives => f.write_str("negatives"),
            Field::Negative(index) => write!(f, "negatives[{index}]"),
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
                f.write_str("is used by an earlier listing; give each listing an id of its own")
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
            Reason::ScoreNotFinite => f.write_str(
                "makes a score (bid × quality) that is negative, infinite or not a number; use a finite quality of 0 or more",
            ),
            Reason::EndsBeforeStart => f.write_str("is not after start_time"),
            Reason::TooManyListings(most) => {
                write!(f, "would be one listing more than {most}, the most of one inventory")
            }
        }
    }
}

impl fmt::Display for ListingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.reason)
    }
}

impl std::error::Error for ListingError {}
