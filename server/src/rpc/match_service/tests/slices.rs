//! How much of a batch is matched at a time, and until when.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use broadside_core::{Attributes, Query, Time};
use broadside_proto::v1;
use http::{HeaderMap, HeaderValue};
use prost::Message as _;
use tonic::Request;

use super::{Matches, batch, bounds, call, service, spin, terms, wait};
use crate::limits::{LANE_TURN, Limits, SLICE_MATCHES_MAX, SLICE_QUERIES, SLICE_TEXT_BYTES};
use crate::rpc::layers::{Deadline, asked};

#[test]
fn slices_are_bounded() {
    let (service, _) = service(true);
    let query = |text, limit| Query {
        text,
        limit,
        max_per_group: 0,
        at: Time { seconds: 0, nanos: 0 },
        attributes: Attributes { shared: &[], own: &[] },
    };
    let slice =
        |queries: &[Query<'_>], deadline| service.slice(queries, deadline).map(<[Query<'_>]>::len);
    let check = |query: Query<'_>, expected: usize| {
        assert_eq!(slice(&[query; 2 * SLICE_QUERIES], Deadline::default()), Some(expected));
    };
    let half = "x".repeat(SLICE_TEXT_BYTES / 2);
    let whole = "x".repeat(SLICE_TEXT_BYTES + 1);
    check(query("", 1), SLICE_QUERIES);
    check(query(&half, 1), 2);
    check(query(&whole, 1), 1);
    check(query("", 1_000), SLICE_MATCHES_MAX / 1_000);

    let learned = wait(&service, service.lane.turn(terms(&Request::new(())).ask(1)));
    let mut turn = learned.expect("nobody is there");
    spin(LANE_TURN / 5);
    turn.lap(1);
    let queries = [query("", 1); SLICE_QUERIES];
    for timeout in [None, Some("1H")] {
        let count = slice(&queries, deadline(timeout, Instant::now()));
        assert!(count.is_some_and(|count| count <= 5), "what fits into a turn: {count:?}");
    }
    let long_ago = Instant::now().checked_sub(Duration::from_secs(2));
    let past = deadline(Some("1S"), long_ago.expect("the machine is up for longer"));
    assert_eq!(slice(&queries, past), None);
}

fn deadline(timeout: Option<&str>, now: Instant) -> Deadline {
    let mut headers = HeaderMap::new();
    if let Some(timeout) = timeout {
        headers.insert("grpc-timeout", HeaderValue::from_str(timeout).expect("ASCII"));
    }
    asked(&headers, now).0
}

#[test]
fn each_query_has_its_own_parts_in_every_slice() {
    let (service, _) = service(true);
    let count = 2 * SLICE_QUERIES;
    let mut request = batch(&vec!["shoes"; count], v1::MatchOptions::default());
    for query in &mut request.queries[SLICE_QUERIES..] {
        query.options = Some(v1::MatchOptions { include: vec![1], ..v1::MatchOptions::default() });
    }
    let reply = call(&service, &Request::new(request)).expect("an answer");
    let payloads: Vec<bool> =
        reply.results.iter().map(|result| !result.matches[0].payload.is_empty()).collect();
    let expected: Vec<bool> = (0..count).map(|number| number >= SLICE_QUERIES).collect();
    assert_eq!(payloads, expected);
}

#[test]
fn a_long_batch_lets_others_have_a_turn() {
    let service = Matches { limits: Limits::default(), ..service(true).0 };
    let text = "cheap running shoes, boots and hats ".repeat(100);
    let message = |count| batch(&vec![&*text; count], v1::MatchOptions::default()).encode_to_vec();
    let order = RefCell::new(Vec::new());
    let ask = async |name: &'static str, count: usize| {
        let answered =
            service.match_batch(&message(count), terms(&Request::new(())), &bounds()).await;
        assert!(answered.is_ok(), "{name}");
        order.borrow_mut().push(name);
    };
    wait(&service, async {
        tokio::join!(ask("long", 1_000), ask("short", 1));
    });
    assert_eq!(*order.borrow(), ["short", "long"]);
}
