//! The search: which patterns match a text.
//!
//! Down the trie from each word of the text, taking the text's later words only. What remains at a leaf is compared
//! word by word; EXACT and PHRASE are compared with the order of the text everywhere. Regular expressions come last, if
//! there are any ([`crate::regexes`]).

use crate::index::Index;
use crate::index::listings::Posting;
use crate::index::patterns::{Pattern, PatternId, Patterns};
use crate::index::trie::{Place, Root, find_edge};
use crate::index::word::WordId;
use crate::keyword::MatchType;
use crate::regexes::RegexScratch;

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
const TOKENS_PER_STEP: u32 = 16;

/// What a search found. Reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// Listings that a positive keyword matched, one for each such keyword, in no order.
    pub(crate) candidates: Vec<Candidate>,
    /// Positive keywords that matched and are shared by so many listings that these were not made candidates.
    pub(crate) shared: Vec<SharedMatch>,
    /// Patterns that matched and are a negative of some listing, ascending.
    pub(crate) negatives: Vec<PatternId>,
    /// Whether nothing can be missing.
    pub(crate) complete: bool,
    stack: Vec<Step>,
    /// Numbers of regular expressions that matched.
    regexes: Vec<u32>,
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

/// A way down that is still to be taken.
#[derive(Debug, Clone, Copy)]
struct Step {
    root: Root,
    /// The first, that is rarest, word of the way, and the last so far: places among the distinct words.
    first: u32,
    last: u32,
    /// How many words were taken.
    depth: u32,
}

/// Reads the beginning of what the search will read first, so that it is in the cache when it comes to that.
#[inline]
pub(crate) fn touch(index: &Index, words: &TextWords) -> u32 {
    let ways = words.distinct().iter().filter(|word| word.root.may_match(word.later));
    ways.fold(0, |all, word| {
        all ^ match word.root.target.place() {
            Place::Leaf { first, .. } => index.patterns.touch(PatternId(first)),
            Place::Node { number, .. } => index.trie.node(number).filter,
        }
    })
}

impl Search {
    /// Finds what matches, unless that takes more than `steps_max` steps: then it is not complete.
    pub(crate) fn run(
        &mut self,
        index: &Index,
        words: &TextWords,
        text: &str,
        regexes: &mut RegexScratch,
        steps_max: u32,
    ) {
        self.candidates.clear();
        self.shared.clear();
        self.negatives.clear();
        self.stack.clear();
        self.steps = Steps { left: steps_max };
        self.complete = self.walk(index, words).is_ok()
            && (index.regexes.is_empty() || self.try_regexes(index, text, regexes).is_ok());
        self.negatives.sort_unstable();
    }

    fn try_regexes(
        &mut self,
        index: &Index,
        text: &str,
        scratch: &mut RegexScratch,
    ) -> Result<(), Spent> {
        let mut found = std::mem::take(&mut self.regexes);
        let ran = scratch.run(&index.regexes, text, &mut self.steps.left, &mut found);
        let matched =
            found.iter().try_for_each(|&number| match index.regex_patterns[number as usize] {
                PatternId::NONE => Ok(()),
                id => self.matched(index, id, &index.patterns.get(id)),
            });
        self.regexes = found;
        ran.map_err(|_| Spent).and(matched)
    }

