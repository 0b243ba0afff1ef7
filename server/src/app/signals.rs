//! Signals of a Unix process: SIGTERM and SIGINT end the server, SIGHUP reloads its inventory.
//!
//! For the binary alone: signals belong to a process, and a server in a test has none of its own.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::runtime::ReloadHandle;
use crate::runtime::reload::{Cause, Request};

/// The signals that end the server.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Takes the signals over. Needs a runtime around it.
    ///
    /// # Errors
    /// The system refuses.
    pub fn new() -> io::Result<Stop> {
        Ok(Stop {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns at the first signal. The second one ends the process on the spot, for whoever does not want to wait for
    /// calls in flight.
    pub async fn first(mut self) {
        let name = self.next().await;
        tracing::info!(signal = name, "asked to stop");
        tokio::spawn(async move {
            let name = self.next().await;
            tracing::warn!(signal = name, "asked again; stopping at once");
            std::process::exit(1);
        });
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Asks for a reload at each SIGHUP, for as long as the runtime lives. Needs a runtime around it.
///
/// # Errors
/// The system refuses.
pub fn reload_on_hangup(reload: ReloadHandle) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let request =
                Request { sources: Vec::new(), validate_only: false, cause: Cause::Sighup };
            // The publisher logs how a reload ends; only one that never begins is told here.
            if let Err(why) = reload.ask(request) {
                tracing::warn!(?why, "SIGHUP: the reload was not taken");
            }
        }
    });
    Ok(())
}
