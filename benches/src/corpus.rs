//! Phrases and texts, from files or made up.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use crate::random::Random;

/// How much is made up where there are no files.
const SYNTHETIC_PHRASES: usize = 1_000_000;
const SYNTHETIC_TEXTS: usize = 60_000;

/// Where the text comes from, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Files of this folder.
    Files(PathBuf),
    /// Made up.
    Synthetic,
}

/// The files' folder, if one is named and there.
pub fn origin() -> Origin {
    match std::env::var_os("BROADSIDE_BENCH_DATA").map(PathBuf::from) {
        Some(folder) if folder.join("phrases_latin.txt.zst").exists() => Origin::Files(folder),
        _ => Origin::Synthetic,
    }
}

/// At most so many phrases.
pub fn phrases(most: usize) -> Vec<String> {
    match origin() {
        Origin::Files(folder) => lines(&folder.join("phrases_latin.txt.zst"), most),
        Origin::Synthetic => synthetic(most.min(SYNTHETIC_PHRASES), 4, true, 1),
    }
}

/// At most so many texts. `name` is a file's: `queries_trec_million`, `queries_multilingual`, `tweets`.
pub fn texts(name: &str, most: usize) -> Vec<String> {
    match origin() {
        Origin::Files(folder) => lines(&folder.join(format!("{name}.txt.zst")), most),
        Origin::Synthetic => synthetic(most.min(SYNTHETIC_TEXTS), 6, false, 2),
    }
}

fn lines(path: &Path, most: usize) -> Vec<String> {
    let read = || {
        let decoder = zstd::Decoder::new(File::open(path)?)?;
        BufReader::new(decoder).lines().take(most).collect::<Result<_, _>>()
    };
    read().expect("the folder of BROADSIDE_BENCH_DATA holds the files that the benches name")
}

/// Texts of 1 to `words_max` words by a Zipf law over 300,000 words, from a fixed seed. An inventory's are distinct.
fn synthetic(count: usize, words_max: u64, distinct: bool, seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut word = || {
        let uniform = random.unit();
        // The inverse of the harmonic distribution's continuous form.
        let rank = 300_000_f64.powf(uniform) as u64;
        let letters = rank.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        let length = 3 + (rank % 7) as usize;
        letters
            .iter()
            .cycle()
            .take(length)
            .map(|byte| char::from(b'a' + byte % 26))
            .collect::<String>()
    };
    let mut length = 0;
    let mut phrase = || {
        length = length % words_max + 1;
        (0..length).map(|_| word()).collect::<Vec<_>>().join(" ")
    };
    if !distinct {
        return (0..count).map(|_| phrase()).collect();
    }
    let mut seen = HashSet::new();
    std::iter::repeat_with(phrase)
        .filter(|phrase| seen.insert(phrase.clone()))
        .take(count)
        .collect()
}
