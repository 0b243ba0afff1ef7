//! `broadside check`: would a server load these files? No server is asked.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use broadside_inventory::{
    BadRecord, Loaded, ReadError, ReadOptions, Rejection, Source, read_with_progress,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::duration;
use crate::failure::{Exit, Failure};
use crate::number::{self, counted};
use crate::paint::{Paint, Role};
use crate::printable::printable;

/// Check inventory files as a server would when it loads them, without a server
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside check inventory.jsonl
  broadside check keywords.txt.zst negatives.csv --json

The files are one inventory, in this order. Formats follow from the names: .jsonl, .ndjson, .txt, .csv, each also with .gz
or .zst. Every bad record is printed as FILE:LINE:COLUMN: FIELD: MESSAGE (REASON) VALUE, at most 1,000 of them.

Exit 1 if any record is bad, or a file cannot be read.

With --json: one object, {\"good\", \"records\", \"seconds\", \"bad_records_total\", \"bad_records\": [{\"source\", \"line\",
\"column\", \"field\", \"reason\", \"message\", \"value\"}]} and, if it is good, \"generation\", \"bytes\", \"listings\", \"keywords\",
\"negatives\", \"duplicate_keywords\", \"words\".")]
pub(crate) struct Arguments {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

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
    keywords: u64,
    negatives: u64,
    duplicate_keywords: u64,
    words: u64,
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
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", json(&outcome, time))?;
    } else {
        write!(out, "{}", human(&outcome, time, paint))?;
    }
    Ok(if outcome.is_ok() { Exit::Done } else { Exit::No })
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

fn json(outcome: &Result<Loaded, Rejection>, time: Duration) -> String {
    let (records, rejection) = match outcome {
        Ok(loaded) => (loaded.records, &loaded.rejected),
        Err(rejection) => (rejection.records, rejection),
    };
    let loaded = outcome.as_ref().ok().map(|loaded| {
        let counts = loaded.index.counts();
        JsonLoaded {
            generation: &loaded.generation,
            bytes: loaded.bytes,
            listings: counts.listings,
            keywords: counts.keywords,
            negatives: counts.negatives,
            duplicate_keywords: counts.duplicate_keywords,
            words: counts.words,
        }
    });
    let report = JsonReport {
        good: outcome.is_ok(),
        records,
        seconds: time.as_secs_f64(),
        bad_records_total: rejection.bad_records_total,
        bad_records: rejection.bad_records.iter().map(json_bad_record).collect(),
        loaded,
    };
    serde_json::to_string(&report).expect("texts and finite numbers are JSON")
}

fn json_bad_record(record: &BadRecord) -> JsonBadRecord<'_> {
    let BadRecord { source, line, column, field, reason, message, value } = record;
    JsonBadRecord { source, line: *line, column: *column, field, reason, message, value }
}

fn human(outcome: &Result<Loaded, Rejection>, time: Duration, paint: Paint) -> String {
    let time = duration::display(time);
    match outcome {
        Ok(loaded) => {
            let counts = loaded.index.counts();
            format!(
                "{} {}, {}, {}, {}; {} of {} in {time}\ngeneration {}\n",
                paint.paint(Role::Good, "good:"),
                counted(counts.listings, "listing", "listings"),
                counted(counts.keywords, "keyword", "keywords"),
                counted(counts.negatives, "negative", "negatives"),
                counted(counts.duplicate_keywords, "duplicate merged", "duplicates merged"),
                counted(loaded.records, "record", "records"),
                number::bytes(loaded.bytes),
                loaded.generation,
            )
        }
        Err(rejection) => {
            let mut text: String =
                rejection.bad_records.iter().map(|record| bad_record(record) + "\n").collect();
            let total = counted(rejection.bad_records_total, "bad record", "bad records");
            let records = counted(rejection.records, "record", "records");
            let verdict = paint.paint(Role::Bad, format_args!("{total} of {records}"));
            text.push_str(&format!("{verdict} in {time}; nothing of it would be loaded\n"));
            text
        }
    }
}

/// `file:line:column: field: message (REASON) value`, which editors and terminals make a link of.
fn bad_record(record: &BadRecord) -> String {
    let BadRecord { source, line, column, field, reason, message, value } = record;
    let field = if field.is_empty() { String::new() } else { format!("{field}: ") };
    let text = format!("{source}:{line}:{column}: {field}{message} ({reason}) {value}");
    printable(text.trim_end()).into_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use broadside_inventory::{Format, Loaded, ReadError, ReadOptions, Rejection, Source, read};

    use super::{human, json};
    use crate::paint::{ColorChoice, Paint};

    fn check(text: &'static str) -> Result<Loaded, Rejection> {
        let source = Source::from_text("shop.jsonl", Format::JsonLines, text);
        read(&[source], &ReadOptions::default()).map_err(|error| match error {
            ReadError::Rejected(rejection) => rejection,
            ReadError::Unreadable { .. } => panic!("a text can be read"),
        })
    }

    const GOOD: &str =
        r#"{"listing": {"id": "a", "keywords": ["[gift]", "gift card", "card gift", "-free"]}}"#;
    const BAD: &str = "{\"listing\": {\"id\": \"a\", \"keywords\": [\"gift\", \"!\\u001b\"]}}\n{\"listing\": {\"keywords\": [\"b\"]}}";
    const TIME: Duration = Duration::from_millis(1_250);

    #[test]
    fn a_good_file_for_people_and_programs() {
        let outcome = check(GOOD);
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let text = human(&outcome, TIME, plain);
        let expected = "good: 1 listing, 2 keywords, 1 negative, 1 duplicate merged; 1 record of 83 B in 1.25 s\ngeneration ";
        assert!(text.starts_with(expected), "{text}");
        let value: serde_json::Value =
            serde_json::from_str(&json(&outcome, TIME)).expect("it is JSON");
        assert_eq!((&value["good"], &value["listings"]), (&true.into(), &1.into()));
        assert_eq!(value["seconds"], 1.25);
        assert!(text.contains(value["generation"].as_str().expect("it is a text")));
    }

    #[test]
    fn a_bad_file_for_people_and_programs() {
        let outcome = check(BAD);
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let text = human(&outcome, TIME, plain);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[0].starts_with("shop.jsonl:1:"), "{text}");
        assert!(
            lines[0].contains(": keywords[1]: ") && lines[0].contains("(KEYWORD_EMPTY)"),
            "{text}"
        );
        assert!(
            lines[1].starts_with("shop.jsonl:2:") && lines[1].contains("(MISSING_FIELD)"),
            "{text}"
        );
        assert_eq!(lines[2], "2 bad records of 2 records in 1.25 s; nothing of it would be loaded");
        assert!(!text.contains('\x1b'), "control characters are harmless");
        let value: serde_json::Value =
            serde_json::from_str(&json(&outcome, TIME)).expect("it is JSON");
        assert_eq!((&value["good"], &value["bad_records_total"]), (&false.into(), &2.into()));
        assert_eq!(value["bad_records"][0]["field"], "keywords[1]");
        assert_eq!(value.get("generation"), None);
    }
}
