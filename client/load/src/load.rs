//! A load and its run: the threads are started, the clock is, and the counts are gathered.

use std::num::{NonZeroU16, NonZeroU32, NonZeroUsize};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use tokio::sync::mpsc::{self, Sender, UnboundedReceiver};
use tokio::sync::watch;

use crate::bodies::Bodies;
use crate::error::Error;
use crate::limits::TIME_MAX;
use crate::measured::Measured;
use crate::pace::{self, Ticket};
use crate::tally::Tally;
use crate::target::Target;
use crate::thread::{News, Phase, Thread};

/// A load: its calls, its loop and its times.
///
/// It can be read from JSON, in which every field may be absent. Times are in seconds there:
/// `warmup_seconds`, `duration_seconds`, `deadline_seconds`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// Queries of one call, or of one message of a stream. A server takes 4,096.
    pub batch: NonZeroU16,
    /// The most matches to ask for, of one text. A server gives 1,000.
    pub limit: u32,
    /// Whether batches go over one stream a connection, instead of one call each. A stream has no
    /// deadline and no rate.
    pub stream: bool,
    /// The priority of the calls.
    pub priority: Priority,
    /// Connections.
    pub connections: NonZeroU16,
    /// The most calls in flight on one connection, or batches on its one stream.
    pub concurrency: NonZeroU16,
    /// Threads that send, of which no more are used than there are connections. `None`: one a core.
    pub threads: Option<NonZeroU16>,
    /// The time of sending before the measurement; at most a week.
    #[serde(rename = "warmup_seconds", deserialize_with = "seconds")]
    pub warmup: Duration,
    /// The time of the measurement; at most a week.
    #[serde(rename = "duration_seconds", deserialize_with = "seconds")]
    pub duration: Duration,
    /// Queries a second of an open loop. `None`: a closed loop.
    pub rate: Option<NonZeroU32>,
    /// The time for one call, which the server is told. `None`: it is told nothing, and every
    /// answer counts as good.
    #[serde(rename = "deadline_seconds", deserialize_with = "some_seconds")]
    pub deadline: Option<Duration>,
    /// Calls of an open loop that may wait for their turn, on all connections; at least one on
    /// each. Calls beyond that are not sent: a server that is offered many times its capacity would
    /// otherwise fill the memory of this process.
    pub waiting: u32,
}

/// The urgency of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Calls for whose answers somebody waits.
    #[default]
    Interactive,
    /// Calls that let others go first.
    Bulk,
}

/// The times of a run.
#[derive(Debug, Clone, Copy)]
struct Times {
    start: Instant,
    measure: Instant,
    end: Instant,
}

/// A closed loop of ten seconds after a warm-up of two.
impl Default for Load {
    fn default() -> Load {
        let number = |number| NonZeroU16::new(number).expect("it is above zero");
        Load {
            batch: number(256),
            limit: 10,
            stream: false,
            priority: Priority::Interactive,
            connections: number(4),
            concurrency: number(8),
            threads: None,
            warmup: Duration::from_secs(2),
            duration: Duration::from_secs(10),
            rate: None,
            deadline: None,
            waiting: 10_000,
        }
    }
}

impl Load {
    /// Sends the load to a server, over and over these texts, and measures. `stop` ends it early,
    /// with the measurement until then; it is not waited for before all connections are made.
    ///
    /// Requests are encoded once, each text in at least one of them, and are leaked: their bytes
    /// are needed by all threads, and bytes without an owner have no counter that all would write
    /// to with every call.
    ///
    /// # Errors
    /// The load is impossible, a connection cannot be made, or a thread cannot work.
    pub async fn run(
        &self,
        target: &Target,
        texts: &[String],
        stop: impl Future<Output = ()>,
    ) -> Result<Measured, Error> {
        for (name, time) in [("warm-up", self.warmup), ("measurement", self.duration)] {
            if time > TIME_MAX {
                let (got, most) = (time.as_secs(), TIME_MAX.as_secs());
                let text = format!("the {name} takes {got} s, and may take {most} s; shorten it");
                return Err(Error::Load(text));
            }
        }
        let bodies = Bodies::encode(texts, self)?;
        let (phase, phases) = watch::channel(Phase::Connecting);
        let threads = self.threads_used();
        let (queues, mut news) = self.start_threads(threads, target, &bodies, &phases);
        for _ in 0..threads {
            match news.recv().await {
                Some(News::Connected(Ok(()))) => {}
                Some(News::Connected(Err(error))) => return Err(error),
                Some(News::Ended(_)) | None => {
                    return Err(Error::Thread("a thread ended too early".to_owned()));
                }
            }
        }
        let start = Instant::now();
        let measure = start + self.warmup;
        let times = Times { start, measure, end: measure + self.duration };
        phase.send_replace(Phase::Running { measure, end: times.end });
        let not_sent = self.start_pacer(times, queues);
        let (mut tally, stopped) = self.gather(news, stop, &phase).await;
        tally.unsent += not_sent.load(Ordering::Relaxed);
        // All may end early: after a stop, or because every connection was lost.
        let ended = stopped.unwrap_or_else(Instant::now).min(times.end);
        let time = ended.saturating_duration_since(measure);
        Ok(Measured { tally, threads, time, stopped: stopped.is_some() })
    }

