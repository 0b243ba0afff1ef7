//! What is refused before anything is matched, and what that does to a stream.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use broadside_proto::v1;
use broadside_proto::v1::match_stream_response::Outcome;
use prost::Message as _;
use tonic::{Code, Request, Status};
use tonic_types::RpcStatusExt as _;

use super::{
    Matches, Priority, Terms, batch, bounds, explain, late, reply, service, spin, terms, wait, why,
};
use crate::limits::LANE_TURN;
use crate::serve::lane::{Lane, LaneLimits};

/// The response of a stream to a request, behind what is there already.
fn stream_response(service: &Matches, message: &[u8]) -> Result<v1::MatchStreamResponse, Status> {
    let mut out = b"before".to_vec();
    let terms = Terms { priority: Priority::Stream, ..terms(&Request::new(())) };
    wait(service, service.match_stream(message, terms, &bounds(), &mut out))?;
    let framed = out.strip_prefix(b"before").expect("what is there stays");
    reply(Ok(framed.to_vec()))
}

#[test]
fn what_is_wrong_with_one_batch_of_a_stream_is_answered_and_the_stream_goes_on() {
    let (service, _) = service(true);
    let check = |batch: v1::MatchBatchRequest, expected: Option<&str>| {
        let message = v1::MatchStreamRequest { request_id: 7, batch: Some(batch) }.encode_to_vec();
        let response = stream_response(&service, &message).expect("the stream goes on");
        assert_eq!(response.request_id, 7, "{expected:?}");
        let reason = match response.outcome.expect("an outcome") {
            Outcome::Batch(batch) => {
                assert_eq!(batch.results.len(), 1);
                None
            }
            Outcome::Error(status) => status.get_details_error_info().map(|info| info.reason),
        };
        assert_eq!(reason.as_deref(), expected);
    };
    let one = batch(&["shoes"], v1::MatchOptions::default());
    check(one.clone(), None);
    check(batch(&[], v1::MatchOptions::default()), Some("NO_QUERIES"));
    check(batch(&["a"; 4_097], v1::MatchOptions::default()), Some("TOO_MANY_QUERIES"));
    let generation = "0123456789abcdef".to_owned();
    let elsewhere = Some(v1::InventoryVersion { generation, sequence: 0 });
    check(
        v1::MatchBatchRequest { min_version: elsewhere, ..one },
        Some("INVENTORY_VERSION_NOT_SERVED"),
    );
    let ended = stream_response(&service, &[0x0a]).expect_err("it is no request");
    assert_eq!(ended.code(), Code::Internal);
}

#[tokio::test]
async fn what_comes_to_a_crowd_is_refused_unread() {
    static LOOKS: AtomicU64 = AtomicU64::new(0);
    let limits = LaneLimits { wait_max: Duration::from_millis(5), waiting_max: 1_000 };
    // A thread that has worked for 60 ms whenever it looks.
    let clock = || Duration::from_millis(60 * LOOKS.fetch_add(1, Ordering::Relaxed));
    let lane = Lane::new(limits, clock);
    let runs = lane.clone();
    tokio::spawn(async move { runs.run().await });
    let (service, metrics) = service(false);
    let service = Matches { lane: lane.clone(), ..service };
    let call = terms(&Request::new(()));
    assert!(service.admit().is_ok());
    let mut turn = lane.turn(call.ask(1)).await.expect("nobody is there");
    spin(LANE_TURN);
    turn.lap(1);
    drop(turn);
    let crowd = async || {
        let crowd: Vec<_> = (0..100)
            .map(|_| {
                let lane = lane.clone();
                tokio::spawn(async move { lane.turn(call.ask(1)).await })
            })
            .collect();
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        crowd
    };
    let holds = lane.turn(call.ask(1)).await.expect("it is the next round");
    let mut old = crowd().await;
    drop(holds);
    // After the first of these the others have waited for too long.
    drop(old.remove(0).await);
    let crowd = (old, crowd().await);
    let refused = service.admit().map_err(|refusal| refusal.code());
    assert_eq!(refused, Err(Code::ResourceExhausted));
    assert!(metrics.render().contains("broadside_shed_total{reason=\"waited\"} 1"));
    drop(crowd);
}

#[test]
fn what_is_refused_is_counted() {
    let (service, metrics) = service(true);
    assert!(explain(&service, &late(why("shoes", ""))).is_err());
    assert!(metrics.render().contains("broadside_shed_total{reason=\"deadline\"} 1"));
}
