//! Asking for a reload: one runs, at most one waits, and those that ask for the same while one waits share its outcome.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use broadside_core::Counts;
use tokio::sync::oneshot;

use super::gate::Refusal;
use super::snapshot::Version;
use crate::limits::RELOAD_HISTORY_MAX;

pub use broadside_inventory::{BadRecord, Rejection, Warning, Warnings};

/// What to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Files to load from now on; empty: those of the last success.
    pub sources: Vec<String>,
    /// Read and check, and publish nothing.
    pub validate_only: bool,
    /// Who asks.
    pub cause: Cause,
}

/// Who asked for a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The start of the server.
    Start,
    /// A call of `Reload`.
    Rpc,
    /// The signal.
    Sighup,
}

/// A reload that ended.
#[derive(Debug, Clone)]
pub struct Report {
    /// Who asked for it first.
    pub cause: Cause,
    /// When it began.
    pub started_at: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a reload ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// This is served now.
    Published(Inventory),
    /// This was served already.
    Unchanged(Inventory),
    /// This could be served, and was only to be checked.
    Validated(Inventory),
    /// Records are bad.
    Rejected(Arc<Rejection>),
    /// The records are good, and still it may not be served.
    Refused(Refusal, Version),
    /// It could not be read or built.
    Failed(Failure),
}

/// What an inventory is, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// Its identity.
    pub version: Version,
    /// How much it holds.
    pub counts: Counts,
    /// The bad records that were left out, if the settings admit any.
    pub left_out: Arc<Rejection>,
    /// What is probably a mistake in it, and no reason to refuse it.
    pub warnings: Arc<Warnings>,
}

/// Why an inventory could not be read or built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A source cannot be read.
    Unreadable {
        /// The source, as it was named.
        source: String,
        /// The rest of a sentence that starts with the source.
        message: String,
    },
    /// The reader or the builder panicked, which is a bug of ours.
    Panicked(String),
}

/// Why a request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// A reload of something else is waiting already.
    Busy,
    /// The server is shutting down.
    ShuttingDown,
}

/// Asks for reloads and remembers the last ones. Clones share the queue.
#[derive(Clone, Default)]
pub struct ReloadHandle {
    queue: Arc<Queue>,
}

/// A reload that was taken and has not ended.
pub struct Pending(oneshot::Receiver<Report>);

/// A reload that waits, with everyone who wants to know.
pub(super) struct Job {
    pub(super) request: Request,
    askers: Vec<oneshot::Sender<Report>>,
}

/// What the publisher should do next.
pub(super) enum Next {
    Run(Job),
    /// Nothing was asked for in the time that it was ready to wait.
    Idle,
    Stop,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Option<Job>,
    closed: bool,
    history: VecDeque<Report>,
}

impl ReloadHandle {
    /// Asks for a reload. It begins when the one that runs has ended.
    ///
    /// # Errors
    /// Another one is waiting already and loads something else, or the server is shutting down.
    pub fn ask(&self, request: Request) -> Result<Pending, NotTaken> {
        let (asker, pending) = oneshot::channel();
        let mut state = self.queue.lock();
        if state.closed {
            return Err(NotTaken::ShuttingDown);
        }
        match &mut state.waiting {
            Some(job) if job.request.loads_the_same_as(&request) => job.askers.push(asker),
            Some(_) => return Err(NotTaken::Busy),
            None => state.waiting = Some(Job { request, askers: vec![asker] }),
        }
        self.queue.changed.notify_one();
        Ok(Pending(pending))
    }

    /// The last reloads, newest first. Only the newest has its bad records.
    pub fn history(&self) -> Vec<Report> {
        self.queue.lock().history.iter().cloned().collect()
    }

    /// Takes no more requests and lets the publisher end when it is done with what it does.
    pub fn close(&self) {
        let mut state = self.queue.lock();
        state.closed = true;
        state.waiting = None;
        self.queue.changed.notify_one();
    }

    /// Whether [`close`](Self::close) was called.
    pub(super) fn is_closed(&self) -> bool {
        self.queue.lock().closed
    }

