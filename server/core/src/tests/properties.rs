//! Random inventories and texts over small alphabets, so that collisions, repeats and sigils are frequent: the index
//! and the oracle must answer the same.
//!
//! `BROADSIDE_ORACLE_PAIRS` sets how many (inventory, text) pairs are compared.

use crate::answer::Query;
use crate::explain::{Explainer, Outcome};
use crate::group::Group;
use crate::keyword::{Keyword, MatchType};
use crate::limits::TextLimits;
use crate::listing::{Listing, Status, Time};
use crate::matching::{Scratch, match_batch};
use crate::negative_list::NegativeList;
use crate::targeting::{Attribute, AttributeValue, Attributes};
use crate::{Index, naive};

use super::random::Random;
use super::records::{Records, assert_agrees};

const PAIRS_DEFAULT: u64 = 60_000;
const TEXTS_PER_INVENTORY: u64 = 20;

const WORDS: [&str; 16] = [
    "a",
    "b",
    "c",
    "d",
    "A",
    "e",
    "ab",
    "c++",
    "c#",
    "é",
    "É",
    "東",
    "🔥",
    "&",
    "o'o",
    "averyveryverylongword",
];
const SIGILS: [&str; 6] = ["", "", "", "#", "@", "$"];
/// Expressions that the words above, and what separates them, satisfy now and then.
const REGEXES: [&str; 8] = [
    r"o'o",
    r"\bc\+\+ ",
    r"very(very)+",
    r"(?-i)A b|a, b|ab a",
    r"^(averyvery|o'o)",
    r"c# (a|b)",
    r"long\s?word$",
    r"É+ [a-d] ",
];
const TARGETINGS: [&str; 10] = [
    "",
    " ",
    "x == 1",
    "x > 1 && y != \"b\"",
    "y in [\"a\", \"b\"] || x == 1",
    "!(x == 1) && has(y)",
    "\"a\" in zs",
    "!(\"b\" in zs || w)",
    "w",
    "y != \"b\" && x > 1",
];
const GROUPS: [&str; 3] = ["g", "h", "i"];
const LISTS: [&str; 3] = ["brand", "legal", "empty"];
const SEPARATORS: [&str; 8] = [" ", " ", " ", "-", "", ", ", "  ", "+"];

fn words(random: &mut Random, most: u64) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(most) {
        text.push_str(random.pick(&SIGILS));
        text.push_str(random.pick(&WORDS));
        text.push_str(random.pick(&SEPARATORS));
    }
    text
}

fn keyword(random: &mut Random, most: u64) -> Keyword {
    if random.one_in(8) {
        return Keyword::new(random.pick(&REGEXES), MatchType::Regex);
    }
    let types = [&MatchType::Exact, &MatchType::Phrase, &MatchType::Broad];
    let mut keyword = Keyword::new(words(random, most), *random.pick(&types));
    if random.one_in(3) {
        keyword.bid_micros = Some(random.below(4));
    }
    if keyword.match_type == MatchType::Phrase {
        keyword.anchor_start = random.one_in(4);
        keyword.anchor_end = random.one_in(4);
    }
    keyword
}

/// Keywords with a word in them.
fn keywords(random: &mut Random, count: u64, most_words: u64) -> Vec<Keyword> {
    let all = (0..count).map(|_| keyword(random, most_words));
    let has_words = |keyword: &Keyword| !naive::analyze(&keyword.text).is_empty();
    all.filter(|keyword| keyword.match_type == MatchType::Regex || has_words(keyword)).collect()
}

fn negatives(random: &mut Random) -> Vec<Keyword> {
    if random.one_in(3) {
        let count = 1 + random.below(3);
        return keywords(random, count, 2);
    }
    Vec::new()
}

fn time(random: &mut Random) -> Time {
    let seconds = i64::try_from(random.below(4)).expect("it is small");
    let nanos = u32::try_from(random.below(2)).expect("it is small");
    Time { seconds, nanos }
}

fn flight(random: &mut Random) -> (Option<Time>, Option<Time>) {
    let (start, end) = (time(random), time(random));
    if start == end || !random.one_in(5) {
        return (None, None);
    }
    (random.one_in(2).then_some(start.min(end)), random.one_in(2).then_some(start.max(end)))
}

fn targeting(random: &mut Random) -> String {
    if random.one_in(4) { random.pick(&TARGETINGS).to_owned() } else { String::new() }
}

fn lists(random: &mut Random) -> Vec<String> {
    let count = if random.one_in(4) { 1 + random.below(2) } else { 0 };
    (0..count).map(|_| random.pick(&LISTS).to_owned()).collect()
}

fn status(random: &mut Random) -> Status {
    if random.one_in(10) { Status::Paused } else { Status::Active }
}

fn listing(random: &mut Random, number: u64, most_words: u64) -> Listing {
    let mut listing = Listing::new(format!("{}{number}", random.pick(&["", "x", "é"])));
    let count = 1 + random.below(4);
    listing.keywords = keywords(random, count, most_words);
    listing.negatives = negatives(random);
    listing.negative_lists = lists(random);
    listing.targeting = targeting(random);
    listing.bid_micros = (!random.one_in(3)).then(|| random.below(4));
    listing.quality = *random.pick(&[&1.0, &1.0, &0.0, &0.5, &3.0]);
    listing.group = (!random.one_in(3)).then(|| random.pick(&GROUPS).to_owned());
    listing.status = status(random);
    (listing.start_time, listing.end_time) = flight(random);
    listing
}

