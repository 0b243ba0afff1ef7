//! The search: which patterns match the texts of a group.
//!
//! Down the trie from each word of a text, taking the text's later words only. In a leaf the summaries rule out most
//! patterns; what remains is compared word by word, EXACT and PHRASE with the order of the text. Regular expressions come
//! last, if there are any ([`crate::regexes`]).
//!
//! Each of these steps waits for memory. So the ways of all texts of a group stand in queues, one for each kind of step:
//! whoever finds where a way goes on asks memory for that place and puts the way at the end of a queue, and by the time it is
//! taken the place is near. A text's own steps are in the same order whatever stands beside it in the group, so that a text
//! whose steps are spent finds the same in every group.
//!
//! A quarter of a text's steps is for walking the trie, a quarter for the summaries of leaves, and half for what these have
//! found: a text that leads to more than can be walked still finds what it has reached.

use crate::index::Index;
use crate::index::leaves::{Kind, LeafId, Owners, PatternId, Record, RecordRange};
use crate::index::listings::Posting;
use crate::index::trie::{Place, Target, find_edge, first_slot};
use crate::index::word::WordId;
use crate::keyword::MatchType;
use crate::regexes::RegexScratch;
use broadside_memory::prefetch;

use super::TextOfGroup;
use super::steps::{Spent, Steps};
use super::words::{TextWord, TextWords};

/// A listing that one of its keywords brought up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) posting: Posting,
    pub(crate) pattern: PatternId,
    pub(crate) match_type: MatchType,
    pub(crate) tokens: u32,
}

/// Words of a text from which on halving it finds one sooner than looking at each.
const LONG_TEXT_WORDS: usize = 32;
/// Tokens that are compared for one step.
const TOKENS_PER_STEP: usize = 16;
/// Summaries that are looked at for one step.
const SUMMARIES_PER_STEP: usize = 16;

/// What a text brought up. Reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Listings that a positive keyword matched, one for each such keyword, in no order.
    pub(crate) candidates: Vec<Candidate>,
    /// Positive keywords that matched and are shared by so many listings that these were not made candidates.
    pub(crate) shared: Vec<SharedMatch>,
    /// Patterns that matched and are a negative of some listing, ascending.
    pub(crate) negatives: Vec<PatternId>,
    /// Whether nothing can be missing.
    pub(crate) complete: bool,
    /// Candidates whose bid is that of their listing, which was asked for and not read yet.
    bids_missing: bool,
    /// For walking the trie.
    walk_steps: Steps,
    /// For the summaries of leaves, and the records that they let through.
    leaf_steps: Steps,
    /// For comparing those records, and for all that matches.
    steps: Steps,
}

/// A keyword of very many listings that matched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SharedMatch {
    pub(crate) pattern: PatternId,
    pub(crate) match_type: MatchType,
    pub(crate) tokens: u32,
    pub(crate) first_posting: u32,
    /// How many listings have it.
    pub(crate) listings: u32,
}

/// The ways that are still to be taken. Reused from group to group.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    /// To the heads of nodes.
    nodes: Vec<Way>,
    /// To nodes among whose edges the last word is to be found.
    edges: Vec<Way>,
    /// To leaves.
    leaves: Vec<Way>,
    records: Vec<(RecordRange, Way)>,
    /// The queue that is being taken, which has left its place to an empty one.
    taken: Vec<Way>,
    /// The tokens of the record at hand.
    tokens: Vec<WordId>,
}

/// A way of one of the texts.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// The place of the node or leaf where it goes on.
    place: u32,
    /// The text, by its number in the group.
    text: u16,
    /// The first, that is rarest, word of the way, and the last so far: places among the text's distinct words.
    first: u16,
    last: u16,
    /// How many words were taken.
    depth: u16,
}

