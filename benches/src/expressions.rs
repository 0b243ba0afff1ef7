//! What regular expressions and targeting cost, beside the plain way of doing the same.
//!
//! - `expressions regexes [COUNT]`: so many expressions of words of the texts, over real posts: time a text with all of them in
//!   one index, time a text for trying each with the `regex` crate, their ratio, and memory.
//! - `expressions targeting`: 100,000 listings, each with a targeting of its own, of which a text brings up 10, 100, 1,000:
//!   time a query, and time for a query that brings up as many without targeting.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::collections::HashSet;

use broadside_benches::{corpus, cpu_seconds};
use broadside_core::{
    Attribute, AttributeValue, Attributes, Index, IndexBuilder, Keyword, Listing, MatchType, Query,
    Scratch, TextLimits, Time, match_batch,
};
use regex::{Regex, RegexBuilder};

const COUNT_DEFAULT: usize = 5_000;
const TARGETINGS: usize = 100_000;
const ROUNDS: usize = 5;
/// Texts on which every expression is tried. The plain way is slow.
const TRIED_TEXTS: usize = 200;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["regexes"] => regexes(COUNT_DEFAULT),
        ["regexes", count] => regexes(count.parse().expect("COUNT is a number")),
        ["targeting"] => targeting(),
        _ => println!("usage: expressions regexes [COUNT] | targeting"),
    }
}

/// Expressions as people write them for posts: each about a word of its own, or about words as often as the posts have
/// them, so that frequent words are in very many.
fn expressions(texts: &[String], count: usize, distinct_words: bool) -> Vec<String> {
    let words = texts.iter().flat_map(|text| text.split_whitespace());
    let is_plain =
        |word: &&str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut known = HashSet::new();
    let mut words = words
        .filter(is_plain)
        .filter(|word| known.insert(word.to_ascii_lowercase()) || !distinct_words);
    let mut seen = HashSet::new();
    let mut expressions = Vec::new();
    let mut previous = "news";
    while expressions.len() < count {
        let Some(word) = words.next() else { break };
        let expression = match expressions.len() % 5 {
            0 => format!(r"\b{word}\s+(and|of|the|to|in)\b"),
            1 => format!(r"\b{word}(s|ed|ing)?\b"),
            2 => format!(r"#{word}\w*"),
            3 => format!(r"(?-i){word}|{previous}\d+"),
            _ => format!(r"{previous}.{{1,20}}{word}"),
        };
        previous = word;
        if seen.insert(expression.clone()) {
            expressions.push(expression);
        }
    }
    expressions
}

fn regexes(count: usize) {
    for distinct_words in [true, false] {
        println!(
            "words {}:",
            if distinct_words { "of their own" } else { "as often as the posts have them" }
        );
        measure_regexes(count, distinct_words);
    }
}

fn measure_regexes(count: usize, distinct_words: bool) {
    let texts = corpus::texts("tweets", usize::MAX);
    let expressions = expressions(&texts, count, distinct_words);
    let mut builder = IndexBuilder::new();
    let mut admitted = Vec::new();
    for (number, expression) in expressions.iter().enumerate() {
        let mut listing = Listing::new(number.to_string());
        listing.keywords.push(Keyword::new(expression.clone(), MatchType::Regex));
        if builder.add(&listing).is_ok() {
            admitted.push(expression.as_str());
        }
    }
    let started = cpu_seconds();
    let index = builder.finish().expect("nothing is referred to");
    println!("{} expressions; laid out in {:.2} s of CPU", admitted.len(), cpu_seconds() - started);
    let bytes =
        index.memory().iter().find(|part| part.name == "regexes").map_or(0, |part| part.bytes);
    println!("memory of the expressions: {:.1} MiB", mebibytes(bytes));

    let compile = |expression: &&str| {
        RegexBuilder::new(expression).case_insensitive(true).build().expect("it was admitted")
    };
    let tried: Option<Vec<Regex>> =
        (admitted.len() <= COUNT_DEFAULT).then(|| admitted.iter().map(compile).collect());
    for _ in 0..ROUNDS {
        let ours = micros_a_query(&index, &texts, Attributes::default());
        let Some(tried) = &tried else {
            println!("{ours:.2} µs a text");
            continue;
        };
        let started = cpu_seconds();
        let step = (texts.len() / TRIED_TEXTS).max(1);
        let sample: Vec<_> = texts.iter().step_by(step).collect();
        let found: usize = sample
            .iter()
            .map(|text| tried.iter().filter(|regex| regex.is_match(text)).count())
            .sum();
        #[expect(clippy::cast_precision_loss, reason = "a time has few digits that count")]
        let plain = (cpu_seconds() - started) * 1e6 / sample.len() as f64;
        println!(
            "{ours:.2} µs a text; trying each: {plain:.0} µs; ratio {:.0} ({found} found)",
            plain / ours
        );
    }
}

