//! A text with some of its words marked.

use broadside_client::Span;

use crate::paint::{Paint, Role};
use crate::printable::printable;

/// The text with every byte range in `spans` marked: in the colour of `role`, or between `[` and `]` where there is none.
///
/// Spans may come in any order and overlap, as those of several listings do; ranges that overlap or touch are marked as
/// one. A span that is not one of this text (it ends after it, or inside a character) is left out: what a server says
/// must not break a terminal. O(text + spans · log spans).
pub(crate) fn highlight(text: &str, spans: &[Span], role: Role, paint: Paint) -> String {
    let mut marked = String::with_capacity(text.len() + 16);
    let mut done = 0;
    for (start, end) in merged(text, spans) {
        marked.push_str(&printable(&text[done..start]));
        let words = printable(&text[start..end]);
        if paint.is_colored() {
            marked.push_str(&paint.paint(role, words));
        } else {
            marked.push('[');
            marked.push_str(&words);
            marked.push(']');
        }
        done = end;
    }
    marked.push_str(&printable(&text[done..]));
    marked
}

/// The valid spans as ranges, ascending, without overlap.
fn merged(text: &str, spans: &[Span]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = spans
        .iter()
        .map(|span| (span.start as usize, span.end as usize))
        .filter(|(start, end)| start < end && text.get(*start..*end).is_some())
        .collect();
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use broadside_client::Span;

    use super::highlight;
    use crate::paint::{ColorChoice, Paint, Role};

    fn check(text: &str, spans: &[(u32, u32)], expected: &str) {
        let spans: Vec<Span> =
            spans.iter().map(|(start, end)| Span { start: *start, end: *end }).collect();
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        assert_eq!(highlight(text, &spans, Role::Matched, plain), expected);
    }

    #[test]
    fn matched_words_are_marked() {
        check("cheap running shoes", &[], "cheap running shoes");
        check("cheap running shoes", &[(6, 19)], "cheap [running shoes]");
        check("cheap running shoes", &[(14, 19), (0, 5)], "[cheap] running [shoes]");
        check("café #cat", &[(0, 5), (6, 10)], "[café] [#cat]");
    }

    #[test]
    fn overlapping_and_touching_spans_are_one() {
        check("abcdef", &[(0, 3), (2, 4), (4, 5)], "[abcde]f");
        check("abcdef", &[(1, 2), (0, 6), (1, 2)], "[abcdef]");
    }

    #[test]
    fn spans_of_another_text_are_left_out() {
        check("café", &[(0, 4), (4, 9), (5, 3), (2, 2), (u32::MAX, u32::MAX)], "café");
        check("café", &[(3, 5), (0, 99)], "caf[é]");
    }

    #[test]
    fn colour_replaces_the_brackets_and_control_characters_are_harmless() {
        let colored = Paint::new(ColorChoice::Always, false, None, None);
        let marked = |role| highlight("a \x1bcat", &[Span { start: 3, end: 6 }], role, colored);
        assert_eq!(marked(Role::Matched), "a \u{fffd}\x1b[1m\x1b[32mcat\x1b[0m");
        assert_eq!(marked(Role::Bad), "a \u{fffd}\x1b[1m\x1b[31mcat\x1b[0m");
    }
}
