//! The service in process, over a small inventory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use broadside_core::TextLimits;
use broadside_proto::v1;
use broadside_proto::v1::match_service_server::MatchService;
use http::{HeaderMap, HeaderValue};
use tonic::{Code, Request};
use tonic_types::{RpcStatusExt as _, StatusExt as _};

use super::{Matches, serves};
use crate::limits::Limits;
use crate::rpc::layers::Deadline;
use crate::runtime::reload::{self, Cause};
use crate::runtime::{Format, ReadOptions, Runtime, Source, Version};
use crate::telemetry::Metrics;

const INVENTORY: &str = r#"{"listing": {"id": "shoes", "group": "g", "keywords": ["\"running shoes\"", "shoes"], "bid_micros": 2, "payload": "buy"}}
{"listing": {"id": "trail", "group": "g", "keywords": ["[trail shoes]"], "bid_micros": 1, "start_time": "2030-01-01T00:00:00Z"}}
"#;

/// A service, with the inventory or with none yet.
fn service(loaded: bool) -> (Matches, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new().expect("buckets"));
    let source = Source::from_text("test", Format::JsonLines, INVENTORY);
    let runtime = Runtime::new(vec![source], ReadOptions::default(), Arc::clone(&metrics));
    let text = TextLimits { text_bytes_max: 64, text_tokens_max: 4 };
    let limits = Limits { text, ..Limits::default() };
    let service = Matches::new(runtime.catalog.clone(), limits, Arc::clone(&metrics));
    if loaded {
        let request =
            reload::Request { sources: Vec::new(), validate_only: false, cause: Cause::Start };
        let pending = runtime.reload.ask(request).expect("taken");
        let handle = runtime.reload.clone();
        let publisher = std::thread::spawn(move || runtime.publisher.run());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let report = runtime.block_on(pending.ended()).expect("an outcome");
        assert!(report.outcome.is_success(), "{report:?}");
        handle.close();
        publisher.join().expect("it ends in order");
    }
    (service, metrics)
}

fn call(
    service: &Matches,
    request: Request<v1::MatchBatchRequest>,
) -> Result<v1::MatchBatchResponse, tonic::Status> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(service.match_batch(request)).map(tonic::Response::into_inner)
}

fn batch(texts: &[&str], options: v1::MatchOptions) -> v1::MatchBatchRequest {
    let query = |text: &&str| v1::Query { text: (*text).to_owned(), ..v1::Query::default() };
    let queries = texts.iter().map(query).collect();
    v1::MatchBatchRequest { queries, options: Some(options), ..v1::MatchBatchRequest::default() }
}

#[test]
fn matches_carry_what_was_asked_for() {
    let (service, _) = service(true);
    let request = batch(
        &["cheap running shoes"],
        v1::MatchOptions { include: vec![1, 2, 3], ..Default::default() },
    );
    let reply = call(&service, Request::new(request)).expect("an answer");
    let [found] = &reply.results[0].matches[..] else { panic!("one match: {reply:?}") };
    assert_eq!((found.listing_id.as_str(), found.score, found.keyword_index), ("shoes", 2.0, 0));
    assert_eq!(found.match_type(), v1::MatchType::Phrase);
    assert_eq!(found.payload, b"buy");
    assert_eq!(found.spans, [v1::Span { start: 6, end: 19 }]);
    assert_eq!(found.keyword.as_ref().map(|keyword| keyword.text.as_str()), Some("running shoes"));

    let plain = call(&service, Request::new(batch(&["shoes"], v1::MatchOptions::default())))
        .expect("an answer");
    let found = &plain.results[0].matches[0];
    assert!(
        found.keyword.is_none() && found.payload.is_empty() && found.spans.is_empty(),
        "{found:?}"
    );
}

