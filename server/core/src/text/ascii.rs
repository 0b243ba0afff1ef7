//! The path for texts of ASCII alone: one pass over the lower-case copy, with a table of 128 byte classes.
//!
//! Within ASCII the word-boundary rules of UAX #29 come down to these: letters, digits and `_` stick together; one of
//! `'`, `.` and `:` between two letters, or one of `'`, `.`, `,` and `;` between two digits, does not break them. Every
//! other byte is a segment of its own that is no word.

use super::{Sigil, Sink};

/// What a byte is to the word-boundary rules.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    Other,
    Letter,
    Digit,
    Underscore,
    /// Joins two letters: `:`.
    JoinsLetters,
    /// Joins two digits: `,` and `;`.
    JoinsDigits,
    /// Joins two letters, or two digits: `'` and `.`.
    JoinsBoth,
}

static CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [Class::Other; 256];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'_' => Class::Underscore,
            b':' => Class::JoinsLetters,
            b',' | b';' => Class::JoinsDigits,
            b'\'' | b'.' => Class::JoinsBoth,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
}

/// Gives the tokens of an ASCII text to the sink. `lower` is a buffer for its lower-case copy.
#[expect(clippy::cast_possible_truncation, reason = "a text has at most u32::MAX bytes")]
pub(super) fn analyze(text: &[u8], lower: &mut Vec<u8>, sink: &mut impl Sink) -> bool {
    lower.clear();
    lower.extend(text.iter().map(u8::to_ascii_lowercase));
    let text = lower.as_slice();
    // The byte after the last word, its suffix left out: a sigil there follows a word character.
    let mut word_end = usize::MAX;
    let mut at = 0;
    while at < text.len() {
        let class = class_at(text, at);
        if matches!(class, Class::Letter | Class::Digit | Class::Underscore) {
            let segment = segment_at(text, at);
            if !segment.is_word {
                at = segment.end;
                continue;
            }
            let sigil = sigil_before(text, at, word_end);
            let end = suffix_end(text, segment.end);
            let start = at - usize::from(sigil.is_some());
            if !sink.token(sigil, &text[at..end], start as u32, end as u32) {
                return false;
            }
            word_end = segment.end;
            at = end;
        } else {
            if text[at] == b'&' && !sink.token(None, b"&", at as u32, at as u32 + 1) {
                return false;
            }
            at += 1;
        }
    }
    true
}

/// A run of bytes that the word-boundary rules keep together.
struct Segment {
    end: usize,
    /// Whether it holds a letter or a digit; underscores alone are no word.
    is_word: bool,
}

#[inline]
fn class_at(text: &[u8], at: usize) -> Class {
    text.get(at).map_or(Class::Other, |&byte| CLASSES[usize::from(byte)])
}

/// The segment that starts here, at a letter, a digit or an underscore.
#[inline]
fn segment_at(text: &[u8], start: usize) -> Segment {
    let mut is_word = false;
    let mut previous = Class::Other;
    let mut at = start;
    loop {
        let class = class_at(text, at);
        match class {
            Class::Letter | Class::Digit => is_word = true,
            Class::Underscore => {}
            Class::JoinsBoth
                if matches!(previous, Class::Letter | Class::Digit)
                    && class_at(text, at + 1) == previous => {}
            Class::JoinsLetters
                if previous == Class::Letter && class_at(text, at + 1) == Class::Letter => {}
            Class::JoinsDigits
                if previous == Class::Digit && class_at(text, at + 1) == Class::Digit => {}
            _ => return Segment { end: at, is_word },
        }
        previous = class;
        at += 1;
    }
}

/// The sigil directly before the word at `start`, unless it follows a word character itself.
#[inline]
fn sigil_before(text: &[u8], start: usize, word_end: usize) -> Option<Sigil> {
    let at = start.checked_sub(1)?;
    let sigil = Sigil::from_char(char::from(text[at]))?;
    (at != word_end).then_some(sigil)
}

/// Where a word that ends at `end` ends with its suffix: a run of `+`, or one `#`, not before a word character.
#[inline]
fn suffix_end(text: &[u8], end: usize) -> usize {
    let suffix = match text.get(end) {
        Some(b'+') => text[end..].iter().take_while(|&&byte| byte == b'+').count(),
        Some(b'#') => 1,
        _ => return end,
    };
    let after = end + suffix;
    let before_word = match class_at(text, after) {
        Class::Letter | Class::Digit => true,
        Class::Underscore => segment_at(text, after).is_word,
        _ => false,
    };
    if before_word { end } else { after }
}
