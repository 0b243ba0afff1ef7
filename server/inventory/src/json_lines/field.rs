//! A field of a record: a value, its place, and the type that it must have. A wrong type becomes a fault.

use std::borrow::Cow;

use crate::draft::Draft;
use crate::fault::{Fault, Faults, Path, Place};
use crate::json_lines::value::{Kind, Malformed, Member, Value};
use crate::reason::Reason;
use crate::scalar::Refusal;

/// A value and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'l> {
    pub(crate) value: Value<'l>,
    pub(crate) line: u64,
    pub(crate) path: Path,
}

impl<'l> Field<'l> {
    pub(crate) fn place(self) -> Place {
        Place { line: self.line, column: self.value.column(), path: self.path }
    }

    pub(crate) fn text(self, faults: &mut Faults) -> Option<Cow<'l, str>> {
        self.expect(Kind::String, faults)?;
        self.well_formed(self.value.text(), faults)
    }

    /// A number as it is written.
    pub(crate) fn number(self, faults: &mut Faults) -> Option<&'l str> {
        self.expect(Kind::Number, faults)?;
        Some(self.value.raw())
    }

    pub(crate) fn boolean(self, faults: &mut Faults) -> Option<bool> {
        self.expect(Kind::Boolean, faults)?;
        Some(self.value.raw() == "true")
    }

    /// Gives each element of an array to `take`.
    pub(crate) fn items(self, draft: &mut Draft, mut take: impl FnMut(Value<'l>, &mut Draft)) {
        if self.expect(Kind::Array, &mut draft.faults).is_some() {
            let read = self.value.items(|item| take(item, draft));
            self.well_formed(read, &mut draft.faults);
        }
    }

    /// Gives each member of an object to `take`. If the object cannot be read to its end, that is its only fault.
    pub(crate) fn members(
        self,
        draft: &mut Draft,
        mut take: impl FnMut(Member<'l>, &mut Draft),
    ) -> Option<()> {
        self.expect(Kind::Object, &mut draft.faults)?;
        let before = draft.faults.len();
        let read = self.value.members(|member| take(member, draft));
        if read.is_err() {
            draft.faults.truncate(before);
        }
        self.well_formed(read, &mut draft.faults)
    }

    /// The value that was read from this field, or its refusal as a fault.
    pub(crate) fn accept<T>(self, read: Result<T, Refusal>, faults: &mut Faults) -> Option<T> {
        read.map_err(|(reason, what)| self.refuse(reason, &what, faults)).ok()
    }

    /// Notes a fault of this field. `what` is the rest of a sentence that starts with the field's name.
    pub(crate) fn refuse(self, reason: Reason, what: &str, faults: &mut Faults) {
        faults.push(Fault::new(self.place(), reason, what, self.value.raw()));
    }

    fn expect(self, kind: Kind, faults: &mut Faults) -> Option<()> {
        let found = self.value.kind();
        if found == kind {
            return Some(());
        }
        let hint = match (self.path, found) {
            (Path::Field("payload"), _) => {
                "; send the payload as a string, and if it is JSON, escape its quotation marks"
            }
            (_, Kind::Null) => "; leave the field out instead",
            (Path::Record, Kind::Array) => {
                "; write one record a line, without an array around them"
            }
            _ => "",
        };
        self.refuse(Reason::WrongType, &format!("must be {kind}, not {found}{hint}"), faults);
        None
    }

    fn well_formed<T>(self, read: Result<T, Malformed>, faults: &mut Faults) -> Option<T> {
        let refuse = |malformed: Malformed| {
            let place = Place { column: malformed.column, ..self.place() };
            faults.push(Fault::new(place, Reason::MalformedJson, malformed, self.value.raw()));
        };
        read.map_err(refuse).ok()
    }
}
