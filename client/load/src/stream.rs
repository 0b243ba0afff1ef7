//! The two directions of one stream, as close to the wire as hyper allows.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::limits::FRAME_BYTES;
use crate::refusal;
use crate::reply::{self, Streamed};
use crate::tally::Outcome;

/// The requests of a stream, framed. Those that wait together leave together, as a client library
/// has it.
#[derive(Debug)]
pub(crate) struct Requests(pub(crate) UnboundedReceiver<Bytes>);

/// The responses of a stream.
#[derive(Debug)]
pub(crate) struct Responses {
    body: Incoming,
    /// The bytes that were received; from `counted` on they are still to be counted.
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
    /// Makes the responses of a body.
    pub(crate) fn new(body: Incoming) -> Responses {
        Responses { body, buffer: Vec::new(), counted: 0 }
    }

    /// Waits for the next response, to a batch of this count of queries.
    ///
    /// # Errors
    /// The stream has ended, with this outcome.
    pub(crate) async fn next(&mut self, queries: usize) -> Result<Outcome, Outcome> {
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
                        // OK is no answer to the batches that wait for one.
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
