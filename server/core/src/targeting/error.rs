//! Why an expression is refused, and where.

use std::fmt;

/// An expression that cannot be read, or whose types cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetingError {
    position: usize,
    column: usize,
    message: String,
}

impl TargetingError {
    /// `position` is a byte offset into `source`, at most its length and on the boundary of a character.
    pub(super) fn new(source: &str, position: usize, message: impl Into<String>) -> TargetingError {
        let column = source[..position].chars().count() + 1;
        TargetingError { position, column, message: message.into() }
    }

    /// Where it is wrong: bytes from the start of the source, from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Where it is wrong: characters from the start of the source, from 1. Line ends count as characters.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What was expected, what was got, what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for TargetingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)
    }
}

impl std::error::Error for TargetingError {}
