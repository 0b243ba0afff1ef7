//! Keywords and negatives of all records, analysed.

use crate::keyword::{Keyword, MatchType};
use crate::limits::{KEYWORD_BYTES_MAX, KEYWORD_TOKENS_MAX};
use crate::record::Reason;
use crate::regexes::RegexesBuilder;
use crate::text::{self, Sigil, Sink};

use super::super::interner::Interner;
use super::super::patterns::{Kind, Patterns};
use super::super::trie::Target;
use super::order;

/// What the builder knows of keywords.
#[derive(Debug, Default)]
pub(super) struct Keywords {
    /// Words; the first byte is the sigil, 0 for none.
    pub(super) words: Interner,
    pub(super) drafts: Vec<Draft>,
    /// Tokens of all drafts, as numbers of `words`.
    pub(super) tokens: Vec<u32>,
    /// Regular expressions, whose drafts have the number of the expression in the place of a first token.
    pub(super) regex_drafts: Vec<Draft>,
    pub(super) regexes: RegexesBuilder,
    /// Negatives as they were written first: (owner's text, for the first draft of each).
    pub(super) negative_texts: Vec<u8>,
    /// What the patterns would take if all of them were distinct, in words of 32 bits.
    pattern_words: usize,
    buffers: text::Buffers,
    /// The keyword that is being analysed.
    analysed: Analysed,
}

/// A keyword or negative that was analysed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft {
    /// First of its tokens in [`Keywords::tokens`]; of a regular expression, its number.
    pub(super) first_token: u32,
    pub(super) tokens: u16,
    pub(super) owner: Owner,
    pub(super) kind: Kind,
    /// Ordinal of its listing, or number of its group's or negative list's name.
    pub(super) of: u32,
    /// Index in the listing's keywords; of a negative, where its text begins in [`Keywords::negative_texts`].
    pub(super) keyword: u32,
    pub(super) bid_micros: u64,
}

/// Whose a draft is, and what it does there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A keyword of a listing.
    Positive(Bid),
    /// A negative of a negative list.
    List,
    /// A negative of a group.
    Group,
    /// A negative of a listing.
    Listing,
}

/// Where a keyword's bid comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bid {
    Keyword,
    Listing,
    /// The group's, which is known at the end.
    Group,
}

/// How far the builder was, to go back there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    drafts: usize,
    tokens: usize,
    regex_drafts: usize,
    negative_texts: usize,
    pattern_words: usize,
}

/// Words of one keyword, with their sigils in front, and where each ends.
#[derive(Debug, Default)]
struct Analysed {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Owner {
    /// Whether it is a negative.
    pub(super) fn is_negative(self) -> bool {
        !matches!(self, Owner::Positive(_))
    }
}

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
            drafts: self.drafts.len(),
            tokens: self.tokens.len(),
            regex_drafts: self.regex_drafts.len(),
            negative_texts: self.negative_texts.len(),
            pattern_words: self.pattern_words,
        }
    }

    /// Forgets all drafts since the mark. Words and expressions stay; nothing refers to them.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        self.drafts.truncate(mark.drafts);
        self.tokens.truncate(mark.tokens);
        self.regex_drafts.truncate(mark.regex_drafts);
        self.negative_texts.truncate(mark.negative_texts);
        self.pattern_words = mark.pattern_words;
    }

    /// Analyses one keyword or negative and keeps it.
    pub(super) fn add(
        &mut self,
        keyword: &Keyword,
        owner: Owner,
        of: u32,
        nth: usize,
        bid_micros: u64,
    ) -> Result<(), Reason> {
        if keyword.text.len() > KEYWORD_BYTES_MAX {
            return Err(Reason::TooLong(KEYWORD_BYTES_MAX));
        }
        let kind = Kind::of(keyword);
        let (first_token, tokens) = if kind.match_type == MatchType::Regex {
            (self.regexes.add(&keyword.text).map_err(Reason::Regex)?, 1)
        } else {
            self.analyze(&keyword.text, kind)?
        };
        self.pattern_words += Patterns::words_of(usize::from(tokens));
        if self.pattern_words >= Target::PLACES_MAX as usize {
            return Err(Reason::TooManyRecords(self.drafts.len()));
        }
        let place = |number: usize| u32::try_from(number).expect("fewer than pattern words");
        let keyword = if owner.is_negative() {
            let start = self.negative_texts.len();
            self.negative_texts.extend_from_slice(keyword.text.as_bytes());
            self.negative_texts.push(0xff); // No text has this byte: it ends here.
            place(start)
        } else {
            place(nth)
        };
        let draft = Draft { first_token, tokens, owner, kind, of, keyword, bid_micros };
        match kind.match_type {
            MatchType::Regex => self.regex_drafts.push(draft),
            _ => self.drafts.push(draft),
        }
        Ok(())
    }

    /// Splits a keyword into words: the place of the first one and how many there are.
    fn analyze(&mut self, text: &str, kind: Kind) -> Result<(u32, u16), Reason> {
        self.analysed.bytes.clear();
        self.analysed.ends.clear();
        if !text::analyze(text, &mut self.buffers, &mut self.analysed) {
            return Err(Reason::KeywordTooManyTokens(KEYWORD_TOKENS_MAX));
        }
        if self.analysed.ends.is_empty() {
            return Err(Reason::KeywordEmpty);
        }
        let Ok(first_token) = u32::try_from(self.tokens.len()) else {
            return Err(Reason::TooManyRecords(self.drafts.len()));
        };
        let mut start = 0;
        for &end in &self.analysed.ends {
            self.tokens.push(self.words.intern(&self.analysed.bytes[start..end]));
            start = end;
        }
        if kind.match_type == MatchType::Broad {
            order::make_set(&mut self.tokens, first_token as usize);
        }
        let tokens = self.tokens.len() - first_token as usize;
        Ok((first_token, u16::try_from(tokens).expect("at most KEYWORD_TOKENS_MAX")))
    }

    /// A negative as it was written.
    pub(super) fn negative_text(&self, draft: &Draft) -> &[u8] {
        let rest = &self.negative_texts[draft.keyword as usize..];
        let end = rest.iter().position(|&byte| byte == 0xff).expect("each text is ended");
        &rest[..end]
    }
}

impl Draft {
    /// Its tokens.
    pub(super) fn tokens_in<'a>(&self, tokens: &'a [u32]) -> &'a [u32] {
        let start = self.first_token as usize;
        &tokens[start..start + usize::from(self.tokens)]
    }

    /// The order of equal patterns: a listing's best use of it comes before its other uses; negatives come last.
    pub(super) fn within_pattern(&self) -> impl Ord + use<> {
        let negative = self.owner.is_negative().then_some(self.owner);
        (negative, self.of, std::cmp::Reverse(self.bid_micros), self.keyword)
    }

    /// Whether two drafts of one pattern are the same use of it: the second one is a duplicate then.
    pub(super) fn is_same_use(&self, other: &Draft) -> bool {
        let role = |draft: &Draft| (draft.owner.is_negative().then_some(draft.owner), draft.of);
        role(self) == role(other)
    }
}

impl Kind {
    /// What a keyword is apart from its words.
    pub(super) fn of(keyword: &Keyword) -> Kind {
        let (match_type, anchor_start, anchor_end) = keyword.canonical();
        Kind { match_type, anchor_start, anchor_end }
    }
}
