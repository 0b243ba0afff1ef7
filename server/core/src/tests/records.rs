//! A few records, as an index and as an oracle, and what both answer.

use crate::answer::Query;
use crate::group::Group;
use crate::keyword::Keyword;
use crate::limits::TextLimits;
use crate::listing::{Listing, Time};
use crate::matching::{Scratch, match_batch};
use crate::negative_list::NegativeList;
use crate::targeting::Attributes;
use crate::{Answer, Index, IndexBuilder, naive};

pub(super) const NOW: Time = Time { seconds: 1_000, nanos: 0 };

/// An inventory.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    pub(super) listings: Vec<Listing>,
    pub(super) groups: Vec<Group>,
    pub(super) lists: Vec<NegativeList>,
}

/// Groups that are only named get a record that asks nothing.
impl From<&[Listing]> for Records {
    fn from(listings: &[Listing]) -> Records {
        let mut records = Records { listings: listings.to_vec(), ..Records::default() };
        records.describe_groups();
        records
    }
}

impl Records {
    /// Adds a record for each group that has none.
    pub(super) fn describe_groups(&mut self) {
        for id in self.listings.iter().filter_map(|listing| listing.group.as_ref()) {
            if !self.groups.iter().any(|group| group.id == *id) {
                self.groups.push(Group::new(id));
            }
        }
    }

    pub(super) fn builder(&self) -> IndexBuilder {
        let mut builder = IndexBuilder::new();
        for listing in &self.listings {
            builder.add(listing).unwrap_or_else(|errors| panic!("{}: {errors:?}", listing.id));
        }
        for group in &self.groups {
            builder.add_group(group).unwrap_or_else(|errors| panic!("{}: {errors:?}", group.id));
        }
        for list in &self.lists {
            let added = builder.add_negative_list(list);
            added.unwrap_or_else(|errors| panic!("{}: {errors:?}", list.name));
        }
        builder
    }

    pub(super) fn index(&self) -> Index {
        let index = self.builder().finish();
        let index = index.unwrap_or_else(|unresolved| panic!("{unresolved:?}"));
        index.validate().expect("an index just built is valid");
        index
    }

    pub(super) fn oracle(&self) -> naive::Inventory {
        let Records { listings, groups, lists } = self.clone();
        naive::Inventory::new(listings, groups, lists)
    }

    /// What a query answers: `id type keyword score` a hit. The oracle must answer the same.
    pub(super) fn ask(&self, query: Query<'_>) -> (Vec<String>, u64) {
        let index = self.index();
        let mut scratch = Scratch::new(TextLimits::default());
        match_batch(&index, &[query], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        assert_agrees(&index, &self.oracle(), &query, &answer);
        assert!(!answer.incomplete && answer.refused.is_none(), "{:?}", query.text);
        let hits = answer.hits.iter().map(|hit| {
            let id = index.listing_id(hit.listing);
            format!("{id} {} {} {}", hit.match_type, hit.keyword, hit.score)
        });
        (hits.collect(), answer.total)
    }

    /// The ids that a query finds, in order.
    pub(super) fn ids(&self, query: Query<'_>) -> Vec<String> {
        let (hits, _) = self.ask(query);
        hits.iter().filter_map(|hit| hit.split(' ').next()).map(str::to_owned).collect()
    }
}

/// The answer is the oracle's; a total that was not counted is not above it.
pub(super) fn assert_agrees(
    index: &Index,
    oracle: &naive::Inventory,
    query: &Query<'_>,
    answer: &Answer<'_>,
) {
    let expected = oracle.matches(query);
    let matches: Vec<_> = answer
        .hits
        .iter()
        .map(|hit| naive::Match {
            listing_id: index.listing_id(hit.listing).to_owned(),
            score: hit.score,
            match_type: hit.match_type,
            keyword: hit.keyword as usize,
        })
        .collect();
    assert_eq!(matches, expected.matches, "{query:?}\n{oracle:?}");
    if answer.total_exact {
        assert_eq!(answer.total, expected.total, "{query:?}\n{oracle:?}");
    } else {
        assert!(answer.total <= expected.total, "{query:?}\n{oracle:?}");
    }
}

/// A listing from `id`, and keywords and negatives in their notation.
pub(super) fn listing(id: &str, keywords: &[&str]) -> Listing {
    let mut listing = Listing::new(id);
    for notation in keywords {
        let parsed = Keyword::parse(notation);
        let list = if parsed.negative { &mut listing.negatives } else { &mut listing.keywords };
        list.push(parsed.keyword);
    }
    listing
}

/// Negatives from their notation, with or without the leading `-`.
pub(super) fn negatives(notations: &[&str]) -> Vec<Keyword> {
    notations.iter().map(|notation| Keyword::parse(notation).keyword).collect()
}

pub(super) fn query(text: &str) -> Query<'_> {
    Query { text, limit: 10, max_per_group: 0, at: NOW, attributes: Attributes::default() }
}
