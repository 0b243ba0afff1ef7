//! `broadside bench`: a command over the load generator, which measures a server.
//!
//! It reads the texts, asks the server once as any client does, and prints the report; the load
//! itself is the crate `client/load`.

use std::io::{self, IsTerminal, Write};
use std::num::{NonZeroU16, NonZeroU32};
use std::time::Duration;

use broadside_client::{BatchOptions, Query, Version};
use broadside_load::{Load, Report, Target};
use clap::builder::TypedValueParser;
use clap::{ValueEnum, value_parser};

use crate::access::Access;
use crate::duration;
use crate::failure::{Exit, Failure};
use crate::lines::Lines;
use crate::paint::Paint;
use crate::settings::{DEADLINE_DEFAULT, Settings};

mod human;

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
    #[arg(long, value_name = "N", default_value_t = Load::default().batch)]
    #[arg(value_parser = up_to(4096))]
    batch: NonZeroU16,
    /// One query a call: the same as --batch 1
    #[arg(long, conflicts_with = "batch")]
    unary: bool,
    /// Send the batches over one stream a connection (MatchStream) instead of one call each
    #[arg(long, conflicts_with = "rate")]
    stream: bool,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = Load::default().connections)]
    #[arg(value_parser = up_to(1024))]
    connections: NonZeroU16,
    /// The most calls in flight on one connection; with --stream, the most batches
    #[arg(long, value_name = "N", default_value_t = Load::default().concurrency)]
    #[arg(value_parser = up_to(256))]
    concurrency: NonZeroU16,
    /// How long to measure
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    #[arg(value_parser = duration::parse_positive)]
    duration: Duration,
    /// How long to send before measuring
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration::parse)]
    warmup: Duration,
    /// Open loop: send this many queries a second, however the server fares
    #[arg(long, value_name = "QPS")]
    #[arg(value_parser = value_parser!(u32).range(1..).try_map(NonZeroU32::try_from))]
    rate: Option<NonZeroU32>,
    /// Open loop: the most calls that wait for their turn, on all connections; what is due beyond
    /// that is not sent
    #[arg(long, value_name = "N", default_value_t = Load::default().waiting)]
    #[arg(value_parser = value_parser!(u32).range(1..))]
    waiting: u32,
    /// How urgent the calls are: bulk lets others go first
    #[arg(long, value_enum, value_name = "PRIORITY", default_value_t)]
    priority: Priority,
    /// Threads that send [default: one a connection, at most one a core]
    #[arg(long, value_name = "N", value_parser = up_to(256))]
    threads: Option<NonZeroU16>,
    /// The most matches to ask for, of one text
    #[arg(long, value_name = "N", default_value_t = Load::default().limit)]
    #[arg(value_parser = value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The urgency of calls, as it is written.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Priority {
    #[default]
    Interactive,
    Bulk,
}

/// Measures and prints. Exit 1 if any call failed.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let (mut lines, _) = Lines::open(&arguments.file, |file| file)?;
    let texts = lines.batch(TEXTS_MAX)?;
    if texts.is_empty() {
        return Err(Failure::input(format!("{}: has no text in it", arguments.file)));
    }
    let version = probe(settings, &texts[0]).await?;
    let access = Access::read(settings, &settings.address)?;
    let target = Target::new(&settings.address, &access.for_load())?;
    let load = arguments.load(settings.deadline);
    if io::stderr().is_terminal() {
        let (warmup, time) = (duration::display(load.warmup), duration::display(load.duration));
        eprintln!("warming up for {warmup}, then measuring for {time} …");
    }
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    let measured = load.run(&target, &texts, stop).await?;
    let report = Report::new(&load, &measured, version.generation, version.sequence);
    let mut out = io::stdout().lock();
    if arguments.json {
        let json = serde_json::to_string(&report).expect("texts and finite numbers are JSON");
        writeln!(out, "{json}")?;
    } else {
        write!(out, "{}", human::report(&report, &load, paint))?;
    }
    Ok(match (measured.is_stopped(), measured.is_good()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::No,
    })
}

impl Arguments {
    /// Makes the load that was asked for.
    fn load(&self, deadline: Option<Duration>) -> Load {
        Load {
            batch: if self.unary { NonZeroU16::MIN } else { self.batch },
            limit: self.limit,
            stream: self.stream,
            priority: match self.priority {
                Priority::Interactive => broadside_load::Priority::Interactive,
                Priority::Bulk => broadside_load::Priority::Bulk,
            },
            connections: self.connections,
            concurrency: self.concurrency,
            threads: self.threads,
            warmup: self.warmup,
            duration: self.duration,
            rate: self.rate,
            deadline,
            waiting: self.waiting,
        }
    }
}

/// Parses a count from one to `most`.
fn up_to(most: i64) -> impl TypedValueParser<Value = NonZeroU16> {
    value_parser!(u16).range(1..=most).try_map(NonZeroU16::try_from)
}

/// Makes one call as any client makes it, so that a wrong address or a server without inventory is
/// told in its own words and not as a million failed calls. It connects first, so it has the time
/// that any call has, however short the load's is.
async fn probe(settings: &Settings, text: &str) -> Result<Version, Failure> {
    let deadline = settings.call_deadline().max(DEADLINE_DEFAULT);
    let client = settings.client()?.deadline(deadline).build()?;
    Ok(client.match_batch(&[Query::from(text)], &BatchOptions::default()).await?.version)
}
