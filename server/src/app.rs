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
//! **The start.** Ports are taken at once, so that a second server on them is told. Clients can connect to the match port
//! from the moment on at which it is served: who is refused a connection goes elsewhere, whatever balances load.
//!
//! **The end.** Health says NOT_SERVING, and calls are still answered for `lame_duck`, until whoever balances load has
//! noticed. Then the acceptor stops; each connection is told GOAWAY and finishes its calls, for at most `drain_timeout`;
//! then the admin listener follows, which has answered probes all along.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use metrics::{Counter, Gauge};
use tokio::sync::{Notify, mpsc};

use crate::config::{Config, InventoryChoice, ListenAddress};
use crate::limits::{
    ADMIN_CONNECTIONS_MAX, ADMIN_DRAIN, HEALTH_CONNECTIONS_MAX, Limits, UPKEEP_INTERVAL,
};
use crate::rpc::{AdminRouter, Facts, HealthRouter, MatchRouter, Shared};
use crate::runtime::reload::{Cause, Pending, Request};
use crate::runtime::{self, Phase, ReadOptions, Readiness, ReloadHandle, Runtime, Source};
use crate::serve::acceptor::{self, Accepted, Places};
use crate::serve::connection::{Answers, Protocol, Terms};
use crate::serve::lane::{Lane, LaneLimits, thread_clock};
use crate::serve::peer::Peer;
use crate::serve::{DrainSignal, worker};
use crate::telemetry::{Metrics, Traces};

mod error;
pub mod healthcheck;
mod listener;
mod running;
mod secrets;
pub mod signals;
mod thread;

pub use error::{RunError, StartError};
use listener::Listening;
pub use running::Farewell;
use running::{Ready, Running};
use secrets::Secrets;
use thread::Thread;

/// The version of the server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A server that has its ports and does not serve yet.
pub struct App {
    config: Config,
    matches: Listening,
    admin: Listening,
    health: Option<Listening>,
    secrets: Secrets,
    secrets_asked: Arc<Notify>,
    runtime: Runtime,
    first_load: Pending,
    metrics: Arc<Metrics>,
    traces: Option<Traces>,
    started_at: SystemTime,
}

impl App {
    /// Takes the ports. Health is NOT_SERVING from here until the first inventory is loaded.
    ///
    /// # Errors
    /// A source has a name that cannot be read, a certificate or the table of access is bad, or a port is taken.
    pub fn bind(config: Config) -> Result<App, StartError> {
        let sources = match &config.inventory {
            InventoryChoice::Sample => vec![runtime::sample()],
            InventoryChoice::Sources(names) => names
                .iter()
                .map(|name| Source::parse(name))
                .collect::<Result<_, _>>()
                .map_err(StartError::Source)?,
        };
        let secrets = Secrets::read(&config)?;
        let matches = Listening::bind("listen", &config.listen)?;
        let admin = Listening::open("admin_listen", &config.admin_listen)?;
        let health = config.health_listen.as_ref();
        let health = health.map(|address| Listening::open("health_listen", address)).transpose()?;
        let metrics = Arc::new(Metrics::new());
        let options = ReadOptions { max_rejected_records: config.limits.rejected_records_max };
        let runtime = Runtime::new(sources, options, Arc::clone(&metrics));
        let first = Request { sources: Vec::new(), validate_only: false, cause: Cause::Start };
        let first_load = runtime.reload.ask(first).expect("nobody else has the handle yet");
        Ok(App {
            config,
            runtime,
            first_load,
            matches,
            admin,
            health,
            secrets,
            secrets_asked: Arc::default(),
            metrics,
            traces: None,
            started_at: SystemTime::now(),
        })
    }

    /// Where matches are served.
    pub fn match_address(&self) -> ListenAddress {
        self.matches.address().clone()
    }

    /// Where administration, health and metrics are served.
    pub fn admin_address(&self) -> ListenAddress {
        self.admin.address().clone()
    }

