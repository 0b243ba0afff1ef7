//! The workers of a thread: some make one call after the other, others fill a stream.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{Mutex, watch};

use crate::bodies::Bodies;
use crate::connection::{Connection, Unsent};
use crate::error::Error;
use crate::limits::{DRAIN_MAX, LATE_MAX, SENDS_MAX};
use crate::pace::Ticket;
use crate::stream::Requests;
use crate::tally::{Outcome, Tally};
use crate::target::Target;
use crate::thread::Phase;

/// The state that the workers of a thread share.
pub(crate) struct Shared {
    pub(crate) target: Target,
    pub(crate) bodies: Bodies,
    pub(crate) next_body: Cell<usize>,
    pub(crate) tally: Rc<RefCell<Tally>>,
    pub(crate) phases: watch::Receiver<Phase>,
    pub(crate) measure: Instant,
    pub(crate) end: Instant,
    pub(crate) deadline: Option<Duration>,
}

/// A connection of a thread, and in an open loop the calls that wait for it.
pub(crate) struct Seat {
    connection: Mutex<Connection>,
    queue: Option<Mutex<Receiver<Ticket>>>,
}

/// The calls of one worker.
struct Caller<'a> {
    shared: &'a Shared,
    seat: &'a Seat,
    /// Whether a call is under way, which is asked when the worker is ended.
    in_flight: &'a Cell<bool>,
    connection: Option<Connection>,
    /// The bytes of the last reply.
    buffer: Vec<u8>,
}

impl Shared {
    /// Returns the next body.
    fn body(&self) -> bytes::Bytes {
        let number = self.next_body.get();
        self.next_body.set(number.wrapping_add(1));
        self.bodies.get(number)
    }

    /// Returns whether the load was stopped. One atomic read.
    fn is_stopped(&self) -> bool {
        self.phases.has_changed().unwrap_or(true)
    }
}

impl Seat {
    /// Makes the seat of a connection.
    pub(crate) fn new(connection: Connection, queue: Option<Receiver<Ticket>>) -> Seat {
        Seat { connection: Mutex::new(connection), queue: queue.map(Mutex::new) }
    }

    /// Returns the connection, made anew if it has ended. Servers end connections of an age, and
    /// nothing is wrong then.
    async fn connection(&self, target: &Target) -> Result<Connection, Error> {
        let mut connection = self.connection.lock().await;
        if connection.is_closed() {
            *connection = Connection::open(target).await?;
        }
        Ok(connection.clone())
    }

    /// Counts the calls that wait and were due from a moment on. They do not wait any more then.
    pub(crate) async fn waiting(&self, from: Option<Instant>) -> u64 {
        let Some(queue) = &self.queue else { return 0 };
        let (mut queue, mut waiting) = (queue.lock().await, 0);
        while let Ok(due) = queue.try_recv() {
            waiting += u64::from(from.is_some_and(|from| due >= from));
        }
        waiting
    }
}

/// Makes one call after the other until the time is over.
pub(crate) async fn call(shared: Rc<Shared>, seat: Rc<Seat>) {
    let hard_end = tokio::time::Instant::from_std(shared.end + DRAIN_MAX);
    let in_flight = Cell::new(false);
    let caller = Caller {
        shared: &shared,
        seat: &seat,
        in_flight: &in_flight,
        connection: None,
        buffer: Vec::new(),
    };
    let work = async {
        match &seat.queue {
            Some(queue) => open_loop(caller, queue).await,
            None => closed_loop(caller).await,
        }
    };
    if tokio::time::timeout_at(hard_end, work).await.is_err() && in_flight.get() {
        shared.tally.borrow_mut().measured(Outcome::Unanswered, DRAIN_MAX);
    }
}

