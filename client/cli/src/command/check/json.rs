//! The report for programs.

use std::time::Duration;

use broadside_client::{Warning, WarningCount};
use broadside_inventory::{BadRecord, Loaded, Rejection, Warnings};
use serde::Serialize;

use crate::warnings::JsonWarnings;

#[derive(Serialize)]
struct JsonReport<'a> {
    good: bool,
    records: u64,
    seconds: f64,
    bad_records_total: u64,
    bad_records: Vec<JsonBadRecord<'a>>,
    #[serde(flatten)]
    loaded: Option<JsonLoaded<'a>>,
}

#[derive(Serialize)]
struct JsonBadRecord<'a> {
    source: &'a str,
    line: u64,
    column: u64,
    field: &'a str,
    reason: &'a str,
    message: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct JsonLoaded<'a> {
    generation: &'a str,
    bytes: u64,
    listings: u64,
    groups: u64,
    negative_lists: u64,
    keywords: u64,
    negatives: u64,
    regexes: u64,
    targetings: u64,
    duplicate_keywords: u64,
    words: u64,
    ignored_rows: u64,
    warnings_total: u64,
    warnings: JsonWarnings<'a>,
}

/// One object.
pub(super) fn report(outcome: &Result<Loaded, Rejection>, time: Duration) -> String {
    let (records, rejection) = match outcome {
        Ok(loaded) => (loaded.records, &loaded.rejected),
        Err(rejection) => (rejection.records, rejection),
    };
    let warnings = outcome
        .as_ref()
        .map_or_else(|_| Default::default(), |loaded| as_of_a_server(&loaded.warnings));
    let report = JsonReport {
        good: outcome.is_ok(),
        records,
        seconds: time.as_secs_f64(),
        bad_records_total: rejection.bad_records_total,
        bad_records: rejection.bad_records.iter().map(bad_record).collect(),
        loaded: outcome.as_ref().ok().map(|loaded| self::loaded(loaded, &warnings)),
    };
    serde_json::to_string(&report).expect("texts and finite numbers are JSON")
}

fn loaded<'a>(loaded: &'a Loaded, warnings: &'a broadside_client::Warnings) -> JsonLoaded<'a> {
    let counts = loaded.index.counts();
    JsonLoaded {
        generation: &loaded.generation,
        bytes: loaded.bytes,
        listings: counts.listings,
        groups: counts.groups,
        negative_lists: counts.negative_lists,
        keywords: counts.keywords,
        negatives: counts.negatives,
        regexes: counts.regexes,
        targetings: counts.targetings,
        duplicate_keywords: counts.duplicate_keywords,
        words: counts.words,
        ignored_rows: loaded.ignored_rows,
        warnings_total: warnings.total(),
        warnings: JsonWarnings::new(warnings),
    }
}

/// The warnings as a server would tell them, so that they are printed alike.
fn as_of_a_server(warnings: &Warnings) -> broadside_client::Warnings {
    let count = |&(code, count): &(&str, u64)| WarningCount { code: code.to_owned(), count };
    let warning = |warning: &broadside_inventory::Warning| Warning {
        source: warning.source.clone(),
        line: warning.line,
        code: warning.code.to_owned(),
        field: warning.field.clone(),
        id: warning.id.clone(),
        message: warning.message.clone(),
    };
    broadside_client::Warnings {
        counts: warnings.counts.iter().map(count).collect(),
        warnings: warnings.warnings.iter().map(warning).collect(),
    }
}

fn bad_record(record: &BadRecord) -> JsonBadRecord<'_> {
    let BadRecord { source, line, column, field, reason, message, value } = record;
    JsonBadRecord { source, line: *line, column: *column, field, reason, message, value }
}