fn targeting() {
    let countries = ["US", "CA", "FR", "DE", "JP", "BR"];
    let listing = |number: usize, with_targeting: bool| {
        let mut listing = Listing::new(number.to_string());
        for shared in [10, 100, 1_000] {
            listing
                .keywords
                .push(Keyword::new(format!("w{shared}x{}", number / shared), MatchType::Broad));
        }
        if with_targeting {
            listing.targeting = format!(
                "country in [\"{}\", \"{}\"] && age >= {} && !(device == \"tv\" && hour > {}) && (\"i{}\" in interests || vip)",
                countries[number % 6],
                countries[number / 6 % 6],
                18 + number % 50,
                number % 24,
                number,
            );
        }
        listing
    };
    let index = |with_targeting| {
        let mut builder = IndexBuilder::new();
        for number in 0..TARGETINGS {
            builder.add(&listing(number, with_targeting)).expect("it is good");
        }
        builder.finish().expect("nothing is referred to")
    };
    let (with, without) = (index(true), index(false));
    println!("{} distinct targetings", with.counts().targetings);
    let interests = ["i7".to_owned(), "i99".to_owned(), "i4711".to_owned()];
    let attribute = |name, value| Attribute { name, value };
    let attributes = [
        attribute("country", AttributeValue::String("US")),
        attribute("age", AttributeValue::Int(40)),
        attribute("device", AttributeValue::String("phone")),
        attribute("hour", AttributeValue::Int(12)),
        attribute("interests", AttributeValue::Strings(&interests)),
        attribute("vip", AttributeValue::Bool(false)),
    ];
    for shared in [10, 100, 1_000] {
        let texts: Vec<_> = (0..TARGETINGS / shared)
            .step_by(7)
            .map(|number| format!("w{shared}x{number}"))
            .collect();
        for _ in 0..ROUNDS {
            // Each query has attributes of its own, so that nothing is known from the one before.
            let own = Attributes { shared: &[], own: &attributes };
            let ours = micros_a_query(&with, &texts, own);
            let plain = micros_a_query(&without, &texts, own);
            println!("{shared} candidates: {ours:.1} µs a query, {plain:.1} µs without targeting");
        }
    }
}

/// Time of a query, one query a batch.
#[expect(clippy::cast_precision_loss, reason = "a time has few digits that count")]
fn micros_a_query(index: &Index, texts: &[String], attributes: Attributes<'_>) -> f64 {
    let mut scratch = Scratch::new(TextLimits::default());
    let at = Time { seconds: 1_800_000_000, nanos: 0 };
    let started = cpu_seconds();
    for text in texts {
        match_batch(
            index,
            &[Query { text, limit: 10, max_per_group: 0, at, attributes }],
            &mut scratch,
        );
    }
    (cpu_seconds() - started) * 1e6 / texts.len() as f64
}

#[expect(clippy::cast_precision_loss, reason = "a size has few digits that count")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
