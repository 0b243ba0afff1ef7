//! Who may do what, and over which wire: TLS, tokens, client certificates, Unix sockets; and that all of it can be renewed
//! while calls go on.

use std::path::{Path, PathBuf};
use std::time::Instant;

use broadside_client::{AdminClient, Builder, Client, Code, Error};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};

use crate::support::{PATIENCE, Server, line, runtime};

/// The table of access, with places for the hashes of tokens.
const ACCESS: &str = r#"
[[principal]]
name = "front"
roles = ["match"]
token_sha256 = ["FRONT"]
certificate_names = ["front.example"]

[[principal]]
name = "ops"
roles = ["admin"]
token_sha256 = ["OPS"]
"#;

/// An authority, and the files of a server that it has issued.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("it signs itself"))
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(&self, name: &str) -> (String, String) {
        let mut params = CertificateParams::default();
        let name = SanType::DnsName(name.try_into().expect("ASCII"));
        params.subject_alt_names = vec![name];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("it is signed");
        (certificate.pem(), key.serialize_pem())
    }

    /// Writes certificate and key of a server beside their names, and then renames them.
    fn renew(&self, folder: &Path) {
        let (certificate, key) = self.issue("server.example");
        for (name, content) in [("server.pem", certificate), ("server.key", key)] {
            let aside = folder.join(format!("{name}.new"));
            std::fs::write(&aside, content).expect("the folder is writable");
            std::fs::rename(&aside, folder.join(name)).expect("it can be renamed");
        }
    }
}

fn hash(token: &str) -> String {
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("printf %s {token} | sha256sum")])
        .output()
        .expect("sha256sum is there, as the documentation says");
    String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap_or_default().to_owned()
}

/// The table of access, with the hashes of `front-token` and `ops-token`.
fn access() -> String {
    ACCESS.replace("FRONT", &hash("front-token")).replace("OPS", &hash("ops-token"))
}

/// A folder with the files of a server, and the flags that name them.
fn folder(authority: &Authority) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    authority.renew(folder.path());
    std::fs::write(folder.path().join("ca.pem"), authority.pem()).expect("written");
    std::fs::write(folder.path().join("access.toml"), access()).expect("written");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let flags = ["--tls-certificate", &path("server.pem"), "--tls-key", &path("server.key")]
        .map(str::to_owned);
    (folder, flags.to_vec())
}

fn start(flags: &[String], more: &[&str]) -> Server {
    let flags: Vec<&str> = flags.iter().map(String::as_str).chain(more.iter().copied()).collect();
    Server::start_guarded(&line("l1", &["shoes"], ""), &flags)
}

fn https(address: &str, authority: &Authority) -> Builder {
    Client::builder(format!("https://{address}"))
        .tls_ca(authority.pem())
        .tls_server_name("server.example")
        .deadline(PATIENCE)
        .max_attempts(1)
}

async fn ask(builder: Builder) -> Result<usize, Error> {
    let answer = builder.build().expect("good options").match_one("shoes").await?;
    Ok(answer.matches.len())
}

async fn administer(builder: Builder) -> Result<(), Error> {
    let admin: AdminClient = builder.build_admin().expect("good options");
    admin.status().await.map(drop)
}

fn code<T: std::fmt::Debug>(answered: Result<T, Error>) -> (Code, String) {
    let error = answered.expect_err("it is refused");
    (error.code, error.reason.unwrap_or_default())
}

#[test]
fn tokens_have_roles() {
    let authority = Authority::new();
    let (folder, flags) = folder(&authority);
    let table = folder.path().join("access.toml").display().to_string();
    let server = start(&flags, &["--access", &table]);
    runtime().block_on(async {
        let matches = || https(&server.address, &authority);
        let admin = || https(&server.admin_address, &authority);
        assert_eq!(ask(matches().token("front-token")).await, Ok(1));
        administer(admin().token("ops-token")).await.expect("it may");

        let unknown = (Code::Unauthenticated, "UNAUTHENTICATED".to_owned());
        let missing = (Code::PermissionDenied, "ROLE_MISSING".to_owned());
        assert_eq!(code(ask(matches()).await), unknown);
        assert_eq!(code(ask(matches().token("front-tokeN")).await), unknown);
        assert_eq!(code(ask(matches().token("ops-token")).await), missing);
        assert_eq!(code(administer(admin()).await), unknown);
        assert_eq!(code(administer(admin().token("front-token")).await), missing);

        // A token that is withdrawn is of no use within seconds, and a table that is bad replaces nothing.
        let client = matches().token("front-token").build().expect("good options");
        std::fs::write(&table, "principal = 3").expect("written");
        std::fs::write(&table, access().replace(&hash("front-token"), &hash("other-token")))
            .expect("written");
        let began = Instant::now();
        while client.match_one("shoes").await.is_ok() {
            assert!(began.elapsed() < PATIENCE, "the token is still good");
        }
        assert_eq!(ask(matches().token("other-token")).await, Ok(1));
    });
}

