//! Regular expressions and texts for them.
//!
//! - `real`: those of `crawler_user_agents.tsv.zst` and `uap_core_regexes.tsv.zst` in the folder of
//!   `BROADSIDE_BENCH_DATA`, and the user agents of their tests;
//! - a number: so many made of words of the benches' phrases, in five forms as people write them for posts, and posts.
//!
//! What one of the two would refuse (look-around, no literal) is left out for both, and counted.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use broadside_benches::corpus::{self, Origin};
use broadside_core::regexes::admit;
use regex_filtered::{Builder, Options};

use crate::peer::number;

/// Writes `patterns.txt` and `pattern_texts.txt` into a folder.
///
/// # Errors
/// If there are no real ones, or a file cannot be read or written.
pub(crate) fn write(count: &str, folder: &str) -> Result<(), String> {
    let (mut patterns, texts) = if count == "real" { real()? } else { made(number(count)?) };
    let before = patterns.len();
    patterns.retain(|pattern| admit(pattern).is_ok());
    if count == "real" {
        patterns.retain(|pattern| Builder::new().push_opt(pattern, &options()).is_ok());
    }
    let save = |name: &str, lines: &[String]| {
        std::fs::write(Path::new(folder).join(name), lines.join("\n") + "\n")
            .map_err(|error| error.to_string())
    };
    save("patterns.txt", &patterns)?;
    save("pattern_texts.txt", &texts)?;
    println!("{{\"keywords\": {}, \"left_out\": {}}}", patterns.len(), before - patterns.len());
    Ok(())
}

/// How `regex-filtered` reads a pattern as Broadside does.
pub(crate) fn options() -> Options {
    let mut options = Options::new();
    options.case_insensitive(true);
    options
}

fn real() -> Result<(Vec<String>, Vec<String>), String> {
    let Origin::Files(folder) = corpus::origin() else {
        return Err("BROADSIDE_BENCH_DATA names no folder with real expressions".to_owned());
    };
    let rows = |name: &str| {
        let read = || zstd::decode_all(File::open(folder.join(name))?);
        let bytes = read().map_err(|error| format!("{name}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|error| format!("{name}: {error}"))?;
        Ok::<Vec<Vec<String>>, String>(
            text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect(),
        )
    };
    let (mut patterns, mut texts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut push = |pattern: String| {
        if seen.insert(pattern.clone()) {
            patterns.push(pattern);
        }
    };
    for row in rows("crawler_user_agents.tsv.zst")? {
        push(format!("(?-i){}", row[0]));
        texts.extend(row.get(1).filter(|text| !text.is_empty()).cloned());
    }
    for row in rows("uap_core_regexes.tsv.zst")? {
        push(if row[1] == "i" { row[2].clone() } else { format!("(?-i){}", row[2]) });
    }
    texts.extend(
        rows("uap_core_tests.tsv.zst")?.into_iter().filter_map(|row| row.into_iter().nth(2)),
    );
    Ok((patterns, texts))
}

fn made(count: usize) -> (Vec<String>, Vec<String>) {
    let phrases = corpus::phrases(usize::MAX);
    let mut known = HashSet::new();
    let words = phrases.iter().flat_map(|phrase| phrase.split_whitespace());
    let plain = |word: &&str| word.len() >= 4 && word.bytes().all(|it| it.is_ascii_alphabetic());
    let words: Vec<_> =
        words.filter(plain).filter(|word| known.insert(word.to_ascii_lowercase())).collect();
    let mut patterns = Vec::with_capacity(count);
    for number in 0..count {
        let word = words[number % words.len()];
        // Another one for each time around.
        let other = words[(number * 7 + number / words.len() + 1) % words.len()];
        patterns.push(match number % 5 {
            0 => format!(r"\b{word}\s+(and|of|the|to|{other})\b"),
            1 => format!(r"\b{word}(s|ed|ing|{other})?\b"),
            2 => format!(r"#{word}{}\w*", if number < words.len() { "" } else { other }),
            3 => format!(r"(?-i){word}|{other}\d+"),
            _ => format!(r"{other}.{{1,20}}{word}"),
        });
    }
    (patterns, corpus::texts("tweets", usize::MAX))
}
