//! Keywords and negatives of all records: analysed one by one, and kept as drafts.

use crate::keyword::{Keyword, MatchType};
use crate::limits::{KEYWORD_BYTES_MAX, KEYWORD_TOKENS_MAX};
use crate::record::Reason;
use crate::regexes::RegexesBuilder;
use crate::text::{self, Sigil, Sink};

use super::super::arena::ArenaBuilder;
use super::super::leaves::{Kind, LEAVES_BYTES_MAX};
use super::super::word_interner::WordInterner;
use super::drafts::{self, Draft, Drafts, Owner};
use super::order;

/// What the builder knows of keywords.
#[derive(Debug, Default)]
pub(super) struct Keywords {
    /// Words; the first byte is the sigil, 0 for none.
    pub(super) words: WordInterner,
    pub(super) drafts: Drafts,
    /// Regular expressions, each with its number.
    pub(super) regex_drafts: Vec<(u32, Draft)>,
    pub(super) regexes: RegexesBuilder,
    /// Negatives as they were written.
    pub(super) negative_texts: ArenaBuilder,
    /// Bytes that the leaves would take if all patterns were distinct, and each in a leaf of its own.
    leaves_bytes: usize,
    buffers: text::Buffers,
    /// The keyword that is being analysed.
    analysed: Analysed,
    tokens: Vec<u32>,
}

/// How far the builder was, to go back there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    drafts: drafts::Mark,
    regex_drafts: usize,
    leaves_bytes: usize,
}

/// Words of one keyword, with their sigils in front, and where each ends.
#[derive(Debug, Default)]
struct Analysed {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// Bytes of a pattern beside its tokens, at most: head of its leaf, summary, head of its record, owner and bid.
const PATTERN_BYTES: usize = 1 + 4 + 1 + 4 + 8;
/// Bytes of a token, at most.
const TOKEN_BYTES: usize = 4;

impl Sink for Analysed {
    fn token(&mut self, sigil: Option<Sigil>, word: &[u8], _start: u32, _end: u32) -> bool {
        if self.ends.len() == KEYWORD_TOKENS_MAX {
            return false;
        }
        self.bytes.push(sigil.map_or(0, |sigil| sigil as u8));
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len());
        true
    }
}

impl Keywords {
    /// How far it is.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            drafts: self.drafts.mark(),
            regex_drafts: self.regex_drafts.len(),
            leaves_bytes: self.leaves_bytes,
        }
    }

    /// Forgets all drafts since the mark. Words, expressions and texts stay; nothing refers to them.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        self.drafts.roll_back(mark.drafts);
        self.regex_drafts.truncate(mark.regex_drafts);
        self.leaves_bytes = mark.leaves_bytes;
    }

    /// Analyses one keyword or negative and keeps it.
    pub(super) fn add(
        &mut self,
        keyword: &Keyword,
        owner: Owner,
        of: u32,
        nth: usize,
    ) -> Result<(), Reason> {
        if keyword.text.len() > KEYWORD_BYTES_MAX {
            return Err(Reason::TooLong(KEYWORD_BYTES_MAX));
        }
        let kind = Kind::of(keyword);
        let regex = if kind.match_type == MatchType::Regex {
            Some(self.regexes.add(&keyword.text).map_err(Reason::Regex)?)
        } else {
            self.analyze(&keyword.text, kind)?;
            None
        };
        let tokens = if regex.is_some() { 1 } else { self.tokens.len() };
        self.leaves_bytes += PATTERN_BYTES + TOKEN_BYTES * tokens;
        if self.leaves_bytes > LEAVES_BYTES_MAX || !self.drafts.has_room() {
            return Err(Reason::TooManyRecords(self.drafts.places.len()));
        }
        let place = |number: usize| u32::try_from(number).expect("fewer than bytes of leaves");
        let keyword = if owner.is_negative() {
            let number = self.negative_texts.len();
            self.negative_texts.push(keyword.text.as_bytes());
            Draft { owner, kind, of, keyword: place(number), bid_micros: None }
        } else {
            Draft { owner, kind, of, keyword: place(nth), bid_micros: keyword.bid_micros }
        };
        match regex {
            Some(number) => self.regex_drafts.push((number, keyword)),
            None => self.drafts.push(&keyword, &self.tokens),
        }
        Ok(())
    }

    /// Splits a keyword into words.
    fn analyze(&mut self, text: &str, kind: Kind) -> Result<(), Reason> {
        self.analysed.bytes.clear();
        self.analysed.ends.clear();
        self.tokens.clear();
        if !text::analyze(text, &mut self.buffers, &mut self.analysed) {
            return Err(Reason::KeywordTooManyTokens(KEYWORD_TOKENS_MAX));
        }
        if self.analysed.ends.is_empty() {
            return Err(Reason::KeywordEmpty);
        }
        let mut start = 0;
        for &end in &self.analysed.ends {
            self.tokens.push(self.words.intern(&self.analysed.bytes[start..end]));
            start = end;
        }
        if kind.match_type == MatchType::Broad {
            order::make_set(&mut self.tokens, 0);
        }
        Ok(())
    }
}

impl Draft {
    /// The order of equal patterns: a listing's best use of it comes before its other uses; negatives come last.
    pub(super) fn within_pattern(&self, bid_micros: u64) -> impl Ord + use<> {
        let negative = self.owner.is_negative().then_some(self.owner);
        (negative, self.of, std::cmp::Reverse(bid_micros), self.keyword)
    }

    /// Whether two drafts of one pattern are the same use of it: the second one is a duplicate then.
    pub(super) fn is_same_use(&self, other: &Draft) -> bool {
        let role = |draft: &Draft| (draft.owner.is_negative().then_some(draft.owner), draft.of);
        role(self) == role(other)
    }
}

impl Kind {
    /// What a keyword is apart from its words.
    pub(crate) fn of(keyword: &Keyword) -> Kind {
        let (match_type, anchor_start, anchor_end) = keyword.canonical();
        Kind { match_type, anchor_start, anchor_end }
    }
}
