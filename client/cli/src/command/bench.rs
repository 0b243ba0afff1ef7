//! `broadside bench`: what a server can do, and how long it takes.
//!
//! The generator must not be what is measured. Request bodies are encoded once, before the clock starts; each thread has a
//! runtime of its own, its own connections and its own tally; replies are counted without decoding them.
//!
//! - Closed loop (the default): every connection keeps so many calls in flight. It finds the throughput. Its latencies
//!   are those of a saturated server.
//! - Open loop (`--rate`): calls are due at fixed times, whether earlier ones have been answered or not, and latency counts
//!   from when a call was due. A server that stalls is charged for every call that waited. Calls that find every place
//!   in flight taken wait for their turn, a bounded number of them; what is due beyond that is counted and not sent.
//!
//! No call is made a second time. A call that the connection's end overtakes before it is sent goes over another one.
//!
//! Start reading at `run`, then `load` (one thread), `worker` (its calls), `connection` (one call), `stream` (many
//! batches), `reply` and `refusal` (what is counted).

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use broadside_client::{BatchOptions, Query};
use clap::ValueEnum;
use serde::Serialize;

use crate::access::Access;
use crate::duration;
use crate::failure::{Exit, Failure};
use crate::lines::Lines;
use crate::paint::Paint;
use crate::settings::{DEADLINE_DEFAULT, Settings};

mod body;
mod connection;
mod load;
mod pace;
mod refusal;
mod reply;
mod report;
mod stream;
mod tally;
mod target;
mod tls;
mod worker;

use body::Bodies;
use load::Load;
use report::Report;
use target::Target;

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
  broadside bench --file q.txt --rate 900000 --deadline 50ms --connections 32   # overload

Latency is that of calls that ended with OK; in an open loop it counts from when the call was due.
Failures are counted by grpc-status. Exit 1 if any call failed, one of the warm-up included, or
was due and never sent.

A deadline, if one is set, is told to the server with each call, and goodput is what is answered
with OK within it. In an open loop it counts from when the call was due, and a call whose deadline
passes while it waits for its turn is not sent. A stream has none; late answers are no goodput
there either. Nothing is sent a second time, and no traceparent is sent on.

When all is in flight that may be, calls of an open loop wait in the order in which they were due,
as they do in a client library. To see how a server refuses, have enough connections, or a small
--waiting, so that this is not the queue that is measured.

With --json: one object, {\"loop\": \"closed\" | \"open\", \"stream\": bool, \"priority\": \"interactive\" |
\"bulk\", \"batch\", \"connections\", \"concurrency\", \"threads\", \"rate\", \"deadline_seconds\", \"seconds\",
\"calls\", \"queries\", \"calls_per_second\", \"queries_per_second\", \"good_queries\",
\"good_queries_per_second\", \"latency_ns\": {\"p50\", \"p90\", \"p99\", \"p99_9\", \"max\", \"mean\"},
\"outcomes\": {\"ok\", \"overloaded\", \"deadline\", \"other\", \"not_sent\"}, \"statuses\": {name: calls},
\"failed_calls\", \"failed_warmup_calls\", \"unsent_calls\", \"refused_queries\", \"reply_bytes\",
\"generation\", \"sequence\"}.")]
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
    /// Open loop: the most calls that wait for their turn, on all connections; what is due beyond that is not sent
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    waiting: u32,
    /// How urgent the calls are: bulk lets others go first
    #[arg(long, value_enum, value_name = "PRIORITY", default_value_t)]
    priority: Priority,
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

/// How urgent calls are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Priority {
    #[default]
    Interactive,
    Bulk,
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
    let access = Access::read(settings, &settings.address)?;
    let bulk = arguments.priority == Priority::Bulk;
    let target = Target::new(&settings.address, &access, bulk)?;
    let threads = arguments
        .threads
        .map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), usize::from);
    let load = Load {
        target,
        bodies,
        connections: usize::from(arguments.connections),
        concurrency: usize::from(arguments.concurrency),
        streams: arguments.stream,
        threads: threads.min(usize::from(arguments.connections)),
        warmup: arguments.warmup,
        duration: arguments.duration,
        calls_per_second: arguments.rate.map(|rate| f64::from(rate) / batch as f64),
        deadline: settings.deadline,
        waiting: usize::try_from(arguments.waiting).expect("32 bits are a size"),
    };
    if io::stderr().is_terminal() {
        let (warmup, time) = (duration::display(load.warmup), duration::display(load.duration));
        eprintln!("warming up for {warmup}, then measuring for {time} …");
    }
    let measured = runtime.block_on(load.run())?;
    let report = Report {
        load: &load,
        rate: arguments.rate,
        priority: arguments.priority,
        batch,
        version,
        measured: &measured,
    };
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
/// not as a million failed calls. It connects first, so it has the time that any call has, however short the load's is.
async fn probe(settings: &Settings, text: &str) -> Result<broadside_client::Version, Failure> {
    let deadline = settings.call_deadline().max(DEADLINE_DEFAULT);
    let client = settings.client()?.deadline(deadline).build()?;
    Ok(client.match_batch(&[Query::from(text)], &BatchOptions::default()).await?.version)
}
