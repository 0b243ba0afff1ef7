//! Random inventories and texts: the index is valid and answers what the oracle answers.
#![no_main]

use arbitrary::Arbitrary;
use broadside_core::{
    IndexBuilder, Keyword, Listing, MatchType, Query, Scratch, Status, TextLimits, Time, match_batch, naive,
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Case {
    listings: Vec<FuzzListing>,
    texts: Vec<Words>,
    limit: u8,
    max_per_group: u8,
    at: i8,
}

#[derive(Debug, Arbitrary)]
struct FuzzListing {
    keywords: Vec<FuzzKeyword>,
    negatives: Vec<FuzzKeyword>,
    group: Option<bool>,
    bid_micros: Option<u8>,
    quality: u8,
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
        let types = [MatchType::Exact, MatchType::Phrase, MatchType::Broad];
        let mut keyword = Keyword::new(self.words.text(), types[usize::from(self.match_type) % 3]);
        (keyword.anchor_start, keyword.anchor_end) = self.anchors;
        keyword.bid_micros = self.bid_micros.map(u64::from);
        keyword
    }
}

impl FuzzListing {
    fn listing(&self, number: usize) -> Listing {
        let mut listing = Listing::new(number.to_string());
        listing.keywords = self.keywords.iter().map(FuzzKeyword::keyword).collect();
        listing.negatives = self.negatives.iter().map(FuzzKeyword::keyword).collect();
        listing.group = self.group.map(|group| group.to_string());
        listing.bid_micros = self.bid_micros.map(u64::from);
        listing.quality = f64::from(self.quality) / 4.0;
        listing.status = if self.paused { Status::Paused } else { Status::Active };
        let time = |seconds: i8| Time { seconds: seconds.into(), nanos: 0 };
        listing.start_time = self.start_time.map(time);
        listing.end_time = self.end_time.map(time);
        listing
    }
}

fuzz_target!(|case: Case| {
    let mut builder = IndexBuilder::new();
    let mut accepted = Vec::new();
    for (number, listing) in case.listings.iter().enumerate() {
        let listing = listing.listing(number);
        if builder.add(&listing).is_ok() {
            accepted.push(listing);
        }
    }
    let index = builder.finish();
    index.validate().expect("an index just built is valid");
    let oracle = naive::Inventory::new(accepted);
    let mut scratch = Scratch::new(TextLimits::default());
    for text in case.texts.iter().map(Words::text) {
        let query = Query {
            text: &text,
            limit: case.limit.into(),
            max_per_group: case.max_per_group.into(),
            at: Time { seconds: case.at.into(), nanos: 0 },
        };
        match_batch(&index, &[query], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        if answer.refused.is_some() || answer.incomplete {
            continue;
        }
        let expected = oracle.matches(query.text, query.limit, query.max_per_group, query.at);
        assert_eq!(answer.total, expected.total);
        assert_eq!(answer.hits.len(), expected.matches.len());
        for (hit, expected) in answer.hits.iter().zip(&expected.matches) {
            assert_eq!(index.listing_id(hit.listing), expected.listing_id);
            assert_eq!((hit.score, hit.match_type), (expected.score, expected.match_type));
            assert_eq!(hit.keyword as usize, expected.keyword);
        }
    }
});
