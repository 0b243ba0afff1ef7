//! The result, for people and for programs.

use std::collections::BTreeMap;
use std::time::Duration;

use broadside_client::Version;
use serde::Serialize;

use super::Priority;
use super::load::{Load, Measured};
use super::tally::Summary;
use crate::duration;
use crate::number::{self, grouped, per_second};
use crate::paint::{Paint, Role};
use crate::printable::printable;

/// All that a report says.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) load: &'a Load,
    /// Queries a second of an open loop.
    pub(super) rate: Option<u32>,
    pub(super) priority: Priority,
    pub(super) batch: usize,
    /// The version that answered before the measurement began.
    pub(super) version: Version,
    pub(super) measured: &'a Measured,
}

/// The percentiles that are reported.
const PERCENTILES: [(&str, &str, f64); 5] = [
    ("p50", "p50", 0.5),
    ("p90", "p90", 0.9),
    ("p99", "p99", 0.99),
    ("p99.9", "p99_9", 0.999),
    ("max", "max", 1.0),
];

#[derive(Serialize)]
struct JsonReport<'a> {
    r#loop: &'static str,
    stream: bool,
    priority: Priority,
    batch: usize,
    connections: usize,
    concurrency: usize,
    threads: usize,
    rate: Option<u32>,
    deadline_seconds: Option<f64>,
    seconds: f64,
    calls: u64,
    queries: u64,
    calls_per_second: f64,
    queries_per_second: f64,
    good_queries: u64,
    good_queries_per_second: f64,
    latency_ns: BTreeMap<&'static str, u128>,
    outcomes: Summary,
    statuses: BTreeMap<&'static str, u64>,
    failed_calls: u64,
    failed_warmup_calls: u64,
    unsent_calls: u64,
    refused_queries: u64,
    reply_bytes: u64,
    generation: &'a str,
    sequence: u64,
}