impl Found {
    /// Begins with a text that may take so many steps.
    fn begin(&mut self, steps_max: u32) {
        self.candidates.clear();
        self.shared.clear();
        self.negatives.clear();
        self.complete = true;
        self.bids_missing = false;
        self.walk_steps = Steps { left: steps_max / 4 };
        self.leaf_steps = Steps { left: steps_max / 4 };
        self.steps = Steps { left: steps_max - 2 * (steps_max / 4) };
    }

    /// Ends with it: bids of listings are near now.
    pub(crate) fn end(&mut self, index: &Index) {
        if self.bids_missing {
            for candidate in &mut self.candidates {
                candidate.posting.complete(index);
            }
        }
        if self.negatives.len() > 1 {
            self.negatives.sort_unstable();
        }
    }

    /// Tries the regular expressions. Their matches come behind all others.
    pub(crate) fn try_regexes(
        &mut self,
        index: &Index,
        text: &str,
        scratch: &mut RegexScratch,
        found: &mut Vec<u32>,
    ) {
        if index.regexes.is_empty() || !self.complete {
            return;
        }
        let ran = scratch.run(&index.regexes, text, &mut self.steps.left, found);
        let matched =
            found.iter().try_for_each(|&number| match index.regex_patterns[number as usize] {
                PatternId::NONE => Ok(()),
                id => self.matched(index, id, &index.leaves.only_record(id), 1),
            });
        self.complete = ran.is_ok() && matched.is_ok();
    }

    fn matched(
        &mut self,
        index: &Index,
        id: PatternId,
        record: &Record<'_>,
        tokens: u32,
    ) -> Result<(), Spent> {
        if record.is_negative() {
            self.negatives.push(id);
        }
        let match_type = record.match_type();
        match record.owners {
            Owners::None => {}
            Owners::One { listing, keyword, bid_micros } => {
                self.steps.spend(1)?;
                index.listings.prefetch(listing);
                self.bids_missing |= bid_micros.is_none();
                let own = bid_micros.is_some();
                let posting = Posting::new(listing, keyword, bid_micros.unwrap_or(0), own);
                self.candidates.push(Candidate { posting, pattern: id, match_type, tokens });
            }
            Owners::Many { first, count } if count > index.shared.listings_max => {
                self.steps.spend(1)?;
                self.shared.push(SharedMatch {
                    pattern: id,
                    match_type,
                    tokens,
                    first_posting: first,
                    listings: count,
                });
            }
            Owners::Many { first, count } => {
                self.steps.spend(count)?;
                let postings = &index.postings[first as usize..(first + count) as usize];
                self.candidates.extend(postings.iter().map(|&posting| {
                    index.listings.prefetch(posting.listing);
                    Candidate { posting, pattern: id, match_type, tokens }
                }));
            }
        }
        Ok(())
    }
}

impl Posting {
    /// Puts the bid of the listing into a posting that has none of its own.
    #[inline]
    fn complete(&mut self, index: &Index) {
        if !self.has_own_bid() {
            self.bid_micros = index.listings.judged(self.listing).bid_micros;
        }
    }
}

impl Ways {
    /// Begins with a text of the group: the ways from each of its words.
    #[inline]
    pub(crate) fn begin(
        &mut self,
        index: &Index,
        text: usize,
        words: &TextWords,
        found: &mut Found,
        steps_max: u32,
    ) {
        found.begin(steps_max);
        #[expect(clippy::cast_possible_truncation, reason = "texts of a group, words of a text")]
        for (at, word) in words.distinct().iter().enumerate() {
            if word.root.may_match(&word.later) {
                let (text, at) = (text as u16, at as u16);
                let way = Way { place: 0, text, first: at, last: at, depth: 1 };
                self.push(index, way, word.root.target);
            }
        }
    }

