//! Matching a batch of texts: the hot path.
//!
//! For each text: split it into tokens and look each up in the vocabulary ([`words`]); walk the trie with the words
//! that are known, rarest first, and compare the patterns that it leads to; try the regular expressions whose literals
//! the text has ([`search`]); judge the listings that have what matched ([`crate::judge`]), pick the best keyword of each,
//! and order them ([`crate::rank`]).
//!
//! Nothing is allocated once the [`Scratch`] has seen texts of the size at hand; nothing here can fail, wait or panic
//! for what a text holds. Work is bounded: see [`QUERY_STEPS_MAX`](crate::limits::QUERY_STEPS_MAX).

pub(crate) mod search;
pub(crate) mod steps;
pub(crate) mod words;

use crate::answer::{Answer, Hit, Query};
use crate::index::patterns::PatternId;
use crate::index::{Index, ListingId};
use crate::judge::{Case, Judge};
use crate::limits::{MATCHES_MAX, TextLimits};
use crate::rank::{self, Ranking};
use crate::regexes::RegexScratch;
use crate::targeting::Attributes;
use crate::text::{self, TextRefused};

use search::{Candidate, Search};
use words::TextWords;

/// Texts that are read together. Enough for memory to be busy, few enough for what was read to stay in the cache.
const GROUP_QUERIES: usize = 16;

/// What a thread reuses from batch to batch, and the answers of the last one.
#[derive(Debug)]
pub struct Scratch {
    limits: TextLimits,
    steps_max: u32,
    buffers: text::Buffers,
    group: Vec<TextOfGroup>,
    search: Search,
    regexes: RegexScratch,
    judge: Judge,
    ranking: Ranking,
    hits: Vec<Hit>,
    answers: Vec<Answered>,
    /// What was read only to have it in the cache. Kept, so that it is read.
    touched: u32,
}

/// A text on its way.
#[derive(Debug, Default)]
struct TextOfGroup {
    words: TextWords,
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
            search: Search::default(),
            regexes: RegexScratch::default(),
            judge: Judge::default(),
            ranking: Ranking::default(),
            hits: Vec::new(),
            answers: Vec::new(),
            touched: 0,
        }
    }

    /// A scratch whose queries have this many steps.
    #[cfg(test)]
    pub(crate) fn with_steps(limits: TextLimits, steps_max: u32) -> Scratch {
        Scratch { steps_max, ..Scratch::new(limits) }
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

/// What the last query of the last batch found, for those who explain it.
impl Scratch {
    /// Whether the search went to its end.
    pub(crate) fn found_all(&self) -> bool {
        self.search.complete
    }

    /// The negatives that the text fires, ascending.
    pub(crate) fn fired_negatives(&self) -> &[PatternId] {
        &self.search.negatives
    }

    /// The best keyword of a listing that matches. Ranking has sorted the candidates.
    pub(crate) fn best_candidate(&self, index: &Index, listing: ListingId) -> Option<Candidate> {
        let candidates = &self.search.candidates;
        let first = candidates.partition_point(|candidate| candidate.posting.listing < listing);
        let found = candidates.get(first).filter(|found| found.posting.listing == listing);
        let shared = self.search.shared.iter().filter_map(|shared| shared.find(index, listing));
        found.copied().into_iter().chain(shared).min_by_key(Candidate::preference)
    }

    /// Listings of which a keyword matches, ascending; the first `most` of each keyword.
    pub(crate) fn listings_brought_up(&self, index: &Index, most: usize) -> Vec<ListingId> {
        let candidates = self.search.candidates.iter().map(|candidate| candidate.posting.listing);
        let shared = self.search.shared.iter().flat_map(|shared| {
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
    for group in queries.chunks(GROUP_QUERIES) {
        read_group(index, group, scratch);
        for (nth, query) in group.iter().enumerate() {
            let (shared, own) = same_attributes(previous, query.attributes);
            previous = query.attributes;
            scratch.judge.begin_query(shared, own);
            let answered = match_one(index, query, nth, scratch);
            scratch.answers.push(answered);
        }
    }
}

/// The negatives that a text fires, ascending: all of them, or none if the search took too many steps.
pub(crate) fn find_negatives<'s>(
    index: &Index,
    text: &str,
    scratch: &'s mut Scratch,
) -> &'s [PatternId] {
    let Scratch { limits, steps_max, buffers, group, search, regexes, .. } = scratch;
    let words = &mut group[0].words;
    // A refused text leaves no words behind, so nothing is found in it.
    let _ = words.read(index, text, *limits, buffers);
    words.look_up(index);
    search.run(index, words, text, regexes, *steps_max);
    if search.complete { &search.negatives } else { &[] }
}

/// Reads the texts of a group, each step for all of them before the next, so that what the texts wait for in memory
/// comes for many at a time.
fn read_group(index: &Index, group: &[Query<'_>], scratch: &mut Scratch) {
    let Scratch { limits, buffers, group: read, touched, .. } = scratch;
    for (query, text) in group.iter().zip(&mut *read) {
        text.refused = text.words.read(index, query.text, *limits, buffers).err();
        *touched ^= text.words.touch_vocabulary(index);
    }
    for (_, text) in group.iter().zip(&mut *read) {
        text.words.look_up(index);
        *touched ^= search::touch(index, &text.words);
    }
}

fn match_one(index: &Index, query: &Query<'_>, nth: usize, scratch: &mut Scratch) -> Answered {
    let Scratch { steps_max, group, search, regexes, judge, ranking, hits, .. } = scratch;
    debug_assert!(query.limit <= MATCHES_MAX, "the edge checks limits");
    let TextOfGroup { words, refused } = &group[nth];
    if refused.is_some() {
        let (hits_end, refused) = (hits.len(), *refused);
        return Answered { hits_end, total: 0, total_exact: true, incomplete: false, refused };
    }
    search.run(index, words, query.text, regexes, *steps_max);
    let found_all = search.complete;
    let case = Case { index, query, fired: &search.negatives, all_fired: found_all };
    let selected =
        rank::select(&case, &mut search.candidates, &search.shared, judge, ranking, hits);
    Answered {
        hits_end: hits.len(),
        total: selected.total,
        total_exact: found_all && selected.complete && selected.counted,
        incomplete: !(found_all && selected.complete),
        refused: None,
    }
}

/// Whether two queries of one batch have the same attributes, shared and own, as far as that can be told without looking
/// at them.
fn same_attributes(a: Attributes<'_>, b: Attributes<'_>) -> (bool, bool) {
    let same = |a: &[_], b: &[_]| std::ptr::eq(a, b) || a.is_empty() && b.is_empty();
    (same(a.shared, b.shared), same(a.own, b.own))
}
