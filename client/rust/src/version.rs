//! Which inventory answered.

use std::fmt;

/// Identity of the inventory that an answer comes from. Two servers that serve the same version give the same answer to
/// the same query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Version {
    /// Names the content that was loaded: 16 lowercase hexadecimal digits. Equal content has an equal generation on every
    /// server.
    pub generation: String,
    /// Number of live updates applied on top of it.
    pub sequence: u64,
}

/// Writes `generation+sequence`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.generation, self.sequence)
    }
}
