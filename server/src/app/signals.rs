//! Signals of a Unix process: SIGTERM and SIGINT end the server, SIGHUP reloads its inventory, certificates and access.
//!
//! For the binary alone: signals belong to a process, and a server in a test has none of its own.

use std::io;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

use super::running::Farewell;
use crate::rpc::audit;
use crate::runtime::reload::{Cause, Request};
use crate::runtime::{Catalog, ReloadHandle};

const INTERRUPT: &str = "SIGINT";

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
    /// calls in flight. Who sends SIGINT sits in front of it, and no load balancer has to notice first.
    pub async fn first(mut self) -> Farewell {
        let name = self.next().await;
        let farewell = if name == INTERRUPT { Farewell::Now } else { Farewell::LameDuck };
        tracing::info!(signal = name, "asked to stop");
        tokio::spawn(async move {
            let name = self.next().await;
            tracing::warn!(signal = name, "asked again; stopping at once");
            std::process::exit(1);
        });
        farewell
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => INTERRUPT,
        }
    }
}

/// Asks for a reload at each SIGHUP, for as long as the runtime lives. Needs a runtime around it.
///
/// # Errors
/// The system refuses.
pub fn reload_on_hangup(
    reload: ReloadHandle,
    catalog: Catalog,
    secrets: Arc<Notify>,
) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let request =
                Request { sources: Vec::new(), validate_only: false, cause: Cause::Sighup };
            secrets.notify_one();
            let before = catalog.current().map(|current| current.version.clone());
            // The publisher logs how a reload ends; here is said who asked for it.
            let outcome = match reload.ask(request) {
                Ok(pending) => match pending.ended().await {
                    Ok(report) => report.outcome.to_string(),
                    Err(why) => format!("{why:?}"),
                },
                Err(why) => format!("{why:?}"),
            };
            let what = "the same sources";
            audit("signal", "", "Reload", what, &outcome, before.as_ref(), &catalog);
        }
    });
    Ok(())
}
