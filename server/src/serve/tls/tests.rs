//! Handshakes with certificates made for the test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio_rustls::{TlsConnector, client, server};

use super::{Tls, TlsFiles, names};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("it signs itself"))
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    /// A certificate and its key, for these DNS names and URIs.
    fn issue(&self, names: &[&str]) -> (Vec<u8>, Vec<u8>) {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names
            .iter()
            .map(|name| {
                let text = (*name).try_into().expect("ASCII");
                if name.contains(':') { SanType::URI(text) } else { SanType::DnsName(text) }
            })
            .collect();
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("it is signed");
        (certificate.pem().into_bytes(), key.serialize_pem().into_bytes())
    }

    fn files(&self, client_ca: Option<&Authority>, required: bool) -> TlsFiles {
        let (certificate, key) = self.issue(&["server.example"]);
        let client_ca = client_ca.map(Authority::pem);
        TlsFiles { certificate, key, client_ca, client_certificate_required: required }
    }
}

type Shaken = (server::TlsStream<DuplexStream>, client::TlsStream<DuplexStream>);

/// Shakes hands as a client that trusts this authority and shows this. TLS 1.3 tells a client only with the next byte that
/// its certificate is not wanted, so one goes each way.
async fn shake(
    tls: &Tls,
    trusts: &Authority,
    shows: Option<(Vec<u8>, Vec<u8>)>,
) -> Result<Shaken, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&trusts.pem()).expect("PEM")).expect("it is good");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_root_certificates(roots);
    let mut config = match shows {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(&certificate).expect("PEM")];
            let key = PrivateKeyDer::from_pem_slice(&key).expect("PEM");
            config.with_client_auth_cert(chain, key).expect("they belong together")
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let (near, far) = tokio::io::duplex(64 * 1024);
    let name = ServerName::try_from("server.example").expect("a name");
    let connector = TlsConnector::from(Arc::new(config));
    let (server, client) = tokio::join!(tls.acceptor().accept(near), connector.connect(name, far));
    let (mut server, mut client) = (server?, client?);
    server.write_all(b"a").await?;
    server.flush().await?;
    client.read_u8().await?;
    Ok((server, client))
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served_http2() {
    let (ours, other) = (Authority::new(), Authority::new());
    let tls = Tls::new(&ours.files(None, true), &[b"h2"]).expect("good files");
    let (server, _) = shake(&tls, &ours, None).await.expect("shaken");
    assert_eq!(server.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert!(shake(&tls, &other, None).await.is_err(), "another authority");
}

#[tokio::test]
async fn clients_show_certificates_and_their_names_are_read() {
    let (ours, clients, other) = (Authority::new(), Authority::new(), Authority::new());
    let required = Tls::new(&ours.files(Some(&clients), true), &[b"h2"]).expect("good files");
    let shown = Some(clients.issue(&["front.example", "spiffe://example/front"]));
    let (server, _) = shake(&required, &ours, shown).await.expect("shaken");
    let shown = server.get_ref().1.peer_certificates().expect("it was shown");
    assert_eq!(names(&shown[0]), ["front.example", "spiffe://example/front"]);
    assert!(shake(&required, &ours, None).await.is_err(), "none");
    let foreign = Some(other.issue(&["front.example"]));
    assert!(shake(&required, &ours, foreign.clone()).await.is_err(), "of an unknown authority");

    let optional = Tls::new(&ours.files(Some(&clients), false), &[b"h2"]).expect("good files");
    let (server, _) = shake(&optional, &ours, None).await.expect("none is asked for");
    assert!(server.get_ref().1.peer_certificates().is_none());
    assert!(shake(&optional, &ours, foreign).await.is_err(), "what is shown must be good");
}

#[tokio::test]
async fn what_replaces_is_for_connections_to_come_and_what_is_bad_replaces_nothing() {
    let (old, new) = (Authority::new(), Authority::new());
    let tls = Tls::new(&old.files(None, true), &[b"h2"]).expect("good files");
    let (mut server, mut client) = shake(&tls, &old, None).await.expect("shaken");
    tls.replace(&new.files(None, true), &[b"h2"]).expect("good files");
    assert!(shake(&tls, &old, None).await.is_err());
    shake(&tls, &new, None).await.expect("shaken");
    server.write_all(b"still here").await.expect("sent");
    server.flush().await.expect("sent");
    let mut got = [0; 10];
    client.read_exact(&mut got).await.expect("read");
    assert_eq!(&got, b"still here");

    let (_, foreign) = new.issue(&["server.example"]);
    let good = new.files(None, true);
    let check = |files: TlsFiles, expected: &str| {
        let error = tls.replace(&files, &[b"h2"]).expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    };
    check(TlsFiles { key: foreign, ..good.clone() }, "tls_certificate and tls_key");
    check(TlsFiles { key: b"nothing".to_vec(), ..good.clone() }, "tls_key: expected a private key");
    check(
        TlsFiles { certificate: Vec::new(), ..good.clone() },
        "tls_certificate: expected certificates",
    );
    let cut = good.certificate[..good.certificate.len() / 2].to_vec();
    check(TlsFiles { certificate: cut, ..good.clone() }, "tls_certificate");
    check(TlsFiles { client_ca: Some(b"nothing".to_vec()), ..good.clone() }, "tls_client_ca");
    assert!(!format!("{good:?}").contains("PRIVATE"), "keys are not printed");
    shake(&tls, &new, None).await.expect("what was in force stays");
}
