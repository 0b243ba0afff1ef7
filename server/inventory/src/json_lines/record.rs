//! A listing, a group or a negative list, field by field.

use crate::draft::{Draft, Slot};
use crate::fault::{Fault, Path, Place};
use crate::json_lines::field::Field;
use crate::json_lines::keyword;
use crate::json_lines::value::Member;
use crate::kind::Kind;
use crate::reason::Reason;
use crate::scalar;
use crate::suggestion::did_you_mean;

const OF_LISTING: [&str; 12] = [
    "id",
    "keywords",
    "negatives",
    "negative_lists",
    "targeting",
    "group",
    "bid_micros",
    "quality",
    "status",
    "start_time",
    "end_time",
    "payload",
];

const OF_GROUP: [&str; 8] = [
    "id",
    "negatives",
    "negative_lists",
    "targeting",
    "bid_micros",
    "status",
    "start_time",
    "end_time",
];

const OF_NEGATIVE_LIST: [&str; 2] = ["name", "keywords"];

/// The fields of a kind of record; no kind has more than a listing.
pub(crate) fn names(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Listing => &OF_LISTING,
        Kind::Group => &OF_GROUP,
        Kind::NegativeList => &OF_NEGATIVE_LIST,
    }
}

/// The fields that each record of a kind must have, and what is said if one is not there.
fn required(kind: Kind) -> (&'static [&'static str], &'static str) {
    match kind {
        Kind::Listing => {
            (&["id", "keywords"], "is missing; each listing has an id and at least one keyword")
        }
        Kind::Group => (&["id"], "is missing; each group has an id"),
        Kind::NegativeList => (
            &["name", "keywords"],
            "is missing; each negative list has a name and its keywords, all of them negatives",
        ),
    }
}

/// Reads a record of the draft's kind into it. False if it is not even an object.
pub(crate) fn read(record: Field<'_>, draft: &mut Draft) -> bool {
    let names = names(draft.kind);
    let mut seen = [false; OF_LISTING.len()];
    let read = record.members(draft, |member, draft| {
        let Some(ordinal) = names.iter().position(|known| *known == member.name) else {
            draft.faults.push(unknown_field(&member, draft.kind, record.line));
            return;
        };
        let name = names[ordinal];
        let path = Path::Field(name);
        if std::mem::replace(&mut seen[ordinal], true) {
            draft.faults.push(member.repeated(record.line, path));
        } else {
            read_field(Field { value: member.value, line: record.line, path }, name, draft);
        }
    });
    if read.is_none() {
        return false;
    }
    let (required, what) = required(draft.kind);
    for (name, _) in names.iter().zip(seen).filter(|(name, seen)| !seen && required.contains(name))
    {
        let place = Place { path: Path::Field(name), ..record.place() };
        draft.faults.push(Fault::new(place, Reason::MissingField, what, record.value.raw()));
    }
    true
}

fn read_field(field: Field<'_>, name: &'static str, draft: &mut Draft) {
    match name {
        "id" | "name" => {
            draft.note(Slot::Id, field.place());
            if let Some(id) = field.text(&mut draft.faults) {
                draft.listing.id.push_str(&id);
            }
        }
        "keywords" if draft.kind == Kind::NegativeList => {
            draft.note(Slot::Negatives, field.place());
            keyword::read_list(field, name, true, draft);
        }
        "keywords" => {
            draft.note(Slot::Keywords, field.place());
            keyword::read_list(field, name, false, draft);
        }
        "negatives" => {
            draft.note(Slot::Negatives, field.place());
            keyword::read_list(field, name, true, draft);
        }
        "negative_lists" => {
            draft.note(Slot::NegativeLists, field.place());
            read_names(field, name, draft);
        }
        "targeting" => {
            draft.note(Slot::Targeting, field.place());
            if let Some(targeting) = field.text(&mut draft.faults) {
                draft.listing.targeting.push_str(&targeting);
            }
        }
        "group" => {
            draft.note(Slot::Group, field.place());
            draft.listing.group = field.text(&mut draft.faults).map(Into::into);
        }
        "payload" => {
            draft.note(Slot::Payload, field.place());
            if let Some(payload) = field.text(&mut draft.faults) {
                draft.listing.payload.extend_from_slice(payload.as_bytes());
            }
        }
        _ => read_scalar(field, name, draft),
    }
}

fn read_scalar(field: Field<'_>, name: &'static str, draft: &mut Draft) {
    let Draft { listing, faults, .. } = draft;
    match name {
        "bid_micros" => {
            let number = field.number(faults);
            listing.bid_micros =
                number.and_then(|number| field.accept(scalar::bid(number), faults));
        }
        "quality" => {
            let number = field.number(faults);
            let quality = number.and_then(|number| field.accept(scalar::quality(number), faults));
            listing.quality = quality.unwrap_or(1.0);
            draft.note(Slot::Quality, field.place());
        }
        "status" => {
            let name = field.text(faults);
            let status = name.and_then(|name| field.accept(scalar::status(&name), faults));
            listing.status = status.unwrap_or_default();
        }
        "start_time" => {
            let text = field.text(faults);
            listing.start_time = text.and_then(|text| field.accept(scalar::time(&text), faults));
        }
        "end_time" => {
            let text = field.text(faults);
            listing.end_time = text.and_then(|text| field.accept(scalar::time(&text), faults));
            draft.note(Slot::EndTime, field.place());
        }
        _ => unreachable!("every name of a field is read here or by read_field"),
    }
}

/// Reads the names of negative lists.
fn read_names(field: Field<'_>, list: &'static str, draft: &mut Draft) {
    let mut index = 0;
    field.items(draft, |value, draft| {
        let item = Field { value, path: Path::Item(list, index), ..field };
        if let Some(name) = item.text(&mut draft.faults) {
            draft.add_negative_list(name.into_owned(), item.place());
        }
        index += 1;
    });
}

/// The fault of a field that the kind of record does not have.
fn unknown_field(member: &Member<'_>, kind: Kind, line: u64) -> Fault {
    let place = Place { line, column: member.column, path: Path::Record };
    let name = member.name.as_ref();
    let hint = did_you_mean(name, names(kind));
    let what = format!("is not a field of a {}{hint}", kind.noun());
    Fault::named(place, name, Reason::UnknownField, what, member.value.raw())
}
