//! The server as a whole: the only file that knows both how an inventory gets in and how calls get answered.
//!
//! [`App::bind`] takes the ports, [`App::run`] serves until a future of the caller's says stop and everything is
//! drained. Nothing is global and nothing ends the process, so several servers can live in one process, as they do in
//! tests.
//!
//! **Threads.** One acceptor hands connections to the workers, one runtime each, where they are matched. The admin
//! listener has a thread of its own, so that health and metrics answer however busy the workers are. The publisher of
//! [`crate::runtime`] reads inventories.
//!
//! **The end.** Health says NOT_SERVING; the acceptor stops; each connection is told GOAWAY and finishes its calls, for at
//! most `drain_timeout`; then the admin listener follows, which has answered probes all along.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::SystemTime;

use metrics::{Counter, Gauge};
use tokio::sync::mpsc;

use crate::config::{Config, InventoryChoice};
use crate::limits::{ADMIN_CONNECTIONS_MAX, ADMIN_DRAIN, METRICS_UPKEEP_INTERVAL};
use crate::rpc::{AdminRouter, Facts, MatchRouter};
use crate::runtime::reload::{Cause, Pending, Request};
use crate::runtime::{self, ReadOptions, Readiness, ReloadHandle, Runtime, Source};
use crate::serve::acceptor::{self, Accepted, Places};
use crate::serve::connection::Protocol;
use crate::serve::{DrainSignal, worker};
use crate::telemetry::Metrics;

mod error;
mod running;
pub mod signals;
mod thread;

pub use error::{RunError, StartError};
use running::{Ready, Running};
use thread::Thread;

/// The version of the server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A server that has its ports and does not serve yet.
pub struct App {
    config: Config,
    match_listener: TcpListener,
    admin_listener: TcpListener,
    match_address: SocketAddr,
    admin_address: SocketAddr,
    runtime: Runtime,
    first_load: Pending,
    metrics: Arc<Metrics>,
    started_at: SystemTime,
}

impl App {
    /// Takes the ports. Health is NOT_SERVING from here until the first inventory is loaded.
    ///
    /// # Errors
    /// A source has a name that cannot be read, or a port is taken.
    pub fn bind(config: Config) -> Result<App, StartError> {
        let sources = match &config.inventory {
            InventoryChoice::Sample => vec![runtime::sample()],
            InventoryChoice::Sources(names) => names
                .iter()
                .map(|name| Source::parse(name))
                .collect::<Result<_, _>>()
                .map_err(StartError::Source)?,
        };
        let (match_listener, match_address) = listen("listen", config.listen)?;
        let (admin_listener, admin_address) = listen("admin_listen", config.admin_listen)?;
        let metrics =
            Arc::new(Metrics::new().map_err(|error| StartError::System(io::Error::other(error)))?);
        let options = ReadOptions { max_rejected_records: config.limits.rejected_records_max };
        let runtime = Runtime::new(sources, options, Arc::clone(&metrics));
        let first = Request { sources: Vec::new(), validate_only: false, cause: Cause::Start };
        let first_load = runtime.reload.ask(first).expect("nobody else has the handle yet");
        Ok(App {
            config,
            runtime,
            first_load,
            match_listener,
            admin_listener,
            match_address,
            admin_address,
            metrics,
            started_at: SystemTime::now(),
        })
    }

    /// Where matches are served.
    pub fn match_address(&self) -> SocketAddr {
        self.match_address
    }

