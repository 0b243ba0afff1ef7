//! The service in process, over a small inventory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use broadside_core::TextLimits;
use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;
use broadside_proto::v1::explain_response::Explained;
use broadside_proto::v1::explanation::Outcome;
use http::{HeaderMap, HeaderValue};
use prost::Message;
use tonic::{Code, Request, Status};
use tonic_types::{RpcStatusExt as _, StatusExt as _};

use super::{Matches, serves};
use crate::limits::Limits;
use crate::rpc::body::{Bounds, ThreadBounds};
use crate::rpc::layers::{Terms, asked};
use crate::rpc::status::Refusal;
use crate::rpc::wire::reply::PREFIX_BYTES;
use crate::runtime::{Format, ReadOptions, Runtime, Source, Version};
use crate::serve::lane::{Lane, LaneLimits, Priority, thread_clock};
use crate::telemetry::Metrics;

mod memory;
mod refusals;
mod slices;

const INVENTORY: &str = r#"{"listing": {"id": "shoes", "group": "g", "keywords": ["\"running shoes\"", "shoes"], "bid_micros": 2, "payload": "buy"}}
{"listing": {"id": "trail", "group": "g", "keywords": ["[trail shoes]"], "bid_micros": 1, "start_time": "2030-01-01T00:00:00Z"}}
{"listing": {"id": "boots", "group": "adults", "keywords": ["/boot(s|ies)/"], "targeting": "country == \"US\""}}
{"group": {"id": "g"}}
{"group": {"id": "adults", "targeting": "age >= 21"}}
"#;

/// A service, with the inventory or with none yet.
fn service(loaded: bool) -> (Matches, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new());
    let source = Source::from_text("test", Format::JsonLines, INVENTORY);
    let runtime = Runtime::new(vec![source], ReadOptions::default(), Arc::clone(&metrics));
    let text = TextLimits { text_bytes_max: 64, text_tokens_max: 4 };
    let limits = Limits { text, ..Limits::default() };
    let service = Matches::new(runtime.catalog.clone(), limits, lane(), Arc::clone(&metrics));
    if loaded {
        let report = runtime.load_and_end();
        assert!(report.outcome.is_success(), "{report:?}");
    }
    (service, metrics)
}

fn lane() -> Lane {
    Lane::new(LaneLimits { wait_max: Duration::from_millis(5), waiting_max: 1_000 }, thread_clock)
}

fn spin(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// On which terms it is asked.
fn terms<T>(request: &Request<T>) -> Terms {
    let deadline = request.extensions().get().copied().unwrap_or_default();
    Terms { deadline, priority: Priority::Interactive }
}

/// The bounds of a connection of its own.
fn bounds() -> Bounds {
    ThreadBounds::new(Limits::default().request_bytes_max).connection()
}

/// What comes of a call, with the lane's own task beside it.
fn wait<T>(service: &Matches, call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        tokio::select! {
            done = call => done,
            () = service.lane.run() => unreachable!("it never ends"),
        }
    })
}

fn call(
    service: &Matches,
    request: &Request<v1::MatchBatchRequest>,
) -> Result<v1::MatchBatchResponse, Status> {
    let message = request.get_ref().encode_to_vec();
    reply(wait(service, service.match_batch(&message, terms(request), &bounds())))
}

/// What is in a framed reply, or what the client is told.
fn reply<T: Message + Default>(answered: Result<Vec<u8>, Refusal>) -> Result<T, Status> {
    let framed = answered?;
    let (prefix, message) = framed.split_at(PREFIX_BYTES);
    let bytes = u32::try_from(message.len()).expect("it is small");
    assert_eq!(prefix, [&[0][..], &bytes.to_be_bytes()].concat());
    Ok(T::decode(message).expect("a reply"))
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
    let reply = call(&service, &Request::new(request)).expect("an answer");
    let [found] = &reply.results[0].matches[..] else { panic!("one match: {reply:?}") };
    assert_eq!((found.listing_id.as_str(), found.score, found.keyword_index), ("shoes", 2.0, 0));
    assert_eq!(found.match_type(), v1::MatchType::Phrase);
    assert_eq!(found.payload, b"buy");
    assert_eq!(found.spans, [v1::Span { start: 6, end: 19 }]);
    assert_eq!(found.keyword.as_ref().map(|keyword| keyword.text.as_str()), Some("running shoes"));

    let plain = call(&service, &Request::new(batch(&["shoes"], v1::MatchOptions::default())))
        .expect("an answer");
    let found = &plain.results[0].matches[0];
    assert!(
        found.keyword.is_none() && found.payload.is_empty() && found.spans.is_empty(),
        "{found:?}"
    );
}

