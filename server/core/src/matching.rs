//! Matching a batch of texts: the hot path.
//!
//! For each text: split it into tokens and look each up in the vocabulary ([`words`]); walk the trie with the words
//! that are known, rarest first, and compare the patterns that it leads to; try the regular expressions whose literals
//! the text has ([`search`]); judge the listings that have what matched ([`crate::judge`]), pick the best keyword of each,
//! and order them ([`crate::rank`]).
//!
//! An index is larger than any cache, and most of the time of a text alone would be spent waiting for memory. So texts go
//! through these steps in groups: what the next step reads is asked for in this one, and comes while the other texts of the
//! group are worked on.
//!
//! Nothing is allocated once the [`Scratch`] has seen texts of the size at hand; nothing here can fail, wait or panic
//! for what a text holds. Work is bounded: see [`QUERY_STEPS_MAX`](crate::limits::QUERY_STEPS_MAX).

pub(crate) mod search;
pub(crate) mod steps;
pub(crate) mod words;

use crate::answer::{Answer, Hit, Query};
use crate::index::leaves::PatternId;
use crate::index::{Index, ListingId};
use crate::judge::{Case, Judge};
use crate::limits::{MATCHES_MAX, TextLimits};
use crate::rank::{self, Ranking};
use crate::regexes::RegexScratch;
use crate::targeting::Attributes;
use crate::text::{self, TextRefused};

use search::{Candidate, Found, Ways};
use words::TextWords;

/// Texts that are worked on together. Enough for memory to be busy, few enough for what was read to stay in the cache.
const GROUP_QUERIES: usize = 32;
/// Bytes of the texts of a group of more than one: long texts have ways enough by themselves, and what a group has on its
/// way is bounded by the steps of its texts.
const GROUP_BYTES_MAX: usize = 8 * 1024;

/// What a thread reuses from batch to batch, and the answers of the last one.
#[derive(Debug)]
pub struct Scratch {
    limits: TextLimits,
    steps_max: u32,
    buffers: text::Buffers,
    group: Vec<TextOfGroup>,
    ways: Ways,
    regexes: RegexScratch,
    /// Numbers of regular expressions that matched.
    regexes_found: Vec<u32>,
    judge: Judge,
    ranking: Ranking,
    hits: Vec<Hit>,
    answers: Vec<Answered>,
}

/// A text on its way.
#[derive(Debug, Default)]
pub(crate) struct TextOfGroup {
    pub(crate) words: TextWords,
    pub(crate) found: Found,
    refused: Option<TextRefused>,
}

/// An [`Answer`] whose hits end here.
#[derive(Debug, Clone, Copy)]
struct Answered {
    hits_end: usize,
    total: u64,
    total_exact: bool,
    incomplete: bool,
    refused: Option<TextRefused>,
}

impl Scratch {
    /// A scratch for texts within these limits.
    pub fn new(limits: TextLimits) -> Scratch {
        Scratch {
            limits,
            steps_max: crate::limits::QUERY_STEPS_MAX,
            buffers: text::Buffers::default(),
            group: (0..GROUP_QUERIES).map(|_| TextOfGroup::default()).collect(),
            ways: Ways::default(),
            regexes: RegexScratch::default(),
            regexes_found: Vec::new(),
            judge: Judge::default(),
            ranking: Ranking::default(),
            hits: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// A scratch whose queries have this many steps.
    #[cfg(test)]
    pub(crate) fn with_steps(limits: TextLimits, steps_max: u32) -> Scratch {
        Scratch { steps_max, ..Scratch::new(limits) }
    }

    /// The hits of all answers of the last batch.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// The answers of the last batch, in the order of its queries.
    pub fn answers(&self) -> impl ExactSizeIterator<Item = Answer<'_>> {
        let mut hits_start = 0;
        self.answers.iter().map(move |answered| {
            let hits = &self.hits[hits_start..answered.hits_end];
            hits_start = answered.hits_end;
            Answer {
                hits,
                total: answered.total,
                total_exact: answered.total_exact,
                incomplete: answered.incomplete,
                refused: answered.refused,
            }
        })
    }
}

/// What the only query of the last batch found, for those who explain it.
impl Scratch {
    fn found(&self) -> &Found {
        &self.group[0].found
    }

    /// Whether the search went to its end.
    pub(crate) fn found_all(&self) -> bool {
        self.found().complete
    }

    /// The negatives that the text fires, ascending.
    pub(crate) fn fired_negatives(&self) -> &[PatternId] {
        &self.found().negatives
    }

