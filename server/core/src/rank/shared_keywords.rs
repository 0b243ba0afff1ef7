//! Keywords of very many listings: the best of an answer without looking at all of them.
//!
//! Each such keyword has its listings in the order of their scores ([`crate::index::shared_keywords`]), and all of its hits have one
//! match type, so that this is the order of the answer. These orders, and the hits of all other keywords, are merged until
//! the answer is full. A listing whose best keyword is another one is passed over: it comes at the place of that one.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::answer::Hit;
use crate::index::listings::ListingId;
use crate::judge::{Case, Judge};
use crate::matching::search::{Candidate, SharedMatch};
use crate::matching::steps::{Spent, Steps};

use super::{Ranking, Selected, best_first};

/// How far the order of one keyword was taken.
#[derive(Debug)]
pub(crate) struct Cursor {
    /// The best hit that was not taken yet.
    hit: Hit,
    /// Which of the matches it is of.
    shared: usize,
    /// The place of the next one in the order, and the end.
    next: u32,
    end: u32,
}

/// What the merge works on.
struct Merge<'a> {
    case: &'a Case<'a>,
    /// Of all other keywords, ascending by listing.
    candidates: &'a [Candidate],
    shared: &'a [SharedMatch],
    cursors: BinaryHeap<Cursor>,
}

impl PartialEq for Cursor {
    fn eq(&self, other: &Cursor) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cursor {}

impl PartialOrd for Cursor {
    fn partial_cmp(&self, other: &Cursor) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The greatest is the one whose hit comes first. The same hit may stand at several of them.
impl Ord for Cursor {
    fn cmp(&self, other: &Cursor) -> Ordering {
        best_first(&other.hit, &self.hit).then(other.shared.cmp(&self.shared))
    }
}

/// The same as [`super::select`], whose hits of all other keywords are in the ranking.
pub(super) fn select(
    case: &Case<'_>,
    candidates: &[Candidate],
    shared: &[SharedMatch],
    judge: &mut Judge,
    steps: &mut Steps,
    ranking: &mut Ranking,
    hits: &mut Vec<Hit>,
) -> Selected {
    let Ranking { hits: others, groups, cursors } = ranking;
    others.sort_unstable_by(best_first);
    groups.0.clear();
    let mut merge = Merge { case, candidates, shared, cursors: std::mem::take(cursors).into() };
    merge.begin();
    let mut others = others.iter().peekable();
    let mut total = others.len() as u64;
    let mut complete = true;
    let mut places = case.query.limit;
    while places > 0 {
        let best_shared = merge.cursors.peek().map(|cursor| &cursor.hit);
        let other = others
            .next_if(|other| best_shared.is_none_or(|shared| best_first(other, shared).is_lt()));
        let hit = match other {
            Some(other) => *other,
            None => match merge.next(judge, steps) {
                Ok(Some(hit)) => {
                    total += 1;
                    hit
                }
                Ok(None) if merge.cursors.is_empty() && others.peek().is_none() => break,
                Ok(None) => continue,
                Err(Spent) => {
                    complete = false;
                    break;
                }
            },
        };
        if groups.keeps(case, &hit) {
            hits.push(hit);
            places -= 1;
        }
    }
    let counted = merge.cursors.is_empty();
    *cursors = merge.cursors.into_vec();
    cursors.clear();
    Selected { total, counted, complete }
}

impl Merge<'_> {
    /// A cursor at the beginning of each order.
    fn begin(&mut self) {
        for (number, shared) in self.shared.iter().enumerate() {
            let start = self.case.index.shared.start(shared.first_posting);
            let start = start.expect("a keyword of so many listings has an order");
            self.advance(number, start, start + shared.listings);
        }
    }

    /// Puts a cursor at a place of an order, unless that is its end.
    fn advance(&mut self, shared: usize, place: u32, end: u32) {
        if place == end {
            return;
        }
        let index = self.case.index;
        let posting = *index.shared.posting(place, &index.postings);
        let hit = self.shared[shared].candidate(posting).hit(index);
        self.cursors.push(Cursor { hit, shared, next: place + 1, end });
    }

    /// Takes the next hit of the orders; `None` if it is not one that matches, or if there is none.
    fn next(&mut self, judge: &mut Judge, steps: &mut Steps) -> Result<Option<Hit>, Spent> {
        let Some(Cursor { hit, shared, next, end }) = self.cursors.pop() else {
            return Ok(None);
        };
        steps.spend(1)?;
        self.advance(shared, next, end);
        if self.comes_elsewhere(&hit, shared, steps)? {
            return Ok(None);
        }
        Ok(judge.admits(self.case, hit.listing, steps)?.then_some(hit))
    }

    /// Whether the listing has another keyword that matched and is preferred, or was judged already.
    fn comes_elsewhere(&self, hit: &Hit, shared: usize, steps: &mut Steps) -> Result<bool, Spent> {
        steps.spend_length(self.shared.len())?;
        if self.is_candidate(hit.listing) {
            return Ok(true);
        }
        let index = self.case.index;
        let find = |number: usize| self.shared[number].find(index, hit.listing);
        let own = find(shared).expect("an order has the listings of its keyword");
        let others = (0..self.shared.len()).filter(|&other| other != shared);
        Ok(others.filter_map(find).any(|other| other.preference() < own.preference()))
    }

    fn is_candidate(&self, listing: ListingId) -> bool {
        let found =
            self.candidates.binary_search_by_key(&listing, |candidate| candidate.posting.listing);
        found.is_ok()
    }
}