fn group(random: &mut Random, id: &str) -> Group {
    let (start_time, end_time) = flight(random);
    Group {
        id: id.to_owned(),
        status: status(random),
        start_time,
        end_time,
        targeting: targeting(random),
        negatives: negatives(random),
        negative_lists: lists(random),
        bid_micros: random.one_in(2).then(|| random.below(4)),
    }
}

/// Records that the builder takes. Sizes vary so that leaves, nodes and hashed edges all occur.
pub(super) fn inventory(random: &mut Random) -> Records {
    let count = *random.pick(&[&1, &3, &8, &8, &20, &60]);
    let most_words = 1 + random.below(4);
    let mut listings: Vec<_> =
        (0..count).map(|number| listing(random, number, most_words)).collect();
    listings.retain(|listing| !listing.keywords.is_empty());
    let groups = GROUPS.iter().map(|id| group(random, id)).collect();
    let list = |name: &&str| NegativeList {
        name: (*name).to_owned(),
        negatives: if *name == "empty" { Vec::new() } else { negatives(random) },
    };
    let lists = LISTS.iter().map(list).collect();
    Records { listings, groups, lists }
}

/// Attributes that the targetings above ask for, some missing, some of another type.
fn attributes<'a>(random: &mut Random, strings: &'a [String]) -> Vec<Attribute<'a>> {
    let count = random.below(5);
    let attribute = |_| {
        let name = random.pick(&["w", "x", "y", "zs", "unused"]);
        let value = match random.below(6) {
            0 => AttributeValue::String("a"),
            1 => AttributeValue::String("b"),
            2 => AttributeValue::Int(1 + i64::from(random.one_in(2))),
            3 => AttributeValue::Double(1.5),
            4 => AttributeValue::Bool(random.one_in(2)),
            _ => AttributeValue::Strings(&strings[..usize::from(random.one_in(2)) + 1]),
        };
        Attribute { name, value }
    };
    (0..count).map(attribute).collect()
}

fn compare(seed: u64, scratch: &mut Scratch) {
    let random = &mut Random(seed);
    let records = inventory(random);
    let builder = records.builder();
    // Now and then every keyword of two listings is one of very many.
    let builder = if random.one_in(3) { builder.with_shared_listings_max(1) } else { builder };
    let builder = builder.with_leaf_patterns_max(*random.pick(&[&1, &2, &4, &32]));
    let index = builder.finish().expect("all that is referred to exists");
    index.validate().expect("an index just built is valid");
    let oracle = records.oracle();
    let texts: Vec<_> = (0..TEXTS_PER_INVENTORY).map(|_| words(random, 7)).collect();
    let strings = ["b".to_owned(), "a".to_owned()];
    let shared = attributes(random, &strings);
    let mut own: Vec<_> = (0..4).map(|_| attributes(random, &strings)).collect();
    own.extend([const { Vec::new() }; 4]);
    let query = |text| Query {
        text,
        limit: *random.pick(&[&0, &1, &2, &10, &1_000]),
        max_per_group: *random.pick(&[&0, &0, &1, &2]),
        at: time(random),
        attributes: Attributes {
            shared: &shared,
            own: random.pick(&own.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        },
    };
    let queries: Vec<_> = texts.iter().map(String::as_str).map(query).collect();
    match_batch(&index, &queries, scratch);
    for (query, answer) in queries.iter().zip(scratch.answers()) {
        assert_agrees(&index, &oracle, query, &answer);
        assert!(!answer.incomplete, "seed {seed}: {query:?}");
    }
    if seed.is_multiple_of(16) {
        compare_explanations(&index, &records, &queries[..4]);
    }
}

/// A listing is explained as a match if and only if it is one.
fn compare_explanations(index: &Index, records: &Records, queries: &[Query<'_>]) {
    let oracle = records.oracle();
    let mut explainer = Explainer::new(TextLimits::default());
    for query in queries {
        let all = oracle.matches(&Query { limit: 1_000, max_per_group: 0, ..*query });
        for listing in &records.listings {
            let explained =
                explainer.explain(index, query, &listing.id).expect("the text is short");
            let expected = all.matches.iter().find(|found| found.listing_id == listing.id);
            match (&explained.outcome, expected) {
                (Outcome::Matched(matched), Some(found)) => {
                    assert_eq!(matched.keyword_index as usize, found.keyword, "{query:?}");
                    assert_eq!(matched.score, found.score, "{query:?}");
                    assert!(!matched.spans.is_empty(), "{query:?}");
                }
                (Outcome::Missed(_), None) => {}
                other => panic!("{query:?}: {other:?}"),
            }
        }
        let text = explainer.explain_text(index, query).expect("the text is short");
        let explained: Vec<_> =
            text.matches.iter().map(|matched| matched.listing_id.as_str()).collect();
        let expected = oracle.matches(query).matches;
        let expected: Vec<_> = expected.iter().map(|found| found.listing_id.as_str()).collect();
        assert_eq!(explained, expected, "{query:?}");
    }
}

#[test]
fn the_index_and_the_oracle_agree() {
    let pairs = std::env::var("BROADSIDE_ORACLE_PAIRS").ok();
    let pairs = pairs.map_or(PAIRS_DEFAULT, |pairs| pairs.parse().expect("a number of pairs"));
    let mut scratch = Scratch::new(TextLimits::default());
    for seed in 0..pairs / TEXTS_PER_INVENTORY {
        compare(seed, &mut scratch);
    }
}
