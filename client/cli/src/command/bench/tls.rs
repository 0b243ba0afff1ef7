//! TLS as the client has it, for connections of the load's own.
//!
//! The client has accepted the same certificates before; what fails here failed there, in better words.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::access::Access;

/// Whom to trust and what to show. HTTP/2 is all that is offered.
///
/// # Errors
/// A sentence about what cannot be used.
pub(super) fn configuration(access: &Access) -> Result<ClientConfig, String> {
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

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<_, pem::Error> = CertificateDer::pem_slice_iter(pem).collect();
    found.map_err(|error| error.to_string())
}
