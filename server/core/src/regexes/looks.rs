//! What an expression may ask of a place in the text: begin, end, word boundary.
//!
//! Lines and words are those of the `regex` crate. A place is always between two characters.

use regex_syntax::hir::Look;
use regex_syntax::{is_word_byte, is_word_character};

/// Whether it holds at this place, which is the first byte of a character or the end.
pub(super) fn holds(look: Look, text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).map(|last| bytes[last]);
    let after = bytes.get(at).copied();
    let word_bytes = || (before.is_some_and(is_word_byte), after.is_some_and(is_word_byte));
    let words = || (ends_in_word(text, at), begins_with_word(text, at));
    match look {
        Look::Start => before.is_none(),
        Look::End => after.is_none(),
        Look::StartLF => matches!(before, None | Some(b'\n')),
        Look::EndLF => matches!(after, None | Some(b'\n')),
        Look::StartCRLF => match before {
            None | Some(b'\n') => true,
            Some(b'\r') => after != Some(b'\n'),
            Some(_) => false,
        },
        Look::EndCRLF => match after {
            None | Some(b'\r') => true,
            Some(b'\n') => before != Some(b'\r'),
            Some(_) => false,
        },
        Look::WordAscii => is_boundary(word_bytes()),
        Look::WordAsciiNegate => !is_boundary(word_bytes()),
        Look::WordUnicode => is_boundary(words()),
        Look::WordUnicodeNegate => !is_boundary(words()),
        Look::WordStartAscii => word_bytes() == (false, true),
        Look::WordEndAscii => word_bytes() == (true, false),
        Look::WordStartUnicode => words() == (false, true),
        Look::WordEndUnicode => words() == (true, false),
        Look::WordStartHalfAscii => !word_bytes().0,
        Look::WordEndHalfAscii => !word_bytes().1,
        Look::WordStartHalfUnicode => !words().0,
        Look::WordEndHalfUnicode => !words().1,
    }
}

fn is_boundary((before, after): (bool, bool)) -> bool {
    before != after
}

fn ends_in_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(is_word)
}

fn begins_with_word(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(is_word)
}

/// Whether words are made of this character; without the tables for ASCII.
#[inline]
fn is_word(character: char) -> bool {
    u8::try_from(character)
        .ok()
        .filter(u8::is_ascii)
        .map_or_else(|| is_word_character(character), is_word_byte)
}
