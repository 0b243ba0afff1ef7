//! Keywords of very many listings: the answer is the same, and not all listings are looked at.

use crate::answer::Query;
use crate::limits::TextLimits;
use crate::listing::{Listing, Status};
use crate::matching::{Scratch, match_batch};

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