#[test]
fn time_and_group_caps_reach_the_matcher() {
    let (service, _) = service(true);
    let later = Some(prost_types::Timestamp { seconds: 4_000_000_000, nanos: 0 });
    let found = |options| {
        let reply =
            call(&service, Request::new(batch(&["trail shoes"], options))).expect("an answer");
        reply.results[0].matches.iter().map(|it| it.listing_id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        found(v1::MatchOptions {
            as_of: Some(prost_types::Timestamp::default()),
            ..Default::default()
        }),
        ["shoes"]
    );
    assert_eq!(found(v1::MatchOptions { as_of: later, ..Default::default() }), ["shoes", "trail"]);
    assert_eq!(
        found(v1::MatchOptions { as_of: later, max_per_group: 1, ..Default::default() }),
        ["shoes"]
    );
    assert_eq!(found(v1::MatchOptions { as_of: later, limit: 1, ..Default::default() }), ["shoes"]);
}

#[test]
fn one_bad_text_fails_alone() {
    let (service, metrics) = service(true);
    let long = "x".repeat(65);
    let request = batch(&["shoes", &long, "a b c d e", "shoes"], v1::MatchOptions::default());
    let reply = call(&service, Request::new(request)).expect("an answer");
    let reasons: Vec<Option<String>> = reply
        .results
        .iter()
        .map(|result| {
            result
                .error
                .as_ref()
                .and_then(|error| error.get_details_error_info())
                .map(|info| info.reason)
        })
        .collect();
    let expected = [None, Some("TEXT_TOO_LONG"), Some("TEXT_TOO_MANY_TOKENS"), None];
    assert_eq!(reasons, expected.map(|reason| reason.map(str::to_owned)));
    assert_eq!(reply.results[3].matches.len(), 1);
    let text = metrics.render();
    assert!(
        text.contains("broadside_queries_total 4") && text.contains("broadside_matches_total 2"),
        "{text}"
    );
}

#[test]
fn batches_larger_than_a_slice_are_answered_in_order() {
    let (service, _) = service(true);
    let texts: Vec<&str> =
        (0..600).map(|number| if number % 3 == 0 { "shoes" } else { "hats" }).collect();
    let reply = call(&service, Request::new(batch(&texts, v1::MatchOptions::default())))
        .expect("an answer");
    let found: Vec<bool> = reply.results.iter().map(|result| !result.matches.is_empty()).collect();
    assert_eq!(found, texts.iter().map(|text| *text == "shoes").collect::<Vec<_>>());
}

#[test]
fn calls_that_cannot_be_answered() {
    let options = v1::MatchOptions::default;
    let (empty, _) = service(false);
    let status =
        call(&empty, Request::new(batch(&["shoes"], options()))).expect_err("nothing loaded");
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_details_retry_info().is_some());

    let (service, _) = service(true);
    let mut elsewhere = batch(&["shoes"], options());
    elsewhere.min_version =
        Some(v1::InventoryVersion { generation: "0123456789abcdef".to_owned(), sequence: 0 });
    let status = call(&service, Request::new(elsewhere)).expect_err("another version");
    assert_eq!(status.code(), Code::FailedPrecondition);

    let mut late = Request::new(batch(&["shoes"], options()));
    let headers = HeaderMap::from_iter([(
        "grpc-timeout".parse().expect("a name"),
        HeaderValue::from_static("1S"),
    )]);
    let long_ago =
        Instant::now().checked_sub(Duration::from_secs(2)).expect("the machine is up for longer");
    late.extensions_mut().insert(Deadline::from_headers(&headers, long_ago));
    assert_eq!(call(&service, late).expect_err("too late").code(), Code::DeadlineExceeded);
}

#[test]
fn versions() {
    let version =
        |generation: &str, sequence| Version { generation: generation.to_owned(), sequence };
    let check = |asked: Option<Version>, good| {
        assert_eq!(serves(&version("a", 5), asked.as_ref()).is_ok(), good, "{asked:?}");
    };
    check(None, true);
    check(Some(version("", 0)), true);
    check(Some(version("", 6)), false);
    check(Some(version("a", 5)), true);
    check(Some(version("a", 6)), false);
    check(Some(version("b", 0)), false);
}

#[test]
fn texts_are_split_as_matching_does() {
    let (service, _) = service(false);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let analyze = |text: &str| {
        let request = Request::new(v1::AnalyzeRequest { text: text.to_owned() });
        runtime.block_on(service_analyze(&service, request))
    };
    let tokens = analyze("T-rex #Cat").expect("tokens");
    let words: Vec<(&str, &str)> =
        tokens.iter().map(|it| (it.sigil.as_str(), it.word.as_str())).collect();
    assert_eq!(words, [("", "t"), ("", "rex"), ("#", "cat")]);
    assert_eq!(tokens[2].span, Some(v1::Span { start: 6, end: 10 }));
    let status = analyze("a b c d e").expect_err("too many");
    assert_eq!(status.code(), Code::InvalidArgument);
}

async fn service_analyze(
    service: &Matches,
    request: Request<v1::AnalyzeRequest>,
) -> Result<Vec<v1::Token>, tonic::Status> {
    let reply = MatchService::analyze(service, request).await;
    reply.map(|reply| reply.into_inner().tokens)
}
