//! Who may do what on a server, and a table of access that changes while it runs.

use std::net::SocketAddr;
use std::path::Path;

use broadside_proto::v1;
use broadside_proto::v1::inventory_service_client::InventoryServiceClient;
use broadside_proto::v1::match_service_client::MatchServiceClient;
use sha2::{Digest as _, Sha256};
use tonic::{Code, Request};
use tonic_health::pb as health;
use tonic_reflection::pb::v1 as reflection;

use super::super::{App, StartError};
use super::{PATIENCE, Server, ask, channel, config, page_as};
use crate::config::ListenAddress;

/// Writes a table of access in which this token may ask for matches.
fn write_table(path: &Path, token: &str) {
    let mut table = String::new();
    for (name, role, token) in
        [("front", "match", token), ("ops", "admin", "ops"), ("scraper", "metrics", "scraper")]
    {
        let hash: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
        table.push_str(&format!(
            "[[principal]]\nname = \"{name}\"\nroles = [\"{role}\"]\ntoken_sha256 = [\"{hash}\"]\n"
        ));
    }
    write_aside(path, &table);
}

/// Writes a file that is at no moment there in part.
fn write_aside(path: &Path, text: &str) {
    let aside = path.with_extension("new");
    std::fs::write(&aside, text).expect("written");
    std::fs::rename(&aside, path).expect("renamed");
}

/// A request with a token, if it is not empty.
fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    if !token.is_empty() {
        let value = format!("Bearer {token}").parse().expect("ASCII");
        request.metadata_mut().insert("authorization", value);
    }
    request
}

fn code<T>(answered: Result<T, tonic::Status>) -> Code {
    answered.map_or_else(|status| status.code(), |_| Code::Ok)
}

/// What comes of asking for matches with a token.
async fn match_code(server: &Server, token: &str) -> Code {
    let mut client = MatchServiceClient::new(channel(server.matches).await);
    code(client.match_batch(with_token(ask("running shoes"), token)).await)
}

#[tokio::test]
async fn callers_do_what_their_roles_allow() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("access.toml");
    write_table(&path, "front");
    let server = Server::start(&["--sample", "--access", path.to_str().expect("UTF-8")]).await;
    for (token, matches, admin, metrics, reflected) in [
        ("", Code::Unauthenticated, Code::Unauthenticated, "401", Code::Unauthenticated),
        ("other", Code::Unauthenticated, Code::Unauthenticated, "401", Code::Unauthenticated),
        ("front", Code::Ok, Code::PermissionDenied, "403", Code::Ok),
        ("ops", Code::PermissionDenied, Code::Ok, "200", Code::Ok),
        ("scraper", Code::PermissionDenied, Code::PermissionDenied, "200", Code::Ok),
    ] {
        assert_eq!(match_code(&server, token).await, matches, "{token}");
        let mut client = InventoryServiceClient::new(channel(server.admin).await);
        let status = client.get_status(with_token(v1::GetStatusRequest {}, token)).await;
        assert_eq!(code(status), admin, "{token}");
        let header = format!("authorization: Bearer {token}\r\n");
        let header = if token.is_empty() { "" } else { &header };
        let page = page_as(server.admin, "/metrics", header).await;
        assert!(page.starts_with(&format!("HTTP/1.1 {metrics}")), "{token}: {page}");
        let mut client = reflection::server_reflection_client::ServerReflectionClient::new(
            channel(server.matches).await,
        );
        let asked = with_token(tokio_stream::empty(), token);
        assert_eq!(code(client.server_reflection_info(asked).await), reflected, "{token}");
        for address in [server.matches, server.admin] {
            let mut client = health::health_client::HealthClient::new(channel(address).await);
            let asked = with_token(health::HealthCheckRequest::default(), token);
            assert_eq!(code(client.check(asked).await), Code::Ok, "{token}");
        }
    }
    server.end().await;
}

/// Waits until the server has counted this about its secrets.
async fn secrets_counted(server: &Server, counted: &str) {
    let line = format!("broadside_secret_reloads_total{{outcome={counted}\n");
    let header = "authorization: Bearer scraper\r\n";
    let counts = async {
        loop {
            server.secrets.notify_one();
            if page_as(server.admin, "/metrics", header).await.contains(&line) {
                break;
            }
        }
    };
    let counts = tokio::time::timeout(PATIENCE, counts).await;
    assert!(counts.is_ok(), "expected {line}");
}

#[tokio::test]
async fn a_table_of_access_that_is_bad_changes_nothing_and_a_good_one_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("access.toml");
    write_table(&path, "old");
    let server = Server::start(&["--sample", "--access", path.to_str().expect("UTF-8")]).await;
    write_aside(&path, "principal = 3");
    secrets_counted(&server, "\"refused\"} 1").await;
    assert_eq!(match_code(&server, "old").await, Code::Ok);
    write_table(&path, "new");
    secrets_counted(&server, "\"replaced\"} 1").await;
    assert_eq!(match_code(&server, "old").await, Code::Unauthenticated);
    assert_eq!(match_code(&server, "new").await, Code::Ok);
    for counted in ["\"replaced\"} 1", "\"refused\"} 1"] {
        secrets_counted(&server, counted).await;
    }
    server.end().await;
}

#[tokio::test]
async fn a_file_that_is_away_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("access.toml");
    write_table(&path, "front");
    let server = Server::start(&["--sample", "--access", path.to_str().expect("UTF-8")]).await;
    std::fs::remove_file(&path).expect("it was there");
    secrets_counted(&server, "\"refused\"} 1").await;
    // It is looked for again at each of these.
    for _ in 0..10 {
        secrets_counted(&server, "\"refused\"} 1").await;
    }
    write_table(&path, "front");
    assert_eq!(match_code(&server, "front").await, Code::Ok);
    server.end().await;
}

#[tokio::test]
async fn nobody_in_particular_is_admin_from_other_machines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("access.toml");
    std::fs::write(&path, "anonymous_roles = [\"admin\"]").expect("written");
    let mut config = config(&["--sample", "--access", path.to_str().expect("UTF-8")]);
    assert!(App::bind(config.clone()).is_ok(), "nobody else can reach it");
    config.admin_listen = ListenAddress::Tcp(SocketAddr::from(([0, 0, 0, 0], 0)));
    let refused = App::bind(config).err();
    assert!(matches!(&refused, Some(StartError::Secret(why)) if why.contains("anonymous_roles")));
}
