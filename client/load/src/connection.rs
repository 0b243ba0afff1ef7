//! One call on one HTTP/2 connection, as close to the wire as hyper allows.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};
use http::{Method, Request, Uri, Version};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;

use crate::error::Error;
use crate::limits::REPLY_BYTES_MAX;
use crate::refusal;
use crate::reply;
use crate::stream::{Requests, Responses};
use crate::tally::Outcome;
use crate::target::{Sender, Target};

/// The largest number of a `grpc-timeout`.
const TIMEOUT_NUMBER_MAX: u128 = 99_999_999;

/// A connection. Clones share it and may call at the same time.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    sender: Sender,
    batch_uri: Uri,
    stream_uri: Uri,
    headers: HeaderMap,
}

/// A call that was not sent: the connection ended before, or while the server said that it had not
/// looked at the call. Another connection can take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsent;

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// The server cannot be reached, or does not speak HTTP/2.
    pub(crate) async fn open(target: &Target) -> Result<Connection, Error> {
        Ok(Connection {
            sender: target.connect().await?,
            batch_uri: target.uri("MatchBatch"),
            stream_uri: target.uri("MatchStream"),
            headers: target.headers().clone(),
        })
    }

    /// Returns whether no further call can be made.
    pub(crate) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Makes one call with this body and reads the reply to its end into `buffer`, which is kept
    /// for the next one. The server is told how much time is left; nobody stops waiting for it.
    ///
    /// # Errors
    /// The call was not sent.
    pub(crate) async fn call(
        &mut self,
        body: Bytes,
        queries: usize,
        time_left: Option<Duration>,
        buffer: &mut Vec<u8>,
    ) -> Result<Outcome, Unsent> {
        let mut request = self.request(&self.batch_uri, Either::Left(Full::new(body)));
        if let Some(time_left) = time_left {
            request.headers_mut().insert("grpc-timeout", grpc_timeout(time_left));
        }
        match self.sender.try_send_request(request).await {
            Ok(response) => Ok(read(response, queries, buffer).await),
            Err(mut error) => {
                // A request that is given back was not sent.
                let is_unsent = error.take_message().is_some() || is_unprocessed(error.error());
                if is_unsent { Err(Unsent) } else { Ok(Outcome::Transport) }
            }
        }
    }

    /// Opens a stream that sends these requests.
    ///
    /// # Errors
    /// The outcome of a stream that does not begin.
    pub(crate) async fn stream(&mut self, requests: Requests) -> Result<Responses, Outcome> {
        let request = self.request(&self.stream_uri, Either::Right(requests));
        let response = self.sender.send_request(request).await.map_err(|_| Outcome::Transport)?;
        match refusal::of_headers(response.headers()) {
            None => Ok(Responses::new(response.into_body())),
            Some(Err(outcome)) => Err(outcome),
            // The stream ends before it has begun.
            Some(Ok(())) => Err(Outcome::Malformed),
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

/// Returns whether the server has ended the connection in peace and says that it has not begun the
/// call.
fn is_unprocessed(error: &hyper::Error) -> bool {
    let cause =
        std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| {
        cause.is_remote() && cause.is_go_away() && cause.reason() == Some(h2::Reason::NO_ERROR)
    })
}

/// Reads a reply to its end into `buffer`.
async fn read(response: http::Response<Incoming>, queries: usize, buffer: &mut Vec<u8>) -> Outcome {
    if response.status() != http::StatusCode::OK {
        return Outcome::Malformed;
    }
    // A server that has nothing but a status to send puts it here.
    let mut status = refusal::of_headers(response.headers());
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
            status = refusal::of_headers(trailers);
        }
    }
    judge(status, queries, buffer)
}

/// Judges a reply. OK without a result for every query is a failure.
fn judge(status: Option<Result<(), Outcome>>, queries: usize, body: &[u8]) -> Outcome {
    match (status, reply::count(body)) {
        (Some(Err(outcome)), _) => outcome,
        (Some(Ok(())), Some(counts)) if counts.results == queries => {
            Outcome::of_reply(counts, body.len())
        }
        (None | Some(Ok(())), _) => Outcome::Malformed,
    }
}

/// Writes a time as gRPC does, rounded down: in microseconds where they fit, else in milliseconds
/// or seconds.
fn grpc_timeout(time: Duration) -> HeaderValue {
    let (number, unit) = match (time.as_micros(), time.as_millis()) {
        (micros, _) if micros <= TIMEOUT_NUMBER_MAX => (micros, 'u'),
        (_, millis) if millis <= TIMEOUT_NUMBER_MAX => (millis, 'm'),
        _ => (u128::from(time.as_secs()).min(TIMEOUT_NUMBER_MAX), 'S'),
    };
    HeaderValue::try_from(format!("{number}{unit}")).expect("digits and a letter are visible")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{grpc_timeout, judge};
    use crate::tally::Outcome;

    #[test]
    fn a_reply_is_ok_only_with_a_result_for_every_query() {
        let two_results = [0, 0, 0, 0, 4, 0x12, 0, 0x12, 0];
        let ok = Outcome::Ok { answered: 2, refused: 0, bytes: two_results.len() };
        assert_eq!(judge(Some(Ok(())), 2, &two_results), ok);
        assert_eq!(judge(Some(Ok(())), 3, &two_results), Outcome::Malformed);
        assert_eq!(judge(Some(Ok(())), 2, &two_results[..6]), Outcome::Malformed);
        assert_eq!(judge(None, 2, &two_results), Outcome::Malformed);
        let failed = |code| Some(Err(Outcome::Status(code)));
        assert_eq!(judge(failed(14), 2, &[]), Outcome::Status(14));
        assert_eq!(judge(failed(4), 2, &two_results), Outcome::Status(4));
    }

    #[test]
    fn times_as_grpc_writes_them() {
        let check = |time, expected: &str| assert_eq!(grpc_timeout(time), expected);
        check(Duration::ZERO, "0u");
        check(Duration::from_nanos(1_999), "1u");
        check(Duration::from_millis(50), "50000u");
        check(Duration::from_micros(99_999_999), "99999999u");
        check(Duration::from_secs(100), "100000m");
        check(Duration::from_secs(7 * 24 * 60 * 60), "604800S");
    }
}
