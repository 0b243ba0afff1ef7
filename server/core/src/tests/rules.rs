//! Groups, negative lists and targeting: tables of cases.

use crate::answer::Query;
use crate::group::Group;
use crate::listing::{Listing, Status, Time};
use crate::negative_list::NegativeList;
use crate::targeting::{Attribute, AttributeValue, Attributes};

use super::records::{Records, listing, negatives, query};

/// `l` is in the group `g`, `free` in none; both have the keyword `shoes`.
fn records(change: impl FnOnce(&mut Group)) -> Records {
    let mut group = Group::new("g");
    change(&mut group);
    let mut grouped = listing("l", &["shoes"]);
    grouped.group = Some("g".to_owned());
    Records {
        listings: vec![grouped, listing("free", &["shoes"])],
        groups: vec![group],
        lists: vec![list("brand", &["casino", "\"free trial\""]), list("empty", &[])],
    }
}

fn list(name: &str, notations: &[&str]) -> NegativeList {
    NegativeList { name: name.to_owned(), negatives: negatives(notations) }
}

/// The ids that a text finds, in order.
fn check(records: &Records, text: &str, expected: &[&str]) {
    assert_eq!(records.ids(query(text)), expected, "{text:?}");
}

fn with_targeting(id: &str, keywords: &[&str], targeting: &str) -> Listing {
    Listing { targeting: targeting.to_owned(), ..listing(id, keywords) }
}

fn string<'a>(name: &'a str, value: &'a str) -> Attribute<'a> {
    Attribute { name, value: AttributeValue::String(value) }
}

#[test]
fn a_paused_group_pauses_its_listings() {
    check(&records(|_| {}), "shoes", &["free", "l"]);
    check(&records(|group| group.status = Status::Paused), "shoes", &["free"]);
}

#[test]
fn the_flights_of_group_and_listing_must_both_hold() {
    let time = |seconds| Some(Time { seconds, nanos: 0 });
    let mut records = records(|group| (group.start_time, group.end_time) = (time(10), time(20)));
    (records.listings[0].start_time, records.listings[0].end_time) = (time(15), time(30));
    let at = |seconds| {
        let query = Query { at: Time { seconds, nanos: 0 }, ..query("shoes") };
        records.ids(query).len() == 2
    };
    assert!(!at(9) && !at(10) && !at(14) && at(15) && at(19) && !at(20) && !at(29));
}

#[test]
fn negatives_of_all_levels_add_up() {
    let mut all = records(|group| {
        group.negatives = negatives(&["-old"]);
        group.negative_lists = vec!["brand".to_owned()];
    });
    all.listings[0].negatives = negatives(&["red"]);
    all.listings[1].negative_lists = vec!["empty".to_owned(), "brand".to_owned()];
    check(&all, "shoes", &["free", "l"]);
    check(&all, "shoes red", &["free"]);
    check(&all, "shoes old", &["free"]);
    check(&all, "shoes casino", &[]);
    check(&all, "shoes free trial", &[]);
    check(&all, "shoes trial free", &["free", "l"]);
    check(&all, "shoes casino red old", &[]);
    all.listings[1].negative_lists.clear();
    check(&all, "shoes casino", &["free"]);
}

#[test]
fn a_negative_of_one_group_does_not_touch_another() {
    let mut records = records(|group| group.negatives = negatives(&["red"]));
    records.groups.push(Group { negatives: negatives(&["blue"]), ..Group::new("h") });
    records.listings[1].group = Some("h".to_owned());
    check(&records, "shoes red", &["free"]);
    check(&records, "shoes blue", &["l"]);
}

#[test]
fn a_list_that_is_referred_to_twice_counts_once() {
    let mut records = records(|group| group.negative_lists = vec!["brand".to_owned(); 2]);
    records.listings[0].negative_lists = vec!["brand".to_owned()];
    check(&records, "shoes casino", &["free"]);
    let counts = records.index().counts();
    assert_eq!((counts.negatives, counts.negative_lists, counts.groups), (2, 2, 1));
}

