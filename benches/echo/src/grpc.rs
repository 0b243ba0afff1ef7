//! The server without its matcher: the same acceptor, worker, socket, settings and codec around a fixed result.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::time::Duration;

use broadside_proto::v1;
use broadside_server::limits::Limits;
use broadside_server::rpc::wire::reply::{
    begin_framed, begin_stream_batch, end_framed, end_stream_batch,
};
use broadside_server::rpc::wire::request::{BatchView, StreamView, Unread};
use broadside_server::rpc::{
    Answered as Reply, Answering, CallBody, Ended, ThreadBounds, stream, unary,
};
use broadside_server::serve::acceptor::{Listener, Places, accept};
use broadside_server::serve::calls::RequestBody;
use broadside_server::serve::connection::{Protocol, Terms};
use broadside_server::serve::{Drain, worker};
use bytes::Bytes;
use http::{Request, Response};
use metrics::{Counter, Gauge};
use prost::Message as _;
use tokio::sync::mpsc;
use tonic::Status;

/// The server's limits.
const QUERIES_MAX: usize = 4_096;
const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
const CONNECTIONS_MAX: usize = 256;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Matches of each result
    #[arg(long, default_value_t = 2)]
    matches: usize,
    /// Bytes of each match's listing id
    #[arg(long, default_value_t = 8)]
    id_bytes: usize,
}

/// Answers each query with the same result.
#[derive(Clone)]
struct Echo {
    /// What a response begins with.
    version: Bytes,
    /// A result as it stands in a response.
    result: Bytes,
    bounds: ThreadBounds,
}

type Answered = Pin<Box<dyn Future<Output = Result<Response<CallBody>, Infallible>> + Send>>;

/// Serves until Ctrl-C, on one worker of this thread.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let listener = TcpListener::bind(arguments.listen)?;
    listener.set_nonblocking(true)?;
    crate::tell(&mut io::stdout(), &listener.local_addr()?.to_string());
    let echo = Echo::new(arguments.matches, arguments.id_bytes);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (drain, signal) = Drain::new();
        let (hand, handed) = mpsc::unbounded_channel();
        let places = Places::new(CONNECTIONS_MAX, Gauge::noop(), Counter::noop());
        let terms =
            Terms { protocol: Protocol::http2(), tls: None, limits: Limits::default().connection };
        let serving = worker::serve(
            handed,
            terms,
            move |_| echo.clone(),
            std::array::from_fn(|_| Counter::noop()),
            signal.clone(),
            Duration::from_secs(1),
        );
        tokio::select! {
            accepted = accept(Listener::Tcp(listener), vec![hand], places, signal) => accepted,
            () = serving => Ok(()),
            stopped = tokio::signal::ctrl_c() => {
                drain.begin();
                stopped
            }
        }
    })
}

impl Echo {
    fn new(matches: usize, id_bytes: usize) -> Echo {
        let hit = v1::Match {
            listing_id: "l".repeat(id_bytes),
            score: 1.5,
            match_type: v1::MatchType::Broad.into(),
            keyword_index: 1,
            ..v1::Match::default()
        };
        let result = v1::QueryResult {
            matches: vec![hit; matches],
            total: matches as u64,
            total_exact: true,
            ..v1::QueryResult::default()
        };
        let response = |version, results| v1::MatchBatchResponse { version, results };
        let version =
            v1::InventoryVersion { generation: "0123456789abcdef".to_owned(), sequence: 0 };
        Echo {
            version: response(Some(version), Vec::new()).encode_to_vec().into(),
            result: response(None, vec![result]).encode_to_vec().into(),
            bounds: ThreadBounds::new(REQUEST_BYTES_MAX),
        }
    }

    fn put(&self, out: &mut Vec<u8>, queries: usize) {
        out.reserve(self.version.len() + queries * self.result.len());
        out.extend_from_slice(&self.version);
        for _ in 0..queries {
            out.extend_from_slice(&self.result);
        }
    }

    fn batch(&self, request: &[u8]) -> Result<Vec<u8>, Unread> {
        let queries = BatchView::read(request, QUERIES_MAX)?.len();
        let mut reply = Vec::new();
        let framed = begin_framed(&mut reply);
        self.put(&mut reply, queries);
        end_framed(&mut reply, framed);
        Ok(reply)
    }

    fn streamed(&self, request: &[u8], out: &mut Vec<u8>) -> Result<(), Unread> {
        let request = StreamView::read(request, QUERIES_MAX)?;
        let queries = request.batch.len();
        let framed = begin_framed(out);
        let response = begin_stream_batch(out, request.request_id, queries);
        self.put(out, queries);
        end_stream_batch(out, response);
        end_framed(out, framed);
        Ok(())
    }
}

impl hyper::service::Service<Request<RequestBody>> for Echo {
    type Response = Response<CallBody>;
    type Error = Infallible;
    type Future = Answered;

    fn call(&self, request: Request<RequestBody>) -> Answered {
        let echo = self.clone();
        let streams = request.uri().path().ends_with("/MatchStream");
        let body = request.into_body();
        Box::pin(async move {
            let bounds = echo.bounds.connection();
            if streams {
                let never: Ended = Box::pin(std::future::pending());
                let answer = move |request: Bytes, mut out: Vec<u8>| -> Answering {
                    let outcome = echo.streamed(&request, &mut out).map_err(Status::from);
                    Box::pin(std::future::ready((out, outcome)))
                };
                return Ok(stream(body, bounds, never, answer));
            }
            unary(body, &bounds, |request: Bytes| Reply::Now(echo.batch(&request))).await
        })
    }
}
