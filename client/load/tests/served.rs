//! A load against a scripted server of this process.

use std::num::{NonZeroU16, NonZeroU32};
use std::time::{Duration, Instant};

use broadside_load::{Access, Error, Load, Report, Target};
use tonic::{Status, transport};
use tonic_types::{ErrorDetails, StatusExt};

#[path = "../../rust/tests/transport/server.rs"]
mod server;

use server::{OVERLOADING, Server};

/// Makes a target without credentials.
fn target(address: &str) -> Target {
    Target::new(address, &Access::default()).expect("the address is good")
}

/// A short closed loop of single queries.
fn short() -> Load {
    Load {
        batch: NonZeroU16::MIN,
        connections: NonZeroU16::new(2).expect("it is above zero"),
        warmup: Duration::from_millis(100),
        duration: Duration::from_secs(1),
        ..Load::default()
    }
}

/// An open loop of a million calls in a second, of which one at a time is under way on each
/// connection.
fn too_much() -> Load {
    Load { rate: NonZeroU32::new(1_000_000), concurrency: NonZeroU16::MIN, ..short() }
}

/// Runs a load to its end and gives its report.
async fn measure(server: &Server, texts: &[&str], load: Load) -> Report {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let never = std::future::pending();
    let measured = load.run(&target(&server.address), &texts, never).await.expect("it connects");
    assert!(!measured.is_stopped());
    let report = Report::new(&load, &measured, "9d3f00aa12345678".to_owned(), 0);
    let failed = report.failed_calls + report.failed_warmup_calls + report.unsent_calls;
    assert_eq!(measured.is_good(), report.calls > 0 && failed == 0, "{report:?}");
    report
}

#[tokio::test]
async fn refusals_are_counted_by_reason_and_never_sent_again() {
    let overloaded = || {
        let mut details = ErrorDetails::new();
        details.set_error_info("OVERLOADED", "broadside.dev", []);
        Status::with_error_details(tonic::Code::ResourceExhausted, "busy", details)
    };
    let server = Server::plain(move |call| match call % 4 {
        1 => Err(overloaded()),
        2 => Err(Status::deadline_exceeded("late")),
        3 => Err(Status::resource_exhausted("a quota")),
        _ => Ok(()),
    })
    .await;
    let report = measure(&server, &["cat", "dog"], short()).await;
    let outcomes = report.outcomes;
    for count in [outcomes.ok, outcomes.overloaded, outcomes.deadline, outcomes.other] {
        assert!(count > 0, "{report:?}");
    }
    let (ok, failed) = (outcomes.ok, outcomes.overloaded + outcomes.deadline + outcomes.other);
    assert_eq!((report.calls, report.failed_calls), (ok, failed));
    let exhausted = report.statuses.iter().find(|(name, _)| *name == "RESOURCE_EXHAUSTED");
    assert_eq!(exhausted.map(|(_, count)| *count), Some(outcomes.overloaded + outcomes.other));
    assert_eq!(report.good_queries, report.queries, "without a deadline all are good");
    // The warm-up is refused as well: one call in four is answered, and a refused one is not sent
    // again.
    let seen = server.calls() as u64;
    assert!(seen / 4 + 20 >= ok && ok + failed < seen, "{seen}: {report:?}");
    assert!(server.header("grpc-timeout").iter().all(Option::is_none));
}

