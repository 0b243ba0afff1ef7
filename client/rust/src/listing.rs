//! What is in an inventory: listings, and the groups and negative lists that they share.
//!
//! All of it is an equivalent of what was loaded, in canonical form: every field that has a default is set, a PHRASE with
//! both anchors is an EXACT, duplicates are merged, and negatives are written as they are where they occur first in the
//! inventory.

use std::time::SystemTime;

use crate::answer::Keyword;
use crate::version::Version;

/// One listing, and what it shares with others if that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredListing {
    /// The version that it was read from.
    pub version: Version,
    /// The listing.
    pub listing: Listing,
    /// Its group; absent if it has none or the group was not asked for.
    pub group: Option<Group>,
    /// The negative lists that it or its group refers to, each once, ascending by name; empty if they were not asked for.
    pub negative_lists: Vec<NegativeList>,
}

/// Some of the listings of an inventory.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingPage {
    /// The version that the page was read from. The next page may be from another one.
    pub version: Version,
    /// The listings, ascending by id; there may be none although more pages follow.
    pub listings: Vec<Listing>,
    /// Asks for the next page; absent if this is the last one.
    pub next_page_token: Option<String>,
}

/// A listing: what a match returns, and the rules for when it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Unique in the inventory; 1 to 128 bytes.
    pub id: String,
    /// The id of its group, if it has one. What the group says holds in addition.
    pub group: Option<String>,
    /// Its positive keywords. At least one of them must match; a match names one by its index here.
    pub keywords: Vec<Keyword>,
    /// Its own negatives. None of them may match.
    pub negatives: Vec<Keyword>,
    /// Names of negative lists. None of their negatives may match.
    pub negative_lists: Vec<String>,
    /// An expression over the query's attributes that must be true; empty is true.
    pub targeting: String,
    /// The bid of keywords that have none, in millionths of the currency unit. Absent: the group's.
    pub bid_micros: Option<i64>,
    /// What the bid is multiplied with for the score.
    pub quality: f64,
    /// Whether it takes part.
    pub status: Status,
    /// It matches from this time on; absent: from ever.
    pub start_time: Option<SystemTime>,
    /// It matches before this time only; absent: for ever.
    pub end_time: Option<SystemTime>,
    /// Opaque bytes, returned on request; at most 64 KiB.
    pub payload: Vec<u8>,
}

/// A group: what it says holds for each of its listings, in addition to their own rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Unique among groups; 1 to 128 bytes.
    pub id: String,
    /// Whether its listings take part.
    pub status: Status,
    /// Its listings match from this time on; absent: from ever.
    pub start_time: Option<SystemTime>,
    /// Its listings match before this time only; absent: for ever.
    pub end_time: Option<SystemTime>,
    /// An expression over the query's attributes that must be true; empty is true.
    pub targeting: String,
    /// Negatives. None of them may match.
    pub negatives: Vec<Keyword>,
    /// Names of negative lists. None of their negatives may match.
    pub negative_lists: Vec<String>,
    /// The bid of keywords that have none and whose listing has none, in millionths of the currency unit. Absent: 0.
    pub bid_micros: Option<i64>,
}

/// Negatives that listings and groups refer to by name.
#[derive(Debug, Clone, PartialEq)]
pub struct NegativeList {
    /// Unique among negative lists; 1 to 128 bytes.
    pub name: String,
    /// If one of them matches a text, no listing that refers to the list, itself or through its group, matches it.
    pub negatives: Vec<Keyword>,
}

/// Whether a listing or a group takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It does.
    Active,
    /// It does not.
    Paused,
    /// A status that this client is too old to know.
    Unknown,
}

impl Status {
    /// The name for programs, as in the API without its prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Active => "ACTIVE",
            Status::Paused => "PAUSED",
            Status::Unknown => "UNKNOWN",
        }
    }
}
