//! What is probably a mistake in an inventory that is good: found when the whole of it is known.

/// What is probably a mistake in an inventory. Nothing of it keeps the inventory from being loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings {
    /// How many there are of each code that there is, in the order of [`broadside_core::WarningKind`].
    pub counts: Vec<(&'static str, u64)>,
    /// The first of them, [`WARNINGS_MAX`](crate::limits::WARNINGS_MAX) at most: those of groups, then those of listings,
    /// each in the order of the input.
    pub warnings: Vec<Warning>,
}

/// One thing that is probably a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The source, as it was named.
    pub source: String,
    /// The line of the source at which the record starts, from 1; 0 if unknown.
    pub line: u64,
    /// What it is for programs: UPPER_SNAKE, stable, the code of a [`broadside_core::WarningKind`].
    pub code: &'static str,
    /// The field of the record, such as `targeting`, or `keywords[2]`: the third of the positive keywords, as matches
    /// number them.
    pub field: String,
    /// The id of the listing or group.
    pub id: String,
    /// What it is for people: what does not work, and why.
    pub message: String,
}

impl Warnings {
    /// How many there are, of all codes.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }
}
