//! Why a server did not start, or did not go on.

use std::fmt;
use std::io;

use crate::config::ListenAddress;
use crate::limits::BAD_RECORDS_SHOWN_MAX;
use crate::runtime::ReadError;
use crate::runtime::reload::Outcome;

/// Why a server could not be set up.
#[derive(Debug)]
pub enum StartError {
    /// A source of the settings has a name that cannot be read.
    Source(ReadError),
    /// A port cannot be had.
    Listen {
        /// The setting that names it.
        setting: &'static str,
        /// What it says.
        address: ListenAddress,
        /// What the system says.
        error: io::Error,
    },
    /// A certificate, a key or the table of access cannot be used.
    Secret(String),
    /// The system gives no thread, or something like it.
    System(io::Error),
}

/// Why a server stopped by itself.
#[derive(Debug)]
pub enum RunError {
    /// The first inventory cannot be served.
    Load(Box<Outcome>),
    /// A thread cannot be started.
    Thread(io::Error),
    /// A thread ended before its time, which is a bug.
    ThreadEnded(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Source(error) => error.fmt(f),
            StartError::Listen { setting, address, error }
                if error.kind() == io::ErrorKind::AddrInUse =>
            {
                let flag = setting.replace('_', "-");
                write!(
                    f,
                    "cannot listen on {address} ({setting}): it is taken; stop what uses it, or choose another with --{flag}"
                )
            }
            StartError::Listen { setting, address, error } => {
                write!(f, "cannot listen on {address} ({setting}): {error}")
            }
            StartError::Secret(what) => f.write_str(what),
            StartError::System(error) => write!(f, "cannot start: {error}"),
        }
    }
}

/// For a rejected inventory, a report of several lines: each bad record on one, as `file:line:column: message (REASON)`.
impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Load(outcome) => match &**outcome {
                Outcome::Rejected(rejection) => {
                    write!(
                        f,
                        "the inventory was not loaded: {} of {} records are bad",
                        rejection.bad_records_total, rejection.records
                    )?;
                    let shown = rejection.bad_records.iter().take(BAD_RECORDS_SHOWN_MAX);
                    shown.clone().try_for_each(|record| write!(f, "\n  {record}"))?;
                    let rest = rejection.bad_records.len() - shown.len();
                    match rest {
                        0 => Ok(()),
                        _ => write!(f, "\n  and more: {rest} are not shown"),
                    }
                }
                other => write!(f, "the inventory was not loaded: {other}"),
            },
            RunError::Thread(error) => write!(f, "cannot start a thread: {error}"),
            RunError::ThreadEnded(name) => {
                write!(f, "the thread {name} ended before its time, which is a bug")
            }
        }
    }
}

impl std::error::Error for StartError {}
impl std::error::Error for RunError {}
