//! What becomes of statuses and messages.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use broadside_proto::v1 as pb;
use broadside_proto::v1::attribute_value::Kind;
use tonic_types::{ErrorDetails, StatusExt};

use super::{batch_request, batch_response, call_error, reload, server_status, stream_outcome};
use crate::attributes::Attributes;
use crate::error::{Code, Error, Violation};
use crate::query::{BatchOptions, Include, MatchOptions, Query};
use crate::status::{Counts, ReloadOutcome, Warning, WarningCount, Warnings};
use crate::version::Version;

#[test]
fn a_status_of_the_server_keeps_all_it_says() {
    let mut details = ErrorDetails::new();
    details
        .set_error_info(
            "INVENTORY_REJECTED",
            "broadside",
            HashMap::from([("bad".into(), "2".into())]),
        )
        .add_bad_request_violation("a.jsonl:3:1", "is empty")
        .add_bad_request_violation("a.jsonl:9:1", "is used twice");
    let status = tonic::Status::with_error_details(
        tonic::Code::FailedPrecondition,
        "2 bad records",
        details,
    );
    let violation = |field: &str, description: &str| Violation {
        field: field.to_owned(),
        description: description.to_owned(),
    };
    assert_eq!(
        call_error(&status, "unused"),
        Error {
            code: Code::FailedPrecondition,
            reason: Some("INVENTORY_REJECTED".to_owned()),
            message: "2 bad records".to_owned(),
            metadata: BTreeMap::from([("bad".to_owned(), "2".to_owned())]),
            violations: vec![
                violation("a.jsonl:3:1", "is empty"),
                violation("a.jsonl:9:1", "is used twice")
            ],
            retryable: false,
            retry_after: None,
        }
    );
}

#[test]
fn only_unavailable_and_what_carries_retry_info_may_be_sent_again() {
    let check = |code: tonic::Code, delay_ms: Option<u64>, retryable: bool| {
        let delay = delay_ms.map(Duration::from_millis);
        let mut details = ErrorDetails::new();
        if delay.is_some() {
            details.set_retry_info(delay);
        }
        let error = call_error(&tonic::Status::with_error_details(code, "", details), "unused");
        assert_eq!((error.retryable, error.retry_after), (retryable, delay), "{code:?}");
    };
    check(tonic::Code::Unavailable, None, true);
    check(tonic::Code::Unavailable, Some(250), true);
    check(tonic::Code::FailedPrecondition, None, false);
    check(tonic::Code::FailedPrecondition, Some(250), true);
    check(tonic::Code::Internal, None, false);
    check(tonic::Code::DeadlineExceeded, None, false);
}

#[test]
fn a_server_says_when_to_come_back_or_that_nobody_should() {
    // The header, RetryInfo in milliseconds, whether it may be sent again, and after how many milliseconds.
    let check = |header: Option<&str>, info: Option<u64>, expected: (bool, Option<u64>)| {
        let mut details = ErrorDetails::new();
        details.set_error_info("OVERLOADED", "broadside", HashMap::new());
        if info.is_some() {
            details.set_retry_info(info.map(Duration::from_millis));
        }
        let code = tonic::Code::ResourceExhausted;
        let mut status = tonic::Status::with_error_details(code, "", details);
        if let Some(header) = header {
            let value = header.parse().expect("it is ASCII");
            status.metadata_mut().insert("grpc-retry-pushback-ms", value);
        }
        let error = call_error(&status, "unused");
        let after = expected.1.map(Duration::from_millis);
        assert_eq!(
            (error.retryable, error.retry_after),
            (expected.0, after),
            "{header:?} {info:?}"
        );
    };
    check(None, None, (true, None));
    check(None, Some(5), (true, Some(5)));
    check(Some("7"), None, (true, Some(7)));
    check(Some("7"), Some(5), (true, Some(7)));
    check(Some("5"), Some(7), (true, Some(7)));
    check(Some("0"), None, (true, Some(0)));
    check(Some("-1"), Some(5), (false, None));
    check(Some("soon"), Some(5), (false, None));
    check(Some(""), None, (false, None));
    check(Some("9223372036854775808"), None, (false, None));
}

