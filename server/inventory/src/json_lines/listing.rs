//! The listing record, field by field.

use crate::draft::{Draft, Slot};
use crate::fault::{Fault, Path, Place};
use crate::json_lines::field::Field;
use crate::json_lines::keyword;
use crate::json_lines::value::Member;
use crate::reason::Reason;
use crate::scalar;
use crate::suggestion::did_you_mean;

/// The fields of a listing.
pub(crate) const NAMES: [&str; 10] = [
    "id",
    "keywords",
    "negatives",
    "group",
    "bid_micros",
    "quality",
    "status",
    "start_time",
    "end_time",
    "payload",
];

const REQUIRED: [&str; 2] = ["id", "keywords"];
const NOT_SERVED: [&str; 2] = ["negative_lists", "targeting"];

/// Reads the listing into the draft. False if it is not even an object.
pub(crate) fn read(listing: Field<'_>, draft: &mut Draft) -> bool {
    let Some(members) = listing.members(&mut draft.faults) else {
        return false;
    };
    let mut seen = [false; NAMES.len()];
    for member in &members {
        match NAMES.iter().position(|known| *known == member.name) {
            Some(ordinal) if seen[ordinal] => {
                draft.faults.push(member.repeated(listing.line, Path::Field(NAMES[ordinal])));
            }
            Some(ordinal) => {
                seen[ordinal] = true;
                let path = Path::Field(NAMES[ordinal]);
                read_field(
                    Field { value: member.value, line: listing.line, path },
                    NAMES[ordinal],
                    draft,
                );
            }
            None => draft.faults.push(refused_field(member, listing.line)),
        }
    }
    for (name, _) in NAMES.iter().zip(seen).filter(|(name, seen)| !seen && REQUIRED.contains(name))
    {
        let what = "is missing; each listing has an id and at least one keyword";
        let place = Place { path: Path::Field(name), ..listing.place() };
        draft.faults.push(Fault::new(place, Reason::MissingField, what, listing.value.raw()));
    }
    true
}

fn read_field(field: Field<'_>, name: &'static str, draft: &mut Draft) {
    match name {
        "id" => {
            draft.note(Slot::Id, field.place());
            if let Some(id) = field.text(&mut draft.faults) {
                draft.listing.id.push_str(&id);
            }
        }
        "keywords" => {
            draft.note(Slot::Keywords, field.place());
            keyword::read_list(field, "keywords", false, draft);
        }
        "negatives" => {
            draft.note(Slot::Negatives, field.place());
            keyword::read_list(field, "negatives", true, draft);
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
        _ => unreachable!("every name in NAMES is read here or by read_field"),
    }
}

/// Why a field that is not read is refused.
fn refused_field(member: &Member<'_>, line: u64) -> Fault {
    let place = Place { line, column: member.column, path: Path::Record };
    let name = member.name.as_ref();
    if NOT_SERVED.contains(&name) {
        let what = "is not served by this version; remove the field";
        return Fault::named(place, name, Reason::NotServedYet, what, member.value.raw());
    }
    let what = format!("is not a field of a listing{}", did_you_mean(name, &NAMES));
    Fault::named(place, name, Reason::UnknownField, what, member.value.raw())
}
