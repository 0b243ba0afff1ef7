//! How many queries a second one thread matches in process, by the CPU time of that thread.
//!
//! - `match-rate measure [ROUNDS]` prints for each corpus of texts its name, the median rate of the rounds in queries a
//!   second of CPU time, how many texts there are, how many of them matched, and how many matches were returned.
//! - `match-rate describe` prints what is matched against: phrases, build time, memory by part.
//! - `match-rate write FOLDER` writes the same phrases and texts as `phrases.txt` and `queries.txt`, for a server.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::path::Path;
use std::time::Instant;

use broadside_benches::{corpus, cpu_seconds, index_of};
use broadside_core::{Attributes, Index, Query, Scratch, TextLimits, Time, match_batch};
use broadside_inventory::{ReadOptions, Source, read};

const BATCH: usize = 256;
const ROUNDS_DEFAULT: usize = 10;
const CORPORA: [&str; 3] = ["queries_trec_million", "queries_multilingual", "tweets"];

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["measure"] => measure_all(ROUNDS_DEFAULT),
        ["measure", rounds] => measure_all(rounds.parse().expect("ROUNDS is a number")),
        ["describe"] => describe(),
        ["inventory", inventory, queries, rounds] => {
            measure_inventory(inventory, queries, rounds.parse().expect("ROUNDS is a number"));
        }
        ["write", folder] => write(Path::new(folder)),
        _ => println!("usage: match-rate measure [ROUNDS] | describe | write FOLDER"),
    }
}

fn measure_inventory(inventory: &str, queries: &str, rounds: usize) {
    let started = Instant::now();
    let source = Source::parse(inventory).expect("INVENTORY is a file of a known kind");
    let loaded = read(&[source], &ReadOptions::default()).expect("the inventory can be loaded");
    let index = loaded.index;
    println!("built in {:.2?}; peak {} MiB", started.elapsed(), peak_mib());
    let memory = index.memory();
    for part in &memory {
        println!("{:>12} {}", part.bytes, part.name);
    }
    let total: u64 = memory.iter().map(|part| part.bytes).sum();
    println!("{total:>12} total; {:?}", index.counts());
    let texts: Vec<_> = std::fs::read_to_string(queries)
        .expect("QUERIES can be read")
        .lines()
        .map(str::to_owned)
        .collect();
    measure_texts("queries", &texts, &index, rounds);
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn measure_all(rounds: usize) {
    let index = index_of(&corpus::phrases(usize::MAX));
    for name in CORPORA {
        measure(name, &index, rounds);
    }
}

fn measure(name: &str, index: &Index, rounds: usize) {
    measure_texts(name, &corpus::texts(name, usize::MAX), index, rounds);
}

fn measure_texts(name: &str, texts: &[String], index: &Index, rounds: usize) {
    let at = Time { seconds: 1_800_000_000, nanos: 0 };
    let attributes = Attributes::default();
    let query = |text| Query { text, limit: 10, max_per_group: 0, at, attributes };
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
        #[expect(clippy::cast_precision_loss, reason = "a rate has few digits that count")]
        rates.push(queries.len() as f64 / (cpu_seconds() - started));
    }
    rates.sort_unstable_by(f64::total_cmp);
    println!("{name} {:.0} {} {matched} {hits}", rates[rates.len() / 2], queries.len());
}

fn describe() {
    let phrases = corpus::phrases(usize::MAX);
    let started = Instant::now();
    let index = index_of(&phrases);
    let built = started.elapsed();
    let origin = match corpus::origin() {
        corpus::Origin::Files(_) => "real phrases and texts",
        corpus::Origin::Synthetic => "made-up phrases and texts (no BROADSIDE_BENCH_DATA)",
    };
    let counts = index.counts();
    println!(
        "{} keywords of {origin}, {} distinct words, {} patterns; built in {built:.2?}. Memory:",
        counts.keywords, counts.words, counts.patterns,
    );
    let memory = index.memory();
    let parts = memory.iter().map(|part| format!("{} {}", part.name, part.bytes));
    let total: u64 = memory.iter().map(|part| part.bytes).sum();
    let text: usize = phrases.iter().map(String::len).sum();
    println!(
        "{} bytes ({}), of {text} bytes of keyword text.",
        total,
        parts.collect::<Vec<_>>().join(", ")
    );
}

fn write(folder: &Path) {
    let save = |name: &str, lines: &[String]| {
        std::fs::write(folder.join(name), lines.join("\n") + "\n").expect("the folder is writable");
    };
    save("phrases.txt", &corpus::phrases(usize::MAX));
    save("queries.txt", &corpus::texts(CORPORA[0], usize::MAX));
}
