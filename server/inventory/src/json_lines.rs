//! JSON Lines: one record a line, `{"listing": {…}}`, `{"group": {…}}` or `{"negative_list": {…}}`, in any order.
//!
//! The parser of serde_json checks the whole line and hands out the raw text of each value. The raw text is a slice of
//! the line, so that every fault has its column, and the rest of a record is read on after a fault.

mod field;
mod keyword;
mod record;
mod value;

use std::io::{self, Read};

use crate::draft::{Draft, Names};
use crate::fault::{Fault, Path, Place};
use crate::json_lines::field::Field;
use crate::json_lines::value::{Member, Value};
use crate::kind::Kind;
use crate::lines::Lines;
use crate::load::Loader;
use crate::reason::Reason;
use crate::suggestion::did_you_mean;

const NAMES: Names = Names {
    id: "id",
    keywords: "keywords",
    unique: "give each listing and each group an id of its own, and each negative list a name",
};

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
                    loader.submit_line(&mut draft, text);
                } else {
                    loader.submit_faults(&mut draft.faults);
                }
            }
        }
    }
    Ok(())
}

/// Reads one record, and says whether there is one, good or bad.
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
    let mut found: Option<(Kind, Value<'_>)> = None;
    for member in &members {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == member.name);
        match (kind, found) {
            (Some(kind), None) => found = Some((kind, member.value)),
            (Some(kind), Some((first, _))) => {
                draft.faults.push(second_record(member, kind, first, line));
                draft.faults.weigh(kind);
            }
            (None, _) => draft.faults.push(unknown_kind(member, line)),
        }
        if found.is_none() && is_field(&member.name) {
            return false;
        }
    }
    if members.is_empty() {
        let what = "is missing; write one record a line, {\"listing\": {…}}";
        let place = Place { path: Path::Field(Kind::Listing.name()), ..record.place() };
        draft.faults.push(Fault::new(place, Reason::MissingField, what, text));
    }
    let Some((kind, value)) = found else {
        return false;
    };
    draft.kind = kind;
    let is_object = record::read(Field { value, line, path: Path::Field(kind.name()) }, draft);
    draft.faults.weigh(kind);
    is_object
}

/// The fault of a line that holds a record after the first.
fn second_record(member: &Member<'_>, kind: Kind, first: Kind, line: u64) -> Fault {
    let path = Path::Field(kind.name());
    if kind == first {
        return member.repeated(line, path);
    }
    let place = Place { line, column: member.column, path };
    let what = "is the second record of its line; write one record a line";
    Fault::new(place, Reason::DuplicateField, what, member.value.raw())
}

/// Whether any kind of record has a field of this name.
fn is_field(name: &str) -> bool {
    Kind::ALL.into_iter().any(|kind| record::names(kind).contains(&name))
}

/// The fault of a name that is no kind of record.
fn unknown_kind(member: &Member<'_>, line: u64) -> Fault {
    let place = Place { line, column: member.column, path: Path::Record };
    let name = member.name.as_ref();
    let what = if is_field(name) {
        "is a field and not a kind of record; wrap the fields of a listing in {\"listing\": {…}}, and those of a group or \
         a negative list in the same way"
            .to_owned()
    } else {
        format!("is not a kind of record{}", did_you_mean(name, &Kind::ALL.map(Kind::name)))
    };
    Fault::named(place, name, Reason::UnknownField, what, member.value.raw())
}
