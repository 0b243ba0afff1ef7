//! The bodies of replies, and the two ways to answer a call: one message for one, or one for each of a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::{Body, Frame, SizeHint};
use tonic::Status;

use super::incoming::Messages;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_OK: HeaderValue = HeaderValue::from_static("0");

/// The body of a reply.
pub struct CallBody(Kind);

enum Kind {
    /// One message, then the status OK.
    Message(Bytes),
    Status,
    Done,
    /// Whatever tonic and its services make.
    Tonic(tonic::body::Body),
    /// The responses of a stream.
    Stream(Pin<Box<dyn Body<Data = Bytes, Error = Status> + Send>>),
}

/// Answers a call of one message of at most so many bytes. `answer` gives the framed reply, at once.
pub async fn unary<B, E>(
    body: B,
    message_bytes_max: usize,
    answer: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Response<CallBody>
where
    B: Body<Data = Bytes> + Unpin,
    E: Into<Status>,
{
    let answered = match Messages::new(body, message_bytes_max).only().await {
        Ok(message) => answer(&message).map_err(Into::into),
        Err(refusal) => Err(refusal.into()),
    };
    match answered {
        Ok(reply) => replied(Kind::Message(reply.into())),
        Err(status) => status.into_http(),
    }
}

/// Answers a call with responses that come one after the other.
pub(super) fn streamed(
    responses: impl Body<Data = Bytes, Error = Status> + Send + 'static,
) -> Response<CallBody> {
    replied(Kind::Stream(Box::pin(responses)))
}

/// What comes after the last message.
pub(super) fn trailers(status: Option<&Status>) -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(3);
    match status {
        None => {
            trailers.insert(GRPC_STATUS, GRPC_OK);
        }
        Some(status) => {
            if status.add_header(&mut trailers).is_err() {
                trailers.insert(GRPC_STATUS, HeaderValue::from(status.code() as i32));
            }
        }
    }
    trailers
}

fn replied(kind: Kind) -> Response<CallBody> {
    let mut response = Response::new(CallBody(kind));
    response.headers_mut().insert(CONTENT_TYPE, GRPC);
    response
}

impl Default for CallBody {
    fn default() -> CallBody {
        CallBody(Kind::Done)
    }
}

impl From<tonic::body::Body> for CallBody {
    fn from(body: tonic::body::Body) -> CallBody {
        CallBody(Kind::Tonic(body))
    }
}

impl Body for CallBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = match &mut self.0 {
            Kind::Tonic(body) => return Pin::new(body).poll_frame(context),
            Kind::Stream(responses) => return responses.as_mut().poll_frame(context),
            Kind::Done => return Poll::Ready(None),
            Kind::Message(message) => {
                let message = std::mem::take(message);
                self.0 = Kind::Status;
                Frame::data(message)
            }
            Kind::Status => {
                self.0 = Kind::Done;
                Frame::trailers(trailers(None))
            }
        };
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Tonic(body) => body.is_end_stream(),
            kind => matches!(kind, Kind::Done),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Tonic(body) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}

impl std::fmt::Debug for CallBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallBody")
    }
}
