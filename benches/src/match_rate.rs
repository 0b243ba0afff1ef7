//! Prints how many queries a second one thread matches in process, by the CPU time of that thread.
//!
//! `match-rate [PHRASES] [ROUNDS]`, with the corpora of `BROADSIDE_BENCH_DATA`.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::time::Instant;

use broadside_benches::{corpus, index_of};
use broadside_core::{Query, Scratch, TextLimits, Time, match_batch};

const BATCH: usize = 256;

fn main() {
    let mut arguments =
        std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let phrases = corpus::phrases(arguments.next().unwrap_or(usize::MAX));
    let rounds = arguments.next().unwrap_or(10);
    let started = Instant::now();
    let index = index_of(&phrases);
    println!("corpus {:?}", corpus::origin());
    println!("built  {} phrases in {:.2?}: {:?}", phrases.len(), started.elapsed(), index.counts());
    for part in index.memory() {
        println!("       {:14} {:>12} bytes", part.name, part.bytes);
    }
    for name in ["queries_trec_million", "queries_multilingual", "tweets"] {
        measure(name, &index, rounds);
    }
}

fn measure(name: &str, index: &broadside_core::Index, rounds: usize) {
    let texts = corpus::texts(name, usize::MAX);
    let at = Time { seconds: 1_800_000_000, nanos: 0 };
    let query = |text| Query { text, limit: 10, max_per_group: 0, at };
    let queries: Vec<_> = texts.iter().map(|text| query(text.as_str())).collect();
    let mut scratch = Scratch::new(TextLimits::default());
    let mut rates = Vec::new();
    let (mut matched, mut hits) = (0, 0);
    for _ in 0..rounds {
        let started = cpu_seconds();
        (matched, hits) = (0, 0);
        for batch in queries.chunks(BATCH) {
            match_batch(index, batch, &mut scratch);
            for answer in scratch.answers() {
                matched += usize::from(answer.total > 0);
                hits += answer.hits.len();
            }
        }
        #[expect(clippy::cast_precision_loss)]
        rates.push(queries.len() as f64 / (cpu_seconds() - started));
    }
    rates.sort_unstable_by(f64::total_cmp);
    let median = rates[rates.len() / 2];
    println!(
        "{name}: {} queries, {matched} matched, {hits} hits; median of {rounds} rounds {median:.0} queries/s of CPU, {:.3} us a query",
        queries.len(),
        1e6 / median,
    );
}

/// CPU time of this thread so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    let nanos = stat.split(' ').next().and_then(|field| field.parse::<f64>().ok());
    nanos.expect("the first field is a number") / 1e9
}
