//! Tables of cases: what a few listings answer to a text.

use crate::Index;
use crate::answer::Query;
use crate::keyword::{Keyword, MatchType};
use crate::limits::TextLimits;
use crate::listing::{Listing, Status, Time};
use crate::matching::{Scratch, match_batch};
use crate::negative_list::NegativeList;

use super::records::{Records, listing, negatives, query};

pub(super) fn index(listings: &[Listing]) -> Index {
    Records::from(listings).index()
}

pub(super) fn ask(listings: &[Listing], query: Query<'_>) -> (Vec<String>, u64) {
    Records::from(listings).ask(query)
}

pub(super) fn hits(listings: &[Listing], text: &str) -> Vec<String> {
    ask(listings, query(text)).0
}

/// The ids that a text finds, in order.
pub(super) fn check(listings: &[Listing], text: &str, expected: &[&str]) {
    let found = hits(listings, text);
    let ids: Vec<_> = found.iter().filter_map(|hit| hit.split(' ').next()).collect();
    assert_eq!(ids, expected, "{text:?}: {found:?}");
}

fn with_bid(mut listing: Listing, bid_micros: u64) -> Listing {
    listing.bid_micros = Some(bid_micros);
    listing
}

#[test]
fn exact_is_the_whole_text_in_order() {
    let inventory = [listing("l", &["[running shoes]"])];
    check(&inventory, "Running, SHOES!", &["l"]);
    check(&inventory, "shoes running", &[]);
    check(&inventory, "running shoes sale", &[]);
    check(&inventory, "running", &[]);
    check(&inventory, "running running shoes", &[]);
}

#[test]
fn exact_is_not_satisfied_by_the_same_words_in_another_number() {
    let inventory = [listing("l", &["[new york new york]"])];
    check(&inventory, "new york new york", &["l"]);
    check(&inventory, "new york", &[]);
    check(&inventory, "new new york york", &[]);
}

#[test]
fn phrase_is_adjacent_and_in_order() {
    let inventory = [listing("l", &["\"a b a c\""])];
    check(&inventory, "x a b a c y", &["l"]);
    check(&inventory, "a b a b a c", &["l"]);
    check(&inventory, "a b x a c", &[]);
    check(&inventory, "c a b a", &[]);
}

#[test]
fn anchors_hold_the_ends() {
    let inventory = [listing("start", &["\"^a b\""]), listing("end", &["\"a b$\""])];
    check(&inventory, "a b", &["end", "start"]);
    check(&inventory, "a b c", &["start"]);
    check(&inventory, "c a b", &["end"]);
    check(&inventory, "c a b c", &[]);
    check(&inventory, "a b c a b", &["end", "start"]);
    check(&[listing("both", &["\"^a b$\""])], "a b", &["both"]);
    check(&[listing("both", &["\"^a b$\""])], "a b a b", &[]);
}

#[test]
fn broad_is_every_distinct_word_somewhere() {
    let inventory = [listing("l", &["a b b"])];
    check(&inventory, "b x a", &["l"]);
    check(&inventory, "a a a", &[]);
    let far = format!("a {} b", "x ".repeat(3_000));
    check(&inventory, &far, &["l"]);
}

#[test]
fn sigils_of_keywords_are_asked_for_and_those_of_texts_are_not() {
    let inventory =
        [listing("plain", &["cat"]), listing("hash", &["#cat"]), listing("at", &["\"@cat food\""])];
    check(&inventory, "cat", &["plain"]);
    check(&inventory, "#cat", &["hash", "plain"]);
    check(&inventory, "@cat food", &["at", "plain"]);
    check(&inventory, "#cat food", &["hash", "plain"]);
    check(&[listing("both", &["#cat cat"])], "#cat", &["both"]);
    check(&[listing("both", &["\"cat #cat\""])], "#cat cat", &[]);
    check(&[listing("both", &["\"cat #cat\""])], "@cat #cat", &["both"]);
}

