//! Whole servers in process, on ports of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use broadside_proto::v1::inventory_service_client::InventoryServiceClient;
use broadside_proto::v1::match_service_client::MatchServiceClient;
use broadside_proto::v1::{self, ReloadOutcome, ServingStatus};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};
use tonic_reflection::pb::v1 as reflection;

use super::{App, Farewell, RunError};
use crate::config::{Command, Config, ListenAddress};
use crate::runtime::Phase;

mod access;

/// How long what happens at once may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that serves, until it is told to stop.
struct Server {
    matches: SocketAddr,
    admin: SocketAddr,
    secrets: Arc<Notify>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), RunError>>,
}

fn config(arguments: &[&str]) -> Config {
    let ports = ["", "--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0", "--workers=2"];
    let arguments = ports.iter().chain(arguments).map(Into::into);
    match Config::read(arguments, []) {
        Ok(Command::Serve(config)) => *config,
        other => panic!("expected settings, got {other:?}"),
    }
}

impl Server {
    async fn start(arguments: &[&str]) -> Server {
        let app = App::bind(config(arguments)).expect("free ports");
        let readiness = app.readiness();
        let (matches, admin) = (tcp(&app.match_address()), tcp(&app.admin_address()));
        assert_eq!(readiness.phase(), Phase::Starting);
        let secrets = app.secrets_handle();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(app.run(async {
            let _ = stopped.await;
            Farewell::Now
        }));
        assert_eq!(readiness.reached(Phase::Serving).await, Phase::Serving);
        Server { matches, admin, secrets, stop, running }
    }

    async fn end(self) {
        self.stop.send(()).expect("it runs");
        self.running.await.expect("no panic").expect("it ends in order");
        for address in [self.matches, self.admin] {
            assert!(TcpStream::connect(address).await.is_err(), "the ports are given back");
        }
    }
}

fn tcp(address: &ListenAddress) -> SocketAddr {
    match address {
        ListenAddress::Tcp(address) => *address,
        ListenAddress::Unix(_) => panic!("expected a port, got {address}"),
    }
}

async fn channel(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}"))
        .expect("a URI")
        .connect()
        .await
        .expect("connected")
}

async fn page(address: SocketAddr, path: &str) -> String {
    page_as(address, path, "").await
}

/// The same, with more headers.
async fn page_as(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: test\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.expect("UTF-8");
    reply
}

fn ask(text: &str) -> v1::MatchBatchRequest {
    let query = v1::Query { text: text.to_owned(), ..v1::Query::default() };
    v1::MatchBatchRequest { queries: vec![query], ..v1::MatchBatchRequest::default() }
}

#[tokio::test]
async fn two_servers_live_in_one_process_and_do_not_know_each_other() {
    let (one, other) = (Server::start(&["--sample"]).await, Server::start(&["--sample"]).await);
    let mut client = MatchServiceClient::new(channel(one.matches).await);
    client.match_batch(ask("running shoes")).await.expect("an answer");
    let counted = "broadside_calls_total{method=\"MatchBatch\",code=\"OK\"}";
    assert!(page(one.admin, "/metrics").await.contains(&format!("{counted} 1")));
    assert!(page(other.admin, "/metrics").await.contains(&format!("{counted} 0")));
    assert!(page(one.admin, "/readyz").await.starts_with("HTTP/1.1 200"));
    one.end().await;
    let mut client = MatchServiceClient::new(channel(other.matches).await);
    client.match_batch(ask("running shoes")).await.expect("the other one lives");
    other.end().await;
}

#[tokio::test]
async fn administration_is_on_its_own_listener() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("shoes.txt");
    std::fs::write(&path, "trail shoes\n").expect("written");
    let server = Server::start(&["--sample"]).await;
    let mut admin = InventoryServiceClient::new(channel(server.admin).await);
    let sources = vec![path.display().to_string()];
    let request = v1::ReloadRequest { sources: sources.clone(), validate_only: false };
    let reply = admin.reload(request.clone()).await.expect("good").into_inner();
    assert_eq!(reply.outcome(), ReloadOutcome::Published);
    let again = admin.reload(request).await.expect("good").into_inner();
    assert_eq!(again.outcome(), ReloadOutcome::Unchanged);

    let status = admin.get_status(v1::GetStatusRequest {}).await.expect("a status").into_inner();
    assert_eq!(status.serving_status(), ServingStatus::Serving);
    assert_eq!((&status.version, &status.sources), (&reply.version, &sources));
    for (name, value) in [
        ("max_batch_queries", 4_096),
        ("query_steps_max", u64::from(broadside_core::limits::QUERY_STEPS_MAX)),
        ("rank_steps_max", u64::from(broadside_core::limits::RANK_STEPS_MAX)),
        ("shared_keyword_listings_max", 1_024),
        ("explained_listings_max", 2_000),
        ("explained_misses_max", 100),
        ("page_listings_max", 1_000),
        ("page_bytes", 1_048_576),
        ("page_scanned_listings_max", 1_000_000),
    ] {
        let limit = status.limits.iter().find(|limit| limit.name == name);
        assert_eq!(limit.map(|limit| limit.value), Some(value), "{name}");
    }
    assert!(status.memory.windows(2).all(|pair| pair[0].bytes >= pair[1].bytes));

    let mut misplaced = InventoryServiceClient::new(channel(server.matches).await);
    let refused =
        misplaced.get_status(v1::GetStatusRequest {}).await.expect_err("not on this port");
    assert_eq!(refused.code(), Code::Unimplemented);
    let mut misplaced = MatchServiceClient::new(channel(server.admin).await);
    assert_eq!(
        misplaced.match_batch(ask("a")).await.expect_err("not on this port").code(),
        Code::Unimplemented
    );
    server.end().await;
}

