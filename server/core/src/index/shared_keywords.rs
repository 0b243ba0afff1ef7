//! Keywords that very many listings share: the order in which their listings are best.
//!
//! The postings of a pattern are in the order of listings, in which one listing is found at once. Where there are more than
//! [`SHARED_KEYWORD_LISTINGS_MAX`](crate::limits::SHARED_KEYWORD_LISTINGS_MAX), they have a second order, by score, so
//! that the best of them are found without looking at the rest ([`crate::rank`]).

use super::listings::{Listings, Posting};
use super::patterns::Patterns;
use crate::listing::score;

/// See the module's text.
#[derive(Debug, Clone)]
pub(crate) struct SharedKeywords {
    /// Patterns of more listings than this many have a second order.
    pub(crate) listings_max: u32,
    /// First postings of the patterns that have such an order, ascending.
    first_postings: Vec<u32>,
    /// Where the order of each begins.
    starts: Vec<u32>,
    /// Numbers of postings, the best one first; ties by listing.
    by_score: Vec<u32>,
}

impl SharedKeywords {
    /// The orders of all patterns that need one.
    pub(crate) fn of(
        patterns: &Patterns,
        postings: &[Posting],
        listings: &Listings,
        listings_max: u32,
    ) -> SharedKeywords {
        let (first_postings, starts, by_score) = (Vec::new(), Vec::new(), Vec::new());
        let mut shared = SharedKeywords { listings_max, first_postings, starts, by_score };
        let worth = |number: u32| {
            let posting = &postings[number as usize];
            score(posting.bid_micros, listings.judged[posting.listing.0 as usize].quality)
        };
        for (_, pattern) in patterns.iter() {
            if pattern.postings <= listings_max {
                continue;
            }
            let start = shared.by_score.len();
            let first = pattern.first_posting;
            shared.first_postings.push(first);
            shared.starts.push(u32::try_from(start).expect("fewer than postings"));
            shared.by_score.extend(first..first + pattern.postings);
            // Postings are in the order of listings, and the sort is stable.
            shared.by_score[start..].sort_by(|&a, &b| worth(b).total_cmp(&worth(a)));
        }
        shared
    }

    /// Where the order of the pattern with this first posting begins.
    pub(crate) fn start(&self, first_posting: u32) -> Option<u32> {
        let at = self.first_postings.binary_search(&first_posting).ok()?;
        Some(self.starts[at])
    }

    /// The posting at a place of an order.
    #[inline]
    pub(crate) fn posting<'p>(&self, place: u32, postings: &'p [Posting]) -> &'p Posting {
        &postings[self.by_score[place as usize] as usize]
    }

    /// How many places there are.
    pub(crate) fn places(&self) -> usize {
        self.by_score.len()
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.first_postings.as_slice())
            + size_of_val(self.starts.as_slice())
            + size_of_val(self.by_score.as_slice())
    }
}
