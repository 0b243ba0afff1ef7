//! Keywords that very many listings share: the order in which their listings are best.
//!
//! The postings of a pattern are in the order of listings, in which one listing is found at once. Where there are more than
//! [`SHARED_KEYWORD_LISTINGS_MAX`](crate::limits::SHARED_KEYWORD_LISTINGS_MAX), they have a second order, by score, so
//! that the best of them are found without looking at the rest ([`crate::rank`]).

use broadside_memory::Array;

use super::listings::{Listings, Posting};
use crate::listing::score;

/// See the module's text.
#[derive(Debug, Clone)]
pub(crate) struct SharedKeywords {
    /// Patterns of more listings than this many have a second order.
    pub(crate) listings_max: u32,
    /// First postings of the patterns that have such an order, ascending.
    pub(crate) first_postings: Array<u32>,
    /// Where the order of each begins.
    pub(crate) starts: Array<u32>,
    /// Numbers of postings, the best one first; ties by listing.
    pub(crate) by_score: Array<u32>,
}

impl SharedKeywords {
    /// The orders of all runs of postings that need one. `runs` are the first posting of each and how many it has,
    /// ascending.
    pub(crate) fn of(
        runs: &[(u32, u32)],
        postings: &[Posting],
        listings: &Listings,
        listings_max: u32,
    ) -> SharedKeywords {
        let (mut first_postings, mut starts, mut by_score) = (Vec::new(), Vec::new(), Vec::new());
        let worth = |number: u32| {
            let posting = &postings[number as usize];
            score(posting.bid_micros, listings.quality(posting.listing))
        };
        for &(first, count) in runs.iter().filter(|&&(_, count)| count > listings_max) {
            let start = by_score.len();
            first_postings.push(first);
            starts.push(u32::try_from(start).expect("fewer than postings"));
            by_score.extend(first..first + count);
            // Postings are in the order of listings, and the sort is stable.
            by_score[start..].sort_by(|&a, &b| worth(b).total_cmp(&worth(a)));
        }
        SharedKeywords {
            listings_max,
            first_postings: first_postings.into(),
            starts: starts.into(),
            by_score: by_score.into(),
        }
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
        self.first_postings.size_bytes() + self.starts.size_bytes() + self.by_score.size_bytes()
    }
}
