//! What becomes of explanations.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use broadside_proto::v1 as pb;
use broadside_proto::v1::attribute_value::Kind;
use broadside_proto::v1::explain_response::Explained;
use broadside_proto::v1::explanation::Outcome as WireOutcome;
use broadside_proto::v1::miss::Detail;
use prost_types::Timestamp;

use super::{explain_request, listing_explanation, text_explanation};
use crate::answer::{Keyword, MatchType, Span};
use crate::attributes::{AttributeValue, Attributes};
use crate::explanation::{
    ExplainedMatch, Explanation, Level, Miss, NearestKeyword, Obstacle, Outcome, SeenAttribute,
};
use crate::query::{BatchOptions, MatchOptions};
use crate::version::Version;

fn wire_version() -> pb::InventoryVersion {
    pb::InventoryVersion { generation: "9d3f".to_owned(), sequence: 2 }
}

fn version() -> Version {
    Version { generation: "9d3f".to_owned(), sequence: 2 }
}

fn wire_keyword() -> pb::Keyword {
    pb::Keyword {
        text: "tor+ent".to_owned(),
        match_type: pb::MatchType::Regex.into(),
        bid_micros: Some(0),
        ..pb::Keyword::default()
    }
}

fn keyword() -> Keyword {
    Keyword {
        text: "tor+ent".to_owned(),
        match_type: MatchType::Regex,
        bid_micros: Some(0),
        anchor_start: false,
        anchor_end: false,
    }
}

fn response(explained: Option<Explained>) -> pb::ExplainResponse {
    pb::ExplainResponse { version: Some(wire_version()), explained }
}

fn wire_miss(reason: pb::MissReason, group_id: &str, detail: Option<Detail>) -> pb::Miss {
    pb::Miss { reason: reason.into(), group_id: group_id.to_owned(), detail }
}

/// Reads the explanation of one listing.
fn read(outcome: WireOutcome) -> Outcome {
    let listing = pb::Explanation { listing_id: "l1".to_owned(), outcome: Some(outcome) };
    let read = listing_explanation(response(Some(Explained::Listing(listing))));
    let read = read.expect("it is an explanation of a listing");
    assert_eq!((read.version, read.listing.listing_id.as_str()), (version(), "l1"));
    read.listing.outcome
}

fn check(reason: pb::MissReason, group_id: &str, detail: Option<Detail>, expected: Miss) {
    let found = read(WireOutcome::Missed(wire_miss(reason, group_id, detail)));
    assert_eq!(found, Outcome::Missed(expected));
}

#[test]
fn a_request_says_what_the_caller_said() {
    let options = BatchOptions {
        matching: MatchOptions { limit: 3, max_per_group: 2, ..MatchOptions::default() },
        attributes: Attributes::new().with("age", 21),
        min_version: Some(version()),
        ..BatchOptions::default()
    };
    let age = pb::AttributeValue { kind: Some(Kind::IntValue(21)) };
    assert_eq!(
        explain_request("l1", "cat", &options),
        pb::ExplainRequest {
            text: "cat".to_owned(),
            listing_id: "l1".to_owned(),
            attributes: HashMap::from([("age".to_owned(), age)]),
            options: Some(pb::MatchOptions { limit: 3, max_per_group: 2, ..Default::default() }),
            min_version: Some(wire_version()),
        }
    );
}

#[test]
fn a_match_keeps_all_it_says() {
    let matched = pb::ExplainedMatch {
        score: 1.5,
        keyword_index: 2,
        keyword: Some(wire_keyword()),
        spans: vec![pb::Span { start: 6, end: 13 }],
    };
    let expected = ExplainedMatch {
        score: 1.5,
        keyword_index: 2,
        keyword: keyword(),
        spans: vec![Span { start: 6, end: 13 }],
    };
    assert_eq!(read(WireOutcome::Matched(matched)), Outcome::Matched(expected));
}

#[test]
fn reasons_without_details() {
    use pb::MissReason as Reason;
    check(Reason::NotFound, "", None, Miss::NotFound);
    check(Reason::Incomplete, "", None, Miss::Incomplete);
    check(Reason::Paused, "", None, Miss::Paused { level: Level::Listing });
    check(Reason::Paused, "g1", None, Miss::Paused { level: Level::Group("g1".to_owned()) });
    // A reason of a newer server, and one whose details are not there.
    check(Reason::Unspecified, "", None, Miss::Unknown);
    for reason in [Reason::OutsideFlight, Reason::NoKeyword, Reason::Blocked, Reason::Targeting] {
        check(reason, "", None, Miss::Unknown);
    }
}

#[test]
fn a_missed_flight() {
    let at = |seconds| Timestamp { seconds, nanos: 500_000_000 };
    let flight = pb::MissedFlight { start_time: Some(at(60)), end_time: None, as_of: Some(at(30)) };
    let expected = Miss::OutsideFlight {
        level: Level::Group("g1".to_owned()),
        start: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(60_500)),
        end: None,
        as_of: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(30_500)),
    };
    let detail = Detail::MissedFlight(flight);
    check(pb::MissReason::OutsideFlight, "g1", Some(detail), expected);
    let ended = pb::MissedFlight { end_time: flight.start_time, start_time: None, ..flight };
    let expected = Miss::OutsideFlight {
        level: Level::Listing,
        start: None,
        end: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(60_500)),
        as_of: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(30_500)),
    };
    check(pb::MissReason::OutsideFlight, "", Some(Detail::MissedFlight(ended)), expected);
}