#[tokio::test]
async fn a_rate_that_nobody_can_follow_is_counted_and_takes_no_memory() {
    let server = Server::plain(|_| Ok(())).await;
    let deadline = Some(Duration::from_millis(500));
    let report = measure(&server, &["cat"], Load { waiting: 100, deadline, ..too_much() }).await;
    let outcomes = report.outcomes;
    assert!(outcomes.ok > 0, "{report:?}");
    assert!(outcomes.not_sent > 100_000, "{report:?}");
    assert_eq!(report.unsent_calls, outcomes.not_sent);
    let due = outcomes.ok + outcomes.deadline + outcomes.other + outcomes.not_sent;
    assert!((950_000..=1_050_000).contains(&due), "a million in a second: {report:?}");
    // A call has the time that is left of its deadline, counted from when it was due.
    let timeouts = server.header("grpc-timeout").into_iter().flatten();
    let micros = timeouts.map(|text| text.trim_end_matches('u').parse::<u64>());
    assert!(micros.flatten().all(|micros| micros < 500_000));

    let deadline = Some(Duration::from_millis(1));
    let report = measure(&server, &["cat"], Load { deadline, ..too_much() }).await;
    let late = report.statuses.iter().find(|(name, _)| *name == "(too late to send)");
    let late = late.map_or(0, |(_, count)| *count);
    assert!(late > 0, "ten thousand wait longer than a millisecond: {report:?}");
    assert!(report.outcomes.deadline >= late, "{report:?}");
}

#[tokio::test]
async fn a_stream_of_which_batches_are_refused_goes_on() {
    let server = Server::plain(|_| Ok(())).await;
    let load = Load { stream: true, ..short() };
    let report = measure(&server, &["cat", OVERLOADING], load).await;
    assert!(report.outcomes.ok > 2 && report.outcomes.overloaded > 2, "{report:?}");
    assert_eq!(report.failed_calls, report.outcomes.overloaded, "{report:?}");
    assert_eq!(server.calls(), 2, "a stream on each connection");
}

#[tokio::test]
async fn connections_that_a_server_ends_for_their_age_fail_no_call() {
    let age = Duration::from_millis(60);
    let builder = transport::Server::builder().max_connection_age(age);
    let server = Server::tcp(builder, |_| Ok(())).await;
    for rate in [None, NonZeroU32::new(2_000)] {
        let before = server.connections();
        let report = measure(&server, &["cat"], Load { rate, ..short() }).await;
        // Two of the load, and those that were made anew.
        assert!(server.connections() > before + 2, "{report:?}");
        assert!(report.calls > 0, "{report:?}");
        assert_eq!(report.failed_calls, 0, "{report:?}");
        assert_eq!(report.failed_warmup_calls, 0, "{report:?}");
    }
}

#[tokio::test]
async fn a_stop_ends_a_load_with_what_was_measured() {
    let (tell, told) = tokio::sync::watch::channel(0);
    let server = Server::plain(move |call| {
        tell.send_replace(call);
        Ok(())
    })
    .await;
    let hour = Duration::from_secs(3_600);
    for rate in [None, NonZeroU32::new(500)] {
        let load = Load { warmup: Duration::ZERO, duration: hour, rate, ..short() };
        let mut told = told.clone();
        let enough = *told.borrow_and_update() + 100;
        let stop = async { drop(told.wait_for(|call| *call > enough).await) };
        let began = Instant::now();
        let texts = ["cat".to_owned()];
        let measured = load.run(&target(&server.address), &texts, stop).await;
        let measured = measured.expect("it connects");
        assert!(measured.is_stopped(), "{measured:?}");
        let report = Report::new(&load, &measured, String::new(), 0);
        assert!(report.seconds > 0.0 && report.seconds < began.elapsed().as_secs_f64());
        assert!(report.calls > 0 && report.failed_calls == 0, "{report:?}");
    }
}

#[tokio::test]
async fn a_load_that_cannot_be_sent_is_an_error() {
    let error = async |load: Load, expected: &str| {
        let (target, texts) = (target("127.0.0.1:1"), ["cat".to_owned()]);
        load.run(&target, &texts, std::future::pending()).await.expect_err(expected)
    };
    let nobody = error(short(), "nobody listens there").await;
    let is_said = matches!(&nobody, Error::Unreachable(text) if text.contains("127.0.0.1:1"));
    assert!(is_said, "{nobody}");
    let long = Load { duration: Duration::MAX, ..Load::default() };
    let long = error(long, "it is too long").await;
    assert!(matches!(&long, Error::Load(text) if text.contains("measurement")), "{long}");
}