    /// Takes all ways to their ends. What steps do not allow is left out, and `complete` says so.
    pub(crate) fn take_all(&mut self, index: &Index, texts: &mut [TextOfGroup]) {
        let mut taken = std::mem::take(&mut self.taken);
        while !(self.nodes.is_empty() && self.edges.is_empty()) {
            std::mem::swap(&mut taken, &mut self.nodes);
            for way in taken.drain(..) {
                let TextOfGroup { words, found, .. } = &mut texts[usize::from(way.text)];
                found.complete &= self.take_node(index, words, found, way).is_ok();
            }
            std::mem::swap(&mut taken, &mut self.edges);
            for way in taken.drain(..) {
                let TextOfGroup { words, .. } = &texts[usize::from(way.text)];
                self.take_edge(index, words, way);
            }
        }
        std::mem::swap(&mut taken, &mut self.leaves);
        for way in taken.drain(..) {
            let TextOfGroup { words, found, .. } = &mut texts[usize::from(way.text)];
            found.complete &= self.take_leaf(index, words, found, way).is_ok();
        }
        self.taken = taken;
        let Ways { records, tokens, .. } = self;
        for (range, way) in records.drain(..) {
            let TextOfGroup { words, found, .. } = &mut texts[usize::from(way.text)];
            found.complete &= take_record(index, words, found, (range, way), tokens).is_ok();
        }
    }

