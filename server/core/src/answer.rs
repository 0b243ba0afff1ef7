//! What is asked and what is answered.

use crate::index::leaves::PatternId;
use crate::index::{Index, ListingId};
use crate::keyword::{Keyword, MatchType};
#[cfg(doc)]
use crate::limits::MATCHES_MAX;
use crate::listing::Time;
use crate::targeting::Attributes;
use crate::text::TextRefused;

/// A text to match, and how much of the answer is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The text.
    pub text: &'a str,
    /// The most matches to return, at most [`MATCHES_MAX`].
    pub limit: u32,
    /// The most matches of one group; 0 for no cap.
    pub max_per_group: u32,
    /// When flights are judged.
    pub at: Time,
    /// What targeting is judged by.
    pub attributes: Attributes<'a>,
}

/// One matching listing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The listing.
    pub listing: ListingId,
    /// Bid times quality, in millionths of the currency unit.
    pub score: f64,
    /// How the best of its matching keywords matched.
    pub match_type: MatchType,
    /// Index of that keyword in the listing's keywords.
    pub keyword: u32,
    pub(crate) pattern: PatternId,
}

/// The answer to one query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'s> {
    /// The best matches, best first.
    pub hits: &'s [Hit],
    /// How many listings matched.
    pub total: u64,
    /// Whether `total` was counted; if not, it is a lower bound.
    pub total_exact: bool,
    /// A work limit stopped the search: a match may be missing.
    pub incomplete: bool,
    /// Why the text was not matched, if it was not; everything else is empty then.
    pub refused: Option<TextRefused>,
}

impl Index {
    /// The keyword that a hit matched with, as it was written.
    pub fn keyword(&self, hit: &Hit) -> Keyword {
        self.listings.keywords.get(hit.listing, hit.keyword)
    }
}
