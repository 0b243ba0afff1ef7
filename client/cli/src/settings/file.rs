//! The configuration file.
//!
//! ```toml
//! address = "127.0.0.1:50051"
//! deadline = "500ms"
//! context = "staging"          # used unless --context names another
//!
//! [contexts.staging]
//! address = "https://ads.staging:50051"
//! admin_address = "https://ads.staging:50052"
//! tls_ca = "staging-ca.pem"    # relative to the folder of this file
//! token_file = "staging-token"
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::place::Place;
use crate::failure::Failure;
use crate::secret::Secret;

/// The file. A key that it does not know is an error, since a misspelt address would send texts elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct File {
    /// What holds without a context.
    pub(crate) top: Place,
    /// The context to use if no flag names one.
    pub(crate) context: Option<String>,
    contexts: BTreeMap<String, Place>,
}

/// The file as it is written. `flatten` would let unknown keys pass, so the fields of [`Place`] are repeated.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    address: Option<String>,
    admin_address: Option<String>,
    deadline: Option<String>,
    tls_ca: Option<PathBuf>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_server_name: Option<String>,
    token: Option<Secret>,
    token_file: Option<PathBuf>,
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
        let file = File::parse(&text).map_err(refused)?;
        Ok(file.below(path.parent().unwrap_or(Path::new(""))))
    }

    /// Reads the text of a file. The message of an error names the line and does not show it: a token may be in it.
    pub(super) fn parse(text: &str) -> Result<File, String> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
            format!("line {line}: {}", error.message())
        })?;
        Ok(File {
            top: Place {
                address: written.address,
                admin_address: written.admin_address,
                deadline: written.deadline,
                tls_ca: written.tls_ca,
                tls_certificate: written.tls_certificate,
                tls_key: written.tls_key,
                tls_server_name: written.tls_server_name,
                token: written.token,
                token_file: written.token_file,
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

    /// The same with the files that it names as seen from a folder.
    pub(super) fn below(self, folder: &Path) -> File {
        let contexts = self.contexts.into_iter();
        let contexts = contexts.map(|(name, place)| (name, place.below(folder))).collect();
        File { top: self.top.below(folder), context: self.context, contexts }
    }
}
