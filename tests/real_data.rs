//! Real phrases and real queries: index and oracle must agree on them.
//!
//! The data is no part of the project. `BROADSIDE_DATA` names its folder, `../shared/data` beside the project is tried
//! otherwise; without it these tests say what they leave out.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use broadside_core::{
    Attribute, AttributeValue, Attributes, Group, IndexBuilder, Keyword, Listing, MatchType,
    NegativeList, Query, Scratch, TextLimits, Time, match_batch, naive,
};

const PHRASES: usize = 50_000;
const QUERIES: usize = 2_000;
const AT: Time = Time { seconds: 1_800_000_000, nanos: 0 };

/// The folder of the real data, or a message that says what is left out.
pub(crate) fn folder(left_out: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("BROADSIDE_DATA").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("LEFT OUT: {left_out}: no real data at {} (set BROADSIDE_DATA)", folder.display());
    None
}

pub(crate) fn lines(folder: &std::path::Path, name: &str, most: usize) -> Vec<String> {
    let file = File::open(folder.join(name)).expect("the file is there");
    let decoder = zstd::Decoder::new(file).expect("it is compressed with zstd");
    BufReader::new(decoder).lines().take(most).collect::<Result<_, _>>().expect("it is text")
}

/// A listing of one phrase: all types and anchors in turn, some with a negative, a bid, a group, a negative list, a
/// targeting, and an expression that begins as the phrase does.
fn listing(number: usize, phrase: &str, other: &str) -> Listing {
    let mut listing = Listing::new(number.to_string());
    let types = [MatchType::Broad, MatchType::Phrase, MatchType::Broad, MatchType::Exact];
    let mut keyword = Keyword::new(phrase, types[number % 4]);
    keyword.anchor_start = number % 24 == 1;
    keyword.anchor_end = number % 24 == 5;
    listing.keywords.push(keyword);
    if number.is_multiple_of(7) {
        listing.keywords.push(Keyword::new(other, MatchType::Broad));
    }
    if number.is_multiple_of(5) {
        let word = other.split(' ').next().unwrap_or_default();
        listing.negatives.push(Keyword::new(word, MatchType::Phrase));
    }
    if number.is_multiple_of(101) {
        let start: String = phrase.chars().filter(|at| at.is_alphanumeric()).take(5).collect();
        listing.keywords.push(Keyword::new(format!(r"\b{start}\w*"), MatchType::Regex));
    }
    if number.is_multiple_of(13) {
        listing.targeting =
            format!("country in [\"C{}\", \"US\"] && age > {}", number % 9, number % 80);
    }
    if number.is_multiple_of(3) {
        listing.negative_lists.push((number % 7).to_string());
    }
    listing.bid_micros = (!number.is_multiple_of(4)).then_some(number as u64 % 100);
    listing.group = Some((number % 50).to_string());
    listing
}

/// The groups of the listings: some have a bid, a targeting, negatives or a list.
fn groups() -> Vec<Group> {
    let group = |number: u64| Group {
        bid_micros: number.is_multiple_of(2).then_some(number),
        targeting: if number.is_multiple_of(5) {
            "age >= 18 || vip".to_owned()
        } else {
            String::new()
        },
        negatives: if number.is_multiple_of(6) {
            vec![Keyword::new("of", MatchType::Phrase)]
        } else {
            Vec::new()
        },
        negative_lists: if number.is_multiple_of(9) { vec!["3".to_owned()] } else { Vec::new() },
        ..Group::new(number.to_string())
    };
    (0..50).map(group).collect()
}

/// The negative lists of the listings, of frequent words.
fn negative_lists() -> Vec<NegativeList> {
    let words = ["free", "jobs", "map", "who is", "2009", "texas", "cat"];
    let list = |(number, word): (usize, &&str)| NegativeList {
        name: number.to_string(),
        negatives: vec![
            Keyword::new(*word, MatchType::Broad),
            Keyword::new(format!("{word}(s|es)"), MatchType::Regex),
        ],
    };
    words.iter().enumerate().map(list).collect()
}

#[test]
fn the_index_and_the_oracle_agree_on_real_phrases_and_queries() {
    let Some(folder) = folder("the comparison on 50,000 real phrases") else { return };
    let phrases = lines(&folder, "phrases_latin.txt.zst", PHRASES);
    let mut builder = IndexBuilder::new();
    let mut accepted = Vec::new();
    for (number, pair) in phrases.windows(2).enumerate() {
        let listing = listing(number, &pair[0], &pair[1]);
        if builder.add(&listing).is_ok() {
            accepted.push(listing);
        }
    }
    assert!(accepted.len() > PHRASES * 9 / 10, "only {} listings were good", accepted.len());
    for group in groups() {
        builder.add_group(&group).expect("it is good");
    }
    for list in negative_lists() {
        builder.add_negative_list(&list).expect("it is good");
    }
    let index = builder.finish().expect("all that is referred to exists");
    index.validate().expect("an index just built is valid");
    let oracle = naive::Inventory::new(accepted, groups(), negative_lists());

    let mut texts = lines(&folder, "queries_trec_million.txt.zst", QUERIES / 2);
    texts.extend(lines(&folder, "tweets.txt.zst", QUERIES / 4));
    texts.extend(lines(&folder, "queries_multilingual.txt.zst", QUERIES / 4));
    let shared = [
        Attribute { name: "country", value: AttributeValue::String("US") },
        Attribute { name: "age", value: AttributeValue::Int(40) },
    ];
    let attributes = Attributes { shared: &shared, own: &[] };
    let query = |text| Query { text, limit: 100, max_per_group: 0, at: AT, attributes };
    let queries: Vec<_> = texts.iter().map(|text| query(text.as_str())).collect();
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &queries, &mut scratch);
    let mut matched = 0;
    for (query, answer) in queries.iter().zip(scratch.answers()) {
        let expected = oracle.matches(query);
        let matches: Vec<_> = answer
            .hits
            .iter()
            .map(|hit| naive::Match {
                listing_id: index.listing_id(hit.listing).to_owned(),
                score: hit.score,
                match_type: hit.match_type,
                keyword: hit.keyword as usize,
            })
            .collect();
        assert_eq!((matches, answer.total), (expected.matches, expected.total), "{:?}", query.text);
        matched += usize::from(answer.total > 0);
    }
    assert!(matched > QUERIES / 20, "only {matched} of {} texts matched anything", texts.len());
    println!("{} texts against {} phrases agree, {matched} matched", texts.len(), phrases.len());
}
