//! What a client does when a server has too much to do: it comes back as often as it may, and never before it may.

use std::time::{Duration, Instant};

use broadside_client::{BatchOptions, Client, Code, Query};
use tonic::metadata::MetadataMap;
use tonic_types::{ErrorDetails, StatusExt};

use crate::server::{OVERLOADING, Server};

const ASKED: Duration = Duration::from_millis(300);

/// A refusal with this code and reason, `grpc-retry-pushback-ms`, and RetryInfo.
fn refusal(
    code: tonic::Code,
    reason: &str,
    push_back: Option<&str>,
    retry_info_ms: Option<u64>,
) -> tonic::Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, "broadside.dev", []);
    if let Some(delay) = retry_info_ms {
        details.set_retry_info(Some(Duration::from_millis(delay)));
    }
    let mut metadata = MetadataMap::new();
    if let Some(value) = push_back {
        metadata.insert("grpc-retry-pushback-ms", value.parse().expect("it is ASCII"));
    }
    tonic::Status::with_error_details_and_metadata(code, "busy", details, metadata)
}

/// Makes a call of which the first attempts are refused in this way, three attempts at most. Gives how often the server
/// was asked, how long it took, and how it ended.
async fn run(
    refusals: usize,
    refusal: tonic::Status,
) -> (usize, Duration, Result<(), broadside_client::Error>) {
    let server = Server::plain(move |call| match call < refusals {
        true => Err(refusal.clone()),
        false => Ok(()),
    })
    .await;
    let client = Client::builder(&server.address).deadline(Duration::from_secs(10));
    let client = client.build().expect("the address is good");
    let began = Instant::now();
    let outcome = client.match_one("cat").await.map(drop);
    (server.calls(), began.elapsed(), outcome)
}

/// What becomes of one refusal that is followed by an answer.
async fn check(refused: tonic::Status, calls_expected: usize, waits_at_least: Duration) {
    let what = format!("{refused:?}");
    let (calls, time, outcome) = run(1, refused).await;
    assert_eq!((calls, outcome.is_ok()), (calls_expected, calls_expected == 2), "{what}");
    assert!(time >= waits_at_least, "{time:?}: {what}");
    // Nobody waits for what is not asked for.
    assert!(time < waits_at_least + Duration::from_secs(5), "{time:?}: {what}");
}

#[tokio::test]
async fn an_overloaded_server_is_asked_again_and_never_before_it_says() {
    let overloaded = |push_back, retry_info_ms| {
        refusal(tonic::Code::ResourceExhausted, "OVERLOADED", push_back, retry_info_ms)
    };
    check(overloaded(None, None), 2, Duration::ZERO).await;
    check(overloaded(Some("0"), None), 2, Duration::ZERO).await;
    check(overloaded(Some("300"), None), 2, ASKED).await;
    check(overloaded(None, Some(300)), 2, ASKED).await;
    check(overloaded(Some("5"), Some(300)), 2, ASKED).await;
    check(overloaded(Some("300"), Some(5)), 2, ASKED).await;
    // Not at all, whatever else is said.
    check(overloaded(Some("-1"), None), 1, Duration::ZERO).await;
    check(overloaded(Some("-1"), Some(5)), 1, Duration::ZERO).await;
    check(overloaded(Some("soon"), Some(5)), 1, Duration::ZERO).await;
    // Longer than the deadline.
    check(overloaded(Some("60000"), None), 1, Duration::ZERO).await;
}

#[tokio::test]
async fn push_back_holds_for_unavailable_and_makes_nothing_else_worth_another_attempt() {
    let unavailable =
        |push_back| refusal(tonic::Code::Unavailable, "INVENTORY_NOT_LOADED", push_back, None);
    check(unavailable(Some("300")), 2, ASKED).await;
    check(unavailable(Some("-1")), 1, Duration::ZERO).await;
    let quota = refusal(tonic::Code::ResourceExhausted, "QUOTA", Some("5"), Some(5));
    check(quota, 1, Duration::ZERO).await;
    let other = refusal(tonic::Code::Internal, "OVERLOADED", Some("5"), Some(5));
    check(other, 1, Duration::ZERO).await;
}

#[tokio::test]
async fn a_server_that_stays_overloaded_is_asked_three_times_and_then_let_be() {
    let refused = refusal(tonic::Code::ResourceExhausted, "OVERLOADED", Some("7"), Some(5));
    let (calls, _, outcome) = run(usize::MAX, refused).await;
    let error = outcome.expect_err("it stays so");
    assert_eq!((calls, error.code), (3, Code::ResourceExhausted));
    assert_eq!(error.reason.as_deref(), Some("OVERLOADED"));
    assert_eq!((error.retryable, error.retry_after), (true, Some(Duration::from_millis(7))));
}

#[tokio::test]
async fn a_batch_of_a_stream_that_is_one_too_many_is_the_callers_to_send_again() {
    let server = Server::plain(|_| Ok(())).await;
    let client = Client::builder(&server.address).build().expect("the address is good");
    let opened = client.match_stream(&BatchOptions::default()).await;
    let (mut sender, mut receiver) = opened.expect("it opens");
    for text in [OVERLOADING, "cat"] {
        sender.send(&[Query::from(text)]).await.expect("it is sent");
    }
    let refused = receiver.try_next().await.expect("it is read").expect("it is answered");
    let error = refused.outcome.expect_err("it is one too many");
    assert_eq!(
        (error.code, error.reason.as_deref()),
        (Code::ResourceExhausted, Some("OVERLOADED"))
    );
    assert_eq!((error.retryable, error.retry_after), (true, Some(Duration::from_millis(5))));
    let answered = receiver.try_next().await.expect("it is read").expect("it is answered");
    assert!(answered.outcome.is_ok(), "the stream goes on");
}