    fn take_node(
        &mut self,
        index: &Index,
        words: &TextWords,
        found: &mut Found,
        way: Way,
    ) -> Result<(), Spent> {
        let node = index.trie.node(way.place);
        let last = usize::from(way.last);
        let later = words.distinct().split_at(last + 1).1;
        found.walk_steps.spend_length(1 + node.slots.len().min(later.len()))?;
        if let Some(leaf) = node.ending {
            self.push(index, way, Target::leaf(leaf));
        }
        let depth = way.depth + 1;
        #[expect(clippy::cast_possible_truncation, reason = "words of a text are bounded")]
        if node.slots.len() < later.len() {
            // Fewer edges than words: a long text at a small node.
            for edge in node.slots.iter().filter(|edge| edge.word != WordId::NONE) {
                if let Some(at) = words.find(edge.word)
                    && edge.may_match(&words.distinct()[at].later)
                {
                    self.push(index, Way { last: at as u16, depth, ..way }, edge.target);
                }
            }
        } else {
            for (at, word) in (last + 1..).zip(later) {
                if node.filter & word.filter.of_32 != 0 {
                    prefetch(node.slots, first_slot(node.slots.len(), word.word));
                    self.edges.push(Way { last: at as u16, depth, ..way });
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn take_edge(&mut self, index: &Index, words: &TextWords, way: Way) {
        let node = index.trie.node(way.place);
        let word = &words.distinct()[usize::from(way.last)];
        if let Some(edge) = find_edge(node.slots, word.word)
            && edge.may_match(&word.later)
        {
            self.push(index, way, edge.target);
        }
    }

    /// Goes on with the patterns of a leaf that need no words but those that the text still has.
    #[inline]
    fn take_leaf(
        &mut self,
        index: &Index,
        words: &TextWords,
        found: &mut Found,
        way: Way,
    ) -> Result<(), Spent> {
        let later = words.distinct()[usize::from(way.last)].later;
        let mut id = LeafId(way.place);
        loop {
            let leaf = index.leaves.leaf(id);
            found.leaf_steps.spend_length(1 + leaf.len() / SUMMARIES_PER_STEP)?;
            for range in leaf.needing_only(later.of_16) {
                found.leaf_steps.spend(1)?;
                index.leaves.prefetch_record(range);
                self.records.push((range, way));
            }
            if !leaf.goes_on {
                return Ok(());
            }
            id = LeafId(leaf.end());
        }
    }

    /// Puts a way to a target at the end of its queue.
    #[inline]
    fn push(&mut self, index: &Index, way: Way, target: Target) {
        match target.place() {
            Place::Leaf(leaf) => {
                index.leaves.prefetch(leaf);
                self.leaves.push(Way { place: leaf.0, ..way });
            }
            Place::Node(place) => {
                index.trie.prefetch(place);
                self.nodes.push(Way { place, ..way });
            }
            Place::Nowhere => {}
        }
    }
}

/// Compares a pattern with the text.
#[inline]
fn take_record(
    index: &Index,
    words: &TextWords,
    found: &mut Found,
    (range, way): (RecordRange, Way),
    tokens: &mut Vec<WordId>,
) -> Result<(), Spent> {
    let record = index.leaves.record(range);
    tokens.clear();
    tokens.extend(record.tokens());
    found.steps.spend_length(comparison_steps(tokens.len()))?;
    if matches(record.kind(), tokens, words, &way, &mut found.steps)? {
        let of_way = if record.match_type() == MatchType::Broad { way.depth } else { 0 };
        let tokens = u32::try_from(usize::from(of_way) + tokens.len());
        let tokens = tokens.expect("tokens of a keyword are bounded");
        found.matched(index, range.start, &record, tokens)?;
    }
    Ok(())
}

/// Whether a pattern with these tokens in its record matches, given that the text has the words of the way to it.
#[inline]
fn matches(
    kind: Kind,
    tokens: &[WordId],
    words: &TextWords,
    way: &Way,
    steps: &mut Steps,
) -> Result<bool, Spent> {
    match kind.match_type {
        MatchType::Broad => {
            let later = &words.distinct()[usize::from(way.last) + 1..];
            Ok(has_all(later, tokens.iter().copied()))
        }
        MatchType::Exact => Ok(tokens.len() == words.tokens().len() && is_at(tokens, words, 0)),
        MatchType::Phrase => phrase(kind, tokens, words, usize::from(way.first), steps),
        MatchType::Regex => Ok(false),
    }
}

/// Whether a phrase stands in the text: tried at each place of its rarest word.
fn phrase(
    kind: Kind,
    tokens: &[WordId],
    words: &TextWords,
    rarest: usize,
    steps: &mut Steps,
) -> Result<bool, Spent> {
    let rarest = &words.distinct()[rarest];
    let offset = tokens.iter().position(|&word| word == rarest.word);
    let offset = offset.expect("a pattern is filed under its rarest word");
    let positions = words.positions(rarest);
    steps.spend_length(positions.len() * comparison_steps(tokens.len()))?;
    Ok(phrase_starts(kind, tokens, words, rarest, offset).next().is_some())
}

/// Whether all of these words, ascending, are among those, ascending. In a long text a word is searched by halves.
#[inline]
fn has_all(mut among: &[TextWord], mut words: impl Iterator<Item = WordId>) -> bool {
    words.all(|word| {
        if among.len() > LONG_TEXT_WORDS {
            among = &among[among.partition_point(|known| known.word < word)..];
        }
        let Some(at) = among.iter().position(|known| known.word >= word) else {
            return false;
        };
        let found = among[at].word == word;
        among = &among[at + 1..];
        found
    })
}

/// What one comparison of so many tokens with the text takes.
#[inline]
pub(crate) fn comparison_steps(tokens: usize) -> usize {
    1 + tokens / TOKENS_PER_STEP
}

/// Whether tokens stand at this position.
#[inline]
pub(crate) fn is_at(tokens: &[WordId], words: &TextWords, position: usize) -> bool {
    let Some(there) = words.tokens().get(position..position + tokens.len()) else {
        return false;
    };
    there.iter().zip(tokens).all(|(token, &word)| token.is(word))
}

/// The positions where a phrase starts, ascending, given one of its words and that word's offset in it.
pub(crate) fn phrase_starts<'a>(
    kind: Kind,
    tokens: &'a [WordId],
    words: &'a TextWords,
    word: &TextWord,
    offset: usize,
) -> impl Iterator<Item = usize> + use<'a> {
    let last_start = words.tokens().len().checked_sub(tokens.len());
    words
        .positions(word)
        .filter_map(move |position| (position as usize).checked_sub(offset))
        .filter(move |&start| !kind.anchor_start || start == 0)
        .filter(move |&start| !kind.anchor_end || Some(start) == last_start)
        .filter(move |&start| is_at(tokens, words, start))
}