#[test]
fn a_group_gives_its_bid_to_keywords_without_one() {
    let mut records = records(|group| group.bid_micros = Some(7));
    let mut bids = listing("own", &["shoes"]);
    (bids.group, bids.bid_micros) = (Some("g".to_owned()), Some(3));
    records.listings.push(bids);
    let mut best = listing("keyword", &["shoes", "red"]);
    best.group = Some("g".to_owned());
    best.keywords[0].bid_micros = Some(0);
    records.listings.push(best);
    let hits = records.ask(query("shoes")).0;
    assert_eq!(hits, ["l BROAD 0 7", "own BROAD 0 3", "free BROAD 0 0", "keyword BROAD 0 0"]);
    let hits = records.ask(query("shoes red")).0;
    assert_eq!(hits[0], "keyword BROAD 1 7", "the group's bid makes another keyword the best");
}

#[test]
fn targeting_of_listing_and_group_must_both_be_true() {
    let mut records = records(|group| group.targeting = "country == \"US\"".to_owned());
    records.listings[0].targeting = "device != \"tv\"".to_owned();
    let ids = |shared: &[Attribute<'_>], own: &[Attribute<'_>]| {
        records.ids(Query { attributes: Attributes { shared, own }, ..query("shoes") }).len()
    };
    let (us, tv, phone) =
        (string("country", "US"), string("device", "tv"), string("device", "phone"));
    assert_eq!(ids(&[], &[]), 1, "a missing attribute is an error, and does not match");
    assert_eq!(ids(&[us], &[]), 1);
    assert_eq!(ids(&[us, phone], &[]), 2);
    assert_eq!(ids(&[us, tv], &[]), 1);
    assert_eq!(ids(&[us, tv], &[phone]), 2, "an own attribute wins");
    assert_eq!(ids(&[us, phone], &[tv]), 1);
    assert_eq!(ids(&[phone], &[us]), 2);
}

#[test]
fn each_query_of_a_batch_is_judged_by_its_own_attributes() {
    let listings = [
        with_targeting("us", &["shoes"], "country == \"US\""),
        with_targeting("any", &["shoes"], " "),
        with_targeting("phone", &["shoes"], "device == \"phone\" || country == \"FR\""),
    ];
    let records = Records::from(&listings[..]);
    let index = records.index();
    let (us, fr, phone) =
        ([string("country", "US")], [string("country", "FR")], [string("device", "phone")]);
    let batch = |shared, own| Query { attributes: Attributes { shared, own }, ..query("shoes") };
    let queries = [
        batch(&us[..], &[][..]),
        batch(&us, &[]),
        batch(&us, &phone),
        batch(&us, &fr),
        batch(&us, &[]),
        batch(&fr, &[]),
        batch(&[], &[]),
        batch(&[], &phone),
    ];
    let mut scratch = crate::Scratch::new(crate::TextLimits::default());
    // Twice, so that nothing is left of a batch before.
    for _ in 0..2 {
        crate::match_batch(&index, &queries, &mut scratch);
        let ids = scratch.answers().map(|answer| {
            let ids = answer.hits.iter().map(|hit| index.listing_id(hit.listing));
            ids.collect::<Vec<_>>().join(" ")
        });
        let ids: Vec<_> = ids.collect();
        let expected = [
            "any us",
            "any us",
            "any phone us",
            "any phone",
            "any us",
            "any phone",
            "any",
            "any phone",
        ];
        assert_eq!(ids, expected);
    }
}

#[test]
fn equal_rules_are_one_row_and_equal_targetings_one_expression() {
    let mut listings: Vec<_> =
        (0..10).map(|n| with_targeting(&format!("{n}"), &["a"], "x == 1 && y == 2")).collect();
    listings.extend((10..20).map(|n| with_targeting(&format!("{n}"), &["a"], "z || x == 1")));
    let index = Records::from(&listings[..]).index();
    assert_eq!(index.rules.rows.len(), 2);
    assert_eq!((index.targetings.len(), index.counts().targetings), (2, 2));
}

