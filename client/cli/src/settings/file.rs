//! The configuration file.
//!
//! ```toml
//! address = "127.0.0.1:50051"
//! deadline = "500ms"
//! context = "staging"          # used unless --context names another
//!
//! [contexts.staging]
//! address = "ads.staging:50051"
//! admin_address = "ads.staging:50052"
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::failure::Failure;

/// The file. A key that it does not know is an error, since a misspelt address would send texts elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct File {
    /// What holds without a context.
    pub(crate) top: Place,
    /// The context to use if no flag names one.
    pub(crate) context: Option<String>,
    contexts: BTreeMap<String, Place>,
}

/// A server, or what is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) address: Option<String>,
    pub(crate) admin_address: Option<String>,
    pub(crate) deadline: Option<String>,
}

/// The file as it is written. `flatten` would let unknown keys pass, so the fields of [`Place`] are repeated.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    address: Option<String>,
    admin_address: Option<String>,
    deadline: Option<String>,
    context: Option<String>,
    #[serde(default)]
    contexts: BTreeMap<String, Place>,
}

impl File {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is not what this module's example shows.
    pub(crate) fn read(path: &Path) -> Result<File, Failure> {
        let refused = |error: String| Failure::usage(format!("{}: {error}", path.display()));
        let text = fs::read_to_string(path)
            .map_err(|error| refused(format!("cannot be read: {error}")))?;
        File::parse(&text).map_err(refused)
    }

    /// Reads the text of a file.
    pub(super) fn parse(text: &str) -> Result<File, String> {
        let written: Written = toml::from_str(text).map_err(|error| error.to_string())?;
        Ok(File {
            top: Place {
                address: written.address,
                admin_address: written.admin_address,
                deadline: written.deadline,
            },
            context: written.context,
            contexts: written.contexts,
        })
    }

    /// A context by its name.
    pub(super) fn context(&self, name: &str) -> Result<Place, Failure> {
        self.contexts.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.contexts.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Failure::usage(format!("the configuration has no context `{name}`; it has: {known}"))
        })
    }
}
