//! Random inventories and texts over small alphabets, so that collisions, repeats and sigils are frequent: the index
//! and the oracle must answer the same.
//!
//! `BROADSIDE_ORACLE_PAIRS` sets how many (inventory, text) pairs are compared.

use crate::answer::Query;
use crate::keyword::{Keyword, MatchType};
use crate::limits::TextLimits;
use crate::listing::{Listing, Status, Time};
use crate::matching::{Scratch, match_batch};
use crate::naive;

use super::cases::index;

const PAIRS_DEFAULT: u64 = 60_000;
const TEXTS_PER_INVENTORY: u64 = 20;

/// A small generator of our own, so that a seed says all (SplitMix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ value >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        let at = self.below(of.len() as u64);
        of[usize::try_from(at).expect("it is an index")]
    }
}

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

fn time(random: &mut Random) -> Time {
    let seconds = i64::try_from(random.below(4)).expect("it is small");
    let nanos = u32::try_from(random.below(2)).expect("it is small");
    Time { seconds, nanos }
}

fn listing(random: &mut Random, number: u64, most_words: u64) -> Listing {
    let mut listing = Listing::new(format!("{}{number}", random.pick(&["", "x", "é"])));
    let keywords = 1 + random.below(4);
    listing.keywords = (0..keywords).map(|_| keyword(random, most_words)).collect();
    if random.one_in(3) {
        let negatives = 1 + random.below(3);
        listing.negatives = (0..negatives).map(|_| keyword(random, 2)).collect();
    }
    listing.bid_micros = (!random.one_in(3)).then(|| random.below(4));
    listing.quality = *random.pick(&[&1.0, &1.0, &0.0, &0.5, &3.0]);
    listing.group = (!random.one_in(3)).then(|| random.pick(&["g", "h"]).to_owned());
    if random.one_in(10) {
        listing.status = Status::Paused;
    }
    if random.one_in(5) {
        let (start, end) = (time(random), time(random));
        listing.start_time = random.one_in(2).then_some(start.min(end));
        listing.end_time = (start != end && random.one_in(2)).then_some(start.max(end));
    }
    listing
}

/// Listings that the builder takes. Sizes vary so that leaves, nodes and hashed edges all occur.
fn inventory(random: &mut Random) -> Vec<Listing> {
    let count = *random.pick(&[&1, &3, &8, &8, &20, &60]);
    let most_words = 1 + random.below(4);
    let all = (0..count).map(|number| listing(random, number, most_words));
    let has_words = |keyword: &Keyword| !naive::analyze(&keyword.text).is_empty();
    all.filter(|listing| listing.keywords.iter().chain(&listing.negatives).all(has_words)).collect()
}

fn compare(seed: u64, scratch: &mut Scratch) {
    let random = &mut Random(seed);
    let listings = inventory(random);
    let index = index(&listings);
    let oracle = naive::Inventory::new(listings);
    let texts: Vec<_> = (0..TEXTS_PER_INVENTORY).map(|_| words(random, 7)).collect();
    let query = |text| Query {
        text,
        limit: *random.pick(&[&0, &1, &2, &10, &1_000]),
        max_per_group: *random.pick(&[&0, &0, &1, &2]),
        at: time(random),
    };
    let queries: Vec<_> = texts.iter().map(String::as_str).map(query).collect();
    match_batch(&index, &queries, scratch);
    for (query, answer) in queries.iter().zip(scratch.answers()) {
        let expected = oracle.matches(query.text, query.limit, query.max_per_group, query.at);
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
        let found = naive::Answer { matches, total: answer.total };
        assert_eq!(found, expected, "seed {seed}: {query:?}\n{oracle:?}");
        assert!(answer.total_exact && !answer.incomplete, "seed {seed}: {query:?}");
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
