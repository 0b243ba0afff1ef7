//! A number that one thread changes.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that one thread changes, in a value that others may hold: futures must be able to move. A change is a load and a
/// store, a twentieth of what one indivisible operation costs; two threads that changed it would lose changes.
#[derive(Debug, Default)]
pub(super) struct Tally(AtomicU64);

impl Tally {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    pub(super) fn add(&self, more: u64) {
        self.set(self.get() + more);
    }

    pub(super) fn subtract(&self, less: u64) {
        self.set(self.get() - less);
    }
}
