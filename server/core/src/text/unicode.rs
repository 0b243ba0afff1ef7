//! The path for any text, by way of Unicode's own tables.

use icu_properties::props::{
    Alphabetic, ExtendedPictographic, GeneralCategory, GeneralCategoryGroup, RegionalIndicator,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_segmentation::{UWordBoundIndices, UnicodeSegmentation as _};

use super::{Sigil, Sink, fold};
use crate::limits::TEXT_TOKENS_MAX;

/// U+FDFA, which folds to four words: of so many in a segment, each but the last begins three more than itself.
const FOUR_WORDS: char = '\u{fdfa}';
/// The first of them.
const FOUR_WORDS_FIRST: &str = "صلى";

/// Segments with one of look-ahead. Whether a segment is a word is found once.
struct Segments<'a> {
    rest: UWordBoundIndices<'a>,
    next: Option<Segment<'a>>,
}

#[derive(Clone, Copy)]
struct Segment<'a> {
    start: usize,
    text: &'a str,
    is_word: bool,
}

impl<'a> Segments<'a> {
    fn of(text: &'a str) -> Segments<'a> {
        let mut segments = Segments { rest: text.split_word_bound_indices(), next: None };
        segments.advance();
        segments
    }

    /// The next segment; the one after it is then in `next`.
    fn advance(&mut self) -> Option<Segment<'a>> {
        let following =
            self.rest.next().map(|(start, text)| Segment { start, text, is_word: is_word(text) });
        std::mem::replace(&mut self.next, following)
    }
}

/// Gives the tokens of any text to the sink.
pub(super) fn analyze(text: &str, buffers: &mut fold::Buffers, sink: &mut impl Sink) -> bool {
    let mut segments = Segments::of(text);
    // The last segment, if it is a sigil that does not follow a word character; and whether the last one was a word.
    let mut pending: Option<(Sigil, usize)> = None;
    let mut after_word = false;
    while let Some(segment) = segments.advance() {
        if segment.is_word {
            let end = take_suffix(&mut segments, segment);
            // A suffix stands between this word and what follows.
            after_word = end == segment.start + segment.text.len();
            let (sigil, start) = match pending.take() {
                Some((sigil, start)) => (Some(sigil), start),
                None => (None, segment.start),
            };
            if !emit(&text[segment.start..end], sigil, start, end, buffers, sink) {
                return false;
            }
            continue;
        }
        let mut characters = segment.text.chars();
        let only = characters.next().filter(|_| characters.next().is_none());
        pending = only
            .and_then(Sigil::from_char)
            .filter(|_| !after_word)
            .map(|sigil| (sigil, segment.start));
        after_word = false;
        if matches!(only, Some('&' | '＆')) {
            let end = segment.start + segment.text.len();
            if !emit("&", None, segment.start, end, buffers, sink) {
                return false;
            }
        }
    }
    true
}

/// Takes the suffix behind a word, if it has one, and returns where the word then ends.
fn take_suffix(segments: &mut Segments<'_>, word: Segment<'_>) -> usize {
    let end = word.start + word.text.len();
    let Some(first) = segments.next.filter(|next| matches!(next.text, "+" | "#")) else {
        return end;
    };
    let is_plus = |segment: Option<Segment<'_>>| segment.is_some_and(|segment| segment.text == "+");
    // A look-ahead past the whole run: on a copy, because a run before a word separates.
    let mut ahead = segments.rest.clone();
    let mut run = 1;
    let after = loop {
        match ahead.next() {
            Some((_, "+")) if first.text == "+" => run += 1,
            Some((_, text)) => break Some(text),
            None => break None,
        }
    };
    if after.is_some_and(is_word) {
        return end;
    }
    for taken in 0..run {
        debug_assert!(taken == 0 || is_plus(segments.next), "a run is of `+` alone");
        segments.advance();
    }
    end + run
}

/// Folds a word and gives each word that it folds to. Each has the span of the whole.
#[expect(clippy::cast_possible_truncation, reason = "a text has at most u32::MAX bytes")]
fn emit(
    word: &str,
    sigil: Option<Sigil>,
    start: usize,
    end: usize,
    buffers: &mut fold::Buffers,
    sink: &mut impl Sink,
) -> bool {
    // One character may be four words, and a text of it one segment: folding all of it costs ten times as much as any
    // other text, to find out in the end that these are too many tokens. They are, and the sink says so when it has them.
    if word.len() > TEXT_TOKENS_MAX && word.matches(FOUR_WORDS).count() * 3 >= TEXT_TOKENS_MAX {
        return (0..=TEXT_TOKENS_MAX)
            .all(|_| sink.token(sigil, FOUR_WORDS_FIRST.as_bytes(), start as u32, end as u32));
    }
    fold::fold(word, buffers)
        .split_whitespace()
        .all(|folded| sink.token(sigil, folded.as_bytes(), start as u32, end as u32))
}

/// Whether a segment is a word: it holds a character that is Alphabetic, Numeric or Extended_Pictographic, or a pair of
/// regional indicators.
fn is_word(segment: &str) -> bool {
    let mut regional_indicators = 0;
    for character in segment.chars() {
        if is_word_character(character) {
            return true;
        }
        if CodePointSetData::new::<RegionalIndicator>().contains(character) {
            regional_indicators += 1;
        }
    }
    regional_indicators >= 2
}

fn is_word_character(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    CodePointSetData::new::<Alphabetic>().contains(character)
        || GeneralCategoryGroup::Number
            .contains(CodePointMapData::<GeneralCategory>::new().get(character))
        || CodePointSetData::new::<ExtendedPictographic>().contains(character)
}
