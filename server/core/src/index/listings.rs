//! What the index knows of each listing. The hot part is what a candidate is judged by; the cold part is read for
//! matches that are returned, and then only what was asked for.
//!
//! Listings are numbered by ascending bytes of their ids, so that a tie between two is broken by comparing numbers.

use broadside_memory::{Array, prefetch};
use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::arena::Arena;
use super::keyword_texts::KeywordTexts;
use super::rules::RulesId;
use crate::limits::LISTINGS_MAX;

/// A listing of one index. The order is the order of ids.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable,
)]
#[repr(transparent)]
pub struct ListingId(pub(crate) u32);

/// A group of one index.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable,
)]
#[repr(transparent)]
pub(crate) struct GroupId(pub(crate) u32);

impl GroupId {
    /// No group.
    pub(crate) const NONE: GroupId = GroupId(u32::MAX);
}

/// What every candidate is judged by.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct Judged {
    /// The bid of keywords that have none of their own.
    pub(crate) bid_micros: u64,
    /// The number of its quality among the distinct ones.
    pub(crate) quality: u32,
    /// The number of its class, and in the top bit whether there are rules in it.
    class: u32,
}

const _: () = assert!(size_of::<Judged>() == 16, "four listings to a cache line");
const _: () = assert!(LISTINGS_MAX < Judged::HAS_RULES as usize, "classes, at most one each");

/// Group and rules of listings. Listings with the same ones share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct Class {
    /// The group.
    pub(crate) group: GroupId,
    /// The rules of the listings themselves.
    pub(crate) own_rules: RulesId,
    /// The rules of the group.
    pub(crate) group_rules: RulesId,
}

/// One listing's use of a pattern as a positive keyword.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
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
    pub(crate) judged: Array<Judged>,
    /// What bids are multiplied with.
    pub(crate) qualities: Array<f64>,
    pub(crate) classes: Array<Class>,
    pub(crate) ids: Arena,
    /// None at all if no listing has one.
    pub(crate) payloads: Arena,
    pub(crate) keywords: KeywordTexts,
}

impl Judged {
    const HAS_RULES: u32 = 1 << 31;

    pub(crate) fn new(bid_micros: u64, quality: u32, class: u32, has_rules: bool) -> Judged {
        let flag = if has_rules { Judged::HAS_RULES } else { 0 };
        Judged { bid_micros, quality, class: class | flag }
    }

    /// Whether neither it nor its group has rules.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        self.class & Judged::HAS_RULES == 0
    }

    /// The number of its class.
    #[inline]
    pub(crate) fn class(&self) -> usize {
        (self.class & !Judged::HAS_RULES) as usize
    }
}

impl Class {
    /// Whether somebody must look at rules.
    pub(crate) fn has_rules(&self) -> bool {
        self.own_rules != RulesId::NONE || self.group_rules != RulesId::NONE
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

    /// What a listing is judged by.
    #[inline]
    pub(crate) fn judged(&self, listing: ListingId) -> &Judged {
        &self.judged[listing.0 as usize]
    }

    /// Asks memory for what a listing is judged by.
    #[inline]
    pub(crate) fn prefetch(&self, listing: ListingId) {
        prefetch(&self.judged, listing.0 as usize);
    }

    /// What a listing's bids are multiplied with.
    #[inline]
    pub(crate) fn quality(&self, listing: ListingId) -> f64 {
        self.qualities[self.judged(listing).quality as usize]
    }

    /// The group and the rules of a listing.
    #[inline]
    pub(crate) fn class(&self, listing: ListingId) -> &Class {
        &self.classes[self.judged(listing).class()]
    }

    /// Bytes of memory of the part that candidates are judged by.
    pub(crate) fn judged_bytes(&self) -> usize {
        self.judged.size_bytes() + self.qualities.size_bytes() + self.classes.size_bytes()
    }
}
