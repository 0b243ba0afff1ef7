//! What a hit gives beside its listing: spans, keyword, payload.

use crate::keyword::{Keyword, MatchType};
use crate::limits::TextLimits;
use crate::matching::{Scratch, match_batch};
use crate::spans::Highlighter;

use super::cases::index;
use super::records::{listing, query};

#[test]
fn spans_name_the_bytes_that_matched() {
    let inventory = [
        listing("broad", &["shoes café"]),
        listing("exact", &["[#café the shoes shoes]"]),
        listing("phrase", &["\"the shoes\""]),
    ];
    let index = index(&inventory);
    let text = "#Café, the shoes (Shoes)!";
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query(text)], &mut scratch);
    let mut highlighter = Highlighter::new(TextLimits::default());
    highlighter.set_text(&index, text);
    let mut found = Vec::new();
    for hit in scratch.answers().next().expect("one query has one answer").hits {
        let spans = highlighter.spans(&index, text, hit);
        let spans: Vec<_> =
            spans.iter().map(|span| &text[span.start as usize..span.end as usize]).collect();
        found.push((index.listing_id(hit.listing), spans));
    }
    let expected = [
        ("exact", vec!["#Café, the shoes (Shoes"]),
        ("phrase", vec!["the shoes"]),
        ("broad", vec!["#Café", "shoes", "Shoes"]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_hit_gives_its_keyword_and_payload_as_they_were_written() {
    let mut inventory = listing("l", &["nothing", "\"^Big  SALE\"", "-x"]);
    inventory.keywords[1].bid_micros = Some(7);
    inventory.payload = b"payload".to_vec();
    let index = index(&[inventory.clone(), listing("k", &["big"])]);
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query("big sale")], &mut scratch);
    let answer = scratch.answers().next().expect("one query has one answer");
    let keywords: Vec<_> = answer.hits.iter().map(|hit| index.keyword(hit)).collect();
    assert_eq!(keywords, [inventory.keywords[1].clone(), Keyword::new("big", MatchType::Broad)]);
    assert_eq!(index.payload(answer.hits[0].listing), b"payload");
    assert_eq!(index.payload(answer.hits[1].listing), b"");
}

#[test]
fn spans_do_not_repeat_and_a_refused_text_has_none() {
    let index = index(&[listing("l", &["\u{fdfa}"])]);
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query("\u{fdfa}")], &mut scratch);
    let hit = scratch.answers().next().expect("one query has one answer").hits[0];
    let mut highlighter = Highlighter::new(TextLimits { text_bytes_max: 64, text_tokens_max: 4 });
    highlighter.set_text(&index, "\u{fdfa}");
    assert_eq!(highlighter.spans(&index, "\u{fdfa}", &hit), [crate::Span { start: 0, end: 3 }]);
    let refused = "\u{fdfa} \u{fdfa}";
    highlighter.set_text(&index, refused);
    assert_eq!(highlighter.spans(&index, refused, &hit), []);
}

#[test]
fn the_spans_of_all_hits_of_a_text_are_bounded() {
    let listings: Vec<_> = (0..100).map(|number| listing(&number.to_string(), &["a b"])).collect();
    let index = index(&listings);
    let text = "a b ".repeat(2_000);
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[crate::Query { limit: 100, ..query(&text) }], &mut scratch);
    let mut highlighter = Highlighter::new(TextLimits::default());
    highlighter.set_text(&index, &text);
    let hits = scratch.answers().next().expect("one query has one answer").hits;
    let spans = hits.iter().map(|hit| highlighter.spans(&index, &text, hit).len());
    let spans: Vec<_> = spans.collect();
    assert_eq!(spans[..25], [4_000; 25], "as many as the steps allow, all of a hit's or none");
    assert_eq!(spans[25..], [0; 75]);
    highlighter.set_text(&index, "b a");
    assert_eq!(highlighter.spans(&index, "b a", &hits[99]).len(), 2, "each text has its own");
}

#[test]
fn the_words_of_a_keyword_that_one_token_is_give_one_span() {
    let index = index(&[listing("l", &["#cat cat"])]);
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query("cat #cat")], &mut scratch);
    let hit = scratch.answers().next().expect("one query has one answer").hits[0];
    let mut highlighter = Highlighter::new(TextLimits::default());
    highlighter.set_text(&index, "cat #cat");
    let spans = [crate::Span { start: 0, end: 3 }, crate::Span { start: 4, end: 8 }];
    assert_eq!(highlighter.spans(&index, "cat #cat", &hit), spans);
}

#[test]
fn a_phrase_of_frequent_words_is_found_at_its_first_place() {
    let index = index(&[listing("l", &["\"a b a c\""])]);
    let text = format!("{}a b a c a b a c", "a b ".repeat(100));
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query(&text)], &mut scratch);
    let hit = scratch.answers().next().expect("one query has one answer").hits[0];
    let mut highlighter = Highlighter::new(TextLimits::default());
    highlighter.set_text(&index, &text);
    let spans = highlighter.spans(&index, &text, &hit);
    assert_eq!(spans, [crate::Span { start: 400, end: 407 }]);
}
