//! TLS as the client has it, for connections of the load's own.
//!
//! Callers ask once with a client before. It refuses the same certificates, in better words.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::access::Access;

/// Makes the TLS of an access: trust, and a certificate to show. It offers HTTP/2 alone.
///
/// # Errors
/// A sentence that says why the access cannot be used.
pub(crate) fn configuration(access: &Access) -> Result<ClientConfig, String> {
    let unusable = |error: rustls::Error| error.to_string();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_root_certificates(roots(access)?);
    let mut configuration = match &access.identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| error.to_string())?;
            builder.with_client_auth_cert(certificates(certificate)?, key).map_err(unusable)?
        }
    };
    configuration.alpn_protocols = vec![b"h2".to_vec()];
    Ok(configuration)
}

/// Returns the CAs to trust.
fn roots(access: &Access) -> Result<RootCertStore, String> {
    let certificates = match &access.ca {
        Some(pem) => certificates(pem)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    match roots.add_parsable_certificates(certificates) {
        (0, _) => Err("there is no CA that could be trusted".to_owned()),
        _ => Ok(roots),
    }
}

/// Reads certificates.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<_, pem::Error> = CertificateDer::pem_slice_iter(pem).collect();
    found.map_err(|error| error.to_string())
}
