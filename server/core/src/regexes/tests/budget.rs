//! Work is bounded, and counted the same whatever came before.

use super::super::{RegexScratch, Spent};
use super::{matched, regexes};

/// Bytes of the texts that are as long as a text may be.
const TEXT_BYTES: usize = 64 * 1024;
/// What no ordinary expression may need for such a text.
const STEPS: u32 = 100_000;

const EXPRESSIONS: [&str; 8] = [
    r"\brun(ning)?\s+shoes\b",
    r"#tag\w*",
    r"(foo|bar)+quux",
    r".*.*foo",
    r"\bword\s+(next|other)\b",
    r"(\w+\s){3,10}foo",
    "(a|a)*aaab",
    r"^\pL{3,20}\s+foo$",
];

const TEXTS: [&str; 6] = [
    "new running  shoes and a #tag for foobarfoobarquux",
    "word other word next word aaaaaaaaab",
    "one two three four five foo",
    "éé ßß foo \u{212a}elvin #TAGÉ",
    "nothing of all that",
    "",
];

fn long(part: &str) -> String {
    part.repeat(TEXT_BYTES / part.len().max(1))
}

#[test]
fn a_search_is_complete_or_says_that_it_is_not() {
    let regexes = regexes(&EXPRESSIONS);
    let mut scratch = RegexScratch::new();
    for text in TEXTS {
        let (all, steps) = matched(&regexes, text, &mut scratch);
        for budget in 0..steps + 3 {
            let (mut steps_left, mut found) = (budget, Vec::new());
            let ran = scratch.run(&regexes, text, &mut steps_left, &mut found);
            if budget < steps {
                assert_eq!((ran, steps_left), (Err(Spent), 0), "{text:?} with {budget} steps");
                assert!(all.starts_with(&found), "{text:?} with {budget} steps");
            } else {
                assert_eq!((ran, steps_left), (Ok(()), budget - steps), "{text:?}");
                assert_eq!(found, all, "{text:?} with {budget} steps");
            }
        }
    }
}

#[test]
fn the_same_text_takes_the_same_steps_whatever_came_before() {
    let first = regexes(&EXPRESSIONS);
    let second = regexes(&["running", r"#tag\d*", "foo|bar|quux", r"(?s)word.{5}next"]);
    let expected: Vec<_> = TEXTS.map(|text| matched(&first, text, &mut RegexScratch::new())).into();
    let mut scratch = RegexScratch::new();
    for _ in 0..3 {
        for (text, expected) in TEXTS.iter().zip(&expected) {
            assert_eq!(matched(&first, text, &mut scratch), *expected, "{text:?}");
            matched(&second, &long(text), &mut scratch);
            let _ = scratch.run(&first, &long("foo "), &mut 10, &mut Vec::new());
        }
    }
}

#[test]
fn the_same_expressions_give_the_same_whole() {
    let (one, two) = (regexes(&EXPRESSIONS), regexes(&EXPRESSIONS));
    assert_eq!(format!("{one:?}"), format!("{two:?}"));
}

/// Checks what a search takes, which is part of the contract: an answer that is incomplete is so on every machine.
fn check_steps(expressions: &[&str], text: &str, expected: u32) {
    let (_, steps) = matched(&regexes(expressions), text, &mut RegexScratch::new());
    assert_eq!(steps, expected, "{expressions:?} in {:?}", text.get(..40).unwrap_or(text));
}

#[test]
fn what_a_search_takes() {
    check_steps(&["foo"], &"a".repeat(TEXT_BYTES), 4_096);
    check_steps(&["foo"], "foo", 3);
    check_steps(&[r"foo\d"], &"foo".repeat(1_000), 1_814);
    check_steps(&[r"\w{0,50}foo\d"], &"foo ".repeat(1_000), 4_999);
    check_steps(&[r"\bfoo\b\b\d"], &"foo ".repeat(1_000), 2_542);
    check_steps(&[r"q\w*foo\d"], &format!("{}foo", "a".repeat(16_000)), 1_086);
    check_steps(&[r"\w{100}foo\d"], &format!("{}foo", "é".repeat(1_000)), 1_235);
    check_steps(&[r"\w{100}foo\d"], &format!("{}foo", "e".repeat(1_000)), 751);
    check_steps(&[r"(?:a?){20}a{20}foo\d"], &format!("{}foo", "a".repeat(1_000)), 274);
}