#[test]
fn an_answer_carries_the_version_of_its_inventory() {
    let (service, _) = service(true);
    let request = batch(&["shoes"], v1::MatchOptions::default());
    let reply = call(&service, &Request::new(request)).expect("an answer");
    let version = reply.version.expect("a version");
    let current = service.catalog.current().expect("it is served");
    assert_eq!(version.generation, current.version.generation);
    assert_eq!(version.sequence, current.version.sequence);
}

#[test]
fn time_and_group_caps_reach_the_matcher() {
    let (service, _) = service(true);
    let later = Some(prost_types::Timestamp { seconds: 4_000_000_000, nanos: 0 });
    let found = |options| {
        let reply =
            call(&service, &Request::new(batch(&["trail shoes"], options))).expect("an answer");
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
fn expressions_match_and_attributes_are_judged() {
    let (service, _) = service(true);
    let attributes = |country: Option<&str>, age: Option<i64>| {
        let country = country.map(|it| ("country".to_owned(), Kind::StringValue(it.to_owned())));
        let age = age.map(|it| ("age".to_owned(), Kind::IntValue(it)));
        let value = |(name, kind)| (name, v1::AttributeValue { kind: Some(kind) });
        country.into_iter().chain(age).map(value).collect()
    };
    let query = |attributes| v1::Query {
        text: "Winter BOOTIES".to_owned(),
        attributes,
        ..v1::Query::default()
    };
    let mut request = v1::MatchBatchRequest {
        queries: vec![
            query(attributes(None, None)),
            query(attributes(Some("CA"), None)),
            query(attributes(None, Some(21))),
            query(attributes(Some("US"), Some(20))),
        ],
        attributes: attributes(Some("US"), None),
        options: Some(v1::MatchOptions { include: vec![2], ..v1::MatchOptions::default() }),
        ..v1::MatchBatchRequest::default()
    };
    let found = |request: &v1::MatchBatchRequest| {
        let reply = call(&service, &Request::new(request.clone())).expect("an answer");
        reply.results.into_iter().map(|result| result.matches.len()).collect::<Vec<_>>()
    };
    assert_eq!(found(&request), [0, 0, 1, 0]);
    request.attributes = attributes(Some("US"), Some(30));
    assert_eq!(found(&request), [1, 0, 1, 0], "a query's own attributes win, name by name");

    let reply = call(&service, &Request::new(request)).expect("an answer");
    let found = &reply.results[0].matches[0];
    assert_eq!((found.listing_id.as_str(), found.match_type()), ("boots", v1::MatchType::Regex));
    assert_eq!(found.spans, [v1::Span { start: 7, end: 14 }]);
}

#[test]
fn one_bad_text_fails_alone() {
    let (service, metrics) = service(true);
    let long = "x".repeat(65);
    let request = batch(&["shoes", &long, "a b c d e", "shoes"], v1::MatchOptions::default());
    let reply = call(&service, &Request::new(request)).expect("an answer");
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
    let reply = call(&service, &Request::new(batch(&texts, v1::MatchOptions::default())))
        .expect("an answer");
    let found: Vec<bool> = reply.results.iter().map(|result| !result.matches.is_empty()).collect();
    assert_eq!(found, texts.iter().map(|text| *text == "shoes").collect::<Vec<_>>());
}

#[test]
fn calls_that_cannot_be_answered() {
    let options = v1::MatchOptions::default;
    let (empty, _) = service(false);
    let status =
        call(&empty, &Request::new(batch(&["shoes"], options()))).expect_err("nothing loaded");
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_details_retry_info().is_some());

    let (service, _) = service(true);
    let mut elsewhere = batch(&["shoes"], options());
    elsewhere.min_version =
        Some(v1::InventoryVersion { generation: "0123456789abcdef".to_owned(), sequence: 0 });
    let status = call(&service, &Request::new(elsewhere)).expect_err("another version");
    assert_eq!(status.code(), Code::FailedPrecondition);

    let late = late(batch(&["shoes"], options()));
    assert_eq!(call(&service, &late).expect_err("too late").code(), Code::DeadlineExceeded);
}

/// A batch that runs out of time answers what it has matched, and says of each of the others that there was no time. How
/// far it comes is the machine's affair, so it is tried with more and more time until it comes to some of them.
#[test]
fn a_batch_that_runs_out_of_time_returns_what_it_has() {
    let (service, metrics) = service(true);
    let texts = vec!["shoes"; 4_096];
    let message = batch(&texts, v1::MatchOptions::default()).encode_to_vec();
    let mut partial = None;
    for micros in (200..60_000).step_by(100) {
        let mut headers = HeaderMap::new();
        let timeout = HeaderValue::from_str(&format!("{micros}u")).expect("digits");
        headers.insert("grpc-timeout", timeout);
        let deadline = asked(&headers, Instant::now()).0;
        let terms = Terms { deadline, priority: Priority::Interactive };
        let answered = wait(&service, service.match_batch(&message, terms, &bounds()));
        let Ok(reply) = reply::<v1::MatchBatchResponse>(answered) else { continue };
        assert_eq!(reply.results.len(), 4_096, "aligned with the queries");
        if reply.results.iter().any(|result| result.error.is_some()) {
            partial = Some(reply);
            break;
        }
    }
    let results = partial.expect("it comes to some of them").results;
    let matched = results.iter().take_while(|result| result.error.is_none()).count();
    assert!(matched > 0 && results[..matched].iter().all(|result| result.matches.len() == 1));
    for late in &results[matched..] {
        let error = late.error.as_ref().expect("all after the first late one are late");
        assert_eq!(error.get_details_error_info().expect("an ErrorInfo").reason, "DEADLINE_PASSED");
    }
    let late = format!("broadside_late_queries_total {}", 4_096 - matched);
    assert!(metrics.render().contains(&late), "{late}");
}

/// A call whose deadline has passed.
fn late<T>(message: T) -> Request<T> {
    let mut late = Request::new(message);
    let headers = HeaderMap::from_iter([(
        "grpc-timeout".parse().expect("a name"),
        HeaderValue::from_static("1S"),
    )]);
    let long_ago =
        Instant::now().checked_sub(Duration::from_secs(2)).expect("the machine is up for longer");
    late.extensions_mut().insert(asked(&headers, long_ago).0);
    late
}

fn explain(service: &Matches, request: &Request<v1::ExplainRequest>) -> Result<Explained, Status> {
    let message = request.get_ref().encode_to_vec();
    let answered = wait(service, service.explain(&message, terms(request), &bounds()));
    let reply: v1::ExplainResponse = reply(answered)?;
    assert!(reply.version.is_some_and(|version| version.generation.len() == 16));
    Ok(reply.explained.expect("something is explained"))
}

fn why(text: &str, listing_id: &str) -> v1::ExplainRequest {
    let (text, listing_id) = (text.to_owned(), listing_id.to_owned());
    v1::ExplainRequest { text, listing_id, ..v1::ExplainRequest::default() }
}

#[test]
fn one_listing_is_explained() {
    let (service, metrics) = service(true);
    let check = |request: v1::ExplainRequest, reason: Option<v1::MissReason>, group_id: &str| {
        let asked = request.listing_id.clone();
        let explained = explain(&service, &Request::new(request)).expect("an explanation");
        let Explained::Listing(listing) = explained else { panic!("one listing: {explained:?}") };
        assert_eq!(listing.listing_id, asked);
        let missed = match listing.outcome.expect("an outcome") {
            Outcome::Matched(_) => None,
            Outcome::Missed(miss) => Some((miss.reason(), miss.group_id)),
        };
        assert_eq!(missed, reason.map(|reason| (reason, group_id.to_owned())), "{asked}");
    };
    check(why("cheap running shoes", "shoes"), None, "");
    check(why("hats", "shoes"), Some(v1::MissReason::NoKeyword), "");
    check(why("shoes", "no such"), Some(v1::MissReason::NotFound), "");
    let mut early = why("trail shoes", "trail");
    early.options = Some(v1::MatchOptions {
        as_of: Some(prost_types::Timestamp::default()),
        ..v1::MatchOptions::default()
    });
    check(early, Some(v1::MissReason::OutsideFlight), "");
    let mut young = why("boots", "boots");
    let mut send = |name: &str, kind| {
        young.attributes.insert(name.to_owned(), v1::AttributeValue { kind: Some(kind) });
        young.clone()
    };
    check(why("boots", "boots"), Some(v1::MissReason::Targeting), "");
    let us = Kind::StringValue("US".to_owned());
    check(send("country", us), Some(v1::MissReason::Targeting), "adults");
    check(send("age", Kind::IntValue(21)), None, "");
    assert!(
        metrics.render().contains("broadside_queries_total 0"),
        "people's questions are not traffic"
    );
}

#[test]
fn the_whole_answer_is_explained() {
    let (service, _) = service(true);
    let mut request = why("trail shoes boots", "");
    request.options = Some(v1::MatchOptions { limit: 1, ..v1::MatchOptions::default() });
    let explained = explain(&service, &Request::new(request)).expect("an explanation");
    let Explained::Text(text) = explained else { panic!("the whole answer: {explained:?}") };
    let ids =
        |list: &[v1::Explanation]| list.iter().map(|it| it.listing_id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&text.matches), ids(&text.misses)),
        (vec!["shoes".into()], vec!["boots".into()])
    );
    assert!(matches!(text.matches[0].outcome, Some(Outcome::Matched(_))));
    assert!(matches!(text.misses[0].outcome, Some(Outcome::Missed(_))));
    assert_eq!((text.total, text.total_exact, text.more_misses), (1, true, false));
}

