//! The status for programs.

use std::collections::BTreeMap;
use std::time::SystemTime;

use broadside_client::{Counts, ReloadRecord, ServerStatus, Version};
use serde::Serialize;

use crate::time;
use crate::warnings::JsonWarnings;

#[derive(Serialize)]
struct JsonStatus<'a> {
    serving: &'a str,
    version: Option<JsonVersion<'a>>,
    sources: &'a [String],
    published_at: Option<String>,
    counts: JsonCounts,
    warnings: JsonWarnings<'a>,
    memory: Vec<JsonMemoryPart<'a>>,
    reloads: Vec<JsonReload<'a>>,
    limits: BTreeMap<&'a str, u64>,
    server_version: &'a str,
    started_at: Option<String>,
}

#[derive(Serialize)]
struct JsonVersion<'a> {
    generation: &'a str,
    sequence: u64,
}

#[derive(Serialize)]
struct JsonCounts {
    listings: u64,
    keywords: u64,
    negatives: u64,
    duplicate_keywords: u64,
    words: u64,
    patterns: u64,
    groups: u64,
    negative_lists: u64,
    regexes: u64,
    targetings: u64,
}

#[derive(Serialize)]
struct JsonMemoryPart<'a> {
    name: &'a str,
    bytes: u64,
}

#[derive(Serialize)]
struct JsonReload<'a> {
    started_at: Option<String>,
    seconds: f64,
    cause: &'a str,
    outcome: &'a str,
    version: Option<JsonVersion<'a>>,
    message: &'a str,
    bad_records_total: u64,
    bad_records: Vec<JsonBadRecord<'a>>,
    warnings_total: u64,
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

/// The whole status as one line.
pub(super) fn status(status: &ServerStatus) -> String {
    let status = JsonStatus {
        serving: status.serving.as_str(),
        version: status.version.as_ref().map(version),
        sources: &status.sources,
        published_at: moment(status.published_at),
        counts: counts(&status.counts),
        warnings: JsonWarnings::new(&status.warnings),
        memory: status
            .memory
            .iter()
            .map(|part| JsonMemoryPart { name: &part.name, bytes: part.bytes })
            .collect(),
        reloads: status.reloads.iter().map(reload).collect(),
        limits: status.limits.iter().map(|limit| (limit.name.as_str(), limit.value)).collect(),
        server_version: &status.server_version,
        started_at: moment(status.started_at),
    };
    serde_json::to_string(&status).expect("texts and finite numbers are JSON")
}

fn version(version: &Version) -> JsonVersion<'_> {
    JsonVersion { generation: &version.generation, sequence: version.sequence }
}

fn moment(moment: Option<SystemTime>) -> Option<String> {
    moment.map(|moment| time::display(Some(moment)))
}

fn counts(counts: &Counts) -> JsonCounts {
    JsonCounts {
        listings: counts.listings,
        keywords: counts.keywords,
        negatives: counts.negatives,
        duplicate_keywords: counts.duplicate_keywords,
        words: counts.words,
        patterns: counts.patterns,
        groups: counts.groups,
        negative_lists: counts.negative_lists,
        regexes: counts.regexes,
        targetings: counts.targetings,
    }
}

fn reload(reload: &ReloadRecord) -> JsonReload<'_> {
    JsonReload {
        started_at: moment(reload.started_at),
        seconds: reload.duration.as_secs_f64(),
        cause: &reload.cause,
        outcome: reload.outcome.as_str(),
        version: reload.version.as_ref().map(version),
        message: &reload.message,
        bad_records_total: reload.bad_records_total,
        bad_records: reload
            .bad_records
            .iter()
            .map(|record| JsonBadRecord {
                source: &record.source,
                line: record.line,
                column: record.column,
                field: &record.field,
                reason: &record.reason,
                message: &record.message,
                value: &record.value,
            })
            .collect(),
        warnings_total: reload.warnings_total,
    }
}
