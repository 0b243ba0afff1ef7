//! Answers become messages here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use broadside_core::{Counts, Keyword, MatchType, Span, Time, Token};
use broadside_proto::v1;

use super::status::Refusal;
use crate::runtime::Version;
use crate::runtime::gate::Refusal as GateRefusal;
use crate::runtime::reload::{BadRecord, Outcome, Report, Warning, Warnings};

mod explanation;
mod record;

pub(crate) use explanation::{explanation, text_explanation};
pub(crate) use record::{group, listing, negative_list};

fn keyword(keyword: Keyword) -> v1::Keyword {
    v1::Keyword {
        text: keyword.text,
        match_type: match_type(keyword.match_type).into(),
        bid_micros: keyword.bid_micros.map(bid),
        anchor_start: keyword.anchor_start,
        anchor_end: keyword.anchor_end,
    }
}

/// A bid. Readers refuse those that do not fit.
pub(crate) fn bid(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX)
}

/// How a keyword matches.
pub(crate) fn match_type(of: MatchType) -> v1::MatchType {
    match of {
        MatchType::Exact => v1::MatchType::Exact,
        MatchType::Phrase => v1::MatchType::Phrase,
        MatchType::Broad => v1::MatchType::Broad,
        MatchType::Regex => v1::MatchType::Regex,
    }
}

fn spans(spans: &[Span]) -> Vec<v1::Span> {
    spans.iter().map(|span| v1::Span { start: span.start, end: span.end }).collect()
}

/// One token of an analysed text.
pub(crate) fn token(token: &Token<'_>) -> v1::Token {
    v1::Token {
        sigil: token.sigil.map(|sigil| sigil.as_str().to_owned()).unwrap_or_default(),
        word: token.word.to_owned(),
        span: Some(v1::Span { start: token.start, end: token.end }),
    }
}

/// The identity of an inventory.
pub(crate) fn version(version: &Version) -> v1::InventoryVersion {
    v1::InventoryVersion { generation: version.generation.clone(), sequence: version.sequence }
}

/// How much an inventory holds.
pub(crate) fn counts(counts: &Counts) -> v1::InventoryCounts {
    v1::InventoryCounts {
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

/// The reply to a reload, or why it did not succeed.
pub(crate) fn reload(report: Report) -> Result<v1::ReloadResponse, Refusal> {
    let outcome = outcome(&report.outcome);
    let inventory = match report.outcome {
        Outcome::Published(inventory)
        | Outcome::Unchanged(inventory)
        | Outcome::Validated(inventory) => inventory,
        Outcome::Rejected(rejection) => return Err(Refusal::Rejected(rejection)),
        Outcome::Refused(refusal, _) => return Err(refusal.into()),
        Outcome::Failed(failure) => return Err(failure.into()),
    };
    Ok(v1::ReloadResponse {
        outcome: outcome.into(),
        version: Some(version(&inventory.version)),
        counts: Some(counts(&inventory.counts)),
        duration: Some(duration(report.duration)),
        warnings: Some(warnings(&inventory.warnings)),
    })
}

/// A reload of the past.
pub(crate) fn reload_record(report: &Report) -> v1::ReloadRecord {
    let rejection = report.rejection();
    v1::ReloadRecord {
        started_at: Some(timestamp(report.started_at)),
        duration: Some(duration(report.duration)),
        cause: report.cause.to_string(),
        outcome: outcome(&report.outcome).into(),
        version: report.version().map(version),
        message: if report.outcome.is_success() {
            String::new()
        } else {
            report.outcome.to_string()
        },
        bad_records_total: rejection.map_or(0, |rejection| rejection.bad_records_total),
        bad_records: rejection
            .map(|rejection| rejection.bad_records.iter().map(bad_record).collect())
            .unwrap_or_default(),
        warnings_total: report.warnings_total(),
    }
}

/// What is probably a mistake in an inventory.
pub(crate) fn warnings(warnings: &Warnings) -> v1::InventoryWarnings {
    let counts = warnings.counts.iter();
    v1::InventoryWarnings {
        counts: counts
            .map(|(code, count)| v1::WarningCount { code: (*code).to_owned(), count: *count })
            .collect(),
        warnings: warnings.warnings.iter().map(warning).collect(),
    }
}

fn warning(warning: &Warning) -> v1::Warning {
    v1::Warning {
        source: warning.source.clone(),
        line: warning.line,
        code: warning.code.to_owned(),
        field: warning.field.clone(),
        id: warning.id.clone(),
        message: warning.message.clone(),
    }
}

fn outcome(of: &Outcome) -> v1::ReloadOutcome {
    match of {
        Outcome::Published(_) => v1::ReloadOutcome::Published,
        Outcome::Unchanged(_) => v1::ReloadOutcome::Unchanged,
        Outcome::Validated(_) => v1::ReloadOutcome::Validated,
        Outcome::Rejected(_) | Outcome::Refused(GateRefusal::Empty, _) => {
            v1::ReloadOutcome::Rejected
        }
        Outcome::Refused(GateRefusal::Inconsistent(_), _) | Outcome::Failed(_) => {
            v1::ReloadOutcome::Failed
        }
    }
}

fn bad_record(record: &BadRecord) -> v1::BadRecord {
    v1::BadRecord {
        source: record.source.clone(),
        line: record.line,
        column: record.column,
        field: record.field.clone(),
        reason: record.reason.clone(),
        message: record.message.clone(),
        value: record.value.clone(),
    }
}

/// A time of the system; one before 1970 is 1970.
pub(crate) fn timestamp(time: SystemTime) -> prost_types::Timestamp {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    prost_types::Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since.subsec_nanos()).unwrap_or(0),
    }
}

/// A time of the matcher.
fn core_time(time: Time) -> prost_types::Timestamp {
    let nanos = i32::try_from(time.nanos).expect("nanoseconds of a time are below a second");
    prost_types::Timestamp { seconds: time.seconds, nanos }
}

fn duration(duration: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(duration.subsec_nanos()).unwrap_or(0),
    }
}
