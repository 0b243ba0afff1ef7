//! Building an index: records come in one by one, in any order, and are laid out when all of them are there.
//!
//! While they come, each keyword is analysed once and kept as the numbers of its words ([`keywords`]), and what else a
//! record asks is kept with the numbers of what it refers to ([`records`]). At the end:
//! 1. references are resolved: what names a group or negative list that does not exist refuses all ([`resolve`]);
//! 2. words are numbered from the rarest to the most frequent (ties by bytes), listings by their ids ([`order`]);
//! 3. drafts are put into a bucket for each rarest word ([`buckets`]); in it they are sorted by (their distinct words
//!    ascending, kind, tokens), so that equal ones are neighbours and those of a part of the trie are a range;
//! 4. each run of equal drafts becomes a pattern, each range a node or a leaf ([`patterns`]). Of many drafts, each
//!    processor takes a share of the buckets;
//! 5. everything else is laid out in the order of listings ([`layout`]).
//!
//! Beside what becomes part of the index, the builder holds some twenty bytes a keyword.
//!
//! The same records in the same order give the same index, bit for bit.

use crate::group::Group;
use crate::keyword::Keyword;
use crate::limits::{GROUPS_MAX, LISTINGS_MAX, NEGATIVE_LISTS_MAX};
use crate::listing::{Listing, Status};
use crate::negative_list::NegativeList;
use crate::record::{Field, Reason, RecordError, Unresolved};
use crate::review::{self, Ordinals, Review};
use crate::targeting::{ExpressionsBuilder, TargetingId};

use super::Index;
use super::arena::ArenaBuilder;
use super::interner::Interner;
use super::keyword_texts::KeywordTextsBuilder;
use super::leaves::Kind;
use super::rules::Flight;

use drafts::Owner;
use keywords::Keywords;
use layout::LaidOut;
use records::{Distinct, GroupDraft, ListingDraft, NamedList, RulesDraft};

mod buckets;
mod check;
mod drafts;
mod keywords;
mod layout;
mod order;
mod patterns;
mod records;
mod resolve;
mod rows;

/// Collects the records of an inventory and makes an [`Index`] of them.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    keywords: Keywords,
    ids: Interner,
    listings: Vec<ListingDraft>,
    payloads: ArenaBuilder,
    keyword_texts: KeywordTextsBuilder,
    /// By listing: the number of its first keyword among all texts.
    first_keyword: Vec<u32>,
    /// Bits of qualities.
    qualities: Distinct<u64>,
    /// What listings and groups ask apart from keywords and negatives.
    rules: Distinct<RulesDraft>,
    /// Names of groups, described or only referred to.
    group_names: Interner,
    /// By the number of its name: what is known of a group.
    groups: Vec<Option<GroupDraft>>,
    /// How many groups were added.
    groups_added: u32,
    /// Names of negative lists, described or only referred to.
    list_names: Interner,
    /// By the number of its name: the ordinal of a negative list.
    lists: Vec<Option<NamedList>>,
    /// How many negative lists were added.
    lists_added: u32,
    targetings: ExpressionsBuilder,
    /// Instead of [`SHARED_KEYWORD_LISTINGS_MAX`](crate::limits::SHARED_KEYWORD_LISTINGS_MAX).
    shared_listings_max: Option<u32>,
    /// Instead of what makes a thread worth its start.
    thread_drafts_min: Option<usize>,
    /// Instead of [`LEAF_PATTERNS_MAX`](super::leaves::LEAF_PATTERNS_MAX).
    leaf_patterns_max: Option<usize>,
}

impl IndexBuilder {
    /// An empty one.
    pub fn new() -> IndexBuilder {
        IndexBuilder::default()
    }

    /// Treats keywords of more than this many listings as shared by very many, so that small inventories have some.
    #[cfg(feature = "naive")]
    #[must_use]
    pub fn with_shared_listings_max(self, most: u32) -> IndexBuilder {
        IndexBuilder { shared_listings_max: Some(most), ..self }
    }

