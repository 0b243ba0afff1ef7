//! Why an expression is refused.

use std::fmt;

use regex_syntax::ast;

use crate::limits::{
    REGEX_LITERAL_CHARS_MIN, REGEX_LITERALS_MAX, REGEX_NEST_MAX, REGEX_PROGRAM_BYTES_MAX,
    REGEXES_BYTES_MAX,
};

/// Where an expression is wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexError {
    /// Byte of the expression where it goes wrong; 0 if the expression as a whole is at fault.
    pub position: usize,
    /// What is wrong.
    pub reason: RegexReason,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegexReason {
    /// It cannot be parsed; the parser says why.
    Syntax(String),
    /// It looks ahead or behind.
    LookAround,
    /// It refers back to a group.
    BackReference,
    /// It is nested deeper than [`REGEX_NEST_MAX`].
    TooDeep,
    /// Its program has more bytes than [`REGEX_PROGRAM_BYTES_MAX`].
    TooLarge,
    /// It requires no literal of [`REGEX_LITERAL_CHARS_MIN`] characters, or one of more than [`REGEX_LITERALS_MAX`].
    NeedsLiteral,
    /// All expressions of the inventory would have more bytes than [`REGEXES_BYTES_MAX`].
    Budget,
}

impl RegexError {
    /// An error of the expression as a whole.
    pub(super) fn whole(reason: RegexReason) -> RegexError {
        RegexError { position: 0, reason }
    }

    /// The reason for programs: UPPER_SNAKE, stable.
    pub fn code(&self) -> &'static str {
        match self.reason {
            RegexReason::Syntax(_) | RegexReason::LookAround | RegexReason::BackReference => {
                "REGEX_INVALID"
            }
            RegexReason::TooDeep => "REGEX_TOO_DEEP",
            RegexReason::TooLarge => "REGEX_TOO_LARGE",
            RegexReason::NeedsLiteral => "REGEX_NEEDS_LITERAL",
            RegexReason::Budget => "REGEX_BUDGET",
        }
    }
}

impl From<&regex_syntax::Error> for RegexError {
    fn from(error: &regex_syntax::Error) -> RegexError {
        match error {
            regex_syntax::Error::Parse(error) => {
                let reason = match error.kind() {
                    ast::ErrorKind::UnsupportedLookAround => RegexReason::LookAround,
                    ast::ErrorKind::UnsupportedBackreference => RegexReason::BackReference,
                    ast::ErrorKind::NestLimitExceeded(_) => RegexReason::TooDeep,
                    other => RegexReason::Syntax(other.to_string()),
                };
                RegexError { position: error.span().start.offset, reason }
            }
            regex_syntax::Error::Translate(error) => {
                let reason = RegexReason::Syntax(error.kind().to_string());
                RegexError { position: error.span().start.offset, reason }
            }
            other => RegexError::whole(RegexReason::Syntax(other.to_string())),
        }
    }
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.position;
        match &self.reason {
            RegexReason::Syntax(what) => write!(
                f,
                "is no regular expression, at byte {at}: {what}; write it in the syntax of the Rust regex crate, with \\ before a mark that is meant to the letter"
            ),
            RegexReason::LookAround => write!(
                f,
                "looks ahead or behind at byte {at}, which is not supported; leave the look-around out, and use a negative for what must not appear"
            ),
            RegexReason::BackReference => write!(
                f,
                "refers back to a group at byte {at}, which is not supported; write out what may be repeated"
            ),
            RegexReason::TooDeep => write!(
                f,
                "is nested deeper than {REGEX_NEST_MAX} at byte {at}; use fewer groups inside each other"
            ),
            RegexReason::TooLarge => write!(
                f,
                "takes more than {REGEX_PROGRAM_BYTES_MAX} bytes when it is compiled; lower the counts in {{…}}, use fewer Unicode classes, or split it into several keywords"
            ),
            RegexReason::NeedsLiteral => write!(
                f,
                "requires no literal of at least {REGEX_LITERAL_CHARS_MIN} characters (or one of more than {REGEX_LITERALS_MAX}), so it would have to be tried on every text; add a word that each match must contain"
            ),
            RegexReason::Budget => write!(
                f,
                "would take the regular expressions of the inventory over {REGEXES_BYTES_MAX} bytes; remove some, or write them as plain keywords"
            ),
        }
    }
}

impl std::error::Error for RegexError {}
