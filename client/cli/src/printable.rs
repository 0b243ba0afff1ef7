//! Text from elsewhere, made harmless for a terminal.
//!
//! A listing's id, a query or a payload may hold escape sequences that move the cursor or set the title. They are shown,
//! never obeyed.

use std::borrow::Cow;

/// The text with white space of any kind as spaces, and every other control character as U+FFFD. What is printable
/// already is returned as it is.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn control_characters_are_shown_and_not_obeyed() {
        assert_eq!(printable("cheap 👟 café"), "cheap 👟 café");
        assert_eq!(printable("a\tb\nc"), "a b c");
        assert_eq!(printable("\x1b[31mred\x07\u{9b}2J"), "\u{fffd}[31mred\u{fffd}\u{fffd}2J");
    }
}