#[tokio::test]
async fn what_is_served_can_be_read_and_explained() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("shoes.jsonl");
    let record =
        r#"{"listing": {"id": "l1", "keywords": ["shoes", "Shoes"], "negatives": ["free"]}}"#;
    std::fs::write(&path, record).expect("written");
    let server = Server::start(&["--inventory", path.to_str().expect("UTF-8")]).await;
    let mut admin = InventoryServiceClient::new(channel(server.admin).await);
    let reload = v1::ReloadRequest { validate_only: true, ..v1::ReloadRequest::default() };
    let reload = admin.reload(reload).await.expect("good").into_inner();
    let warnings = reload.warnings.expect("always there");
    assert_eq!(warnings.counts[0].code, "DUPLICATE_KEYWORD", "{warnings:?}");
    let list = admin.list_listings(v1::ListListingsRequest::default()).await.expect("a page");
    let [listing] = &list.get_ref().listings[..] else { panic!("one listing: {list:?}") };
    let get = v1::GetListingRequest { listing_id: "l1".to_owned(), include_shared: false };
    let got = admin.get_listing(get).await.expect("it exists").into_inner();
    assert_eq!(got.listing.as_ref(), Some(listing));

    let mut client = MatchServiceClient::new(channel(server.matches).await);
    let (text, listing_id) = ("free shoes".to_owned(), "l1".to_owned());
    let request = v1::ExplainRequest { text, listing_id, ..v1::ExplainRequest::default() };
    let reply = client.explain(request).await.expect("an explanation").into_inner();
    assert_eq!((&reply.version, &reply.version), (&got.version, &list.get_ref().version));

    let pages = page(server.admin, "/metrics").await;
    for method in ["Explain", "GetListing", "ListListings"] {
        let counted = format!("broadside_calls_total{{method=\"{method}\",code=\"OK\"}} 1");
        assert!(pages.contains(&counted), "expected {counted} in:\n{pages}");
    }
    server.end().await;
}

#[tokio::test]
async fn reflection_lists_what_each_listener_serves() {
    let server = Server::start(&["--sample"]).await;
    for (address, service) in [
        (server.matches, "broadside.v1.MatchService"),
        (server.admin, "broadside.v1.InventoryService"),
    ] {
        let channel = channel(address).await;
        let mut client = reflection::server_reflection_client::ServerReflectionClient::new(channel);
        let list =
            reflection::server_reflection_request::MessageRequest::ListServices(String::new());
        let request = reflection::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(list),
        };
        let replies =
            client.server_reflection_info(tokio_stream::once(request)).await.expect("a stream");
        let reply = replies.into_inner().message().await.expect("a reply").expect("one");
        let Some(reflection::server_reflection_response::MessageResponse::ListServicesResponse(
            list,
        )) = reply.message_response
        else {
            panic!("expected a list");
        };
        let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
        assert!(names.contains(&service) && names.contains(&"grpc.health.v1.Health"), "{names:?}");
        assert_eq!(names.len(), 4, "{names:?}");
    }
    server.end().await;
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused_and_counted() {
    let server = Server::start(&["--sample", "--max-request-bytes=1024"]).await;
    let mut client = MatchServiceClient::new(channel(server.matches).await);
    let refused = client.match_batch(ask(&"x".repeat(2_000))).await.expect_err("too large");
    assert_eq!(refused.code(), Code::OutOfRange);
    let counted = "broadside_calls_total{method=\"MatchBatch\",code=\"OUT_OF_RANGE\"} 1";
    assert!(page(server.admin, "/metrics").await.contains(counted));
    server.end().await;
}

