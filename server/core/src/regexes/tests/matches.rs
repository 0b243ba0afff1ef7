//! What expressions match, and where: each case also asked of the `regex` crate.

use super::super::{RegexScratch, Spent};
use super::{matched, oracle, regexes};

/// Checks one expression and one text: the match with marks around it, or the text if there is none.
fn check(expression: &str, text: &str, expected: &str) {
    let regexes = regexes(&[expression]);
    let mut scratch = RegexScratch::new();
    let mark = |span: Option<(usize, usize)>| match span {
        Some((start, end)) => format!("{}«{}»{}", &text[..start], &text[start..end], &text[end..]),
        None => text.to_owned(),
    };
    let span = scratch.find(&regexes, 0, text, &mut 100_000).expect("the text is short");
    assert_eq!(mark(span), expected, "{expression} in {text:?}");
    let theirs = oracle(expression).find(text).map(|found| (found.start(), found.end()));
    assert_eq!(span, theirs, "{expression} in {text:?}: the regex crate");
    let (found, _) = matched(&regexes, text, &mut scratch);
    assert_eq!(!found.is_empty(), span.is_some(), "{expression} in {text:?}: whether it matches");
}

#[test]
fn words_and_their_surroundings() {
    check(r"run(ning)?\s+shoes", "my Running \t Shoes.", "my «Running \t Shoes».");
    check(r"run(ning)?\s+shoes", "my runner shoes", "my runner shoes");
    check(r"\bcat\b", "concatenate a CAT", "concatenate a «CAT»");
    check(r"\bcat\b", "éCat catß cat_", "éCat catß cat_");
    check(r"(?-u:\b)cat(?-u:\b)", "éCat!", "é«Cat»!");
    check(r"\Bcat\B", "cat concats", "cat con«cat»s");
    check(r"(?-u:\B)cat", "écat xcat", "écat x«cat»");
    check(r"\b{start}cat\b{end}", "bobcat cats cat", "bobcat cats «cat»");
    check(r"\b{start-half}cat\b{end-half}", "bobcat é-cat-", "bobcat é-«cat»-");
    check(r"(?-u)\b{start}cat\b{end}", "xcat écat", "xcat é«cat»");
    check(r"(?-u)\b{start-half}cat\b{end-half}", "xcat écat", "xcat é«cat»");
    check(r"#tag\w*", "a #Tagété b", "a «#Tagété» b");
    check(r"^cat$", "cat", "«cat»");
    check(r"^cat", "a cat", "a cat");
    check(r"cat$", "cats cat\n", "cats cat\n");
    check(r"(?m)^cat$", "a\ncat\r\ncat\n", "a\ncat\r\n«cat»\n");
    check(r"(?mR)^cat$", "a\ncat\r\ncat", "a\n«cat»\r\ncat");
    check(r"(?mR)^cat$", "a\rcat\rcat", "a\r«cat»\rcat");
    check(r"(?mR)cat(\r|)$\n", "cat\r\n", "cat\r\n");
    check(r"(?mR)^\ncat", "\r\ncat", "\r\ncat");
}

#[test]
fn cases() {
    check("kelvin", "300 \u{212a}elvin", "300 «\u{212a}elvin»");
    check("(?-i)Word", "word Word", "word «Word»");
    check("(?-i:W)ord", "word WORD", "word «WORD»");
    check("ſtraße", "STRAẞE", "«STRAẞE»");
    check("straße", "STRASSE", "STRASSE");
    check("ΣΊΣΥΦΟΣ", "ο σίσυφος", "ο «σίσυφος»");
    check("istanbul", "İstanbul ıstanbul ISTANBUL", "İstanbul ıstanbul «ISTANBUL»");
    check("Ꭰꭱꭲ", "ꭰᎡꭲ", "«ꭰᎡꭲ»");
    check("caf[^e]s", "CAFÉS", "«CAFÉS»");
}

