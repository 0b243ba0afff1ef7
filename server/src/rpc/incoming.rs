//! The messages of a request's body: gRPC puts a flag for compression and the length before each.
//!
//! A client that begins a message and does not go on is cut off, and what is there of such messages counts against the
//! thread's quota: the memory of those who send slowly is bounded, in size and in time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http_body::Body;
use tokio::time::{Instant, Sleep};

use super::status::Refusal;
use super::wire::reply::PREFIX_BYTES;
use crate::limits::{REQUEST_DEADLINE, REQUEST_STALL};
use crate::serve::quota::{Held, Share};

/// Reads one message after the other. A message that lies in one frame, as most do, is not copied.
#[derive(Debug)]
pub(crate) struct Messages<B> {
    body: B,
    message_bytes_max: usize,
    /// Whether the client may take its time before a message begins.
    may_pause: bool,
    /// What is left of the last frame.
    frame: Bytes,
    /// The beginning of a message that lies in several frames. It grows as they come, whatever length it says.
    begun: Vec<u8>,
    held: Held,
    patience: Option<Patience>,
}

/// Reads the message of a body that must have just one. A future by hand: each unary call moves it about.
#[derive(Debug)]
pub(crate) struct Only<B> {
    messages: Messages<B>,
    /// The message, while it is not known that there is no other.
    message: Option<Bytes>,
}

/// How long a message that was waited for may still take.
#[derive(Debug)]
struct Patience {
    until: Instant,
    stall: Pin<Box<Sleep>>,
}

impl<B: Body<Data = Bytes> + Unpin> Messages<B> {
    /// The messages of a body, each of at most so many bytes. What is there of one before it is whole counts against the
    /// quota.
    pub(crate) fn new(
        body: B,
        message_bytes_max: usize,
        may_pause: bool,
        partial: &Share,
    ) -> Messages<B> {
        let (frame, begun, held) = (Bytes::new(), Vec::new(), partial.hold());
        Messages { body, message_bytes_max, may_pause, frame, begun, held, patience: None }
    }

    /// The next message, without what stands before it; nothing after the last one.
    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Refusal>> {
        loop {
            if let Some(message) = self.take_message()? {
                self.patience = None;
                return Poll::Ready(Ok(Some(message)));
            }
            match self.poll_frame(context)? {
                Poll::Pending => return self.poll_patience(context).map(Err),
                Poll::Ready(true) => {
                    if let Some(patience) = &mut self.patience {
                        let until = patience.until.min(Instant::now() + REQUEST_STALL);
                        patience.stall.as_mut().reset(until);
                    }
                }
                Poll::Ready(false) => {
                    let cut = Refusal::RequestMalformed("it ends inside a message");
                    return Poll::Ready(if self.begun.is_empty() { Ok(None) } else { Err(cut) });
                }
            }
        }
    }

    /// Waits for the end of patience, if somebody should be waited for no longer.
    fn poll_patience(&mut self, context: &mut Context<'_>) -> Poll<Refusal> {
        if self.may_pause && self.begun.is_empty() {
            return Poll::Pending;
        }
        let patience = self.patience.get_or_insert_with(|| Patience {
            until: Instant::now() + REQUEST_DEADLINE,
            stall: Box::pin(tokio::time::sleep(REQUEST_STALL)),
        });
        ready!(patience.stall.as_mut().poll(context));
        Poll::Ready(Refusal::RequestStalled)
    }

    /// The one message of a unary call.
    pub(crate) fn only(self) -> Only<B> {
        Only { messages: self, message: None }
    }

    /// Whether it is known that nothing comes any more.
    fn is_at_end(&self) -> bool {
        self.frame.is_empty() && self.body.is_end_stream()
    }

    /// A message that is there as a whole. What is there of the next one is kept.
    fn take_message(&mut self) -> Result<Option<Bytes>, Refusal> {
        if self.begun.is_empty() {
            if let Some(bytes) = self.framed_bytes(&self.frame)?
                && bytes <= self.frame.len()
            {
                let mut message = self.frame.split_to(bytes);
                message.advance(PREFIX_BYTES);
                return Ok(Some(message));
            }
            if !self.frame.is_empty() {
                self.fetch(self.frame.len())?;
            }
            return Ok(None);
        }
        if self.begun.len() < PREFIX_BYTES {
            self.fetch(PREFIX_BYTES)?;
        }
        let Some(bytes) = self.framed_bytes(&self.begun)? else { return Ok(None) };
        self.fetch(bytes)?;
        if self.begun.len() < bytes {
            return Ok(None);
        }
        self.held.release();
        let mut message = Bytes::from(std::mem::take(&mut self.begun));
        message.advance(PREFIX_BYTES);
        Ok(Some(message))
    }

    /// Moves bytes of the frame behind what has begun, up to so many in all.
    fn fetch(&mut self, bytes: usize) -> Result<(), Refusal> {
        let missing = bytes.saturating_sub(self.begun.len()).min(self.frame.len());
        if !self.held.grow(missing) {
            return Err(Refusal::Overloaded("too much of unfinished requests waits"));
        }
        self.begun.extend_from_slice(&self.frame.split_to(missing));
        Ok(())
    }

    /// Bytes of the message that begins here and of what stands before it, if so much is there that it can be known.
    fn framed_bytes(&self, begin: &[u8]) -> Result<Option<usize>, Refusal> {
        let Some(([compressed, length @ ..], _)) = begin.split_first_chunk::<PREFIX_BYTES>() else {
            return Ok(None);
        };
        match compressed {
            0 => {}
            1 => return Err(Refusal::RequestCompressed),
            _ => return Err(Refusal::RequestMalformed("a message has an unknown flag")),
        }
        let (got, most) = (u32::from_be_bytes(*length) as usize, self.message_bytes_max);
        if got > most {
            Err(Refusal::RequestTooLarge { got, most })
        } else {
            Ok(Some(PREFIX_BYTES + got))
        }
    }

    /// Waits for more bytes. Says whether there are more.
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, Refusal>> {
        match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            None => Poll::Ready(Ok(false)),
            Some(Err(_)) => Poll::Ready(Err(Refusal::RequestCutOff)),
            Some(Ok(frame)) => {
                // Trailers of a request mean nothing to gRPC.
                self.frame = frame.into_data().unwrap_or_default();
                Poll::Ready(Ok(true))
            }
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Future for Only<B> {
    type Output = Result<Bytes, Refusal>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Only { messages, message } = &mut *self;
        loop {
            let next = ready!(messages.poll_next(context))?;
            match (message.take(), next) {
                (None, None) => return malformed("it has no message"),
                (Some(_), Some(_)) => return malformed("it has more than one message"),
                (Some(only), None) => return Poll::Ready(Ok(only)),
                (None, Some(first)) if messages.is_at_end() => return Poll::Ready(Ok(first)),
                (None, Some(first)) => *message = Some(first),
            }
        }
    }
}

fn malformed<T>(why: &'static str) -> Poll<Result<T, Refusal>> {
    Poll::Ready(Err(Refusal::RequestMalformed(why)))
}

#[cfg(test)]
mod tests;
