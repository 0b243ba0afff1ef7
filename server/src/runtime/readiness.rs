//! Whether matches are served: starting, serving, on the way out, draining, in this order and never back.

use tokio::sync::watch;

/// Where the server is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nothing has been loaded yet.
    Starting,
    /// An inventory is served.
    Serving,
    /// Matches are still served, and everyone is told to go elsewhere.
    LameDuck,
    /// The server is shutting down.
    Draining,
}

/// The phase, which any thread may read, wait for and advance. Clones share it.
#[derive(Debug, Clone)]
pub struct Readiness {
    phase: watch::Sender<Phase>,
}

impl Readiness {
    /// A server that has loaded nothing yet.
    pub fn new() -> Readiness {
        Readiness { phase: watch::Sender::new(Phase::Starting) }
    }

    /// The phase now.
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// The phase and its changes.
    pub fn subscribe(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Returns once the phase is this one or a later one, and says which.
    pub async fn reached(&self, phase: Phase) -> Phase {
        let mut phases = self.phase.subscribe();
        // The only error is that every sender is gone, and `self` is one.
        phases.wait_for(|now| *now >= phase).await.map_or(Phase::Draining, |now| *now)
    }

    /// Goes on to a later phase. A phase that has passed does not come back.
    pub fn advance(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let later = phase > *now;
            if later {
                *now = phase;
            }
            later
        });
    }
}

impl Default for Readiness {
    fn default() -> Readiness {
        Readiness::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, Readiness};

    #[test]
    fn phases_do_not_come_back() {
        let readiness = Readiness::new();
        assert_eq!(readiness.phase(), Phase::Starting);
        readiness.advance(Phase::Serving);
        assert_eq!(readiness.phase(), Phase::Serving);
        readiness.advance(Phase::LameDuck);
        readiness.advance(Phase::Serving);
        assert_eq!(readiness.phase(), Phase::LameDuck);
        readiness.advance(Phase::Draining);
        readiness.advance(Phase::Serving);
        assert_eq!(readiness.phase(), Phase::Draining);
    }
}
