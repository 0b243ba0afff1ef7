//! The two directions of one stream, as close to the wire as hyper allows.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::mpsc::UnboundedReceiver;

use super::refusal;
use super::reply::{self, Streamed};
use super::tally::Outcome;

/// Bytes of requests that leave in one frame, unless one request alone has more.
const FRAME_BYTES: usize = 16 * 1024;

/// The requests of a stream, framed. Those that wait together leave together, as a client library has it.
#[derive(Debug)]
pub(super) struct Requests(pub(super) UnboundedReceiver<Bytes>);

/// The responses of a stream.
#[derive(Debug)]
pub(super) struct Responses {
    body: Incoming,
    /// Received and not yet counted, from `counted` on.
    buffer: Vec<u8>,
    counted: usize,
}

impl Body for Requests {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(first) = std::task::ready!(self.0.poll_recv(context)) else {
            return Poll::Ready(None);
        };
        if first.len() >= FRAME_BYTES || self.0.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let mut frame = BytesMut::from(first);
        while frame.len() < FRAME_BYTES
            && let Ok(next) = self.0.try_recv()
        {
            frame.extend_from_slice(&next);
        }
        Poll::Ready(Some(Ok(Frame::data(frame.freeze()))))
    }
}

impl Responses {
    pub(super) fn new(body: Incoming) -> Responses {
        Responses { body, buffer: Vec::new(), counted: 0 }
    }

    /// The next response, to a batch of so many queries.
    ///
    /// # Errors
    /// How the stream ended.
    pub(super) async fn next(&mut self, queries: usize) -> Result<Outcome, Outcome> {
        loop {
            let mut rest = &self.buffer[self.counted..];
            if let Some(response) = reply::next_message(&mut rest) {
                self.counted = self.buffer.len() - rest.len();
                return match reply::read_streamed(response) {
                    Some(Streamed::Answer(counts)) if counts.results == queries => {
                        Ok(Outcome::of_reply(counts, response.len()))
                    }
                    Some(Streamed::Refusal(status)) => Ok(refusal::of_status(status)),
                    _ => Err(Outcome::Malformed),
                };
            }
            self.buffer.drain(..self.counted);
            self.counted = 0;
            match self.body.frame().await {
                None | Some(Err(_)) => return Err(Outcome::Transport),
                Some(Ok(frame)) => match (frame.data_ref(), frame.trailers_ref()) {
                    (Some(data), _) => self.buffer.extend_from_slice(data),
                    (_, Some(trailers)) => {
                        // OK is no answer to what is still to be answered.
                        return match refusal::of_headers(trailers) {
                            Some(Err(outcome)) => Err(outcome),
                            Some(Ok(())) | None => Err(Outcome::Malformed),
                        };
                    }
                    _ => {}
                },
            }
        }
    }
}
