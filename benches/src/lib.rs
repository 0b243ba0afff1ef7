//! What the benches measure on: phrases as keywords, and texts.
//!
//! `BROADSIDE_BENCH_DATA` names a folder with `phrases_latin.txt.zst` and `queries_*.txt.zst`, one item a line. Without
//! it, both are made up: words by a Zipf law from a fixed seed. What was used stands beside each result.

pub mod advertisers;
pub mod corpus;
pub mod hurtful;
pub mod random;

use broadside_core::{Index, IndexBuilder, Keyword, Listing};

/// An index of one listing for each phrase, in keyword notation, its number as its id.
pub fn index_of(phrases: &[String]) -> Index {
    let mut builder = IndexBuilder::new();
    for (number, phrase) in phrases.iter().enumerate() {
        let mut listing = Listing::new((number + 1).to_string());
        let parsed = Keyword::parse(phrase);
        listing.keywords.push(parsed.keyword);
        // Phrases that hold no word are no keywords.
        let _ = builder.add(&listing);
    }
    builder.finish().expect("nothing is referred to")
}

/// CPU time of this thread so far.
#[expect(clippy::cast_precision_loss, reason = "a process lives for less than 2^53 nanoseconds")]
pub fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
