//! What the index knows of each listing. The hot part is what a candidate is judged by; the cold part is read for
//! matches that are returned, and then only what was asked for.
//!
//! Listings are numbered by ascending bytes of their ids, so that a tie between two is broken by comparing numbers.

use crate::listing::Time;

use super::patterns::PatternId;

/// A listing of one index. The order is the order of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingId(pub(crate) u32);

/// A group of one index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupId(pub(crate) u32);

impl GroupId {
    /// No group.
    pub(crate) const NONE: GroupId = GroupId(u32::MAX);
}

/// What every candidate is judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    /// What a bid is multiplied with.
    pub(crate) quality: f64,
    /// Its group.
    pub(crate) group: GroupId,
    /// [`PAUSED`] and its siblings.
    pub(crate) flags: u32,
}

/// It never matches.
pub(crate) const PAUSED: u32 = 1;
/// It has a start or an end time.
pub(crate) const HAS_FLIGHT: u32 = 2;
/// It has negatives.
pub(crate) const HAS_NEGATIVES: u32 = 4;

/// When a listing matches: from `start` on, before `end`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flight {
    pub(crate) listing: ListingId,
    pub(crate) start: Option<Time>,
    pub(crate) end: Option<Time>,
}

/// One listing's use of a pattern as a positive keyword.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    /// The listing.
    pub(crate) listing: ListingId,
    /// Index of the keyword in the listing, and in the top bit whether the bid is the keyword's own.
    keyword: u32,
    /// The bid that counts: the keyword's own, else the listing's, else 0.
    pub(crate) bid_micros: u64,
}

/// Values of varying length, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

/// All listings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listings {
    pub(crate) judged: Vec<Judged>,
    /// Those that have one, ascending.
    pub(crate) flights: Vec<Flight>,
    /// Negatives of all listings; each listing's ascending.
    pub(crate) negatives: Vec<PatternId>,
    /// Where each listing's negatives end.
    pub(crate) negatives_end: Vec<u32>,
    pub(crate) ids: Arena,
    pub(crate) payloads: Arena,
    /// Texts of all keywords as they were written, without marks.
    pub(crate) keywords: Arena,
    /// Where each listing's keywords begin.
    pub(crate) first_keyword: Vec<u32>,
}

impl Posting {
    const OWN_BID: u32 = 1 << 31;

    /// `keyword` is an index into the listing's keywords.
    pub(crate) fn new(listing: ListingId, keyword: u32, bid_micros: u64, own_bid: bool) -> Posting {
        assert!(keyword < Posting::OWN_BID, "keywords of a listing are bounded");
        let flag = if own_bid { Posting::OWN_BID } else { 0 };
        Posting { listing, keyword: keyword | flag, bid_micros }
    }

    /// Index of the keyword in the listing.
    #[inline]
    pub(crate) fn keyword(&self) -> u32 {
        self.keyword & !Posting::OWN_BID
    }

    /// Whether the bid is the keyword's own.
    #[inline]
    pub(crate) fn has_own_bid(&self) -> bool {
        self.keyword & Posting::OWN_BID != 0
    }
}

impl Arena {
    /// Adds a value; its number is how many there were.
    pub(crate) fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len() as u64);
    }

    /// A value by its number.
    pub(crate) fn get(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        #[expect(clippy::cast_possible_truncation, reason = "places in memory")]
        let range = start as usize..self.ends[number] as usize;
        &self.bytes[range]
    }

    /// A value that was put in as a text.
    pub(crate) fn get_str(&self, number: usize) -> &str {
        std::str::from_utf8(self.get(number)).expect("texts are put in as UTF-8")
    }

    /// How many values it holds.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len() + size_of_val(self.ends.as_slice())
    }

    /// Gives back what was reserved for growth.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

impl Listings {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.judged.len()
    }

    /// The negatives of one listing, ascending.
    #[inline]
    pub(crate) fn negatives_of(&self, listing: ListingId) -> &[PatternId] {
        let at = listing.0 as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.negatives_end[before]);
        &self.negatives[start as usize..self.negatives_end[at] as usize]
    }

    /// Whether a listing that has a flight matches at this time.
    pub(crate) fn is_in_flight(&self, listing: ListingId, at: Time) -> bool {
        let Ok(found) = self.flights.binary_search_by_key(&listing, |flight| flight.listing) else {
            return true;
        };
        let flight = &self.flights[found];
        flight.start.is_none_or(|start| start <= at) && flight.end.is_none_or(|end| at < end)
    }

    /// Bytes of memory of the part that candidates are judged by.
    pub(crate) fn judged_bytes(&self) -> usize {
        size_of_val(self.judged.as_slice())
            + size_of_val(self.flights.as_slice())
            + size_of_val(self.negatives.as_slice())
            + size_of_val(self.negatives_end.as_slice())
    }
}
