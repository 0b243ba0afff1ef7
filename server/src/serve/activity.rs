//! What happens on a connection, as its socket, its calls and whoever watches over it see it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::tally::Tally;

/// Looks without a call after which a connection can be dispensed with: 10 to 15 s.
const QUIET_LOOKS: u32 = 2;

/// The activity of one connection. One thread writes it; the atomics are there because futures must be able to move.
#[derive(Debug)]
pub struct Activity {
    began: Instant,
    spoke: AtomicBool,
    open_calls: Tally,
    calls: Tally,
    idle_bytes: Tally,
    /// Milliseconds since `began`, and one more; 0 while the client takes what it is sent.
    blocked_since: AtomicU64,
    /// Looks in a row at which there was no call.
    quiet_looks: AtomicU32,
    asked_to_leave: Notify,
    told_to_go: AtomicBool,
    going: Notify,
}

impl Activity {
    /// Of a connection that has just been made.
    pub fn new() -> Activity {
        Activity {
            began: Instant::now(),
            spoke: AtomicBool::new(false),
            open_calls: Tally::default(),
            calls: Tally::default(),
            idle_bytes: Tally::default(),
            blocked_since: AtomicU64::new(0),
            quiet_looks: AtomicU32::new(0),
            asked_to_leave: Notify::new(),
            told_to_go: AtomicBool::new(false),
            going: Notify::new(),
        }
    }

    /// Whether the client has begun to speak.
    pub fn spoke(&self) -> bool {
        self.spoke.load(Ordering::Relaxed)
    }

    /// The client has begun to speak.
    pub(super) fn speaks(&self) {
        self.spoke.store(true, Ordering::Relaxed);
    }

    /// Calls that are open, from their headers to the last byte of their reply.
    pub fn open_calls(&self) -> u64 {
        self.open_calls.get()
    }

    /// Calls that have begun in all.
    pub fn calls(&self) -> u64 {
        self.calls.get()
    }

    pub(super) fn call_begins(&self) {
        self.open_calls.add(1);
        self.calls.add(1);
        self.progress();
    }

    pub(super) fn call_ends(&self) {
        self.open_calls.subtract(1);
    }

    /// A call has begun, or gone on by a part of its body.
    pub(super) fn progress(&self) {
        self.idle_bytes.set(0);
    }

    /// So many bytes came in. Says how many have come since a call was the better for it.
    pub(super) fn received(&self, bytes: u64) -> u64 {
        self.idle_bytes.add(bytes);
        self.idle_bytes.get()
    }

    /// Bytes that have come since a call was the better for it.
    pub(super) fn idle_bytes(&self) -> usize {
        usize::try_from(self.idle_bytes.get()).unwrap_or(usize::MAX)
    }

    /// The client takes nothing at the moment.
    pub(super) fn is_blocked(&self) {
        if self.blocked_since.load(Ordering::Relaxed) == 0 {
            self.blocked_since.store(self.age_ms() + 1, Ordering::Relaxed);
        }
    }

    /// The client has taken something, or there is nothing for it.
    pub(super) fn is_taking(&self) {
        if self.blocked_since.load(Ordering::Relaxed) != 0 {
            self.blocked_since.store(0, Ordering::Relaxed);
        }
    }

    /// For how long the client has taken nothing of what there is for it.
    pub fn blocked_for(&self) -> Duration {
        match self.blocked_since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis((self.age_ms() + 1).saturating_sub(since)),
        }
    }

    /// Looks for calls, now and then. Says how many there have been when it is asked again.
    pub(super) fn look(&self, calls_before: u64) -> u64 {
        let quiet = self.open_calls() == 0 && self.calls() == calls_before;
        let looks =
            if quiet { self.quiet_looks.load(Ordering::Relaxed).saturating_add(1) } else { 0 };
        self.quiet_looks.store(looks, Ordering::Relaxed);
        self.calls()
    }

    /// How dispensable the connection is to those who want its place: the more the larger. Nothing if it is in use.
    pub(super) fn dispensable(&self) -> Option<u32> {
        match (self.spoke(), self.quiet_looks.load(Ordering::Relaxed)) {
            (false, _) => Some(u32::MAX),
            (true, looks) => (looks >= QUIET_LOOKS).then_some(looks),
        }
    }

    /// Asks the connection to make room.
    pub(super) fn ask_to_leave(&self) {
        self.asked_to_leave.notify_one();
    }

    /// Returns when it is asked to make room.
    pub(super) async fn is_asked_to_leave(&self) {
        self.asked_to_leave.notified().await;
    }

    /// The client is told to go, and its calls may end.
    pub(super) fn goes(&self) {
        self.told_to_go.store(true, Ordering::Relaxed);
        self.going.notify_waiters();
    }

    /// Returns when the client is told to go: for calls that would never end.
    pub async fn is_going(&self) {
        let going = self.going.notified();
        if !self.told_to_go.load(Ordering::Relaxed) {
            going.await;
        }
    }

    fn age_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }
}

impl Default for Activity {
    fn default() -> Activity {
        Activity::new()
    }
}
