//! The bodies of replies, and the two ways to answer a call: one message for one, or one for each of a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::{Body, Frame, SizeHint};
use tonic::Status;

use super::incoming::Messages;
use crate::limits::{
    CONNECTION_PARTIAL_BYTES_MAX, CONNECTION_SMALL_BYTES, CONNECTION_UNREAD_BYTES_MAX,
    CONNECTION_WAITING_BYTES_MAX, PARTIAL_REQUESTS_BYTES_MAX, UNREAD_REPLIES_BYTES_MAX,
    WAITING_REQUESTS_BYTES_MAX,
};
use crate::serve::quota::{Held, Quota, Share};

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_OK: HeaderValue = HeaderValue::from_static("0");

/// The body of a reply.
pub struct CallBody(Kind);

/// The bounds of the requests of a thread, and of their replies.
#[derive(Debug, Clone)]
pub struct ThreadBounds {
    message_bytes_max: usize,
    partial: Quota,
    waiting: Quota,
    unread: Quota,
}

/// The bounds of one connection.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Bytes of one message.
    pub(super) message_bytes_max: usize,
    /// Bytes of messages that are not there as a whole yet.
    pub(super) partial: Share,
    /// Bytes of whole messages whose calls wait.
    pub(super) waiting: Share,
    /// Bytes of replies that were not taken yet, or are not there as a whole yet.
    pub(super) unread: Share,
}

/// A reply that counts until all of it was taken.
struct Counted {
    bytes: Vec<u8>,
    _held: Held,
}

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

/// Answers a call of one message. `answer` gives the framed reply.
pub async fn unary<B, F, E>(
    body: B,
    bounds: &Bounds,
    answer: impl FnOnce(Bytes) -> F,
) -> Response<CallBody>
where
    B: Body<Data = Bytes> + Unpin,
    F: Future<Output = Result<Vec<u8>, E>>,
    E: Into<Status>,
{
    let messages = Messages::new(body, bounds.message_bytes_max, false, &bounds.partial);
    let answered = match messages.only().await {
        Ok(message) => answer(message).await.map_err(Into::into),
        Err(refusal) => Err(refusal.into()),
    };
    match answered {
        Ok(reply) => replied(Kind::Message(bounds.counted(reply))),
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

impl ThreadBounds {
    /// For requests of so many bytes.
    pub fn new(message_bytes_max: usize) -> ThreadBounds {
        ThreadBounds {
            message_bytes_max,
            partial: Quota::new(PARTIAL_REQUESTS_BYTES_MAX),
            waiting: Quota::new(WAITING_REQUESTS_BYTES_MAX),
            unread: Quota::new(UNREAD_REPLIES_BYTES_MAX),
        }
    }

    /// For one connection more.
    pub fn connection(&self) -> Bounds {
        // One request of the largest size must fit.
        let partial = CONNECTION_PARTIAL_BYTES_MAX.max(2 * self.message_bytes_max);
        let waiting = CONNECTION_WAITING_BYTES_MAX.max(2 * self.message_bytes_max);
        Bounds {
            message_bytes_max: self.message_bytes_max,
            partial: self.partial.share(partial, CONNECTION_SMALL_BYTES),
            waiting: self.waiting.share(waiting, CONNECTION_SMALL_BYTES),
            unread: self.unread.share(CONNECTION_UNREAD_BYTES_MAX, CONNECTION_SMALL_BYTES),
        }
    }
}

impl Bounds {
    /// A reply that counts as unread until it was taken.
    pub(super) fn counted(&self, bytes: Vec<u8>) -> Bytes {
        let mut held = self.unread.hold();
        held.add(bytes.capacity());
        Bytes::from_owner(Counted { bytes, _held: held })
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
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
