//! One worker: the connections that were handed to one thread.

use std::time::Duration;

use metrics::Counter;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::DrainSignal;
use super::acceptor::Accepted;
use super::connection::{self, Answers, Closed, Terms};
use super::peer::Peer;
use crate::limits::GOAWAY_GRACE;

/// Counts connections by why they ended, in the order of [`Closed`].
pub type ClosedCounters = [Counter; 8];

/// Serves what is handed over, on the current thread, until the drain begins; then lets calls in flight finish for at
/// most `drain_timeout`, and drops the rest.
pub async fn serve<S: Answers>(
    mut handed: mpsc::UnboundedReceiver<Accepted>,
    terms: Terms,
    answers: impl Fn(Peer) -> S + Clone + Send + 'static,
    closed: ClosedCounters,
    mut drain: DrainSignal,
    drain_timeout: Duration,
) {
    let mut connections: JoinSet<Closed> = JoinSet::new();
    let drained = drain.clone();
    let served = |Accepted { stream, place, activity }| {
        let served =
            connection::serve(stream, activity, terms.clone(), answers.clone(), drained.clone());
        async move {
            let closed = served.await;
            drop(place);
            closed
        }
    };
    let count = |ended: Result<Closed, JoinError>| {
        if let Ok(why) = ended {
            closed[why as usize].increment(1);
        }
    };
    loop {
        tokio::select! {
            biased;
            () = drain.given() => break,
            Some(accepted) = handed.recv() => {
                connections.spawn(served(accepted));
            }
            Some(ended) = connections.join_next() => count(ended),
        }
    }
    // The acceptor hands over whoever has connected until now, and goes.
    while let Ok(Some(accepted)) = tokio::time::timeout(GOAWAY_GRACE, handed.recv()).await {
        connections.spawn(served(accepted));
    }
    drop(handed);
    let deadline = Instant::now() + drain_timeout;
    while let Ok(Some(ended)) = tokio::time::timeout_at(deadline, connections.join_next()).await {
        count(ended);
    }
    if !connections.is_empty() {
        tracing::warn!(
            connections = connections.len(),
            "calls were still in flight at the end of the drain"
        );
    }
}