#[tokio::test]
async fn a_first_inventory_that_cannot_be_served_ends_the_run() {
    let app = App::bind(config(&["--inventory=/does/not/exist.txt"])).expect("free ports");
    let ended =
        tokio::time::timeout(Duration::from_secs(60), app.run(std::future::pending())).await;
    assert!(matches!(ended, Ok(Err(RunError::Load(_)))), "{ended:?}");
}

#[tokio::test]
async fn a_run_that_is_dropped_gives_its_ports_back() {
    let app = App::bind(config(&["--sample"])).expect("free ports");
    let (address, readiness) = (tcp(&app.match_address()), app.readiness());
    let running = tokio::spawn(app.run(std::future::pending()));
    readiness.reached(Phase::Serving).await;
    running.abort();
    assert!(running.await.is_err());
    // The threads end on their own time: the port refuses as soon as the acceptor has.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn replies_larger_than_any_buffer_arrive_whole_beside_small_ones() {
    let server = Server::start(&["--sample"]).await;
    // The client keeps the protocol's small windows, so that the server has to wait for it again and again.
    let mut client = MatchServiceClient::new(channel(server.matches).await)
        .max_decoding_message_size(usize::MAX);
    let options =
        v1::MatchOptions { include: vec![1, 2, 3], limit: 1_000, ..v1::MatchOptions::default() };
    let mut large = ask("running shoes for news about cats");
    large.queries = vec![large.queries[0].clone(); 4_096];
    large.options = Some(options);
    let mut beside = client.clone();
    let (large, small) =
        tokio::join!(client.match_batch(large), beside.match_batch(ask("running shoes")));
    assert_eq!(small.expect("an answer").into_inner().results.len(), 1);
    let large = large.expect("an answer").into_inner();
    assert_eq!(large.results.len(), 4_096);
    assert!(large.results.iter().all(|result| *result == large.results[0]));
    assert!(!large.results[0].matches.is_empty(), "the sample has something for this text");
    assert!(
        prost::Message::encoded_len(&large) > 1024 * 1024,
        "{} bytes",
        prost::Message::encoded_len(&large)
    );
    server.end().await;
}

#[tokio::test]
async fn the_match_port_is_closed_until_it_is_served() {
    let app = App::bind(config(&["--sample"])).expect("free ports");
    let matches = TcpStream::connect(tcp(&app.match_address())).await;
    assert!(matches.is_err(), "who is refused goes elsewhere");
    TcpStream::connect(tcp(&app.admin_address())).await.expect("probes are answered");
}

#[tokio::test]
async fn a_lame_duck_says_so_and_still_answers() {
    let app = App::bind(config(&["--sample", "--lame-duck-ms=86400000"])).expect("free ports");
    let (address, readiness) = (tcp(&app.match_address()), app.readiness());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(app.run(async {
        let _ = stopped.await;
        Farewell::LameDuck
    }));
    readiness.reached(Phase::Serving).await;
    let mut client = MatchServiceClient::new(channel(address).await);
    stop.send(()).expect("it runs");
    let says = tokio::time::timeout(PATIENCE, readiness.reached(Phase::LameDuck)).await;
    assert_eq!(says.expect("it says so"), Phase::LameDuck);
    client.match_batch(ask("running shoes")).await.expect("an answer");
    MatchServiceClient::new(channel(address).await)
        .match_batch(ask("running shoes"))
        .await
        .expect("newcomers are answered, too");
    assert_eq!(readiness.phase(), Phase::LameDuck);
    running.abort();
}

#[tokio::test]
async fn a_stream_ends_when_its_connection_is_told_to_go() {
    let flags = ["--sample", "--connection-age-ms=100", "--connection-age-grace-ms=600000"];
    let server = Server::start(&flags).await;
    let mut client = MatchServiceClient::new(channel(server.matches).await);
    let replies = client.match_stream(tokio_stream::pending()).await.expect("a stream");
    let ended = tokio::time::timeout(PATIENCE, replies.into_inner().message()).await;
    let ended = ended.expect("it does not wait for its client").expect_err("it is told why");
    assert_eq!(ended.code(), Code::Unavailable, "{ended:?}");
    server.end().await;
}

#[tokio::test]
async fn a_stream_may_bring_any_number_of_bytes() {
    let server = Server::start(&["--sample"]).await;
    let mut client = MatchServiceClient::new(channel(server.matches).await);
    let batch = Some(ask(&"x".repeat(1024 * 1024)));
    let requests = vec![v1::MatchStreamRequest { request_id: 1, batch }; 12];
    let replies = client.match_stream(tokio_stream::iter(requests)).await.expect("a stream");
    let mut replies = replies.into_inner();
    for number in 0..12 {
        let reply = replies.message().await.expect("it goes on");
        assert!(reply.is_some(), "reply {number}");
    }
    server.end().await;
}
