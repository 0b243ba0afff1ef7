//! One HTTP/2 connection, and one call on it, as close to the wire as hyper allows.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, TE, USER_AGENT};
use http::{Method, Request, Uri, Version};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::reply;
use super::stream::{Requests, Responses};
use super::tally::Outcome;
use crate::failure::Failure;

const SERVICE_PATH: &str = "/broadside.v1.MatchService/";
/// Bytes that the server may send before it is told that they were read, on a stream and on a connection: replies are
/// never held up by the generator.
const WINDOW_BYTES: u32 = 4 << 20;
/// Bytes of a reply; a longer one counts as malformed.
const REPLY_BYTES_MAX: usize = 256 << 20;

/// A connection. Clones share it and may call at the same time.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    sender: SendRequest<Either<Full<Bytes>, Requests>>,
    batch_uri: Uri,
    stream_uri: Uri,
    headers: HeaderMap,
}

impl Connection {
    /// Connects. What drives the connection runs as a task of this runtime.
    ///
    /// # Errors
    /// The server cannot be reached, or does not speak HTTP/2.
    pub(super) async fn open(authority: &str) -> Result<Connection, Failure> {
        let unreachable =
            |why: String| Failure::unreachable(format!("cannot connect to {authority}: {why}"));
        let stream =
            TcpStream::connect(authority).await.map_err(|error| unreachable(error.to_string()))?;
        stream.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
        let (sender, connection) = Builder::new(TokioExecutor::new())
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        // It ends when the connection does, which every call on it notices.
        tokio::spawn(connection);
        let uri = |method| {
            let uri = format!("http://{authority}{SERVICE_PATH}{method}");
            uri.parse().map_err(|error: http::uri::InvalidUri| unreachable(error.to_string()))
        };
        let (batch_uri, stream_uri) = (uri("MatchBatch")?, uri("MatchStream")?);
        let agent = concat!("broadside-bench/", env!("CARGO_PKG_VERSION"));
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/grpc")),
            (TE, HeaderValue::from_static("trailers")),
            (USER_AGENT, HeaderValue::from_static(agent)),
        ];
        Ok(Connection { sender, batch_uri, stream_uri, headers: headers.into_iter().collect() })
    }

    /// Whether no further call can be made.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Makes one call with this body and reads the reply to its end into `buffer`, which is kept for the next one.
    pub(super) async fn call(
        &mut self,
        body: Bytes,
        queries: usize,
        buffer: &mut Vec<u8>,
    ) -> Outcome {
        let request = self.request(&self.batch_uri, Either::Left(Full::new(body)));
        if self.sender.ready().await.is_err() {
            return Outcome::Transport;
        }
        match self.sender.send_request(request).await {
            Ok(response) => read(response, queries, buffer).await,
            Err(_) => Outcome::Transport,
        }
    }

    /// Opens a stream that sends these requests.
    pub(super) async fn stream(&mut self, requests: Requests) -> Result<Responses, Outcome> {
        let request = self.request(&self.stream_uri, Either::Right(requests));
        self.sender.ready().await.map_err(|_| Outcome::Transport)?;
        let response = self.sender.send_request(request).await.map_err(|_| Outcome::Transport)?;
        match grpc_status(response.headers()) {
            None => Ok(Responses::new(response.into_body())),
            Some(code) => Err(Outcome::Status(code)),
        }
    }

    fn request<B>(&self, uri: &Uri, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.clone();
        *request.version_mut() = Version::HTTP_2;
        *request.headers_mut() = self.headers.clone();
        request
    }
}

async fn read(response: http::Response<Incoming>, queries: usize, buffer: &mut Vec<u8>) -> Outcome {
    if response.status() != http::StatusCode::OK {
        return Outcome::Malformed;
    }
    // A server that has nothing but a status to send puts it here.
    let mut status = grpc_status(response.headers());
    let mut body = response.into_body();
    buffer.clear();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Outcome::Transport };
        if let Some(data) = frame.data_ref() {
            if buffer.len() + data.len() > REPLY_BYTES_MAX {
                return Outcome::Malformed;
            }
            buffer.extend_from_slice(data);
        } else if let Some(trailers) = frame.trailers_ref() {
            status = grpc_status(trailers);
        }
    }
    judge(status, queries, buffer)
}

/// What a reply amounts to. OK without a result for every query is a failure, whatever the status says.
fn judge(status: Option<u8>, queries: usize, body: &[u8]) -> Outcome {
    match (status, reply::count(body)) {
        (Some(0), Some(counts)) if counts.results == queries => {
            Outcome::Ok { refused: counts.refused, bytes: body.len() }
        }
        (None | Some(0), _) => Outcome::Malformed,
        (Some(code), _) => Outcome::Status(code),
    }
}

/// The status in headers or trailers; one that is not a number of one byte counts as one that does not exist.
pub(super) fn grpc_status(headers: &HeaderMap) -> Option<u8> {
    let value = headers.get("grpc-status")?;
    Some(value.to_str().ok().and_then(|value| value.parse().ok()).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{grpc_status, judge};
    use crate::command::bench::tally::Outcome;

    #[test]
    fn a_reply_is_ok_only_with_a_result_for_every_query() {
        let two_results = [0, 0, 0, 0, 4, 0x12, 0, 0x12, 0];
        let ok = Outcome::Ok { refused: 0, bytes: two_results.len() };
        assert_eq!(judge(Some(0), 2, &two_results), ok);
        assert_eq!(judge(Some(0), 3, &two_results), Outcome::Malformed);
        assert_eq!(judge(Some(0), 2, &two_results[..6]), Outcome::Malformed);
        assert_eq!(judge(None, 2, &two_results), Outcome::Malformed);
        assert_eq!(judge(Some(14), 2, &[]), Outcome::Status(14));
        assert_eq!(judge(Some(4), 2, &two_results), Outcome::Status(4));
    }

    #[test]
    fn statuses() {
        let check = |value: Option<&'static str>, expected: Option<u8>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert("grpc-status", HeaderValue::from_static(value));
            }
            assert_eq!(grpc_status(&headers), expected);
        };
        check(None, None);
        check(Some("0"), Some(0));
        check(Some("14"), Some(14));
        check(Some("-1"), Some(u8::MAX));
        check(Some("OK"), Some(u8::MAX));
    }
}