    /// Shares the work of the end among threads from this many keywords on, so that small inventories are laid out by
    /// several.
    #[cfg(feature = "naive")]
    #[must_use]
    pub fn with_thread_keywords_min(self, most: usize) -> IndexBuilder {
        IndexBuilder { thread_drafts_min: Some(most.max(1)), ..self }
    }

    /// Divides what has more than this many patterns, at most 32, so that small inventories have nodes.
    #[cfg(feature = "naive")]
    #[must_use]
    pub fn with_leaf_patterns_max(self, most: usize) -> IndexBuilder {
        let most = most.clamp(1, super::leaves::LEAF_PATTERNS_MAX);
        IndexBuilder { leaf_patterns_max: Some(most), ..self }
    }

    /// How many listings were added.
    pub fn listings(&self) -> usize {
        self.listings.len()
    }

    /// Adds a listing. Its group and its negative lists may come later.
    ///
    /// # Errors
    /// All that is wrong with it; nothing of it was added then.
    pub fn add(&mut self, listing: &Listing) -> Result<(), Vec<RecordError>> {
        let mut errors = self.check_listing(listing);
        let mark = self.keywords.mark();
        let ordinal = u32::try_from(self.listings.len()).expect("at most LISTINGS_MAX");
        let text_bytes = listing.keywords.iter().map(|keyword| keyword.text.len() + 16).sum();
        if !self.keyword_texts.has_room(text_bytes) {
            let reason = Reason::TooManyRecords(self.listings.len());
            errors.push(RecordError { field: Field::Keywords, reason });
        }
        for (nth, keyword) in listing.keywords.iter().enumerate() {
            if let Err(reason) = self.keywords.add(keyword, Owner::Positive, ordinal, nth) {
                errors.push(RecordError { field: Field::Keyword(nth), reason });
            }
        }
        self.add_negatives(&listing.negatives, Owner::Listing, ordinal, &mut errors);
        let targeting = self.add_targeting(&listing.targeting, &mut errors);
        if !errors.is_empty() {
            self.keywords.roll_back(mark);
            return Err(errors);
        }
        self.ids.intern(listing.id.as_bytes());
        let group = listing.group.as_ref().map(|group| self.group_number(group));
        let rules = RulesDraft {
            paused: listing.status == Status::Paused,
            flight: Flight { start: listing.start_time, end: listing.end_time },
            targeting,
            lists: self.refer(&listing.negative_lists),
        };
        self.listings.push(ListingDraft {
            bid_micros: listing.bid_micros.unwrap_or(0),
            // A quality of -0.0 would make scores of -0.0, which are sorted after 0.0.
            quality: self.qualities.number(listing.quality.abs().to_bits()),
            group: group.unwrap_or(ListingDraft::NO_GROUP),
            rules: self.rules.number(rules),
            has_bid: listing.bid_micros.is_some(),
            lends_bid: listing.keywords.iter().any(|keyword| keyword.bid_micros.is_none()),
        });
        self.payloads.push(&listing.payload);
        self.first_keyword.push(self.keyword_texts.next_entry());
        for (nth, keyword) in listing.keywords.iter().enumerate() {
            let last = nth + 1 == listing.keywords.len();
            self.keyword_texts.push(keyword, Kind::of(keyword), last);
        }
        Ok(())
    }

    /// Adds a group.
    ///
    /// # Errors
    /// All that is wrong with it; nothing of it was added then.
    pub fn add_group(&mut self, group: &Group) -> Result<(), Vec<RecordError>> {
        let mut errors = self.check_group(group);
        let mark = self.keywords.mark();
        // The number of a name is kept even if its group is refused: then it is a name without a group.
        let number = self.group_number(&group.id);
        self.add_negatives(&group.negatives, Owner::Group, number, &mut errors);
        let targeting = self.add_targeting(&group.targeting, &mut errors);
        if self.groups_added as usize == GROUPS_MAX {
            let reason = Reason::TooManyRecords(GROUPS_MAX);
            errors.push(RecordError { field: Field::Id, reason });
        }
        if !errors.is_empty() {
            self.keywords.roll_back(mark);
            return Err(errors);
        }
        let rules = RulesDraft {
            paused: group.status == Status::Paused,
            flight: Flight { start: group.start_time, end: group.end_time },
            targeting,
            lists: self.refer(&group.negative_lists),
        };
        let (ordinal, rules) = (Some(self.groups_added), self.rules.number(rules));
        self.groups[number as usize] =
            Some(GroupDraft { ordinal, rules, bid_micros: group.bid_micros });
        self.groups_added += 1;
        Ok(())
    }