#[test]
fn what_many_expressions_require_does_not_bring_them_up() {
    let expressions = [r"\btormund\b.*\bmcgregor\b", r"rounds\s+mcgregor", r"mcgregor\s+juanita"];
    check_steps(&expressions, "mcgregor", 1);
    check_steps(&expressions[..1], "mcgregor", 3);
    let regexes = regexes(&expressions);
    let text = "Tormund saw McGregor after 9 rounds, McGregor  Juanita";
    assert_eq!(matched(&regexes, text, &mut RegexScratch::new()).0, [0, 2]);
}

/// Checks that the longest texts are searched within the budget.
fn check_ordinary(expression: &str, part: &str, matches: bool) {
    let regexes = regexes(&[expression]);
    let (mut steps_left, mut found) = (STEPS, Vec::new());
    let ran = RegexScratch::new().run(&regexes, &long(part), &mut steps_left, &mut found);
    assert_eq!(ran, Ok(()), "{expression} in {part:?}");
    assert_eq!(!found.is_empty(), matches, "{expression} in {part:?}");
}

#[test]
fn ordinary_expressions_are_searched_for_in_the_longest_texts() {
    let prose = "A man goes for a run, ruins his new shoes — and says so. ";
    check_ordinary(r"\brun(ning)?\s+shoes\b", prose, false);
    check_ordinary(r"\brun(ning)?\s+shoes\b", "run runnings shoes ", false);
    check_ordinary(r"\w+\s+shoes\b", prose, true);
    check_ordinary(r"ruins\b.*\bboots", prose, false);
    check_ordinary(r"(new|old)\s+shoe\b", prose, false);
    check_ordinary(r"new\s+shoe(laces)?\b", prose, false);
    check_ordinary("foo", "foo", true);
    check_ordinary("foo$", "foo ", false);
}

/// Checks that the budget ends a search that would take very long.
fn check_nasty(expression: &str, part: &str) {
    let regexes = regexes(&[expression]);
    let text = long(part);
    let mut scratch = RegexScratch::new();
    let (mut steps_left, mut found) = (STEPS, Vec::new());
    let ran = scratch.run(&regexes, &text, &mut steps_left, &mut found);
    assert_eq!((ran, steps_left, found.len()), (Err(Spent), 0, 0), "{expression} in {part:?}");
    assert_eq!(scratch.find(&regexes, 0, &text, &mut { STEPS }), Err(Spent), "{expression}");
}

#[test]
fn nasty_expressions_are_stopped() {
    check_nasty("(?:a?){200}a{200}foo(.*x)?y|[^x]*[^x]*a{1000}foob|aaab?c", "a");
    check_nasty(r"foo[\s\S]{1500}x", "foo ");
    check_nasty(r"(?s)(.{100}){50}foo\d", "foo ");
    check_nasty(r"\w*(\w\w?\w?){500}foo\W", "foo");
}

#[test]
fn many_places_of_a_literal_are_counted() {
    let expressions: Vec<_> = (0..200).map(|number| format!("aaa[^a]{{{number}}}b")).collect();
    let expressions: Vec<_> = expressions.iter().map(String::as_str).collect();
    let regexes = regexes(&expressions);
    let mut scratch = RegexScratch::new();
    let (mut steps_left, mut found) = (STEPS, Vec::new());
    assert_eq!(scratch.run(&regexes, &long("a"), &mut steps_left, &mut found), Err(Spent));
    assert!(scratch.memory_bytes() < 16 << 20, "{} bytes", scratch.memory_bytes());
}
