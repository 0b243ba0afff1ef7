//! Where in a text a keyword matched. Asked for by few callers and for few matches, so it reads the text again.

use crate::answer::Hit;
use crate::index::Index;
use crate::index::patterns::{Pattern, PatternId};
use crate::index::word::WordId;
use crate::keyword::MatchType;
use crate::limits::{QUERY_STEPS_MAX, TextLimits};
use crate::matching::search::{is_at, phrase_starts};
use crate::matching::words::{TextToken, TextWords};
use crate::regexes::RegexScratch;
use crate::text;

/// A range of bytes of a text, half open, at character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte after the last one.
    pub end: u32,
}

/// Finds the spans of hits, one text after the other.
#[derive(Debug, Default)]
pub struct Highlighter {
    limits: TextLimits,
    buffers: text::Buffers,
    words: TextWords,
    regexes: RegexScratch,
    /// What looking for expressions in the text at hand may still take.
    regex_steps: u32,
    spans: Vec<Span>,
}

impl Highlighter {
    /// A highlighter for texts within these limits.
    pub fn new(limits: TextLimits) -> Highlighter {
        Highlighter { limits, ..Highlighter::default() }
    }

    /// Reads the text whose hits are asked for next. A text beyond the limits has no hits and no spans.
    pub fn set_text(&mut self, index: &Index, text: &str) {
        // A refused text leaves no words behind, so nothing is found in it.
        let _ = self.words.read(index, text, self.limits, &mut self.buffers);
        self.words.look_up(index);
        self.regex_steps = QUERY_STEPS_MAX;
    }

    /// Where the hit's keyword stands in the text, ascending and without overlap: for EXACT and PHRASE one span from the
    /// first token to the last (of the phrase's first place), for BROAD one for each place of each token, for REGEX what
    /// the expression finds first (nothing, if finding it takes more work than a query may). `text` is the one that was set.
    pub fn spans(&mut self, index: &Index, text: &str, hit: &Hit) -> &[Span] {
        self.pattern_spans(index, text, hit.pattern)
    }

    /// The same for any pattern that matches the text.
    pub(crate) fn pattern_spans(&mut self, index: &Index, text: &str, id: PatternId) -> &[Span] {
        self.spans.clear();
        self.find(index, text, id);
        &self.spans
    }

    /// The words of a pattern that the text lacks.
    pub(crate) fn missing(&self, pattern: &Pattern<'_>) -> impl Iterator<Item = WordId> {
        pattern.tokens().filter(|&word| self.words.find(word).is_none())
    }

    /// Whether the tokens of a pattern stand in the text next to each other in order, its anchors aside.
    pub(crate) fn has_in_order(&self, pattern: &Pattern<'_>) -> bool {
        (0..self.words.tokens().len()).any(|position| is_at(pattern, &self.words, position))
    }

    fn find(&mut self, index: &Index, text: &str, id: PatternId) {
        let pattern = index.patterns.get(id);
        let tokens = self.words.tokens();
        let whole = |tokens: &[TextToken]| {
            let (first, last) = (tokens.first()?, tokens.last()?);
            Some(Span { start: first.start, end: last.end })
        };
        match pattern.match_type() {
            MatchType::Exact => self.spans.extend(whole(tokens)),
            MatchType::Phrase => {
                let first = pattern.tokens().next().and_then(|word| self.words.find(word));
                let word = first.map(|at| self.words.distinct()[at]);
                let start =
                    word.and_then(|word| phrase_starts(&pattern, &self.words, &word, 0).next());
                let length = pattern.token_count() as usize;
                self.spans.extend(start.and_then(|start| whole(&tokens[start..start + length])));
            }
            MatchType::Broad => {
                let found =
                    tokens.iter().filter(|token| pattern.tokens().any(|word| token.is(word)));
                self.spans.extend(found.map(|token| Span { start: token.start, end: token.end }));
                // Several tokens may come of one word (U+FDFA); they have the same span.
                self.spans.dedup();
            }
            MatchType::Regex => {
                let number = pattern.regex().expect("a pattern of this type has an expression");
                let found = self.regexes.find(&index.regexes, number, text, &mut self.regex_steps);
                let place = |at: usize| u32::try_from(at).expect("texts are bounded");
                let span = |(start, end)| Span { start: place(start), end: place(end) };
                self.spans.extend(found.ok().flatten().map(span));
            }
        }
    }
}
