//! What a failure looks like.
//!
//! Everything that a caller may decide on is a field: the code, the reason, the violations. Nobody has to read a message.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Why a call, or one query of a batch, failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// What kind of failure it is.
    pub code: Code,
    /// What happened, for programs: UPPER_SNAKE. Servers name most failures; this client names the ones that it finds
    /// itself: ADDRESS_INVALID, BATCH_TOO_LARGE, LISTING_ID_EMPTY, NO_RUNTIME, QUERY_TOO_LARGE, RESPONSE_INVALID,
    /// STREAM_ENDED, TOKEN_INVALID, TRACEPARENT_INVALID, VERSION_CHANGED; of the options for TLS TLS_CA_INVALID,
    /// TLS_IDENTITY_INVALID, TLS_ROOTS_MISSING, TLS_SERVER_NAME_INVALID, TLS_UNUSED; and of a handshake, with the code
    /// UNAVAILABLE, TLS_CA_UNKNOWN, TLS_CERTIFICATE_EXPIRED, TLS_CERTIFICATE_INVALID, TLS_CERTIFICATE_REFUSED,
    /// TLS_CERTIFICATE_REQUIRED, TLS_NAME_MISMATCH, TLS_NOT_GRPC, TLS_NOT_SPOKEN.
    pub reason: Option<String>,
    /// What happened and what to do, for people.
    pub message: String,
    /// Details of the reason, by name.
    pub metadata: BTreeMap<String, String>,
    /// The fields of the request that are at fault.
    pub violations: Vec<Violation>,
    /// Whether the same request may succeed later, unchanged.
    pub retryable: bool,
    /// How long the server asked to wait before that, at least.
    pub retry_after: Option<Duration>,
}

/// A field of the request that is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field.
    pub field: String,
    /// What is wrong with it and what to do.
    pub description: String,
}

/// The canonical codes of gRPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The caller, or somebody between, gave the call up.
    Cancelled,
    /// Nobody said what it was.
    Unknown,
    /// The request is wrong, whatever the server's state.
    InvalidArgument,
    /// The deadline passed before the answer was there.
    DeadlineExceeded,
    /// What was asked for does not exist.
    NotFound,
    /// What was to be made exists.
    AlreadyExists,
    /// The caller may not do this.
    PermissionDenied,
    /// A quota, or a limit of size, is used up.
    ResourceExhausted,
    /// The server's state does not allow it now.
    FailedPrecondition,
    /// Somebody else's change came between.
    Aborted,
    /// A value is past its valid range, or a message too large.
    OutOfRange,
    /// The server does not know this call.
    Unimplemented,
    /// An invariant is broken.
    Internal,
    /// The server cannot be reached or does not serve at the moment.
    Unavailable,
    /// Data is lost for good.
    DataLoss,
    /// The caller did not say who they are.
    Unauthenticated,
}

impl Error {
    /// A failure that this client found itself. It is final unless [`Error::retryable`] is set by the caller.
    pub(crate) fn local(code: Code, reason: &str, message: impl Into<String>) -> Error {
        Error { reason: Some(reason.to_owned()), ..Error::bare(code, message) }
    }

    /// A failure without a reason.
    pub(crate) fn bare(code: Code, message: impl Into<String>) -> Error {
        Error {
            code,
            reason: None,
            message: message.into(),
            metadata: BTreeMap::new(),
            violations: Vec::new(),
            retryable: code == Code::Unavailable,
            retry_after: None,
        }
    }

    /// The deadline of a call passed.
    pub(crate) fn deadline_exceeded(deadline: Duration) -> Error {
        let message = format!(
            "no answer within the deadline of {deadline:?}; allow more time, or send less in one call"
        );
        Error::bare(Code::DeadlineExceeded, message)
    }

    /// Whether the reason is this one.
    pub(crate) fn has_reason(&self, reason: &str) -> bool {
        self.reason.as_deref() == Some(reason)
    }

    /// Whether the server refused the call because it has too much to do. It did not begin.
    pub(crate) fn is_overload(&self) -> bool {
        self.code == Code::ResourceExhausted && self.has_reason("OVERLOADED")
    }
}

impl Code {
    /// The name for programs, as in the gRPC documentation: `INVALID_ARGUMENT`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Cancelled => "CANCELLED",
            Code::Unknown => "UNKNOWN",
            Code::InvalidArgument => "INVALID_ARGUMENT",
            Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Code::NotFound => "NOT_FOUND",
            Code::AlreadyExists => "ALREADY_EXISTS",
            Code::PermissionDenied => "PERMISSION_DENIED",
            Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Code::FailedPrecondition => "FAILED_PRECONDITION",
            Code::Aborted => "ABORTED",
            Code::OutOfRange => "OUT_OF_RANGE",
            Code::Unimplemented => "UNIMPLEMENTED",
            Code::Internal => "INTERNAL",
            Code::Unavailable => "UNAVAILABLE",
            Code::DataLoss => "DATA_LOSS",
            Code::Unauthenticated => "UNAUTHENTICATED",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(reason) = &self.reason {
            write!(f, " ({reason})")?;
        }
        write!(f, ": {}", self.message)?;
        for violation in &self.violations {
            write!(f, "; {}: {}", violation.field, violation.description)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::{Code, Error, Violation};

    #[test]
    fn an_error_prints_all_that_a_person_needs() {
        let mut error =
            Error::local(Code::InvalidArgument, "REQUEST_INVALID", "the request is bad");
        error.violations.push(Violation {
            field: "options.limit".to_owned(),
            description: "is 2000; at most 1000 are allowed".to_owned(),
        });
        assert_eq!(
            error.to_string(),
            "INVALID_ARGUMENT (REQUEST_INVALID): the request is bad; \
             options.limit: is 2000; at most 1000 are allowed"
        );
    }
}
