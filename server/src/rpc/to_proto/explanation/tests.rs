//! Each outcome with every fact that a client needs for a sentence.

use broadside_core::explain::{Level, Matched, Miss, Nearest, Obstacle, Outcome};
use broadside_core::targeting::{OwnedAttributeValue, Unmet};
use broadside_core::{Explanation, Keyword, MatchType, Span, TextExplanation, Time};
use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;
use broadside_proto::v1::explanation::Outcome as WireOutcome;
use broadside_proto::v1::miss::Detail;

use super::{explanation, text_explanation};

fn missed(miss: Miss) -> Explanation {
    Explanation { listing_id: "l1".to_owned(), outcome: Outcome::Missed(miss) }
}

fn group() -> Level {
    Level::Group("g".to_owned())
}

fn shoes() -> v1::Keyword {
    v1::Keyword {
        text: "shoes".to_owned(),
        match_type: v1::MatchType::Phrase.into(),
        anchor_end: true,
        ..v1::Keyword::default()
    }
}

fn core_shoes() -> Keyword {
    Keyword { anchor_end: true, ..Keyword::new("shoes", MatchType::Phrase) }
}

#[track_caller]
fn check(miss: Miss, reason: v1::MissReason, group_id: &str, detail: Option<Detail>) {
    let message = explanation(missed(miss));
    assert_eq!(message.listing_id, "l1");
    let expected = v1::Miss { reason: reason.into(), group_id: group_id.to_owned(), detail };
    assert_eq!(message.outcome, Some(WireOutcome::Missed(expected)));
}

#[test]
fn a_match_has_score_keyword_and_spans() {
    let matched = Matched {
        score: 2.5,
        keyword_index: 3,
        keyword: Keyword { bid_micros: Some(7), ..core_shoes() },
        spans: vec![Span { start: 1, end: 6 }],
    };
    let message = explanation(Explanation {
        listing_id: "l1".to_owned(),
        outcome: Outcome::Matched(matched),
    });
    let expected = v1::ExplainedMatch {
        score: 2.5,
        keyword_index: 3,
        keyword: Some(v1::Keyword { bid_micros: Some(7), ..shoes() }),
        spans: vec![v1::Span { start: 1, end: 6 }],
    };
    assert_eq!(message.outcome, Some(WireOutcome::Matched(expected)));
}

#[test]
fn each_reason_has_its_level_and_detail() {
    let time = |seconds, nanos| Time { seconds, nanos };
    let wire_time = |seconds, nanos| Some(prost_types::Timestamp { seconds, nanos });
    check(Miss::NotFound, v1::MissReason::NotFound, "", None);
    check(Miss::Paused(Level::Listing), v1::MissReason::Paused, "", None);
    check(Miss::Paused(group()), v1::MissReason::Paused, "g", None);
    let flight =
        Miss::OutsideFlight { level: group(), start: Some(time(5, 0)), end: None, at: time(-1, 9) };
    let missed_flight =
        v1::MissedFlight { start_time: wire_time(5, 0), end_time: None, as_of: wire_time(-1, 9) };
    let detail = Some(Detail::MissedFlight(missed_flight));
    check(flight, v1::MissReason::OutsideFlight, "g", detail);
    let blocked = Miss::Blocked {
        level: group(),
        list: Some("brand safety".to_owned()),
        negative: core_shoes(),
        spans: vec![Span { start: 0, end: 4 }],
    };
    let blocking = v1::BlockingNegative {
        negative: Some(shoes()),
        negative_list: "brand safety".to_owned(),
        spans: vec![v1::Span { start: 0, end: 4 }],
    };
    check(blocked, v1::MissReason::Blocked, "g", Some(Detail::BlockingNegative(blocking)));
    let own = Miss::Blocked {
        level: Level::Listing,
        list: None,
        negative: core_shoes(),
        spans: Vec::new(),
    };
    let blocking =
        v1::BlockingNegative { negative: Some(shoes()), ..v1::BlockingNegative::default() };
    check(own, v1::MissReason::Blocked, "", Some(Detail::BlockingNegative(blocking)));
    check(Miss::Incomplete, v1::MissReason::Incomplete, "", None);
}

#[test]
fn the_nearest_keyword_says_what_is_in_its_way() {
    for (obstacle, wire, tokens) in [
        (
            Obstacle::Lacks(vec!["#red".to_owned(), "blue".to_owned()]),
            v1::Obstacle::LackingTokens,
            &["#red", "blue"][..],
        ),
        (Obstacle::NotInOrder, v1::Obstacle::NotInOrder, &[]),
        (Obstacle::MoreInText, v1::Obstacle::MoreInText, &[]),
        (Obstacle::NothingFound, v1::Obstacle::NothingFound, &[]),
    ] {
        let nearest = v1::NearestKeyword {
            keyword_index: 4,
            keyword: Some(shoes()),
            obstacle: wire.into(),
            lacking_tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
        };
        let miss = Miss::NoKeyword(Nearest { keyword_index: 4, keyword: core_shoes(), obstacle });
        check(miss, v1::MissReason::NoKeyword, "", Some(Detail::NearestKeyword(nearest)));
    }
}

#[test]
fn targeting_says_what_was_sent_and_what_was_not() {
    let values = vec!["a".to_owned()];
    let seen = [
        (Some(OwnedAttributeValue::String("US".to_owned())), Some(Kind::StringValue("US".into()))),
        (Some(OwnedAttributeValue::Int(-1)), Some(Kind::IntValue(-1))),
        (Some(OwnedAttributeValue::Double(0.5)), Some(Kind::DoubleValue(0.5))),
        (Some(OwnedAttributeValue::Bool(true)), Some(Kind::BoolValue(true))),
        (
            Some(OwnedAttributeValue::Strings(values.clone())),
            Some(Kind::StringList(v1::StringList { values })),
        ),
        (None, None),
    ];
    for (level, group_id) in [(Level::Listing, ""), (group(), "g")] {
        let attributes = seen.iter().map(|(value, _)| ("a.b".to_owned(), value.clone())).collect();
        let unmet = Unmet { expression: "a.b == 1".to_owned(), is_error: true, attributes };
        let wire = seen.iter().map(|(_, kind)| v1::SeenAttribute {
            name: "a.b".to_owned(),
            value: kind.clone().map(|kind| v1::AttributeValue { kind: Some(kind) }),
        });
        let expected = v1::UnmetTargeting {
            expression: "a.b == 1".to_owned(),
            is_error: true,
            attributes: wire.collect(),
        };
        let detail = Some(Detail::UnmetTargeting(expected));
        check(Miss::Targeting { level, unmet }, v1::MissReason::Targeting, group_id, detail);
    }
}

#[test]
fn a_text_has_its_matches_and_its_misses() {
    let text = TextExplanation {
        matches: Vec::new(),
        misses: vec![missed(Miss::NotFound)],
        more_misses: true,
        total: 7,
        total_exact: false,
        incomplete: true,
    };
    let message = text_explanation(text.clone());
    let flags = (message.more_misses, message.total, message.total_exact, message.incomplete);
    assert_eq!(flags, (true, 7, false, true));
    assert_eq!((message.matches.len(), message.misses.len()), (0, 1));
    let swapped = TextExplanation { matches: text.misses, misses: Vec::new(), ..text };
    let message = text_explanation(TextExplanation { more_misses: false, ..swapped });
    assert_eq!((message.matches.len(), message.misses.len()), (1, 0));
    assert!(!message.more_misses);
}
