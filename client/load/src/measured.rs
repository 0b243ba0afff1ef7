//! The measurement of a load.

use std::time::Duration;

use crate::tally::Tally;

/// The measurement of a load, as [`Report`](crate::Report) tells it.
#[derive(Debug)]
pub struct Measured {
    pub(crate) tally: Tally,
    /// The threads that sent.
    pub(crate) threads: usize,
    /// The time that was measured, which is shorter than planned if all ended early.
    pub(crate) time: Duration,
    pub(crate) stopped: bool,
}

impl Measured {
    /// Returns whether the load was stopped before its end.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Returns whether a call was answered and none failed, one of the warm-up included, nor was
    /// due and never sent.
    pub fn is_good(&self) -> bool {
        let tally = &self.tally;
        tally.ok() > 0 && tally.failed() == 0 && tally.failed_warmup == 0 && tally.unsent == 0
    }
}