    /// Where health alone is served.
    pub fn health_address(&self) -> Option<ListenAddress> {
        self.health.as_ref().map(|listening| listening.address().clone())
    }

    /// Whether an inventory is served; also to wait for it.
    pub fn readiness(&self) -> Readiness {
        self.runtime.readiness.clone()
    }

    /// Asks for reloads.
    pub fn reload_handle(&self) -> ReloadHandle {
        self.runtime.reload.clone()
    }

    /// Asks for certificates and the table of access to be read again.
    pub fn secrets_handle(&self) -> Arc<Notify> {
        Arc::clone(&self.secrets_asked)
    }

    /// What is served.
    pub fn catalog(&self) -> runtime::Catalog {
        self.runtime.catalog.clone()
    }

    /// Loads the inventory and serves it until `shutdown` resolves and everything is drained, which takes at most
    /// `lame_duck`, unless it says otherwise, `drain_timeout` and one second more. Needs a tokio runtime with timers around
    /// it, and does nothing but wait there.
    ///
    /// # Errors
    /// The first inventory cannot be served, or a thread cannot be started or ends before its time. Everything is drained
    /// then, too.
    pub async fn run(self, shutdown: impl Future<Output = Farewell>) -> Result<(), RunError> {
        let limits = self.config.limits;
        let mut running = Running::new(self.runtime.readiness.clone(), self.runtime.reload.clone());
        let ready = Ready {
            listen: self.match_address(),
            admin_listen: self.admin_address(),
            health_listen: self.health_address(),
            tls: self.config.tls.is_some(),
            access: self.config.access.is_some(),
            workers: self.config.workers,
        };
        let served = match self.start_threads(&mut running) {
            Ok(first_load) => running.serve(first_load, &ready, shutdown).await,
            Err(error) => Err(RunError::Thread(error)),
        };
        if let Ok(Farewell::LameDuck) = served {
            running.stay_for(limits.lame_duck).await;
        }
        running.end(limits.drain_timeout).await;
        served.map(|_| ())
    }

    /// Starts the threads, and says what the first load has become of.
    fn start_threads(self, running: &mut Running) -> io::Result<Pending> {
        let Runtime { catalog, reload, readiness, mut publisher } = self.runtime;
        let opener = self.matches.opener()?;
        publisher.before_serving(move || {
            // If it fails, the acceptor finds out, and ends the server.
            let _ = opener.open();
        });
        let (limits, metrics) = (self.config.limits, self.metrics);
        let shared = Shared {
            catalog,
            readiness: readiness.clone(),
            access: self.secrets.access(),
            reflection: self.config.reflection,
            traces: self.traces,
            metrics: Arc::clone(&metrics),
        };
        let terms = |protocol, tls| Terms { protocol, tls, limits: limits.connection };
        let match_terms = terms(Protocol::http2(), self.secrets.match_tls());
        let admin_terms = terms(Protocol::either(), self.secrets.admin_tls());

        let facts =
            Facts { limits: limits.named(), server_version: VERSION, started_at: self.started_at };
        let admin = AdminRouter::new(shared.clone(), reload, facts);
        let answers = move |peer| admin.meet(peer);
        let places = ADMIN_CONNECTIONS_MAX;
        let admin = serve_beside(self.admin, places, answers, admin_terms, running.admin_signal());
        let health = HealthRouter::new(readiness.clone());
        let (answers, places) = (move |_| health.clone(), HEALTH_CONNECTIONS_MAX);
        let (health_terms, signal) = (terms(Protocol::either(), None), running.admin_signal());
        let health = async move {
            if let Some(listening) = self.health {
                serve_beside(listening, places, answers, health_terms, signal).await;
            }
        };
        let secrets = self.secrets.watch(self.secrets_asked, Arc::clone(&metrics));
        let upkeep = keep_up();
        let admin = async {
            tokio::select! {
                ((), ()) = async { tokio::join!(admin, health) } => {}
                () = async { tokio::join!(secrets, upkeep); } => {}
            }
        };
        running.admin.push(Thread::start("broadside-admin", admin)?);

        let mut workers = Vec::new();
        for number in 0..self.config.workers {
            let (hand, handed) = mpsc::unbounded_channel();
            let signal = running.match_signal();
            let serving =
                serve_matches(handed, shared.clone(), limits, match_terms.clone(), signal);
            running.matches.push(Thread::start(&format!("broadside-worker-{number}"), serving)?);
            workers.push(hand);
        }
        let (open, refused) = (metrics.connections.clone(), metrics.connections_refused.clone());
        let places = Places::new(limits.connections_max, open, refused);
        let (matches, signal) = (self.matches, running.match_signal());
        let accepting = async move {
            readiness.reached(Phase::Serving).await;
            match matches.opener().and_then(|opener| opener.open()) {
                Ok(()) => accept(matches, workers, places, signal).await,
                Err(error) => tracing::error!(%error, "cannot listen on {}", matches.address()),
            }
        };
        running.matches.push(Thread::start("broadside-accept", accepting)?);

        running.publisher.push(Thread::spawn("broadside-reload", move || publisher.run())?);
        Ok(self.first_load)
    }
}

