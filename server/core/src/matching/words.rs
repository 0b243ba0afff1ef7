//! The words of a text as the search needs them: those that the vocabulary holds, each once, rarest first, and where
//! they stand.

use crate::index::Index;
use crate::index::trie::{Root, filter_bit};
use crate::index::vocabulary::{Vocabulary, WordId};
use crate::limits::TextLimits;
use crate::text::{self, Sigil, Sink, TextRefused};

/// See the module's text. Reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct TextWords {
    tokens: Vec<TextToken>,
    /// The distinct known words, ascending.
    distinct: Vec<TextWord>,
    /// Known words and their positions: by word, then position. Only the positions are kept.
    occurrences: Vec<(WordId, u32)>,
    /// What each occurrence's word leads to, until the words are sorted.
    roots: Vec<(WordId, Root)>,
}

/// A token of the text. It matches a pattern's token if that is one of the two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextToken {
    /// The word without its sigil.
    plain: WordId,
    /// The word with its sigil.
    with_sigil: WordId,
    /// The bytes that it was read from.
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A distinct word of the text that the vocabulary holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextWord {
    pub(crate) word: WordId,
    /// Where the trie goes on from it.
    pub(crate) root: Root,
    /// Its bit in filters.
    pub(crate) bit: u32,
    /// The bits of all words after it.
    pub(crate) later: u32,
    first_occurrence: u32,
    occurrences: u32,
}

impl TextToken {
    /// Whether a keyword's token matches this token of a text.
    #[inline]
    pub(crate) fn is(&self, word: WordId) -> bool {
        self.plain == word || self.with_sigil == word
    }
}

/// Looks the tokens of a text up as they come.
struct Lookup<'a> {
    vocabulary: &'a Vocabulary,
    words: &'a mut TextWords,
    most: usize,
}

impl Sink for Lookup<'_> {
    fn token(&mut self, sigil: Option<Sigil>, word: &[u8], start: u32, end: u32) -> bool {
        if self.words.tokens.len() == self.most {
            return false;
        }
        let plain = self.find(None, word);
        let with_sigil = if sigil.is_some() { self.find(sigil, word) } else { WordId::NONE };
        self.words.tokens.push(TextToken { plain, with_sigil, start, end });
        true
    }
}

impl Lookup<'_> {
    /// Finds a word and notes it at the position of the next token.
    #[inline]
    fn find(&mut self, sigil: Option<Sigil>, word: &[u8]) -> WordId {
        let probe = self.vocabulary.probe(sigil, word);
        let Some((word, root)) = self.vocabulary.find(&probe) else {
            return WordId::NONE;
        };
        #[expect(clippy::cast_possible_truncation, reason = "tokens of a text are bounded")]
        let position = self.words.tokens.len() as u32;
        self.words.occurrences.push((word, position));
        self.words.roots.push((word, root));
        word
    }
}

impl TextWords {
    /// Reads a text.
    pub(crate) fn read(
        &mut self,
        index: &Index,
        text: &str,
        limits: TextLimits,
        buffers: &mut text::Buffers,
    ) -> Result<(), TextRefused> {
        text::check_bytes(text, limits)?;
        self.tokens.clear();
        self.distinct.clear();
        self.occurrences.clear();
        self.roots.clear();
        let most = limits.text_tokens_max;
        let mut lookup = Lookup { vocabulary: &index.vocabulary, words: self, most };
        if !text::analyze(text, buffers, &mut lookup) {
            return Err(TextRefused::TooManyTokens { most });
        }
        self.sort();
        Ok(())
    }

    /// Makes the distinct words of the occurrences.
    fn sort(&mut self) {
        self.occurrences.sort_unstable();
        self.roots.sort_unstable_by_key(|&(word, _)| word);
        let mut first = 0;
        for same in self.occurrences.chunk_by(|a, b| a.0 == b.0) {
            let (word, root) = self.roots[first];
            #[expect(clippy::cast_possible_truncation, reason = "tokens of a text are bounded")]
            let (first_occurrence, occurrences) = (first as u32, same.len() as u32);
            let bit = filter_bit(word);
            self.distinct.push(TextWord {
                word,
                root,
                bit,
                later: 0,
                first_occurrence,
                occurrences,
            });
            first += same.len();
        }
        let mut later = 0;
        for word in self.distinct.iter_mut().rev() {
            word.later = later;
            later |= word.bit;
        }
    }

    /// The tokens, in the order of the text.
    #[inline]
    pub(crate) fn tokens(&self) -> &[TextToken] {
        &self.tokens
    }

    /// The distinct words that the vocabulary holds, rarest first.
    #[inline]
    pub(crate) fn distinct(&self) -> &[TextWord] {
        &self.distinct
    }

    /// The positions of one of them, ascending.
    #[inline]
    pub(crate) fn positions<'s>(
        &'s self,
        word: &TextWord,
    ) -> impl ExactSizeIterator<Item = u32> + use<'s> {
        let first = word.first_occurrence as usize;
        let occurrences = &self.occurrences[first..first + word.occurrences as usize];
        occurrences.iter().map(|&(_, position)| position)
    }

    /// The place of a word among the distinct ones.
    pub(crate) fn find(&self, word: WordId) -> Option<usize> {
        self.distinct.binary_search_by_key(&word, |known| known.word).ok()
    }
}