    /// Says that there is a group of this id, for formats that name groups and do not describe them. A group that is
    /// added under the same id, before or after, keeps what it says.
    pub fn name_group(&mut self, id: &str) {
        let number = self.group_number(id) as usize;
        let rules = self.rules.number(RulesDraft::default());
        self.groups[number].get_or_insert(GroupDraft { ordinal: None, rules, bid_micros: None });
    }

    /// Adds a negative list.
    ///
    /// # Errors
    /// All that is wrong with it; nothing of it was added then.
    pub fn add_negative_list(&mut self, list: &NegativeList) -> Result<(), Vec<RecordError>> {
        let mut errors = self.check_negative_list(list);
        let mark = self.keywords.mark();
        let number = self.list_number(&list.name);
        self.add_negatives(&list.negatives, Owner::List, number, &mut errors);
        if self.lists_added as usize == NEGATIVE_LISTS_MAX {
            let reason = Reason::TooManyRecords(NEGATIVE_LISTS_MAX);
            errors.push(RecordError { field: Field::Name, reason });
        }
        if !errors.is_empty() {
            self.keywords.roll_back(mark);
            return Err(errors);
        }
        self.lists[number as usize] = Some(NamedList { ordinal: self.lists_added });
        self.lists_added += 1;
        Ok(())
    }

    /// Lays the index out. Time is that of sorting all keywords.
    ///
    /// # Errors
    /// What only the whole tells: references to groups and negative lists that do not exist, scores that a group's bid
    /// makes too large.
    pub fn finish(mut self) -> Result<Index, Vec<Unresolved>> {
        self.resolve()?;
        Ok(layout::lay_out(self).index)
    }

    /// The same, and says what is probably a mistake in it: how much of what, and the first `most` of all.
    ///
    /// # Errors
    /// Those of [`IndexBuilder::finish`].
    pub fn finish_with_review(mut self, most: usize) -> Result<(Index, Review), Vec<Unresolved>> {
        self.resolve()?;
        let groups =
            self.groups.iter().map(|group| group.and_then(|group| group.ordinal)).collect();
        let LaidOut { index, listings, with_duplicates } = layout::lay_out(self);
        let review = review::review(&index, &Ordinals { listings, groups, with_duplicates }, most);
        Ok((index, review))
    }

    fn add_negatives(
        &mut self,
        negatives: &[Keyword],
        owner: Owner,
        number: u32,
        errors: &mut Vec<RecordError>,
    ) {
        for (nth, negative) in negatives.iter().enumerate() {
            if let Err(reason) = self.keywords.add(negative, owner, number, nth) {
                errors.push(RecordError { field: Field::Negative(nth), reason });
            }
        }
    }

    fn add_targeting(
        &mut self,
        targeting: &str,
        errors: &mut Vec<RecordError>,
    ) -> Option<TargetingId> {
        match self.targetings.add(targeting) {
            Ok(id) => id,
            Err(error) => {
                let reason = Reason::Targeting(error);
                errors.push(RecordError { field: Field::Targeting, reason });
                None
            }
        }
    }

    /// Numbers of names of negative lists.
    fn refer(&mut self, names: &[String]) -> Vec<u32> {
        names.iter().map(|name| self.list_number(name)).collect()
    }

    fn group_number(&mut self, id: &str) -> u32 {
        let number = self.group_names.intern(id.as_bytes());
        self.groups.resize(self.group_names.len(), None);
        number
    }

    fn list_number(&mut self, name: &str) -> u32 {
        let number = self.list_names.intern(name.as_bytes());
        self.lists.resize(self.list_names.len(), None);
        number
    }
}

const _: () = assert!(LISTINGS_MAX <= u32::MAX as usize, "listings are numbered by 32 bits");