#[test]
fn what_cannot_be_explained_is_refused_as_in_a_batch() {
    let check = |loaded: bool, request: Request<v1::ExplainRequest>, code, reason: &str| {
        let (service, _) = service(loaded);
        let status = explain(&service, &request).expect_err(reason);
        assert_eq!(status.code(), code, "{reason}");
        let info = status.get_details_error_info().expect("an ErrorInfo");
        assert_eq!(info.reason, reason);
    };
    for listing_id in ["", "shoes"] {
        let request = |text: &str| Request::new(why(text, listing_id));
        check(true, request(&"x".repeat(65)), Code::InvalidArgument, "TEXT_TOO_LONG");
        check(true, request("a b c d e"), Code::InvalidArgument, "TEXT_TOO_MANY_TOKENS");
        check(false, request("shoes"), Code::Unavailable, "INVENTORY_NOT_LOADED");
    }
    let mut elsewhere = why("shoes", "");
    elsewhere.min_version =
        Some(v1::InventoryVersion { generation: "0123456789abcdef".to_owned(), sequence: 0 });
    let reason = "INVENTORY_VERSION_NOT_SERVED";
    check(true, Request::new(elsewhere), Code::FailedPrecondition, reason);
    let mut wrong = why("shoes", "");
    wrong.attributes.insert("Age".to_owned(), v1::AttributeValue::default());
    check(true, Request::new(wrong), Code::InvalidArgument, "FIELD_INVALID");
    check(true, late(why("shoes", "")), Code::DeadlineExceeded, "DEADLINE_PASSED");
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
    let analyze = |text: &str| {
        let request = v1::AnalyzeRequest { text: text.to_owned() };
        let message = request.encode_to_vec();
        let terms = terms(&Request::new(()));
        reply::<v1::AnalyzeResponse>(wait(&service, service.analyze(&message, terms, &bounds())))
    };
    let tokens = analyze("T-rex #Cat").expect("tokens").tokens;
    let words: Vec<(&str, &str)> =
        tokens.iter().map(|it| (it.sigil.as_str(), it.word.as_str())).collect();
    assert_eq!(words, [("", "t"), ("", "rex"), ("#", "cat")]);
    assert_eq!(tokens[2].span, Some(v1::Span { start: 6, end: 10 }));
    let status = analyze("a b c d e").expect_err("too many");
    assert_eq!(status.code(), Code::InvalidArgument);
}
