//! `broadside check`: would a server load these files? No server is asked.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use broadside_inventory::{Loaded, ReadError, ReadOptions, Rejection, Source, read_with_progress};

use crate::failure::{Exit, Failure};
use crate::paint::Paint;
use crate::printable::printable;
use crate::progress::LoadProgress;

mod human;
mod json;

/// Check inventory files as a server would when it loads them, without a server
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside check inventory.jsonl
  broadside check keywords.txt.zst negatives.csv --json
  broadside check --deny-warnings campaigns.csv groups.jsonl

The files are one inventory, in this order. Formats follow from the names: .jsonl, .ndjson, .txt, .csv, .tsv, each also with
.gz or .zst; and .bsx, a compiled inventory, which is named alone. Every bad record is printed as FILE:LINE:COLUMN: FIELD: MESSAGE (REASON) VALUE, at most 1,000 of them.

What is good and probably a mistake is a warning: printed after the verdict, by code, as FILE:LINE: ID: FIELD: MESSAGE (CODE),
at most 100 of them. All are counted. A FIELD of keywords[N] is the keyword with N positive ones before it. The codes are
NEGATIVE_BLOCKS_KEYWORD, KEYWORD_NEVER_MATCHES, DUPLICATE_KEYWORD, TARGETING_NEVER_TRUE, LONE_ATTRIBUTE, NEVER_IN_FLIGHT;
later versions may have more.

Exit 1 if any record is bad, or a file cannot be read; with --deny-warnings also if there is a warning.

With --json: one object, {\"good\", \"records\", \"seconds\", \"bad_records_total\", \"bad_records\": [{\"source\", \"line\",
\"column\", \"field\", \"reason\", \"message\", \"value\"}]} and, if it is good, \"generation\", \"bytes\", \"listings\", \"groups\",
\"negative_lists\", \"keywords\", \"negatives\", \"regexes\", \"targetings\", \"duplicate_keywords\", \"words\", \"ignored_rows\",
\"warnings_total\", \"warnings\": {\"counts\": [{\"code\", \"count\"}], \"warnings\": [{\"source\", \"line\", \"code\", \"field\", \"id\",
\"message\"}]}. \"good\" says whether a server would load it, whatever the warnings.")]
pub(crate) struct Arguments {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Exit with 1 if there is a warning
    #[arg(long)]
    deny_warnings: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads the files and prints what is wrong with them. Exit 1 if anything is.
pub(crate) fn run(arguments: &Arguments, paint: Paint) -> Result<Exit, Failure> {
    let unreadable = |error: ReadError| Failure::input(printable(&error.to_string()));
    let sources: Vec<Source> = arguments
        .files
        .iter()
        .map(|file| Source::parse(file))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    let began = Instant::now();
    let outcome = read(&sources)?;
    let (time, denied) = (began.elapsed(), arguments.deny_warnings);
    write!(io::stdout().lock(), "{}", report(&outcome, time, denied, arguments.json, paint))?;
    Ok(exit(&outcome, denied))
}

/// What is printed of an inventory that was read, or of why it was refused.
pub(super) fn report(
    outcome: &Result<Loaded, Rejection>,
    time: Duration,
    warnings_denied: bool,
    json: bool,
    paint: Paint,
) -> String {
    if json {
        format!("{}\n", json::report(outcome, time))
    } else {
        human::report(outcome, time, warnings_denied, paint)
    }
}

/// How a check of it ends.
pub(super) fn exit(outcome: &Result<Loaded, Rejection>, warnings_denied: bool) -> Exit {
    match outcome {
        Ok(loaded) if !(warnings_denied && loaded.warnings.total() > 0) => Exit::Done,
        _ => Exit::No,
    }
}

/// Reads an inventory, and shows how far it is on a terminal.
pub(super) fn read(sources: &[Source]) -> Result<Result<Loaded, Rejection>, Failure> {
    let shown = LoadProgress::begin();
    let loaded = read_with_progress(sources, &ReadOptions::default(), &mut |progress| {
        shown.tell(progress);
    });
    shown.finish();
    match loaded {
        Ok(loaded) => Ok(Ok(loaded)),
        Err(ReadError::Rejected(rejection)) => Ok(Err(rejection)),
        Err(error @ ReadError::Unreadable { .. }) => {
            Err(Failure::input(printable(&error.to_string())))
        }
    }
}
