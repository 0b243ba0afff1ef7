//! JSON Lines: one record a line, `{"listing": {…}}`, `{"group": {…}}` or `{"negative_list": {…}}`, in any order.
//!
//! The parser of serde_json checks the whole line and hands out the raw text of each value, which is a slice of the line,
//! so that every fault has its column, and the rest of a record is read on after a fault. Members and elements are read
//! as they come, so that a line of very many costs no memory.

mod field;
mod keyword;
pub(crate) mod record;
mod value;

use std::io::{self, Read};

use crate::draft::{Draft, Names};
use crate::fault::{Fault, Path, Place};
use crate::json_lines::field::Field;
use crate::json_lines::value::{Malformed, Member, Value};
use crate::kind::Kind;
use crate::lines::Lines;
use crate::pipeline::Outbox;
use crate::reason::Reason;
use crate::suggestion::did_you_mean;

const NAMES: Names = Names {
    id: "id",
    keywords: "keywords",
    unique: "give each listing and each group an id of its own, and each negative list a name",
};

/// The object of a line, around its record.
struct Envelope<'l> {
    record: Option<(Kind, Value<'l>)>,
    is_empty: bool,
    /// Whether there are the fields of a record and no envelope.
    is_bare: bool,
    /// Whether a record after the first is no listing.
    is_refusing: bool,
}

/// Reads every line. Blank lines are skipped.
pub(crate) fn read<R: Read>(lines: &mut Lines<R>, outbox: &mut Outbox) -> io::Result<()> {
    let mut draft = Draft::new(NAMES);
    while let Some(line) = lines.next()? {
        match line.text {
            Err(fault) => outbox.submit_fault(fault),
            Ok(text) if text.trim_ascii().is_empty() => {}
            Ok(text) => {
                draft.begin(line.number);
                if read_record(text, &mut draft) {
                    outbox.submit_line(&mut draft, text);
                } else {
                    outbox.submit_faults(&mut draft.faults);
                }
            }
        }
    }
    Ok(())
}

/// Reads one record, and says whether there is one, good or bad.
fn read_record(text: &str, draft: &mut Draft) -> bool {
    let record = Field { value: Value::of_line(text), line: draft.line(), path: Path::Record };
    let Some(envelope) = Envelope::read(record, draft) else {
        // Only now is it worth a look at the whole line, which is what is at fault if it is not JSON.
        if let Err(malformed) = Value::parse(text) {
            draft.faults.clear();
            draft.faults.push(malformed_line(malformed, text, draft.line()));
        }
        return false;
    };
    if envelope.is_refusing {
        draft.faults.refuse_inventory();
    }
    if envelope.is_empty {
        let what = "is missing; write one record a line, {\"listing\": {…}}";
        let place = Place { path: Path::Field(Kind::Listing.name()), ..record.place() };
        draft.faults.push(Fault::new(place, Reason::MissingField, what, text));
    }
    let Some((kind, value)) = envelope.record.filter(|_| !envelope.is_bare) else {
        return false;
    };
    draft.kind = kind;
    let record = Field { value, path: Path::Field(kind.name()), ..record };
    let is_object = record::read(record, draft);
    draft.faults.weigh(kind);
    is_object
}

impl<'l> Envelope<'l> {
    /// Reads the object of a line. `None` if it is none, or not to its end.
    fn read(line: Field<'l>, draft: &mut Draft) -> Option<Envelope<'l>> {
        let mut envelope =
            Envelope { record: None, is_empty: true, is_bare: false, is_refusing: false };
        line.members(draft, |member, draft| envelope.add(&member, line.line, draft))?;
        Some(envelope)
    }

    fn add(&mut self, member: &Member<'l>, line: u64, draft: &mut Draft) {
        self.is_empty = false;
        if self.is_bare {
            return;
        }
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == member.name);
        match (kind, self.record) {
            (Some(kind), None) => self.record = Some((kind, member.value)),
            (Some(kind), Some((first, _))) => {
                draft.faults.push(second_record(member, kind, first, line));
                self.is_refusing |= kind != Kind::Listing;
            }
            (None, _) => draft.faults.push(unknown_kind(member, line)),
        }
        self.is_bare = self.record.is_none() && is_field(&member.name);
    }
}

/// The fault of a line that is not JSON.
fn malformed_line(malformed: Malformed, text: &str, line: u64) -> Fault {
    let place = Place { line, column: malformed.column, path: Path::Record };
    let start = malformed.column.saturating_sub(1).min(text.len() as u64);
    let rest = usize::try_from(start).ok().and_then(|start| text.get(start..)).unwrap_or(text);
    Fault::new(place, Reason::MalformedJson, malformed, rest)
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
