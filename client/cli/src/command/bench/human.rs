//! The report for people.

use std::time::Duration;

use broadside_client::Version;
use broadside_load::{Load, Outcomes, Priority, Report};

use crate::duration;
use crate::number::{self, grouped};
use crate::paint::{Paint, Role};
use crate::printable::printable;

/// Writes a report in a few lines.
pub(super) fn report(report: &Report, load: &Load, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.paint(Role::Heading, setting(report, load)));
    text.push_str(&rate_line("calls", report.calls, report.calls_per_second));
    text.push_str(&rate_line("queries", report.queries, report.queries_per_second));
    if let Some(deadline) = load.deadline {
        let goodput = rate_line("goodput", report.good_queries, report.good_queries_per_second);
        let deadline = duration::display(deadline);
        text.push_str(&format!("{} within {deadline}\n", goodput.trim_end()));
    }
    text.push_str(&format!("  latency    {}\n", latency(report)));
    text.push_str(&format!("  status     {}\n", statuses(report, paint)));
    text.push_str(&refusals(&report.outcomes, paint));
    for (failure, count) in [
        ("calls of the warm-up failed", report.failed_warmup_calls),
        (
            "calls were due and never sent; the server, or this generator, is too slow for the rate",
            report.unsent_calls,
        ),
        ("queries were refused", report.refused_queries),
    ] {
        if count > 0 {
            let failure = format_args!("{} {failure}", grouped(count));
            text.push_str(&format!("  {}\n", paint.paint(Role::Bad, failure)));
        }
    }
    text.push_str(&format!("  replies    {}\n", number::bytes(report.reply_bytes)));
    let (generation, sequence) = (report.generation.clone(), report.sequence);
    let version = Version { generation, sequence }.to_string();
    text.push_str(&format!("  inventory  {}\n", printable(&version)));
    text
}

/// Writes the load in one line, with the time that was measured.
fn setting(report: &Report, load: &Load) -> String {
    let Report { batch, connections, concurrency, threads, .. } = report;
    let flight = if report.stream { "batches in flight on a stream" } else { "calls in flight" };
    let bulk = if report.priority == Priority::Bulk { ", bulk" } else { "" };
    let kind = match report.rate {
        Some(rate) => format!("open loop, {} queries/s", grouped(u64::from(rate.get()))),
        None => "closed loop".to_owned(),
    };
    let threads = number::counted(*threads as u64, "thread", "threads");
    let time = duration::display(Duration::from_secs_f64(report.seconds));
    let warmup = duration::display(load.warmup);
    format!(
        "{kind}{bulk}, batches of {batch}, {connections} × {concurrency} {flight}, {threads}, \
         {time} after {warmup} of warm-up"
    )
}

/// Writes a count and its rate in one line.
fn rate_line(name: &str, count: u64, rate: f64) -> String {
    format!("  {name:<9}  {} ({}/s)\n", grouped(count), number::rate(rate))
}

/// Writes the percentiles.
fn latency(report: &Report) -> String {
    let latency = &report.latency_ns;
    let percentiles = [
        ("p50", latency.p50),
        ("p90", latency.p90),
        ("p99", latency.p99),
        ("p99.9", latency.p99_9),
        ("max", latency.max),
    ];
    let percentile = |(name, ns)| format!("{name} {}", duration::display(Duration::from_nanos(ns)));
    percentiles.map(percentile).join("   ")
}

/// Writes each status with its count.
fn statuses(report: &Report, paint: Paint) -> String {
    let status = |(name, count): &(&str, u64)| {
        let role = if *name == "OK" { Role::Good } else { Role::Bad };
        format!("{} {}", paint.paint(role, name), grouped(*count))
    };
    let statuses: Vec<String> = report.statuses.iter().map(status).collect();
    if statuses.is_empty() { "no call ended".to_owned() } else { statuses.join("   ") }
}

/// Writes in one line why calls were not answered; nothing if all were.
fn refusals(outcomes: &Outcomes, paint: Paint) -> String {
    let counts = [
        ("overloaded", outcomes.overloaded),
        ("deadline", outcomes.deadline),
        ("other", outcomes.other),
        ("not sent", outcomes.not_sent),
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use broadside_load::{Latency, Load, Outcomes, Priority, Report};

    use super::report;
    use crate::paint::{ColorChoice, Paint};

    /// The report of a closed loop in which all went well.
    fn good() -> Report {
        let ns = 1_500_159;
        Report {
            r#loop: "closed",
            stream: false,
            priority: Priority::Interactive,
            batch: 256,
            connections: 4,
            concurrency: 8,
            threads: 1,
            rate: None,
            deadline_seconds: None,
            seconds: 10.0,
            calls: 1_000,
            queries: 256_000,
            calls_per_second: 100.0,
            queries_per_second: 25_600.0,
            good_queries: 256_000,
            good_queries_per_second: 25_600.0,
            latency_ns: Latency { max: ns, mean: 1_249_728, p50: ns, p90: ns, p99: ns, p99_9: ns },
            outcomes: Outcomes { ok: 1_000, overloaded: 0, deadline: 0, other: 0, not_sent: 0 },
            statuses: vec![("OK", 1_000)],
            failed_calls: 0,
            failed_warmup_calls: 0,
            unsent_calls: 0,
            refused_queries: 0,
            reply_bytes: 2_048_000,
            generation: "9d3f00aa12345678".to_owned(),
            sequence: 0,
        }
    }

    fn check(measured: &Report, load: &Load, expected: &str) {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        assert_eq!(report(measured, load, plain), expected);
    }

    #[test]
    fn a_closed_loop() {
        check(
            &good(),
            &Load::default(),
            "\
closed loop, batches of 256, 4 × 8 calls in flight, 1 thread, 10.0 s after 2.00 s of warm-up
  calls      1,000 (100/s)
  queries    256,000 (25,600/s)
  latency    p50 1.50 ms   p90 1.50 ms   p99 1.50 ms   p99.9 1.50 ms   max 1.50 ms
  status     OK 1,000
  replies    2.0 MiB
  inventory  9d3f00aa12345678+0
",
        );
    }

    #[test]
    fn an_open_loop_that_the_server_could_not_follow() {
        let failed = [("RESOURCE_EXHAUSTED", 1), ("UNAVAILABLE", 1), ("(too late to send)", 1)];
        let measured = Report {
            r#loop: "open",
            priority: Priority::Bulk,
            rate: NonZeroU32::new(25_600),
            deadline_seconds: Some(0.001),
            good_queries: 64_000,
            good_queries_per_second: 6_400.0,
            outcomes: Outcomes { ok: 1_000, overloaded: 1, deadline: 1, other: 1, not_sent: 2 },
            statuses: [("OK", 1_000)].into_iter().chain(failed).collect(),
            failed_calls: 3,
            unsent_calls: 2,
            ..good()
        };
        let deadline = Some(Duration::from_millis(1));
        check(
            &measured,
            &Load { deadline, ..Load::default() },
            "\
open loop, 25,600 queries/s, bulk, batches of 256, 4 × 8 calls in flight, 1 thread, \
10.0 s after 2.00 s of warm-up
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
        );
    }
}
