//! Regular expressions that others wrote, on texts that others wrote: the answers of the `regex` crate.
//!
//! The data is no part of the project. `BROADSIDE_DATA` names its folder, `../shared/data` beside the project is tried
//! otherwise; without it these tests say what they leave out.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use broadside_core::regexes::{RegexScratch, Regexes, RegexesBuilder};
use broadside_core::{
    Attributes, IndexBuilder, Keyword, Listing, MatchType, Query, Scratch, TextLimits, Time,
    match_batch, naive,
};

use crate::real_data::{folder, lines};

const STEPS: u32 = 500_000;
/// Texts that are compared with the `regex` crate, which tries each expression on each of them.
const USER_AGENTS: usize = 1_500;
const TWEETS: usize = 400;
const TWEET_EXPRESSIONS: usize = 2_000;
/// Expressions that are all in use at once.
const EXPRESSIONS_IN_USE: usize = 50_000;
const EXPRESSIONS_IN_USE_BYTES: usize = 64 * 1024 * 1024;

/// Expressions that were admitted, in the order of their numbers, and why others were refused.
#[derive(Default)]
struct Collected {
    builder: RegexesBuilder,
    admitted: Vec<String>,
    refused: BTreeMap<&'static str, Vec<String>>,
}

impl Collected {
    /// The number of an expression, if it is admitted.
    fn add(&mut self, expression: &str) -> Option<u32> {
        match self.builder.add(expression) {
            Ok(number) => {
                if number as usize == self.admitted.len() {
                    self.admitted.push(expression.to_owned());
                }
                Some(number)
            }
            Err(error) => {
                let refused = self.refused.entry(error.code()).or_default();
                if !refused.iter().any(|known| known == expression) {
                    refused.push(expression.to_owned());
                }
                None
            }
        }
    }

    fn refused(&self) -> usize {
        self.refused.values().map(Vec::len).sum()
    }

    fn print(&self, what: &str) {
        println!("{what}: {} admitted, {} refused", self.admitted.len(), self.refused());
        for (code, expressions) in &self.refused {
            println!("  {code}: {}", expressions.len());
            expressions.iter().for_each(|expression| println!("    {expression}"));
        }
    }
}

fn matched(regexes: &Regexes, text: &str, scratch: &mut RegexScratch) -> Vec<u32> {
    let mut matched = Vec::new();
    let ran = scratch.run(regexes, text, &mut { STEPS }, &mut matched);
    ran.expect("an ordinary text has enough steps");
    matched
}

/// Compares all expressions on all texts with the `regex` crate, and returns how many pairs match.
fn compare(collected: Collected, texts: &[&str]) -> usize {
    let regexes = collected.builder.finish();
    regexes.validate().expect("expressions just collected are valid");
    let compile = |expression: &String| {
        let oracle = regex::RegexBuilder::new(expression).case_insensitive(true).build();
        oracle.expect("what is admitted is a regular expression")
    };
    let oracles: Vec<_> = collected.admitted.iter().map(compile).collect();
    let mut scratch = RegexScratch::new();
    let mut matches = 0;
    for text in texts {
        let expected = (0..).zip(&oracles).filter(|(_, oracle)| oracle.is_match(text));
        let expected: Vec<u32> = expected.map(|(number, _)| number).collect();
        assert_eq!(matched(&regexes, text, &mut scratch), expected, "{text:?}");
        for &number in &expected {
            let theirs = oracles[number as usize].find(text);
            let theirs = theirs.map(|found| (found.start(), found.end()));
            let ours = scratch.find(&regexes, number, text, &mut { STEPS });
            assert_eq!(ours, Ok(theirs), "{} in {text:?}", regexes.source(number));
        }
        matches += expected.len();
    }
    matches
}

#[test]
fn crawlers_are_found_by_their_expressions() {
    let Some(folder) = folder("the expressions of crawlers") else { return };
    let rows = lines(&folder, "crawler_user_agents.tsv.zst", usize::MAX);
    let mut collected = Collected::default();
    let mut instances = Vec::new();
    for row in &rows {
        let (expression, instance) = row.split_once('\t').expect("a row has two columns");
        if let Some(number) = collected.add(expression)
            && !instance.is_empty()
        {
            instances.push((number, instance));
        }
    }
    collected.print("crawlers");
    assert!(collected.refused() * 100 < collected.admitted.len(), "too many are refused");
    let regexes = std::mem::take(&mut collected.builder).finish();
    let mut scratch = RegexScratch::new();
    for (number, instance) in &instances {
        let found = matched(&regexes, instance, &mut scratch);
        assert!(found.contains(number), "{} in {instance:?}", regexes.source(*number));
    }
    println!("crawlers: {} instances are found", instances.len());
}

#[test]
fn user_agents_are_recognised_as_the_regex_crate_does() {
    let Some(folder) = folder("the expressions of user agents") else { return };
    let mut collected = Collected::default();
    for row in lines(&folder, "uap_core_regexes.tsv.zst", usize::MAX) {
        let mut columns = row.splitn(3, '\t');
        let (flag, expression) = (columns.nth(1), columns.next());
        let expression = expression.expect("a row has three columns");
        match flag {
            Some("i") => collected.add(expression),
            _ => collected.add(&format!("(?-i){expression}")),
        };
    }
    collected.print("user agents");
    assert!(collected.refused() * 20 < collected.admitted.len(), "too many are refused");
    let rows = lines(&folder, "uap_core_tests.tsv.zst", usize::MAX);
    let texts: Vec<_> = rows.iter().filter_map(|row| row.split('\t').nth(2)).collect();
    let texts: Vec<_> = texts.iter().step_by(texts.len() / USER_AGENTS).copied().collect();
    let matches = compare(collected, &texts);
    println!("user agents: {} texts agree, {matches} pairs match", texts.len());
    assert!(matches > texts.len(), "only {matches} pairs match");
}

