//! `broadside bench`: what a server can do, and how long it takes.
//!
//! The generator must not be what is measured. Request bodies are encoded once, before the clock starts; each thread has a
//! runtime of its own, its own connections and its own tally; replies are counted without decoding them.
//!
//! - Closed loop (the default): every connection keeps so many calls in flight. It finds the throughput. Its latencies
//!   are those of a saturated server.
//! - Open loop (`--rate`): calls are due at fixed times, whether earlier ones have been answered or not, and latency counts
//!   from when a call was due. A server that stalls is charged for every call that waited.
//!
//! Start reading at `run`, then `load` (one thread), `connection` (one call), `stream` (many batches), `reply` (what is
//! counted).

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use broadside_client::{BatchOptions, Client, Query};

use crate::duration;
use crate::failure::{Exit, Failure};
use crate::lines::Lines;
use crate::paint::Paint;
use crate::settings::Settings;

mod body;
mod connection;
mod load;
mod pace;
mod reply;
mod report;
mod stream;
mod tally;

use body::Bodies;
use load::Load;
use report::Report;

/// Texts that are read of the file; more would only cost memory.
const TEXTS_MAX: usize = 1_000_000;

/// Measure a server: throughput in a closed loop, latency in an open one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside bench --file queries.txt.zst                         # closed loop: how much can it do?
  broadside bench --file queries.txt.zst --unary                 # one query a call
  broadside bench --file queries.txt.zst --stream                # batch after batch over a stream
  broadside bench --file queries.txt.zst --rate 200000           # open loop: latency at 200,000 queries a second
  taskset -c 1 broadside bench --file queries.txt --threads 1    # on a core of its own

Latency is that of calls that ended with OK; in an open loop it counts from when the call was due. Failures are counted by
grpc-status. Exit 1 if any call failed, one of the warm-up included, or was due and never sent.

With --json: one object, {\"loop\": \"closed\" | \"open\", \"stream\": bool, \"batch\", \"connections\", \"concurrency\", \"threads\", \"rate\",
\"seconds\", \"calls\", \"queries\", \"calls_per_second\", \"queries_per_second\", \"latency_ns\": {\"p50\", \"p90\", \"p99\", \"p99_9\",
\"max\", \"mean\"}, \"statuses\": {name: calls}, \"failed_calls\", \"failed_warmup_calls\", \"unsent_calls\", \"refused_queries\",
\"reply_bytes\", \"generation\", \"sequence\"}.")]
pub(crate) struct Arguments {
    /// The texts, one a line; .zst and .gz are unpacked, - is stdin
    #[arg(long, value_name = "FILE")]
    file: String,
    /// Queries of one call
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    batch: u16,
    /// One query a call: the same as --batch 1
    #[arg(long, conflicts_with = "batch")]
    unary: bool,
    /// Send the batches over one stream a connection (MatchStream) instead of one call each
    #[arg(long, conflicts_with = "rate")]
    stream: bool,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections: u16,
    /// The most calls in flight on one connection; with --stream, the most batches
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// How long to measure
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration::parse_positive)]
    duration: Duration,
    /// How long to send before measuring
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration::parse)]
    warmup: Duration,
    /// Open loop: send this many queries a second, however the server fares
    #[arg(long, value_name = "QPS", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Threads that send [default: one a connection, at most one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// The most matches to ask for, of one text
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures and prints. Exit 1 if any call failed.
pub(crate) fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let (mut lines, _) = Lines::open(&arguments.file, |file| file)?;
    let texts = lines.batch(TEXTS_MAX)?;
    if texts.is_empty() {
        return Err(Failure::input(format!("{}: has no text in it", arguments.file)));
    }
    let batch = if arguments.unary { 1 } else { usize::from(arguments.batch) };
    let bodies = Bodies::encode(&texts, batch, arguments.limit, arguments.stream);
    let runtime = load::runtime()?;
    let version = runtime.block_on(probe(settings, &texts[0]))?;
    let threads = arguments
        .threads
        .map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), usize::from);
    let load = Load {
        authority: authority(&settings.address).to_owned(),
        bodies,
        connections: usize::from(arguments.connections),
        concurrency: usize::from(arguments.concurrency),
        streams: arguments.stream,
        threads: threads.min(usize::from(arguments.connections)),
        warmup: arguments.warmup,
        duration: arguments.duration,
        calls_per_second: arguments.rate.map(|rate| f64::from(rate) / batch as f64),
    };
    if io::stderr().is_terminal() {
        let (warmup, time) = (duration::display(load.warmup), duration::display(load.duration));
        eprintln!("warming up for {warmup}, then measuring for {time} …");
    }
    let measured = runtime.block_on(load.run())?;
    let report = Report { load: &load, rate: arguments.rate, batch, version, measured: &measured };
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", report.json())?;
    } else {
        write!(out, "{}", report.human(paint))?;
    }
    Ok(match (measured.interrupted, measured.is_good()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::No,
    })
}

/// One call as any client makes it, so that a wrong address or a server without inventory is told in its own words and
/// not as a million failed calls.
async fn probe(settings: &Settings, text: &str) -> Result<broadside_client::Version, Failure> {
    let client = Client::builder(&settings.address).deadline(settings.deadline).build()?;
    Ok(client.match_batch(&[Query::from(text)], &BatchOptions::default()).await?.version)
}

/// Host and port of an address that the probe has accepted.
fn authority(address: &str) -> &str {
    let address = address.strip_prefix("http://").unwrap_or(address);
    address.strip_suffix('/').unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::authority;

    #[test]
    fn authorities() {
        assert_eq!(authority("127.0.0.1:50051"), "127.0.0.1:50051");
        assert_eq!(authority("http://[::1]:50051/"), "[::1]:50051");
    }
}
