//! What only the whole inventory tells: whether all that is referred to exists, and what listings without a bid are worth.

use crate::limits::UNRESOLVED_MAX;
use crate::listing::score;
use crate::record::{Field, Reason, Record, RecordError, Unresolved};

use super::IndexBuilder;

impl IndexBuilder {
    /// What is referred to and does not exist, so far; the first [`UNRESOLVED_MAX`] of it.
    pub fn unresolved(&self) -> Vec<Unresolved> {
        let mut unresolved = Vec::new();
        for (ordinal, listing) in (0..).zip(&self.listings) {
            if unresolved.len() >= UNRESOLVED_MAX {
                break;
            }
            let mut refuse = |field, reason| {
                let error = RecordError { field, reason };
                unresolved.push(Unresolved { record: Record::Listing(ordinal), error });
            };
            if let Some(number) = listing.group()
                && self.groups[number as usize].is_none()
            {
                refuse(Field::Group, Reason::UnknownGroup(self.group_name(number)));
            }
            self.unknown_lists(listing.rules, &mut refuse);
        }
        for group in self.groups.iter().flatten() {
            let Some(ordinal) = group.ordinal else {
                continue;
            };
            self.unknown_lists(group.rules, &mut |field, reason| {
                let error = RecordError { field, reason };
                unresolved.push(Unresolved { record: Record::Group(ordinal), error });
            });
        }
        unresolved.truncate(UNRESOLVED_MAX);
        unresolved
    }

    /// Gives listings the bids of their groups, if all that is referred to exists.
    pub(super) fn resolve(&mut self) -> Result<(), Vec<Unresolved>> {
        let mut unresolved = self.unresolved();
        if unresolved.is_empty() {
            unresolved = self.take_group_bids();
        }
        if unresolved.is_empty() { Ok(()) } else { Err(unresolved) }
    }

    fn unknown_lists(&self, rules: u32, refuse: &mut dyn FnMut(Field, Reason)) {
        for (nth, &number) in self.rules.values[rules as usize].lists.iter().enumerate() {
            if self.lists[number as usize].is_none() {
                let name = String::from_utf8_lossy(self.list_names.get(number)).into_owned();
                refuse(Field::NegativeList(nth), Reason::UnknownNegativeList(name));
            }
        }
    }

    fn group_name(&self, number: u32) -> String {
        String::from_utf8_lossy(self.group_names.get(number)).into_owned()
    }

    /// Gives listings without a bid that of their group, and says whose score is not finite then.
    fn take_group_bids(&mut self) -> Vec<Unresolved> {
        let IndexBuilder { listings, groups, qualities, .. } = self;
        let mut unresolved = Vec::new();
        for (ordinal, listing) in (0..).zip(listings) {
            if listing.has_bid {
                continue;
            }
            let group = listing.group().and_then(|number| groups[number as usize]);
            listing.bid_micros = group.and_then(|group| group.bid_micros).unwrap_or(0);
            let quality = f64::from_bits(qualities.values[listing.quality as usize]);
            if listing.lends_bid
                && !score(listing.bid_micros, quality).is_finite()
                && unresolved.len() < UNRESOLVED_MAX
            {
                let error = RecordError { field: Field::Quality, reason: Reason::ScoreNotFinite };
                unresolved.push(Unresolved { record: Record::Listing(ordinal), error });
            }
        }
        unresolved
    }
}
