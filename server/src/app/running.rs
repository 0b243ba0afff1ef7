//! A server that runs: its threads, what it waits for, and how it ends.

use std::time::Duration;

use super::VERSION;
use super::error::RunError;
use super::thread::Thread;
use crate::config::ListenAddress;
use crate::limits::{ADMIN_DRAIN, GOAWAY_GRACE};
use crate::runtime::reload::{Inventory, Outcome, Pending};
use crate::runtime::{Phase, Readiness, ReloadHandle};
use crate::serve::{Drain, DrainSignal};

/// How long the system may take, on top of a drain, to wind up a thread.
const THREAD_END: Duration = Duration::from_millis(200);

/// The threads by what they do, in the order in which they end. Dropping it ends them all without waiting.
pub(super) struct Running {
    pub(super) matches: Vec<Thread>,
    pub(super) admin: Vec<Thread>,
    pub(super) publisher: Vec<Thread>,
    match_drain: (Drain, DrainSignal),
    admin_drain: (Drain, DrainSignal),
    readiness: Readiness,
    reload: ReloadHandle,
}

/// How the server takes its leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// It says so first, and still answers for a while.
    LameDuck,
    /// It begins to drain now.
    Now,
}

/// What the line says that is logged when the server is ready.
pub(super) struct Ready {
    pub(super) listen: ListenAddress,
    pub(super) admin_listen: ListenAddress,
    pub(super) health_listen: Option<ListenAddress>,
    pub(super) tls: bool,
    pub(super) access: bool,
    pub(super) workers: usize,
}

impl Running {
    pub(super) fn new(readiness: Readiness, reload: ReloadHandle) -> Running {
        Running {
            matches: Vec::new(),
            admin: Vec::new(),
            publisher: Vec::new(),
            match_drain: Drain::new(),
            admin_drain: Drain::new(),
            readiness,
            reload,
        }
    }

    /// Tells the threads of the match listener to drain.
    pub(super) fn match_signal(&self) -> DrainSignal {
        self.match_drain.1.clone()
    }

    /// Tells the thread of the admin listener to drain.
    pub(super) fn admin_signal(&self) -> DrainSignal {
        self.admin_drain.1.clone()
    }

    /// Waits for the first inventory, and then until it is time to stop.
    pub(super) async fn serve(
        &mut self,
        first_load: Pending,
        ready: &Ready,
        shutdown: impl Future<Output = Farewell>,
    ) -> Result<Farewell, RunError> {
        let threads = self.matches.iter_mut().chain(&mut self.admin).chain(&mut self.publisher);
        tokio::select! {
            farewell = shutdown => Ok(farewell),
            name = Thread::any_ended(threads) => Err(RunError::ThreadEnded(name)),
            error = load(first_load, ready) => Err(error),
        }
    }

    /// Tells everyone to go elsewhere, and answers as before meanwhile.
    pub(super) async fn stay_for(&self, lame_duck: Duration) {
        if !lame_duck.is_zero() && self.readiness.phase() == Phase::Serving {
            let lame_duck_ms = u64::try_from(lame_duck.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(lame_duck_ms, "health says NOT_SERVING; calls are still answered");
            self.readiness.advance(Phase::LameDuck);
            tokio::time::sleep(lame_duck).await;
        }
    }

    /// Drains and ends everything: the match listener, then the admin listener, which has answered probes meanwhile.
    pub(super) async fn end(mut self, drain_timeout: Duration) {
        let drain_timeout_ms = u64::try_from(drain_timeout.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(drain_timeout_ms, "shutting down");
        self.readiness.advance(Phase::Draining);
        self.reload.close();
        self.match_drain.0.begin();
        Thread::all_ended(&mut self.matches, drain_timeout + THREAD_END).await;
        self.admin_drain.0.begin();
        // A reload that is still reading is left behind: nobody will see what it publishes.
        tokio::join!(
            Thread::all_ended(&mut self.admin, ADMIN_DRAIN + THREAD_END),
            Thread::all_ended(&mut self.publisher, GOAWAY_GRACE),
        );
        tracing::info!("stopped");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.reload.close();
        self.match_drain.0.begin();
        self.admin_drain.0.begin();
    }
}

impl Ready {
    fn log(&self, inventory: &Inventory) {
        tracing::info!(
            listen = %self.listen,
            admin_listen = %self.admin_listen,
            health_listen = self.health_listen.as_ref().map(tracing::field::display),
            tls = self.tls,
            access = self.access,
            workers = self.workers,
            server_version = VERSION,
            version = %inventory.version,
            listings = inventory.counts.listings,
            keywords = inventory.counts.keywords,
            "ready"
        );
    }
}

/// Waits for the first load. Resolves only if it fails: a server that serves goes on.
async fn load(first_load: Pending, ready: &Ready) -> RunError {
    match first_load.ended().await.map(|report| report.outcome) {
        Ok(Outcome::Published(inventory) | Outcome::Unchanged(inventory)) => ready.log(&inventory),
        Ok(outcome) => return RunError::Load(Box::new(outcome)),
        // The publisher is gone, which is noticed as the end of its thread.
        Err(_) => {}
    }
    std::future::pending().await
}
