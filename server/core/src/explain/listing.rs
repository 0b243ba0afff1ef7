//! One listing: the stages in their order.

use crate::answer::Query;
use crate::index::leaves::PatternId;
use crate::index::listings::GroupId;
use crate::index::rules::{NegativeListId, NegativeSetId, Rules};
use crate::index::{Index, ListingId};
use crate::judge::first_shared;
use crate::limits::QUERY_STEPS_MAX;
use crate::matching::match_batch;
use crate::matching::search::Candidate;
use crate::matching::steps::Steps;
use crate::text::TextRefused;

use super::{Explainer, Explanation, Level, Matched, Miss, Outcome, keywords};

impl Explainer {
    /// Explains what becomes of one listing.
    ///
    /// # Errors
    /// The text is beyond the limits.
    pub fn explain(
        &mut self,
        index: &Index,
        query: &Query<'_>,
        listing_id: &str,
    ) -> Result<Explanation, TextRefused> {
        self.read(index, query)?;
        let outcome = match index.find_listing(listing_id) {
            Some(listing) => self.outcome(index, query, listing),
            None => Outcome::Missed(Miss::NotFound),
        };
        Ok(Explanation { listing_id: listing_id.to_owned(), outcome })
    }

    /// Searches a text. What it brings up is in the scratch then, before it is judged.
    pub(super) fn read(&mut self, index: &Index, query: &Query<'_>) -> Result<(), TextRefused> {
        match_batch(index, std::slice::from_ref(query), &mut self.scratch);
        let answer = self.scratch.answers().next().expect("one query has one answer");
        if let Some(refused) = answer.refused {
            return Err(refused);
        }
        self.highlighter.set_text(index, query.text);
        self.lists.clear();
        self.steps = Steps { left: QUERY_STEPS_MAX };
        Ok(())
    }

    /// What becomes of a listing, of a text that was read.
    pub(super) fn outcome(
        &mut self,
        index: &Index,
        query: &Query<'_>,
        listing: ListingId,
    ) -> Outcome {
        match self.judge(index, query, listing) {
            Ok(best) => {
                let hit = best.hit(index);
                Outcome::Matched(Matched {
                    score: hit.score,
                    keyword_index: hit.keyword,
                    keyword: index.keyword(&hit),
                    spans: self.highlighter.spans(index, query.text, &hit).to_vec(),
                })
            }
            Err(miss) => Outcome::Missed(miss),
        }
    }

    /// The best keyword with which a listing matches, or why it does not.
    pub(super) fn judge(
        &mut self,
        index: &Index,
        query: &Query<'_>,
        listing: ListingId,
    ) -> Result<Candidate, Miss> {
        let class = index.listings.class(listing);
        let mut levels = vec![(Level::Listing, index.rules_or_none(class.own_rules))];
        if class.group != GroupId::NONE {
            let id = index.group_of(listing).expect("it has a group").to_owned();
            let rules = index.rules_or_none(class.group_rules);
            levels.push((Level::Group(id), rules));
        }
        if let Some(miss) = out_of_time(query, &levels) {
            return Err(miss);
        }
        let Some(best) = self.scratch.best_candidate(index, listing) else {
            if !self.scratch.found_all() {
                return Err(Miss::Incomplete);
            }
            let nearest = keywords::nearest(index, listing, &self.highlighter, query.text);
            return Err(Miss::NoKeyword(nearest));
        };
        if let Some(miss) = self.blocked(index, query, &levels) {
            return Err(miss);
        }
        match untargeted(index, query, &levels) {
            Some(miss) => Err(miss),
            None => Ok(best),
        }
    }

    /// The first negative that matches.
    fn blocked(
        &mut self,
        index: &Index,
        query: &Query<'_>,
        levels: &[(Level, Rules)],
    ) -> Option<Miss> {
        for (level, rules) in levels {
            let lists = index.rules.lists_of(rules).iter();
            let lists =
                lists.map(|&list| (Some(list), index.rules.list_sets[list.0 as usize].some()));
            for (list, set) in std::iter::once((None, rules.negatives)).chain(lists) {
                let Some(set) = set else {
                    continue;
                };
                if !self.scratch.found_all() {
                    return Some(Miss::Incomplete);
                }
                let fired = match list {
                    Some(list) => self.fired_of_list(index, list, set),
                    None => self.fired_of(index, set),
                };
                if let Some(id) = fired {
                    let negative = index.negative(id);
                    let spans = self.highlighter.keyword_spans(index, query.text, &negative, id);
                    return Some(Miss::Blocked {
                        level: level.clone(),
                        list: list.map(|list| index.list_name(list).to_owned()),
                        spans: spans.to_vec(),
                        negative,
                    });
                }
            }
        }
        None
    }

    /// The first negative of a list that the text fires; looked for once a text.
    fn fired_of_list(
        &mut self,
        index: &Index,
        list: NegativeListId,
        set: NegativeSetId,
    ) -> Option<PatternId> {
        if let Some(&known) = self.lists.get(&list) {
            return known;
        }
        let fired = self.fired_of(index, set);
        self.lists.insert(list, fired);
        fired
    }

    fn fired_of(&mut self, index: &Index, set: NegativeSetId) -> Option<PatternId> {
        let negatives = index.rules.sets.get(set);
        let fired = self.scratch.fired_negatives();
        // Whoever explains many listings looks at what is left; one listing is always explained.
        let _ = self.steps.spend_length(1 + negatives.len().min(fired.len()));
        first_shared(negatives, fired)
    }
}

/// The first that is paused, or outside its flight.
fn out_of_time(query: &Query<'_>, levels: &[(Level, Rules)]) -> Option<Miss> {
    if let Some((level, _)) = levels.iter().find(|(_, rules)| rules.paused) {
        return Some(Miss::Paused(level.clone()));
    }
    let (level, rules) = levels.iter().find(|(_, rules)| !rules.flight.holds(query.at))?;
    let (start, end) = (rules.flight.start, rules.flight.end);
    Some(Miss::OutsideFlight { level: level.clone(), start, end, at: query.at })
}

/// The first targeting that is not true.
fn untargeted(index: &Index, query: &Query<'_>, levels: &[(Level, Rules)]) -> Option<Miss> {
    levels.iter().find_map(|(level, rules)| {
        let unmet = index.targetings.explain(rules.targeting?, query.attributes)?;
        Some(Miss::Targeting { level: level.clone(), unmet })
    })
}