#[test]
fn equal_negatives_of_a_listing_a_group_and_a_list_are_three() {
    let mut all = records(|group| group.negatives = negatives(&["red"]));
    all.lists = vec![list("brand", &["red"])];
    let mut refers = listing("refers", &["shoes"]);
    refers.negative_lists = vec!["brand".to_owned()];
    // Listing, group and list have one number, 0.
    all.listings.extend([refers, listing("a", &["shoes", "-red"])]);
    check(&all, "shoes", &["a", "free", "l", "refers"]);
    check(&all, "red shoes", &["free"]);
    assert_eq!(all.index().counts().negatives, 3);
}

#[test]
fn attributes_of_the_batch_before_do_not_count() {
    let index = Records::from(&[with_targeting("l", &["a"], "x == 1")][..]).index();
    let sent = [Attribute { name: "x", value: AttributeValue::Int(1) }];
    let mut scratch = crate::Scratch::new(crate::TextLimits::default());
    let mut total = |attributes| {
        crate::match_batch(&index, &[Query { attributes, ..query("a") }], &mut scratch);
        scratch.answers().next().expect("one query has one answer").total
    };
    assert_eq!(total(Attributes { shared: &sent, own: &[] }), 1);
    assert_eq!(total(Attributes::default()), 0);
    assert_eq!(total(Attributes { shared: &[], own: &sent }), 1);
    assert_eq!(total(Attributes::default()), 0);
}

#[test]
fn verdicts_are_those_of_the_index_at_hand() {
    let inventory = |targetings: &[&str]| {
        let listings: Vec<_> = (0..)
            .zip(targetings)
            .map(|(n, targeting)| with_targeting(&format!("{n}"), &["a"], targeting))
            .collect();
        Records::from(&listings[..]).index()
    };
    let mut refers = listing("l", &["a"]);
    refers.negative_lists = vec!["brand".to_owned(), "empty".to_owned()];
    let lists = vec![list("empty", &[]), list("brand", &["c"])];
    let indexes = [
        inventory(&["false"]),
        inventory(&["true"]),
        inventory(&["false", "true", "x"]),
        Records { listings: vec![refers], groups: vec![], lists }.index(),
    ];
    let mut scratch = crate::Scratch::new(crate::TextLimits::default());
    for number in [0, 3, 1, 2, 0, 1, 3, 0, 2, 3, 1] {
        crate::match_batch(&indexes[number], &[query("a"), query("c a")], &mut scratch);
        let totals: Vec<_> = scratch.answers().map(|answer| answer.total).collect();
        assert_eq!(totals, [[0, 0], [1, 1], [1, 1], [1, 0]][number], "index {number}");
    }
}

#[test]
fn texts_of_a_targeting_are_ordered_by_code_points() {
    for (targeting, city, expected) in [
        ("city < \"a\"", "Zürich", true),
        ("city <= \"Z\"", "a", false),
        ("city > \"z\"", "Ärzen", true),
        ("city > \"Ärzen\"", "ärzen", true),
    ] {
        let records = Records::from(&[with_targeting("l", &["a"], targeting)][..]);
        let attributes = Attributes { shared: &[string("city", city)], own: &[] };
        let found = records.ids(Query { attributes, ..query("a") });
        assert_eq!(!found.is_empty(), expected, "{targeting} {city}");
    }
}

/// Equal negatives are one pattern, whoever has them, and it has one text.
#[test]
fn of_negatives_that_are_the_same_the_first_is_read_back() {
    let mut first = listing("l", &["a", "-Poker  chips", "-poker CHIPS"]);
    first.negative_lists = vec!["brand".to_owned()];
    let brand = NegativeList { name: "brand".to_owned(), negatives: negatives(&["POKER chips"]) };
    let of_list = brand.negatives.clone();
    let records = |lists| Records { listings: vec![first.clone()], lists, ..Records::default() };
    let read = |lists| {
        let index = records(lists).index();
        index.listing(index.find_listing("l").expect("it was added")).negatives
    };
    assert_eq!(read(vec![NegativeList::new("brand")]), first.negatives[..1]);
    assert_eq!(read(vec![brand]), of_list, "those of lists come first");
}
