//! What the builder refuses, and what it just takes: every bound from both sides.

use crate::IndexBuilder;
use crate::group::Group;
use crate::limits::TextLimits;
use crate::listing::{Listing, Time};
use crate::negative_list::NegativeList;
use crate::record::{Field, Reason, RecordError};

use super::cases::index;
use super::records::listing;

/// The first thing that is wrong with a listing; the builder must be as it was then.
fn check_refused(change: impl FnOnce(&mut Listing), field: Field, reason: Reason) {
    let mut builder = IndexBuilder::new();
    builder.add(&listing("first", &["a"])).expect("it is good");
    let mut bad = listing("l", &["b", "-c"]);
    change(&mut bad);
    assert_eq!(builder.add(&bad), Err(vec![RecordError { field, reason }]));
    builder.add(&listing("l", &["b"])).expect("nothing of the bad one was added");
    let index = builder.finish().expect("nothing is referred to");
    index.validate().expect("an index just built is valid");
    assert_eq!((index.counts().listings, index.counts().patterns), (2, 2));
}

#[test]
fn bad_listings_are_refused_with_field_and_reason() {
    check_refused(|bad| bad.id.clear(), Field::Id, Reason::Empty);
    check_refused(|bad| bad.id = "x".repeat(129), Field::Id, Reason::TooLong(128));
    check_refused(|bad| bad.id = "first".into(), Field::Id, Reason::DuplicateId(0));
    check_refused(|bad| bad.group = Some(String::new()), Field::Group, Reason::Empty);
    check_refused(|bad| bad.group = Some("x".repeat(129)), Field::Group, Reason::TooLong(128));
    check_refused(|bad| bad.keywords.clear(), Field::Keywords, Reason::NoKeyword);
    check_refused(
        |bad| bad.keywords[0].text = "?!".into(),
        Field::Keyword(0),
        Reason::KeywordEmpty,
    );
    check_refused(
        |bad| bad.negatives[0].text = " ".into(),
        Field::Negative(0),
        Reason::KeywordEmpty,
    );
    check_refused(
        |bad| bad.keywords[0].text = "x".repeat(4_097),
        Field::Keyword(0),
        Reason::TooLong(4_096),
    );
    check_refused(
        |bad| bad.keywords[0].text = "x ".repeat(256),
        Field::Keyword(0),
        Reason::KeywordTooManyTokens(255),
    );
    check_refused(|bad| bad.payload = vec![0; 65_537], Field::Payload, Reason::TooLong(65_536));
    for quality in [-1.0, f64::NAN, f64::INFINITY] {
        check_refused(|bad| bad.quality = quality, Field::Quality, Reason::ScoreNotFinite);
    }
    check_refused(
        |bad| (bad.quality, bad.keywords[0].bid_micros) = (1e300, Some(1_000_000_000)),
        Field::Quality,
        Reason::ScoreNotFinite,
    );
    let time = |seconds| Some(Time { seconds, nanos: 0 });
    check_refused(
        |bad| (bad.start_time, bad.end_time) = (time(5), time(5)),
        Field::EndTime,
        Reason::EndsBeforeStart,
    );
}

#[test]
fn the_limits_of_the_contract_are_the_defaults() {
    let limits = TextLimits::default();
    assert_eq!((limits.text_bytes_max, limits.text_tokens_max), (65_536, 8_192));
    assert_eq!((crate::limits::MATCHES_DEFAULT, crate::limits::MATCHES_MAX), (10, 1_000));
}

#[test]
fn lengths_of_just_the_most_are_taken() {
    let mut longest = listing(&"x".repeat(128), &["a"]);
    longest.group = Some("x".repeat(128));
    longest.payload = vec![0; 65_536];
    longest.keywords[0].text = "x".repeat(4_096);
    assert_eq!(index(&[longest]).counts().listings, 1);
}

#[test]
fn a_score_that_is_not_finite_is_refused_for_the_bid_of_the_listing_too() {
    check_refused(
        |bad| (bad.quality, bad.bid_micros) = (1e300, Some(1_000_000_000)),
        Field::Quality,
        Reason::ScoreNotFinite,
    );
}

#[test]
fn a_record_of_too_many_keywords_or_negatives_is_refused() {
    let many = listing("", &["a"; 100_001]).keywords;
    let check = |taken: bool, errors: Result<(), Vec<RecordError>>, field: Field| {
        let too_long = RecordError { field, reason: Reason::TooLong(100_000) };
        assert_eq!(errors, if taken { Ok(()) } else { Err(vec![too_long]) });
    };
    for (count, taken) in [(100_000, true), (100_001, false)] {
        let mut builder = IndexBuilder::new();
        let of_keywords = Listing { keywords: many[..count].to_vec(), ..listing("k", &[]) };
        check(taken, builder.add(&of_keywords), Field::Keywords);
        let of_negatives = Listing { negatives: many[..count].to_vec(), ..listing("n", &["a"]) };
        check(taken, builder.add(&of_negatives), Field::Negatives);
        let group = Group { negatives: many[..count].to_vec(), ..Group::new("g") };
        check(taken, builder.add_group(&group), Field::Negatives);
        let list = NegativeList { name: "l".to_owned(), negatives: many[..count].to_vec() };
        check(taken, builder.add_negative_list(&list), Field::Negatives);
    }
}

#[test]
fn a_keyword_of_just_the_most_tokens_is_taken() {
    let longest = "x ".repeat(255);
    assert_eq!(index(&[listing("l", &[&longest, &format!("\"{longest}\"")])]).counts().keywords, 2);
}
