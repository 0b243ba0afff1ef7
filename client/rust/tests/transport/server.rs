//! A server that answers as a test tells it to and remembers what it was sent: over TCP, TLS or a Unix socket, so that what
//! is tested includes the RPC library. The tests of the command line use it too.
#![allow(dead_code, reason = "not each crate of tests needs all of it")]

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use broadside_proto::v1 as pb;
use broadside_proto::v1::match_service_server::{MatchService, MatchServiceServer};
use broadside_proto::v1::match_stream_response::Outcome;
use futures_util::{Stream, StreamExt};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::{TcpListenerStream, UnixListenerStream};
use tonic::metadata::MetadataMap;
use tonic::transport::server::Connected;
use tonic::transport::{self, ServerTlsConfig};
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt};

/// A batch of a stream with this text is refused as one too many.
pub(crate) const OVERLOADING: &str = "overloading";

/// A server that runs until it is dropped.
pub(crate) struct Server {
    /// `127.0.0.1:PORT`, or `unix:/PATH`.
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<MetadataMap>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

/// Whether the call of this number, from 0, is answered.
type Script = Box<dyn Fn(usize) -> Result<(), Status> + Send + Sync>;

struct Scripted {
    script: Script,
    seen: Arc<Mutex<Vec<MetadataMap>>>,
}

impl Server {
    /// Plain text at a free port.
    pub(crate) async fn plain(
        script: impl Fn(usize) -> Result<(), Status> + Send + Sync + 'static,
    ) -> Server {
        Server::tcp(transport::Server::builder(), script).await
    }

    /// TLS at a free port.
    pub(crate) async fn tls(tls: ServerTlsConfig) -> Server {
        let builder = transport::Server::builder().tls_config(tls);
        Server::tcp(builder.expect("the configuration is good"), |_| Ok(())).await
    }

    /// As this is set up, at a free port.
    pub(crate) async fn tcp(
        builder: transport::Server,
        script: impl Fn(usize) -> Result<(), Status> + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        Server::start(address, builder, TcpListenerStream::new(listener), Box::new(script))
    }

    /// Plain text at a socket of this path.
    pub(crate) fn unix(path: &Path) -> Server {
        let incoming = UnixListenerStream::new(UnixListener::bind(path).expect("the path is free"));
        let address = format!("unix:{}", path.display());
        Server::start(address, transport::Server::builder(), incoming, Box::new(|_| Ok(())))
    }

    fn start<S>(
        address: String,
        builder: transport::Server,
        incoming: impl Stream<Item = io::Result<S>> + Send + 'static,
        script: Script,
    ) -> Server
    where
        S: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
        S::ConnectInfo: Clone + Send + Sync,
    {
        let (seen, connections) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let service = MatchServiceServer::new(Scripted { script, seen: Arc::clone(&seen) });
        let count = Arc::clone(&connections);
        let incoming = incoming.inspect(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let serving = builder.serve_with_incoming(service, incoming);
        let task = tokio::spawn(async { serving.await.expect("it serves") });
        Server { address, seen, connections, task }
    }

    /// This header of each call so far.
    pub(crate) fn header(&self, name: &str) -> Vec<Option<String>> {
        let text = |headers: &MetadataMap| {
            headers.get(name).map(|value| value.to_str().expect("it is ASCII").to_owned())
        };
        self.seen.lock().expect("no test panics with it").iter().map(text).collect()
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> usize {
        self.seen.lock().expect("no test panics with it").len()
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Scripted {
    fn begin<T>(&self, request: &Request<T>) -> Result<(), Status> {
        let mut seen = self.seen.lock().expect("no test panics with it");
        seen.push(request.metadata().clone());
        (self.script)(seen.len() - 1)
    }
}

/// The refusal of a batch, as a server with too much to do gives it.
fn overloaded() -> tonic_types::Status {
    let mut details = ErrorDetails::new();
    details.set_error_info("OVERLOADED", "broadside.dev", []);
    details.set_retry_info(Some(Duration::from_millis(5)));
    let status = Status::with_error_details(Code::ResourceExhausted, "busy", details);
    tonic_types::Status::decode(status.details()).expect("they are a status")
}

/// One listing for each query, whose id is the query's text.
fn answer(request: &pb::MatchBatchRequest) -> pb::MatchBatchResponse {
    let result = |query: &pb::Query| pb::QueryResult {
        matches: vec![pb::Match { listing_id: query.text.clone(), ..pb::Match::default() }],
        total: 1,
        total_exact: true,
        ..pb::QueryResult::default()
    };
    let version = pb::InventoryVersion { generation: "9d3f00aa12345678".to_owned(), sequence: 0 };
    pb::MatchBatchResponse {
        version: Some(version),
        results: request.queries.iter().map(result).collect(),
    }
}

#[tonic::async_trait]
impl MatchService for Scripted {
    type MatchStreamStream =
        Pin<Box<dyn Stream<Item = Result<pb::MatchStreamResponse, Status>> + Send>>;

    async fn match_batch(
        &self,
        request: Request<pb::MatchBatchRequest>,
    ) -> Result<Response<pb::MatchBatchResponse>, Status> {
        self.begin(&request)?;
        Ok(Response::new(answer(request.get_ref())))
    }

    async fn match_stream(
        &self,
        request: Request<Streaming<pb::MatchStreamRequest>>,
    ) -> Result<Response<Self::MatchStreamStream>, Status> {
        self.begin(&request)?;
        let answers = request.into_inner().map(|request| {
            let request = request?;
            let batch = request.batch.unwrap_or_default();
            let outcome = match batch.queries.iter().any(|query| query.text == OVERLOADING) {
                true => Outcome::Error(overloaded()),
                false => Outcome::Batch(answer(&batch)),
            };
            let outcome = Some(outcome);
            Ok(pb::MatchStreamResponse { request_id: request.request_id, outcome })
        });
        Ok(Response::new(answers.boxed()))
    }

    async fn explain(
        &self,
        request: Request<pb::ExplainRequest>,
    ) -> Result<Response<pb::ExplainResponse>, Status> {
        self.begin(&request)?;
        let explained = Some(pb::explain_response::Explained::Text(pb::TextExplanation::default()));
        Ok(Response::new(pb::ExplainResponse { explained, ..pb::ExplainResponse::default() }))
    }

    async fn analyze(
        &self,
        request: Request<pb::AnalyzeRequest>,
    ) -> Result<Response<pb::AnalyzeResponse>, Status> {
        self.begin(&request)?;
        Ok(Response::new(pb::AnalyzeResponse::default()))
    }
}
