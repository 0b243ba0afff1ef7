//! From candidates to the answer: each listing once, with the best of its keywords; judged; ordered; cut.
//!
//! The rules are those of section 5 of the matching contract. Where a keyword that matched is shared by very many
//! listings, only as many of them are looked at as the best of the answer need ([`shared_keywords`]).

mod shared_keywords;

use std::cmp::{Ordering, Reverse};

use crate::answer::Hit;
use crate::index::Index;
use crate::index::listings::{GroupId, ListingId, Posting};
use crate::judge::{Case, Judge};
use crate::keyword::MatchType;
use crate::limits::RANK_STEPS_MAX;
use crate::listing::score;
use crate::matching::search::{Candidate, SharedMatch};
use crate::matching::steps::{Spent, Steps};

/// Reused from query to query.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    hits: Vec<Hit>,
    /// How many of each group were kept, for `max_per_group`.
    groups: GroupCounts,
    cursors: Vec<shared_keywords::Cursor>,
}

/// How many listings matched, and how sure that is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selected {
    pub(crate) total: u64,
    /// All that matched were counted, not only those that the best of them needed.
    pub(crate) counted: bool,
    /// All that had to be judged was.
    pub(crate) complete: bool,
}

/// How many of each group were kept, ascending by group.
#[derive(Debug, Default)]
struct GroupCounts(Vec<(GroupId, u32)>);

/// Adds the best matches to `hits`, best first, and says how many listings matched.
///
/// Takes n log n for n candidates, and for the order of k hits among m matching listings m + k log k; with shared keywords,
/// in addition as many of their listings as must be judged until k are found.
pub(crate) fn select(
    case: &Case<'_>,
    candidates: &mut [Candidate],
    shared: &[SharedMatch],
    judge: &mut Judge,
    ranking: &mut Ranking,
    hits: &mut Vec<Hit>,
) -> Selected {
    let mut steps = Steps { left: RANK_STEPS_MAX };
    candidates.sort_unstable_by_key(|candidate| candidate.posting.listing);
    ranking.hits.clear();
    let judged = judge_all(case, candidates, shared, judge, &mut steps, &mut ranking.hits);
    let complete = judged.is_ok();
    if shared.is_empty() || !complete {
        let total = ranking.hits.len() as u64;
        cut(case, ranking);
        hits.extend_from_slice(&ranking.hits);
        return Selected { total, counted: true, complete };
    }
    shared_keywords::select(case, candidates, shared, judge, &mut steps, ranking, hits)
}

/// Judges the listings of the candidates, each once, with the best of its keywords.
fn judge_all(
    case: &Case<'_>,
    candidates: &[Candidate],
    shared: &[SharedMatch],
    judge: &mut Judge,
    steps: &mut Steps,
    hits: &mut Vec<Hit>,
) -> Result<(), Spent> {
    for uses in candidates.chunk_by(|a, b| a.posting.listing == b.posting.listing) {
        let listing = uses[0].posting.listing;
        let mut best = uses[0];
        for other in &uses[1..] {
            if other.preference() < best.preference() {
                best = *other;
            }
        }
        for other in shared {
            steps.spend(1)?;
            if let Some(found) = other.find(case.index, listing)
                && found.preference() < best.preference()
            {
                best = found;
            }
        }
        if judge.admits(case, listing, steps)? {
            hits.push(best.hit(case.index));
        }
    }
    Ok(())
}

impl Candidate {
    /// The order of the keywords of one listing: the least is the best.
    #[inline]
    pub(crate) fn preference(&self) -> (MatchType, Reverse<u64>, Reverse<u32>, u32) {
        let Candidate { posting, match_type, tokens, .. } = self;
        (*match_type, Reverse(posting.bid_micros), Reverse(*tokens), posting.keyword())
    }

    pub(crate) fn hit(&self, index: &Index) -> Hit {
        let posting = self.posting;
        let quality = index.listings.quality(posting.listing);
        Hit {
            listing: posting.listing,
            score: score(posting.bid_micros, quality),
            match_type: self.match_type,
            keyword: posting.keyword(),
            pattern: self.pattern,
        }
    }
}

impl SharedMatch {
    /// The candidate that it makes of one of its postings.
    fn candidate(&self, posting: Posting) -> Candidate {
        let SharedMatch { pattern, match_type, tokens, .. } = *self;
        Candidate { posting, pattern, match_type, tokens }
    }

    /// Its postings, in the order of listings.
    pub(crate) fn postings<'i>(&self, index: &'i Index) -> &'i [Posting] {
        let first = self.first_posting as usize;
        &index.postings[first..first + self.listings as usize]
    }

    /// The candidate that it makes of a listing, if the listing has this keyword.
    pub(crate) fn find(&self, index: &Index, listing: ListingId) -> Option<Candidate> {
        let postings = self.postings(index);
        let at = postings.binary_search_by_key(&listing, |posting| posting.listing).ok()?;
        Some(self.candidate(postings[at]))
    }
}

/// Higher scores first, then narrower types, then smaller ids. No two hits of one answer are equal in it.
fn best_first(a: &Hit, b: &Hit) -> Ordering {
    let scores = b.score.total_cmp(&a.score);
    scores.then_with(|| (a.match_type, a.listing).cmp(&(b.match_type, b.listing)))
}

/// Leaves the first `limit` hits in order, at most `max_per_group` of each group.
fn cut(case: &Case<'_>, ranking: &mut Ranking) {
    let Ranking { hits, groups, .. } = ranking;
    let limit = case.query.limit as usize;
    if case.query.max_per_group > 0 {
        hits.sort_unstable_by(best_first);
        groups.0.clear();
        hits.retain(|hit| groups.keeps(case, hit));
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

impl GroupCounts {
    /// Counts one more hit of its group, and says whether the group may have so many.
    fn keeps(&mut self, case: &Case<'_>, hit: &Hit) -> bool {
        let most = case.query.max_per_group;
        let group = case.index.listings.class(hit.listing).group;
        most == 0 || group == GroupId::NONE || self.count(group) <= most
    }

    fn count(&mut self, group: GroupId) -> u32 {
        let at = match self.0.binary_search_by_key(&group, |&(group, _)| group) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (group, 0));
                at
            }
        };
        self.0[at].1 += 1;
        self.0[at].1
    }
}