#[test]
fn negatives_always_win() {
    check(&[listing("l", &["[free shoes]", "-free"])], "free shoes", &[]);
    let inventory =
        [listing("l", &["shoes", "-\"free trial\"", "-[shoes]"]), listing("m", &["shoes"])];
    check(&inventory, "trial free shoes", &["l", "m"]);
    check(&inventory, "shoes free trial", &["m"]);
    check(&inventory, "shoes", &["m"]);
    // A negative of one listing is a keyword of another.
    let inventory = [listing("l", &["shoes", "-free"]), listing("m", &["free"])];
    check(&inventory, "free shoes", &["m"]);
}

#[test]
fn paused_listings_do_not_match() {
    let mut paused = listing("l", &["a"]);
    paused.status = Status::Paused;
    check(&[paused, listing("m", &["a"])], "a", &["m"]);
}

#[test]
fn flights_are_half_open() {
    let time = |seconds, nanos| Some(Time { seconds, nanos });
    let mut flight = listing("l", &["a"]);
    (flight.start_time, flight.end_time) = (time(10, 5), time(20, 0));
    let at = |seconds, nanos| {
        let query = Query { at: Time { seconds, nanos }, ..query("a") };
        ask(&[flight.clone(), listing("m", &["a"])], query).1 == 2
    };
    assert!(!at(10, 4) && at(10, 5) && at(19, 999_999_999) && !at(20, 0) && !at(-1, 0));
}

#[test]
fn the_best_keyword_of_a_listing_is_the_hit() {
    let bid = |notation: &str, bid_micros| Keyword {
        bid_micros: Some(bid_micros),
        ..Keyword::parse(notation).keyword
    };
    let mut best = Listing::new("l");
    best.bid_micros = Some(5);
    best.keywords = vec![bid("a", 9), bid("\"a\"", 7), bid("[a]", 1)];
    assert_eq!(hits(&[best.clone()], "a"), ["l EXACT 2 1"], "the narrower type, whatever the bid");
    assert_eq!(hits(&[best.clone()], "a x"), ["l PHRASE 1 7"]);
    best.keywords = vec![bid("a", 2), Keyword::new("b", MatchType::Broad), bid("c", 4)];
    assert_eq!(
        hits(&[best.clone()], "a b c"),
        ["l BROAD 1 5"],
        "then the higher bid; the listing's counts"
    );
    best.keywords = vec![bid("a", 5), bid("b a", 5), bid("c b", 5)];
    assert_eq!(
        hits(&[best.clone()], "a b c"),
        ["l BROAD 1 5"],
        "then more tokens, then the earlier"
    );
    best.quality = 0.0;
    best.keywords = vec![bid("a", 1), bid("b", 2)];
    assert_eq!(hits(&[best], "a b"), ["l BROAD 1 0"], "bids count also where scores are equal");
}

#[test]
fn equal_keywords_of_a_listing_are_one() {
    let mut twice = listing("l", &["Red car", "car red", "\"a b\"", "\"A, b\"", "[x]"]);
    twice.keywords[1].bid_micros = Some(3);
    let counts = index(&[twice.clone()]).counts();
    assert_eq!((counts.keywords, counts.duplicate_keywords, counts.patterns), (3, 2, 3));
    assert_eq!(hits(&[twice], "red car"), ["l BROAD 1 3"]);
}

#[test]
fn order_is_score_then_type_then_id() {
    let inventory = [
        with_bid(listing("c", &["a"]), 2),
        with_bid(listing("b", &["\"a\""]), 2),
        with_bid(listing("e", &["[a]"]), 2),
        with_bid(listing("z", &["a"]), 3),
        with_bid(listing("aa", &["a"]), 2),
        with_bid(listing("B", &["a"]), 2),
        listing("0", &["[a]"]),
    ];
    check(&inventory, "a", &["z", "e", "b", "B", "aa", "c", "0"]);
}

#[test]
fn score_is_bid_times_quality() {
    let mut low = with_bid(listing("low", &["a"]), 1_000_000);
    low.quality = 0.5;
    let mut high = with_bid(listing("high", &["a"]), 300_000);
    high.quality = 2.0;
    assert_eq!(hits(&[low, high], "a"), ["high BROAD 0 600000", "low BROAD 0 500000"]);
}

