//! From candidates to the answer: each listing once, with the best of its keywords; judged; ordered; cut.
//!
//! The rules are those of section 5 of the matching contract. Negatives are looked at in order of cost: a listing
//! without any is not looked at, and of one that has some, the few negatives that the text fired are searched among the
//! listing's.

use std::cmp::{Ordering, Reverse};

use crate::answer::{Hit, Query};
use crate::index::Index;
use crate::index::listings::{GroupId, HAS_FLIGHT, HAS_NEGATIVES, ListingId, PAUSED};
use crate::index::patterns::PatternId;
use crate::listing::{Time, score};
use crate::matching::search::{Candidate, Search};

/// Reused from query to query.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    hits: Vec<Hit>,
    /// How many of each group were kept, for `max_per_group`.
    groups: Vec<(GroupId, u32)>,
}

/// Adds the best matches to `hits`, best first, and returns how many listings matched.
///
/// Takes n log n for n candidates, and for the order of k hits among m matching listings m + k log k.
pub(crate) fn select(
    index: &Index,
    query: &Query<'_>,
    search: &mut Search,
    incomplete: bool,
    ranking: &mut Ranking,
    hits: &mut Vec<Hit>,
) -> u64 {
    let Search { candidates, negatives, .. } = search;
    best_keyword_first(candidates);
    ranking.hits.clear();
    let mut previous = None;
    for candidate in candidates.iter() {
        let listing = candidate.posting.listing;
        if previous.replace(listing) == Some(listing) {
            continue;
        }
        if admits(index, listing, query.at, negatives, incomplete) {
            ranking.hits.push(hit(index, candidate));
        }
    }
    let total = ranking.hits.len() as u64;
    cut(index, query, ranking);
    hits.extend_from_slice(&ranking.hits);
    total
}

/// Sorts candidates by listing, and those of one listing so that its best keyword comes first.
fn best_keyword_first(candidates: &mut [Candidate]) {
    candidates.sort_unstable_by_key(|candidate| {
        let Candidate { posting, match_type, tokens, .. } = candidate;
        let best = (*match_type, Reverse(posting.bid_micros), Reverse(*tokens), posting.keyword());
        (posting.listing, best)
    });
}

/// Whether a listing that a keyword brought up matches: it is active, in flight, and no negative of it matches.
#[inline]
fn admits(
    index: &Index,
    listing: ListingId,
    at: Time,
    fired: &[PatternId],
    incomplete: bool,
) -> bool {
    let flags = index.listings.judged[listing.0 as usize].flags;
    if flags == 0 {
        return true;
    }
    if flags & PAUSED != 0 || flags & HAS_FLIGHT != 0 && !index.listings.is_in_flight(listing, at) {
        return false;
    }
    if flags & HAS_NEGATIVES == 0 {
        return true;
    }
    // A search that was cut short may not have found all negatives: then nothing that has any is returned.
    !incomplete && !shares(index.listings.negatives_of(listing), fired)
}

/// Whether two ascending lists have an element in common.
fn shares(a: &[PatternId], b: &[PatternId]) -> bool {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter().any(|pattern| many.binary_search(pattern).is_ok())
}

fn hit(index: &Index, candidate: &Candidate) -> Hit {
    let posting = candidate.posting;
    let quality = index.listings.judged[posting.listing.0 as usize].quality;
    Hit {
        listing: posting.listing,
        score: score(posting.bid_micros, quality),
        match_type: candidate.match_type,
        keyword: posting.keyword(),
        bid_micros: posting.bid_micros,
        own_bid: posting.has_own_bid(),
        pattern: candidate.pattern,
    }
}

/// Higher scores first, then narrower types, then smaller ids. No two hits of one answer are equal in it.
fn best_first(a: &Hit, b: &Hit) -> Ordering {
    let scores = b.score.total_cmp(&a.score);
    scores.then_with(|| (a.match_type, a.listing).cmp(&(b.match_type, b.listing)))
}

/// Leaves the first `limit` hits in order, at most `max_per_group` of each group.
fn cut(index: &Index, query: &Query<'_>, ranking: &mut Ranking) {
    let Ranking { hits, groups } = ranking;
    let limit = query.limit as usize;
    if query.max_per_group > 0 {
        hits.sort_unstable_by(best_first);
        groups.clear();
        hits.retain(|hit| {
            let group = index.listings.judged[hit.listing.0 as usize].group;
            group == GroupId::NONE || count(groups, group) <= query.max_per_group
        });
        hits.truncate(limit);
        return;
    }
    if hits.len() > limit {
        if limit > 0 {
            hits.select_nth_unstable_by(limit - 1, best_first);
        }
        hits.truncate(limit);
    }
    hits.sort_unstable_by(best_first);
}

/// Counts one more of a group and returns how many that makes.
fn count(groups: &mut Vec<(GroupId, u32)>, group: GroupId) -> u32 {
    let at = match groups.binary_search_by_key(&group, |&(group, _)| group) {
        Ok(at) => at,
        Err(at) => {
            groups.insert(at, (group, 0));
            at
        }
    };
    groups[at].1 += 1;
    groups[at].1
}