/// Sends batch after batch over one stream until the time is over, `window` of them in flight.
pub(crate) async fn stream(shared: Rc<Shared>, seat: Rc<Seat>, window: usize) {
    let hard_end = tokio::time::Instant::from_std(shared.end + DRAIN_MAX);
    let mut sent = VecDeque::new();
    let streaming = stream_loop(&shared, &seat, window, &mut sent);
    let failure = match tokio::time::timeout_at(hard_end, streaming).await {
        Ok(Ok(())) => return,
        Ok(Err(outcome)) => outcome,
        Err(_) => Outcome::Unanswered,
    };
    // The end of a stream fails all batches that are on it.
    for _ in 0..sent.len().max(1) {
        shared.tally.borrow_mut().measured(failure, DRAIN_MAX);
    }
}

/// Sends batches, which are measured as calls of a closed loop are. One that is refused does not
/// end the stream.
async fn stream_loop(
    shared: &Shared,
    seat: &Seat,
    window: usize,
    sent: &mut VecDeque<Instant>,
) -> Result<(), Outcome> {
    let mut connection = seat.connection(&shared.target).await.map_err(|_| Outcome::Transport)?;
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
        let outcome = responses.next(shared.bodies.batch()).await?;
        now = Instant::now();
        let latency = sent.pop_front().map_or(Duration::ZERO, |began| now - began);
        if now < shared.measure {
            shared.tally.borrow_mut().warmup(outcome);
        } else if now < shared.end || !matches!(outcome, Outcome::Ok { .. }) {
            shared.tally.borrow_mut().measured(outcome, latency);
        }
    }
}

/// Makes each call when the last one has ended. A call is measured if it ends while measuring.
async fn closed_loop(mut caller: Caller<'_>) {
    let shared = caller.shared;
    let mut began = Instant::now();
    while began < shared.end && !shared.is_stopped() {
        let outcome = caller.call(shared.deadline).await;
        let ended = Instant::now();
        let told = outcome.unwrap_or(Outcome::Transport);
        if ended < shared.measure {
            shared.tally.borrow_mut().warmup(told);
        } else if ended < shared.end || !matches!(told, Outcome::Ok { .. }) {
            shared.tally.borrow_mut().measured(told, ended - began);
        }
        if outcome.is_none() {
            return;
        }
        began = ended;
    }
}

/// Makes each call when it is due, or as soon after that as one may; its latency and its deadline
/// count from when it was due. A call is measured if it ends after the warm-up: one that was due
/// before and ends in the measurement was held up, and a server that cannot follow must not look as
/// if it had answered nothing.
async fn open_loop(mut caller: Caller<'_>, queue: &Mutex<Receiver<Ticket>>) {
    let shared = caller.shared;
    while !shared.is_stopped() {
        let Some(due) = queue.lock().await.recv().await else { return };
        let waited = due.elapsed();
        if due + waited > shared.end + LATE_MAX {
            shared.tally.borrow_mut().unsent += u64::from(due >= shared.measure);
            continue;
        }
        let time_left = shared.deadline.map(|deadline| deadline.saturating_sub(waited));
        let outcome = match time_left {
            Some(Duration::ZERO) => Some(Outcome::Expired),
            _ => caller.call(time_left).await,
        };
        let (ended, told) = (Instant::now(), outcome.unwrap_or(Outcome::Transport));
        if ended < shared.measure {
            shared.tally.borrow_mut().warmup(told);
        } else {
            shared.tally.borrow_mut().measured(told, ended - due);
        }
        if outcome.is_none() {
            return;
        }
    }
}

impl Caller<'_> {
    /// Makes a call, over another connection if this one ends before it is sent. `None` if no
    /// connection can be made any more.
    async fn call(&mut self, time_left: Option<Duration>) -> Option<Outcome> {
        let (body, queries) = (self.shared.body(), self.shared.bodies.batch());
        for _ in 0..SENDS_MAX {
            let connection = match &mut self.connection {
                Some(connection) => connection,
                none => none.insert(self.seat.connection(&self.shared.target).await.ok()?),
            };
            self.in_flight.set(true);
            let called = connection.call(body.clone(), queries, time_left, &mut self.buffer).await;
            self.in_flight.set(false);
            match called {
                Ok(outcome) => return Some(outcome),
                Err(Unsent) => self.connection = None,
            }
        }
        Some(Outcome::Transport)
    }
}
