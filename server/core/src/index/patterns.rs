//! Patterns: what a keyword asks of a text. Equal keywords of many listings are one pattern.
//!
//! They lie one after the other in one array of 32-bit words, in the order of the trie, so that the patterns of a leaf
//! are neighbours. A pattern is three words and its tokens: a header, its postings, and the word ids of its tokens.
//! EXACT and PHRASE keep the order of the text; BROAD is a set, ascending and without repeats. The patterns of regular
//! expressions lie behind all others; the one token of each is the number of its expression.

use super::word::WordId;
use crate::keyword::MatchType;

/// Where a pattern lies. Also its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PatternId(pub(crate) u32);

impl PatternId {
    /// No pattern.
    pub(crate) const NONE: PatternId = PatternId(u32::MAX);
}

/// All patterns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    words: Vec<u32>,
    count: u32,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern<'a> {
    header: u32,
    /// First of its postings.
    pub(crate) first_posting: u32,
    /// How many listings have it as a positive keyword.
    pub(crate) postings: u32,
    tokens: &'a [u32],
}

/// What a pattern is made of, apart from its tokens and postings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// How it is compared.
    pub(crate) match_type: MatchType,
    /// It must start at the first token.
    pub(crate) anchor_start: bool,
    /// It must end at the last token.
    pub(crate) anchor_end: bool,
}

const TOKENS_MASK: u32 = (1 << 9) - 1;
const TYPE_SHIFT: u32 = 9;
const ANCHOR_START: u32 = 1 << 11;
const ANCHOR_END: u32 = 1 << 12;
const NEGATIVE: u32 = 1 << 13;
const HEAD: usize = 3;

impl Patterns {
    /// Words of the array that a pattern of this many tokens takes.
    pub(crate) fn words_of(tokens: usize) -> usize {
        HEAD + tokens
    }

    /// Where the next pattern will lie.
    pub(crate) fn next_place(&self) -> PatternId {
        PatternId(u32::try_from(self.words.len()).expect("the builder bounds patterns to 29 bits"))
    }

    /// Adds a pattern. `negative` says that some listing has it as a negative.
    pub(crate) fn push(
        &mut self,
        kind: Kind,
        tokens: &[u32],
        (first_posting, postings): (u32, u32),
        negative: bool,
    ) -> PatternId {
        let place = self.next_place();
        let count = u32::try_from(tokens.len()).expect("tokens of a keyword are bounded");
        assert!((1..=TOKENS_MASK).contains(&count), "a pattern has 1 to 255 tokens");
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        let header = count
            | (kind.match_type as u32) << TYPE_SHIFT
            | flag(kind.anchor_start, ANCHOR_START)
            | flag(kind.anchor_end, ANCHOR_END)
            | flag(negative, NEGATIVE);
        self.words.extend_from_slice(&[header, first_posting, postings]);
        self.words.extend_from_slice(tokens);
        self.count += 1;
        place
    }

    /// The pattern at this place.
    #[inline]
    pub(crate) fn get(&self, id: PatternId) -> Pattern<'_> {
        let words = &self.words[id.0 as usize..];
        let header = words[0];
        Pattern {
            header,
            first_posting: words[1],
            postings: words[2],
            tokens: &words[HEAD..HEAD + (header & TOKENS_MASK) as usize],
        }
    }

    /// Reads the pattern's first word.
    #[inline]
    pub(crate) fn touch(&self, id: PatternId) -> u32 {
        self.words[id.0 as usize]
    }

    /// The place after this pattern, where the next one lies if there is one.
    #[inline]
    pub(crate) fn after(id: PatternId, pattern: &Pattern<'_>) -> PatternId {
        #[expect(clippy::cast_possible_truncation, reason = "at most 258")]
        let words = (HEAD + pattern.tokens.len()) as u32;
        PatternId(id.0 + words)
    }

    /// Every pattern, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PatternId, Pattern<'_>)> {
        let mut next = PatternId(0);
        std::iter::from_fn(move || {
            if next.0 as usize >= self.words.len() {
                return None;
            }
            let id = next;
            let pattern = self.get(id);
            next = Patterns::after(id, &pattern);
            Some((id, pattern))
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.words.as_slice())
    }
}

impl<'a> Pattern<'a> {
    /// How it is compared.
    #[inline]
    pub(crate) fn match_type(&self) -> MatchType {
        match self.header >> TYPE_SHIFT & 3 {
            0 => MatchType::Exact,
            1 => MatchType::Phrase,
            2 => MatchType::Broad,
            _ => MatchType::Regex,
        }
    }

    /// It must start at the first token.
    #[inline]
    pub(crate) fn anchor_start(&self) -> bool {
        self.header & ANCHOR_START != 0
    }

    /// It must end at the last token.
    #[inline]
    pub(crate) fn anchor_end(&self) -> bool {
        self.header & ANCHOR_END != 0
    }

    /// Some listing has it as a negative.
    #[inline]
    pub(crate) fn is_negative(&self) -> bool {
        self.header & NEGATIVE != 0
    }

    /// The number of its expression, if it is one.
    pub(crate) fn regex(&self) -> Option<u32> {
        (self.match_type() == MatchType::Regex).then(|| self.tokens[0])
    }

    /// Its tokens: in order, or for BROAD as a set.
    #[inline]
    pub(crate) fn tokens(&self) -> impl ExactSizeIterator<Item = WordId> + Clone + use<'a> {
        self.tokens.iter().map(|&word| WordId(word))
    }

    /// How many tokens it has; for BROAD how many distinct ones.
    #[inline]
    pub(crate) fn token_count(&self) -> u32 {
        self.header & TOKENS_MASK
    }
}
