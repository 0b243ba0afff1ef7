//! Folding for the filter: characters that differ in case only become one.
//!
//! One character gives one character, so that places in a folded text are places in the text, counted in characters.
//! The filter is right whatever is folded with what, because literals are folded from all characters that an expression
//! admits; that `k`, `K` and U+212A fold to one only makes them one literal.

use icu_casemap::CaseMapperBorrowed;

/// The character that stands for all that differ from it in case only.
#[inline]
pub(super) fn fold(character: char) -> char {
    if character.is_ascii() {
        character.to_ascii_lowercase()
    } else {
        CaseMapperBorrowed::new().simple_fold(character)
    }
}
