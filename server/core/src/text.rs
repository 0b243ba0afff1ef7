//! Text analysis: from a text to its tokens, the same for keywords, negatives and texts.
//!
//! A token is a folded word and, if it carries one, its sigil (`#`, `@` or `$`). The rules are those of section 1 of the
//! matching contract: segment at the default word boundaries of Unicode (UAX #29), keep what is a word, fold it.
//!
//! Two paths give the same answer: [`ascii`] reads a text without any byte above 127 in one pass over its lower-case
//! copy, and [`unicode`] reads everything else by way of Unicode's own tables. A property test holds them together, and
//! the naive analysis in `naive` holds both.
//!
//! Where the contract leaves room, this is what is done:
//! - a *word character* is a character of a segment that is a word by itself; `&`, sigils and suffixes are not. So in
//!   `c++#x` the `#` is a sigil, and in `c++&` the suffix stays;
//! - suffixes and sigils attach to such words only, never to `&`; suffixes are the ASCII characters alone;
//! - `&`, a sigil and a suffix must be segments of their own: one that carries a combining mark separates;
//! - a fold gives several words where it gives white space (U+FDFA), and is repeated until nothing changes, so that
//!   folding is idempotent also where a default-ignorable character stood between two that compose.

mod ascii;
pub(crate) mod fold;
mod unicode;

use std::fmt;

use crate::limits::TextLimits;

/// What a word carries in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Sigil {
    /// `#`
    Hash = 1,
    /// `@`
    At = 2,
    /// `$`
    Dollar = 3,
}

/// One token of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// The sigil that the word carries.
    pub sigil: Option<Sigil>,
    /// The folded word; never empty.
    pub word: &'a str,
    /// First byte of the token in the text, sigil included.
    pub start: u32,
    /// Byte after its last one.
    pub end: u32,
}

/// Why a text is not matched. It is refused as a whole, never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRefused {
    /// It has too many bytes.
    TooLong {
        /// How many it has.
        bytes: usize,
        /// How many are allowed.
        most: usize,
    },
    /// It has too many tokens.
    TooManyTokens {
        /// How many are allowed.
        most: usize,
    },
}

/// Where tokens go, in the order of the text. The word is folded UTF-8.
pub(crate) trait Sink {
    /// Takes one token; `false` stops the analysis.
    fn token(&mut self, sigil: Option<Sigil>, word: &[u8], start: u32, end: u32) -> bool;
}

/// Buffers that analysis reuses; nothing of a text stays in them that matters.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// The lower-case copy of an ASCII text.
    lower: Vec<u8>,
    fold: fold::Buffers,
}

/// Splits texts into tokens, for callers who want to see them.
#[derive(Debug, Default)]
pub struct Analyzer {
    limits: TextLimits,
    buffers: Buffers,
    tokens: OwnedTokens,
}

/// Tokens with their words in one buffer.
#[derive(Debug, Default)]
struct OwnedTokens {
    words: String,
    tokens: Vec<OwnedToken>,
    most: usize,
}

#[derive(Debug)]
struct OwnedToken {
    sigil: Option<Sigil>,
    word: std::ops::Range<usize>,
    start: u32,
    end: u32,
}

impl Sigil {
    /// The character.
    pub fn as_str(self) -> &'static str {
        match self {
            Sigil::Hash => "#",
            Sigil::At => "@",
            Sigil::Dollar => "$",
        }
    }

    /// The sigil that this character is, in either width.
    pub(crate) fn from_char(character: char) -> Option<Sigil> {
        match character {
            '#' | '＃' => Some(Sigil::Hash),
            '@' | '＠' => Some(Sigil::At),
            '$' | '＄' => Some(Sigil::Dollar),
            _ => None,
        }
    }
}

impl TextRefused {
    /// The reason for programs: UPPER_SNAKE, stable.
    pub fn code(self) -> &'static str {
        match self {
            TextRefused::TooLong { .. } => "TEXT_TOO_LONG",
            TextRefused::TooManyTokens { .. } => "TEXT_TOO_MANY_TOKENS",
        }
    }
}

impl fmt::Display for TextRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextRefused::TooLong { bytes, most } => write!(
                f,
                "the text has {bytes} bytes; at most {most} are allowed: split it, or send less of it"
            ),
            TextRefused::TooManyTokens { most } => write!(
                f,
                "the text has more than {most} tokens, the most that are allowed: split it, or send less of it"
            ),
        }
    }
}

impl std::error::Error for TextRefused {}

impl Analyzer {
    /// An analyzer that refuses texts beyond these limits.
    pub fn new(limits: TextLimits) -> Analyzer {
        Analyzer { limits, ..Analyzer::default() }
    }

    /// The tokens of a text, in its order.
    ///
    /// # Errors
    /// If the text is longer than the limits.
    pub fn analyze(
        &mut self,
        text: &str,
    ) -> Result<impl ExactSizeIterator<Item = Token<'_>>, TextRefused> {
        check_bytes(text, self.limits)?;
        let most = self.limits.text_tokens_max;
        self.tokens.words.clear();
        self.tokens.tokens.clear();
        self.tokens.most = most;
        if !analyze(text, &mut self.buffers, &mut self.tokens) {
            return Err(TextRefused::TooManyTokens { most });
        }
        let words = self.tokens.words.as_str();
        Ok(self.tokens.tokens.iter().map(|token| Token {
            sigil: token.sigil,
            word: &words[token.word.clone()],
            start: token.start,
            end: token.end,
        }))
    }
}

impl Sink for OwnedTokens {
    fn token(&mut self, sigil: Option<Sigil>, word: &[u8], start: u32, end: u32) -> bool {
        if self.tokens.len() == self.most {
            return false;
        }
        let from = self.words.len();
        self.words.push_str(std::str::from_utf8(word).expect("a folded word is UTF-8"));
        self.tokens.push(OwnedToken { sigil, word: from..self.words.len(), start, end });
        true
    }
}

/// Refuses a text that has too many bytes for these limits.
pub(crate) fn check_bytes(text: &str, limits: TextLimits) -> Result<(), TextRefused> {
    let most = limits.text_bytes_max;
    if text.len() > most {
        return Err(TextRefused::TooLong { bytes: text.len(), most });
    }
    Ok(())
}

/// Gives the tokens of `text` to `sink`. `false` if the sink stopped it. Time is linear in the text.
///
/// The text has at most `u32::MAX` bytes; the callers' limits see to that.
pub(crate) fn analyze(text: &str, buffers: &mut Buffers, sink: &mut impl Sink) -> bool {
    if text.is_ascii() {
        ascii::analyze(text.as_bytes(), &mut buffers.lower, sink)
    } else {
        unicode::analyze(text, &mut buffers.fold, sink)
    }
}

/// The longer path for any text, for the test that compares the two.
#[cfg(test)]
pub(crate) fn analyze_as_unicode(text: &str, buffers: &mut Buffers, sink: &mut impl Sink) -> bool {
    unicode::analyze(text, &mut buffers.fold, sink)
}

#[cfg(test)]
mod tests;
