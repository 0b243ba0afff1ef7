//! One worker: the connections that were handed to one thread.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::DrainSignal;
use super::acceptor::Accepted;
use super::connection::{self, Answers, Protocol};

/// Serves what is handed over, on the current thread, until the drain begins; then lets calls in flight finish for at
/// most `drain_timeout`, and drops the rest.
pub async fn serve<S: Answers>(
    mut handed: mpsc::UnboundedReceiver<Accepted>,
    protocol: Protocol,
    service: S,
    mut drain: DrainSignal,
    drain_timeout: Duration,
) {
    let mut connections = JoinSet::new();
    let drained = drain.clone();
    loop {
        tokio::select! {
            biased;
            () = drain.given() => break,
            Some(Accepted { stream, place }) = handed.recv() => {
                // The stream of a client that has gone away already cannot be registered, and is not missed.
                let Ok(stream) = TcpStream::from_std(stream) else { continue };
                let served = connection::serve(stream, protocol.clone(), service.clone(), drained.clone());
                connections.spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            Some(_) = connections.join_next() => {}
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
