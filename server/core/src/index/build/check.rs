//! What is wrong with a record, apart from its single keywords, its targeting, and what it refers to.

use crate::group::Group;
use crate::limits::{
    GROUP_ID_BYTES_MAX, LISTING_ID_BYTES_MAX, LISTING_KEYWORDS_MAX, LISTINGS_MAX,
    NEGATIVE_LIST_NAME_BYTES_MAX, NEGATIVE_LISTS_REFERRED_MAX, NEGATIVES_MAX, PAYLOAD_BYTES_MAX,
};
use crate::listing::{Listing, Time, score};
use crate::negative_list::NegativeList;
use crate::record::{Field, Reason, RecordError};

use super::IndexBuilder;

/// What was found.
#[derive(Default)]
struct Found(Vec<RecordError>);

impl Found {
    fn refuse(&mut self, field: Field, reason: Reason) {
        self.0.push(RecordError { field, reason });
    }

    /// A name must have 1 to `most` bytes. Says whether it has.
    fn name(&mut self, field: Field, name: &str, most: usize) -> bool {
        if name.is_empty() {
            self.refuse(field, Reason::Empty);
        } else if name.len() > most {
            self.refuse(field, Reason::TooLong(most));
        } else {
            return true;
        }
        false
    }

    fn length(&mut self, field: Field, length: usize, most: usize) {
        if length > most {
            self.refuse(field, Reason::TooLong(most));
        }
    }

    fn references(&mut self, names: &[String]) {
        self.length(Field::NegativeLists, names.len(), NEGATIVE_LISTS_REFERRED_MAX);
        for (nth, name) in names.iter().enumerate() {
            self.name(Field::NegativeList(nth), name, NEGATIVE_LIST_NAME_BYTES_MAX);
        }
    }

    fn flight(&mut self, start: Option<Time>, end: Option<Time>) {
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            self.refuse(Field::EndTime, Reason::EndsBeforeStart);
        }
    }
}

impl IndexBuilder {
    pub(super) fn check_listing(&self, listing: &Listing) -> Vec<RecordError> {
        let mut found = Found::default();
        if found.name(Field::Id, &listing.id, LISTING_ID_BYTES_MAX)
            && let Some(earlier) = self.ids.find(listing.id.as_bytes())
        {
            found.refuse(Field::Id, Reason::DuplicateId(earlier));
        }
        if let Some(group) = &listing.group {
            found.name(Field::Group, group, GROUP_ID_BYTES_MAX);
        }
        if listing.keywords.is_empty() {
            found.refuse(Field::Keywords, Reason::NoKeyword);
        }
        found.length(Field::Keywords, listing.keywords.len(), LISTING_KEYWORDS_MAX);
        found.length(Field::Negatives, listing.negatives.len(), NEGATIVES_MAX);
        found.references(&listing.negative_lists);
        found.length(Field::Payload, listing.payload.len(), PAYLOAD_BYTES_MAX);
        let bids = listing.keywords.iter().filter_map(|keyword| keyword.bid_micros);
        let highest_bid = bids.chain(listing.bid_micros).max().unwrap_or(0);
        if !(listing.quality >= 0.0 && score(highest_bid, listing.quality).is_finite()) {
            found.refuse(Field::Quality, Reason::ScoreNotFinite);
        }
        found.flight(listing.start_time, listing.end_time);
        if self.listings() == LISTINGS_MAX {
            found.refuse(Field::Id, Reason::TooManyRecords(LISTINGS_MAX));
        }
        found.0
    }

    pub(super) fn check_group(&self, group: &Group) -> Vec<RecordError> {
        let mut found = Found::default();
        if found.name(Field::Id, &group.id, GROUP_ID_BYTES_MAX) {
            let number = self.group_names.find(group.id.as_bytes());
            let known = number.and_then(|number| self.groups[number as usize]);
            if let Some(earlier) = known.and_then(|group| group.ordinal) {
                found.refuse(Field::Id, Reason::DuplicateId(earlier));
            }
        }
        found.length(Field::Negatives, group.negatives.len(), NEGATIVES_MAX);
        found.references(&group.negative_lists);
        found.flight(group.start_time, group.end_time);
        found.0
    }

    pub(super) fn check_negative_list(&self, list: &NegativeList) -> Vec<RecordError> {
        let mut found = Found::default();
        if found.name(Field::Name, &list.name, NEGATIVE_LIST_NAME_BYTES_MAX) {
            let number = self.list_names.find(list.name.as_bytes());
            if let Some(earlier) = number.and_then(|number| self.lists[number as usize]) {
                found.refuse(Field::Name, Reason::DuplicateId(earlier.ordinal));
            }
        }
        found.length(Field::Negatives, list.negatives.len(), NEGATIVES_MAX);
        found.0
    }
}
