//! The program against a scripted server of this process: how it gets in, what it sends, what it
//! says if it may not. The load generator's own tests are in `client/load/tests`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use tonic::Status;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

#[path = "../../../rust/tests/transport/certificates.rs"]
mod certificates;
#[path = "../../../rust/tests/transport/server.rs"]
mod server;

use certificates::Ca;
use server::Server;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Runs the program in a folder, in an environment of these variables alone.
async fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_broadside"));
    command.args(arguments).env_clear().env("HOME", folder).current_dir(folder);
    command.envs(variables.iter().copied());
    // The server has this thread meanwhile.
    let running = tokio::task::spawn_blocking(move || command.output());
    running.await.expect("it does not panic").expect("the program starts")
}

/// Runs the program and compares its exit code, and some of its output.
async fn check(folder: &Path, variables: &[(&str, &str)], line: &str, exit: i32, says: &[&str]) {
    let arguments: Vec<&str> = line.split(' ').collect();
    let output = run(folder, variables, &arguments).await;
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{line}: {out}{err}");
    for sentence in says {
        assert!(out.contains(sentence) || err.contains(sentence), "{line}: {out}{err}");
    }
    assert!(!out.contains("s3cr3t") && !err.contains("s3cr3t"), "{line}: {out}{err}");
}

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    folder
}

