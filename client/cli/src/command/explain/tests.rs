//! What explanations look like, for people and for programs.

use broadside_client::{
    ExplainedMatch, Explanation, Keyword, Level, ListingExplanation, MatchType, Miss, Outcome,
    Span, TextExplanation, Version,
};

use super::{exit_of_text, human_listing, human_text, json};
use crate::failure::Exit;
use crate::paint::{ColorChoice, Paint};

mod reasons;

const TEXT: &str = "cheap running shoes";

fn version() -> Version {
    Version { generation: "9d3f00aa12345678".to_owned(), sequence: 3 }
}

fn keyword(text: &str, match_type: MatchType) -> Keyword {
    Keyword {
        text: text.to_owned(),
        match_type,
        bid_micros: None,
        anchor_start: false,
        anchor_end: false,
    }
}

fn group() -> Level {
    Level::Group("summer".to_owned())
}

fn explained(listing_id: &str, outcome: Outcome) -> Explanation {
    Explanation { listing_id: listing_id.to_owned(), outcome }
}

fn matched() -> Outcome {
    Outcome::Matched(ExplainedMatch {
        score: 1_080_000.0,
        keyword_index: 2,
        keyword: Keyword {
            bid_micros: Some(900_000),
            anchor_end: true,
            ..keyword("running shoes", MatchType::Phrase)
        },
        spans: vec![Span { start: 6, end: 19 }],
    })
}

fn answer() -> TextExplanation {
    TextExplanation {
        version: version(),
        matches: vec![
            explained("shop-17", matched()),
            explained(
                "跑鞋",
                Outcome::Matched(ExplainedMatch {
                    score: 450_000.5,
                    keyword_index: 0,
                    keyword: keyword("cheap", MatchType::Broad),
                    spans: vec![Span { start: 0, end: 5 }],
                }),
            ),
        ],
        misses: vec![
            explained("a", Outcome::Missed(Miss::Paused { level: group() })),
            explained("shop-9", Outcome::Missed(Miss::Paused { level: Level::Listing })),
        ],
        more_misses: false,
        total: 2,
        total_exact: true,
        incomplete: false,
    }
}

#[test]
fn a_whole_answer_for_people() {
    let plain = Paint::new(ColorChoice::Never, false, None, None);
    let expected = "\
[cheap] [running shoes]
  #     score  type    listing  keyword
  1   1080000  PHRASE  shop-17  \"running shoes$\"
  2  450000.5  BROAD   跑鞋     cheap

do not match, although a keyword does
  a       its group summer is paused
  shop-9  it is paused

inventory 9d3f00aa12345678+3
";
    assert_eq!(human_text(TEXT, &answer(), plain), expected);
    assert_eq!(exit_of_text(&answer()), Exit::Done);
}

#[test]
fn a_whole_answer_says_what_it_leaves_out() {
    let plain = Paint::new(ColorChoice::Never, false, None, None);
    let cut = TextExplanation { total: 1_200, more_misses: true, incomplete: true, ..answer() };
    let text = human_text(TEXT, &cut, plain);
    assert!(text.contains("\n  1,200 listings match; 2 shown\n"), "{text}");
    assert!(text.contains("\n  a work limit stopped the search early"), "{text}");
    assert!(text.contains("  shop-9  it is paused\n  … and there may be more\n"), "{text}");
    let text = human_text(TEXT, &TextExplanation { total_exact: false, ..cut }, plain);
    assert!(text.contains("\n  at least 1,200 listings match; 2 shown\n"), "{text}");

    let nothing = TextExplanation { version: version(), ..TextExplanation::default() };
    let expected = "cheap running shoes\n  no listing matches\n\ninventory 9d3f00aa12345678+3\n";
    assert_eq!(human_text(TEXT, &nothing, plain), expected);
}

#[test]
fn a_whole_answer_for_programs() {
    let value: serde_json::Value =
        serde_json::from_str(&json::text(TEXT, &answer())).expect("it is JSON");
    assert_eq!(value["text"], TEXT);
    assert_eq!(value["matches"][0]["keyword"]["bid_micros"], 900_000);
    assert_eq!(value["matches"][1]["listing_id"], "跑鞋");
    assert_eq!(value["misses"][0]["group"], "summer");
    assert_eq!(value["misses"][1]["matched"], false);
    assert_eq!((&value["total"], &value["total_exact"]), (&2.into(), &true.into()));
    assert_eq!((&value["more_misses"], &value["incomplete"]), (&false.into(), &false.into()));
    assert_eq!((&value["generation"], &value["sequence"]), (&"9d3f00aa12345678".into(), &3.into()));
}

#[test]
fn matched_words_are_green_and_blocking_ones_red() {
    let colored = Paint::new(ColorChoice::Always, false, None, None);
    let one =
        |outcome| ListingExplanation { version: version(), listing: explained("l1", outcome) };
    let text = human_listing(TEXT, &one(matched()), colored);
    assert!(text.starts_with("cheap \x1b[1m\x1b[32mrunning shoes\x1b[0m\n"), "{text:?}");
    let blocked = Miss::Blocked {
        level: Level::Listing,
        negative_list: None,
        negative: keyword("cheap", MatchType::Broad),
        spans: vec![Span { start: 0, end: 5 }],
    };
    let text = human_listing(TEXT, &one(Outcome::Missed(blocked)), colored);
    assert!(text.starts_with("\x1b[1m\x1b[31mcheap\x1b[0m running shoes\n"), "{text:?}");
}