#[test]
fn the_nearest_keyword() {
    let lacking = vec!["trail".to_owned()];
    for (wire, obstacle) in [
        (pb::Obstacle::LackingTokens, Obstacle::LackingTokens(lacking.clone())),
        (pb::Obstacle::NotInOrder, Obstacle::NotInOrder),
        (pb::Obstacle::MoreInText, Obstacle::MoreInText),
        (pb::Obstacle::NothingFound, Obstacle::NothingFound),
        (pb::Obstacle::Unspecified, Obstacle::Unknown),
    ] {
        let nearest = pb::NearestKeyword {
            keyword_index: 4,
            keyword: Some(wire_keyword()),
            obstacle: wire.into(),
            lacking_tokens: lacking.clone(),
        };
        let expected = NearestKeyword { keyword_index: 4, keyword: keyword(), obstacle };
        let detail = Detail::NearestKeyword(nearest);
        check(pb::MissReason::NoKeyword, "", Some(detail), Miss::NoKeyword(expected));
    }
}

#[test]
fn a_negative_of_its_own_or_of_a_list() {
    for (list, expected) in [("", None), ("brand-safety", Some("brand-safety".to_owned()))] {
        let blocking = pb::BlockingNegative {
            negative: Some(wire_keyword()),
            negative_list: list.to_owned(),
            spans: vec![pb::Span { start: 0, end: 4 }],
        };
        let expected = Miss::Blocked {
            level: Level::Group("g1".to_owned()),
            negative_list: expected,
            negative: keyword(),
            spans: vec![Span { start: 0, end: 4 }],
        };
        let detail = Detail::BlockingNegative(blocking);
        check(pb::MissReason::Blocked, "g1", Some(detail), expected);
    }
}

#[test]
fn an_unmet_targeting_and_the_attributes_that_it_saw() {
    let list = vec!["a".to_owned(), "b".to_owned()];
    let values = [
        (Kind::StringValue("US".to_owned()), AttributeValue::from("US")),
        (Kind::IntValue(-1), AttributeValue::Int(-1)),
        (Kind::DoubleValue(0.5), AttributeValue::Double(0.5)),
        (Kind::BoolValue(false), AttributeValue::Bool(false)),
        (
            Kind::StringList(pb::StringList { values: list.clone() }),
            AttributeValue::StringList(list),
        ),
    ];
    let seen = |value| pb::SeenAttribute { name: "x".to_owned(), value };
    let (wire, mut expected): (Vec<_>, Vec<_>) = values
        .into_iter()
        .map(|(kind, value)| {
            let wire = seen(Some(pb::AttributeValue { kind: Some(kind) }));
            (wire, SeenAttribute { name: "x".to_owned(), value: Some(value) })
        })
        .unzip();
    let unmet = pb::UnmetTargeting {
        expression: "x == 1".to_owned(),
        is_error: true,
        attributes: [wire, vec![seen(None)]].concat(),
    };
    expected.push(SeenAttribute { name: "x".to_owned(), value: None });
    let expected = Miss::Targeting {
        level: Level::Listing,
        expression: "x == 1".to_owned(),
        is_error: true,
        attributes: expected,
    };
    check(pb::MissReason::Targeting, "", Some(Detail::UnmetTargeting(unmet)), expected);
}

#[test]
fn a_text_keeps_all_it_says() {
    let explanation = |id: &str, outcome| pb::Explanation { listing_id: id.to_owned(), outcome };
    let missed = wire_miss(pb::MissReason::Paused, "", None);
    let text = pb::TextExplanation {
        matches: vec![explanation("a", Some(WireOutcome::Matched(pb::ExplainedMatch::default())))],
        misses: vec![explanation("b", Some(WireOutcome::Missed(missed)))],
        more_misses: true,
        total: 7,
        total_exact: true,
        incomplete: true,
    };
    let found = text_explanation(response(Some(Explained::Text(text)))).expect("it is a text's");
    assert_eq!(found.version, version());
    assert_eq!(found.matches.len(), 1);
    assert!(matches!(found.matches[0].outcome, Outcome::Matched(_)));
    let paused = Outcome::Missed(Miss::Paused { level: Level::Listing });
    assert_eq!(found.misses, [Explanation { listing_id: "b".to_owned(), outcome: paused }]);
    assert!(found.more_misses && found.total_exact && found.incomplete);
    assert_eq!(found.total, 7);
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let listing = pb::Explanation { listing_id: "l1".to_owned(), outcome: None };
    for (response, missing) in [
        (response(None), "listing"),
        (response(Some(Explained::Text(pb::TextExplanation::default()))), "listing"),
        (response(Some(Explained::Listing(listing.clone()))), "outcome"),
    ] {
        let error = listing_explanation(response).expect_err(missing);
        assert_eq!(error.reason.as_deref(), Some("RESPONSE_INVALID"));
        assert!(error.message.contains(missing), "{}", error.message);
    }
    for explained in [None, Some(Explained::Listing(listing))] {
        let error = text_explanation(response(explained)).expect_err("it is not of a text");
        assert_eq!(error.reason.as_deref(), Some("RESPONSE_INVALID"));
    }
}
