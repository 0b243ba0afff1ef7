//! The reasons why a load is not sent.

use std::fmt;

/// The reason why a load is not sent, with a sentence for people.
///
/// A call that fails is no error: it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The address, a certificate or the token cannot be used.
    Target(String),
    /// The load cannot be sent as it is: no text, a time too long, a call too large.
    Load(String),
    /// The server cannot be reached, or does not speak HTTP/2.
    Unreachable(String),
    /// A thread of the load cannot work.
    Thread(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Error::Target(text)
        | Error::Load(text)
        | Error::Unreachable(text)
        | Error::Thread(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for Error {}
