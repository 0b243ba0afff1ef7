//! What one layer of the settings says about a server.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;
use crate::secret::Secret;

/// A server, or what is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) address: Option<String>,
    pub(crate) admin_address: Option<String>,
    pub(crate) deadline: Option<String>,
    pub(crate) tls_ca: Option<PathBuf>,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) token: Option<Secret>,
    pub(crate) token_file: Option<PathBuf>,
}

/// The files of a certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdentityFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Where a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenSource {
    Here(Secret),
    File(PathBuf),
}

/// Which layer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Flags,
    Context,
    Environment,
    File,
}

impl Origin {
    /// What a key is called in this layer.
    pub(super) fn name(self, key: &str) -> String {
        match self {
            Origin::Flags => format!("--{}", key.replace('_', "-")),
            Origin::Context => format!("the context's {key}"),
            // The server reads BROADSIDE_TLS_CERTIFICATE and _KEY, for a certificate of its own.
            Origin::Environment => match key {
                "tls_certificate" => "BROADSIDE_CLIENT_CERTIFICATE".to_owned(),
                "tls_key" => "BROADSIDE_CLIENT_KEY".to_owned(),
                key => format!("BROADSIDE_{}", key.to_uppercase()),
            },
            Origin::File => format!("the file's {key}"),
        }
    }
}

impl Place {
    /// The certificate to show, if this layer says anything about one.
    ///
    /// # Errors
    /// One of the two files is missing: half of a pair cannot be completed by another layer's half.
    pub(super) fn identity(&self, origin: Origin) -> Result<Option<IdentityFiles>, Failure> {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Ok(Some(IdentityFiles { certificate: certificate.clone(), key: key.clone() }))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(half(origin, "tls_certificate", "tls_key")),
            (None, Some(_)) => Err(half(origin, "tls_key", "tls_certificate")),
        }
    }

    /// The token to send, if this layer says anything about one.
    ///
    /// # Errors
    /// It says two things.
    pub(super) fn token(&self, origin: Origin) -> Result<Option<TokenSource>, Failure> {
        match (&self.token, &self.token_file) {
            (Some(_), Some(_)) => {
                let (token, file) = (origin.name("token"), origin.name("token_file"));
                Err(Failure::usage(format!("{token} and {file} are both given; keep one")))
            }
            (Some(token), None) => Ok(Some(TokenSource::Here(token.clone()))),
            (None, Some(file)) => Ok(Some(TokenSource::File(file.clone()))),
            (None, None) => Ok(None),
        }
    }

    /// The same with its files as seen from a folder.
    pub(super) fn below(mut self, folder: &Path) -> Place {
        let files =
            [&mut self.tls_ca, &mut self.tls_certificate, &mut self.tls_key, &mut self.token_file];
        for file in files.into_iter().flatten() {
            *file = folder.join(&*file);
        }
        self
    }
}

fn half(origin: Origin, there: &str, missing: &str) -> Failure {
    let (there, missing) = (origin.name(there), origin.name(missing));
    Failure::usage(format!("{there} is given without {missing}; give both"))
}
