//! What the benches measure on: phrases as keywords, and texts.
//!
//! `BROADSIDE_BENCH_DATA` names a folder with `phrases_latin.txt.zst` and `queries_*.txt.zst`, one item a line. Without
//! it, both are made up: words by a Zipf law from a fixed seed. What was used stands beside each result.

pub mod corpus;

use broadside_core::{Index, IndexBuilder, Keyword, Listing};

/// An index of one listing for each phrase, in keyword notation, its number as its id.
pub fn index_of(phrases: &[String]) -> Index {
    let mut builder = IndexBuilder::new();
    for (number, phrase) in phrases.iter().enumerate() {
        let mut listing = Listing::new((number + 1).to_string());
        let Ok(parsed) = Keyword::parse(phrase) else { continue };
        listing.keywords.push(parsed.keyword);
        // Phrases that hold no word are no keywords.
        let _ = builder.add(&listing);
    }
    builder.finish()
}
