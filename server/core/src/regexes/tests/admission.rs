//! Which expressions are admitted, by which literals they are found, and why others are refused.

use crate::limits::{REGEX_LITERALS_MAX, REGEX_NEST_MAX, REGEXES_BYTES_MAX};
use crate::regexes::{RegexError, RegexReason, RegexesBuilder, admit};

/// Checks an expression: its literals with `|` between them, or the code of its refusal, `@` and the position.
fn check(expression: &str, expected: &str) {
    let got = match admit(expression) {
        Ok(admitted) => {
            assert_eq!(admitted.never_matches(), admitted.literals().len() == 0, "{expression}");
            admitted.literals().collect::<Vec<_>>().join("|")
        }
        Err(error) => format!("{}@{}", error.code(), error.position),
    };
    assert_eq!(got, expected, "{expression}");
}

#[test]
fn the_most_telling_literals() {
    check("shoes", "shoes");
    check("^shoes$", "shoes");
    check(r"run(ning)?\s+shoes", "shoes");
    check("colou?r", "color|colour");
    check("run(ning)?", "run");
    check("(sunny|rainy) day", "rainy day|sunny day");
    check("(?:foo|barn|quux)", "barn|foo|quux");
    check(r"cat\w+|\d{4}dog|bird", "bird|cat|dog");
    check("gr[ae]y", "gray|grey");
    check("foo[0-9]bars", "bars");
    check(r"foo.*ba", "foo");
    check("(?s)foo.bart", "bart");
    check(r"abc\d+wxyz", "wxyz");
    check("[ab]{2}cd", "aacd|abcd|bacd|bbcd");
    check("x{3}", "xxx");
    check("x{3,}", "xxx");
    check("(ab){2,3}", "abab");
    check("lo+ng", "ong");
    check("go+al", "oal");
    check("(abc)?def", "def");
    check("(abc)*def", "def");
    check("(abc)+def", "abcdef");
    check("(abc){0}defg", "defg");
    check(r"\bw[oö]rd\b", "word|wörd");
    check("www.example", "example");
    check(r"https?://\S+\s+sale", "sale");
    check(r"\.\.\.\s+abc", "abc");
    check("a(b|c)(d|e)(f|g)(h|i)(j|k)lmnop", "jlmnop|klmnop");
}

#[test]
fn a_literal_is_cut_into_pieces_that_are_all_required() {
    check(&"abcdefgh".repeat(5), &"abcdefgh".repeat(4));
    check("[a-h]{40}", "REGEX_NEEDS_LITERAL@0");
    check(&format!("({}x|foo)", "y{40}"), &format!("foo|{}", "y".repeat(32)));
}

#[test]
fn the_few_most_telling_candidates_are_kept() {
    let pieces = ["abc", "abcd", "abcdefg", "abcde", "abcdef", "abcdefgh"].join(".*");
    let admitted = admit(&pieces).expect("it has literals");
    let candidates: Vec<_> =
        admitted.candidates.iter().map(|candidate| candidate.literals[0].folded.len()).collect();
    assert_eq!(candidates, [8, 7, 6, 5]);
}

#[test]
fn literals_are_folded() {
    check("KELVIN", "kelvin");
    check("(?-i)KELVIN", "kelvin");
    check("(?-i)\u{212a}elvin", "kelvin");
    check("ſtraße", "straße");
    check("STRAẞE", "straße");
    check("ΣΊΣΥΦΟΣ", "σίσυφοσ");
    check("İstanbul", "İstanbul");
    check("ıstanbul", "ıstanbul");
    check("ꭰꭱꭲ", "ᎠᎡᎢ");
    check("東京都", "東京都");
}

#[test]
fn what_can_never_match_is_admitted_and_says_so() {
    check(r"[^\s\S]", "");
    check(r"foo[^\s\S]", "");
    check(r"([^\s\S]|foo)bar", "foobar");
    check(r"[a&&b]{2,}x", "");
    let admitted = admit(r"[^\s\S]").expect("it is admitted");
    assert!(admitted.never_matches());
}