impl Report<'_> {
    fn queries(&self) -> u64 {
        self.measured.tally.ok() * self.batch as u64
    }

    /// One line of JSON.
    pub(super) fn json(&self) -> String {
        let tally = &self.measured.tally;
        let seconds = self.measured.time.as_secs_f64();
        let percentiles = PERCENTILES.map(|(_, name, quantile)| (name, tally.latency(quantile)));
        let latencies = percentiles.into_iter().chain([("mean", tally.latency_mean())]);
        let report = JsonReport {
            r#loop: if self.rate.is_some() { "open" } else { "closed" },
            stream: self.load.streams,
            priority: self.priority,
            batch: self.batch,
            connections: self.load.connections,
            concurrency: self.load.concurrency,
            threads: self.load.threads,
            rate: self.rate,
            deadline_seconds: self.load.deadline.map(|deadline| deadline.as_secs_f64()),
            seconds,
            calls: tally.ok(),
            queries: self.queries(),
            calls_per_second: per_second(tally.ok(), seconds),
            queries_per_second: per_second(self.queries(), seconds),
            good_queries: tally.good_queries,
            good_queries_per_second: per_second(tally.good_queries, seconds),
            latency_ns: latencies.map(|(name, latency)| (name, latency.as_nanos())).collect(),
            outcomes: tally.summary(),
            statuses: tally.statuses().collect(),
            failed_calls: tally.failed(),
            failed_warmup_calls: tally.failed_warmup,
            unsent_calls: tally.unsent,
            refused_queries: tally.refused,
            reply_bytes: tally.reply_bytes,
            generation: &self.version.generation,
            sequence: self.version.sequence,
        };
        serde_json::to_string(&report).expect("texts and finite numbers are JSON")
    }

    /// A few lines for a person.
    pub(super) fn human(&self, paint: Paint) -> String {
        let tally = &self.measured.tally;
        let time = self.measured.time;
        let mut text = format!("{}\n", paint.paint(Role::Heading, self.setting()));
        text.push_str(&rate_line("calls", tally.ok(), time));
        text.push_str(&rate_line("queries", self.queries(), time));
        if let Some(deadline) = self.load.deadline {
            let goodput = rate_line("goodput", tally.good_queries, time);
            let deadline = duration::display(deadline);
            text.push_str(&format!("{} within {deadline}\n", goodput.trim_end()));
        }
        let latency = |(name, _, quantile): (&str, _, f64)| {
            format!("{name} {}", duration::display(tally.latency(quantile)))
        };
        text.push_str(&format!("  latency    {}\n", PERCENTILES.map(latency).join("   ")));
        let status = |(name, count): (&str, u64)| {
            let role = if name == "OK" { Role::Good } else { Role::Bad };
            format!("{} {}", paint.paint(role, name), grouped(count))
        };
        let statuses: Vec<String> = tally.statuses().map(status).collect();
        let statuses =
            if statuses.is_empty() { "no call ended".to_owned() } else { statuses.join("   ") };
        text.push_str(&format!("  status     {statuses}\n"));
        text.push_str(&self.refusals(paint));
        for (what, count) in [
            ("calls of the warm-up failed", tally.failed_warmup),
            (
                "calls were due and never sent; the server, or this generator, is too slow for the rate",
                tally.unsent,
            ),
            ("queries were refused", tally.refused),
        ] {
            if count > 0 {
                text.push_str(&format!(
                    "  {}\n",
                    paint.paint(Role::Bad, format_args!("{} {what}", grouped(count)))
                ));
            }
        }
        text.push_str(&format!("  replies    {}\n", number::bytes(tally.reply_bytes)));
        text.push_str(&format!("  inventory  {}\n", printable(&self.version.to_string())));
        text
    }

    /// Why calls were not answered, in one line; nothing if all were.
    fn refusals(&self, paint: Paint) -> String {
        let summary = self.measured.tally.summary();
        let counts = [
            ("overloaded", summary.overloaded),
            ("deadline", summary.deadline),
            ("other", summary.other),
            ("not sent", summary.not_sent),
        ];
        if counts.iter().all(|(_, count)| *count == 0) {
            return String::new();
        }
        let counts = counts.map(|(name, count)| {
            let role = if count > 0 { Role::Bad } else { Role::Good };
            format!("{name} {}", paint.paint(role, grouped(count)))
        });
        format!("  refused    {}\n", counts.join("   "))
    }

    /// What was done, in one line.
    fn setting(&self) -> String {
        let Load { connections, concurrency, threads, streams, .. } = self.load;
        let flight = if *streams { "batches in flight on a stream" } else { "calls in flight" };
        let bulk = if self.priority == Priority::Bulk { ", bulk" } else { "" };
        let kind = match self.rate {
            Some(rate) => format!("open loop, {} queries/s", grouped(u64::from(rate))),
            None => "closed loop".to_owned(),
        };
        format!(
            "{kind}{bulk}, batches of {}, {connections} × {concurrency} {flight}, {}, {} after {} of warm-up",
            self.batch,
            number::counted(*threads as u64, "thread", "threads"),
            duration::display(self.measured.time),
            duration::display(self.load.warmup),
        )
    }
}

