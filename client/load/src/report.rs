//! The report of a load, for programs.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::load::{Load, Priority};
use crate::measured::Measured;
use crate::tally::{Outcomes, Tally};

/// The report of a load. Programs rely on its JSON: fields may be added, none changes its meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The kind of loop: `closed`, or `open`.
    pub r#loop: &'static str,
    /// Whether batches went over streams.
    pub stream: bool,
    /// The priority of the calls.
    pub priority: Priority,
    /// Queries of one call, or of one message of a stream.
    pub batch: u16,
    /// Connections.
    pub connections: u16,
    /// The most calls in flight on one connection, or batches on its one stream.
    pub concurrency: u16,
    /// Threads that sent.
    pub threads: usize,
    /// Queries a second of an open loop.
    pub rate: Option<NonZeroU32>,
    /// The deadline that the server was told.
    pub deadline_seconds: Option<f64>,
    /// The time that was measured, which is shorter than planned if all ended early.
    pub seconds: f64,
    /// Calls that ended with OK.
    pub calls: u64,
    /// Queries of those calls.
    pub queries: u64,
    /// Those calls a second.
    pub calls_per_second: f64,
    /// Those queries a second.
    pub queries_per_second: f64,
    /// Queries that were answered within the deadline; all that were, without one.
    pub good_queries: u64,
    /// Those queries a second.
    pub good_queries_per_second: f64,
    /// The latency of calls that ended with OK.
    pub latency_ns: Latency,
    /// Counts of calls, by the meaning of their outcome for a caller.
    pub outcomes: Outcomes,
    /// Counts of calls by the name of their status: OK, then codes, then failures that no server
    /// told. Names with no call are left out. In JSON they are in alphabetical order.
    #[serde(serialize_with = "by_name")]
    pub statuses: Vec<(&'static str, u64)>,
    /// Calls that did not end with OK.
    pub failed_calls: u64,
    /// Calls of the warm-up that failed.
    pub failed_warmup_calls: u64,
    /// Calls of an open loop that were due and never sent.
    pub unsent_calls: u64,
    /// Queries that were refused alone.
    pub refused_queries: u64,
    /// Bytes of the bodies of replies.
    pub reply_bytes: u64,
    /// The generation of the inventory that answered before the load began.
    pub generation: String,
    /// The sequence of that inventory.
    pub sequence: u64,
}

/// Percentiles of latency, its maximum and its mean, in nanoseconds. They keep three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// The longest latency.
    pub max: u64,
    /// The mean latency.
    pub mean: u64,
    /// The median.
    pub p50: u64,
    /// The latency that 90 % of the calls did not exceed.
    pub p90: u64,
    /// The latency that 99 % of the calls did not exceed.
    pub p99: u64,
    /// The latency that 99.9 % of the calls did not exceed.
    pub p99_9: u64,
}

impl Report {
    /// Makes the report of a load that was run. `generation` and `sequence` are of the inventory
    /// that answered the caller before.
    pub fn new(load: &Load, measured: &Measured, generation: String, sequence: u64) -> Report {
        let tally = &measured.tally;
        let seconds = measured.time.as_secs_f64();
        let (calls, batch) = (tally.ok(), load.batch.get());
        let queries = calls * u64::from(batch);
        Report {
            r#loop: if load.rate.is_some() { "open" } else { "closed" },
            stream: load.stream,
            priority: load.priority,
            batch,
            connections: load.connections.get(),
            concurrency: load.concurrency.get(),
            threads: measured.threads,
            rate: load.rate,
            deadline_seconds: load.deadline.map(|deadline| deadline.as_secs_f64()),
            seconds,
            calls,
            queries,
            calls_per_second: per_second(calls, seconds),
            queries_per_second: per_second(queries, seconds),
            good_queries: tally.good_queries,
            good_queries_per_second: per_second(tally.good_queries, seconds),
            latency_ns: Latency::of(tally),
            outcomes: tally.outcomes(),
            statuses: tally.statuses().collect(),
            failed_calls: tally.failed(),
            failed_warmup_calls: tally.failed_warmup,
            unsent_calls: tally.unsent,
            refused_queries: tally.refused,
            reply_bytes: tally.reply_bytes,
            generation,
            sequence,
        }
    }
}

impl Latency {
    /// Reads the latencies of a tally.
    fn of(tally: &Tally) -> Latency {
        let ns = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let quantile = |share| ns(tally.latency(share));
        Latency {
            max: quantile(1.0),
            mean: ns(tally.latency_mean()),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            p99_9: quantile(0.999),
        }
    }
}

