//! The load: threads, each with its runtime, its connections and its workers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, Receiver, UnboundedSender};
use tokio::sync::watch;
use tokio::task::LocalSet;

use super::body::Bodies;
use super::connection::Connection;
use super::pace::{self, Ticket};
use super::tally::Tally;
use super::target::Target;
use super::worker::{self, Seat, Shared};
use crate::failure::Failure;

/// How long calls may still be under way after Ctrl-C, when somebody is waiting.
const DRAIN_INTERRUPTED_MAX: Duration = Duration::from_millis(500);

/// What to send, and how.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub(super) target: Target,
    pub(super) bodies: Bodies,
    pub(super) connections: usize,
    /// Calls in flight on one connection, or batches on its one stream.
    pub(super) concurrency: usize,
    pub(super) streams: bool,
    pub(super) threads: usize,
    pub(super) warmup: Duration,
    pub(super) duration: Duration,
    /// `None` is a closed loop.
    pub(super) calls_per_second: Option<f64>,
    /// How long a call may take, as the server is told. `None`: it is not told anything, and every answer is a good one.
    pub(super) deadline: Option<Duration>,
    /// Calls of an open loop that may wait for their turn, on all connections, at least one on each. What is due beyond
    /// that is not sent: a server that is asked for many times what it can do would otherwise fill this process.
    pub(super) waiting: usize,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) tally: Tally,
    /// How long was measured, which is shorter than planned if all ended early.
    pub(super) time: Duration,
    pub(super) interrupted: bool,
}

/// What all threads wait for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Phase {
    /// Every thread connects first.
    Connecting,
    /// Calls are sent; they are measured from `measure` until `end`.
    Running { measure: Instant, end: Instant },
    /// Somebody has had enough.
    Stopped,
}

/// What a thread tells.
enum News {
    Connected(Result<(), Failure>),
    Ended(Box<Tally>),
}

/// A runtime on this thread.
///
/// # Errors
/// The operating system refuses what it needs.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::input(format!("the runtime cannot start: {error}")))
}

impl Measured {
    /// Whether something was measured and nothing failed.
    pub(super) fn is_good(&self) -> bool {
        let tally = &self.tally;
        tally.ok() > 0 && tally.failed() == 0 && tally.failed_warmup == 0 && tally.unsent == 0
    }
}

impl Load {
    /// Sends it all. Ctrl-C ends it early, with what was measured until then.
    ///
    /// # Errors
    /// A connection cannot be made.
    pub(super) async fn run(&self) -> Result<Measured, Failure> {
        let (phase, phases) = watch::channel(Phase::Connecting);
        let (news_sender, mut news) = mpsc::unbounded_channel();
        let mut pacer_queues = Vec::new();
        let waiting = (self.waiting / self.connections).max(1);
        for number in 0..self.threads {
            let connections = (number..self.connections).step_by(self.threads).count();
            let mut queues = Vec::new();
            if self.calls_per_second.is_some() {
                let (senders, receivers): (Vec<_>, Vec<_>) =
                    (0..connections).map(|_| mpsc::channel(waiting)).unzip();
                pacer_queues.extend(senders);
                queues = receivers;
            }
            let (load, phases, news) = (self.clone(), phases.clone(), news_sender.clone());
            thread::spawn(move || load.thread(number, connections, queues, phases, &news));
        }
        drop(news_sender);
        for _ in 0..self.threads {
            match news.recv().await {
                Some(News::Connected(Ok(()))) => {}
                Some(News::Connected(Err(failure))) => return Err(failure),
                Some(News::Ended(_)) | None => {
                    return Err(Failure::input("a thread ended too early"));
                }
            }
        }
        let start = Instant::now();
        let measure = start + self.warmup;
        let end = measure + self.duration;
        phase.send_replace(Phase::Running { measure, end });
        let not_sent = Arc::new(AtomicU64::new(0));
        if let Some(calls_per_second) = self.calls_per_second {
            let not_sent = Arc::clone(&not_sent);
            thread::spawn(move || {
                pace::pace(calls_per_second, start, measure, end, &pacer_queues, &not_sent);
            });
        }
        let mut tally = Tally::new(self.deadline);
        let mut interrupted = None;
        loop {
            tokio::select! {
                told = news.recv() => match told {
                    Some(News::Ended(thread)) => tally.add(&thread),
                    Some(News::Connected(_)) => {}
                    None => break,
                },
                _ = tokio::signal::ctrl_c(), if interrupted.is_none() => {
                    interrupted = Some(Instant::now());
                    phase.send_replace(Phase::Stopped);
                }
            }
        }
        tally.unsent += not_sent.load(Ordering::Relaxed);
        // All may end early: after Ctrl-C, or because every connection was lost.
        let ended = interrupted.unwrap_or_else(Instant::now).min(end);
        let time = ended.saturating_duration_since(measure);
        Ok(Measured { tally, time, interrupted: interrupted.is_some() })
    }