fn rate_line(name: &str, count: u64, time: Duration) -> String {
    let rate = number::rate(per_second(count, time.as_secs_f64()));
    format!("  {name:<9}  {} ({rate}/s)\n", grouped(count))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use broadside_client::Version;

    use super::{Priority, Report};
    use crate::access::Access;
    use crate::command::bench::body::Bodies;
    use crate::command::bench::load::{Load, Measured};
    use crate::command::bench::tally::{Outcome, Tally};
    use crate::command::bench::target::Target;
    use crate::paint::{ColorChoice, Paint};

    fn check(rate: Option<u32>, expected_human: &str, expected_json: &str) {
        let load = Load {
            target: Target::new("127.0.0.1:1", &Access::default(), false).expect("it is good"),
            bodies: Bodies::encode(&["cat".to_owned()], 256, 10, false),
            connections: 4,
            concurrency: 8,
            streams: false,
            threads: 1,
            warmup: Duration::from_secs(2),
            duration: Duration::from_secs(10),
            calls_per_second: rate.map(f64::from),
            deadline: rate.map(|_| Duration::from_millis(1)),
            waiting: 100,
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
        let measured = Measured { tally, time: Duration::from_secs(10), interrupted: false };
        assert_eq!(measured.is_good(), rate.is_none());
        let version = Version { generation: "9d3f00aa12345678".to_owned(), sequence: 0 };
        let priority = if rate.is_some() { Priority::Bulk } else { Priority::Interactive };
        let report =
            Report { load: &load, rate, priority, batch: 256, version, measured: &measured };
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        assert_eq!(report.human(plain), expected_human);
        assert_eq!(report.json(), expected_json);
    }

    #[test]
    fn a_closed_loop() {
        check(
            None,
            "\
closed loop, batches of 256, 4 × 8 calls in flight, 1 thread, 10.0 s after 2.00 s of warm-up
  calls      1,000 (100/s)
  queries    256,000 (25,600/s)
  latency    p50 1.50 ms   p90 1.50 ms   p99 1.50 ms   p99.9 1.50 ms   max 1.50 ms
  status     OK 1,000
  replies    2.0 MiB
  inventory  9d3f00aa12345678+0
",
            concat!(
                r#"{"loop":"closed","stream":false,"priority":"interactive","batch":256,"connections":4,"#,
                r#""concurrency":8,"threads":1,"rate":null,"deadline_seconds":null,"seconds":10.0,"calls":1000,"#,
                r#""queries":256000,"calls_per_second":100.0,"queries_per_second":25600.0,"good_queries":256000,"#,
                r#""good_queries_per_second":25600.0,"latency_ns":{"max":1500159,"mean":1249728,"p50":1500159,"#,
                r#""p90":1500159,"p99":1500159,"p99_9":1500159},"outcomes":{"ok":1000,"overloaded":0,"#,
                r#""deadline":0,"other":0,"not_sent":0},"statuses":{"OK":1000},"failed_calls":0,"#,
                r#""failed_warmup_calls":0,"unsent_calls":0,"refused_queries":0,"reply_bytes":2048000,"#,
                r#""generation":"9d3f00aa12345678","sequence":0}"#
            ),
        );
    }

    #[test]
    fn an_open_loop_that_the_server_could_not_follow() {
        check(
            Some(25_600),
            "\
open loop, 25,600 queries/s, bulk, batches of 256, 4 × 8 calls in flight, 1 thread, 10.0 s after 2.00 s of warm-up
  calls      1,000 (100/s)
  queries    256,000 (25,600/s)
  goodput    64,000 (6,400/s) within 1.00 ms
  latency    p50 1.50 ms   p90 1.50 ms   p99 1.50 ms   p99.9 1.50 ms   max 1.50 ms
  status     OK 1,000   RESOURCE_EXHAUSTED 1   UNAVAILABLE 1   (too late to send) 1
  refused    overloaded 1   deadline 1   other 1   not sent 2
  2 calls were due and never sent; the server, or this generator, is too slow for the rate
  replies    2.0 MiB
  inventory  9d3f00aa12345678+0
",
            concat!(
                r#"{"loop":"open","stream":false,"priority":"bulk","batch":256,"connections":4,"#,
                r#""concurrency":8,"threads":1,"rate":25600,"deadline_seconds":0.001,"seconds":10.0,"calls":1000,"#,
                r#""queries":256000,"calls_per_second":100.0,"queries_per_second":25600.0,"good_queries":64000,"#,
                r#""good_queries_per_second":6400.0,"latency_ns":{"max":1500159,"mean":1249728,"p50":1500159,"#,
                r#""p90":1500159,"p99":1500159,"p99_9":1500159},"outcomes":{"ok":1000,"overloaded":1,"#,
                r#""deadline":1,"other":1,"not_sent":2},"statuses":{"(too late to send)":1,"OK":1000,"#,
                r#""RESOURCE_EXHAUSTED":1,"UNAVAILABLE":1},"failed_calls":3,"failed_warmup_calls":0,"unsent_calls":2,"refused_queries":0,"#,
                r#""reply_bytes":2048000,"generation":"9d3f00aa12345678","sequence":0}"#
            ),
        );
    }
}
