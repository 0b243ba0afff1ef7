//! The one place where what is served is read and replaced.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};

use super::snapshot::Snapshot;

/// Holds the snapshot that is served. Clones share it.
#[derive(Clone, Default)]
pub struct Catalog {
    current: Arc<ArcSwapOption<Snapshot>>,
}

/// A snapshot on loan. Take it once a call: it stays alive meanwhile, and it is always the same one. Before an `.await` it
/// is [kept](Current::kept).
pub struct Current(Guard<Option<Arc<Snapshot>>>);

impl Catalog {
    /// What is served, or nothing before the first load. A few nanoseconds; takes no lock.
    pub fn current(&self) -> Option<Current> {
        let guard = self.current.load();
        guard.is_some().then(|| Current(guard))
    }

    /// Replaces what is served, and hands back what was. Calls that took the old one finish on it.
    pub(super) fn publish(&self, next: Arc<Snapshot>) -> Option<Arc<Snapshot>> {
        self.current.swap(Some(next))
    }
}

impl Current {
    /// The same snapshot for longer: a loan is one of a few that a thread has.
    pub fn kept(self) -> Arc<Snapshot> {
        Guard::into_inner(self.0).expect("a Current is made only of a guard that holds a snapshot")
    }
}

impl Deref for Current {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        self.0.as_ref().expect("a Current is made only of a guard that holds a snapshot")
    }
}
