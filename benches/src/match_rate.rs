//! How many queries a second one thread matches in process, by the CPU time of that thread.
//!
//! - `match-rate measure PASSES INVENTORY...` matches the same texts against one inventory after the other, so many times
//!   over, and prints of each pass a line `HOW TEXTS INVENTORY RATE`, the rate in queries a second of CPU time. How is
//!   `batches` of 256, `single` for one query at a time, or `analysis`, which reads the texts and asks no inventory. Other
//!   texts than the first are matched against the last inventory alone. A pass before the first one is not counted.
//! - `match-rate describe INVENTORY` prints, a name and a number a line, what it holds, what the texts find in it, and after
//!   `memory.` its bytes of memory by part.
//!
//! An inventory is whatever a server loads; one that is compiled is mapped, as the server does it.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::hint::black_box;

use broadside_benches::{corpus, cpu_seconds};
use broadside_core::{Analyzer, Attributes, Index, Query, Scratch, TextLimits, Time, match_batch};
use broadside_inventory::{ReadOptions, Source, read};

const BATCH: usize = 256;
const CORPORA: [&str; 3] = ["queries_trec_million", "queries_multilingual", "tweets"];

/// What texts find.
#[derive(Debug, Default)]
struct Found {
    /// Texts with a match.
    matched: usize,
    /// Matches that were returned.
    matches: usize,
    /// Bytes of their listings' ids.
    id_bytes: usize,
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["measure", passes, ref inventories @ ..] if !inventories.is_empty() => {
            measure(passes.parse().expect("PASSES is a number"), inventories);
        }
        ["describe", inventory] => describe(&load(inventory)),
        _ => println!("usage: match-rate measure PASSES INVENTORY... | describe INVENTORY"),
    }
}

fn load(inventory: &str) -> Index {
    let source = Source::parse(inventory).expect("INVENTORY is a file of a known kind");
    read(&[source], &ReadOptions::default()).expect("the inventory can be loaded").index
}

fn measure(passes: usize, inventories: &[&str]) {
    let indexes: Vec<_> = inventories.iter().map(|name| (*name, load(name))).collect();
    let corpora = CORPORA.map(|name| (name, corpus::texts(name, usize::MAX)));
    let ((first, texts), (last_inventory, last)) =
        (&corpora[0], indexes.last().expect("there is an inventory"));
    for pass in 0..=passes {
        let tell = |how: &str, texts: &str, inventory: &str, rate: f64| {
            if pass > 0 {
                println!("{how} {texts} {inventory} {rate:.0}");
            }
        };
        tell("analysis", first, "-", analysis_rate(texts));
        for (name, index) in &indexes {
            tell("batches", first, name, match_rate(index, texts, BATCH));
            tell("single", first, name, match_rate(index, texts, 1));
        }
        for (name, texts) in &corpora[1..] {
            tell("batches", name, last_inventory, match_rate(last, texts, BATCH));
        }
    }
}

fn analysis_rate(texts: &[String]) -> f64 {
    let mut analyzer = Analyzer::new(TextLimits::default());
    let started = cpu_seconds();
    for text in texts {
        // A text that is refused is refused here too.
        let _ = black_box(analyzer.analyze(text));
    }
    rate(texts.len(), started)
}

fn match_rate(index: &Index, texts: &[String], batch: usize) -> f64 {
    let queries = queries(texts);
    let mut scratch = Scratch::new(TextLimits::default());
    let started = cpu_seconds();
    for batch in queries.chunks(batch) {
        match_batch(index, batch, &mut scratch);
        black_box(scratch.answers().count());
    }
    rate(texts.len(), started)
}

#[expect(clippy::cast_precision_loss, reason = "a rate has few digits that count")]
fn rate(texts: usize, started: f64) -> f64 {
    texts as f64 / (cpu_seconds() - started)
}

fn queries(texts: &[String]) -> Vec<Query<'_>> {
    let at = Time { seconds: 1_800_000_000, nanos: 0 };
    let attributes = Attributes::default();
    let query = |text| Query { text, limit: 10, max_per_group: 0, at, attributes };
    texts.iter().map(|text| query(text.as_str())).collect()
}

fn describe(index: &Index) {
    let texts = corpus::texts(CORPORA[0], usize::MAX);
    let found = find(index, &texts);
    let counts = index.counts();
    println!("listings {}\nkeywords {}", counts.listings, counts.keywords);
    println!("words {}\npatterns {}", counts.words, counts.patterns);
    println!("texts {}\nmatched {}", texts.len(), found.matched);
    println!("matches {}\nid_bytes {}", found.matches, found.id_bytes);
    println!("text_bytes {}", texts.iter().map(String::len).sum::<usize>());
    for part in index.memory() {
        println!("memory.{} {}", part.name, part.bytes);
    }
}

fn find(index: &Index, texts: &[String]) -> Found {
    let mut scratch = Scratch::new(TextLimits::default());
    let mut found = Found::default();
    for batch in queries(texts).chunks(BATCH) {
        match_batch(index, batch, &mut scratch);
        for answer in scratch.answers() {
            found.matched += usize::from(answer.total > 0);
            found.matches += answer.hits.len();
            let ids = answer.hits.iter().map(|hit| index.listing_id(hit.listing).len());
            found.id_bytes += ids.sum::<usize>();
        }
    }
    found
}