    /// Returns the count of threads that send.
    fn threads_used(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = self.threads.map_or_else(cores, |threads| usize::from(threads.get()));
        threads.min(usize::from(self.connections.get()))
    }

    /// Returns the calls a second of an open loop.
    fn calls_per_second(&self) -> Option<f64> {
        self.rate.map(|rate| f64::from(rate.get()) / f64::from(self.batch.get()))
    }

    /// Starts the threads. In an open loop there is a queue for each connection.
    fn start_threads(
        &self,
        threads: usize,
        target: &Target,
        bodies: &Bodies,
        phases: &watch::Receiver<Phase>,
    ) -> (Vec<Sender<Ticket>>, UnboundedReceiver<News>) {
        let target = target.with_priority(self.priority);
        let (news_sender, news) = mpsc::unbounded_channel();
        let mut pacer_queues = Vec::new();
        let all = usize::from(self.connections.get());
        let waiting = usize::try_from(self.waiting).expect("32 bits are a size") / all;
        for number in 0..threads {
            let connections = (number..all).step_by(threads).count();
            let mut queues = Vec::new();
            if self.rate.is_some() {
                let (senders, receivers): (Vec<_>, Vec<_>) =
                    (0..connections).map(|_| mpsc::channel(waiting.max(1))).unzip();
                pacer_queues.extend(senders);
                queues = receivers;
            }
            let worker = Thread {
                target: target.clone(),
                bodies: bodies.clone(),
                first_body: number * bodies.len() / threads,
                connections,
                concurrency: usize::from(self.concurrency.get()),
                streams: self.stream,
                deadline: self.deadline,
            };
            let (phases, news) = (phases.clone(), news_sender.clone());
            thread::spawn(move || worker.run(queues, phases, &news));
        }
        (pacer_queues, news)
    }

    /// Starts the thread that says when calls are due, if this is an open loop. Returns the count of
    /// calls that were due and not sent, which it keeps.
    fn start_pacer(&self, times: Times, queues: Vec<Sender<Ticket>>) -> Arc<AtomicU64> {
        let not_sent = Arc::new(AtomicU64::new(0));
        if let Some(calls_per_second) = self.calls_per_second() {
            let not_sent = Arc::clone(&not_sent);
            let Times { start, measure, end } = times;
            thread::spawn(move || {
                pace::pace(calls_per_second, start, measure, end, &queues, &not_sent);
            });
        }
        not_sent
    }

    /// Waits until all threads have ended, and adds up their tallies. Returns the time of the
    /// stop as well.
    async fn gather(
        &self,
        mut news: UnboundedReceiver<News>,
        stop: impl Future<Output = ()>,
        phase: &watch::Sender<Phase>,
    ) -> (Tally, Option<Instant>) {
        let mut tally = Tally::new(self.deadline);
        let mut stopped = None;
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                told = news.recv() => match told {
                    Some(News::Ended(thread)) => tally.add(&thread),
                    Some(News::Connected(_)) => {}
                    None => return (tally, stopped),
                },
                () = &mut stop, if stopped.is_none() => {
                    stopped = Some(Instant::now());
                    phase.send_replace(Phase::Stopped);
                }
            }
        }
    }
}

/// Reads a time in seconds.
fn seconds<'a, D: Deserializer<'a>>(from: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(D::Error::custom)
}

/// Reads a time in seconds, where there might be none.
fn some_seconds<'a, D: Deserializer<'a>>(from: D) -> Result<Option<Duration>, D::Error> {
    seconds(from).map(Some)
}

#[cfg(test)]
mod tests {
    use std::num::{NonZeroU16, NonZeroU32};
    use std::time::Duration;

    use super::{Load, Priority};

    #[test]
    fn a_load_can_be_read() {
        let check = |json: &str, expected: &Load| {
            assert_eq!(serde_json::from_str::<Load>(json).expect(json), *expected, "{json}");
        };
        check("{}", &Load::default());
        let load = Load {
            batch: NonZeroU16::new(1).expect("it is above zero"),
            priority: Priority::Bulk,
            threads: NonZeroU16::new(2),
            warmup: Duration::ZERO,
            duration: Duration::from_millis(1_500),
            rate: NonZeroU32::new(1_000),
            deadline: Some(Duration::from_millis(250)),
            ..Load::default()
        };
        check(
            r#"{"batch": 1, "priority": "bulk", "threads": 2, "warmup_seconds": 0,
                "duration_seconds": 1.5, "rate": 1000, "deadline_seconds": 0.25}"#,
            &load,
        );
    }

    #[test]
    fn an_impossible_load_is_refused() {
        for (json, expected) in [
            (r#"{"batch": 0}"#, "nonzero"),
            (r#"{"rate": 0}"#, "nonzero"),
            (r#"{"bach": 1}"#, "unknown field `bach`"),
            (r#"{"warmup": 1}"#, "unknown field `warmup`"),
            (r#"{"duration_seconds": -1}"#, "negative"),
            (r#"{"priority": "urgent"}"#, "unknown variant `urgent`"),
        ] {
            let error = serde_json::from_str::<Load>(json).expect_err(json).to_string();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}
