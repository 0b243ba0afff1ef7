//! `broadside build`: inventory files become one compiled inventory, which a server maps instead of loading.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use broadside_inventory::{Loaded, ReadError, Source, write_loaded};

use super::check;
use crate::failure::{Exit, Failure};
use crate::number;
use crate::paint::{Paint, Role};
use crate::printable::printable;

/// Build a compiled inventory, which a server maps instead of loading
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside build inventory.jsonl -o inventory.bsx
  broadside build campaigns.csv groups.jsonl -o /srv/inventory.bsx && broadside reload

The files are checked as `broadside check` does, with the same report. If all of it is good, the compiled inventory is
written beside its final name, synced and renamed: a server that maps the old one keeps it, and whatever goes wrong, the old
one stays. It is named wherever an inventory is, alone. It is for this version and this kind of machine; another one refuses
it and says so. Keep the files that it was built from.

Exit 1 if any record is bad, or a file cannot be read or written; with --deny-warnings also if there is a warning, and then
nothing is written.

With --json: the object of `broadside check --json`.")]
pub(crate) struct Arguments {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The compiled inventory, FILE.bsx
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Write nothing and exit with 1 if there is a warning
    #[arg(long)]
    deny_warnings: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads the files, prints what is wrong with them, and writes the result if nothing is.
pub(crate) fn run(arguments: &Arguments, paint: Paint) -> Result<Exit, Failure> {
    let output = &arguments.output;
    let is_named =
        output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("bsx"));
    if !is_named {
        let given = output.display().to_string();
        return Err(Failure::usage(format!(
            "{} does not end with .bsx, by which a server knows a compiled inventory",
            printable(&given)
        )));
    }
    let began = Instant::now();
    let unreadable = |error: ReadError| Failure::input(printable(&error.to_string()));
    let sources = arguments.files.iter().map(|file| Source::parse(file));
    let sources: Vec<Source> = sources.collect::<Result<_, _>>().map_err(unreadable)?;
    let outcome = check::read(&sources)?;
    let exit = check::exit(&outcome, arguments.deny_warnings);
    if let (Exit::Done, Ok(loaded)) = (exit, &outcome) {
        let written = write_loaded(output, loaded);
        written.map_err(|error| Failure::input(printable(&error.to_string())))?;
    }
    let mut out = io::stdout().lock();
    let report =
        check::report(&outcome, began.elapsed(), arguments.deny_warnings, arguments.json, paint);
    write!(out, "{report}")?;
    if let (Exit::Done, Ok(loaded), false) = (exit, &outcome, arguments.json) {
        writeln!(out, "{}", written(arguments, loaded, paint))?;
    }
    Ok(exit)
}

/// What was written.
fn written(arguments: &Arguments, loaded: &Loaded, paint: Paint) -> String {
    let bytes = std::fs::metadata(&arguments.output).map_or(0, |metadata| metadata.len());
    let name = arguments.output.display().to_string();
    format!(
        "{} {}, {}, generation {}",
        paint.paint(Role::Good, "written:"),
        printable(&name),
        number::bytes(bytes),
        loaded.generation
    )
}
