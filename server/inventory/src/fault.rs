//! One thing that is wrong with a record, and where it stands. Faults belong to a record until the report takes them.

use std::fmt;

use crate::kind::Kind;
use crate::limits::{BAD_RECORDS_MAX, VALUE_BYTES_MAX};
use crate::reason::Reason;

/// The name of a field, as a path from the record or row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// The record as a whole.
    Record,
    /// A field.
    Field(&'static str),
    /// An element of a list.
    Item(&'static str, usize),
    /// A field of an element of a list.
    Member(&'static str, usize, &'static str),
}

/// A path, and where its value starts: a line of the source, and the byte of that line, both from 1; column 0 is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) path: Path,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) field: String,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) value: String,
}

/// What is wrong with one record. It keeps no more faults than a report could show.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
    refuses_inventory: bool,
}

impl Fault {
    /// A fault of this crate's own finding. `what` is the rest of a sentence that starts with the field's name.
    pub(crate) fn new(place: Place, reason: Reason, what: impl fmt::Display, value: &str) -> Fault {
        Fault::coded(place, reason.code(), what, value)
    }

    /// A fault whose reason may also be the index's.
    pub(crate) fn coded(
        place: Place,
        reason: &'static str,
        what: impl fmt::Display,
        value: &str,
    ) -> Fault {
        let message = match place.path {
            Path::Record => format!("the record {what}"),
            path => format!("{path} {what}"),
        };
        let field = place.path.to_string();
        Fault {
            line: place.line,
            column: place.column,
            field,
            reason,
            message,
            value: cut(value).to_owned(),
        }
    }

    /// A fault of a field that has a name of the writer's making.
    pub(crate) fn named(
        place: Place,
        field: &str,
        reason: Reason,
        what: impl fmt::Display,
        value: &str,
    ) -> Fault {
        let field = cut(field);
        Fault {
            field: field.to_owned(),
            message: format!("`{field}` {what}"),
            ..Fault::new(place, reason, "", value)
        }
    }
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        if self.list.len() < BAD_RECORDS_MAX {
            self.list.push(fault);
        }
    }

    /// A fault that refuses the whole inventory, however many bad records are admitted: leaving only this record out
    /// could change what another listing matches.
    pub(crate) fn push_refusing(&mut self, fault: Fault) {
        self.refuses_inventory = true;
        self.push(fault);
    }

    /// Makes what is wrong refuse the whole inventory, as [`Faults::push_refusing`] does.
    pub(crate) fn refuse_inventory(&mut self) {
        self.refuses_inventory = true;
    }

    /// Weighs the faults by the kind of their record: what is not a listing takes part in listings, so that any fault of
    /// it refuses the whole inventory.
    pub(crate) fn weigh(&mut self, kind: Kind) {
        self.refuses_inventory |= kind != Kind::Listing && !self.is_empty();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Forgets all but the first `len` faults.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.list.truncate(len);
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.refuses_inventory = false;
    }

    /// Whether a field, or something inside it, is at fault already.
    pub(crate) fn touch(&self, field: &str) -> bool {
        self.list.iter().any(|fault| fault.field.starts_with(field))
    }

    /// Bytes of memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        let of_fault = |fault: &Fault| {
            let Fault { field, message, value, .. } = fault;
            size_of::<Fault>() + field.len() + message.len() + value.len()
        };
        self.list.iter().map(of_fault).sum()
    }

    pub(crate) fn refuses_inventory(&self) -> bool {
        self.refuses_inventory
    }

    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Fault> {
        self.list.drain(..)
    }
}

/// As much of a value as is shown, whole characters only.
pub(crate) fn cut(value: &str) -> &str {
    cut_to(value, VALUE_BYTES_MAX)
}

/// The start of a text, at most this many bytes of it and whole characters only.
pub(crate) fn cut_to(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let end = (0..=bytes_max).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

/// The path as a report shows it; empty for the record as a whole.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Record => Ok(()),
            Path::Field(name) => f.write_str(name),
            Path::Item(list, index) => write!(f, "{list}[{index}]"),
            Path::Member(list, index, name) => write!(f, "{list}[{index}].{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn values_are_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"x".repeat(500)).len(), 200);
        let cut_text = cut(&"語".repeat(100)).to_owned();
        assert_eq!(cut_text, "語".repeat(66), "198 bytes: the next character would end at 201");
    }
}
