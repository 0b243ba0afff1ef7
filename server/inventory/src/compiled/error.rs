//! Why a compiled inventory was not read, or not written.

use std::fmt;

use super::format::Fault;

/// Why a compiled inventory was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompiledError {
    /// The file cannot be opened or mapped.
    Unreadable {
        /// The file, as it was named.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The file is as it was written, and not what this program reads: something else, of another version or machine,
    /// or with other sections.
    Unsuitable {
        /// The file, as it was named.
        path: String,
        /// The rest of a sentence that starts with the file.
        reason: String,
    },
    /// The file is not as it was written.
    Damaged {
        /// The file, as it was named.
        path: String,
        /// Which section is damaged, or the first of them; `None` if it is the file as a whole.
        section: Option<String>,
        /// The rest of a sentence that starts with the file or the section.
        reason: String,
    },
}

/// Why a compiled inventory was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// The index contradicts itself in this, which is a bug of ours.
    Inconsistent(String),
    /// A section cannot be in a compiled inventory.
    InvalidSection {
        /// Its name.
        section: String,
        /// The rest of a sentence that starts with the section.
        reason: String,
    },
    /// The file cannot be written. What was there before is there still.
    Unwritable {
        /// The file, as it was named.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The file is written and has its name, but the system cannot say that the name outlives a power failure.
    Unsynced {
        /// The file, as it was named.
        path: String,
        /// What the system says.
        reason: String,
    },
}

impl CompiledError {
    pub(super) fn new(path: String, fault: Fault) -> CompiledError {
        match fault {
            Fault::Unsuitable(reason) => CompiledError::Unsuitable { path, reason },
            Fault::Damaged { section, reason } => CompiledError::Damaged { path, section, reason },
        }
    }
}

impl CompiledError {
    /// The file, as it was named.
    fn path(&self) -> &str {
        match self {
            CompiledError::Unreadable { path, .. }
            | CompiledError::Unsuitable { path, .. }
            | CompiledError::Damaged { path, .. } => path,
        }
    }

    /// What is wrong and what to do: the rest of a sentence that starts with the file.
    pub(crate) fn message(&self) -> String {
        const AGAIN: &str = "build it again with `broadside build`";
        match self {
            CompiledError::Unreadable { reason, .. } => {
                format!("cannot be read: {reason}; name a file that `broadside build` wrote")
            }
            CompiledError::Unsuitable { reason, .. } => format!("{reason}; {AGAIN}"),
            CompiledError::Damaged { section: None, reason, .. } => {
                format!("is damaged: it {reason}; {AGAIN}")
            }
            CompiledError::Damaged { section: Some(section), reason, .. } => {
                format!("is damaged: its section {section} {reason}; {AGAIN}")
            }
        }
    }
}

impl fmt::Display for CompiledError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path(), self.message())
    }
}

impl std::error::Error for CompiledError {}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Inconsistent(what) => {
                write!(
                    f,
                    "the index contradicts itself, which is a bug: {what}; nothing was written"
                )
            }
            WriteError::InvalidSection { section, reason } => {
                write!(f, "the section {section:?} {reason}")
            }
            WriteError::Unwritable { path, reason } => {
                write!(
                    f,
                    "{path} cannot be written: {reason}; nothing has changed there: name a folder with the space and \
                     the right to write"
                )
            }
            WriteError::Unsynced { path, reason } => {
                write!(
                    f,
                    "{path} is written, but after a power failure the old one may be there: its folder cannot be \
                     synced: {reason}; write it again"
                )
            }
        }
    }
}

impl std::error::Error for WriteError {}
