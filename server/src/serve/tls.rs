//! TLS of a listener: one configuration in force, which may be replaced while connections live.
//!
//! A connection keeps what it was made with; a new one gets what is in force then. So certificates are renewed without
//! that a call is lost.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The TLS of a listener. Clones share it.
#[derive(Debug, Clone)]
pub struct Tls(Arc<ArcSwap<ServerConfig>>);

/// What a server shows, and whom it trusts: contents of PEM files.
#[derive(Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, with those that lead to its authority.
    pub certificate: Vec<u8>,
    /// Its private key.
    pub key: Vec<u8>,
    /// The authorities of client certificates; without them clients are asked for none.
    pub client_ca: Option<Vec<u8>>,
    /// Whether a client must show one.
    pub client_certificate_required: bool,
}

/// Why certificates cannot be used; the text says which file and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsError(String);

/// The protocols that a listener speaks, the first one first, by their ALPN names.
pub type Protocols = &'static [&'static [u8]];

impl Tls {
    /// TLS with these files.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn new(files: &TlsFiles, protocols: Protocols) -> Result<Tls, TlsError> {
        Ok(Tls(Arc::new(ArcSwap::new(config(files, protocols)?))))
    }

    /// Uses other files for connections to come.
    ///
    /// # Errors
    /// They cannot be used, and what is in force stays.
    pub fn replace(&self, files: &TlsFiles, protocols: Protocols) -> Result<(), TlsError> {
        self.0.store(config(files, protocols)?);
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.load_full())
    }
}

fn config(files: &TlsFiles, protocols: Protocols) -> Result<Arc<ServerConfig>, TlsError> {
    let bad = |what: &str, why: &dyn fmt::Display| TlsError(format!("{what}: {why}"));
    let chain = certificates(&files.certificate)
        .map_err(|why| bad("tls_certificate: expected certificates in PEM", &why))?;
    let key = PrivateKeyDer::from_pem_slice(&files.key)
        .map_err(|why| bad("tls_key: expected a private key in PEM", &why))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ClientCertVerifier> = match &files.client_ca {
        None => Arc::new(NoClientAuth),
        Some(pem) => {
            let authorities = certificates(pem)
                .map_err(|why| bad("tls_client_ca: expected certificates in PEM", &why))?;
            let mut roots = RootCertStore::empty();
            for authority in authorities {
                roots
                    .add(authority)
                    .map_err(|why| bad("tls_client_ca: a certificate cannot be used", &why))?;
            }
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            let verifier = if files.client_certificate_required {
                verifier
            } else {
                verifier.allow_unauthenticated()
            };
            verifier.build().map_err(|why| bad("tls_client_ca", &why))?
        }
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| bad("TLS", &why))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|why| {
            bad("tls_certificate and tls_key: expected a certificate and the key that belongs to it", &why)
        })?;
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// At least one certificate.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err("there is none".to_owned()),
        Ok(found) => Ok(found),
        Err(why) => Err(why.to_string()),
    }
}

/// The DNS names and URIs of a certificate.
pub(super) fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else { return Vec::new() };
    let names = certificate.valid_dns_names().chain(certificate.valid_uri_names());
    names.map(str::to_owned).collect()
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsError {}

/// Without the key.
impl fmt::Debug for TlsFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsFiles").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
