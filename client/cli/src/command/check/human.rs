//! The report for people.

use std::time::Duration;

use broadside_inventory::{BadRecord, Loaded, Rejection, Warning, Warnings};

use crate::duration;
use crate::number::{self, counted};
use crate::paint::{Paint, Role};
use crate::printable::printable;

/// Bad records and a verdict, or a verdict and warnings.
pub(super) fn report(
    outcome: &Result<Loaded, Rejection>,
    time: Duration,
    warnings_denied: bool,
    paint: Paint,
) -> String {
    let time = duration::display(time);
    match outcome {
        Ok(loaded) => {
            let mut text = good(loaded, &time, paint);
            if loaded.warnings.total() > 0 {
                text.push_str(&warnings(&loaded.warnings, paint));
                if warnings_denied {
                    text.push_str(&paint.paint(Role::Bad, "warnings are denied"));
                    text.push('\n');
                }
            }
            text
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

/// What a server would serve.
fn good(loaded: &Loaded, time: &str, paint: Paint) -> String {
    let counts = loaded.index.counts();
    let mut text = format!(
        "{} {}, {}, {}, {}; {} of {} in {time}\n",
        paint.paint(Role::Good, "good:"),
        counted(counts.listings, "listing", "listings"),
        counted(counts.keywords, "keyword", "keywords"),
        counted(counts.negatives, "negative", "negatives"),
        counted(counts.duplicate_keywords, "duplicate merged", "duplicates merged"),
        counted(loaded.records, "record", "records"),
        number::bytes(loaded.bytes),
    );
    let rules = [
        (counts.groups, "group", "groups"),
        (counts.negative_lists, "negative list", "negative lists"),
        (counts.targetings, "targeting", "targetings"),
        (counts.regexes, "regular expression", "regular expressions"),
        (loaded.ignored_rows, "row of other things left out", "rows of other things left out"),
    ];
    let rules = rules.iter().filter(|(count, ..)| *count > 0);
    let rules: Vec<String> = rules.map(|&(count, one, many)| counted(count, one, many)).collect();
    if !rules.is_empty() {
        text.push_str(&format!("{}\n", rules.join(", ")));
    }
    text.push_str(&format!("generation {}\n", loaded.generation));
    text
}

/// How many there are in all and of each code, then those that are described, code by code.
fn warnings(warnings: &Warnings, paint: Paint) -> String {
    let counts: Vec<String> = warnings
        .counts
        .iter()
        .map(|&(code, count)| format!("{} {code}", number::grouped(count)))
        .collect();
    let total = counted(warnings.total(), "warning", "warnings");
    let heading = paint.paint(Role::Heading, format_args!("{total}:"));
    let mut text = format!("{heading} {}\n", counts.join(", "));
    for &(code, count) in &warnings.counts {
        let of_code = warnings.warnings.iter().filter(|warning| warning.code == code);
        let lines: Vec<String> = of_code.map(|found| warning(found) + "\n").collect();
        text.push_str(&lines.concat());
        let more = count - lines.len() as u64;
        if more > 0 {
            text.push_str(&format!("… {} more ({code})\n", number::grouped(more)));
        }
    }
    text
}

/// `file:line: id: field: message (CODE)`, which editors and terminals make a link of.
fn warning(warning: &Warning) -> String {
    let Warning { source, line, code, field, id, message } = warning;
    printable(&format!("{source}:{line}: {id}: {field}: {message} ({code})")).into_owned()
}

/// `file:line:column: field: message (REASON) value`, which editors and terminals make a link of.
fn bad_record(record: &BadRecord) -> String {
    let BadRecord { source, line, column, field, reason, message, value } = record;
    let field = if field.is_empty() { String::new() } else { format!("{field}: ") };
    let text = format!("{source}:{line}:{column}: {field}{message} ({reason}) {value}");
    printable(text.trim_end()).into_owned()
}
