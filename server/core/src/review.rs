//! What is probably a mistake in an inventory that is valid: warnings for whoever writes it.
//!
//! Each is certain as far as it goes (a keyword that is said to be blocked is blocked for every text that it matches) but
//! for [`WarningKind::LoneAttribute`], which is a guess. None says that there is nothing else.

mod attributes;
mod blocked;
mod flights;
mod keywords;

use std::collections::HashSet;

use crate::index::{Index, ListingId};
use crate::record::{Field, Record};
use crate::targeting::TargetingId;

use attributes::LoneAttributes;
use blocked::Blocking;

/// All that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Review {
    /// How many there are of each kind that there is.
    pub counts: Vec<(WarningKind, u64)>,
    /// The first ones: groups, then listings, each in the order in which they were added.
    pub warnings: Vec<Warning>,
}

/// One thing that is probably a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is.
    pub kind: WarningKind,
    /// The record that has it.
    pub record: Record,
    /// The record's id.
    pub id: String,
    /// The field that has it.
    pub field: Field,
    /// What it is for people: a sentence that says what does not work, and why.
    pub message: String,
}

/// Kinds of what is probably a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WarningKind {
    /// A negative of a listing, of its group, or of a list that either refers to, matches whatever the keyword matches.
    NegativeBlocksKeyword,
    /// A keyword that no text can match.
    KeywordNeverMatches,
    /// A keyword that is the same as an earlier one of its listing after analysis.
    DuplicateKeyword,
    /// A targeting that is not true, whatever attributes are sent.
    TargetingNeverTrue,
    /// An attribute that no other targeting of the inventory reads: probably a misspelling.
    LoneAttribute,
    /// The flights of a listing and its group have no time in common.
    NeverInFlight,
}

/// Ordinals of records, by their numbers in the index.
#[derive(Debug)]
pub(crate) struct Ordinals {
    /// Of listings, in the order in which they were added: their numbers.
    pub(crate) listings: Vec<u32>,
    /// Of groups that a record describes, by number.
    pub(crate) groups: Vec<Option<u32>>,
    /// Numbers of listings that have keywords that are the same, ascending.
    pub(crate) with_duplicates: Vec<u32>,
}

/// Collects what is found.
struct Found {
    counts: [u64; WarningKind::ALL.len()],
    warnings: Vec<Warning>,
    most: usize,
}

/// A record under review.
#[derive(Clone, Copy)]
struct Subject<'a> {
    record: Record,
    id: &'a str,
}

impl WarningKind {
    const ALL: [WarningKind; 6] = [
        WarningKind::NegativeBlocksKeyword,
        WarningKind::KeywordNeverMatches,
        WarningKind::DuplicateKeyword,
        WarningKind::TargetingNeverTrue,
        WarningKind::LoneAttribute,
        WarningKind::NeverInFlight,
    ];

    /// The kind for programs: UPPER_SNAKE, stable.
    pub fn code(self) -> &'static str {
        match self {
            WarningKind::NegativeBlocksKeyword => "NEGATIVE_BLOCKS_KEYWORD",
            WarningKind::KeywordNeverMatches => "KEYWORD_NEVER_MATCHES",
            WarningKind::DuplicateKeyword => "DUPLICATE_KEYWORD",
            WarningKind::TargetingNeverTrue => "TARGETING_NEVER_TRUE",
            WarningKind::LoneAttribute => "LONE_ATTRIBUTE",
            WarningKind::NeverInFlight => "NEVER_IN_FLIGHT",
        }
    }
}

impl Found {
    fn warn(
        &mut self,
        kind: WarningKind,
        subject: Subject<'_>,
        field: Field,
        message: impl FnOnce() -> String,
    ) {
        self.counts[kind as usize] += 1;
        if self.warnings.len() < self.most {
            let Subject { record, id } = subject;
            let (id, message) = (id.to_owned(), message());
            self.warnings.push(Warning { kind, record, id, field, message });
        }
    }
}

/// Reviews a whole inventory; keeps the first `most` warnings. Takes a search for each keyword of listings with negatives.
pub(crate) fn review(index: &Index, ordinals: &Ordinals, most: usize) -> Review {
    let mut found = Found { counts: Default::default(), warnings: Vec::new(), most };
    let targetings = (0..).take(index.targetings.len()).map(TargetingId);
    let never_true: Vec<bool> = targetings.map(|id| index.targetings.is_never_true(id)).collect();
    let lone = LoneAttributes::of(index);
    let judge_targeting = |found: &mut Found, subject: Subject<'_>, id: Option<TargetingId>| {
        let Some(id) = id else {
            return;
        };
        if never_true[id.0 as usize] {
            found.warn(WarningKind::TargetingNeverTrue, subject, Field::Targeting, || {
                let source = index.targetings.source(id);
                format!("the targeting is never true, whatever attributes are sent: {source}")
            });
        }
        lone.warn(found, subject, id);
    };
    let mut groups: Vec<(u32, usize)> = Vec::new();
    for (number, ordinal) in ordinals.groups.iter().enumerate() {
        groups.extend(ordinal.map(|ordinal| (ordinal, number)));
    }
    groups.sort_unstable();
    for (ordinal, number) in groups {
        let id = index.rules.group_ids.get_str(number);
        let subject = Subject { record: Record::Group(ordinal), id };
        let rules = index.rules_or_none(index.rules.group_rules[number]);
        judge_targeting(&mut found, subject, rules.targeting);
    }
    let mut blocking = Blocking::new(index);
    let never_matching = index.regexes.never_matching();
    let never_matching: HashSet<&str> =
        never_matching.iter().map(|&number| index.regexes.source(number)).collect();
    for (ordinal, &number) in (0..).zip(&ordinals.listings) {
        let listing = ListingId(number);
        let class = index.listings.class(listing);
        let subject = Subject { record: Record::Listing(ordinal), id: index.listing_id(listing) };
        let has_duplicates = ordinals.with_duplicates.binary_search(&number).is_ok();
        keywords::warn(&mut found, subject, index, listing, &never_matching, has_duplicates);
        if !class.has_rules() {
            continue;
        }
        let own = index.rules_or_none(class.own_rules);
        let group = index.rules_or_none(class.group_rules);
        judge_targeting(&mut found, subject, own.targeting);
        flights::warn(&mut found, subject, &own, &group);
        blocking.warn(&mut found, subject, index, listing, &[own, group]);
    }
    let counts = WarningKind::ALL.into_iter().zip(found.counts).filter(|&(_, count)| count > 0);
    Review { counts: counts.collect(), warnings: found.warnings }
}

#[cfg(test)]
mod tests;
