//! Health as load balancers see it: not serving before the first inventory and from shutdown on; and the pages of the
//! admin listener.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{PATIENCE, Server, runtime};

async fn health(address: &str) -> HealthClient<tonic::transport::Channel> {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}"))
        .expect("the address is good");
    HealthClient::new(endpoint.connect().await.expect("the port is open"))
}

fn ask(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

async fn status(address: &str, service: &str) -> Result<ServingStatus, tonic::Code> {
    let answer = health(address).await.check(ask(service)).await.map_err(|status| status.code())?;
    Ok(answer.into_inner().status())
}

/// A page of the admin listener: its status line's code and its body.
fn page(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("the port is open");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server answers in text");
    let code = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("it is HTTP");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (code, body)
}

#[test]
fn both_listeners_serve_health_and_unknown_services_are_not_found() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        for address in [&server.address, &server.admin_address] {
            for service in ["", "broadside.v1.MatchService"] {
                assert_eq!(
                    status(address, service).await,
                    Ok(ServingStatus::Serving),
                    "{service:?}"
                );
            }
            assert_eq!(status(address, "no.such.Service").await, Err(tonic::Code::NotFound));
        }
        assert_eq!(
            status(&server.admin_address, "broadside.v1.InventoryService").await,
            Ok(ServingStatus::Serving)
        );
    });
}

#[test]
fn health_says_not_serving_until_the_first_inventory_is_there() {
    // The reader waits at a pipe until someone writes into it.
    let server = Server::start_unready("slow.txt", &[], |path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo works");
    });
    runtime().block_on(async {
        for service in ["", "broadside.v1.MatchService"] {
            assert_eq!(status(&server.admin_address, service).await, Ok(ServingStatus::NotServing));
        }
        assert_eq!(page(&server.admin_address, "/livez").0, 200);
        assert_eq!(page(&server.admin_address, "/readyz").0, 503);
        let client = broadside_client::Client::builder(&server.address).max_attempts(1).build();
        let error = client
            .expect("the address is good")
            .match_one("shoes")
            .await
            .expect_err("nothing is loaded");
        // Who only tries to connect must go elsewhere, too: the port is taken and not open.
        assert_eq!(error.code, broadside_client::Code::Unavailable);
        assert_eq!(error.reason, None);
        let refused = TcpStream::connect(&server.address).expect_err("nobody listens yet");
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);

        let mut watch = health(&server.admin_address)
            .await
            .watch(ask(""))
            .await
            .expect("it is served")
            .into_inner();
        let first =
            watch.message().await.expect("the stream is open").expect("it begins with what is");
        assert_eq!(first.status(), ServingStatus::NotServing);
        std::fs::write(server.path("slow.txt"), "shoes\n").expect("the reader is waiting");
        let second =
            watch.message().await.expect("the stream is open").expect("it tells what changes");
        assert_eq!(second.status(), ServingStatus::Serving);
        assert_eq!(status(&server.address, "").await, Ok(ServingStatus::Serving), "it is open now");
    });
    assert_eq!(page(&server.admin_address, "/readyz").0, 200);
}

#[test]
fn a_watch_learns_of_the_shutdown_and_does_not_delay_it() {
    let mut server = Server::start("a.txt", "shoes\n");
    let (seen, last) = std::sync::mpsc::channel();
    let address = server.address.clone();
    let (watching, is_watching) = std::sync::mpsc::channel();
    let watcher = std::thread::spawn(move || {
        runtime().block_on(async {
            let mut watch =
                health(&address).await.watch(ask("")).await.expect("it is served").into_inner();
            while let Ok(Some(status)) = watch.message().await {
                seen.send(status.status()).expect("the test waits");
                let _ = watching.send(());
            }
        });
    });
    is_watching.recv_timeout(PATIENCE).expect("the watch begins");
    let started = Instant::now();
    server.stop();
    assert!(
        started.elapsed().as_secs() < 5,
        "a watch held the shutdown for {:?}",
        started.elapsed()
    );
    watcher.join().expect("the watcher ends");
    let seen: Vec<_> = last.iter().collect();
    assert_eq!(seen, [ServingStatus::Serving, ServingStatus::NotServing]);
}

#[test]
fn silent_connections_do_not_delay_the_shutdown() {
    let mut server = Server::start("a.txt", "shoes\n");
    let connect = |address: &str| TcpStream::connect(address).expect("the port is open");
    let mut open: Vec<_> = (0..20).map(|_| connect(&server.address)).collect();
    open.extend((0..5).map(|_| connect(&server.admin_address)));
    for stream in open.iter_mut().skip(10).take(10) {
        // The HTTP/2 preface and an empty SETTINGS frame, then silence.
        stream
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
            .expect("the server reads");
    }
    let started = Instant::now();
    server.stop();
    assert!(started.elapsed().as_secs() < 5, "they held the shutdown for {:?}", started.elapsed());
}

#[test]
fn the_metrics_page_counts_what_was_asked() {
    let server = Server::start("a.txt", "shoes\nboots\n");
    runtime().block_on(async {
        assert_eq!(server.ids("shoes boots").await.len(), 2);
    });
    let (code, body) = page(&server.admin_address, "/metrics");
    assert_eq!(code, 200);
    let value = |name: &str| {
        let line = body.lines().find(|line| line.starts_with(name));
        let value = line
            .and_then(|line| line.rsplit(' ').next())
            .and_then(|value| value.parse::<f64>().ok());
        value.unwrap_or_else(|| panic!("{name} is not in\n{body}"))
    };
    assert!(value("broadside_queries_total") >= 1.0);
    assert!(value("broadside_matches_total") >= 2.0);
    assert!((value("broadside_inventory_listings") - 2.0).abs() < 0.1);
    assert_eq!(page(&server.admin_address, "/nothing").0, 404);
}