#[test]
fn every_code_keeps_its_name() {
    for number in 1..=16 {
        let code = super::code(tonic::Code::from_i32(number));
        let theirs = format!("{:?}", tonic::Code::from_i32(number)).to_lowercase();
        assert_eq!(code.as_str().replace('_', "").to_lowercase(), theirs);
    }
}

#[test]
fn what_broke_on_the_way_is_unavailable_with_its_causes() {
    let broken = std::io::Error::other("Connection refused (os error 111)");
    let status = tonic::Status::from_error(Box::new(broken));
    assert_eq!(status.code(), tonic::Code::Unknown);
    let error = call_error(&status, "127.0.0.1:1");
    assert_eq!((error.code, error.retryable), (Code::Unavailable, true));
    assert_eq!(error.message, "no answer from 127.0.0.1:1: Connection refused (os error 111)");
}

#[test]
fn a_query_fails_alone_and_keeps_its_place() {
    let refused = tonic_types::Status {
        code: tonic::Code::InvalidArgument as i32,
        message: "too long".to_owned(),
        details: Vec::new(),
    };
    let response = pb::MatchBatchResponse {
        version: Some(pb::InventoryVersion { generation: "9d3f".to_owned(), sequence: 2 }),
        results: vec![
            pb::QueryResult { total: 7, total_exact: true, ..Default::default() },
            pb::QueryResult { error: Some(refused), ..Default::default() },
        ],
    };
    let (version, results) =
        batch_response(response.clone(), 2).expect("two results for two queries");
    assert_eq!(version, Version { generation: "9d3f".to_owned(), sequence: 2 });
    assert_eq!(results[0].as_ref().map(|answer| answer.total), Ok(7));
    let error = results[1].as_ref().expect_err("the second query was refused");
    assert_eq!((error.code, error.message.as_str()), (Code::InvalidArgument, "too long"));

    let error = batch_response(response, 3).expect_err("one result is missing");
    assert_eq!(error.reason.as_deref(), Some("RESPONSE_INVALID"));
}

#[test]
fn a_request_says_what_the_caller_said() {
    let queries = [Query {
        text: "cat".to_owned(),
        attributes: Attributes::new().with("age", 21),
        options: Some(MatchOptions { limit: 3, ..MatchOptions::default() }),
    }];
    let shared = BatchOptions {
        matching: MatchOptions {
            max_per_group: 2,
            include: vec![Include::Keyword, Include::Payload, Include::Spans],
            ..MatchOptions::default()
        },
        attributes: Attributes::new().with("interests", ["sports", "music"]),
        ..BatchOptions::default()
    };
    let version = Version { generation: "9d3f".to_owned(), sequence: 2 };
    let request = batch_request(&queries, &shared, Some(&version));
    let value = |kind| pb::AttributeValue { kind: Some(kind) };
    let interests = pb::StringList { values: vec!["sports".to_owned(), "music".to_owned()] };
    let (age, interests) = (value(Kind::IntValue(21)), value(Kind::StringList(interests)));
    assert_eq!(
        request,
        pb::MatchBatchRequest {
            queries: vec![pb::Query {
                text: "cat".to_owned(),
                attributes: HashMap::from([("age".to_owned(), age)]),
                options: Some(pb::MatchOptions { limit: 3, ..Default::default() }),
            }],
            attributes: HashMap::from([("interests".to_owned(), interests)]),
            options: Some(pb::MatchOptions {
                max_per_group: 2,
                include: vec![3, 1, 2],
                ..Default::default()
            }),
            min_version: Some(pb::InventoryVersion { generation: "9d3f".to_owned(), sequence: 2 }),
        }
    );
}

