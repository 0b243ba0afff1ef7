//! Random inventories and texts: the index is valid and answers what the oracle answers.
#![no_main]

use arbitrary::Arbitrary;
use broadside_core::explain::Outcome;
use broadside_core::{
    Attribute, AttributeValue, Attributes, Explainer, Group, IndexBuilder, Keyword, Listing, MatchType, NegativeList,
    Query, Scratch, Status, TextLimits, Time, match_batch, naive,
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Case {
    listings: Vec<FuzzListing>,
    groups: [FuzzGroup; 2],
    lists: [Vec<FuzzKeyword>; 2],
    texts: Vec<Words>,
    shared: Vec<(u8, FuzzValue)>,
    own: Vec<(u8, FuzzValue)>,
    shared_listings_max: u8,
    limit: u8,
    max_per_group: u8,
    at: i8,
}

#[derive(Debug, Arbitrary)]
struct FuzzListing {
    keywords: Vec<FuzzKeyword>,
    rules: FuzzRules,
    group: Option<bool>,
    quality: u8,
}

#[derive(Debug, Arbitrary)]
struct FuzzGroup {
    rules: FuzzRules,
}

/// What listings and groups have in common.
#[derive(Debug, Arbitrary)]
struct FuzzRules {
    negatives: Vec<FuzzKeyword>,
    lists: Vec<bool>,
    targeting: FuzzTargeting,
    bid_micros: Option<u8>,
    paused: bool,
    start_time: Option<i8>,
    end_time: Option<i8>,
}

#[derive(Debug, Arbitrary)]
struct FuzzKeyword {
    words: Words,
    match_type: u8,
    anchors: (bool, bool),
    bid_micros: Option<u8>,
}

#[derive(Debug, Arbitrary)]
enum FuzzTargeting {
    Blank,
    Parts(Vec<u8>),
    Any(String),
}

#[derive(Debug, Arbitrary)]
enum FuzzValue {
    String(u8),
    Int(i8),
    Double(f64),
    Bool(bool),
    Strings(bool),
}

const NAMES: [&str; 4] = ["w", "x", "y", "zs"];
const PARTS: [&str; 8] =
    ["x == 1", "w", "y != \"a\"", "\"b\" in zs", "has(x)", "x < 1.5", "y in [\"a\", \"b\"]", "!(w)"];

impl FuzzTargeting {
    fn source(&self) -> String {
        match self {
            FuzzTargeting::Blank => String::new(),
            FuzzTargeting::Any(source) => source.clone(),
            FuzzTargeting::Parts(parts) => {
                let mut source = String::new();
                for (nth, &part) in parts.iter().take(8).enumerate() {
                    if nth > 0 {
                        source += if part & 16 == 0 { " && " } else { " || " };
                    }
                    source += PARTS[usize::from(part) % PARTS.len()];
                }
                source
            }
        }
    }
}

fn attribute<'a>((name, value): &(u8, FuzzValue), strings: &'a [String]) -> Attribute<'a> {
    let value = match *value {
        FuzzValue::String(text) => AttributeValue::String(["a", "b", "c"][usize::from(text) % 3]),
        FuzzValue::Int(int) => AttributeValue::Int(int.into()),
        FuzzValue::Double(double) => AttributeValue::Double(double),
        FuzzValue::Bool(truth) => AttributeValue::Bool(truth),
        FuzzValue::Strings(both) => AttributeValue::Strings(&strings[..if both { 2 } else { 1 }]),
    };
    Attribute { name: NAMES[usize::from(*name) % NAMES.len()], value }
}

/// Mostly words of a small alphabet, sometimes any text.
#[derive(Debug, Arbitrary)]
enum Words {
    Small(Vec<(u8, u8, u8)>),
    Any(String),
}

const WORDS: [&str; 16] =
    ["a", "b", "c", "d", "A", "e", "ab", "c++", "c#", "é", "É", "東", "🔥", "&", "o'o", "averyveryverylongword"];
const SIGILS: [&str; 4] = ["", "#", "@", "$"];
const SEPARATORS: [&str; 8] = [" ", " ", "-", "", ", ", "  ", "+", "#"];

