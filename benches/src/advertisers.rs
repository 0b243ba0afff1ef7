//! An inventory as advertisers write it, of any number of keywords, from a fixed seed.
//!
//! The phrases of [`corpus`](crate::corpus) come first, in their order; then head phrases with a place, a brand or a
//! product behind them, and one in six with a word like "cheap" in front, all drawn from the phrases themselves. Keywords
//! are distinct. Five make a listing, 40 listings a group; bids are log-normal around 0.40; six of ten keywords are
//! BROAD, a quarter PHRASE, the rest EXACT; one listing in ten has a targeting, one in twenty a negative.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, Write};

use crate::random::Random;

/// Keywords of a listing.
pub const LISTING_KEYWORDS: usize = 5;
/// Listings of a group.
pub const GROUP_LISTINGS: usize = 40;
const KEYWORDS_SEED: u64 = 0x7e43_28bc_0f7d_fb8a;
const LISTINGS_SEED: u64 = 0xdf8a_f971_41d3_f83e;
const MODIFIERS: [&str; 12] = [
    "cheap", "best", "buy", "used", "new", "discount", "online", "free", "top", "local", "luxury",
    "rent",
];
const COUNTRIES: [&str; 12] =
    ["US", "GB", "DE", "FR", "JP", "BR", "IN", "CA", "AU", "MX", "ES", "IT"];

/// Distinct keywords without marks: the first `most` of the endless list.
pub fn keywords(phrases: &[String], most: usize) -> impl Iterator<Item = String> {
    let mut random = Random::new(KEYWORDS_SEED);
    // A set of hashes: ten million texts would take a gigabyte. One that collides is left out, which nobody misses.
    let mut seen: HashSet<u64, BuildHasherDefault<DefaultHasher>> = HashSet::default();
    let own = phrases.iter().cloned();
    let made = std::iter::repeat_with(move || {
        let head = random.pick(phrases);
        let tail = random.pick(phrases);
        match random.below(6) {
            0 => format!("{} {head} {tail}", random.pick(&MODIFIERS)),
            _ => format!("{head} {tail}"),
        }
    });
    let fresh = own.chain(made).filter(move |keyword| {
        let hash = seen.hasher().hash_one(keyword);
        seen.insert(hash)
    });
    fresh.take(most)
}

/// Writes the inventory as JSON Lines, groups first. Gives the bytes of the keywords' texts.
///
/// # Errors
/// Those of writing.
pub fn write(phrases: &[String], most: usize, to: &mut impl Write) -> io::Result<u64> {
    let mut random = Random::new(LISTINGS_SEED);
    let listings = most.div_ceil(LISTING_KEYWORDS);
    for group in 0..listings.div_ceil(GROUP_LISTINGS) {
        writeln!(to, r#"{{"group": {{"id": "group-{group}"}}}}"#)?;
    }
    let mut text_bytes = 0;
    let mut keywords = keywords(phrases, most);
    for number in 0..listings {
        let group = number / GROUP_LISTINGS;
        write!(to, r#"{{"listing": {{"id": "l{number}", "group": "group-{group}", "keywords": ["#)?;
        for (nth, keyword) in keywords.by_ref().take(LISTING_KEYWORDS).enumerate() {
            text_bytes += keyword.len() as u64;
            let comma = if nth == 0 { "" } else { ", " };
            write!(to, "{comma}{}", json(&marked(&keyword, &mut random)))?;
        }
        if random.below(20) == 0 {
            write!(to, ", {}", json(&format!("-{}", random.pick(phrases))))?;
        }
        write!(to, r#"], "bid_micros": {}"#, random.log_normal_micros())?;
        if random.below(10) == 0 {
            let (country, age) = (random.pick(&COUNTRIES), 18 + random.below(50));
            let targeting = format!(r#"country == "{country}" && age >= {age}"#);
            write!(to, r#", "targeting": {}"#, json(&targeting))?;
        }
        writeln!(to, "}}}}")?;
    }
    Ok(text_bytes)
}

/// A keyword with the marks of its match type. A text that has quotes or brackets itself stays BROAD.
fn marked(keyword: &str, random: &mut Random) -> String {
    match random.below(20) {
        0..3 => format!("[{keyword}]"),
        3..8 => format!("\"{keyword}\""),
        _ => keyword.to_owned(),
    }
}

/// A text as JSON has it.
fn json(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            character if character < ' ' => quoted.push(' '),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
