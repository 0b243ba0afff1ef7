//! A group as an inventory describes it: what a campaign or an advertiser says for all of its listings.

use crate::keyword::Keyword;
use crate::listing::{Status, Time};

/// Rules that hold for each listing of the group, in addition to the listing's own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Unique among groups; 1 to [`GROUP_ID_BYTES_MAX`](crate::limits::GROUP_ID_BYTES_MAX) bytes.
    pub id: String,
    /// No listing of a paused group matches.
    pub status: Status,
    /// Its listings match from this time on.
    pub start_time: Option<Time>,
    /// Its listings match before this time only.
    pub end_time: Option<Time>,
    /// An expression over the query's attributes that must be true; blank is true.
    pub targeting: String,
    /// None of them may match. Their bids have no meaning.
    pub negatives: Vec<Keyword>,
    /// Names of the negative lists none of whose negatives may match.
    pub negative_lists: Vec<String>,
    /// The bid of keywords that have none and whose listing has none, in millionths of the currency unit.
    pub bid_micros: Option<u64>,
}

impl Group {
    /// An active group without rules and bid.
    pub fn new(id: impl Into<String>) -> Group {
        Group { id: id.into(), ..Group::default() }
    }
}
