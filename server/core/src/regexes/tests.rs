//! Which expressions are admitted and with which literals, what they match, and that what is kept of them is checked.

mod admission;
mod budget;
mod folding;
mod matches;
mod properties;
mod validate;

use super::{RegexScratch, Regexes, RegexesBuilder};

/// These expressions, which are admitted.
fn regexes(expressions: &[&str]) -> Regexes {
    let mut builder = RegexesBuilder::default();
    for expression in expressions {
        builder.add(expression).expect(expression);
    }
    let regexes = builder.finish();
    regexes.validate().expect("expressions just collected are valid");
    regexes
}

/// What of them matches a text, and the steps that this takes.
fn matched(regexes: &Regexes, text: &str, scratch: &mut RegexScratch) -> (Vec<u32>, u32) {
    let mut steps_left = u32::MAX;
    let mut matched = Vec::new();
    scratch.run(regexes, text, &mut steps_left, &mut matched).expect("there are enough steps");
    (matched, u32::MAX - steps_left)
}

/// The oracle: the same expression for the `regex` crate.
fn oracle(expression: &str) -> regex::Regex {
    regex::RegexBuilder::new(expression).case_insensitive(true).build().expect(expression)
}
