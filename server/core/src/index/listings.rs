//! What the index knows of each listing. The hot part is what a candidate is judged by; the cold part is read for
//! matches that are returned, and then only what was asked for.
//!
//! Listings are numbered by ascending bytes of their ids, so that a tie between two is broken by comparing numbers.

use super::arena::Arena;
use super::patterns::PatternId;
use super::rules::RulesId;

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
    rules: u32,
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

/// All listings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listings {
    pub(crate) judged: Vec<Judged>,
    pub(crate) ids: Arena,
    pub(crate) payloads: Arena,
    /// Texts of all keywords as they were written, without marks.
    pub(crate) keywords: Arena,
    /// What each keyword became.
    pub(crate) keyword_patterns: Vec<PatternId>,
    /// Where each listing's keywords begin.
    pub(crate) first_keyword: Vec<u32>,
}

impl Judged {
    /// Some rule of its group must be looked at.
    const OF_GROUP: u32 = 1 << 31;
    /// It has no rules of its own.
    const NO_OWN: u32 = Judged::OF_GROUP - 1;

    /// `of_group` says that the group has rules.
    pub(crate) fn new(
        quality: f64,
        group: GroupId,
        own: Option<RulesId>,
        of_group: bool,
    ) -> Judged {
        let own = own.map_or(Judged::NO_OWN, |rules| rules.0);
        Judged { quality, group, rules: own | if of_group { Judged::OF_GROUP } else { 0 } }
    }

    /// Whether neither it nor its group has rules.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        self.rules == Judged::NO_OWN
    }

    /// Its own rules.
    #[inline]
    pub(crate) fn own_rules(&self) -> Option<RulesId> {
        let own = self.rules & !Judged::OF_GROUP;
        (own != Judged::NO_OWN).then_some(RulesId(own))
    }

    /// Whether its group has rules.
    #[inline]
    pub(crate) fn has_group_rules(&self) -> bool {
        self.rules & Judged::OF_GROUP != 0
    }
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

impl Listings {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.judged.len()
    }

    /// Numbers of a listing's keywords in [`Listings::keywords`].
    pub(crate) fn keywords_of(&self, listing: ListingId) -> std::ops::Range<usize> {
        let at = listing.0 as usize;
        let end = self.first_keyword.get(at + 1).map_or(self.keywords.len(), |&end| end as usize);
        self.first_keyword[at] as usize..end
    }

    /// Bytes of memory of the part that candidates are judged by.
    pub(crate) fn judged_bytes(&self) -> usize {
        size_of_val(self.judged.as_slice())
    }

    /// Bytes of memory of the keywords as they were written.
    pub(crate) fn keyword_bytes(&self) -> usize {
        self.keywords.bytes()
            + size_of_val(self.keyword_patterns.as_slice())
            + size_of_val(self.first_keyword.as_slice())
    }
}
