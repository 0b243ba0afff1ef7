//! One worker: the connections that were handed to one thread.

use std::time::Duration;

use metrics::Counter;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::DrainSignal;
use super::acceptor::Accepted;
use super::connection::{self, Answers, Closed, Terms};
use super::peer::Peer;

/// Counts connections by why they ended, in the order of [`Closed`].
pub type ClosedCounters = [Counter; 7];

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
    loop {
        tokio::select! {
            biased;
            () = drain.given() => break,
            Some(Accepted { stream, place }) = handed.recv() => {
                let served =
                    connection::serve(stream, terms.clone(), answers.clone(), drained.clone());
                connections.spawn(async move {
                    let closed = served.await;
                    drop(place);
                    closed
                });
            }
            Some(ended) = connections.join_next() => {
                if let Ok(why) = ended {
                    closed[why as usize].increment(1);
                }
            }
        }
    }
    // What was handed over and not taken is closed here, unanswered: its client sees it and goes elsewhere.
    drop(handed);
    let deadline = Instant::now() + drain_timeout;
    while let Ok(Some(_)) = tokio::time::timeout_at(deadline, connections.join_next()).await {}
    if !connections.is_empty() {
        tracing::warn!(
            connections = connections.len(),
            "calls were still in flight at the end of the drain"
        );
    }
}