    fn walk(&mut self, index: &Index, words: &TextWords) -> Result<(), Spent> {
        for (at, word) in (0..).zip(words.distinct()) {
            if !word.root.may_match(word.later) {
                continue;
            }
            self.stack.push(Step { root: word.root, first: at, last: at, depth: 1 });
            while let Some(step) = self.stack.pop() {
                self.take(index, words, step)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, index: &Index, words: &TextWords, step: Step) -> Result<(), Spent> {
        match step.root.target.place() {
            Place::Leaf { first, count } => {
                self.compare_run(index, words, step, PatternId(first), count, true)
            }
            Place::Node { number, .. } => {
                let node = index.trie.node(number);
                let first = PatternId(node.first_pattern);
                self.compare_run(index, words, step, first, node.patterns, false)?;
                let later = words.distinct().split_at(step.last as usize + 1).1;
                let edges = index.trie.edges(node);
                if edges.len() < later.len() {
                    // Fewer edges than words: a long text at a small node.
                    self.steps.spend_length(edges.len())?;
                    for edge in edges {
                        if let Some(at) = words.find(edge.word) {
                            self.descend(step, at, words, edge.root);
                        }
                    }
                    return Ok(());
                }
                self.steps.spend_length(later.len())?;
                for (at, word) in (step.last as usize + 1..).zip(later) {
                    if node.filter & word.bit != 0
                        && let Some(root) = find_edge(edges, word.word)
                    {
                        self.descend(step, at, words, root);
                    }
                }
                Ok(())
            }
        }
    }

    /// Goes on with one more word, if that can lead to a match.
    #[inline]
    fn descend(&mut self, step: Step, at: usize, words: &TextWords, root: Root) {
        if root.may_match(words.distinct()[at].later) {
            #[expect(clippy::cast_possible_truncation, reason = "tokens of a text are bounded")]
            let last = at as u32;
            self.stack.push(Step { root, last, depth: step.depth + 1, ..step });
        }
    }

    /// Compares patterns that lie one after the other. In a leaf they may still need words; elsewhere they have all.
    fn compare_run(
        &mut self,
        index: &Index,
        words: &TextWords,
        step: Step,
        first: PatternId,
        count: u32,
        leaf: bool,
    ) -> Result<(), Spent> {
        let mut id = first;
        for _ in 0..count {
            let pattern = index.patterns.get(id);
            self.steps.spend(comparison_steps(&pattern))?;
            let matches = match pattern.match_type() {
                MatchType::Broad => {
                    let later = &words.distinct()[step.last as usize + 1..];
                    !leaf || has_all(later, pattern.tokens().skip(step.depth as usize))
                }
                MatchType::Exact => is_whole(&pattern, words) && is_at(&pattern, words, 0),
                MatchType::Phrase => self.phrase(&pattern, words, step.first)?,
                MatchType::Regex => false,
            };
            if matches {
                self.matched(index, id, &pattern)?;
            }
            id = Patterns::after(id, &pattern);
        }
        Ok(())
    }

    /// Whether a phrase stands in the text: tried at each place of its rarest word.
    fn phrase(
        &mut self,
        pattern: &Pattern<'_>,
        words: &TextWords,
        rarest: u32,
    ) -> Result<bool, Spent> {
        let rarest = &words.distinct()[rarest as usize];
        let offset = pattern.tokens().position(|word| word == rarest.word);
        let offset = offset.expect("a pattern is filed under its rarest word");
        let positions = words.positions(rarest);
        let comparison = comparison_steps(pattern) as usize;
        self.steps.spend_length(positions.len() * comparison)?;
        Ok(phrase_starts(pattern, words, rarest, offset).next().is_some())
    }

    fn matched(
        &mut self,
        index: &Index,
        id: PatternId,
        pattern: &Pattern<'_>,
    ) -> Result<(), Spent> {
        if pattern.is_negative() {
            self.negatives.push(id);
        }
        let (match_type, tokens) = (pattern.match_type(), pattern.token_count());
        let (first_posting, postings) = (pattern.first_posting, pattern.postings);
        if postings > index.shared.listings_max {
            self.steps.spend(1)?;
            let listings = postings;
            self.shared.push(SharedMatch {
                pattern: id,
                match_type,
                tokens,
                first_posting,
                listings,
            });
            return Ok(());
        }
        self.steps.spend(postings)?;
        let postings = &index.postings[first_posting as usize..(first_posting + postings) as usize];
        self.candidates.extend(postings.iter().map(|&posting| Candidate {
            posting,
            pattern: id,
            match_type,
            tokens,
        }));
        Ok(())
    }
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

/// What one comparison of a pattern's tokens with the text takes.
#[inline]
pub(crate) fn comparison_steps(pattern: &Pattern<'_>) -> u32 {
    1 + pattern.token_count() / TOKENS_PER_STEP
}

/// Whether the pattern has as many tokens as the text.
#[inline]
fn is_whole(pattern: &Pattern<'_>, words: &TextWords) -> bool {
    pattern.token_count() as usize == words.tokens().len()
}

/// Whether the pattern's tokens stand at this position.
#[inline]
pub(crate) fn is_at(pattern: &Pattern<'_>, words: &TextWords, position: usize) -> bool {
    let tokens = pattern.tokens();
    let Some(there) = words.tokens().get(position..position + tokens.len()) else {
        return false;
    };
    there.iter().zip(tokens).all(|(token, word)| token.is(word))
}

/// The positions where a phrase starts, ascending, given one of its words and that word's offset in it.
pub(crate) fn phrase_starts<'a>(
    pattern: &Pattern<'a>,
    words: &'a TextWords,
    word: &TextWord,
    offset: usize,
) -> impl Iterator<Item = usize> + use<'a> {
    let pattern = *pattern;
    let last_start = words.tokens().len().checked_sub(pattern.token_count() as usize);
    words
        .positions(word)
        .filter_map(move |position| (position as usize).checked_sub(offset))
        .filter(move |&start| !pattern.anchor_start() || start == 0)
        .filter(move |&start| !pattern.anchor_end() || Some(start) == last_start)
        .filter(move |&start| is_at(&pattern, words, start))
}
