//! What becomes of statuses and messages.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use broadside_proto::v1 as pb;
use tonic_types::{ErrorDetails, StatusExt};

use super::{batch_request, batch_response, call_error};
use crate::error::{Code, Error, Violation};
use crate::query::{AttributeValue, BatchOptions, Include, MatchOptions, Query};
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
        attributes: BTreeMap::from([("age".to_owned(), AttributeValue::Int(21))]),
        options: Some(MatchOptions { limit: 3, ..MatchOptions::default() }),
    }];
    let shared = BatchOptions {
        matching: MatchOptions {
            max_per_group: 2,
            include: vec![Include::Keyword, Include::Payload, Include::Spans],
            ..MatchOptions::default()
        },
        ..BatchOptions::default()
    };
    let version = Version { generation: "9d3f".to_owned(), sequence: 2 };
    let request = batch_request(&queries, &shared, Some(&version));
    let age = pb::AttributeValue { kind: Some(pb::attribute_value::Kind::IntValue(21)) };
    assert_eq!(
        request,
        pb::MatchBatchRequest {
            queries: vec![pb::Query {
                text: "cat".to_owned(),
                attributes: HashMap::from([("age".to_owned(), age)]),
                options: Some(pb::MatchOptions { limit: 3, ..Default::default() }),
            }],
            attributes: HashMap::new(),
            options: Some(pb::MatchOptions {
                max_per_group: 2,
                include: vec![3, 1, 2],
                ..Default::default()
            }),
            min_version: Some(pb::InventoryVersion { generation: "9d3f".to_owned(), sequence: 2 }),
        }
    );
}
