//! What is answered.

use std::fmt;

use crate::error::Error;
use crate::version::Version;

/// The answers of one batch, all from one version of the inventory.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchAnswer {
    /// The version that answered.
    pub version: Version,
    /// One result for each query, in the order of the queries. An error is about that query alone.
    pub results: Vec<Result<QueryAnswer, Error>>,
}

/// The answer to one query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryAnswer {
    /// The matching listings, best first, cut to `limit`.
    pub matches: Vec<Match>,
    /// How many listings matched, before `max_per_group` and `limit`.
    pub total: u64,
    /// Whether `total` was counted; if not, it is a lower bound.
    pub total_exact: bool,
    /// A work limit stopped the search early: then, and only then, a match may be missing.
    pub incomplete: bool,
}

/// One matching listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The listing's id.
    pub listing_id: String,
    /// Bid times quality, in millionths of the currency unit.
    pub score: f64,
    /// How the best of its matching keywords matched.
    pub match_type: MatchType,
    /// Which of its keywords that is, starting at 0.
    pub keyword_index: u32,
    /// That keyword, if [`Include::Keyword`](crate::Include::Keyword) was asked for.
    pub keyword: Option<Keyword>,
    /// The listing's payload, if [`Include::Payload`](crate::Include::Payload) was asked for; empty otherwise.
    pub payload: Vec<u8>,
    /// Where that keyword matched, ascending and without overlap, if [`Include::Spans`](crate::Include::Spans) was asked
    /// for; empty otherwise.
    pub spans: Vec<Span>,
}

/// How a keyword is compared with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatchType {
    /// The keyword's tokens are all of the text's tokens, in order.
    Exact,
    /// The keyword's tokens appear next to each other, in order.
    Phrase,
    /// Each distinct token of the keyword appears somewhere in the text.
    Broad,
    /// A regular expression finds something in the text.
    Regex,
    /// A type that this client is too old to know.
    Unknown,
}

/// A keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// The words, without the marks of the notation.
    pub text: String,
    /// How they are compared with a text.
    pub match_type: MatchType,
    /// The keyword's own bid in millionths of the currency unit, if it has one.
    pub bid_micros: Option<i64>,
    /// A phrase that must start at the first token of the text.
    pub anchor_start: bool,
    /// A phrase that must end at the last token of the text.
    pub anchor_end: bool,
}

/// A range of bytes of the text as it was sent, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte after the last one.
    pub end: u32,
}

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The sigil that the word carries: `#`, `@`, `$`, or empty.
    pub sigil: String,
    /// The folded word.
    pub word: String,
    /// The bytes of the text that it was read from, sigil included.
    pub span: Span,
}

impl MatchType {
    /// The name for programs, as in the API without its prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            MatchType::Exact => "EXACT",
            MatchType::Phrase => "PHRASE",
            MatchType::Broad => "BROAD",
            MatchType::Regex => "REGEX",
            MatchType::Unknown => "UNKNOWN",
        }
    }
}

impl fmt::Display for MatchType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Writes the notation of keyword lists: `[exact]`, `"phrase"`, `"^start"`, `broad`, `/regex/`.
impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = if self.anchor_start { "^" } else { "" };
        let end = if self.anchor_end { "$" } else { "" };
        match self.match_type {
            MatchType::Exact => write!(f, "[{}]", self.text),
            MatchType::Phrase => write!(f, "\"{start}{}{end}\"", self.text),
            MatchType::Regex => write!(f, "/{}/", self.text),
            MatchType::Broad | MatchType::Unknown => f.write_str(&self.text),
        }
    }
}
