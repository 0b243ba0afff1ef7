//! What a server tells about itself, from its messages.

use broadside_proto::v1 as pb;

use super::{duration, time, version};
use crate::status::{
    BadRecord, Counts, Limit, MemoryPart, Reload, ReloadOutcome, ReloadRecord, ServerStatus,
    Serving, Warning, WarningCount, Warnings,
};

/// The status of a server.
pub(crate) fn server_status(response: pb::GetStatusResponse) -> ServerStatus {
    ServerStatus {
        serving: match response.serving_status() {
            pb::ServingStatus::Starting => Serving::Starting,
            pb::ServingStatus::Serving => Serving::Serving,
            pb::ServingStatus::Draining => Serving::Draining,
            pb::ServingStatus::Unspecified => Serving::Unknown,
        },
        version: response.version.map(version),
        sources: response.sources,
        published_at: time(response.published_at),
        counts: counts(response.counts),
        warnings: warnings(response.warnings),
        memory: response
            .memory
            .into_iter()
            .map(|part| MemoryPart { name: part.name, bytes: part.bytes })
            .collect(),
        reloads: response.reloads.into_iter().map(reload_record).collect(),
        limits: response
            .limits
            .into_iter()
            .map(|limit| Limit { name: limit.name, value: limit.value })
            .collect(),
        server_version: response.server_version,
        started_at: time(response.started_at),
    }
}

/// A reload that succeeded.
pub(crate) fn reload(response: pb::ReloadResponse) -> Reload {
    Reload {
        outcome: outcome(response.outcome()),
        version: response.version.map(version).unwrap_or_default(),
        counts: counts(response.counts),
        warnings: warnings(response.warnings),
        duration: duration(response.duration),
    }
}

fn reload_record(record: pb::ReloadRecord) -> ReloadRecord {
    ReloadRecord {
        outcome: outcome(record.outcome()),
        started_at: time(record.started_at),
        duration: duration(record.duration),
        cause: record.cause,
        version: record.version.map(version).filter(|version| !version.generation.is_empty()),
        message: record.message,
        bad_records_total: record.bad_records_total,
        bad_records: record.bad_records.into_iter().map(bad_record).collect(),
        warnings_total: record.warnings_total,
    }
}

fn bad_record(record: pb::BadRecord) -> BadRecord {
    BadRecord {
        source: record.source,
        line: record.line,
        column: record.column,
        field: record.field,
        reason: record.reason,
        message: record.message,
        value: record.value,
    }
}

fn outcome(outcome: pb::ReloadOutcome) -> ReloadOutcome {
    match outcome {
        pb::ReloadOutcome::Published => ReloadOutcome::Published,
        pb::ReloadOutcome::Unchanged => ReloadOutcome::Unchanged,
        pb::ReloadOutcome::Validated => ReloadOutcome::Validated,
        pb::ReloadOutcome::Rejected => ReloadOutcome::Rejected,
        pb::ReloadOutcome::Failed => ReloadOutcome::Failed,
        pb::ReloadOutcome::Unspecified => ReloadOutcome::Unknown,
    }
}

fn counts(counts: Option<pb::InventoryCounts>) -> Counts {
    let counts = counts.unwrap_or_default();
    Counts {
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

fn warnings(warnings: Option<pb::InventoryWarnings>) -> Warnings {
    let warnings = warnings.unwrap_or_default();
    let count = |count: pb::WarningCount| WarningCount { code: count.code, count: count.count };
    Warnings {
        counts: warnings.counts.into_iter().map(count).collect(),
        warnings: warnings.warnings.into_iter().map(warning).collect(),
    }
}

fn warning(warning: pb::Warning) -> Warning {
    Warning {
        source: warning.source,
        line: warning.line,
        code: warning.code,
        field: warning.field,
        id: warning.id,
        message: warning.message,
    }
}
