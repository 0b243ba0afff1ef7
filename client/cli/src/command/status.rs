//! `broadside status`: what the server is doing.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::SystemTime;

use broadside_client::{BadRecord, ReloadOutcome, ReloadRecord, ServerStatus, Serving};

use crate::duration;
use crate::failure::{Exit, Failure};
use crate::number;
use crate::paint::{Paint, Role};
use crate::printable::printable;
use crate::settings::Settings;
use crate::table::{Align, Table};
use crate::time;
use crate::warnings;

mod json;

/// Bad records of the last reload that are shown to a person; `--json` has them all.
const BAD_RECORDS_SHOWN_MAX: usize = 20;

/// Show what the server serves: version, counts, warnings, memory, the last reloads, limits
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside status
  broadside status --json | jq .version.generation

Exit 1 if the server is there but does not serve.

With --json: one object with serving, version {generation, sequence} or null, sources, published_at,
counts {listings, keywords, negatives, duplicate_keywords, words, patterns, groups, negative_lists,
regexes, targetings}, warnings {counts [{code, count}], warnings [{source, line, code, field, id,
message}] (the first 100)}, memory [{name, bytes}], reloads [{started_at, seconds, cause, outcome,
version, message, bad_records_total, bad_records, warnings_total}], limits {name: value},
server_version, started_at.")]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Asks the server and prints what it says. Exit 1 if it does not serve.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let client = settings.admin_client()?.build_admin()?;
    let status = client.status().await?;
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", json::status(&status))?;
    } else {
        write!(out, "{}", human(&status, SystemTime::now(), paint))?;
    }
    Ok(if status.serving == Serving::Serving { Exit::Done } else { Exit::No })
}

fn human(status: &ServerStatus, now: SystemTime, paint: Paint) -> String {
    let role = if status.serving == Serving::Serving { Role::Good } else { Role::Bad };
    let age = |time: Option<SystemTime>| {
        let age = time.and_then(|time| now.duration_since(time).ok());
        age.map(|age| format!(", {} ago", duration::display(age))).unwrap_or_default()
    };
    let mut text = format!(
        "{}  broadside-server {}, started {}{}\n",
        paint.paint(role, status.serving.as_str()),
        printable(&status.server_version),
        time::display(status.started_at),
        age(status.started_at),
    );
    if let Some(version) = &status.version {
        let published = time::display(status.published_at);
        let age = age(status.published_at);
        text.push_str(&format!(
            "version {}, published {published}{age}\n",
            printable(&version.to_string())
        ));
    }
    for source in &status.sources {
        text.push_str(&format!("source  {}\n", printable(source)));
    }
    section(&mut text, "counts", counts(status), paint);
    text.push_str(&warnings(status, paint));
    section(&mut text, "memory", memory(status), paint);
    section(&mut text, "last reloads, newest first", reloads(status), paint);
    text.push_str(&bad_records(status, paint));
    section(&mut text, "limits", limits(status), paint);
    text
}

fn section(text: &mut String, heading: &str, table: Table, paint: Paint) {
    let body = table.render(paint);
    if !body.is_empty() {
        text.push_str(&format!("\n{}\n{body}", paint.paint(Role::Heading, heading)));
    }
}

fn counts(status: &ServerStatus) -> Table {
    let counts = &status.counts;
    let mut table = Table::new(&[("", Align::Left), ("", Align::Right)]);
    for (name, count) in [
        ("listings", counts.listings),
        ("keywords", counts.keywords),
        ("negatives", counts.negatives),
        ("duplicate keywords, merged", counts.duplicate_keywords),
        ("distinct words", counts.words),
        ("distinct patterns", counts.patterns),
        ("distinct regular expressions", counts.regexes),
        ("distinct targetings", counts.targetings),
        ("groups", counts.groups),
        ("negative lists", counts.negative_lists),
    ] {
        table.row([name.to_owned(), number::grouped(count)]);
    }
    table
}

fn warnings(status: &ServerStatus, paint: Paint) -> String {
    let body = warnings::human(&status.warnings, paint);
    if body.is_empty() {
        return body;
    }
    format!("\n{}\n{body}", paint.paint(Role::Heading, "warnings"))
}

fn memory(status: &ServerStatus) -> Table {
    let mut table = Table::new(&[("", Align::Left), ("", Align::Right)]);
    for part in &status.memory {
        table.row([part.name.clone(), number::bytes(part.bytes)]);
    }
    if !status.memory.is_empty() {
        let total =
            status.memory.iter().fold(0_u64, |total, part| total.saturating_add(part.bytes));
        table.row(["total".to_owned(), number::bytes(total)]);
    }
    table
}

fn reloads(status: &ServerStatus) -> Table {
    let mut table = Table::new(&[("", Align::Left); 6]);
    for reload in &status.reloads {
        table.row([
            time::display(reload.started_at),
            reload.cause.clone(),
            reload.outcome.as_str().to_owned(),
            duration::display(reload.duration),
            reload.version.as_ref().map(ToString::to_string).unwrap_or_default(),
            remark(reload),
        ]);
    }
    table
}

/// Why a reload did not succeed, or how many warnings there are about what it read.
fn remark(reload: &ReloadRecord) -> String {
    match reload.warnings_total {
        total if total > 0 && reload.message.is_empty() => {
            number::counted(total, "warning", "warnings")
        }
        _ => reload.message.clone(),
    }
}

/// The bad records of the newest reload, if it was refused. A message may be long, so they are not in a table.
fn bad_records(status: &ServerStatus, paint: Paint) -> String {
    let mut text = String::new();
    let Some(reload) = status.reloads.first() else { return text };
    if reload.outcome == ReloadOutcome::Rejected && !reload.message.is_empty() {
        let heading = paint.paint(Role::Bad, "the newest reload was refused");
        text.push_str(&format!("\n{heading}\n  {}\n", printable(&reload.message)));
    }
    for record in reload.bad_records.iter().take(BAD_RECORDS_SHOWN_MAX) {
        text.push_str(&format!("  {}\n", bad_record(record)));
    }
    let left = reload.bad_records.len().saturating_sub(BAD_RECORDS_SHOWN_MAX);
    if left > 0 {
        text.push_str(&format!("  … {} more with --json\n", number::grouped(left as u64)));
    }
    text
}

/// `file:line:column: field: message (REASON) value`, the form of `broadside check`.
fn bad_record(record: &BadRecord) -> String {
    let mut text = format!("{}:{}:{}: ", record.source, record.line, record.column);
    if !record.field.is_empty() {
        let _ = write!(text, "{}: ", record.field);
    }
    let _ = write!(text, "{} ({}) {}", record.message, record.reason, record.value);
    printable(text.trim_end()).into_owned()
}

fn limits(status: &ServerStatus) -> Table {
    let mut table = Table::new(&[("", Align::Left), ("", Align::Right)]);
    for limit in &status.limits {
        table.row([limit.name.clone(), number::grouped(limit.value)]);
    }
    table
}

#[cfg(test)]
mod tests;
