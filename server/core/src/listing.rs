//! A listing as an inventory describes it, before it is indexed.

use crate::keyword::Keyword;

/// What a match returns, and the rules for when it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Unique in the inventory; 1 to [`LISTING_ID_BYTES_MAX`](crate::limits::LISTING_ID_BYTES_MAX) bytes.
    pub id: String,
    /// The id of the [`Group`](crate::group::Group) that it belongs to.
    pub group: Option<String>,
    /// At least one of them must match. A match names one by its index here.
    pub keywords: Vec<Keyword>,
    /// None of them may match. Their bids have no meaning.
    pub negatives: Vec<Keyword>,
    /// Names of the [negative lists](crate::negative_list::NegativeList) none of whose negatives may match.
    pub negative_lists: Vec<String>,
    /// An expression over the query's attributes that must be true ([`crate::targeting`]); blank is true.
    pub targeting: String,
    /// The bid of keywords that have none, in millionths of the currency unit. If it is absent, the group's counts.
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
            negative_lists: Vec::new(),
            targeting: String::new(),
            bid_micros: None,
            quality: 1.0,
            status: Status::Active,
            start_time: None,
            end_time: None,
            payload: Vec::new(),
        }
    }
}
