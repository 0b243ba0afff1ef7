//! `broadside check`: would a server load these files? No server is asked.

use std::io::{self, Write};
use std::time::Instant;

use broadside_inventory::{Loaded, ReadError, ReadOptions, Rejection, Source, read_with_progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::{Exit, Failure};
use crate::number::counted;
use crate::paint::Paint;
use crate::printable::printable;

mod human;
mod json;

/// Check inventory files as a server would when it loads them, without a server
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside check inventory.jsonl
  broadside check keywords.txt.zst negatives.csv --json
  broadside check --deny-warnings campaigns.csv groups.jsonl

The files are one inventory, in this order. Formats follow from the names: .jsonl, .ndjson, .txt, .csv, .tsv, each also with
.gz or .zst. Every bad record is printed as FILE:LINE:COLUMN: FIELD: MESSAGE (REASON) VALUE, at most 1,000 of them.

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
    let outcome = match read(&sources) {
        Ok(loaded) => Ok(loaded),
        Err(ReadError::Rejected(rejection)) => Err(rejection),
        Err(error @ ReadError::Unreadable { .. }) => return Err(unreadable(error)),
    };
    let time = began.elapsed();
    let denied = arguments.deny_warnings;
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", json::report(&outcome, time))?;
    } else {
        write!(out, "{}", human::report(&outcome, time, denied, paint))?;
    }
    Ok(exit(&outcome, denied))
}

fn exit(outcome: &Result<Loaded, Rejection>, warnings_denied: bool) -> Exit {
    match outcome {
        Ok(loaded) if !(warnings_denied && loaded.warnings.total() > 0) => Exit::Done,
        _ => Exit::No,
    }
}

/// Reads with a progress bar, which shows itself on a terminal only.
fn read(sources: &[Source]) -> Result<Loaded, ReadError> {
    let bar = ProgressBar::no_length();
    let template = "{wide_bar} {percent:>3}%  {msg}";
    bar.set_style(ProgressStyle::with_template(template).expect("the template is a constant"));
    let loaded = read_with_progress(sources, &ReadOptions::default(), &mut |progress| {
        if let Some(total) = progress.bytes_total {
            bar.set_length(total);
        }
        bar.set_position(progress.bytes_read);
        bar.set_message(counted(progress.records, "record", "records"));
    });
    bar.finish_and_clear();
    loaded
}

#[cfg(test)]
mod tests;
