//! The files that decide who may do what: certificates, keys, the table of access. Read at the start, and again whenever
//! they change, so that certificates are renewed and tokens are withdrawn without a restart.
//!
//! They are compared by their content, since whoever renews certificates writes them in many ways: in place, by renaming,
//! by another symbolic link. What is bad is refused with a line in the log, and what was in force stays.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::Notify;

use super::error::StartError;
use crate::access::{Access, AccessTable, Role};
use crate::config::{Config, TlsConfig};
use crate::limits::{SECRET_BYTES_MAX, SECRETS_POLL_INTERVAL};
use crate::serve::tls::{Protocols, Tls, TlsFiles};
use crate::telemetry::Metrics;

/// What the match listener speaks inside TLS.
const MATCH_PROTOCOLS: Protocols = &[b"h2"];
/// What the admin listener does.
const ADMIN_PROTOCOLS: Protocols = &[b"h2", b"http/1.1"];

/// What is in force, and where it comes from.
pub(super) struct Secrets {
    tls: Option<TlsSecrets>,
    access: Option<AccessSecret>,
    in_force: Access,
}

/// The TLS of both listeners.
struct TlsSecrets {
    paths: TlsConfig,
    /// What was read last, good or bad.
    files: TlsFiles,
    matches: Tls,
    admin: Tls,
}

struct AccessSecret {
    path: std::path::PathBuf,
    /// What was read last, good or bad.
    text: String,
}

impl Secrets {
    /// Reads the files of the settings.
    ///
    /// # Errors
    /// One cannot be read, or is bad.
    pub(super) fn read(config: &Config) -> Result<Secrets, StartError> {
        let tls =
            config.tls.as_ref().map(TlsSecrets::read).transpose().map_err(StartError::Secret)?;
        let (mut access, mut in_force) = (None, Access::default());
        if let Some(path) = &config.access {
            let text = access_text(path).map_err(StartError::Secret)?;
            let table = table(path, &text).map_err(StartError::Secret)?;
            let open = table.lets_anybody(Role::Admin);
            if open && config.admin_listen.is_remote() {
                return Err(StartError::Secret(format!(
                    "access: {} lets anybody have the role admin, and admin_listen {} can be reached from other machines; \
                     take admin out of anonymous_roles, or listen on a loopback address",
                    path.display(),
                    config.admin_listen
                )));
            }
            in_force = Access::with(table);
            access = Some(AccessSecret { path: path.clone(), text });
        }
        if config.tls.is_none() && config.access.is_some() {
            for (setting, address) in
                [("listen", &config.listen), ("admin_listen", &config.admin_listen)]
            {
                if address.is_remote() {
                    tracing::warn!(
                        setting,
                        %address,
                        "tokens travel unencrypted: give tls_certificate and tls_key, or let a proxy speak TLS"
                    );
                }
            }
        }
        Ok(Secrets { tls, access, in_force })
    }

    /// Who may do what.
    pub(super) fn access(&self) -> Access {
        self.in_force.clone()
    }

    /// The TLS of the match listener.
    pub(super) fn match_tls(&self) -> Option<Tls> {
        self.tls.as_ref().map(|tls| tls.matches.clone())
    }

    /// The TLS of the admin listener.
    pub(super) fn admin_tls(&self) -> Option<Tls> {
        self.tls.as_ref().map(|tls| tls.admin.clone())
    }

    /// Reads the files again from time to time, and whenever it is asked for. Never ends.
    pub(super) async fn watch(mut self, asked: Arc<Notify>, metrics: Arc<Metrics>) {
        loop {
            tokio::select! {
                () = asked.notified() => {}
                () = tokio::time::sleep(SECRETS_POLL_INTERVAL) => {}
            }
            if let Some(tls) = &mut self.tls {
                tell("certificates", tls.renew(), &metrics);
            }
            if let Some(access) = &mut self.access {
                tell("access", access.renew(&self.in_force), &metrics);
            }
        }
    }
}

impl TlsSecrets {
    fn read(paths: &TlsConfig) -> Result<TlsSecrets, String> {
        let files = tls_files(paths)?;
        let tls = |protocols| Tls::new(&files, protocols).map_err(|error| error.to_string());
        let (matches, admin) = (tls(MATCH_PROTOCOLS)?, tls(ADMIN_PROTOCOLS)?);
        Ok(TlsSecrets { paths: paths.clone(), files, matches, admin })
    }

    /// Uses the files as they are now. Says whether they have changed.
    fn renew(&mut self) -> Result<bool, String> {
        let files = tls_files(&self.paths)?;
        if files == self.files {
            return Ok(false);
        }
        self.files = files;
        let replaced = self.matches.replace(&self.files, MATCH_PROTOCOLS);
        replaced
            .and_then(|()| self.admin.replace(&self.files, ADMIN_PROTOCOLS))
            .map(|()| true)
            .map_err(|error| error.to_string())
    }
}

impl AccessSecret {
    fn renew(&mut self, in_force: &Access) -> Result<bool, String> {
        let text = access_text(&self.path)?;
        if text == self.text {
            return Ok(false);
        }
        self.text = text;
        in_force.replace(table(&self.path, &self.text)?);
        Ok(true)
    }
}

/// Logs and counts what has become of a change.
fn tell(what: &'static str, renewed: Result<bool, String>, metrics: &Metrics) {
    match renewed {
        Ok(false) => {}
        Ok(true) => {
            metrics.secrets_read(true);
            tracing::info!(target: "broadside::audit", who = "file", action = "Renew", what, "audit");
        }
        Err(why) => {
            metrics.secrets_read(false);
            tracing::error!(what, why, "what was in force stays in force");
        }
    }
}

fn tls_files(paths: &TlsConfig) -> Result<TlsFiles, String> {
    Ok(TlsFiles {
        certificate: read("tls_certificate", &paths.certificate)?,
        key: read("tls_key", &paths.key)?,
        client_ca: paths
            .client_ca
            .as_deref()
            .map(|path| read("tls_client_ca", path))
            .transpose()?,
        client_certificate_required: paths.client_certificate_required,
    })
}

fn access_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read("access", path)?)
        .map_err(|_| format!("access: {} is not UTF-8", path.display()))
}

fn table(path: &Path, text: &str) -> Result<AccessTable, String> {
    AccessTable::parse(text).map_err(|error| format!("access: {}: {error}", path.display()))
}

fn read(setting: &str, path: &Path) -> Result<Vec<u8>, String> {
    let contents = || -> io::Result<Vec<u8>> {
        let mut contents = Vec::new();
        File::open(path)?.take(SECRET_BYTES_MAX).read_to_end(&mut contents)?;
        Ok(contents)
    };
    contents().map_err(|error| format!("{setting}: cannot read {}: {error}", path.display()))
}
