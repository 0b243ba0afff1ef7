//! The load: threads, each with its runtime, its connections and its workers.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, watch};
use tokio::task::LocalSet;

use super::body::Bodies;
use super::connection::Connection;
use super::pace::{self, Ticket};
use super::stream::Requests;
use super::tally::{Outcome, Tally};
use crate::failure::Failure;

/// How long calls may still be under way when the time is over. What has not ended then counts as failed.
const DRAIN_MAX: Duration = Duration::from_secs(5);
/// The same as [`DRAIN_MAX`] after Ctrl-C, when somebody is waiting.
const DRAIN_INTERRUPTED_MAX: Duration = Duration::from_millis(500);
/// How long after the end a call of an open loop that was due may still be sent.
const LATE_MAX: Duration = Duration::from_millis(100);

/// What to send, and how.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub(super) authority: String,
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
enum Phase {
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

/// One connection of a thread. In an open loop it has a queue of its own.
type Seat = (Connection, Option<Rc<Mutex<UnboundedReceiver<Ticket>>>>);

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
        for number in 0..self.threads {
            let connections = (number..self.connections).step_by(self.threads).count();
            let mut queues = Vec::new();
            if self.calls_per_second.is_some() {
                let (senders, receivers): (Vec<_>, Vec<_>) =
                    (0..connections).map(|_| mpsc::unbounded_channel()).unzip();
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
        if let Some(calls_per_second) = self.calls_per_second {
            thread::spawn(move || pace::pace(calls_per_second, start, end, &pacer_queues));
        }
        let mut tally = Tally::new();
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
        queues: Vec<UnboundedReceiver<Ticket>>,
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
                match Connection::open(&self.authority).await {
                    Ok(connection) => opened.push(connection),
                    Err(failure) => return tell(News::Connected(Err(failure))),
                }
            }
            let mut queues = queues.into_iter().map(|queue| Rc::new(Mutex::new(queue)));
            let seats = opened.into_iter().map(|connection| (connection, queues.next())).collect();
            tell(News::Connected(Ok(())));
            tell(News::Ended(Box::new(self.work(number, seats, phases).await)));
        });
    }

    /// Waits for the start, lets all workers of a thread work, and counts.
    async fn work(
        &self,
        number: usize,
        seats: Vec<Seat>,
        mut phases: watch::Receiver<Phase>,
    ) -> Tally {
        let running =
            phases.wait_for(|phase| !matches!(phase, Phase::Connecting)).await.map(|phase| *phase);
        let tally = Rc::new(RefCell::new(Tally::new()));
        if let Ok(Phase::Running { measure, end }) = running {
            phases.mark_unchanged();
            let shared = Rc::new(Shared {
                bodies: self.bodies.clone(),
                next_body: Cell::new(number * self.bodies.len() / self.threads),
                tally: Rc::clone(&tally),
                phases: phases.clone(),
                measure,
                end,
            });
            let mut workers = Vec::new();
            for (connection, queue) in &seats {
                if self.streams {
                    let streaming =
                        streamer(Rc::clone(&shared), connection.clone(), self.concurrency);
                    workers.push(tokio::task::spawn_local(streaming));
                    continue;
                }
                for _ in 0..self.concurrency {
                    let worker = worker(Rc::clone(&shared), connection.clone(), queue.clone());
                    workers.push(tokio::task::spawn_local(worker));
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
        for queue in seats.iter().filter_map(|seat| seat.1.as_ref()) {
            let mut queue = queue.lock().await;
            while queue.try_recv().is_ok() {
                tally.unsent += 1;
            }
        }
        tally
    }
}

/// What the workers of a thread share.
struct Shared {
    bodies: Bodies,
    next_body: Cell<usize>,
    tally: Rc<RefCell<Tally>>,
    phases: watch::Receiver<Phase>,
    measure: Instant,
    end: Instant,
}

/// Makes one call after the other until the time is over.
async fn worker(
    shared: Rc<Shared>,
    connection: Connection,
    queue: Option<Rc<Mutex<UnboundedReceiver<Ticket>>>>,
) {
    let hard_end = tokio::time::Instant::from_std(shared.end + DRAIN_MAX);
    let in_flight = Cell::new(false);
    let work = async {
        match queue {
            Some(queue) => open_loop(&shared, connection, &queue, &in_flight).await,
            None => closed_loop(&shared, connection, &in_flight).await,
        }
    };
    if tokio::time::timeout_at(hard_end, work).await.is_err() && in_flight.get() {
        shared.tally.borrow_mut().measured(Outcome::Unanswered, DRAIN_MAX);
    }
}

/// Sends batch after batch over one stream until the time is over, so many of them in flight.
async fn streamer(shared: Rc<Shared>, mut connection: Connection, window: usize) {
    let hard_end = tokio::time::Instant::from_std(shared.end + DRAIN_MAX);
    let mut sent = VecDeque::new();
    let streaming = stream_loop(&shared, &mut connection, window, &mut sent);
    let failure = match tokio::time::timeout_at(hard_end, streaming).await {
        Ok(Ok(())) => return,
        Ok(Err(outcome)) => outcome,
        Err(_) => Outcome::Unanswered,
    };
    // What ends a stream fails all that is on it.
    for _ in 0..sent.len().max(1) {
        shared.tally.borrow_mut().measured(failure, DRAIN_MAX);
    }
}

/// Batches are measured as calls of a closed loop are.
async fn stream_loop(
    shared: &Shared,
    connection: &mut Connection,
    window: usize,
    sent: &mut VecDeque<Instant>,
) -> Result<(), Outcome> {
    let (requests, queue) = mpsc::unbounded_channel();
    let mut responses = connection.stream(Requests(queue)).await?;
    let mut now = Instant::now();
    loop {
        while sent.len() < window && now < shared.end && !shared.is_stopped() {
            requests.send(shared.body()).map_err(|_| Outcome::Transport)?;
            sent.push_back(now);
        }
        if sent.is_empty() {
            return Ok(());
        }
        let outcome = responses.next(shared.bodies.batch()).await;
        if !matches!(outcome, Outcome::Ok { .. }) {
            return Err(outcome);
        }
        now = Instant::now();
        let latency = sent.pop_front().map_or(Duration::ZERO, |began| now - began);
        if now < shared.measure {
            shared.tally.borrow_mut().warmup(outcome);
        } else if now < shared.end {
            shared.tally.borrow_mut().measured(outcome, latency);
        }
    }
}

/// The next call begins when the last one has ended. A call is measured if it ends while measuring.
async fn closed_loop(shared: &Shared, mut connection: Connection, in_flight: &Cell<bool>) {
    let mut buffer = Vec::new();
    let mut began = Instant::now();
    while began < shared.end && !shared.is_stopped() {
        in_flight.set(true);
        let outcome = connection.call(shared.body(), shared.bodies.batch(), &mut buffer).await;
        in_flight.set(false);
        let ended = Instant::now();
        if ended < shared.measure {
            shared.tally.borrow_mut().warmup(outcome);
        } else if ended < shared.end || !matches!(outcome, Outcome::Ok { .. }) {
            shared.tally.borrow_mut().measured(outcome, ended - began);
        }
        if outcome == Outcome::Transport && connection.is_closed() {
            return;
        }
        began = ended;
    }
}

/// The next call begins when it is due, or as soon after that as one may, and its latency counts from when it was due. A
/// call is measured if it ends after the warm-up: one that was due before and ends in the measurement was held up, and a
/// server that cannot follow must not look as if it had answered nothing.
async fn open_loop(
    shared: &Shared,
    mut connection: Connection,
    queue: &Mutex<UnboundedReceiver<Ticket>>,
    in_flight: &Cell<bool>,
) {
    let mut buffer = Vec::new();
    while !shared.is_stopped() {
        let Some(due) = queue.lock().await.recv().await else { return };
        if Instant::now() > shared.end + LATE_MAX {
            shared.tally.borrow_mut().unsent += 1;
            continue;
        }
        in_flight.set(true);
        let outcome = connection.call(shared.body(), shared.bodies.batch(), &mut buffer).await;
        in_flight.set(false);
        let ended = Instant::now();
        if ended < shared.measure {
            shared.tally.borrow_mut().warmup(outcome);
        } else {
            shared.tally.borrow_mut().measured(outcome, ended - due);
        }
        if outcome == Outcome::Transport && connection.is_closed() {
            return;
        }
    }
}

impl Shared {
    fn body(&self) -> bytes::Bytes {
        let number = self.next_body.get();
        self.next_body.set(number.wrapping_add(1));
        self.bodies.get(number)
    }

    /// Whether Ctrl-C was pressed. One atomic read.
    fn is_stopped(&self) -> bool {
        self.phases.has_changed().unwrap_or(true)
    }
}
