//! What calls hold while they wait, and what becomes of those whose clients do not read.

use std::time::{Duration, Instant};

use broadside_proto::v1;
use http::{HeaderMap, HeaderValue};
use prost::Message as _;
use tonic::{Code, Request};

use super::{Matches, batch, bounds, lane, service, spin, terms, wait};
use crate::limits::{
    CONNECTION_UNREAD_BYTES_MAX, CONNECTION_WAITING_BYTES_MAX, LANE_TURN, Limits,
    UNREAD_REPLIES_BYTES_MAX,
};
use crate::rpc::body::{Bounds, ThreadBounds};
use crate::rpc::layers::asked;

/// A batch of so many queries, as it is sent.
fn message(queries: usize) -> Vec<u8> {
    batch(&vec!["running shoes"; queries], v1::MatchOptions::default()).encode_to_vec()
}

/// Deadline of a call that waits in vain.
const SOON: &str = "100m";
/// Deadline of a call that is answered, on a machine that does other things, too.
const LATE: &str = "30S";

/// Makes a call with a deadline, as the header has it. Gives the length of its reply, or why there
/// is none.
async fn outcome(
    service: &Matches,
    message: &[u8],
    bounds: &Bounds,
    timeout: &'static str,
) -> Result<usize, Code> {
    let timeout = HeaderValue::from_static(timeout);
    let headers = HeaderMap::from_iter([("grpc-timeout".parse().expect("a name"), timeout)]);
    let deadline = asked(&headers, Instant::now()).0;
    let terms = super::Terms { deadline, ..terms(&Request::new(())) };
    let answered = service.match_batch(message, terms, bounds);
    match tokio::time::timeout(Duration::from_secs(60), answered).await {
        Ok(Ok(reply)) => Ok(reply.len()),
        Ok(Err(refusal)) => Err(refusal.code()),
        Err(_) => Err(Code::Unknown),
    }
}

#[test]
fn who_has_not_read_its_replies_waits_for_more_of_them() {
    let (service, _) = service(true);
    let (own, other) = (bounds(), bounds());
    wait(&service, async {
        let unread = own.counted(Vec::with_capacity(CONNECTION_UNREAD_BYTES_MAX));
        let refused = outcome(&service, &message(1), &own, SOON).await;
        assert_eq!(refused, Err(Code::DeadlineExceeded));
        assert!(outcome(&service, &message(1), &other, LATE).await.is_ok(), "others do not wait");
        let request = message(1);
        let (answered, ()) = tokio::join!(outcome(&service, &request, &own, LATE), async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            drop(unread);
        });
        assert!(answered.is_ok(), "it was read in time");
    });
}

#[test]
fn nothing_is_begun_when_a_threads_replies_are_not_read() {
    let (service, _) = service(true);
    let thread = ThreadBounds::new(Limits::default().request_bytes_max);
    let others: Vec<_> = (0..UNREAD_REPLIES_BYTES_MAX / CONNECTION_UNREAD_BYTES_MAX)
        .map(|_| thread.connection().counted(Vec::with_capacity(CONNECTION_UNREAD_BYTES_MAX)))
        .collect();
    wait(&service, async {
        let (few, many) = (thread.connection(), thread.connection());
        assert!(outcome(&service, &message(1), &few, LATE).await.is_ok(), "it holds nothing");
        let _unread = many.counted(Vec::with_capacity(CONNECTION_UNREAD_BYTES_MAX));
        let refused = outcome(&service, &message(1), &many, LATE).await;
        assert_eq!(refused, Err(Code::ResourceExhausted));
    });
    drop(others);
}

/// A service in which each query takes a turn, so that a batch of several is long.
fn slow() -> Matches {
    let lane = lane();
    let mut turn = lane.try_turn(terms(&Request::new(())).ask(1)).expect("nobody is there");
    spin(LANE_TURN);
    turn.lap(1);
    Matches { lane, ..service(true).0 }
}

#[test]
fn a_reply_counts_while_it_is_written() {
    let service = slow();
    let thread = ThreadBounds::new(Limits::default().request_bytes_max);
    let (own, other) = (thread.connection(), thread.connection());
    wait(&service, async {
        let terms = terms(&Request::new(()));
        let request = message(4_096);
        let long = service.match_batch(&request, terms, &own);
        let all = UNREAD_REPLIES_BYTES_MAX - 1;
        let held = other.counted(Vec::with_capacity(all));
        let code = long.await.map(|_| ()).map_err(|refusal| refusal.code());
        assert_eq!(code, Err(Code::ResourceExhausted), "its first bytes were too much");
        drop(held);
        assert!(service.match_batch(&request, terms, &own).await.is_ok());
    });
    assert!(
        thread.connection().unread.has_room(UNREAD_REPLIES_BYTES_MAX / 32),
        "all is given back"
    );
}

#[test]
fn requests_count_while_they_wait() {
    let service = slow();
    let own = bounds();
    wait(&service, async {
        let request = message(2);
        let mut waiting = own.waiting.hold();
        waiting.add(CONNECTION_WAITING_BYTES_MAX);
        // Somebody has the turn, so this one would have to wait.
        let holds = service.lane.turn(terms(&Request::new(())).ask(1)).await.expect("a turn");
        assert_eq!(outcome(&service, &request, &own, LATE).await, Err(Code::ResourceExhausted));
        drop(waiting);
        let (answered, ()) = tokio::join!(outcome(&service, &request, &own, LATE), async {
            tokio::task::yield_now().await;
            assert!(!own.waiting.has_room(CONNECTION_WAITING_BYTES_MAX), "it counts");
            drop(holds);
        });
        assert!(answered.is_ok());
    });
    assert!(own.waiting.has_room(CONNECTION_WAITING_BYTES_MAX));
}