impl Words {
    fn text(&self) -> String {
        match self {
            Words::Any(text) => text.clone(),
            Words::Small(words) => words
                .iter()
                .map(|&(sigil, word, separator)| {
                    let pick = |of: &[&'static str], at: u8| of[usize::from(at) % of.len()];
                    pick(&SIGILS, sigil).to_owned() + pick(&WORDS, word) + pick(&SEPARATORS, separator)
                })
                .collect(),
        }
    }
}

impl FuzzKeyword {
    fn keyword(&self) -> Keyword {
        let types = [MatchType::Exact, MatchType::Phrase, MatchType::Broad, MatchType::Regex];
        let mut keyword = Keyword::new(self.words.text(), types[usize::from(self.match_type) % 4]);
        (keyword.anchor_start, keyword.anchor_end) = self.anchors;
        keyword.bid_micros = self.bid_micros.map(u64::from);
        keyword
    }
}

impl FuzzRules {
    fn group(&self, id: &str) -> Group {
        let time = |seconds: i8| Time { seconds: seconds.into(), nanos: 0 };
        Group {
            id: id.to_owned(),
            status: if self.paused { Status::Paused } else { Status::Active },
            start_time: self.start_time.map(time),
            end_time: self.end_time.map(time),
            targeting: self.targeting.source(),
            negatives: self.negatives.iter().map(FuzzKeyword::keyword).collect(),
            negative_lists: self.lists.iter().map(ToString::to_string).collect(),
            bid_micros: self.bid_micros.map(u64::from),
        }
    }
}

impl FuzzListing {
    fn listing(&self, number: usize) -> Listing {
        let Group { status, start_time, end_time, targeting, negatives, negative_lists, bid_micros, .. } =
            self.rules.group("");
        Listing {
            keywords: self.keywords.iter().map(FuzzKeyword::keyword).collect(),
            group: self.group.map(|group| group.to_string()),
            quality: f64::from(self.quality) / 4.0,
            status,
            start_time,
            end_time,
            targeting,
            negatives,
            negative_lists,
            bid_micros,
            ..Listing::new(number.to_string())
        }
    }
}

fuzz_target!(|case: Case| {
    let mut builder = IndexBuilder::new();
    if case.shared_listings_max > 0 {
        builder = builder.with_shared_listings_max(case.shared_listings_max.into());
    }
    let mut listings = Vec::new();
    for (number, listing) in case.listings.iter().enumerate() {
        let listing = listing.listing(number);
        if builder.add(&listing).is_ok() {
            listings.push(listing);
        }
    }
    let mut groups = Vec::new();
    let mut lists = Vec::new();
    for (name, (group, list)) in ["false", "true"].into_iter().zip(case.groups.iter().zip(&case.lists)) {
        let group = group.rules.group(name);
        if builder.add_group(&group).is_ok() {
            groups.push(group);
        }
        let negatives = list.iter().map(FuzzKeyword::keyword).collect();
        let list = NegativeList { name: name.to_owned(), negatives };
        if builder.add_negative_list(&list).is_ok() {
            lists.push(list);
        }
    }
    // What refers to a record that was refused refuses all.
    let Ok((index, _)) = builder.finish_with_review(10) else {
        return;
    };
    index.validate().expect("an index just built is valid");
    for listing in &listings {
        let found = index.find_listing(&listing.id).expect("it was added");
        assert_eq!(index.listing(found).keywords.len(), listing.keywords.len());
    }
    let oracle = naive::Inventory::new(listings, groups, lists);
    let strings = ["a".to_owned(), "b".to_owned()];
    let attributes = |sent: &[(u8, FuzzValue)]| sent.iter().map(|sent| attribute(sent, &strings)).collect();
    let (shared, own): (Vec<_>, Vec<_>) = (attributes(&case.shared), attributes(&case.own));
    let texts: Vec<_> = case.texts.iter().map(Words::text).collect();
    let query = |(nth, text)| Query {
        text,
        limit: case.limit.into(),
        max_per_group: case.max_per_group.into(),
        at: Time { seconds: case.at.into(), nanos: 0 },
        attributes: Attributes { shared: &shared, own: if nth % 2 == 0 { &own } else { &[] } },
    };
    let queries: Vec<_> = texts.iter().map(String::as_str).enumerate().map(query).collect();
    let mut scratch = Scratch::new(TextLimits::default());
    let mut explainer = Explainer::new(TextLimits::default());
    match_batch(&index, &queries, &mut scratch);
    for (query, answer) in queries.iter().zip(scratch.answers()) {
        if answer.refused.is_some() || answer.incomplete {
            continue;
        }
        let expected = oracle.matches(query);
        assert!(if answer.total_exact { answer.total == expected.total } else { answer.total <= expected.total });
        assert_eq!(answer.hits.len(), expected.matches.len());
        for (hit, expected) in answer.hits.iter().zip(&expected.matches) {
            assert_eq!(index.listing_id(hit.listing), expected.listing_id);
            assert_eq!((hit.score, hit.match_type), (expected.score, expected.match_type));
            assert_eq!(hit.keyword as usize, expected.keyword);
        }
        let whole = oracle.matches(&Query { limit: 1_000, max_per_group: 0, ..*query });
        for number in 0..case.listings.len() {
            let id = number.to_string();
            let explained = explainer.explain(&index, query, &id).expect("the text is short");
            let matches = whole.matches.iter().any(|found| found.listing_id == id);
            assert_eq!(matches!(explained.outcome, Outcome::Matched(_)), matches, "{id}");
        }
    }
});
