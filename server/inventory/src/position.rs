//! Where something inside a value stands in its line. The index finds faults inside expressions and says at which byte of
//! the expression; in the line there may be marks before it and escapes in it.

use broadside_core::Reason;
use serde::Deserialize as _;

use crate::source::Format;

/// The byte of an expression at which it is wrong, if it is one.
pub(crate) fn inside(reason: &Reason) -> Option<usize> {
    match reason {
        Reason::Targeting(error) => Some(error.position()),
        Reason::Regex(error) => Some(error.position),
        _ => None,
    }
}

/// How many bytes of a line there are from the start of a value to this byte of the expression that it holds, which may
/// have the marks of the notation around it. `written` is the line from the start of the value on.
pub(crate) fn written_bytes(
    format: Format,
    written: &str,
    expression: &str,
    position: usize,
) -> Option<usize> {
    match format {
        Format::JsonLines => {
            let mut json = serde_json::Deserializer::from_str(written);
            let text = String::deserialize(&mut json).ok()?;
            escaped_bytes(written, marks_bytes(&text, expression)? + position)
        }
        Format::KeywordList => Some(marks_bytes(written, expression)? + position),
        // The cells of a row may be of several lines; a compiled inventory has no lines.
        Format::Csv | Format::Compiled => None,
    }
}

/// The bytes before the expression in what was written: those of a notation, `-/`, or none.
fn marks_bytes(text: &str, expression: &str) -> Option<usize> {
    if text == expression { Some(0) } else { Some(text.find('/')? + 1) }
}

/// How many bytes the quotation mark and the first `bytes` bytes of a JSON string take as they are written.
fn escaped_bytes(written: &str, bytes: usize) -> Option<usize> {
    let (mut at, mut left) = (1, bytes);
    while left > 0 {
        let rest = written.get(at..)?;
        let (taken, meant) = match rest.strip_prefix('\\') {
            None => {
                let character = rest.chars().next()?;
                (character.len_utf8(), character.len_utf8())
            }
            Some(escape) => match escape.strip_prefix('u') {
                None => (2, 1),
                Some(digits) => unicode_escape(digits)?,
            },
        };
        at += taken;
        left = left.saturating_sub(meant);
    }
    Some(at)
}

/// The bytes of an escape that starts with `\u`, and those of the character that it stands for.
fn unicode_escape(digits: &str) -> Option<(usize, usize)> {
    let unit = u32::from_str_radix(digits.get(..4)?, 16).ok()?;
    Some(match char::from_u32(unit) {
        Some(character) => (6, character.len_utf8()),
        // The first half of a pair, whose second half is an escape as well.
        None => (12, 4),
    })
}
