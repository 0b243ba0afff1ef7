//! Streams: one response for each request, in order, in bounded memory.
//!
//! The transport asks for the next frame of the reply when it has taken the one before, and only then are more requests
//! read. What stands in memory of a stream is so at most: what the client may send ahead ([`STREAM_WINDOW_BYTES`]), one
//! frame of responses that is written, and what waits for the client to read ([`SEND_BUFFER_BYTES_MAX`] and one frame).
//! A client that does not read is soon not read from either.
//!
//! Small responses share a frame: all requests that are there are answered, until the frame has
//! [`STREAM_FRAME_BYTES`]. After each full frame the other calls of the thread have a turn.
//!
//! [`STREAM_WINDOW_BYTES`]: crate::limits::STREAM_WINDOW_BYTES
//! [`SEND_BUFFER_BYTES_MAX`]: crate::limits::SEND_BUFFER_BYTES_MAX

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame};
use tonic::{Code, Status};

use super::body::{CallBody, streamed, trailers};
use super::incoming::Messages;
use super::layers::CallGuard;
use crate::limits::STREAM_FRAME_BYTES;

/// What ends a stream from outside, with the status that its client is told.
pub type Ended = Pin<Box<dyn Future<Output = Status> + Send>>;

/// The responses of one stream.
struct Responses<B, A> {
    requests: Messages<B>,
    answer: A,
    ended: Ended,
    state: State,
    guard: Option<CallGuard>,
}

enum State {
    Open,
    /// Others have a turn before the next frame.
    Yielding,
    /// What is written goes out, and then this: nothing for OK.
    Closing(Option<Status>),
    Closed,
}

/// Answers a stream of messages of at most so many bytes each.
///
/// `answer` writes the framed response of one request, at once; an error of its ends the stream after the responses
/// before it, and so does `ended`, whichever comes first. Neither waits for a client that does not read.
pub fn stream<B, A>(
    body: B,
    message_bytes_max: usize,
    ended: Ended,
    answer: A,
) -> Response<CallBody>
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    A: FnMut(&[u8], &mut Vec<u8>) -> Result<(), Status> + Unpin + Send + 'static,
{
    counted(body, message_bytes_max, ended, answer, None)
}

/// The same, counted when it has ended.
pub(super) fn counted<B, A>(
    body: B,
    message_bytes_max: usize,
    ended: Ended,
    answer: A,
    guard: Option<CallGuard>,
) -> Response<CallBody>
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    A: FnMut(&[u8], &mut Vec<u8>) -> Result<(), Status> + Unpin + Send + 'static,
{
    let requests = Messages::new(body, message_bytes_max);
    streamed(Responses { requests, answer, ended, state: State::Open, guard })
}

impl<B, A> Responses<B, A>
where
    B: Body<Data = Bytes> + Unpin,
    A: FnMut(&[u8], &mut Vec<u8>) -> Result<(), Status>,
{
    /// Answers what is there, at most a frame. Says whether there is something to send or an end.
    fn poll_answer(&mut self, context: &mut Context<'_>, frame: &mut Vec<u8>) -> Poll<()> {
        while frame.len() < STREAM_FRAME_BYTES {
            let request = match self.requests.poll_next(context) {
                Poll::Pending if frame.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(()),
                Poll::Ready(request) => request,
            };
            let status = match request {
                Ok(Some(request)) => match (self.answer)(&request, frame) {
                    Ok(()) => continue,
                    Err(status) => Some(status),
                },
                Ok(None) => None,
                Err(refusal) => Some(refusal.into()),
            };
            self.state = State::Closing(status);
            return Poll::Ready(());
        }
        self.state = State::Yielding;
        Poll::Ready(())
    }

    fn close(&mut self, status: Option<&Status>) -> Frame<Bytes> {
        self.state = State::Closed;
        if let Some(mut guard) = self.guard.take() {
            guard.ended(status.map_or(Code::Ok, Status::code));
        }
        Frame::trailers(trailers(status))
    }
}

impl<B, A> Body for Responses<B, A>
where
    B: Body<Data = Bytes> + Unpin,
    A: FnMut(&[u8], &mut Vec<u8>) -> Result<(), Status> + Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        match std::mem::replace(&mut this.state, State::Open) {
            State::Open => {}
            State::Yielding => {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            State::Closing(status) => return Poll::Ready(Some(Ok(this.close(status.as_ref())))),
            State::Closed => {
                this.state = State::Closed;
                return Poll::Ready(None);
            }
        }
        if let Poll::Ready(status) = this.ended.as_mut().poll(context) {
            return Poll::Ready(Some(Ok(this.close(Some(&status)))));
        }
        let mut frame = Vec::new();
        std::task::ready!(this.poll_answer(context, &mut frame));
        match std::mem::replace(&mut this.state, State::Open) {
            State::Closing(status) if frame.is_empty() => {
                Poll::Ready(Some(Ok(this.close(status.as_ref()))))
            }
            state => {
                this.state = state;
                Poll::Ready(Some(Ok(Frame::data(frame.into()))))
            }
        }
    }
}

#[cfg(test)]
mod tests;