    /// Where administration, health and metrics are served.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin_address
    }

    /// Whether an inventory is served; also to wait for it.
    pub fn readiness(&self) -> Readiness {
        self.runtime.readiness.clone()
    }

    /// Asks for reloads.
    pub fn reload_handle(&self) -> ReloadHandle {
        self.runtime.reload.clone()
    }

    /// Loads the inventory and serves it until `shutdown` resolves and everything is drained, which takes at most
    /// `drain_timeout` and one second more. Needs a tokio runtime with timers around it, and does nothing but wait there.
    ///
    /// # Errors
    /// The first inventory cannot be served, or a thread cannot be started or ends before its time. Everything is drained
    /// then, too.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), RunError> {
        let drain_timeout = self.config.limits.drain_timeout;
        let mut running = Running::new(self.runtime.readiness.clone(), self.runtime.reload.clone());
        let ready = Ready {
            listen: self.match_address,
            admin_listen: self.admin_address,
            workers: self.config.workers,
        };
        let served = match self.start_threads(&mut running) {
            Ok(first_load) => running.serve(first_load, &ready, shutdown).await,
            Err(error) => Err(RunError::Thread(error)),
        };
        running.end(drain_timeout).await;
        served
    }

    /// Starts the threads, and says what the first load has become of.
    fn start_threads(self, running: &mut Running) -> io::Result<Pending> {
        let Runtime { catalog, reload, readiness, publisher } = self.runtime;
        let (limits, metrics) = (self.config.limits, self.metrics);

        let facts =
            Facts { limits: limits.named(), server_version: VERSION, started_at: self.started_at };
        let admin = AdminRouter::new(
            catalog.clone(),
            reload,
            readiness.clone(),
            facts,
            Arc::clone(&metrics),
        );
        let admin =
            serve_admin(self.admin_listener, admin, Arc::clone(&metrics), running.admin_signal());
        running.admin.push(Thread::start("broadside-admin", admin)?);

        let router = MatchRouter::new(catalog, readiness, limits, Arc::clone(&metrics));
        let mut workers = Vec::new();
        for number in 0..self.config.workers {
            let (hand, handed) = mpsc::unbounded_channel();
            let drain = running.match_signal();
            let serving = worker::serve(
                handed,
                Protocol::http2(),
                router.clone(),
                drain,
                limits.drain_timeout,
            );
            running.matches.push(Thread::start(&format!("broadside-worker-{number}"), serving)?);
            workers.push(hand);
        }
        let (open, refused) = (metrics.connections.clone(), metrics.connections_refused.clone());
        let places = Places::new(limits.connections_max, open, refused);
        let accepting = accept(self.match_listener, workers, places, running.match_signal());
        running.matches.push(Thread::start("broadside-accept", accepting)?);

        running.publisher.push(Thread::spawn("broadside-reload", move || publisher.run())?);
        Ok(self.first_load)
    }
}

/// Runs a server as the process's only one: until SIGTERM or SIGINT, reloading at SIGHUP.
///
/// # Errors
/// Those of [`App::run`], or that the system gives no signals.
pub fn run_until_signalled(app: App) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = signals::Stop::new()?;
        signals::reload_on_hangup(app.reload_handle())?;
        app.run(stop.first()).await?;
        Ok(())
    })
}

async fn accept(
    listener: TcpListener,
    workers: Vec<mpsc::UnboundedSender<Accepted>>,
    places: Places,
    drain: DrainSignal,
) {
    if let Err(error) = acceptor::accept(listener, workers, places, drain).await {
        tracing::error!(%error, "cannot accept connections");
    }
}

/// Everything of the admin listener, on one thread.
async fn serve_admin(
    listener: TcpListener,
    router: AdminRouter,
    metrics: Arc<Metrics>,
    drain: DrainSignal,
) {
    let (hand, handed) = mpsc::unbounded_channel();
    let places = Places::new(ADMIN_CONNECTIONS_MAX, Gauge::noop(), Counter::noop());
    let accepting = accept(listener, vec![hand], places, drain.clone());
    let serving = worker::serve(handed, Protocol::either(), router, drain, ADMIN_DRAIN);
    let upkeep = async {
        let mut ticks = tokio::time::interval(METRICS_UPKEEP_INTERVAL);
        loop {
            ticks.tick().await;
            metrics.upkeep();
        }
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(accepting, serving) } => {}
        () = upkeep => {}
    }
}

fn listen(
    setting: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| StartError::Listen { setting, address, error })
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("match_address", &self.match_address)
            .field("admin_address", &self.admin_address)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
