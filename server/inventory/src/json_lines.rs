//! JSON Lines: one record a line, `{"listing": {…}}`.
//!
//! The parser of serde_json checks the whole line and hands out the raw text of each value. The raw text is a slice of
//! the line, so that every fault has its column, and the rest of a record is read on after a fault.

mod field;
mod keyword;
mod listing;
mod value;

use std::io::{self, Read};

use crate::draft::{Draft, Names};
use crate::fault::{Fault, Path, Place};
use crate::json_lines::field::Field;
use crate::json_lines::value::{Member, Value};
use crate::lines::Lines;
use crate::load::Loader;
use crate::reason::Reason;
use crate::suggestion::did_you_mean;

const NAMES: Names = Names { id: "id", keywords: "keywords" };
const KINDS: [&str; 3] = ["listing", "group", "negative_list"];

/// Reads every line. Blank lines are skipped.
pub(crate) fn read<R: Read>(lines: &mut Lines<R>, loader: &mut Loader<'_>) -> io::Result<()> {
    let mut draft = Draft::new(NAMES);
    while let Some(line) = lines.next()? {
        match line.text {
            Err(fault) => loader.submit_fault(fault),
            Ok(text) if text.trim_ascii().is_empty() => {}
            Ok(text) => {
                draft.begin(line.number);
                if read_record(text, &mut draft) {
                    loader.submit(&mut draft);
                } else {
                    loader.submit_faults(&mut draft.faults);
                }
            }
        }
    }
    Ok(())
}

/// Reads one record, and says whether there is a listing in it, good or bad.
fn read_record(text: &str, draft: &mut Draft) -> bool {
    let line = draft.line();
    let value = match Value::parse(text) {
        Ok(value) => value,
        Err(malformed) => {
            let place = Place { line, column: malformed.column, path: Path::Record };
            let start = malformed.column.saturating_sub(1).min(text.len() as u64);
            let rest =
                usize::try_from(start).ok().and_then(|start| text.get(start..)).unwrap_or(text);
            draft.faults.push(Fault::new(place, Reason::MalformedJson, malformed, rest));
            return false;
        }
    };
    let record = Field { value, line, path: Path::Record };
    let Some(members) = record.members(&mut draft.faults) else {
        return false;
    };
    let mut listing = None;
    for member in &members {
        match member.name.as_ref() {
            "listing" if listing.is_some() => {
                draft.faults.push(member.repeated(line, Path::Field("listing")));
            }
            "listing" => listing = Some(member.value),
            _ => draft.faults.push(refused_kind(member, line)),
        }
        if listing.is_none() && listing::NAMES.contains(&member.name.as_ref()) {
            return false;
        }
    }
    match listing {
        Some(value) => listing::read(Field { value, line, path: Path::Field("listing") }, draft),
        None => {
            if members.is_empty() {
                let what = "is missing; write one record a line, {\"listing\": {…}}";
                let place = Place { path: Path::Field("listing"), ..record.place() };
                draft.faults.push(Fault::new(place, Reason::MissingField, what, text));
            }
            false
        }
    }
}

/// Why a kind of record other than a listing is refused.
fn refused_kind(member: &Member<'_>, line: u64) -> Fault {
    let place = Place { line, column: member.column, path: Path::Record };
    let name = member.name.as_ref();
    if name == "group" || name == "negative_list" {
        let what = "records are not served by this version; remove the record";
        return Fault::named(place, name, Reason::NotServedYet, what, member.value.raw());
    }
    let what = if listing::NAMES.contains(&name) {
        "is a field of a listing and not a kind of record; wrap the fields in {\"listing\": {…}}"
            .to_owned()
    } else {
        format!("is not a kind of record{}", did_you_mean(name, &KINDS))
    };
    Fault::named(place, name, Reason::UnknownField, what, member.value.raw())
}
