//! Whom a client trusts, and what it says when it does not.

use broadside_client::{Builder, Client, Code};
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::certificates::{self, Ca};
use crate::server::Server;

fn configuration(identity: &certificates::Identity) -> ServerTlsConfig {
    ServerTlsConfig::new().identity(Identity::from_pem(&identity.certificate, &identity.key))
}

/// Makes a call, which is answered, or fails for this reason with a message that says all of this.
async fn check(builder: Builder, expected: Result<(), (&str, &[&str])>) {
    let what = format!("{builder:?}");
    let client = builder.build().expect(&what);
    match (client.match_one("cat").await, expected) {
        (Ok(answer), Ok(())) => assert_eq!(answer.matches[0].listing_id, "cat"),
        (Err(error), Err((reason, sentences))) => {
            assert_eq!(error.reason.as_deref(), Some(reason), "{error}");
            assert_eq!((error.code, error.retryable), (Code::Unavailable, false), "{error}");
            for sentence in sentences {
                assert!(error.message.contains(sentence), "{error}");
            }
        }
        (answer, expected) => panic!("{what}: {answer:?}, and not {expected:?}"),
    }
}

#[tokio::test]
async fn the_servers_certificate_must_be_signed_by_a_ca_that_is_trusted_and_have_the_right_name() {
    let (ca, other_ca) = (Ca::new("one"), Ca::new("other"));
    let server = Server::tls(configuration(&ca.server(&["ads.test", "127.0.0.1"]))).await;
    let address = format!("https://{}", server.address);
    let trusting = || Client::builder(&address).tls_ca(ca.pem());
    check(trusting(), Ok(())).await;
    check(trusting().tls_server_name("ads.test"), Ok(())).await;
    let both = format!("{}{}", other_ca.pem(), ca.pem());
    check(Client::builder(&address).tls_ca(both), Ok(())).await;

    let other: &[&str] = &["\"other.test\"", "ads.test", "connect to a name that it has"];
    check(trusting().tls_server_name("other.test"), Err(("TLS_NAME_MISMATCH", other))).await;
    let unknown: &[&str] = &[&address, "name the CA that has"];
    let calls = server.calls();
    for stranger in [other_ca, Ca::new("one")] {
        let distrusting = Client::builder(&address).tls_ca(stranger.pem()).token("s3cr3t");
        check(distrusting, Err(("TLS_CA_UNKNOWN", unknown))).await;
    }
    assert_eq!(server.calls(), calls, "nothing was sent to a server that is not trusted");
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_now_is_told() {
    let ca = Ca::new("one");
    let server = Server::tls(configuration(&ca.expired_server(&["127.0.0.1"]))).await;
    let client = Client::builder(format!("https://{}", server.address)).tls_ca(ca.pem());
    let expected: &[&str] = &["expired", "renew it"];
    check(client, Err(("TLS_CERTIFICATE_EXPIRED", expected))).await;

    // One for clients is none for servers.
    let wrong = ca.client();
    let server = Server::tls(configuration(&wrong)).await;
    let client = Client::builder(format!("https://{}", server.address)).tls_ca(ca.pem());
    let client = client.tls_server_name("client.test");
    let expected: &[&str] = &["it must be one for servers"];
    check(client, Err(("TLS_CERTIFICATE_INVALID", expected))).await;
}

#[tokio::test]
async fn a_server_may_want_a_certificate_of_the_client() {
    let (ca, other_ca) = (Ca::new("one"), Ca::new("other"));
    let configuration =
        configuration(&ca.server(&["127.0.0.1"])).client_ca_root(Certificate::from_pem(ca.pem()));
    let server = Server::tls(configuration).await;
    let address = format!("https://{}", server.address);
    let client = || Client::builder(&address).tls_ca(ca.pem());
    let with = |identity: &certificates::Identity| {
        client().tls_identity(identity.certificate.as_str(), identity.key.as_str())
    };
    check(with(&ca.client()), Ok(())).await;
    let wanted: &[&str] = &[&address, "give one with its key"];
    check(client(), Err(("TLS_CERTIFICATE_REQUIRED", wanted))).await;
    let refused: &[&str] = &[&address, "signed by the CA that the server has"];
    check(with(&other_ca.client()), Err(("TLS_CERTIFICATE_REFUSED", refused))).await;
    check(with(&ca.server(&["client.test"])), Err(("TLS_CERTIFICATE_REFUSED", refused))).await;
}

#[tokio::test]
async fn plain_text_where_tls_is_spoken_and_the_other_way_round() {
    let ca = Ca::new("one");
    let plain = Server::plain(|_| Ok(())).await;
    let client = Client::builder(format!("https://{}", plain.address)).tls_ca(ca.pem());
    let expected: &[&str] = &["the server does not speak TLS there"];
    check(client, Err(("TLS_NOT_SPOKEN", expected))).await;

    let server = Server::tls(configuration(&ca.server(&["127.0.0.1"]))).await;
    let client = Client::builder(&server.address).build().expect("it is good");
    let error = client.match_one("cat").await.expect_err("it is not understood");
    assert_eq!(error.code, Code::Unavailable, "{error}");
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn what_cannot_be_used_is_told_when_the_client_is_built() {
    let check = |builder: Builder, reason: &str, what: &str| {
        let error = builder.build().expect_err(reason);
        assert_eq!(error.reason.as_deref(), Some(reason), "{error}");
        assert!(error.message.contains(what), "{error}");
    };
    let (ca, address) = (Ca::new("one"), "https://127.0.0.1:1");
    let (one, two) = (ca.client(), ca.client());
    let client = || Client::builder(address).tls_ca(ca.pem());
    let identity = |certificate: &str, key: &str| client().tls_identity(certificate, key);
    assert!(identity(&one.certificate, &one.key).build().is_ok());

    check(Client::builder(address).tls_ca(""), "TLS_CA_INVALID", "it has no certificate");
    check(Client::builder(address).tls_ca(one.key.as_str()), "TLS_CA_INVALID", "no certificate");
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let second = format!("{}{empty}", ca.pem());
    check(Client::builder(address).tls_ca(second), "TLS_CA_INVALID", "certificate 2: ");
    let torn = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    check(Client::builder(address).tls_ca(torn), "TLS_CA_INVALID", "give its certificate in PEM");

    let reason = "TLS_IDENTITY_INVALID";
    check(identity("", &one.key), reason, "the certificate of this client cannot be used");
    check(identity(&one.certificate, ""), reason, "it has no key in PEM that is not encrypted");
    check(identity(&one.certificate, &one.certificate), reason, "it has no key in PEM");
    check(identity(&one.certificate, &two.key), reason, "give the key that the certificate was");

    check(client().tls_server_name("two words"), "TLS_SERVER_NAME_INVALID", "`two words`");
    for plain in ["127.0.0.1:1", "http://127.0.0.1:1", "unix:/run/broadside.sock"] {
        check(Client::builder(plain).tls_ca(ca.pem()), "TLS_UNUSED", plain);
        check(Client::builder(plain).tls_server_name("ads.test"), "TLS_UNUSED", plain);
        let identity = Client::builder(plain).tls_identity(one.certificate.as_str(), "");
        check(identity, "TLS_UNUSED", plain);
    }
    check(Client::builder(address).token("s3cr3t\n"), "TOKEN_INVALID", "without the line break");
}