#[test]
fn limit_and_group_cap_cut_the_ordered_list_and_total_does_not_change() {
    let mut inventory = Vec::new();
    for (id, group, bid) in
        [("a", "g", 9), ("b", "g", 8), ("c", "h", 7), ("d", "g", 6), ("e", "", 5), ("f", "", 4)]
    {
        let mut listing = with_bid(listing(id, &["x"]), bid);
        listing.group = (!group.is_empty()).then(|| group.to_owned());
        inventory.push(listing);
    }
    let ids = |limit, max_per_group| {
        let (hits, total) = ask(&inventory, Query { limit, max_per_group, ..query("x") });
        assert_eq!(total, 6);
        hits.iter().map(|hit| hit[..1].to_owned()).collect::<String>()
    };
    assert_eq!(ids(10, 0), "abcdef");
    assert_eq!(ids(3, 0), "abc");
    assert_eq!(ids(10, 1), "acef");
    assert_eq!(ids(3, 2), "abc");
    assert_eq!(ids(4, 1), "acef");
    assert_eq!(ids(1, 1), "a");
}

#[test]
fn many_keywords_that_share_a_frequent_word_are_all_found() {
    let words: Vec<_> = (0..300).map(|number| format!("w{number}")).collect();
    let mut inventory = Vec::new();
    for (number, word) in words.iter().enumerate() {
        let other = &words[(number * 7 + 1) % words.len()];
        inventory.push(listing(&format!("l{number}"), &[&format!("common {word} {other}")]));
    }
    inventory.push(listing("alone", &["common"]));
    inventory.push(listing("phrase", &["\"common w7\""]));
    let all = words.join(" ") + " common";
    assert_eq!(ask(&inventory, query(&all)).1, 301);
    check(&inventory, "common w7 w50", &["phrase", "alone", "l7"]);
    check(&inventory, "w7 common", &["alone"]);
}

#[test]
fn refused_texts_fail_alone() {
    let index = index(&[listing("l", &["a"])]);
    let mut scratch = Scratch::new(TextLimits { text_bytes_max: 8, text_tokens_max: 3 });
    let queries = [query("a"), query("a b c d"), query("a 3456789"), query("a b")];
    match_batch(&index, &queries, &mut scratch);
    let answers: Vec<_> = scratch
        .answers()
        .map(|answer| (answer.hits.len(), answer.refused.map(|refused| refused.code())))
        .collect();
    let expected =
        [(1, None), (0, Some("TEXT_TOO_MANY_TOKENS")), (0, Some("TEXT_TOO_LONG")), (1, None)];
    assert_eq!(answers, expected);
}

