//! The files that decide who may do what: certificates, keys, the table of access. Read at the start, and again whenever
//! they change, so that certificates are renewed and tokens are withdrawn without a restart.
//!
//! They are compared by their content, since whoever renews certificates writes them in many ways: in place, by renaming,
//! by another symbolic link. What is bad is refused with a line in the log, and what was in force stays.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Notify;

use super::error::StartError;
use crate::access::{Access, AccessTable, Role};
use crate::config::{Config, ListenAddress, TlsConfig};
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

/// The table of access.
struct AccessSecret {
    path: PathBuf,
    /// Where the admin listener is: what a table may say depends on who can reach it.
    admin_listen: ListenAddress,
    /// What was read last, good or bad.
    text: String,
}

/// What became of the last look at the files of one kind, so that a failure is told once and not at each look.
#[derive(Default)]
struct Outcome(Option<String>);

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
            let admin_listen = config.admin_listen.clone();
            let secret = AccessSecret { path: path.clone(), admin_listen, text };
            in_force = Access::with(secret.table().map_err(StartError::Secret)?);
            access = Some(secret);
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
        let (mut certificates, mut table) = (Outcome::default(), Outcome::default());
        loop {
            tokio::select! {
                () = asked.notified() => {}
                () = tokio::time::sleep(SECRETS_POLL_INTERVAL) => {}
            }
            if let Some(tls) = &mut self.tls {
                certificates.tell("certificates", tls.renew(), &metrics);
            }
            if let Some(access) = &mut self.access {
                table.tell("access", access.renew(&self.in_force), &metrics);
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
    /// What the text says, if it may be in force.
    fn table(&self) -> Result<AccessTable, String> {
        let path = self.path.display();
        let table =
            AccessTable::parse(&self.text).map_err(|error| format!("access: {path}: {error}"))?;
        if table.lets_anybody(Role::Admin) && self.admin_listen.is_remote() {
            return Err(format!(
                "access: {path} lets anybody have the role admin, and admin_listen {} can be reached from other machines; \
                 take admin out of anonymous_roles, or listen on a loopback address",
                self.admin_listen
            ));
        }
        Ok(table)
    }

    /// Uses the file as it is now. Says whether it has changed.
    fn renew(&mut self, in_force: &Access) -> Result<bool, String> {
        let text = access_text(&self.path)?;
        if text == self.text {
            return Ok(false);
        }
        self.text = text;
        in_force.replace(self.table()?);
        Ok(true)
    }
}

impl Outcome {
    /// Logs and counts what has become of a change.
    fn tell(&mut self, what: &'static str, renewed: Result<bool, String>, metrics: &Metrics) {
        let failure = match renewed {
            Ok(changed) => {
                if changed {
                    metrics.secrets_read(true);
                    tracing::info!(target: "broadside::audit", who = "file", action = "Renew", what, "audit");
                }
                None
            }
            Err(why) => {
                if self.0.as_ref() != Some(&why) {
                    metrics.secrets_read(false);
                    tracing::error!(what, why, "what was in force stays in force");
                }
                Some(why)
            }
        };
        self.0 = failure;
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

fn read(setting: &str, path: &Path) -> Result<Vec<u8>, String> {
    let contents = || -> io::Result<Vec<u8>> {
        let mut contents = Vec::new();
        File::open(path)?.take(SECRET_BYTES_MAX).read_to_end(&mut contents)?;
        Ok(contents)
    };
    contents().map_err(|error| format!("{setting}: cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use super::{ADMIN_PROTOCOLS, AccessSecret, MATCH_PROTOCOLS, TlsSecrets};
    use crate::access::{Access, Credentials, Role};
    use crate::config::{ListenAddress, TlsConfig};

    #[test]
    fn certificates_are_renewed_when_they_have_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let paths = TlsConfig {
            certificate: path("certificate.pem"),
            key: path("key.pem"),
            client_ca: None,
            client_certificate_required: false,
        };
        let write = || {
            let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).expect("a key");
            std::fs::write(&paths.certificate, made.cert.pem()).expect("written");
            std::fs::write(&paths.key, made.signing_key.serialize_pem()).expect("written");
        };
        write();
        let mut secrets = TlsSecrets::read(&paths).expect("they belong together");
        let in_force = |secrets: &TlsSecrets| {
            [&secrets.matches, &secrets.admin].map(|tls| Arc::clone(tls.acceptor().config()))
        };
        let same = |one: &[Arc<_>; 2], other: &[Arc<_>; 2]| {
            [Arc::ptr_eq(&one[0], &other[0]), Arc::ptr_eq(&one[1], &other[1])]
        };
        let first = in_force(&secrets);
        assert_eq!(secrets.renew(), Ok(false));
        std::fs::write(&paths.key, "no key").expect("written");
        assert!(secrets.renew().is_err());
        assert_eq!(secrets.renew(), Ok(false), "it is told once");
        assert_eq!(same(&first, &in_force(&secrets)), [true; 2], "what was in force stays");
        write();
        assert_eq!(secrets.renew(), Ok(true));
        let second = in_force(&secrets);
        assert_eq!(same(&first, &second), [false; 2], "both listeners have them");
        let spoken = second.map(|config| config.alpn_protocols.clone());
        assert_eq!(
            spoken,
            [MATCH_PROTOCOLS, ADMIN_PROTOCOLS]
                .map(|all| { all.iter().map(|name| name.to_vec()).collect::<Vec<_>>() })
        );
    }

    #[test]
    fn a_table_that_lets_anybody_administer_from_afar_is_refused_whenever_it_comes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("access.toml");
        let write = |roles: &str| {
            std::fs::write(&path, format!("anonymous_roles = [{roles}]")).expect("written");
        };
        let is_admin = |access: &Access| {
            let nobody = Credentials { token: None, certificate_names: &[] };
            access.judge(nobody, &[Role::Admin]).is_ok()
        };
        for (host, let_in) in [([0, 0, 0, 0], false), ([127, 0, 0, 1], true)] {
            let admin_listen = ListenAddress::Tcp(SocketAddr::from((host, 0)));
            let (text, path) = (String::new(), path.clone());
            let mut secret = AccessSecret { path, admin_listen, text };
            let in_force = Access::default();
            write("\"match\"");
            assert_eq!(secret.renew(&in_force), Ok(true));
            assert!(!is_admin(&in_force));
            write("\"admin\"");
            let renewed = secret.renew(&in_force);
            assert_eq!(renewed.is_ok(), let_in, "{renewed:?}");
            assert_eq!(is_admin(&in_force), let_in, "what was in force stays");
        }
    }
}