#[test]
fn counts_and_warnings_of_an_inventory_keep_all_they_say() {
    let wire_counts = pb::InventoryCounts {
        listings: 1,
        keywords: 2,
        negatives: 3,
        duplicate_keywords: 4,
        words: 5,
        patterns: 6,
        groups: 7,
        negative_lists: 8,
        regexes: 9,
        targetings: 10,
    };
    let counts = Counts {
        listings: 1,
        keywords: 2,
        negatives: 3,
        duplicate_keywords: 4,
        words: 5,
        patterns: 6,
        groups: 7,
        negative_lists: 8,
        regexes: 9,
        targetings: 10,
    };
    let wire_count = |code: &str, count| pb::WarningCount { code: code.to_owned(), count };
    let wire_warnings = pb::InventoryWarnings {
        counts: vec![wire_count("NEVER_IN_FLIGHT", 5), wire_count("LONE_ATTRIBUTE", u64::MAX)],
        warnings: vec![pb::Warning {
            source: "a.jsonl".to_owned(),
            line: 7,
            code: "NEVER_IN_FLIGHT".to_owned(),
            field: "end_time".to_owned(),
            id: "l1".to_owned(),
            message: "has ended".to_owned(),
        }],
    };
    let count = |code: &str, count| WarningCount { code: code.to_owned(), count };
    let warnings = Warnings {
        counts: vec![count("NEVER_IN_FLIGHT", 5), count("LONE_ATTRIBUTE", u64::MAX)],
        warnings: vec![Warning {
            source: "a.jsonl".to_owned(),
            line: 7,
            code: "NEVER_IN_FLIGHT".to_owned(),
            field: "end_time".to_owned(),
            id: "l1".to_owned(),
            message: "has ended".to_owned(),
        }],
    };
    assert_eq!(warnings.total(), u64::MAX, "it does not overflow");

    let status = server_status(pb::GetStatusResponse {
        counts: Some(wire_counts),
        warnings: Some(wire_warnings.clone()),
        reloads: vec![pb::ReloadRecord { warnings_total: 5, ..pb::ReloadRecord::default() }],
        ..pb::GetStatusResponse::default()
    });
    assert_eq!((status.counts, &status.warnings), (counts, &warnings));
    assert_eq!(status.reloads[0].warnings_total, 5);
    let reload = reload(pb::ReloadResponse {
        outcome: pb::ReloadOutcome::Validated.into(),
        counts: Some(wire_counts),
        warnings: Some(wire_warnings),
        ..pb::ReloadResponse::default()
    });
    assert_eq!((reload.outcome, reload.counts), (ReloadOutcome::Validated, counts));
    assert_eq!(reload.warnings, warnings);
}

#[test]
fn a_batch_of_a_stream_is_answered_or_refused() {
    use pb::match_stream_response::Outcome;
    let read = |outcome, queries| {
        stream_outcome(pb::MatchStreamResponse { request_id: 1, outcome }, queries)
    };
    let results = vec![pb::QueryResult { total: 3, ..pb::QueryResult::default() }];
    let batch = Outcome::Batch(pb::MatchBatchResponse { version: None, results });
    let answered = read(Some(batch.clone()), 1).expect("a response").expect("an answer");
    assert_eq!(answered.results[0].as_ref().map(|answer| answer.total), Ok(3));

    let status = tonic_types::Status { code: 9, message: "why".to_owned(), details: Vec::new() };
    let refused = read(Some(Outcome::Error(status)), 1).expect("a response");
    let error = refused.expect_err("it is refused");
    assert_eq!((error.code, error.message.as_str()), (Code::FailedPrecondition, "why"));

    for invalid in [read(Some(batch), 2), read(None, 1)] {
        let error = invalid.expect_err("no server gives it");
        assert_eq!(error.reason.as_deref(), Some("RESPONSE_INVALID"));
    }
}