/// A server that wants certificates of its clients, and a folder with what they need.
async fn secure() -> (Server, TempDir) {
    let (ca, clients) = (Ca::new("servers"), Ca::new("clients"));
    let (server, client) = (ca.server(&["127.0.0.1", "ads.test"]), clients.client());
    let configuration = ServerTlsConfig::new()
        .identity(Identity::from_pem(server.certificate, server.key))
        .client_ca_root(Certificate::from_pem(clients.pem()));
    let server = Server::tls(configuration).await;
    let config = format!(
        "address = 'https://other.test:1'\n[contexts.here]\naddress = 'https://{}'\n\
         tls_ca = 'ca.pem'\ntls_certificate = 'client.pem'\ntls_key = 'client.key'\ntoken_file = 'token'\n",
        server.address
    );
    let files = [
        ("ca.pem", ca.pem()),
        ("other-ca.pem", clients.pem()),
        ("client.pem", client.certificate),
        ("client.key", client.key),
        ("token", "s3cr3t\n".to_owned()),
        ("config.toml", config),
        ("texts.txt", "cat\ndog\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    (server, folder(&files))
}

#[tokio::test]
async fn a_server_is_entered_by_flags_by_variables_and_by_a_context() {
    let (server, folder) = secure().await;
    let address = format!("https://{}", server.address);
    let flags = format!(
        "match cat --address {address} --tls-ca ca.pem --tls-certificate client.pem \
         --tls-key client.key --token-file token"
    );
    check(folder.path(), &[], &flags, 0, &["cat"]).await;
    let variables = [
        ("BROADSIDE_ADDRESS", address.as_str()),
        ("BROADSIDE_TLS_CA", "ca.pem"),
        ("BROADSIDE_CLIENT_CERTIFICATE", "client.pem"),
        ("BROADSIDE_CLIENT_KEY", "client.key"),
        ("BROADSIDE_TOKEN", "s3cr3t"),
        ("TRACEPARENT", TRACE),
    ];
    check(folder.path(), &variables, "match cat", 0, &["cat"]).await;
    check(folder.path(), &[], "match cat --config config.toml --context here", 0, &["cat"]).await;
    // What the system trusts is what it is told to trust.
    let trusting = [&variables[..1], &variables[2..], &[("SSL_CERT_FILE", "ca.pem")]].concat();
    check(folder.path(), &trusting, "match cat", 0, &["cat"]).await;

    let token = Some("Bearer s3cr3t".to_owned());
    assert_eq!(server.header("authorization"), vec![token; 4]);
    let trace = Some(TRACE.to_owned());
    assert_eq!(server.header("traceparent"), [None, trace.clone(), None, trace]);
}

#[tokio::test]
async fn who_may_not_get_in_is_told_what_to_do() {
    let (server, folder) = secure().await;
    let address = format!("https://{}", server.address);
    let identity = "--tls-certificate client.pem --tls-key client.key";
    let says = async |line: String, exit, says: &[&str]| {
        check(folder.path(), &[], &format!("match cat --address {line}"), exit, says).await;
    };
    let unknown = ["TLS_CA_UNKNOWN", "--tls-ca FILE names the CA"];
    says(format!("{address} --tls-ca other-ca.pem {identity}"), 3, &unknown).await;
    let other = ["TLS_NAME_MISMATCH", "--tls-server-name NAME"];
    says(format!("{address} --tls-ca ca.pem {identity} --tls-server-name a.test"), 3, &other).await;
    let required = ["TLS_CERTIFICATE_REQUIRED", "--tls-certificate FILE and --tls-key FILE show"];
    says(format!("{address} --tls-ca ca.pem"), 3, &required).await;
    let missing = ["nowhere.pem: the CA cannot be read"];
    says(format!("{address} --tls-ca nowhere.pem"), 2, &missing).await;
    says(format!("{address} --tls-ca token"), 2, &["TLS_CA_INVALID"]).await;
    let half = ["--tls-key is given without --tls-certificate"];
    says(format!("{address} --tls-key client.key"), 2, &half).await;
    let plain = ["TLS_UNUSED", "BROADSIDE_TLS_"];
    says(format!("{} --tls-ca ca.pem", server.address), 2, &plain).await;
    says(server.address.clone(), 3, &["one that speaks TLS is https://HOST:PORT"]).await;
    says(format!("{address} --token s3cr3t\tnot"), 2, &["TOKEN_INVALID"]).await;
    assert_eq!(server.calls(), 0);

    let refusing = Server::plain(|_| Err(Status::unauthenticated("who are you?"))).await;
    says(refusing.address.clone(), 1, &["who are you?", "--token-file FILE sends a token"]).await;
}

#[tokio::test]
async fn a_socket_needs_no_tls_whatever_is_set_for_the_other_address() {
    let folder = folder(&[("texts.txt", "cat\n")]);
    let server = Server::unix(&folder.path().join("broadside.sock"));
    let variables = [("BROADSIDE_TLS_CA", "nowhere.pem"), ("BROADSIDE_TOKEN", "s3cr3t")];
    let line = format!("match cat --address {}", server.address);
    check(folder.path(), &variables, &line, 0, &["cat"]).await;
    let short = "--duration 50ms --warmup 0s --connections 1 --concurrency 1 --unary";
    let line = format!("bench --file texts.txt {short} --address {}", server.address);
    check(folder.path(), &variables, &line, 0, &["status     OK"]).await;
    let tokens = server.header("authorization");
    assert!(tokens.len() > 2, "a match, a probe and the load");
    assert!(tokens.iter().all(|token| token.as_deref() == Some("Bearer s3cr3t")));
}

/// Runs a short measurement and gives its report.
async fn measure(folder: &Path, address: &str, more: &str) -> Value {
    let line = format!(
        "bench --file texts.txt --json --unary --connections 2 --duration 1s --warmup 100ms \
         --address {address}{more}"
    );
    let output = run(folder, &[("TRACEPARENT", TRACE)], &line.split(' ').collect::<Vec<_>>()).await;
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).expect(&err)
}

#[tokio::test]
async fn a_load_gets_in_like_any_other_client() {
    let (server, folder) = secure().await;
    let access =
        " --tls-ca ca.pem --tls-certificate client.pem --tls-key client.key --token-file token";
    let more = format!("{access} --tls-server-name ads.test --priority bulk --deadline 5s");
    let report = measure(folder.path(), &format!("https://{}", server.address), &more).await;
    assert_eq!(report["failed_calls"], 0, "{report}");
    assert!(report["calls"].as_u64() > Some(0), "{report}");
    assert_eq!(report["good_queries"], report["queries"], "{report}");
    assert_eq!((&report["priority"], &report["deadline_seconds"]), (&"bulk".into(), &5.0.into()));

    let tokens = server.header("authorization");
    assert!(tokens.iter().all(|token| token.as_deref() == Some("Bearer s3cr3t")));
    // The first call is the probe's.
    let load = server.header("x-broadside-priority").split_off(1);
    assert!(!load.is_empty() && load.iter().all(|value| value.as_deref() == Some("bulk")));
    assert!(server.header("traceparent").split_off(1).iter().all(Option::is_none));
    let timeouts = server.header("grpc-timeout").split_off(1);
    assert!(timeouts.iter().all(|value| value.as_deref() == Some("5000000u")), "{timeouts:?}");
}

#[tokio::test]
async fn a_load_of_which_calls_fail_ends_with_1() {
    let folder = folder(&[("texts.txt", "cat\n")]);
    // The first call is the probe's.
    let server = Server::plain(|call| match call {
        0 => Ok(()),
        _ => Err(Status::unavailable("going down")),
    })
    .await;
    let line = format!(
        "bench --file texts.txt --duration 50ms --warmup 0s --connections 1 --address {}",
        server.address
    );
    let says = ["closed loop, batches of 256, 1 × 8 calls", "status     UNAVAILABLE"];
    check(folder.path(), &[], &line, 1, &says).await;
}
