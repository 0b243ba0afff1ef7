//! Random expressions on random texts, over few letters with many cases: the answers of the `regex` crate.
//!
//! `BROADSIDE_ORACLE_PAIRS` sets how many pairs of an expression and a text are compared.

use super::super::{RegexScratch, RegexesBuilder};
use super::{matched, oracle};
use crate::tests::random::Random;

const PAIRS_DEFAULT: usize = 120_000;
const EXPRESSIONS_TOGETHER: usize = 16;
const TEXTS_EACH: usize = 12;
/// Why a random expression may be refused. It is always well formed.
const REFUSALS: [&str; 2] = ["REGEX_NEEDS_LITERAL", "REGEX_TOO_LARGE"];

const LETTERS: [char; 30] = [
    'a', 'b', 'k', 'K', '\u{212a}', 's', 'S', 'ſ', 'ß', 'ẞ', 'σ', 'ς', 'Σ', 'i', 'I', 'İ', 'ı',
    'é', 'É', 'Ꭰ', 'ꭰ', 'ǆ', 'ǅ', '1', '_', ' ', '\n', '\r', '東', '-',
];
const CLASSES: [&str; 16] = [
    r"\w",
    r"\W",
    r"\d",
    r"\s",
    r"\S",
    ".",
    "(?s:.)",
    "[ks]",
    "[^k]",
    "[a-kς]",
    r"\pL",
    "[[:alpha:]]",
    "(?-u:[a-s])",
    "(?-i:[KS])",
    "[σ1 ]",
    r"(?-u:\w)",
];
const LOOKS: [&str; 14] = [
    r"\b",
    r"\B",
    "^",
    "$",
    "(?m:^)",
    "(?m:$)",
    "(?mR:^)",
    "(?mR:$)",
    r"(?-u:\b)",
    r"(?-u:\B)",
    r"\b{start}",
    r"\b{end}",
    r"\b{start-half}",
    r"(?-u:\b{end-half})",
];
const REPEATS: [(&str, u64, u64); 9] = [
    ("?", 0, 1),
    ("*", 0, 3),
    ("+", 1, 3),
    ("{2}", 2, 2),
    ("{2,}", 2, 4),
    ("{0,3}", 0, 3),
    ("{1,2}", 1, 2),
    ("??", 0, 1),
    ("+?", 1, 3),
];

/// An expression, and a text that it may match.
#[derive(Default)]
struct Sample {
    expression: String,
    text: String,
}

impl Sample {
    fn literal(random: &mut Random, letters: u64) -> Sample {
        let mut sample = Sample::default();
        for _ in 0..letters {
            let letter = random.pick(&LETTERS);
            sample.expression.push_str(&regex_syntax::escape(&letter.to_string()));
            sample.text.push(letter);
        }
        sample
    }

    fn part(random: &mut Random, depth: u32) -> Sample {
        let choices = if depth == 0 { 5 } else { 11 };
        match random.below(choices) {
            0..3 => {
                let letters = 1 + random.below(5);
                Sample::literal(random, letters)
            }
            3 => Sample {
                expression: random.pick(&CLASSES).to_owned(),
                text: random.pick(&LETTERS).to_string(),
            },
            4 => Sample { expression: random.pick(&LOOKS).to_owned(), text: String::new() },
            5..7 => {
                let Sample { expression, text } = Sample::sequence(random, depth - 1);
                let (repeat, least, most) = random.pick(&REPEATS);
                let times = least + random.below(most - least + 1);
                let text = (0..times).map(|_| text.as_str()).collect();
                Sample { expression: format!("(?:{expression}){repeat}"), text }
            }
            7..9 => {
                let count = 2 + random.below(2);
                let branches: Vec<_> =
                    (0..count).map(|_| Sample::sequence(random, depth - 1)).collect();
                let expressions: Vec<_> =
                    branches.iter().map(|branch| branch.expression.as_str()).collect();
                let expression = format!("({})", expressions.join("|"));
                let nth = usize::try_from(random.below(count)).expect("it is an index");
                Sample { expression, text: branches[nth].text.clone() }
            }
            9 => {
                let Sample { expression, text } = Sample::sequence(random, depth - 1);
                Sample { expression: format!("(?-i:{expression})"), text }
            }
            _ => Sample::sequence(random, depth - 1),
        }
    }

    fn sequence(random: &mut Random, depth: u32) -> Sample {
        let mut all = Sample::default();
        for _ in 0..1 + random.below(3) {
            let part = Sample::part(random, depth);
            all.expression.push_str(&part.expression);
            all.text.push_str(&part.text);
        }
        all
    }
}

/// Adds a sample, some of whose letters may be others, and letters around it.
fn add_text(random: &mut Random, sample: &str, text: &mut String) {
    let changed_one_in = [8, 40][usize::from(random.below(3) > 0)];
    add_noise(random, text);
    for letter in sample.chars() {
        text.push(match random.below(changed_one_in) {
            0 => random.pick(&LETTERS),
            1 | 2 => letter.to_lowercase().next().unwrap_or(letter),
            3 | 4 => letter.to_uppercase().next().unwrap_or(letter),
            _ => letter,
        });
    }
    add_noise(random, text);
}

fn add_noise(random: &mut Random, text: &mut String) {
    for _ in 0..random.below(4) {
        text.push(random.pick(&LETTERS));
    }
}

#[test]
fn random_expressions_match_what_the_regex_crate_says() {
    let wanted = std::env::var("BROADSIDE_ORACLE_PAIRS").ok();
    let wanted = wanted.and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS_DEFAULT);
    let mut random = Random(0x5eed);
    let mut scratch = RegexScratch::new();
    let (mut pairs, mut matches, mut refused) = (0, 0, 0);
    while pairs < wanted {
        let mut builder = RegexesBuilder::default();
        let mut expressions: Vec<(Sample, regex::Regex)> = Vec::new();
        while expressions.len() < EXPRESSIONS_TOGETHER {
            let sample = Sample::sequence(&mut random, 2);
            match builder.add(&sample.expression) {
                Ok(number) if number as usize == expressions.len() => {
                    let oracle = oracle(&sample.expression);
                    expressions.push((sample, oracle));
                }
                Ok(_) => {}
                Err(error) => {
                    assert!(REFUSALS.contains(&error.code()), "{}: {error}", sample.expression);
                    refused += 1;
                }
            }
        }
        let regexes = builder.finish();
        regexes.validate().expect("expressions just collected are valid");
        for nth in 0..TEXTS_EACH {
            let mut text = String::new();
            for of in [nth, nth + 5, nth + 10] {
                let (sample, _) = &expressions[of % EXPRESSIONS_TOGETHER];
                add_text(&mut random, &sample.text, &mut text);
            }
            let (found, _) = matched(&regexes, &text, &mut scratch);
            for (number, (sample, oracle)) in (0..).zip(&expressions) {
                let expected = oracle.find(&text).map(|found| (found.start(), found.end()));
                let matches_it = found.contains(&number);
                assert_eq!(matches_it, expected.is_some(), "{:?} in {text:?}", sample.expression);
                let span = scratch.find(&regexes, number, &text, &mut { u32::MAX });
                assert_eq!(span, Ok(expected), "{:?} in {text:?}", sample.expression);
                matches += usize::from(matches_it);
            }
            pairs += expressions.len();
        }
    }
    assert!(matches > pairs / 50, "only {matches} of {pairs} pairs matched");
    println!("{pairs} pairs agree, {matches} match; {refused} expressions were refused");
}
