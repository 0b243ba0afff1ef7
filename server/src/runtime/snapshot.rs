//! One inventory as it is served, with its identity.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use broadside_core::{Counts, Index};
use broadside_inventory::Warnings;

/// What is served. Nothing in it changes once it is published.
pub struct Snapshot {
    /// The matcher's index.
    pub index: Index,
    /// Its identity.
    pub version: Version,
    /// Where it was read from.
    pub sources: Vec<String>,
    /// How much it holds.
    pub counts: Counts,
    /// What is probably a mistake in it.
    pub warnings: Arc<Warnings>,
    /// When it was published.
    pub published_at: SystemTime,
}

/// The identity of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Names the content that was loaded.
    pub generation: String,
    /// Live updates on top of it.
    pub sequence: u64,
}

impl Version {
    /// A content without updates.
    pub fn loaded(generation: impl Into<String>) -> Version {
        Version { generation: generation.into(), sequence: 0 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.generation, self.sequence)
    }
}
