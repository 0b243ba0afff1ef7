//! Sockets become requests here: accepting, handing out, serving and draining connections.
//!
//! One acceptor takes connections off a listener and hands them round-robin to the workers, each a thread with a runtime
//! of its own, where a connection stays for its life. tonic's server does the same with less care: it leaves out several
//! bounds of HTTP/2, spins at the descriptor limit, keeps silent connections for ever and waits for them at shutdown. So
//! this is ours, and everything it bounds is in [`crate::limits`].
//!
//! Nothing here knows of inventories or gRPC: what answers a request is a parameter.
//!
//! What bounds a connection: a place under the cap ([`acceptor`]); deadlines of its TLS handshake and of its first frame,
//! its age, its idleness, a client that takes nothing ([`connection`]); bytes that are of no use ([`socket`]). What bounds
//! all connections of a thread together: the turns of the [`lane`] and [`quota`]s of bytes.

pub mod acceptor;
pub mod activity;
pub mod calls;
pub mod connection;
pub mod lane;
pub mod peer;
pub mod quota;
pub mod socket;
pub mod spread;
mod tally;
pub mod tls;
pub mod transport;
#[cfg(test)]
pub(crate) mod wakes;
pub mod worker;

use tokio::sync::watch;

/// Tells everyone that the server drains. Turned on once and never off.
#[derive(Debug, Clone)]
pub struct DrainSignal(watch::Receiver<bool>);

/// Gives the [`DrainSignal`].
#[derive(Debug)]
pub struct Drain(watch::Sender<bool>);

impl Drain {
    /// A signal that has not been given.
    pub fn new() -> (Drain, DrainSignal) {
        let (sender, receiver) = watch::channel(false);
        (Drain(sender), DrainSignal(receiver))
    }

    /// Gives the signal.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }
}

impl DrainSignal {
    /// Returns once the signal is given, or whoever could give it is gone.
    pub async fn given(&mut self) {
        let _ = self.0.wait_for(|drains| *drains).await;
    }

    /// Returns when it has been given for so long.
    pub async fn given_for(&mut self, time: std::time::Duration) {
        self.given().await;
        tokio::time::sleep(time).await;
    }
}
