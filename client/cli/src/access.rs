//! The access to a server: the files that the settings name are read here, once for each command.

use std::fs;
use std::path::Path;

use broadside_client::Builder;

use crate::failure::Failure;
use crate::secret::Secret;
use crate::settings::{Settings, TokenSource};

/// Credentials for a server, and trust in it. All certificates are PEM.
#[derive(Clone, Default)]
pub(crate) struct Access {
    /// The CAs that may have signed the server's certificate; absent: those that the system trusts.
    pub(crate) ca: Option<Vec<u8>>,
    /// A certificate and its key.
    pub(crate) identity: Option<(Vec<u8>, Vec<u8>)>,
    /// The name that the server's certificate must have; absent: the host of the address.
    pub(crate) server_name: Option<String>,
    /// The token to send.
    pub(crate) token: Option<Secret>,
}

impl Access {
    /// Reads the access to the server at this address. A Unix socket never speaks TLS, so settings
    /// for TLS are for the other of the two addresses then.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(crate) fn read(settings: &Settings, address: &str) -> Result<Access, Failure> {
        let token = match &settings.token {
            None => None,
            Some(TokenSource::Here(token)) => Some(token.clone()),
            Some(TokenSource::File(path)) => Some(token_of(&read(path, "token")?, path)?),
        };
        if address.starts_with("unix:") {
            return Ok(Access { token, ..Access::default() });
        }
        let identity = match &settings.tls_identity {
            None => None,
            Some(files) => {
                Some((read(&files.certificate, "certificate")?, read(&files.key, "key")?))
            }
        };
        Ok(Access {
            ca: settings.tls_ca.as_ref().map(|path| read(path, "CA")).transpose()?,
            identity,
            server_name: settings.tls_server_name.clone(),
            token,
        })
    }

    /// Gives it to a load.
    pub(crate) fn for_load(self) -> broadside_load::Access {
        let Access { ca, identity, server_name, token } = self;
        let token = token.map(|Secret(token)| token);
        broadside_load::Access { ca, identity, server_name, token }
    }

    /// Gives it to a client that is to be built.
    fn apply(self, mut builder: Builder) -> Builder {
        if let Some(pem) = self.ca {
            builder = builder.tls_ca(pem);
        }
        if let Some((certificate, key)) = self.identity {
            builder = builder.tls_identity(certificate, key);
        }
        if let Some(name) = self.server_name {
            builder = builder.tls_server_name(name);
        }
        if let Some(Secret(token)) = self.token {
            builder = builder.token(token);
        }
        builder
    }
}

impl Settings {
    /// Makes a client of the server for matching, to be built.
    ///
    /// # Errors
    /// A file that the settings name cannot be read.
    pub(crate) fn client(&self) -> Result<Builder, Failure> {
        self.builder(&self.address)
    }

    /// Makes a client of the server for administration, to be built.
    ///
    /// # Errors
    /// A file that the settings name cannot be read.
    pub(crate) fn admin_client(&self) -> Result<Builder, Failure> {
        self.builder(&self.admin_address)
    }

    fn builder(&self, address: &str) -> Result<Builder, Failure> {
        let access = Access::read(self, address)?;
        let builder = access.apply(Builder::new(address).deadline(self.call_deadline()));
        Ok(match &self.traceparent {
            Some(traceparent) => builder.traceparent(traceparent),
            None => builder,
        })
    }
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    let refused = |error| format!("{}: the {what} cannot be read: {error}", path.display());
    fs::read(path).map_err(|error| Failure::usage(refused(error)))
}

/// Reads the token in a file: its text without the line break at its end. The client judges it.
fn token_of(bytes: &[u8], path: &Path) -> Result<Secret, Failure> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Secret(text.trim_end().to_owned())),
        Err(_) => {
            let message = format!("{}: is not a text, so there is no token in it", path.display());
            Err(Failure::usage(message))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Access, Secret};
    use crate::failure::Exit;
    use crate::settings::{IdentityFiles, Settings, TokenSource};

    /// Makes settings that name these files of a folder.
    fn settings(folder: &std::path::Path, ca: &str, token: &str) -> Settings {
        Settings {
            address: "https://ads.test:1".to_owned(),
            admin_address: "unix:/run/broadside.sock".to_owned(),
            deadline: None,
            tls_ca: Some(folder.join(ca)),
            tls_identity: Some(IdentityFiles {
                certificate: folder.join("certificate"),
                key: folder.join("key"),
            }),
            tls_server_name: Some("ads.test".to_owned()),
            token: Some(TokenSource::File(folder.join(token))),
            traceparent: None,
        }
    }

    #[test]
    fn files_are_read_and_a_socket_needs_none_of_those_for_tls() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        for (name, text) in [("ca", "CA"), ("certificate", "C"), ("key", "K"), ("token", "s3\n")] {
            std::fs::write(folder.path().join(name), text).expect("it can be written");
        }
        let all = settings(folder.path(), "ca", "token");
        let access = Access::read(&all, &all.address).expect("the files are there");
        assert_eq!(access.ca.as_deref(), Some(&b"CA"[..]));
        assert_eq!(access.identity, Some((b"C".to_vec(), b"K".to_vec())));
        assert_eq!(access.server_name.as_deref(), Some("ads.test"));
        assert_eq!(access.token, Some(Secret("s3".to_owned())));

        let socket = Access::read(&all, &all.admin_address).expect("the files are there");
        assert!(socket.ca.is_none() && socket.identity.is_none() && socket.server_name.is_none());
        assert_eq!(socket.token, Some(Secret("s3".to_owned())));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(folder.path().join("bytes"), b"\xff").expect("it can be written");
        let check = |settings: &Settings, expected: &str| {
            let failure = Access::read(settings, &settings.address).err().expect(expected);
            assert_eq!(failure.exit, Exit::Usage);
            assert!(failure.message.contains(expected), "{failure}");
        };
        let mut settings = settings(folder.path(), "no-ca", "no-token");
        check(&settings, "no-token: the token cannot be read");
        settings.token = Some(TokenSource::File(folder.path().join("bytes")));
        check(&settings, "bytes: is not a text");
        settings.token = None;
        check(&settings, "certificate: the certificate cannot be read");
        settings.tls_identity = None;
        check(&settings, "no-ca: the CA cannot be read");
        settings.tls_ca = None;
        settings.token = Some(TokenSource::File(PathBuf::from("/nonexistent/token")));
        check(&settings, "/nonexistent/token");
    }
}
