//! Keywords of very many listings: the answer is the same, and not all listings are looked at.

use crate::answer::{Answer, Query};
use crate::limits::TextLimits;
use crate::listing::{Listing, Status};
use crate::matching::{Scratch, match_batch};
use crate::targeting::{Attribute, AttributeValue, Attributes};

use super::records::{Records, assert_agrees, listing, query};

fn inventory(listings: u64) -> Vec<Listing> {
    let all = (0..listings).map(|number| {
        let mut listing = listing(&format!("{number:05}"), &["shoes"]);
        listing.bid_micros = Some(number * 7919 % listings);
        if number % 3 == 0 {
            listing.keywords.push(crate::Keyword::parse("[red shoes]").keyword);
        }
        if number % 5 == 0 {
            listing.status = Status::Paused;
        }
        listing.group = (number % 2 == 0).then(|| "g".to_owned());
        listing
    });
    all.collect()
}

#[test]
fn the_best_of_very_many_listings_are_found_without_counting_all() {
    let records = Records::from(&inventory(3_000)[..]);
    let (index, oracle) = (records.index(), records.oracle());
    let mut scratch = Scratch::new(TextLimits::default());
    for (text, limit, max_per_group) in [
        ("shoes", 10, 0),
        ("red shoes", 10, 0),
        ("red shoes", 3, 1),
        ("shoes", 1_000, 0),
        ("big shoes", 2, 2),
        ("shoes", 0, 0),
    ] {
        let query = Query { limit, max_per_group, ..query(text) };
        match_batch(&index, &[query], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        assert_agrees(&index, &oracle, &query, &answer);
        assert!(!answer.total_exact && !answer.incomplete, "{query:?}");
        let few = u64::from(limit) * 2 + 2;
        assert!(answer.total <= few.max(1_000), "{query:?}: {} were judged", answer.total);
    }
}

#[test]
fn a_keyword_of_just_the_most_listings_is_counted() {
    for (listings, exact) in [(1_024, true), (1_025, false)] {
        let listings: Vec<_> =
            (0..listings).map(|number| listing(&number.to_string(), &["a"])).collect();
        let index = Records::from(&listings[..]).index();
        let mut scratch = Scratch::new(TextLimits::default());
        match_batch(&index, &[query("a")], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        assert_eq!((answer.total_exact, answer.hits.len()), (exact, 10));
        assert_eq!(answer.total, if exact { 1_024 } else { 10 });
    }
}

#[test]
fn all_are_counted_where_all_were_looked_at() {
    let mut listings = inventory(1_100);
    for listing in &mut listings[3..] {
        listing.status = Status::Paused;
    }
    let records = Records::from(&listings[..]);
    let index = records.index();
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query("shoes")], &mut scratch);
    let answer = scratch.answers().next().expect("one query has one answer");
    assert_eq!((answer.total, answer.total_exact), (2, true));
}

/// The answer where each keyword of two listings is shared by very many.
fn ask<T>(records: &Records, query: Query<'_>, read: impl FnOnce(&Answer<'_>) -> T) -> T {
    let builder = records.builder().with_shared_listings_max(1);
    let index = builder.finish().expect("nothing is referred to");
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query], &mut scratch);
    let answer = scratch.answers().next().expect("one query has one answer");
    read(&answer)
}

/// Pairs of listings, each with a keyword of its own, and a text that has all of them.
fn pairs(count: usize) -> (Vec<Listing>, String) {
    let words: Vec<_> = (0..count).map(|number| format!("pair{number}")).collect();
    let pair = |word: &String| ["a", "b"].map(|side| listing(&format!("{word}{side}"), &[word]));
    (words.iter().flat_map(pair).collect(), words.join(" "))
}

#[test]
fn candidates_that_take_too_much_judging_are_cut_short() {
    // One step for each shared keyword that a candidate may have instead, of 40,000.
    for (count, incomplete) in [(200, false), (201, true)] {
        let (mut listings, mut text) = pairs(200);
        for number in 0..count {
            let word = format!("alone{number}");
            text = text + " " + &word;
            listings.push(Listing { bid_micros: Some(1), ..listing(&word, &[&word]) });
        }
        let records = Records::from(&listings[..]);
        ask(&records, query(&text), |answer| {
            assert_eq!((answer.total, answer.incomplete), (200, incomplete), "{count} candidates");
            assert_eq!((answer.hits.len(), answer.total_exact), (10, false));
        });
    }
}

#[test]
fn shared_keywords_that_take_too_much_judging_are_cut_short() {
    for (count, incomplete) in [(100, false), (200, true)] {
        let (mut listings, text) = pairs(count);
        for listing in &mut listings {
            listing.status = Status::Paused;
        }
        let records = Records::from(&listings[..]);
        let answer = ask(&records, query(&text), |answer| (answer.total, answer.incomplete));
        assert_eq!(answer, (0, incomplete), "{count} pairs");
    }
}

#[test]
fn rules_and_targetings_are_counted_as_work() {
    for (count, incomplete) in [(40_000, false), (40_001, true)] {
        let paused = |number: u32| Listing {
            status: Status::Paused,
            ..listing(&number.to_string(), &["a"])
        };
        let listings: Vec<_> = (0..count).map(paused).collect();
        let builder = Records::from(&listings[..]).builder().with_shared_listings_max(100_000);
        let index = builder.finish().expect("nothing is referred to");
        let mut scratch = Scratch::new(TextLimits::default());
        match_batch(&index, &[query("a")], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        assert_eq!((answer.total, answer.incomplete), (0, incomplete), "one row {count} times");
    }
    let targeted = (0..5).map(|number| Listing {
        targeting: format!("!(a{number} in xs)"),
        ..listing(&number.to_string(), &["a"])
    });
    let targeted: Vec<_> = targeted.collect();
    let names = ["a0", "a1", "a2", "a3", "a4"];
    for (length, incomplete) in [(7_900, false), (10_000, true)] {
        let strings = vec!["b".to_owned(); length];
        let mut sent =
            names.map(|name| Attribute { name, value: AttributeValue::String("a") }).to_vec();
        sent.push(Attribute { name: "xs", value: AttributeValue::Strings(&strings) });
        let attributes = Attributes { shared: &[], own: &sent };
        let records = Records::from(&targeted[..]);
        let answer = ask(&records, Query { attributes, ..query("a") }, |answer| {
            (answer.total, answer.incomplete)
        });
        assert_eq!(answer, if incomplete { (3, true) } else { (5, false) }, "{length} strings");
    }
}