    /// The next thing to do. Waits for it, at most for `patience` if there is one.
    pub(super) fn next(&self, patience: Option<Duration>) -> Next {
        let mut state = self.queue.lock();
        loop {
            if state.closed {
                return Next::Stop;
            }
            if let Some(job) = state.waiting.take() {
                return Next::Run(job);
            }
            let Some(patience) = patience else {
                state = self.queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let waited = self.queue.changed.wait_timeout(state, patience);
            let (woken, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() {
                return Next::Idle;
            }
            state = woken;
        }
    }

    /// Remembers how a reload ended.
    pub(super) fn remember(&self, report: Report) {
        let mut state = self.queue.lock();
        if let Some(before) = state.history.front_mut() {
            before.forget_bad_records();
        }
        state.history.push_front(report);
        state.history.truncate(RELOAD_HISTORY_MAX);
    }
}

impl Queue {
    /// A panic while the lock is held cannot leave the state half changed, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Request {
    fn loads_the_same_as(&self, other: &Request) -> bool {
        self.sources == other.sources && self.validate_only == other.validate_only
    }
}

impl Job {
    /// Tells everyone who asked. Those who have gone away are not missed.
    pub(super) fn tell(self, report: &Report) {
        for asker in self.askers {
            let _ = asker.send(report.clone());
        }
    }
}

impl Pending {
    /// How the reload ended.
    ///
    /// # Errors
    /// The server shuts down before it did.
    pub async fn ended(self) -> Result<Report, NotTaken> {
        self.0.await.map_err(|_| NotTaken::ShuttingDown)
    }
}

impl Report {
    /// The version that was read, if one was.
    pub fn version(&self) -> Option<&Version> {
        match &self.outcome {
            Outcome::Published(inventory)
            | Outcome::Unchanged(inventory)
            | Outcome::Validated(inventory) => Some(&inventory.version),
            Outcome::Refused(_, version) => Some(version),
            Outcome::Rejected(_) | Outcome::Failed(_) => None,
        }
    }

    /// How many warnings there are about what was read.
    pub fn warnings_total(&self) -> u64 {
        match &self.outcome {
            Outcome::Published(inventory)
            | Outcome::Unchanged(inventory)
            | Outcome::Validated(inventory) => inventory.warnings.total(),
            Outcome::Rejected(_) | Outcome::Refused(..) | Outcome::Failed(_) => 0,
        }
    }

    /// The records that were refused or left out.
    pub fn rejection(&self) -> Option<&Arc<Rejection>> {
        match &self.outcome {
            Outcome::Published(inventory)
            | Outcome::Unchanged(inventory)
            | Outcome::Validated(inventory) => Some(&inventory.left_out),
            Outcome::Rejected(rejection) => Some(rejection),
            Outcome::Refused(..) | Outcome::Failed(_) => None,
        }
    }

    /// Keeps how many records were bad, and lets go of which.
    fn forget_bad_records(&mut self) {
        let rejection = match &mut self.outcome {
            Outcome::Published(inventory)
            | Outcome::Unchanged(inventory)
            | Outcome::Validated(inventory) => &mut inventory.left_out,
            Outcome::Rejected(rejection) => rejection,
            Outcome::Refused(..) | Outcome::Failed(_) => return,
        };
        *rejection = Arc::new(Rejection {
            bad_records_total: rejection.bad_records_total,
            bad_records: Vec::new(),
            records: rejection.records,
        });
    }
}

impl Outcome {
    /// Whether what was asked for was done.
    pub fn is_success(&self) -> bool {
        matches!(self, Outcome::Published(_) | Outcome::Unchanged(_) | Outcome::Validated(_))
    }
}

/// One sentence: what happened, and what is wrong if anything is.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Published(inventory) => write!(f, "{} is served now", inventory.version),
            Outcome::Unchanged(inventory) => write!(f, "{} was served already", inventory.version),
            Outcome::Validated(inventory) => write!(f, "{} could be served", inventory.version),
            Outcome::Rejected(rejection) => rejection.fmt(f),
            Outcome::Refused(refusal, _) => refusal.fmt(f),
            Outcome::Failed(failure) => failure.fmt(f),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Unreadable { source, message } => write!(f, "{source} {message}"),
            Failure::Panicked(message) => {
                write!(f, "building the index panicked, which is a bug: {message}")
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::Start => "start",
            Cause::Rpc => "rpc",
            Cause::Sighup => "sighup",
        })
    }
}

#[cfg(test)]
mod tests;
