//! The words of a text as the search needs them: those that the vocabulary holds, each once, rarest first, and where
//! they stand.
//!
//! A text is read in two steps, so that a batch can take each step for several texts before the next one:
//! [`TextWords::read`] splits it, works out where each word would stand in the vocabulary, and asks memory for those places;
//! [`TextWords::look_up`] looks there.

use crate::index::Index;
use crate::index::trie::Root;
use crate::index::vocabulary::{Probe, Vocabulary};
use crate::index::word::{WordFilter, WordId};
use crate::limits::TextLimits;
use crate::text::{self, Sigil, Sink, TextRefused};

/// See the module's text. Reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct TextWords {
    /// What is looked for: each token's word, and behind it the word with its sigil if it has one.
    probes: Vec<TokenProbe>,
    /// Bytes of the words that do not fit into their probes.
    long_words: Vec<u8>,
    tokens: Vec<TextToken>,
    /// The distinct known words, ascending.
    distinct: Vec<TextWord>,
    /// Tokens, or words of tokens with a sigil, that are known, in the order of the text.
    known: Vec<Known>,
    /// Known words and their places in `known`, as one number: by word, then place.
    occurrences: Vec<u64>,
}

/// A word that is looked for, and whose it is.
#[derive(Debug, Clone, Copy)]
struct TokenProbe {
    probe: Probe,
    /// Its bytes in [`TextWords::long_words`], if it does not fit into the probe.
    long_word: (u32, u32),
    /// The bytes of the text that the token was read from.
    start: u32,
    end: u32,
    with_sigil: bool,
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

/// A known word of the text.
#[derive(Debug, Clone, Copy)]
struct Known {
    position: u32,
    root: Root,
}

/// A distinct word of the text that the vocabulary holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextWord {
    pub(crate) word: WordId,
    /// Where the trie goes on from it.
    pub(crate) root: Root,
    /// The filter of it alone.
    pub(crate) filter: WordFilter,
    /// The filter of all words after it.
    pub(crate) later: WordFilter,
    first_occurrence: u32,
    occurrences: u32,
}

#[inline]
fn word_of(occurrence: u64) -> WordId {
    WordId((occurrence >> 32) as u32)
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
#[inline]
fn place_of(occurrence: u64) -> usize {
    occurrence as u32 as usize
}

impl TextToken {
    /// Whether a keyword's token matches this token of a text.
    #[inline]
    pub(crate) fn is(&self, word: WordId) -> bool {
        self.plain == word || self.with_sigil == word
    }
}

/// Takes tokens as they come and works out where to look for them.
struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    words: &'a mut TextWords,
    tokens: usize,
    most: usize,
}

impl Sink for Reader<'_> {
    #[inline]
    fn token(&mut self, sigil: Option<Sigil>, word: &[u8], start: u32, end: u32) -> bool {
        if self.tokens == self.most {
            return false;
        }
        self.tokens += 1;
        self.probe(None, word, start, end);
        if sigil.is_some() {
            self.probe(sigil, word, start, end);
        }
        true
    }
}

impl Reader<'_> {
    #[inline]
    fn probe(&mut self, sigil: Option<Sigil>, word: &[u8], start: u32, end: u32) {
        let probe = self.vocabulary.probe(sigil, word);
        self.vocabulary.prefetch(&probe);
        let mut long_word = (0, 0);
        if probe.is_long() {
            let long_words = &mut self.words.long_words;
            #[expect(clippy::cast_possible_truncation, reason = "texts are bounded")]
            let from = long_words.len() as u32;
            long_words.extend_from_slice(word);
            #[expect(clippy::cast_possible_truncation, reason = "texts are bounded")]
            let to = long_words.len() as u32;
            long_word = (from, to);
        }
        let with_sigil = sigil.is_some();
        self.words.probes.push(TokenProbe { probe, long_word, start, end, with_sigil });
    }
}

impl TextWords {
    /// Splits a text, works out where its words would stand in the vocabulary, and asks memory for that.
    pub(crate) fn read(
        &mut self,
        index: &Index,
        text: &str,
        limits: TextLimits,
        buffers: &mut text::Buffers,
    ) -> Result<(), TextRefused> {
        self.probes.clear();
        self.long_words.clear();
        text::check_bytes(text, limits)?;
        let most = limits.text_tokens_max;
        let mut reader = Reader { vocabulary: &index.vocabulary, words: self, tokens: 0, most };
        if text::analyze(text, buffers, &mut reader) {
            return Ok(());
        }
        self.probes.clear();
        Err(TextRefused::TooManyTokens { most })
    }

    /// Looks the words up.
    pub(crate) fn look_up(&mut self, index: &Index) {
        self.tokens.clear();
        self.distinct.clear();
        self.occurrences.clear();
        self.known.clear();
        for probe in &self.probes {
            let TokenProbe { start, end, .. } = *probe;
            let (from, to) = probe.long_word;
            let long_word = &self.long_words[from as usize..to as usize];
            let found = index.vocabulary.find(&probe.probe, long_word);
            let word = found.map_or(WordId::NONE, |(word, _)| word);
            match self.tokens.last_mut().filter(|_| probe.with_sigil) {
                Some(token) => token.with_sigil = word,
                None => {
                    let with_sigil = WordId::NONE;
                    self.tokens.push(TextToken { plain: word, with_sigil, start, end });
                }
            }
            if let Some((word, root)) = found {
                #[expect(clippy::cast_possible_truncation, reason = "tokens of a text are bounded")]
                let (position, place) = (self.tokens.len() as u32 - 1, self.known.len() as u64);
                self.occurrences.push(u64::from(word.0) << 32 | place);
                self.known.push(Known { position, root });
            }
        }
        self.sort();
    }

    /// Makes the distinct words of the occurrences.
    fn sort(&mut self) {
        self.occurrences.sort_unstable();
        let mut first_occurrence = 0;
        for same in self.occurrences.chunk_by(|a, b| a >> 32 == b >> 32) {
            let (word, Known { root, .. }) = (word_of(same[0]), self.known[place_of(same[0])]);
            #[expect(clippy::cast_possible_truncation, reason = "tokens of a text are bounded")]
            let occurrences = same.len() as u32;
            let (filter, later) = (WordFilter::of(word), WordFilter::default());
            self.distinct.push(TextWord {
                word,
                root,
                filter,
                later,
                first_occurrence,
                occurrences,
            });
            first_occurrence += occurrences;
        }
        let mut later = WordFilter::default();
        for word in self.distinct.iter_mut().rev() {
            word.later = later;
            later |= word.filter;
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
        occurrences.iter().map(|&found| self.known[place_of(found)].position)
    }

    /// The place of a word among the distinct ones.
    pub(crate) fn find(&self, word: WordId) -> Option<usize> {
        self.distinct.binary_search_by_key(&word, |known| known.word).ok()
    }
}
