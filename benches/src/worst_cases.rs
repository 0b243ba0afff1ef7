//! How long one text can hold a thread: inventories and texts that are built to hurt.
//!
//! `worst-cases` prints for each case the CPU time of a query in milliseconds (the first one with a new scratch, then the
//! median and the longest of those that follow), that of explaining its whole answer, its total and whether that is exact,
//! and whether it is complete. The bound is 20 ms; what would take longer says that it is incomplete.
#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use broadside_benches::{corpus, cpu_seconds, hurtful, index_of};
use broadside_core::{Explainer, Index, Query, Scratch, TextLimits, Time, match_batch};

const RUNS: usize = 15;

fn main() {
    println!(
        "{:62} {:>8} {:>8} {:>8} {:>8} {:>8}  exact complete",
        "case", "first", "median", "longest", "explain", "total"
    );
    let phrases = corpus::phrases(usize::MAX);
    let real = index_of(&phrases);
    measure("real phrases: one short query", &real, "cheap running shoes", 10);
    let page = hurtful::frequent_words(&phrases, 8_000);
    measure("real phrases: their 8,000 most frequent words", &real, &page, 1_000);
    let rare = hurtful::rare_words(&phrases, 8_000);
    measure("real phrases: 8,000 rare words", &real, &rare, 1_000);
    drop(real);
    for case in hurtful::cases() {
        let index = case.inventory.index();
        for (name, text) in &case.texts {
            for limit in [10, 1_000] {
                measure(&format!("{}: {name}, best {limit}", case.name), &index, text, limit);
            }
        }
    }
}

fn measure(name: &str, index: &Index, text: &str, limit: u32) {
    let mut scratch = Scratch::new(TextLimits::default());
    let attributes = hurtful::attributes();
    let at = Time { seconds: 1_800_000_000, nanos: 0 };
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let query = Query { text, limit, max_per_group: 0, at, attributes: attributes.borrow() };
        let started = cpu_seconds();
        match_batch(index, &[query], &mut scratch);
        times.push((cpu_seconds() - started) * 1e3);
    }
    let query = Query { text, limit, max_per_group: 0, at, attributes: attributes.borrow() };
    let mut explainer = Explainer::new(TextLimits::default());
    let explained = [0; 2].map(|_| {
        let started = cpu_seconds();
        // A text that is refused is refused here too.
        let _ = explainer.explain_text(index, &query);
        (cpu_seconds() - started) * 1e3
    });
    let first = times.remove(0);
    times.sort_unstable_by(f64::total_cmp);
    let answer = scratch.answers().next().expect("one query has one answer");
    let refused = answer.refused.map_or("", |refused| refused.code());
    println!(
        "{name:62} {first:8.3} {:8.3} {:8.3} {:8.3} {:8}  {:5} {} {refused}",
        times[times.len() / 2],
        times[times.len() - 1],
        explained[1],
        answer.total,
        answer.total_exact,
        !answer.incomplete
    );
}
