//! The bodies of replies, and the two ways to answer a call: one message for one, or one for each of a stream.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::{Body, Frame, SizeHint};
use tonic::Status;

use super::incoming::{Messages, Only};
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

/// What becomes of a message: the framed reply, or an error.
pub enum Answered<E> {
    /// It is there, as it mostly is.
    Now(Result<Vec<u8>, E>),
    /// It will be.
    Later(Later<E>),
}

type Later<E> = Pin<Box<dyn Future<Output = Result<Vec<u8>, E>> + Send>>;

/// A call of one message on its way to its reply.
pub struct Unary<B, A, E> {
    stage: Stage<B, A, E>,
    unread: Share,
}

enum Stage<B, A, E> {
    Reading(Only<B>, Option<A>),
    Answering(Later<E>),
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

/// A call of one message. `answer` gives the framed reply.
///
/// The call is a future by hand and not an `async` function, which would be several times as large: calls are many, and
/// each is moved several times before it is polled.
pub fn unary<B, A, E>(body: B, bounds: &Bounds, answer: A) -> Unary<B, A, E>
where
    B: Body<Data = Bytes> + Unpin,
    A: FnOnce(Bytes) -> Answered<E> + Unpin,
    E: Into<Status>,
{
    let messages = Messages::new(body, bounds.message_bytes_max, false, &bounds.partial);
    let unread = bounds.unread.clone();
    Unary { stage: Stage::Reading(messages.only(), Some(answer)), unread }
}

impl<B, A, E> Future for Unary<B, A, E>
where
    B: Body<Data = Bytes> + Unpin,
    A: FnOnce(Bytes) -> Answered<E> + Unpin,
    E: Into<Status>,
{
    /// An error is a reply, too.
    type Output = Result<Response<CallBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Unary { stage, unread } = &mut *self;
        if let Stage::Reading(message, answer) = stage {
            let answered = match ready!(Pin::new(message).poll(context)) {
                Err(refusal) => return Poll::Ready(Ok(Status::from(refusal).into_http())),
                Ok(message) => answer.take().expect("a call has one message")(message),
            };
            match answered {
                Answered::Now(reply) => return Poll::Ready(Ok(unary_reply(reply, unread))),
                Answered::Later(later) => *stage = Stage::Answering(later),
            }
        }
        let Stage::Answering(later) = stage else { unreachable!("it was set just now") };
        let reply = ready!(later.as_mut().poll(context));
        Poll::Ready(Ok(unary_reply(reply, unread)))
    }
}

fn unary_reply(reply: Result<Vec<u8>, impl Into<Status>>, unread: &Share) -> Response<CallBody> {
    match reply {
        Ok(reply) => replied(Kind::Message(counted(reply, unread))),
        Err(error) => error.into().into_http(),
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

/// A reply that counts as unread until it was taken.
fn counted(bytes: Vec<u8>, unread: &Share) -> Bytes {
    let mut held = unread.hold();
    held.add(bytes.capacity());
    Bytes::from_owner(Counted { bytes, _held: held })
}

impl Bounds {
    /// The same, on the connection.
    pub(super) fn counted(&self, bytes: Vec<u8>) -> Bytes {
        counted(bytes, &self.unread)
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