    /// The best keyword of a listing that matches. Ranking has sorted the candidates.
    pub(crate) fn best_candidate(&self, index: &Index, listing: ListingId) -> Option<Candidate> {
        let Found { candidates, shared, .. } = self.found();
        let first = candidates.partition_point(|candidate| candidate.posting.listing < listing);
        let uses = candidates[first..].iter();
        let uses = uses.take_while(|candidate| candidate.posting.listing == listing).copied();
        let shared = shared.iter().filter_map(|shared| shared.find(index, listing));
        uses.chain(shared).min_by_key(Candidate::preference)
    }

    /// Listings of which a keyword matches, ascending; the first `most` of each keyword.
    pub(crate) fn listings_brought_up(&self, index: &Index, most: usize) -> Vec<ListingId> {
        let Found { candidates, shared, .. } = self.found();
        let candidates = candidates.iter().map(|candidate| candidate.posting.listing);
        let shared = shared.iter().flat_map(|shared| {
            let postings = shared.postings(index);
            postings.iter().take(most).map(|posting| posting.listing)
        });
        let mut listings: Vec<_> = candidates.chain(shared).collect();
        listings.sort_unstable();
        listings.dedup();
        listings
    }
}

/// Matches every query of a batch against one index. The answers are in the scratch then.
///
/// A query takes time linear in its text, plus the patterns whose rarest words it has, plus the listings that match.
pub fn match_batch(index: &Index, queries: &[Query<'_>], scratch: &mut Scratch) {
    scratch.hits.clear();
    scratch.answers.clear();
    scratch.judge.begin_index(index);
    let mut previous = Attributes::default();
    let mut rest = queries;
    while !rest.is_empty() {
        let (group, others) = rest.split_at(group_length(rest));
        rest = others;
        search_group(index, group, scratch);
        for (nth, query) in group.iter().enumerate() {
            let (shared, own) = same_attributes(previous, query.attributes);
            previous = query.attributes;
            scratch.judge.begin_query(shared, own);
            let answered = rank_one(index, query, nth, scratch);
            scratch.answers.push(answered);
        }
    }
}

/// The negatives that a text fires, ascending: all of them, or none if the search took too many steps.
pub(crate) fn find_negatives<'s>(
    index: &Index,
    query: &Query<'_>,
    scratch: &'s mut Scratch,
) -> &'s [PatternId] {
    // A refused text leaves no words behind, so nothing is found in it.
    search_group(index, std::slice::from_ref(query), scratch);
    let found = scratch.found();
    if found.complete { &found.negatives } else { &[] }
}

/// How many of the first queries make a group.
fn group_length(queries: &[Query<'_>]) -> usize {
    let mut bytes = 0;
    let fits = |query: &&Query<'_>| {
        bytes += query.text.len();
        bytes <= GROUP_BYTES_MAX
    };
    queries.iter().take(GROUP_QUERIES).take_while(fits).count().max(1)
}

/// Searches the texts of a group, each step for all of them before the next.
fn search_group(index: &Index, group: &[Query<'_>], scratch: &mut Scratch) {
    let Scratch { limits, steps_max, buffers, group: texts, ways, regexes, regexes_found, .. } =
        scratch;
    for (query, text) in group.iter().zip(&mut *texts) {
        text.refused = text.words.read(index, query.text, *limits, buffers).err();
    }
    for (nth, (_, text)) in group.iter().zip(&mut *texts).enumerate() {
        text.words.look_up(index);
        ways.begin(index, nth, &text.words, &mut text.found, *steps_max);
    }
    ways.take_all(index, texts);
    for (query, text) in group.iter().zip(&mut *texts) {
        text.found.try_regexes(index, query.text, regexes, regexes_found);
        text.found.end(index);
    }
}

fn rank_one(index: &Index, query: &Query<'_>, nth: usize, scratch: &mut Scratch) -> Answered {
    let Scratch { group, judge, ranking, hits, .. } = scratch;
    debug_assert!(query.limit <= MATCHES_MAX, "the edge checks limits");
    let TextOfGroup { found, refused, .. } = &mut group[nth];
    if refused.is_some() {
        let (hits_end, refused) = (hits.len(), *refused);
        return Answered { hits_end, total: 0, total_exact: true, incomplete: false, refused };
    }
    let case = Case { index, query, fired: &found.negatives, all_fired: found.complete };
    let selected = rank::select(&case, &mut found.candidates, &found.shared, judge, ranking, hits);
    Answered {
        hits_end: hits.len(),
        total: selected.total,
        total_exact: found.complete && selected.complete && selected.counted,
        incomplete: !(found.complete && selected.complete),
        refused: None,
    }
}

/// Whether two queries of one batch have the same attributes, shared and own, as far as that can be told without looking
/// at them.
fn same_attributes(a: Attributes<'_>, b: Attributes<'_>) -> (bool, bool) {
    let same = |a: &[_], b: &[_]| std::ptr::eq(a, b) || a.is_empty() && b.is_empty();
    (same(a.shared, b.shared), same(a.own, b.own))
}
