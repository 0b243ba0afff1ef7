//! Folding: two words are the same if they fold to the same.
//!
//! The fold is Unicode's compatibility caseless folding (D146: NFD, case fold, NFKC, case fold, NFKC), then the
//! apostrophes U+2018, U+2019 and U+02BC become `'`, then Default_Ignorable code points are dropped; and all of it again
//! until nothing changes, so that folding is idempotent.
//!
//! [`fold`] answers for the characters of everyday words without the tables; [`fold_by_tables`] is its slow twin.

use icu_casemap::CaseMapperBorrowed;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use writeable::Writeable as _;

/// Rounds after which folding has long settled: two suffice for every word known, the bound is for those unknown.
const ROUNDS_MAX: usize = 8;

/// Buffers that folding reuses.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    folded: String,
    work: String,
    before: String,
}

/// Folds a word. What it gives may hold several words, with white space between them, or none.
pub(crate) fn fold<'b>(word: &str, buffers: &'b mut Buffers) -> &'b str {
    buffers.folded.clear();
    for character in word.chars() {
        match fold_simple(character) {
            Some(Simple::One(folded)) => buffers.folded.push(folded),
            Some(Simple::SharpS) => buffers.folded.push_str("ss"),
            None => return fold_by_tables(word, buffers),
        }
    }
    &buffers.folded
}

/// The fold of a character that never depends on its neighbours, if all of them are of this kind.
enum Simple {
    One(char),
    SharpS,
}

/// Folds the letters that everyday words are made of: ASCII, Latin-1, basic Cyrillic, kana, Han, Hangul syllables. None
/// of them composes or reorders with another of them, so each may be folded alone.
fn fold_simple(character: char) -> Option<Simple> {
    let shifted = |by: u32| char::from_u32(u32::from(character) + by);
    let folded = match character {
        '\0'..='\x7f' => character.to_ascii_lowercase(),
        'ß' => return Some(Simple::SharpS),
        'À'..='Ö' | 'Ø'..='Þ' => shifted(0x20)?,
        'à'..='ö' | 'ø'..='ÿ' => character,
        '\u{400}'..='\u{40f}' => shifted(0x50)?,
        '\u{410}'..='\u{42f}' => shifted(0x20)?,
        '\u{430}'..='\u{45f}' => character,
        '\u{2018}' | '\u{2019}' => '\'',
        // Hiragana and katakana letters; the marks that combine with them are outside.
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}' => character,
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => character,
        _ => return None,
    };
    Some(Simple::One(folded))
}

/// Folds any word, by the tables of Unicode.
pub(crate) fn fold_by_tables<'b>(word: &str, buffers: &'b mut Buffers) -> &'b str {
    buffers.before.clear();
    buffers.before.push_str(word);
    for _ in 0..ROUNDS_MAX {
        fold_once(buffers);
        if buffers.folded == buffers.before {
            break;
        }
        std::mem::swap(&mut buffers.folded, &mut buffers.before);
    }
    &buffers.before
}

/// One round: from `before` to `folded`.
fn fold_once(buffers: &mut Buffers) {
    let Buffers { folded, work, before } = buffers;
    refill(work, DecomposingNormalizerBorrowed::new_nfd().normalize_iter(before.chars()));
    for _ in 0..2 {
        folded.clear();
        CaseMapperBorrowed::new()
            .fold(work)
            .write_to(folded)
            .expect("writing to a String cannot fail");
        refill(work, ComposingNormalizerBorrowed::new_nfkc().normalize_iter(folded.chars()));
    }
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let apostrophes = work.chars().map(|character| match character {
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => '\'',
        other => other,
    });
    refill(folded, apostrophes.filter(|&character| !ignorable.contains(character)));
}

fn refill(buffer: &mut String, characters: impl Iterator<Item = char>) {
    buffer.clear();
    buffer.extend(characters);
}
