//! How a connection with TLS is made: whose certificate is trusted, and which one this client shows.
//!
//! All of it is read when a client is built, so what is wrong is told then; what only the other side can find wrong is in
//! `failure`. The protocol is TLS 1.2 or 1.3, and HTTP/2 must be agreed on.

use std::fmt;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, TrustAnchor};
use tonic::transport::{ClientTlsConfig, Endpoint, Identity};

mod failure;
mod patient;

use crate::error::{Code, Error};
use crate::secret::Secret;

pub(crate) use failure::describe;
pub(crate) use patient::connect_lazy;

/// What a caller says about TLS.
#[derive(Clone, Default)]
pub(crate) struct TlsOptions {
    /// Certificates of those who may have signed the server's, in PEM; absent: those that the system trusts.
    pub(crate) ca: Option<Vec<u8>>,
    /// This client's certificate, with those between it and its CA, and its key, both in PEM.
    pub(crate) identity: Option<(Vec<u8>, Secret<Vec<u8>>)>,
    /// The name that the server's certificate must have; absent: the host of the address.
    pub(crate) server_name: Option<String>,
}

impl TlsOptions {
    /// Whether the caller said nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.ca.is_none() && self.identity.is_none() && self.server_name.is_none()
    }

    /// The endpoint of an `https` address, with these options. A handshake may take as long as `timeout`.
    ///
    /// # Errors
    /// INVALID_ARGUMENT with the reason TLS_CA_INVALID, TLS_IDENTITY_INVALID or TLS_SERVER_NAME_INVALID;
    /// FAILED_PRECONDITION with the reason TLS_ROOTS_MISSING.
    pub(crate) fn apply(&self, endpoint: Endpoint, timeout: Duration) -> Result<Endpoint, Error> {
        let mut config = ClientTlsConfig::new().timeout(timeout);
        config = match &self.ca {
            Some(pem) => config.trust_anchors(trust_anchors(pem)?),
            None => config.with_native_roots(),
        };
        if let Some((certificate, key)) = &self.identity {
            config = config.identity(identity(certificate, &key.0)?);
        }
        if let Some(name) = &self.server_name {
            if ServerName::try_from(name.as_str()).is_err() {
                let message = format!(
                    "`{}` is neither a DNS name nor an IP address; expect a name that is in the server's certificate",
                    name.escape_debug()
                );
                return Err(invalid("TLS_SERVER_NAME_INVALID", message));
            }
            config = config.domain_name(name);
        }
        endpoint.tls_config(config).map_err(|error| unusable(&error))
    }
}

/// Names the parts that are there. Certificates would fill a screen, and a key must not be shown.
impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsOptions")
            .field("ca", &self.ca.is_some())
            .field("identity", &self.identity.is_some())
            .field("server_name", &self.server_name)
            .finish()
    }
}

/// What each part alone did not tell: a key that is another certificate's, or a system without any root.
fn unusable(error: &tonic::transport::Error) -> Error {
    let cause = std::error::Error::source(error);
    let why = cause.map(ToString::to_string).unwrap_or_default();
    if cause.is_some_and(|cause| cause.is::<rustls::Error>()) {
        let message = format!(
            "certificate and key of this client cannot be used: {why}; give the key that the certificate was made for"
        );
        return invalid("TLS_IDENTITY_INVALID", message);
    }
    let message = format!(
        "the certificates that this system trusts cannot be used: {why}; install them, or name the CA of the server"
    );
    Error::local(Code::FailedPrecondition, "TLS_ROOTS_MISSING", message)
}

fn invalid(reason: &str, message: String) -> Error {
    Error::local(Code::InvalidArgument, reason, message)
}

/// Each certificate as a root. The stack below would pass over those that it cannot read.
fn trust_anchors(pem: &[u8]) -> Result<Vec<TrustAnchor<'static>>, Error> {
    let refused = |why: String| {
        let message = format!(
            "the CA cannot be used: {why}; give its certificate in PEM (-----BEGIN CERTIFICATE-----)"
        );
        invalid("TLS_CA_INVALID", message)
    };
    let mut roots = RootCertStore::empty();
    for (number, certificate) in certificates(pem).map_err(refused)?.into_iter().enumerate() {
        roots
            .add(certificate)
            .map_err(|error| refused(format!("certificate {}: {error}", number + 1)))?;
    }
    Ok(roots.roots)
}

/// A certificate with its key, each of which can be read.
fn identity(certificate: &[u8], key: &[u8]) -> Result<Identity, Error> {
    certificates(certificate).map_err(|why| {
        let message = format!(
            "the certificate of this client cannot be used: {why}; give it in PEM (-----BEGIN CERTIFICATE-----)"
        );
        invalid("TLS_IDENTITY_INVALID", message)
    })?;
    PrivateKeyDer::from_pem_slice(key).map_err(|_| {
        let message = "the key of this client cannot be used: it has no key in PEM that is not encrypted; give it as \
                       -----BEGIN PRIVATE KEY-----";
        invalid("TLS_IDENTITY_INVALID", message.to_owned())
    })?;
    Ok(Identity::from_pem(certificate, key))
}

/// The certificates of a PEM text, at least one, or what is wrong with it.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err("it has no certificate".to_owned()),
        Ok(found) => Ok(found),
        Err(error) => Err(error.to_string()),
    }
}
