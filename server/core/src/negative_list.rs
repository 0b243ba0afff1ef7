//! A negative list as an inventory describes it: negatives that many listings and groups refer to by its name.

use crate::keyword::Keyword;

/// Negatives, stored once and evaluated once a text, whoever refers to them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NegativeList {
    /// Unique among negative lists; 1 to
    /// [`NEGATIVE_LIST_NAME_BYTES_MAX`](crate::limits::NEGATIVE_LIST_NAME_BYTES_MAX) bytes.
    pub name: String,
    /// If one of them matches a text, no listing that refers to the list, itself or through its group, matches it.
    pub negatives: Vec<Keyword>,
}

impl NegativeList {
    /// A list without negatives.
    pub fn new(name: impl Into<String>) -> NegativeList {
        NegativeList { name: name.into(), negatives: Vec::new() }
    }
}