#[test]
fn refusals_name_the_place() {
    check("foo(", "REGEX_INVALID@3");
    check("foo)", "REGEX_INVALID@3");
    check("é[z-a]", "REGEX_INVALID@3");
    check("foo**?+{", "REGEX_INVALID@7");
    check(r"foo\y", "REGEX_INVALID@3");
    check(r"foo\p{Nonsense}", "REGEX_INVALID@3");
    check(r"(?-u)foo\xff", "REGEX_INVALID@8");
    check("foo(?=bar)", "REGEX_INVALID@3");
    check("(?<!foo)bar", "REGEX_INVALID@0");
    check(r"(foo)\1", "REGEX_INVALID@5");
    check("", "REGEX_NEEDS_LITERAL@0");
    check("fo", "REGEX_NEEDS_LITERAL@0");
    check(r"\w+", "REGEX_NEEDS_LITERAL@0");
    check("foo|ba", "REGEX_NEEDS_LITERAL@0");
    check("foo|.*", "REGEX_NEEDS_LITERAL@0");
    check("(foo)?", "REGEX_NEEDS_LITERAL@0");
    check("(foo)*", "REGEX_NEEDS_LITERAL@0");
    check("[a-z]{5}", "REGEX_NEEDS_LITERAL@0");
    check("foo.{9000}", "REGEX_TOO_LARGE@0");
    check("((((foo{100}){100}){100}){100}){100}", "REGEX_TOO_LARGE@0");
    check("(foo|ba){4294967295}", "REGEX_TOO_LARGE@0");
}

#[test]
fn an_expression_may_be_nested_as_deeply_as_the_limit() {
    let nested = |depth: usize| format!("{}foo{}", "(".repeat(depth), ")".repeat(depth));
    let most = REGEX_NEST_MAX as usize;
    check(&nested(most - 1), "foo");
    check(&nested(most), &format!("REGEX_TOO_DEEP@{most}"));
}

#[test]
fn a_program_counts_its_classes_once() {
    check(r"foo(\w+\s){3,10}", "foo");
    check(&format!("foo{}", r"\w\W".repeat(1_000)), "foo");
    let classes: String = ('a'..='z').map(|letter| format!(r"[\w--{letter}]")).collect();
    check(&format!("foo{classes}"), "REGEX_TOO_LARGE@0");
}

#[test]
fn alternatives_are_bounded() {
    let words = |count: usize| {
        let words: Vec<_> = (0..count).map(|number| format!("w{number:03}")).collect();
        words.join("|")
    };
    let most = words(REGEX_LITERALS_MAX);
    check(&most, &most);
    check(&words(REGEX_LITERALS_MAX + 1), "REGEX_NEEDS_LITERAL@0");
    check(&format!("({})tail", words(REGEX_LITERALS_MAX + 1)), "tail");
}

fn check_message(expression: &str, parts: &[&str]) {
    let message = admit(expression).expect_err(expression).to_string();
    for part in parts {
        assert!(message.contains(part), "{expression}: {part:?} is not in {message:?}");
    }
}

#[test]
fn messages_say_what_where_and_what_to_do() {
    check_message("foo(", &["byte 3", "unclosed group", "syntax"]);
    check_message("foo(?=bar)", &["byte 3", "looks ahead or behind", "negative"]);
    check_message(r"(foo)\1", &["byte 5", "refers back", "write out"]);
    check_message("fo", &["at least 3 characters", "add a word"]);
    check_message("foo.{9000}", &["65536 bytes", "lower the counts"]);
    let nested = format!("{}foo{}", "(".repeat(200), ")".repeat(200));
    check_message(&nested, &["deeper than 100", "byte 100", "fewer groups"]);
    let budget = RegexError { position: 0, reason: RegexReason::Budget };
    assert_eq!(budget.code(), "REGEX_BUDGET");
    assert!(budget.to_string().contains(&REGEXES_BYTES_MAX.to_string()));
}

#[test]
fn equal_expressions_have_one_number_and_refused_ones_none() {
    let mut builder = RegexesBuilder::default();
    assert!(builder.is_empty());
    assert_eq!(builder.add("foo"), Ok(0));
    assert_eq!(builder.add("bar"), Ok(1));
    assert_eq!(builder.add("foo"), Ok(0));
    assert_eq!(builder.add("fo").map_err(|error| error.code()), Err("REGEX_NEEDS_LITERAL"));
    assert_eq!(builder.add("FOO"), Ok(2));
    assert_eq!(builder.len(), 3);
    let regexes = builder.finish();
    assert_eq!((regexes.len(), regexes.is_empty()), (3, false));
    assert_eq!([0, 1, 2].map(|number| regexes.source(number)), ["foo", "bar", "FOO"]);
}
