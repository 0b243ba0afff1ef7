//! What records refer to by name: groups and negative lists. The index finds the names that nothing has; here is what a
//! person is told of them.

use std::collections::HashMap;

use broadside_core::{Field, Reason, RecordError};

use crate::fault::{Fault, Path, Place};
use crate::kind::Kind;
use crate::limits::{REFERENCE_HINTS_MAX, REFERENCE_NAMES_MAX};
use crate::suggestion::did_you_mean;

/// The names to which a record may refer, for suggestions. Their number is bounded, and so is the time that looking for
/// a better name takes; beyond either bound there is no suggestion.
#[derive(Debug, Default)]
pub(crate) struct References {
    groups: Vec<String>,
    negative_lists: Vec<String>,
    /// What was suggested so far for a name of a kind, as many records misspell it in the same way.
    hints: HashMap<(Kind, String), String>,
}

impl References {
    /// Notes that there is a record of this name.
    pub(crate) fn note(&mut self, kind: Kind, name: &str) {
        let names = match kind {
            Kind::Listing => return,
            Kind::Group => &mut self.groups,
            Kind::NegativeList => &mut self.negative_lists,
        };
        if names.len() < REFERENCE_NAMES_MAX {
            names.push(name.to_owned());
        }
    }

    /// What only the whole inventory told of a record that starts at this line.
    pub(crate) fn fault(&mut self, error: &RecordError, line: u64) -> Fault {
        let path = match error.field {
            Field::Group => Path::Field("group"),
            Field::NegativeList(index) => Path::Item("negative_lists", index),
            Field::Quality => Path::Field("quality"),
            _ => Path::Record,
        };
        let reason = &error.reason;
        let (what, value) = match reason {
            Reason::UnknownGroup(id) => {
                (format!("{reason}{}", self.hint(Kind::Group, id)), id.as_str())
            }
            Reason::UnknownNegativeList(name) => {
                (format!("{reason}{}", self.hint(Kind::NegativeList, name)), name.as_str())
            }
            _ => (format!("with the bid of the listing's group {reason}"), ""),
        };
        Fault::coded(Place { line, column: 0, path }, reason.code(), what, value)
    }

    fn hint(&mut self, kind: Kind, name: &str) -> &str {
        let names = if kind == Kind::Group { &self.groups } else { &self.negative_lists };
        let room = self.hints.len() < REFERENCE_HINTS_MAX;
        self.hints.entry((kind, name.to_owned())).or_insert_with(|| {
            if !room {
                return String::new();
            }
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            did_you_mean(name, &names)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::References;
    use crate::kind::Kind;
    use crate::limits::{REFERENCE_HINTS_MAX, REFERENCE_NAMES_MAX};

    #[test]
    fn names_and_hints_are_bounded() {
        let mut references = References::default();
        references.note(Kind::NegativeList, "brand-safety");
        for number in 1..REFERENCE_NAMES_MAX {
            references.note(Kind::NegativeList, &number.to_string());
        }
        references.note(Kind::NegativeList, "free-riders");
        assert_eq!(references.hint(Kind::NegativeList, "free-rider"), "", "one name too many");
        let hint = "; did you mean `brand-safety`?";
        assert_eq!(references.hint(Kind::NegativeList, "brand-safe"), hint);
        assert_eq!(references.hint(Kind::Group, "brand-safe"), "", "it is no group");
        for number in 3..REFERENCE_HINTS_MAX {
            references.hint(Kind::Group, &number.to_string());
        }
        assert_eq!(references.hint(Kind::NegativeList, "brand_safety"), "", "one hint too many");
        assert_eq!(references.hint(Kind::NegativeList, "brand-safe"), hint, "known from before");
    }
}
