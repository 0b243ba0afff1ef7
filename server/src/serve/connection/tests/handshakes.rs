//! TLS handshakes as a connection sees them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::super::{Closed, Terms, serve};
use super::{PREFACE, SETTINGS, answering, listen, stream_of, terms};
use crate::limits::{ConnectionLimits, TLS_HANDSHAKE_DEADLINE};
use crate::serve::Drain;
use crate::serve::peer::Peer;
use crate::serve::tls::{Tls, TlsFiles};

/// How a TLS connection ends on which the client does this, after how long, and whose certificate it has shown.
async fn end_tls<F>(
    files: &TlsFiles,
    client: impl FnOnce(TcpStream) -> F,
) -> (Closed, Duration, Vec<String>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (_drain, signal) = Drain::new();
    let (listener, address) = listen().await;
    let stream = TcpStream::connect(address).await.expect("connected");
    let client = tokio::spawn(client(stream));
    let (server, _) = listener.accept().await.expect("accepted");
    let tls = Tls::new(files, &[b"h2"]).expect("good files");
    let terms = Terms { tls: Some(tls), ..terms(ConnectionLimits::default()) };
    let shown = Mutex::new(Vec::new());
    let clock = Instant::now();
    let answers = |peer: Peer| {
        *shown.lock().expect("no panic") = peer.certificate_names;
        answering(Duration::ZERO)
    };
    let closed = serve(stream_of(server), Arc::default(), terms, answers, signal).await;
    let lived = clock.elapsed();
    client.abort();
    (closed, lived, shown.into_inner().expect("no panic"))
}

#[tokio::test(start_paused = true)]
async fn handshakes_have_an_end_and_tell_who_is_there() {
    // A certificate that is its own authority, for both sides.
    let made = rcgen::generate_simple_self_signed(["server.example".to_owned()]).expect("a key");
    let pem = made.cert.pem().into_bytes();
    let key = made.signing_key.serialize_pem().into_bytes();
    let files = TlsFiles {
        certificate: pem.clone(),
        key,
        client_ca: Some(pem),
        client_certificate_required: true,
    };
    let says = |bytes: &'static [u8]| {
        move |mut stream: TcpStream| async move {
            stream.write_all(bytes).await.expect("sent");
            std::future::pending::<()>().await;
        }
    };
    let (closed, lived, _) = end_tls(&files, says(&[22])).await;
    assert_eq!((closed, lived.as_secs()), (Closed::Handshake, TLS_HANDSHAKE_DEADLINE.as_secs()));
    let (closed, lived, _) = end_tls(&files, says(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")).await;
    assert_eq!((closed, lived.as_secs()), (Closed::Handshake, 0));

    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let (closed, _, shown) = end_tls(&files, move |stream| async move {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).expect("it is good");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate], key)
            .expect("they belong together");
        let name = ServerName::try_from("server.example").expect("a name");
        let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let mut stream = connected.expect("shaken");
        stream.write_all(&[PREFACE, SETTINGS].concat()).await.expect("sent");
        stream.shutdown().await.expect("it is over");
    })
    .await;
    assert_eq!((closed, shown), (Closed::ByPeer, vec!["server.example".to_owned()]));
}