#[test]
fn a_search_that_is_cut_short_says_so_and_returns_nothing_whose_negatives_were_not_judged() {
    let mut inventory = vec![listing("plain", &["a"]), listing("careful", &["a", "-\"zz y\""])];
    inventory
        .extend((0..50).map(|number| listing(&format!("x{number}"), &[&format!("a b c{number}")])));
    let index = index(&inventory);
    let text = "a b zz y";
    let full = {
        let mut scratch = Scratch::new(TextLimits::default());
        match_batch(&index, &[query(text)], &mut scratch);
        scratch.answers().next().map(|answer| answer.total)
    };
    assert_eq!(full, Some(1), "the negative blocks");
    let mut cut_short = 0;
    for steps in 0..200 {
        let mut scratch = Scratch::with_steps(TextLimits::default(), steps);
        match_batch(&index, &[query(text)], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        let ids: Vec<_> = answer.hits.iter().map(|hit| index.listing_id(hit.listing)).collect();
        assert!(!ids.contains(&"careful"), "{steps} steps: its negatives were not judged");
        assert_eq!(answer.incomplete, !answer.total_exact);
        if answer.incomplete {
            cut_short += 1;
        } else {
            assert_eq!(ids, ["plain"], "{steps} steps");
        }
    }
    assert!(cut_short > 0 && cut_short < 200, "some of these limits are too low and some are not");
}

#[test]
fn an_empty_index_answers() {
    assert_eq!(ask(&[], query("a")), (vec![], 0));
    assert_eq!(ask(&[listing("l", &["a"])], query("")), (vec![], 0));
}

#[test]
fn the_same_listings_in_another_order_give_the_same_answers() {
    let mut inventory: Vec<_> = (0..40)
        .map(|number| listing(&format!("{number}"), &["a b", &format!("a c{number}")]))
        .collect();
    let expected = ask(&inventory, query("a b c3 c17"));
    inventory.reverse();
    assert_eq!(ask(&inventory, query("a b c3 c17")), expected);
}

#[test]
fn a_keyword_that_is_found_before_the_negative_does_not_return_its_listing_when_cut_short() {
    // The keyword's word is rare and comes first, the negative's is frequent and comes last.
    let mut inventory = vec![listing("careful", &["rare", "-common"])];
    inventory.extend((0..50).map(|number| {
        listing(&format!("x{number}"), &[&format!("common {number}"), &format!("common x{number}")])
    }));
    let index = index(&inventory);
    let (mut cut_short, mut complete) = (0, 0);
    for steps in 0..50 {
        let mut scratch = Scratch::with_steps(TextLimits::default(), steps);
        match_batch(&index, &[query("rare common")], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        assert_eq!(answer.total, 0, "{steps} steps: its negative was not judged, or blocks");
        *if answer.incomplete { &mut cut_short } else { &mut complete } += 1;
    }
    assert!(cut_short > 0 && complete > 0, "some of these limits are too low and some are not");
}

#[test]
fn a_phrase_with_both_anchors_is_an_exact() {
    let mut both = listing("l", &["\"a b\""]);
    (both.keywords[0].anchor_start, both.keywords[0].anchor_end) = (true, true);
    assert_eq!(hits(&[both.clone()], "a b"), ["l EXACT 0 0"]);
    check(&[both], "a b a b", &[]);
}

#[test]
fn anchors_mean_nothing_but_for_a_phrase() {
    let mut anchored = listing("l", &["[a]", "[a]", "b", "b"]);
    (anchored.keywords[1].anchor_start, anchored.keywords[3].anchor_start) = (true, true);
    let counts = index(&[anchored]).counts();
    assert_eq!((counts.keywords, counts.duplicate_keywords), (2, 2));
}

#[test]
fn scores_of_zero_are_equal_whatever_their_sign() {
    let mut negative_zero = with_bid(listing("a", &["x"]), 1);
    negative_zero.quality = -0.0;
    check(&[negative_zero, listing("b", &["x"])], "x", &["a", "b"]);
}

#[test]
fn every_edge_of_a_large_node_is_found() {
    // Each word goes with every other, so that the rarer of two leads to dozens of words.
    let words: Vec<_> = (10..70).map(|number| format!("w{number}")).collect();
    let mut inventory = Vec::new();
    for (at, first) in words.iter().enumerate() {
        let pairs = words[at + 1..].iter().map(|second| format!("{first} {second}"));
        inventory.extend(pairs.map(|pair| listing(&pair, &[&pair])));
    }
    let index = index(&inventory);
    let mut scratch = Scratch::new(TextLimits::default());
    for expected in &inventory {
        match_batch(&index, &[query(&expected.id)], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        let ids: Vec<_> = answer.hits.iter().map(|hit| index.listing_id(hit.listing)).collect();
        assert_eq!(ids, [&expected.id]);
    }
}

#[test]
fn a_search_cut_short_returns_nothing_that_a_list_or_an_expression_might_block() {
    let mut by_list = listing("careful", &["rare"]);
    by_list.negative_lists = vec!["list".to_owned()];
    let list = NegativeList { name: "list".to_owned(), negatives: negatives(&["common"]) };
    for careful in [by_list, listing("careful", &["rare", "-/comm+on/"])] {
        let mut listings = vec![careful];
        let frequent = |number| listing(&format!("{number}"), &[&format!("common {number}")]);
        listings.extend((0..50).map(frequent));
        let index = Records { listings, groups: vec![], lists: vec![list.clone()] }.index();
        let (mut cut_short, mut complete) = (0, 0);
        for steps in 0..100 {
            let mut scratch = Scratch::with_steps(TextLimits::default(), steps);
            match_batch(&index, &[query("rare common")], &mut scratch);
            let answer = scratch.answers().next().expect("one query has one answer");
            assert_eq!(answer.total, 0, "{steps} steps: its negative was not judged, or blocks");
            *if answer.incomplete { &mut cut_short } else { &mut complete } += 1;
        }
        assert!(cut_short > 0 && complete > 0, "some of these limits are too low, some are not");
    }
}
