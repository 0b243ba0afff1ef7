//! Matching a batch of texts: the hot path.
//!
//! For each text: split it into tokens and look each up in the vocabulary ([`words`]); walk the trie with the words
//! that are known, rarest first, and compare the patterns that it leads to ([`search`]); judge the listings that have
//! them, pick the best keyword of each, and order them ([`crate::rank`]).
//!
//! Nothing is allocated once the [`Scratch`] has seen texts of the size at hand; nothing here can fail, wait or panic
//! for what a text holds. Work is bounded: see [`QUERY_STEPS_MAX`](crate::limits::QUERY_STEPS_MAX).

pub(crate) mod search;
pub(crate) mod words;

use crate::answer::{Answer, Hit, Query};
use crate::index::Index;
use crate::limits::{MATCHES_MAX, TextLimits};
use crate::rank::{self, Ranking};
use crate::text::{self, TextRefused};

use search::Search;
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
    incomplete: bool,
    refused: Option<TextRefused>,
}

impl Scratch {
    /// A scratch for texts within these limits.
    pub fn new(limits: TextLimits) -> Scratch {
        Scratch::with_steps(limits, crate::limits::QUERY_STEPS_MAX)
    }

    /// A scratch whose searches stop after this many steps.
    pub(crate) fn with_steps(limits: TextLimits, steps_max: u32) -> Scratch {
        Scratch {
            limits,
            steps_max,
            buffers: text::Buffers::default(),
            group: (0..GROUP_QUERIES).map(|_| TextOfGroup::default()).collect(),
            search: Search::default(),
            ranking: Ranking::default(),
            hits: Vec::new(),
            answers: Vec::new(),
            touched: 0,
        }
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
                total_exact: !answered.incomplete,
                incomplete: answered.incomplete,
                refused: answered.refused,
            }
        })
    }
}

/// Matches every query of a batch against one index. The answers are in the scratch then.
///
/// A query takes time linear in its text, plus the patterns whose rarest words it has, plus the listings that match.
pub fn match_batch(index: &Index, queries: &[Query<'_>], scratch: &mut Scratch) {
    scratch.hits.clear();
    scratch.answers.clear();
    for group in queries.chunks(GROUP_QUERIES) {
        read_group(index, group, scratch);
        for (nth, query) in group.iter().enumerate() {
            let answered = match_one(index, query, nth, scratch);
            scratch.answers.push(answered);
        }
    }
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
    let Scratch { steps_max, group, search, ranking, hits, .. } = scratch;
    debug_assert!(query.limit <= MATCHES_MAX, "the edge checks limits");
    let TextOfGroup { words, refused } = &group[nth];
    if refused.is_some() {
        let refused = *refused;
        return Answered { hits_end: hits.len(), total: 0, incomplete: false, refused };
    }
    let incomplete = !search.run(index, words, *steps_max);
    let total = rank::select(index, query, search, incomplete, ranking, hits);
    Answered { hits_end: hits.len(), total, incomplete, refused: None }
}