    /// One thread, from connecting to its tally.
    fn thread(
        &self,
        number: usize,
        connections: usize,
        queues: Vec<Receiver<Ticket>>,
        phases: watch::Receiver<Phase>,
        news: &UnboundedSender<News>,
    ) {
        // Nobody listens any more only if another thread could not connect.
        let tell = |told| drop(news.send(told));
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(failure) => return tell(News::Connected(Err(failure))),
        };
        LocalSet::new().block_on(&runtime, async {
            let mut opened = Vec::with_capacity(connections);
            for _ in 0..connections {
                match Connection::open(&self.target).await {
                    Ok(connection) => opened.push(connection),
                    Err(failure) => return tell(News::Connected(Err(failure))),
                }
            }
            let mut queues = queues.into_iter();
            let seat = |connection| Rc::new(Seat::new(connection, queues.next()));
            let seats = opened.into_iter().map(seat).collect();
            tell(News::Connected(Ok(())));
            tell(News::Ended(Box::new(self.work(number, seats, phases).await)));
        });
    }

    /// Waits for the start, lets all workers of a thread work, and counts.
    async fn work(
        &self,
        number: usize,
        seats: Vec<Rc<Seat>>,
        mut phases: watch::Receiver<Phase>,
    ) -> Tally {
        let running =
            phases.wait_for(|phase| !matches!(phase, Phase::Connecting)).await.map(|phase| *phase);
        let tally = Rc::new(RefCell::new(Tally::new(self.deadline)));
        let mut measured_from = None;
        if let Ok(Phase::Running { measure, end }) = running {
            phases.mark_unchanged();
            measured_from = Some(measure);
            let shared = Rc::new(Shared {
                target: self.target.clone(),
                bodies: self.bodies.clone(),
                next_body: Cell::new(number * self.bodies.len() / self.threads),
                tally: Rc::clone(&tally),
                phases: phases.clone(),
                measure,
                end,
                deadline: self.deadline,
            });
            let mut workers = Vec::new();
            for seat in &seats {
                let (shared, seat) = (Rc::clone(&shared), Rc::clone(seat));
                if self.streams {
                    let streaming = worker::stream(shared, seat, self.concurrency);
                    workers.push(tokio::task::spawn_local(streaming));
                    continue;
                }
                for _ in 0..self.concurrency {
                    let calling = worker::call(Rc::clone(&shared), Rc::clone(&seat));
                    workers.push(tokio::task::spawn_local(calling));
                }
            }
            let mut workers = join_all(workers);
            tokio::select! {
                _ = &mut workers => {}
                _ = phases.changed() => {
                    let _ = tokio::time::timeout(DRAIN_INTERRUPTED_MAX, workers).await;
                }
            }
        }
        let mut tally = tally.borrow().clone();
        for seat in seats {
            tally.unsent += seat.waiting(measured_from).await;
        }
        tally
    }
}
