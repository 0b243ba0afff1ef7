//! Inventories of more than a few batches: what is said of them is in the order of the input.

use std::fmt::Write as _;

use super::{brief, rejection, source};
use crate::{Format, Progress, ReadOptions, Source, read, read_with_progress};

const RECORDS: usize = 5_000;

/// Listings with the numbers from this one on, one a line. Each 1,000th is bad.
fn listings(first: usize) -> Source {
    let mut text = String::new();
    for number in first..first + RECORDS {
        let keyword = if number.is_multiple_of(1_000) { "!" } else { "gift" };
        writeln!(text, r#"{{"listing":{{"id":"l{number}","keywords":["{keyword}"]}}}}"#)
            .expect("a String takes whatever is written to it");
    }
    source(Format::JsonLines, &text)
}

#[test]
fn faults_are_in_the_order_of_the_input() {
    let read = read(&[listings(1), listings(RECORDS)], &ReadOptions::default());
    let rejection = rejection(read);
    let found: Vec<String> = rejection.bad_records.iter().map(brief).collect();
    let lines = [1_000, 2_000, 3_000, 4_000, 5_000, 1, 1_001, 2_001, 3_001, 4_001];
    assert_eq!(found, lines.map(|line| format!("{line}:38 keywords[0] KEYWORD_EMPTY")));
    assert_eq!((rejection.bad_records_total, rejection.records), (10, 2 * RECORDS as u64));
}

#[test]
fn a_record_is_known_by_its_line_in_any_batch() {
    let options = ReadOptions { max_rejected_records: 11 };
    let loaded = read(&[listings(1), listings(RECORDS - 1)], &options).expect("11 are admitted");
    let message = &loaded.rejected.bad_records[5].message;
    assert!(message.contains("is used already, by test.jsonl, line 4999;"), "{message}");
    assert_eq!(loaded.index.counts().listings, 2 * RECORDS as u64 - 11);
}

#[test]
fn progress_says_when_all_is_read() {
    let sources = [listings(1), listings(RECORDS + 1), source(Format::KeywordList, "")];
    let mut told = Vec::new();
    let options = ReadOptions { max_rejected_records: 10 };
    let loaded =
        read_with_progress(&sources, &options, &mut |Progress { records, is_read, .. }| {
            told.push((records, is_read));
        });
    assert!(loaded.is_ok());
    assert_eq!(told, [(5_000, false), (10_000, false), (10_000, true)]);
}
