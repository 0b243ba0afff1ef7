//! The kinds of records.

use broadside_core::Record;

/// A kind of record, by the name that JSON Lines gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Listing,
    Group,
    NegativeList,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::Listing, Kind::Group, Kind::NegativeList];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Listing => "listing",
            Kind::Group => "group",
            Kind::NegativeList => "negative_list",
        }
    }

    /// The name for people.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Kind::Listing => "listing",
            Kind::Group => "group",
            Kind::NegativeList => "negative list",
        }
    }

    /// The kind of a record of the index, and its ordinal among those of its kind.
    pub(crate) fn of(record: Record) -> (Kind, u32) {
        match record {
            Record::Listing(ordinal) => (Kind::Listing, ordinal),
            Record::Group(ordinal) => (Kind::Group, ordinal),
            Record::NegativeList(ordinal) => (Kind::NegativeList, ordinal),
        }
    }
}