/// So many expressions of the kinds that people write, from the words of posts and the words beside them.
fn expressions_of(posts: &[String], count: usize) -> Vec<String> {
    let is_word = |character: char| character.is_alphanumeric() || character == '#';
    let mut seen = HashSet::new();
    let mut expressions = Vec::new();
    for round in 0.. {
        for post in posts {
            let words = post.split(|character| !is_word(character));
            let words = words.map(|word| word.trim_start_matches('#'));
            let words: Vec<_> = words.filter(|word| word.chars().count() > 3).collect();
            for (nth, word) in words.iter().enumerate() {
                let (next, other) = (words[(nth + 1) % words.len()], words[words.len() - 1 - nth]);
                let suffix = if round == 0 { String::new() } else { round.to_string() };
                let expression = match (nth + round) % 5 {
                    0 => format!(r"\b{word}{suffix}\s+({next}|{other})\b"),
                    1 => format!(r"#{word}{suffix}\w*"),
                    2 => format!(r"{word}{suffix}(s|ed|ing)?\b"),
                    3 => format!("(?-i){word}{suffix}"),
                    _ => format!(r"\b{word}{suffix}\b.*\b{next}\b"),
                };
                if seen.insert(expression.clone()) {
                    expressions.push(expression);
                }
                if expressions.len() == count {
                    return expressions;
                }
            }
        }
    }
    expressions
}

#[test]
fn expressions_of_posts_match_as_the_regex_crate_says() {
    let Some(folder) = folder("expressions of the words of posts") else { return };
    let posts = lines(&folder, "tweets.txt.zst", usize::MAX);
    let mut collected = Collected::default();
    for expression in expressions_of(&posts, TWEET_EXPRESSIONS) {
        collected.add(&expression);
    }
    assert_eq!(collected.refused(), 0, "all of them have words");
    let texts: Vec<_> = posts.iter().step_by(posts.len() / TWEETS).map(String::as_str).collect();
    let matches = compare(collected, &texts);
    println!("posts: {} texts agree, {matches} pairs match", texts.len());
    assert!(matches > texts.len(), "only {matches} pairs match");
}

#[test]
fn very_many_expressions_in_use_take_little_memory() {
    let Some(folder) = folder("the memory of 50,000 expressions") else { return };
    let posts = lines(&folder, "tweets.txt.zst", usize::MAX);
    let mut collected = Collected::default();
    for expression in expressions_of(&posts, EXPRESSIONS_IN_USE) {
        collected.add(&expression);
    }
    assert_eq!(collected.admitted.len(), EXPRESSIONS_IN_USE);
    let regexes = collected.builder.finish();
    let mut scratch = RegexScratch::new();
    let matches: usize = posts.iter().map(|post| matched(&regexes, post, &mut scratch).len()).sum();
    assert!(matches > posts.len(), "only {matches} matches");
    let bytes = regexes.bytes() + scratch.memory_bytes();
    println!("{EXPRESSIONS_IN_USE} expressions: {bytes} bytes, {matches} matches");
    assert!(bytes < EXPRESSIONS_IN_USE_BYTES, "they take {bytes} bytes");
}

/// Phrases of lists that others keep, each as a PHRASE and, to the letter, as a regular expression, over posts and pages.
#[test]
fn phrase_lists_answer_on_posts_and_pages_as_the_oracle_does() {
    let Some(folder) = folder("phrase lists over posts and pages") else { return };
    let phrases = lines(&folder, "owasp_crs_phrase_lists.tsv.zst", usize::MAX);
    let phrases: BTreeSet<_> =
        phrases.iter().filter_map(|line| Some(line.split_once('\t')?.1)).collect();
    let mut builder = IndexBuilder::new();
    let mut listings = Vec::new();
    for (number, phrase) in phrases.iter().enumerate() {
        let kinds = [
            Keyword::new(*phrase, MatchType::Phrase),
            Keyword::new(regex::escape(phrase), MatchType::Regex),
        ];
        for (nth, keyword) in kinds.into_iter().enumerate() {
            let listing =
                Listing { keywords: vec![keyword], ..Listing::new(format!("{number}-{nth}")) };
            // A phrase may have no word, or be too short for an expression.
            if builder.add(&listing).is_ok() {
                listings.push(listing);
            }
        }
    }
    assert!(listings.len() > phrases.len() * 3 / 2, "{} of {}", listings.len(), phrases.len());
    let index = builder.finish().expect("nothing is referred to");
    let oracle = naive::Inventory::new(listings, [], []);
    let mut texts = lines(&folder, "tweets.txt.zst", 150);
    texts.extend(lines(&folder, "pages_film_intros.txt.zst", 150));
    let attributes = Attributes::default();
    let at = Time { seconds: 0, nanos: 0 };
    let query = |text| Query { text, limit: 1_000, max_per_group: 0, at, attributes };
    let queries: Vec<_> = texts.iter().map(|text| query(text.as_str())).collect();
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &queries, &mut scratch);
    let mut found = 0;
    for (query, answer) in queries.iter().zip(scratch.answers()) {
        let expected = oracle.matches(query);
        let ids = answer.hits.iter().map(|hit| index.listing_id(hit.listing));
        let expected_ids = expected.matches.iter().map(|found| found.listing_id.as_str());
        assert!(ids.eq(expected_ids), "{:?}", query.text);
        assert!(!answer.incomplete && answer.total == expected.total, "{:?}", query.text);
        found += answer.total;
    }
    assert!(found > 20, "only {found} matches: the texts are no work");
    println!("{} phrases, {} texts, {found} matches", phrases.len(), texts.len());
}