#[test]
fn the_leftmost_match_and_of_those_the_preferred() {
    check("foo|foobar", "a foobar", "a «foo»bar");
    check("foobar|foo", "a foobar", "a «foobar»");
    check("foo.*x|foo", "foo foo", "«foo» foo");
    check("foo.*bar", "foo bar bar", "«foo bar bar»");
    check("foo.*?bar", "foo bar bar", "«foo bar» bar");
    check("(?U)foo.*bar", "foo bar bar", "«foo bar» bar");
    check("(?:|a)+foo", "aaafoo", "«aaafoo»");
    check("foo(?:|a)+", "fooaaa", "«foo»aaa");
    check("foo(?:|a)*", "fooaaa", "«foo»aaa");
    check("foo(?:a*)*b?", "fooaaab", "«fooaaab»");
    check("fooa{2,3}?", "fooaaaa", "«fooaa»aa");
    check("fooa{2,3}", "fooaaaa", "«fooaaa»a");
    check("fooa{2,}", "fooaaaa", "«fooaaaa»");
    check("fooa??b??", "fooab", "«foo»ab");
    check("(foo|bar)+", "xfoobarfoo", "x«foobarfoo»");
    check(".{0,5}foo", "1234567foo foo", "12«34567foo» foo");
    check("..foo", "éafoo", "«éafoo»");
    check(
        "(?s).{300}foo",
        &format!("é{}foo", ".".repeat(300)),
        &format!("é«{}foo»", ".".repeat(300)),
    );
    check("東.京都タ", "東の京都タワー", "«東の京都タ»ワー");
    check(r"foo[^\s\S]|bar", "foobar", "foo«bar»");
}

#[test]
fn a_match_is_found_by_any_of_its_literals() {
    check("(sunny|rainy) day", "a RAINY day", "a «RAINY day»");
    check(r"cat\w+|\d{4}dog|bird", "1234dog", "«1234dog»");
    check("lo+ng", "so looooong", "so «looooong»");
    check("(abc){2,}d", "abcabcabcd", "«abcabcabcd»");
    check(
        &"abcdefgh".repeat(5),
        &"abcdefgh".repeat(6),
        &format!("«{}»abcdefgh", "abcdefgh".repeat(5)),
    );
    check(r"x*y+foo", "foo yfoo", "foo «yfoo»");
    check("oofoo|foo", "foofoo", "«foo»foo");
    check(r"[a-z]{0,2}dogs\d|\d*cats", "so a dogs a dog 12cats", "so a dogs a dog «12cats»");
    check(r"\d{5}foo[a-z]|foo\d\d", "12345foox", "«12345foox»");
    check(r"foo\d|\s{3}abcfoo", "x   abcfoo", "x«   abcfoo»");
    check(
        r"x\w*shoes",
        &format!("x{}shoes", "y".repeat(300)),
        &format!("«x{}shoes»", "y".repeat(300)),
    );
}

#[test]
fn what_never_matches_is_never_found() {
    let regexes = regexes(&[r"[^\s\S]", "foo"]);
    let mut scratch = RegexScratch::new();
    assert_eq!(matched(&regexes, "foo", &mut scratch).0, [1]);
    assert_eq!(scratch.find(&regexes, 0, "foo", &mut 100), Ok(None));
}

#[test]
fn all_that_match_ascending_whatever_was_there_before() {
    let regexes = regexes(&["foo", "quux", r"\bfoo", "oof", "(?-i)FOO"]);
    let mut scratch = RegexScratch::new();
    let mut matched = vec![7];
    assert_eq!(scratch.run(&regexes, "oofoo", &mut 1_000, &mut matched), Ok(()));
    assert_eq!(matched, [0, 3]);
    assert_eq!(scratch.run(&regexes, "", &mut 1_000, &mut matched), Ok(()));
    assert!(matched.is_empty());
    assert_eq!(scratch.find(&regexes, 0, "", &mut 1_000), Ok(None));
    assert_eq!(scratch.find(&regexes, 0, "a foo", &mut 0), Err(Spent));
}

#[test]
fn without_expressions_there_is_nothing_to_do() {
    let regexes = regexes(&[]);
    assert!(regexes.is_empty());
    assert_eq!(matched(&regexes, "foo", &mut RegexScratch::new()), (vec![], 0));
}
