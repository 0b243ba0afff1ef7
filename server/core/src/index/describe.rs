//! Records as they were loaded, read back from the index: for people and tools that ask what is served.
//!
//! What comes back is equivalent to what was loaded, in its canonical form: a phrase with both anchors is an EXACT, of
//! negatives that are the same after analysis the one that was written first is given, in the order of the index.

use crate::group::Group;
use crate::keyword::Keyword;
use crate::listing::{Listing, Status};
use crate::negative_list::NegativeList;
use crate::targeting::TargetingId;

use super::leaves::{Kind, PatternId};
use super::listings::GroupId;
use super::rules::{NegativeListId, NegativeSetId, Rules, RulesId};
use super::{Index, ListingId};

impl Index {
    /// The listing of an id.
    pub fn find_listing(&self, id: &str) -> Option<ListingId> {
        let found = find(id, self.listings.len(), |number| self.listings.ids.get_str(number));
        found.map(ListingId)
    }

    /// The listings whose ids come after this one, ascending by the bytes of their ids; all of them for `None`.
    pub fn listings_after(&self, id: Option<&str>) -> impl Iterator<Item = ListingId> + use<> {
        let count = self.listings.len();
        let ids = |number: usize| self.listings.ids.get_str(number);
        let first = id.map_or(0, |id| partition(count, |number| ids(number) <= id));
        (first..count).map(|number| ListingId(u32::try_from(number).expect("listings are bounded")))
    }

    /// The id of a listing's group.
    pub fn group_of(&self, listing: ListingId) -> Option<&str> {
        let group = self.listings.class(listing).group;
        (group != GroupId::NONE).then(|| self.rules.group_ids.get_str(group.0 as usize))
    }

    /// A listing as it was loaded.
    pub fn listing(&self, listing: ListingId) -> Listing {
        let judged = self.listings.judged(listing);
        let class = self.listings.class(listing);
        let rules = self.rules_or_none(class.own_rules);
        Listing {
            id: self.listing_id(listing).to_owned(),
            group: self.group_of(listing).map(str::to_owned),
            keywords: self.listings.keywords.of(listing).collect(),
            negatives: self.negatives_of(rules.negatives),
            negative_lists: self.list_names(&rules),
            targeting: self.targeting_source(rules.targeting),
            // A bid of 0 is what counts if neither the listing nor its group has one.
            bid_micros: Some(judged.bid_micros).filter(|&bid| bid != self.group_bid(class.group)),
            quality: self.listings.quality(listing),
            status: status(&rules),
            start_time: rules.flight.start,
            end_time: rules.flight.end,
            payload: self.payload(listing).to_vec(),
        }
    }

    /// The group of an id.
    pub fn group(&self, id: &str) -> Option<Group> {
        let groups = self.rules.group_ids.len();
        let number = (0..groups).find(|&number| self.rules.group_ids.get_str(number) == id)?;
        let rules = self.rules_or_none(self.rules.group_rules[number]);
        Some(Group {
            id: id.to_owned(),
            status: status(&rules),
            start_time: rules.flight.start,
            end_time: rules.flight.end,
            targeting: self.targeting_source(rules.targeting),
            negatives: self.negatives_of(rules.negatives),
            negative_lists: self.list_names(&rules),
            bid_micros: self.rules.group_bids[number].get(),
        })
    }

    /// The negative list of a name.
    pub fn negative_list(&self, name: &str) -> Option<NegativeList> {
        let lists = self.rules.list_names.len();
        let number = (0..lists).find(|&number| self.rules.list_names.get_str(number) == name)?;
        let negatives = self.negatives_of(self.rules.list_sets[number].some());
        Some(NegativeList { name: name.to_owned(), negatives })
    }

    /// A negative as it was written first.
    pub(crate) fn negative(&self, id: PatternId) -> Keyword {
        let at = self.negative_patterns.binary_search(&id).expect("it is a negative");
        let (&kind, text) = self.negatives.get(at).split_first().expect("its kind comes first");
        let Kind { match_type, anchor_start, anchor_end } = Kind::of_bits(kind);
        let text = str::from_utf8(text).expect("texts are put in as UTF-8").to_owned();
        Keyword { text, match_type, bid_micros: None, anchor_start, anchor_end }
    }

    /// The name of a negative list.
    pub(crate) fn list_name(&self, list: NegativeListId) -> &str {
        self.rules.list_names.get_str(list.0 as usize)
    }

    /// Rules that may be absent.
    pub(crate) fn rules_or_none(&self, rules: RulesId) -> Rules {
        rules.some().map_or(Rules::NONE, |rules| self.rules.get(rules))
    }

    /// The bid that a group lends to its listings.
    fn group_bid(&self, group: GroupId) -> u64 {
        let bid = self.rules.group_bids.get(group.0 as usize).and_then(|bid| bid.get());
        bid.unwrap_or(0)
    }

    fn negatives_of(&self, set: Option<NegativeSetId>) -> Vec<Keyword> {
        let set = set.map_or(&[][..], |set| self.rules.sets.get(set));
        set.iter().map(|&id| self.negative(id)).collect()
    }

    fn list_names(&self, rules: &Rules) -> Vec<String> {
        let lists = self.rules.lists_of(rules).iter();
        lists.map(|&list| self.list_name(list).to_owned()).collect()
    }

    fn targeting_source(&self, targeting: Option<TargetingId>) -> String {
        targeting.map_or_else(String::new, |id| self.targetings.source(id).to_owned())
    }
}

fn status(rules: &Rules) -> Status {
    if rules.paused { Status::Paused } else { Status::Active }
}

/// The number of a text among `count` ascending ones.
fn find<'t>(text: &str, count: usize, get: impl Fn(usize) -> &'t str) -> Option<u32> {
    let at = partition(count, |number| get(number) < text);
    (at < count && get(at) == text).then(|| u32::try_from(at).expect("listings are bounded"))
}

/// How many of the first numbers below `count` it is true for, as [`slice::partition_point`].
fn partition(count: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
