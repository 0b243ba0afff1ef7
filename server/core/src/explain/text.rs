//! A whole text: its answer, and what a keyword brought up in vain.

use std::collections::HashMap;

use crate::answer::Query;
use crate::index::{Index, ListingId};
use crate::limits::{EXPLAINED_LISTINGS_MAX, EXPLAINED_MISSES_MAX, TextLimits};
use crate::matching::Scratch;
use crate::matching::steps::Steps;
use crate::spans::Highlighter;
use crate::text::TextRefused;

use super::{Explainer, Explanation, Outcome, TextExplanation};

impl Explainer {
    /// An explainer for texts within these limits.
    pub fn new(limits: TextLimits) -> Explainer {
        Explainer {
            scratch: Scratch::new(limits),
            highlighter: Highlighter::new(limits),
            lists: HashMap::new(),
            steps: Steps::default(),
        }
    }

    /// An explainer whose searches have this many steps.
    #[cfg(test)]
    pub(crate) fn with_steps(limits: TextLimits, steps_max: u32) -> Explainer {
        Explainer { scratch: Scratch::with_steps(limits, steps_max), ..Explainer::new(limits) }
    }

    /// Explains the whole answer to a query.
    ///
    /// # Errors
    /// The text is beyond the limits.
    pub fn explain_text(
        &mut self,
        index: &Index,
        query: &Query<'_>,
    ) -> Result<TextExplanation, TextRefused> {
        self.read(index, query)?;
        let answer = self.scratch.answers().next().expect("one query has one answer");
        let (total, total_exact, incomplete) =
            (answer.total, answer.total_exact, answer.incomplete);
        let hits: Vec<ListingId> = answer.hits.iter().map(|hit| hit.listing).collect();
        let matches = hits.iter().map(|&hit| Explanation {
            listing_id: index.listing_id(hit).to_owned(),
            outcome: self.outcome(index, query, hit),
        });
        let matches = matches.collect();
        let mut misses = Vec::new();
        let brought_up = self.scratch.listings_brought_up(index, EXPLAINED_LISTINGS_MAX);
        let mut more_misses = brought_up.len() > EXPLAINED_LISTINGS_MAX;
        for listing in brought_up.into_iter().take(EXPLAINED_LISTINGS_MAX) {
            let judged = self.judge(index, query, listing);
            if self.steps.left == 0 {
                more_misses = true;
                break;
            }
            let Err(miss) = judged else {
                continue;
            };
            if misses.len() == EXPLAINED_MISSES_MAX {
                more_misses = true;
                break;
            }
            let listing_id = index.listing_id(listing).to_owned();
            misses.push(Explanation { listing_id, outcome: Outcome::Missed(miss) });
        }
        Ok(TextExplanation { matches, misses, more_misses, total, total_exact, incomplete })
    }
}