/// Divides a count by a time; 0 if no time has passed.
fn per_second(count: u64, seconds: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
    let count = count as f64;
    if seconds > 0.0 { count / seconds } else { 0.0 }
}

/// Writes counts as an object whose names are in alphabetical order.
fn by_name<S: Serializer>(counts: &[(&'static str, u64)], to: S) -> Result<S::Ok, S::Error> {
    counts.iter().copied().collect::<BTreeMap<_, _>>().serialize(to)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::Report;
    use crate::load::{Load, Priority};
    use crate::measured::Measured;
    use crate::tally::{Outcome, Tally};

    fn check(rate: Option<u32>, expected: &str) {
        let load = Load {
            priority: if rate.is_some() { Priority::Bulk } else { Priority::Interactive },
            rate: rate.and_then(NonZeroU32::new),
            deadline: rate.map(|_| Duration::from_millis(1)),
            ..Load::default()
        };
        let mut tally = Tally::new(load.deadline);
        for call in 0..1_000 {
            let ok = Outcome::Ok { answered: 256, refused: 0, bytes: 2_048 };
            let fast = call % 4 == 0;
            tally.measured(ok, Duration::from_micros(if fast { 500 } else { 1_500 }));
        }
        if rate.is_some() {
            tally.measured(Outcome::Status(14), Duration::ZERO);
            tally.measured(Outcome::Overloaded, Duration::ZERO);
            tally.measured(Outcome::Expired, Duration::ZERO);
            tally.unsent = 2;
        }
        let time = Duration::from_secs(10);
        let measured = Measured { tally, threads: 1, time, stopped: false };
        assert_eq!(measured.is_good(), rate.is_none());
        let report = Report::new(&load, &measured, "9d3f00aa12345678".to_owned(), 0);
        let json = serde_json::to_string(&report).expect("texts and finite numbers are JSON");
        assert_eq!(json, expected);
    }

    #[test]
    fn a_closed_loop() {
        check(
            None,
            concat!(
                r#"{"loop":"closed","stream":false,"priority":"interactive","batch":256,"#,
                r#""connections":4,"concurrency":8,"threads":1,"rate":null,"#,
                r#""deadline_seconds":null,"seconds":10.0,"calls":1000,"queries":256000,"#,
                r#""calls_per_second":100.0,"queries_per_second":25600.0,"good_queries":256000,"#,
                r#""good_queries_per_second":25600.0,"latency_ns":{"max":1500159,"mean":1249728,"#,
                r#""p50":1500159,"p90":1500159,"p99":1500159,"p99_9":1500159},"#,
                r#""outcomes":{"ok":1000,"overloaded":0,"deadline":0,"other":0,"not_sent":0},"#,
                r#""statuses":{"OK":1000},"failed_calls":0,"failed_warmup_calls":0,"#,
                r#""unsent_calls":0,"refused_queries":0,"reply_bytes":2048000,"#,
                r#""generation":"9d3f00aa12345678","sequence":0}"#
            ),
        );
    }

    #[test]
    fn an_open_loop_that_the_server_could_not_follow() {
        check(
            Some(25_600),
            concat!(
                r#"{"loop":"open","stream":false,"priority":"bulk","batch":256,"#,
                r#""connections":4,"concurrency":8,"threads":1,"rate":25600,"#,
                r#""deadline_seconds":0.001,"seconds":10.0,"calls":1000,"queries":256000,"#,
                r#""calls_per_second":100.0,"queries_per_second":25600.0,"good_queries":64000,"#,
                r#""good_queries_per_second":6400.0,"latency_ns":{"max":1500159,"mean":1249728,"#,
                r#""p50":1500159,"p90":1500159,"p99":1500159,"p99_9":1500159},"#,
                r#""outcomes":{"ok":1000,"overloaded":1,"deadline":1,"other":1,"not_sent":2},"#,
                r#""statuses":{"(too late to send)":1,"OK":1000,"RESOURCE_EXHAUSTED":1,"#,
                r#""UNAVAILABLE":1},"failed_calls":3,"failed_warmup_calls":0,"#,
                r#""unsent_calls":2,"refused_queries":0,"reply_bytes":2048000,"#,
                r#""generation":"9d3f00aa12345678","sequence":0}"#
            ),
        );
    }
}