#[test]
fn client_certificates_have_roles() {
    let (authority, clients, strangers) = (Authority::new(), Authority::new(), Authority::new());
    let (folder, flags) = folder(&authority);
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("clients.pem"), clients.pem()).expect("written");
    let (table, clients_ca) = (path("access.toml"), path("clients.pem"));
    let server = start(&flags, &["--access", &table, "--tls-client-ca", &clients_ca]);
    runtime().block_on(async {
        let showing = |authority_of_client: &Authority, name: &str, address: &str| {
            let (certificate, key) = authority_of_client.issue(name);
            https(address, &authority).tls_identity(certificate, key)
        };
        assert_eq!(ask(showing(&clients, "front.example", &server.address)).await, Ok(1));
        let refused = ask(showing(&clients, "unknown.example", &server.address)).await;
        assert_eq!(code(refused).0, Code::Unauthenticated);
        let refused = administer(showing(&clients, "front.example", &server.admin_address)).await;
        assert_eq!(code(refused).0, Code::PermissionDenied);
        let both = showing(&clients, "front.example", &server.admin_address).token("ops-token");
        administer(both).await.expect("the token may");
        let refused = ask(showing(&strangers, "front.example", &server.address)).await;
        assert_eq!(code(refused).0, Code::Unavailable, "no connection");
        assert_eq!(code(ask(https(&server.address, &authority)).await).0, Code::Unavailable);
    });
}

/// Calls on a connection that is there, and on new ones, while certificates change under them: bad ones between good.
#[test]
fn certificates_are_renewed_and_no_call_is_lost() {
    let (old, new) = (Authority::new(), Authority::new());
    let (folder, flags) = folder(&old);
    let server = start(&flags, &[]);
    runtime().block_on(async {
        let kept = https(&server.address, &old).build().expect("good options");
        kept.match_one("shoes").await.expect("an answer");
        std::fs::write(folder.path().join("server.key"), "no key").expect("written");
        let began = Instant::now();
        while began.elapsed().as_secs() < 3 {
            assert_eq!(ask(https(&server.address, &old)).await, Ok(1), "what was in force stays");
            kept.match_one("shoes").await.expect("an answer");
        }
        new.renew(folder.path());
        let began = Instant::now();
        while ask(https(&server.address, &new)).await.is_err() {
            assert!(began.elapsed() < PATIENCE, "the new certificate is not used");
            kept.match_one("shoes").await.expect("an answer");
        }
        kept.match_one("shoes").await.expect("the connection has lived through it");
        assert!(ask(https(&server.address, &old)).await.is_err(), "the old one is gone");
    });
}

#[test]
fn both_listeners_may_be_unix_sockets() {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let socket = |name: &str| format!("unix:{}", folder.path().join(name).display());
    let (matches, admin) = (socket("match"), socket("admin"));
    let path = |address: &str| PathBuf::from(address.trim_start_matches("unix:"));
    let server = Server::start_with(
        "a.jsonl",
        &line("l1", &["shoes"], ""),
        &["--listen", &matches, "--admin-listen", &admin],
    );
    runtime().block_on(async {
        assert_eq!(server.ids("shoes").await, ["l1"]);
        assert!(server.admin().status().await.is_ok());
    });
    assert!(path(&matches).exists() && path(&admin).exists());
    drop(server);
    assert!(!path(&matches).exists() && !path(&admin).exists(), "their files go with it");
}

#[test]
fn settings_that_would_open_the_door_are_refused() {
    let authority = Authority::new();
    let (folder, _) = folder(&authority);
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("open.toml"), "anonymous_roles = [\"admin\"]").expect("written");
    let check = |flags: &[&str], expected: &str| {
        let error = crate::support::refusal(flags);
        assert!(error.contains(expected), "{flags:?}: {error}");
    };
    check(&["--admin-listen", "0.0.0.0:0"], "--allow-remote-admin");
    check(&["--admin-listen", "0.0.0.0:0", "--access", &path("open.toml")], "anonymous_roles");
    check(&["--access", &path("missing.toml")], "access: cannot read");
    check(&["--access", &path("ca.pem")], "access: ");
    check(&["--tls-certificate", &path("server.pem")], "needs tls_key");
    check(&["--tls-client-ca", &path("ca.pem")], "needs tls_certificate");
    let bent = ["--tls-certificate", &path("server.pem"), "--tls-key", &path("ca.pem")];
    check(&bent, "tls_key: expected a private key");
}
