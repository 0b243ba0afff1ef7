//! Records that were checked, with what they refer to by its number. Most listings say the same of most things, so what
//! they say is kept once.

use std::collections::HashMap;

use crate::targeting::TargetingId;

use super::super::rules::Flight;

/// A listing, without its keywords and negatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListingDraft {
    /// Its bid; that of its group once it is resolved.
    pub(super) bid_micros: u64,
    /// The number of its quality.
    pub(super) quality: u32,
    /// The number of its group's name, or [`ListingDraft::NO_GROUP`].
    pub(super) group: u32,
    /// The number of its rules.
    pub(super) rules: u32,
    /// Whether it has a bid.
    pub(super) has_bid: bool,
    /// Whether a keyword of it has no bid of its own.
    pub(super) lends_bid: bool,
}

/// A group, without its negatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupDraft {
    /// How many groups were added before it; none if it was only named.
    pub(super) ordinal: Option<u32>,
    /// The number of its rules.
    pub(super) rules: u32,
    pub(super) bid_micros: Option<u64>,
}

/// A negative list, without its negatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct NamedList {
    /// How many negative lists were added before it.
    pub(super) ordinal: u32,
}

/// Rules without the negatives, which are drafts of keywords.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct RulesDraft {
    pub(super) paused: bool,
    pub(super) flight: Flight,
    pub(super) targeting: Option<TargetingId>,
    /// Numbers of the names of negative lists, as they were referred to.
    pub(super) lists: Vec<u32>,
}

/// Distinct values, by number.
#[derive(Debug)]
pub(super) struct Distinct<T> {
    pub(super) values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl ListingDraft {
    /// No group.
    pub(super) const NO_GROUP: u32 = u32::MAX;

    /// The number of its group's name.
    pub(super) fn group(&self) -> Option<u32> {
        (self.group != ListingDraft::NO_GROUP).then_some(self.group)
    }
}

impl<T> Default for Distinct<T> {
    fn default() -> Distinct<T> {
        Distinct { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Distinct<T> {
    /// The number of a value; it gets the next one if it is new.
    pub(super) fn number(&mut self, value: T) -> u32 {
        let Distinct { values, numbers } = self;
        *numbers.entry(value).or_insert_with_key(|value| {
            values.push(value.clone());
            u32::try_from(values.len() - 1).expect("fewer than records")
        })
    }
}
