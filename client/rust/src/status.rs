//! What a server tells about itself, and how reloads end.

use std::time::{Duration, SystemTime};

use crate::version::Version;

/// What a server is doing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServerStatus {
    /// Whether it serves.
    pub serving: Serving,
    /// The version that is served; absent before the first load.
    pub version: Option<Version>,
    /// Where it was read from.
    pub sources: Vec<String>,
    /// When it was published; absent before the first load.
    pub published_at: Option<SystemTime>,
    /// How much it holds.
    pub counts: Counts,
    /// What is odd about it.
    pub warnings: Warnings,
    /// Memory of the inventory, part by part, largest first.
    pub memory: Vec<MemoryPart>,
    /// The last reloads, newest first.
    pub reloads: Vec<ReloadRecord>,
    /// The limits in force.
    pub limits: Vec<Limit>,
    /// The server's version.
    pub server_version: String,
    /// When the process started.
    pub started_at: Option<SystemTime>,
}

/// Whether matches are served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Serving {
    /// Nothing has been loaded yet.
    Starting,
    /// An inventory is served.
    Serving,
    /// The server is shutting down.
    Draining,
    /// A state that this client is too old to know.
    #[default]
    Unknown,
}

/// How much an inventory holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Listings, paused ones included.
    pub listings: u64,
    /// Positive keywords, after duplicates within a listing were merged.
    pub keywords: u64,
    /// Negatives of listings, groups and negative lists, after duplicates within each were merged.
    pub negatives: u64,
    /// Keywords and negatives that were the same as another one of their record after analysis, and were merged with it.
    pub duplicate_keywords: u64,
    /// Distinct words, counting a word with a sigil apart.
    pub words: u64,
    /// Distinct (tokens, match type, anchors).
    pub patterns: u64,
    /// Groups.
    pub groups: u64,
    /// Negative lists.
    pub negative_lists: u64,
    /// Distinct regular expressions.
    pub regexes: u64,
    /// Distinct targeting expressions.
    pub targetings: u64,
}

/// What is odd about an inventory. Nothing of it keeps the inventory from being served.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings {
    /// How many warnings there are of each code that occurs.
    pub counts: Vec<WarningCount>,
    /// The first of them, at most 100.
    pub warnings: Vec<Warning>,
}

/// How often a warning occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarningCount {
    /// The code, as in [`Warning::code`].
    pub code: String,
    /// How many warnings of this code there are.
    pub count: u64,
}

/// Something odd about one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file.
    pub source: String,
    /// The line in it, starting at 1; 0 if it is not known.
    pub line: u64,
    /// What is odd, for programs: UPPER_SNAKE, for example NEGATIVE_BLOCKS_KEYWORD. Later servers may have more.
    pub code: String,
    /// The field, for example `keywords[2]`.
    pub field: String,
    /// The id of the listing or group, or the name of the negative list.
    pub id: String,
    /// What is odd and what to do, for people.
    pub message: String,
}

/// Memory of one part of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryPart {
    /// The part.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
}

/// A limit in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Its name with its unit, for example `max_text_bytes`.
    pub name: String,
    /// Its value.
    pub value: u64,
}

/// A reload that succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Reload {
    /// How it ended.
    pub outcome: ReloadOutcome,
    /// The version that is served now; with `validate_only`, the version that would be.
    pub version: Version,
    /// Counts of the inventory that was read.
    pub counts: Counts,
    /// What is odd about it.
    pub warnings: Warnings,
    /// Reading, checking, building and publishing.
    pub duration: Duration,
}

/// How a reload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReloadOutcome {
    /// The new inventory is served.
    Published,
    /// The content is the one that is served already.
    Unchanged,
    /// `validate_only`: the inventory is good, and was not published.
    Validated,
    /// At least one record is bad; what was served is still served.
    Rejected,
    /// The source could not be read; what was served is still served.
    Failed,
    /// An outcome that this client is too old to know.
    Unknown,
}

/// One reload that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ReloadRecord {
    /// When it began.
    pub started_at: Option<SystemTime>,
    /// How long it took.
    pub duration: Duration,
    /// What asked for it: `start`, `rpc`, `sighup`.
    pub cause: String,
    /// How it ended.
    pub outcome: ReloadOutcome,
    /// The version that it read, if it could.
    pub version: Option<Version>,
    /// Why it did not succeed; empty if it did.
    pub message: String,
    /// Bad records in all.
    pub bad_records_total: u64,
    /// The first of them, at most 1,000; kept for the newest reload only.
    pub bad_records: Vec<BadRecord>,
    /// Warnings about the inventory that was read, in all; 0 if none could be read.
    pub warnings_total: u64,
}

/// A record that cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// The file.
    pub source: String,
    /// The line in it, starting at 1.
    pub line: u64,
    /// The column in bytes, starting at 1; 0 if it is not known.
    pub column: u64,
    /// The field, for example `keywords[2]`.
    pub field: String,
    /// What is wrong, for programs: UPPER_SNAKE.
    pub reason: String,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// The offending value, cut to 200 bytes.
    pub value: String,
}

impl Warnings {
    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |total, count| total.saturating_add(count.count))
    }
}

impl Serving {
    /// The name for programs, as in the API without its prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Serving::Starting => "STARTING",
            Serving::Serving => "SERVING",
            Serving::Draining => "DRAINING",
            Serving::Unknown => "UNKNOWN",
        }
    }
}

impl ReloadOutcome {
    /// The name for programs, as in the API without its prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            ReloadOutcome::Published => "PUBLISHED",
            ReloadOutcome::Unchanged => "UNCHANGED",
            ReloadOutcome::Validated => "VALIDATED",
            ReloadOutcome::Rejected => "REJECTED",
            ReloadOutcome::Failed => "FAILED",
            ReloadOutcome::Unknown => "UNKNOWN",
        }
    }
}
