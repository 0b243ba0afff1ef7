//! Whether a listing that a keyword brought up matches: the rules of section 3 of the matching contract.
//!
//! Rules are rows of a table that listings and groups share ([`crate::index::rules`]). A row is judged once a query,
//! however many listings have it, and so is a negative list and each part of a targeting. Within a row the cheap rules come
//! first. Which negatives a text fires, the search has found; here it is asked whether one of a row's is among them.

use crate::answer::Query;
use crate::index::Index;
use crate::index::leaves::PatternId;
use crate::index::listings::ListingId;
use crate::index::rules::{NegativeListId, NegativeSetId, Rules, RulesId};
use crate::matching::steps::{Spent, Steps};
use crate::targeting::{Evaluator, Truth};

/// Judges the candidates of one query after the other. Reused, and allocates nothing once it has seen an index.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    /// What was found out in this query is marked with its number.
    query: u32,
    rows: Verdicts,
    lists: Verdicts,
    evaluator: Evaluator,
    /// What [`Judge::evaluator`] has of the attributes of the query at hand.
    bound: Bound,
}

/// Attributes that the evaluator was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Bound {
    #[default]
    Nothing,
    /// Those that the query shares with its batch.
    Shared,
    All,
}

/// What a query is judged with.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) index: &'a Index,
    pub(crate) query: &'a Query<'a>,
    /// The negatives that the text fires, ascending.
    pub(crate) fired: &'a [PatternId],
    /// Whether those are all: a search that was cut short may not have found all of them. Then nothing that has any is
    /// admitted.
    pub(crate) all_fired: bool,
}

/// A verdict for each of many: valid if it was reached in the query at hand.
#[derive(Debug, Default)]
struct Verdicts(Vec<u32>);

impl Verdicts {
    const QUERIES: u32 = 1 << 31;

    /// Makes room for so many. It does not shrink.
    fn make_room(&mut self, count: usize) {
        if self.0.len() < count {
            self.0.resize(count, 0);
        }
    }

    #[inline]
    fn get(&self, number: u32, query: u32) -> Option<bool> {
        let verdict = self.0[number as usize];
        (verdict >> 1 == query).then_some(verdict & 1 != 0)
    }

    #[inline]
    fn set(&mut self, number: u32, query: u32, verdict: bool) {
        self.0[number as usize] = query << 1 | u32::from(verdict);
    }
}

impl Judge {
    /// Begins with an index. Verdicts on another one are of queries before, and count no more.
    pub(crate) fn begin_index(&mut self, index: &Index) {
        self.rows.make_room(index.rules.rows.len());
        self.lists.make_room(index.rules.list_sets.len());
        self.bound = Bound::Nothing;
    }

    /// Begins with a new query of that index, and says which of its attributes are those of the query before.
    pub(crate) fn begin_query(&mut self, same_shared: bool, same_own: bool) {
        self.query += 1;
        if self.query == Verdicts::QUERIES {
            self.rows.0.fill(0);
            self.lists.0.fill(0);
            self.query = 1;
        }
        let still_bound = match (same_shared, same_own) {
            (false, _) => Bound::Nothing,
            (true, false) => Bound::Shared,
            (true, true) => Bound::All,
        };
        self.bound = self.bound.min(still_bound);
    }

    /// Whether a listing matches, given that one of its keywords does.
    #[inline]
    pub(crate) fn admits(
        &mut self,
        case: &Case<'_>,
        listing: ListingId,
        steps: &mut Steps,
    ) -> Result<bool, Spent> {
        let judged = case.index.listings.judged(listing);
        if judged.is_free() {
            return Ok(true);
        }
        let class = &case.index.listings.classes[judged.class()];
        for rules in [class.own_rules, class.group_rules] {
            if let Some(row) = rules.some()
                && !self.row(case, row, steps)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn row(&mut self, case: &Case<'_>, row: RulesId, steps: &mut Steps) -> Result<bool, Spent> {
        steps.spend(1)?;
        if let Some(verdict) = self.rows.get(row.0, self.query) {
            return Ok(verdict);
        }
        let verdict = self.judge(case, &case.index.rules.get(row), steps)?;
        self.rows.set(row.0, self.query, verdict);
        Ok(verdict)
    }

    fn judge(&mut self, case: &Case<'_>, rules: &Rules, steps: &mut Steps) -> Result<bool, Spent> {
        if rules.paused || !rules.flight.holds(case.query.at) {
            return Ok(false);
        }
        if let Some(own) = rules.negatives
            && blocks(case, own, steps)?
        {
            return Ok(false);
        }
        for &list in case.index.rules.lists_of(rules) {
            if self.list_blocks(case, list, steps)? {
                return Ok(false);
            }
        }
        let Some(targeting) = rules.targeting else {
            return Ok(true);
        };
        let expressions = &case.index.targetings;
        if self.bound != Bound::All {
            let same_shared = self.bound == Bound::Shared;
            self.evaluator.begin(expressions, case.query.attributes, same_shared);
            self.bound = Bound::All;
        }
        let (truth, work) = self.evaluator.evaluate(expressions, case.query.attributes, targeting);
        steps.spend(work)?;
        Ok(truth == Truth::True)
    }

    fn list_blocks(
        &mut self,
        case: &Case<'_>,
        list: NegativeListId,
        steps: &mut Steps,
    ) -> Result<bool, Spent> {
        steps.spend(1)?;
        if let Some(verdict) = self.lists.get(list.0, self.query) {
            return Ok(verdict);
        }
        let verdict = match case.index.rules.list_sets[list.0 as usize].some() {
            Some(set) => blocks(case, set, steps)?,
            None => false,
        };
        self.lists.set(list.0, self.query, verdict);
        Ok(verdict)
    }
}

/// Whether the text fires one of a set's negatives, or may: what was not judged in full blocks.
fn blocks(case: &Case<'_>, set: NegativeSetId, steps: &mut Steps) -> Result<bool, Spent> {
    if !case.all_fired {
        return Ok(true);
    }
    let negatives = case.index.rules.sets.get(set);
    steps.spend_length(negatives.len().min(case.fired.len()))?;
    Ok(first_shared(negatives, case.fired).is_some())
}

/// The first that two ascending lists have in common.
pub(crate) fn first_shared(a: &[PatternId], b: &[PatternId]) -> Option<PatternId> {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter().copied().find(|pattern| many.binary_search(pattern).is_ok())
}