/// Runs a server as the process's only one: until SIGTERM or SIGINT, reloading at SIGHUP, with traces if the process's
/// environment asks for them.
///
/// # Errors
/// Those of [`App::run`], or that the system gives no signals, or of [`Traces::start`].
pub fn run_until_signalled(mut app: App) -> Result<(), Box<dyn std::error::Error>> {
    let (traces, _exporter) = Traces::start(|name| std::env::var(name).ok())?.unzip();
    app.traces = traces;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = signals::Stop::new()?;
        signals::reload_on_hangup(app.reload_handle(), app.catalog(), app.secrets_handle())?;
        app.run(stop.first()).await?;
        Ok(())
    })
}

async fn accept(
    listening: Listening,
    workers: Vec<mpsc::UnboundedSender<Accepted>>,
    places: Places,
    drain: DrainSignal,
) {
    // The socket's file, if it has one, goes when nobody accepts from it any more.
    let (listener, _file) = listening.into_parts();
    if let Err(error) = acceptor::accept(listener, workers, places, drain).await {
        tracing::error!(%error, "cannot accept connections");
    }
}

/// One worker of the match listener.
async fn serve_matches(
    handed: mpsc::UnboundedReceiver<Accepted>,
    shared: Shared,
    limits: Limits,
    terms: Terms,
    drain: DrainSignal,
) {
    let lane_limits =
        LaneLimits { wait_max: limits.queue_wait_max, waiting_max: limits.queued_queries_max };
    let lane = Lane::new(lane_limits, thread_clock);
    let closed = shared.metrics.connections_closed.clone();
    let router = MatchRouter::new(shared, limits, lane.clone());
    let answers = move |peer| router.meet(peer);
    tokio::select! {
        () = worker::serve(handed, terms, answers, closed, drain, limits.drain_timeout) => {}
        () = lane.run() => {}
    }
}

/// Everything of a listener beside the main one: of the admin listener, or of the one for health.
async fn serve_beside<S: Answers>(
    listening: Listening,
    connections_max: usize,
    answers: impl Fn(Peer) -> S + Clone + Send + 'static,
    terms: Terms,
    drain: DrainSignal,
) {
    let (hand, handed) = mpsc::unbounded_channel();
    let places = Places::new(connections_max, Gauge::noop(), Counter::noop());
    let accepting = accept(listening, vec![hand], places, drain.clone());
    let uncounted = std::array::from_fn(|_| Counter::noop());
    let serving = worker::serve(handed, terms, answers, uncounted, drain, ADMIN_DRAIN);
    tokio::join!(accepting, serving);
}

/// Gives freed memory back, from time to time. Never ends.
async fn keep_up() {
    let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        ticks.tick().await;
        broadside_memory::give_back_freed();
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("matches", &self.matches.address())
            .field("admin", &self.admin.address())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
