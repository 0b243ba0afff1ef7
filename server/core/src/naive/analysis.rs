//! Section 1 of the contract, rule by rule, over a list of segments.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::CodePointSetData;
use icu_properties::props::{
    Alphabetic, DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, RegionalIndicator,
};
use unicode_segmentation::UnicodeSegmentation as _;

/// A token: sigil, folded word, and the bytes that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// `#`, `@` or `$`.
    pub sigil: Option<char>,
    /// The folded word.
    pub word: String,
    /// First byte.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
}

/// The tokens of a text.
pub fn analyze(text: &str) -> Vec<Token> {
    let segments: Vec<(usize, &str)> = text.split_word_bound_indices().collect();
    let segment = |at: usize| segments.get(at).map_or("", |&(_, segment)| segment);
    let mut tokens = Vec::new();
    for (at, &(start, word)) in segments.iter().enumerate() {
        if matches!(word, "&" | "＆") {
            tokens.push(Token {
                sigil: None,
                word: "&".to_owned(),
                start,
                end: start + word.len(),
            });
        }
        if !is_word(word) {
            continue;
        }
        let mut whole = word.to_owned();
        let pluses = (at + 1..segments.len()).take_while(|&next| segment(next) == "+").count();
        if pluses > 0 && !is_word(segment(at + 1 + pluses)) {
            whole.push_str(&"+".repeat(pluses));
        } else if segment(at + 1) == "#" && !is_word(segment(at + 2)) {
            whole.push('#');
        }
        let end = start + whole.len();
        let before = if at > 0 { segment(at - 1) } else { "" };
        let follows_word = at > 1 && is_word(segment(at - 2));
        let sigil = sigil(before).filter(|_| !follows_word);
        let start = if sigil.is_some() { start - before.len() } else { start };
        let words = fold(&whole);
        tokens.extend(words.split_whitespace().map(|word| Token {
            sigil,
            word: word.to_owned(),
            start,
            end,
        }));
    }
    tokens
}

fn sigil(segment: &str) -> Option<char> {
    match segment {
        "#" | "＃" => Some('#'),
        "@" | "＠" => Some('@'),
        "$" | "＄" => Some('$'),
        _ => None,
    }
}

fn is_word(segment: &str) -> bool {
    let indicators = CodePointSetData::new::<RegionalIndicator>();
    segment.chars().any(is_word_character)
        || segment.chars().filter(|&character| indicators.contains(character)).count() >= 2
}

fn is_word_character(character: char) -> bool {
    let category = icu_properties::CodePointMapData::<GeneralCategory>::new().get(character);
    let is_number = matches!(
        category,
        GeneralCategory::DecimalNumber
            | GeneralCategory::LetterNumber
            | GeneralCategory::OtherNumber
    );
    is_number
        || CodePointSetData::new::<Alphabetic>().contains(character)
        || CodePointSetData::new::<ExtendedPictographic>().contains(character)
}

/// Folds a word until folding no longer changes it.
fn fold(word: &str) -> String {
    let mut folded = word.to_owned();
    loop {
        let again = fold_once(&folded);
        if again == folded {
            return folded;
        }
        folded = again;
    }
}

/// D146: NFD, case fold, NFKC, case fold, NFKC; then apostrophes, then default-ignorable code points.
fn fold_once(word: &str) -> String {
    let case = CaseMapper::new();
    let nfkc = ComposingNormalizer::new_nfkc();
    let nfd = DecomposingNormalizer::new_nfd().normalize(word).into_owned();
    let once = nfkc.normalize(&case.fold_string(&nfd)).into_owned();
    let twice = nfkc.normalize(&case.fold_string(&once)).into_owned();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    twice
        .replace(['\u{2018}', '\u{2019}', '\u{2bc}'], "'")
        .chars()
        .filter(|&character| !ignorable.contains(character))
        .collect()
}
