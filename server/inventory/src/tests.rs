//! Whole loads, from a source to an index or a report, as a user of the crate sees them.

mod ads_editor;
mod bad;
mod bad_json;
mod compiled;
mod good;
mod groups;
mod many;
mod references;
mod sample;
mod soup;
mod warnings;

use crate::{BadRecord, Format, Loaded, ReadError, ReadOptions, Rejection, Source, read};

/// A source of this text. It is leaked, as texts of the program live as long as it does.
fn source(format: Format, text: &str) -> Source {
    let extension = match format {
        Format::JsonLines => "jsonl",
        Format::KeywordList => "txt",
        Format::Csv => "csv",
        Format::Compiled => "bsx",
    };
    Source::from_text(format!("test.{extension}"), format, String::from(text).leak())
}

fn load(format: Format, text: &str) -> Result<Loaded, ReadError> {
    read(&[source(format, text)], &ReadOptions::default())
}

fn rejection(result: Result<Loaded, ReadError>) -> Rejection {
    match result {
        Ok(loaded) => panic!("loaded {} records that are bad", loaded.records),
        Err(ReadError::Unreadable { source, message }) => panic!("{source} {message}"),
        Err(ReadError::Rejected(rejection)) => rejection,
    }
}

/// `line:column field REASON`, the form of an expectation.
fn brief(bad: &BadRecord) -> String {
    format!("{}:{} {} {}", bad.line, bad.column, bad.field, bad.reason)
}

/// The text is refused for exactly these reasons.
fn check(format: Format, text: &str, expected: &[&str]) {
    let rejection = rejection(load(format, text));
    let found: Vec<String> = rejection.bad_records.iter().map(brief).collect();
    assert_eq!(found, expected, "{text}\n{:#?}", rejection.bad_records);
    for bad in &rejection.bad_records {
        assert!(bad.value.len() <= crate::limits::VALUE_BYTES_MAX, "{bad}");
        assert!(bad.message.len() > 20, "{bad}");
    }
}
