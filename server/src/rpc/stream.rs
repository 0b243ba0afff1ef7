//! Streams: one response for each request, in order, in bounded memory.
//!
//! The transport asks for the next frame of the reply when it has taken the one before, and only then are more requests
//! read. What stands in memory of a stream is so at most: what the client may send ahead ([`STREAM_WINDOW_BYTES`]), one
//! frame of responses that is written, and what waits for the client to read ([`SEND_BUFFER_BYTES_MAX`] and one frame).
//! A client that does not read is soon not read from either.
//!
//! Small responses share a frame: all requests that are there are answered, until the frame has
//! [`STREAM_FRAME_BYTES`]. After each full frame the other calls of the thread go first, and each request waits for its
//! turn to be matched, too.
//!
//! [`STREAM_WINDOW_BYTES`]: crate::limits::STREAM_WINDOW_BYTES
//! [`SEND_BUFFER_BYTES_MAX`]: crate::limits::SEND_BUFFER_BYTES_MAX

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame};
use tonic::{Code, Status};

use super::body::{Bounds, CallBody, streamed, trailers};
use super::incoming::Messages;
use super::layers::CallGuard;
use crate::limits::STREAM_FRAME_BYTES;

/// What ends a stream from outside, with the status that its client is told.
pub type Ended = Pin<Box<dyn Future<Output = Status> + Send>>;

/// One request on its way: the bytes that were handed in with its framed response behind them, and why the stream ends if
/// it does.
pub type Answering = Pin<Box<dyn Future<Output = (Vec<u8>, Result<(), Status>)> + Send>>;

/// The responses of one stream.
struct Responses<B, A> {
    requests: Messages<B>,
    answer: A,
    bounds: Bounds,
    ended: Ended,
    /// Responses that were not sent yet.
    frame: Vec<u8>,
    /// The request that is being answered; it has the frame.
    answering: Option<Answering>,
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

/// Answers a stream of messages within the bounds.
///
/// `answer` writes the framed response of one request behind what it is handed; an error of its ends the stream after the
/// responses before it, and so does `ended`, whichever comes first. Neither waits for a client that does not read.
pub fn stream<B, A>(body: B, bounds: Bounds, ended: Ended, answer: A) -> Response<CallBody>
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    A: FnMut(Bytes, Vec<u8>) -> Answering + Unpin + Send + 'static,
{
    counted(body, bounds, ended, answer, None)
}

/// The same, counted when it has ended.
pub(super) fn counted<B, A>(
    body: B,
    bounds: Bounds,
    ended: Ended,
    answer: A,
    guard: Option<CallGuard>,
) -> Response<CallBody>
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    A: FnMut(Bytes, Vec<u8>) -> Answering + Unpin + Send + 'static,
{
    let requests = Messages::new(body, bounds.message_bytes_max, true, &bounds.partial);
    streamed(Responses {
        requests,
        answer,
        bounds,
        ended,
        frame: Vec::new(),
        answering: None,
        state: State::Open,
        guard,
    })
}

impl<B, A> Responses<B, A>
where
    B: Body<Data = Bytes> + Unpin,
    A: FnMut(Bytes, Vec<u8>) -> Answering,
{
    /// Answers what is there, at most a frame. Says whether there is something to send or an end.
    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(answering) = &mut self.answering {
                let (frame, outcome) = ready!(answering.as_mut().poll(context));
                self.answering = None;
                self.frame = frame;
                if let Err(status) = outcome {
                    self.state = State::Closing(Some(status));
                    return Poll::Ready(());
                }
                if self.frame.len() >= STREAM_FRAME_BYTES {
                    self.state = State::Yielding;
                    return Poll::Ready(());
                }
            }
            let status = match self.requests.poll_next(context) {
                Poll::Pending if self.frame.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(()),
                Poll::Ready(Ok(Some(request))) => {
                    self.answering = Some((self.answer)(request, std::mem::take(&mut self.frame)));
                    continue;
                }
                Poll::Ready(Ok(None)) => None,
                Poll::Ready(Err(refusal)) => Some(refusal.into()),
            };
            self.state = State::Closing(status);
            return Poll::Ready(());
        }
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
    A: FnMut(Bytes, Vec<u8>) -> Answering + Unpin,
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
        ready!(this.poll_answer(context));
        match std::mem::replace(&mut this.state, State::Open) {
            State::Closing(status) if this.frame.is_empty() => {
                Poll::Ready(Some(Ok(this.close(status.as_ref()))))
            }
            state => {
                this.state = state;
                let frame = this.bounds.counted(std::mem::take(&mut this.frame));
                Poll::Ready(Some(Ok(Frame::data(frame))))
            }
        }
    }
}

#[cfg(test)]
mod tests;
