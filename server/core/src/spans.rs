//! Where in a text a keyword matched. Asked for by few callers and for few matches, so it reads the text again.

use crate::answer::Hit;
use crate::index::Index;
use crate::index::leaves::PatternId;
use crate::index::pattern::Pattern;
use crate::index::word::WordId;
use crate::keyword::{Keyword, MatchType};
use crate::limits::{QUERY_STEPS_MAX, TextLimits};
use crate::matching::search::{comparison_steps, is_at, phrase_starts};
use crate::matching::steps::{Spent, Steps};
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
    /// What finding spans in the text at hand may still take.
    steps: Steps,
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
        self.steps = Steps { left: QUERY_STEPS_MAX };
    }

    /// Where the hit's keyword stands in the text, ascending and without overlap: for EXACT and PHRASE one span from the
    /// first token to the last (of the phrase's first place), for BROAD one for each place of each token, for REGEX what
    /// the expression finds first. `text` is the one that was set.
    ///
    /// The spans of all hits of a text together take no more steps than its search may, one for each span among them; a hit
    /// whose spans would take more has none.
    pub fn spans(&mut self, index: &Index, text: &str, hit: &Hit) -> &[Span] {
        self.keyword_spans(index, text, &index.keyword(hit), hit.pattern)
    }

    /// The same for any keyword or negative that matches the text, with its pattern.
    pub(crate) fn keyword_spans(
        &mut self,
        index: &Index,
        text: &str,
        keyword: &Keyword,
        id: PatternId,
    ) -> &[Span] {
        self.spans.clear();
        if self.find(index, text, keyword, id).is_err() {
            self.spans.clear();
        }
        &self.spans
    }

    /// The words of a pattern that the text lacks.
    pub(crate) fn missing(&self, pattern: &Pattern) -> impl Iterator<Item = WordId> {
        pattern.tokens().filter(|&word| self.words.find(word).is_none())
    }

    /// Whether the tokens of a pattern stand in the text next to each other in order, its anchors aside.
    pub(crate) fn has_in_order(&self, pattern: &Pattern) -> bool {
        let is_there = |position| is_at(&pattern.tokens, &self.words, position);
        (0..self.words.tokens().len()).any(is_there)
    }

    /// Finds the spans, or as many of them as the steps allow: none.
    fn find(
        &mut self,
        index: &Index,
        text: &str,
        keyword: &Keyword,
        id: PatternId,
    ) -> Result<(), Spent> {
        let pattern = Pattern::of(index, keyword);
        match pattern.kind.match_type {
            MatchType::Exact => self.spans.extend(whole(self.words.tokens())),
            MatchType::Phrase => self.find_phrase(&pattern)?,
            MatchType::Broad => self.find_words(&pattern)?,
            MatchType::Regex => {
                let number = index.leaves.only_record(id).regex();
                let steps = &mut self.steps.left;
                let found = self.regexes.find(&index.regexes, number, text, steps);
                let place = |at: usize| u32::try_from(at).expect("texts are bounded");
                let span = |(start, end)| Span { start: place(start), end: place(end) };
                self.spans.extend(found.map_err(|_| Spent)?.map(span));
            }
        }
        Ok(())
    }

    /// The first place of a phrase: tried where that of its words is which the text has least often.
    fn find_phrase(&mut self, pattern: &Pattern) -> Result<(), Spent> {
        let words = (0..).zip(pattern.tokens()).filter_map(|(offset, word)| {
            let known = self.words.distinct()[self.words.find(word)?];
            Some((self.words.positions(&known).len(), offset, known))
        });
        let Some((positions, offset, word)) = words.min_by_key(|&(positions, ..)| positions) else {
            return Ok(());
        };
        self.steps.spend_length(positions * comparison_steps(pattern.tokens.len()))?;
        let mut starts = phrase_starts(pattern.kind, &pattern.tokens, &self.words, &word, offset);
        let (start, length) = (starts.next(), pattern.tokens.len());
        let tokens = self.words.tokens();
        self.spans.extend(start.and_then(|start| whole(&tokens[start..start + length])));
        Ok(())
    }

    /// Every place of every word.
    fn find_words(&mut self, pattern: &Pattern) -> Result<(), Spent> {
        let tokens = self.words.tokens();
        for word in pattern.tokens().filter_map(|word| self.words.find(word)) {
            let positions = self.words.positions(&self.words.distinct()[word]);
            self.steps.spend_length(positions.len())?;
            self.spans.extend(positions.map(|position| {
                let token = tokens[position as usize];
                Span { start: token.start, end: token.end }
            }));
        }
        // Several tokens may come of one word (U+FDFA), and a token may be two words of the keyword: they have one span.
        self.spans.sort_unstable_by_key(|span| span.start);
        self.spans.dedup();
        Ok(())
    }
}

/// One span from the first token to the last.
fn whole(tokens: &[TextToken]) -> Option<Span> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    Some(Span { start: first.start, end: last.end })
}
