//! One thread of a load, with its runtime, its connections and its workers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tokio::sync::watch;
use tokio::task::LocalSet;

use crate::bodies::Bodies;
use crate::connection::Connection;
use crate::error::Error;
use crate::limits::DRAIN_STOPPED_MAX;
use crate::pace::Ticket;
use crate::tally::Tally;
use crate::target::Target;
use crate::worker::{self, Seat, Shared};

/// The phase of a load, for which all threads wait.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Phase {
    /// Every thread connects first.
    Connecting,
    /// Calls are sent; they are measured from `measure` until `end`.
    Running { measure: Instant, end: Instant },
    /// The load was stopped.
    Stopped,
}

/// The news of a thread.
pub(crate) enum News {
    Connected(Result<(), Error>),
    Ended(Box<Tally>),
}

/// One thread: its share of a load.
pub(crate) struct Thread {
    pub(crate) target: Target,
    pub(crate) bodies: Bodies,
    /// The number of the first body, so that threads do not send the same ones in step.
    pub(crate) first_body: usize,
    pub(crate) connections: usize,
    /// Calls in flight on one connection, or batches on its one stream.
    pub(crate) concurrency: usize,
    pub(crate) streams: bool,
    pub(crate) deadline: Option<Duration>,
}

impl Thread {
    /// Runs the thread, from connecting to its tally. In an open loop `queues` has one for each
    /// connection.
    pub(crate) fn run(
        &self,
        queues: Vec<Receiver<Ticket>>,
        phases: watch::Receiver<Phase>,
        news: &UnboundedSender<News>,
    ) {
        // Nobody listens any more only if another thread could not connect.
        let tell = |told| drop(news.send(told));
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(error) => return tell(News::Connected(Err(error))),
        };
        LocalSet::new().block_on(&runtime, async {
            let mut opened = Vec::with_capacity(self.connections);
            for _ in 0..self.connections {
                match Connection::open(&self.target).await {
                    Ok(connection) => opened.push(connection),
                    Err(error) => return tell(News::Connected(Err(error))),
                }
            }
            let mut queues = queues.into_iter();
            let seat = |connection| Rc::new(Seat::new(connection, queues.next()));
            let seats = opened.into_iter().map(seat).collect();
            tell(News::Connected(Ok(())));
            tell(News::Ended(Box::new(self.work(seats, phases).await)));
        });
    }

    /// Waits for the start, lets all workers work, and counts.
    async fn work(&self, seats: Vec<Rc<Seat>>, mut phases: watch::Receiver<Phase>) -> Tally {
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
                next_body: Cell::new(self.first_body),
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
                    let _ = tokio::time::timeout(DRAIN_STOPPED_MAX, workers).await;
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

/// Makes a runtime on this thread.
fn runtime() -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Thread(format!("the runtime cannot start: {error}")))
}
