//! How a command ends: its exit code, and the sentence for stderr if it failed.

use std::fmt;
use std::io;
use std::process::ExitCode;

use broadside_client::{Code, Error};

/// What the client calls settings that it cannot use.
const SETTINGS_REASONS: [&str; 8] = [
    "ADDRESS_INVALID",
    "TLS_CA_INVALID",
    "TLS_IDENTITY_INVALID",
    "TLS_ROOTS_MISSING",
    "TLS_SERVER_NAME_INVALID",
    "TLS_UNUSED",
    "TOKEN_INVALID",
    "TRACEPARENT_INVALID",
];

/// The exit codes, which scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It is done.
    Done = 0,
    /// The answer is no, or the input is bad.
    No = 1,
    /// The command line or the configuration cannot be understood.
    Usage = 2,
    /// The server cannot be reached, does not serve, or did not answer in time.
    Unreachable = 3,
    /// Ctrl-C, as shells count it: 128 and the number of the signal.
    Interrupted = 130,
}

/// Why a command did not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What is printed; nothing if it is empty.
    pub(crate) message: String,
}

impl Failure {
    /// The input is bad.
    pub(crate) fn input(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::No, message: message.into() }
    }

    /// The command line or the configuration cannot be understood.
    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into() }
    }

    /// The server cannot be reached.
    pub(crate) fn unreachable(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Unreachable, message: message.into() }
    }
}

/// A failed call.
impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let exit = match (error.code, error.reason.as_deref()) {
            (_, Some(reason)) if SETTINGS_REASONS.contains(&reason) => Exit::Usage,
            (Code::Unavailable | Code::DeadlineExceeded, _) => Exit::Unreachable,
            (Code::ResourceExhausted, Some("OVERLOADED")) => Exit::Unreachable,
            _ => Exit::No,
        };
        let mut message = match &error.reason {
            Some(reason) => format!("{} ({reason})", error.message),
            None => format!("{} ({})", error.message, error.code),
        };
        for violation in &error.violations {
            message.push_str(&format!("\n  {}: {}", violation.field, violation.description));
        }
        if let Some(hint) = hint(error.code, error.reason.as_deref()) {
            message.push('\n');
            message.push_str(hint);
        }
        Failure { exit, message }
    }
}

/// Which flag helps.
fn hint(code: Code, reason: Option<&str>) -> Option<&'static str> {
    Some(match (code, reason) {
        (Code::Unavailable, None) => {
            "Is a server running there? `broadside-server --sample` starts one; --address and \
             --admin-address name another; one that speaks TLS is https://HOST:PORT."
        }
        (Code::Unauthenticated, _) => {
            "--token-file FILE sends a token, --tls-certificate FILE and --tls-key FILE show a \
             certificate."
        }
        (_, Some("TLS_CA_UNKNOWN" | "TLS_CA_INVALID" | "TLS_ROOTS_MISSING")) => {
            "--tls-ca FILE names the CA."
        }
        (_, Some("TLS_NAME_MISMATCH")) => "--tls-server-name NAME says which name to expect.",
        (_, Some("TLS_CERTIFICATE_REQUIRED" | "TLS_CERTIFICATE_REFUSED")) => {
            "--tls-certificate FILE and --tls-key FILE show one."
        }
        (_, Some("TLS_UNUSED")) => {
            "The options for TLS are --tls-…, variables BROADSIDE_TLS_…, and keys tls_… of the \
             configuration file."
        }
        _ => return None,
    })
}

/// A load that was not sent.
impl From<broadside_load::Error> for Failure {
    fn from(error: broadside_load::Error) -> Failure {
        use broadside_load::Error::{Load, Target, Thread, Unreachable};
        match error {
            Target(message) => Failure::usage(message),
            Unreachable(message) => Failure::unreachable(message),
            Load(message) | Thread(message) => Failure::input(message),
        }
    }
}

/// Output that cannot be written. A reader that has gone away is no failure of anybody.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure { exit: Exit::Done, message: String::new() };
        }
        Failure::input(format!("cannot write the output: {error}"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io;

    use broadside_client::{Code, Error};

    use super::{Exit, Failure, hint};

    fn check(code: Code, reason: Option<&str>, exit: Exit) {
        let error = Error {
            code,
            reason: reason.map(str::to_owned),
            message: "it failed".to_owned(),
            metadata: BTreeMap::new(),
            violations: Vec::new(),
            retryable: false,
            retry_after: None,
        };
        let failure = Failure::from(error);
        assert_eq!(failure.exit, exit, "{code} {reason:?}");
        assert!(failure.message.contains(reason.unwrap_or(code.as_str())), "{}", failure.message);
    }

    #[test]
    fn codes_become_exit_codes() {
        check(Code::Unavailable, None, Exit::Unreachable);
        check(Code::Unavailable, Some("INVENTORY_NOT_LOADED"), Exit::Unreachable);
        check(Code::DeadlineExceeded, None, Exit::Unreachable);
        check(Code::FailedPrecondition, Some("INVENTORY_REJECTED"), Exit::No);
        check(Code::InvalidArgument, None, Exit::No);
        check(Code::InvalidArgument, Some("ADDRESS_INVALID"), Exit::Usage);
        check(Code::InvalidArgument, Some("TLS_CA_INVALID"), Exit::Usage);
        check(Code::FailedPrecondition, Some("TLS_ROOTS_MISSING"), Exit::Usage);
        check(Code::InvalidArgument, Some("TOKEN_INVALID"), Exit::Usage);
        check(Code::Unavailable, Some("TLS_CA_UNKNOWN"), Exit::Unreachable);
        check(Code::Unauthenticated, Some("UNAUTHENTICATED"), Exit::No);
        check(Code::ResourceExhausted, Some("OVERLOADED"), Exit::Unreachable);
    }

    #[test]
    fn a_failure_names_the_flag_that_helps() {
        let check = |code, reason, expected: Option<&str>| {
            let found = hint(code, reason);
            assert_eq!(found.is_some(), expected.is_some(), "{code} {reason:?}");
            assert!(found.unwrap_or("").contains(expected.unwrap_or("")), "{code} {reason:?}");
        };
        check(Code::Unavailable, None, Some("Is a server running there?"));
        check(Code::Unavailable, Some("INVENTORY_NOT_LOADED"), None);
        check(Code::Unauthenticated, Some("UNAUTHENTICATED"), Some("--token-file"));
        check(Code::Unavailable, Some("TLS_CA_UNKNOWN"), Some("--tls-ca"));
        check(Code::Unavailable, Some("TLS_NAME_MISMATCH"), Some("--tls-server-name"));
        check(Code::Unavailable, Some("TLS_CERTIFICATE_REQUIRED"), Some("--tls-certificate"));
        check(Code::InvalidArgument, Some("TLS_UNUSED"), Some("BROADSIDE_TLS_"));
        check(Code::InvalidArgument, None, None);
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::Done, ""));
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::StorageFull)).exit, Exit::No);
    }
}
