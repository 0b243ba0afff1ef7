//! Why an inventory was not loaded.

use std::fmt;

use crate::report::Rejection;

/// Why an inventory was not loaded. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// A source cannot be read to its end.
    Unreadable {
        /// The source, as it was named.
        source: String,
        /// The rest of a sentence that starts with the source: what is wrong and what to do.
        message: String,
    },
    /// More records are bad than may be left out.
    Rejected(Rejection),
}

impl ReadError {
    pub(crate) fn unreadable(source: &str, message: impl Into<String>) -> ReadError {
        ReadError::Unreadable { source: source.to_owned(), message: message.into() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Unreadable { source, message } => write!(f, "{source} {message}"),
            ReadError::Rejected(rejection) => rejection.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}
