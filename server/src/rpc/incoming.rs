//! The messages of a request's body: gRPC puts a flag for compression and the length before each.

use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http_body::Body;

use super::status::Refusal;
use super::wire::reply::PREFIX_BYTES;

/// Reads one message after the other. A message that lies in one frame, as most do, is not copied.
#[derive(Debug)]
pub(crate) struct Messages<B> {
    body: B,
    message_bytes_max: usize,
    /// What is left of the last frame.
    frame: Bytes,
    /// The beginning of a message that lies in several frames. It grows as they come, whatever length it says.
    begun: Vec<u8>,
}

impl<B: Body<Data = Bytes> + Unpin> Messages<B> {
    /// The messages of a body, each of at most so many bytes.
    pub(crate) fn new(body: B, message_bytes_max: usize) -> Messages<B> {
        Messages { body, message_bytes_max, frame: Bytes::new(), begun: Vec::new() }
    }

    /// The next message, without what stands before it; nothing after the last one.
    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, Refusal>> {
        loop {
            if let Some(message) = self.take_message()? {
                return Poll::Ready(Ok(Some(message)));
            }
            if !ready!(self.poll_frame(context))? {
                let cut = Refusal::RequestMalformed("it ends inside a message");
                return Poll::Ready(if self.begun.is_empty() { Ok(None) } else { Err(cut) });
            }
        }
    }

    /// The one message of a unary call.
    pub(crate) async fn only(mut self) -> Result<Bytes, Refusal> {
        let message = std::future::poll_fn(|context| self.poll_next(context)).await?;
        let message = message.ok_or(Refusal::RequestMalformed("it has no message"))?;
        if self.frame.is_empty() && self.body.is_end_stream() {
            return Ok(message);
        }
        match std::future::poll_fn(|context| self.poll_next(context)).await? {
            None => Ok(message),
            Some(_) => Err(Refusal::RequestMalformed("it has more than one message")),
        }
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
            self.begun.extend_from_slice(&self.frame);
            self.frame.clear();
            return Ok(None);
        }
        if self.begun.len() < PREFIX_BYTES {
            self.fetch(PREFIX_BYTES);
        }
        let Some(bytes) = self.framed_bytes(&self.begun)? else { return Ok(None) };
        self.fetch(bytes);
        if self.begun.len() < bytes {
            return Ok(None);
        }
        let mut message = Bytes::from(std::mem::take(&mut self.begun));
        message.advance(PREFIX_BYTES);
        Ok(Some(message))
    }

    /// Moves bytes of the frame behind what has begun, up to so many in all.
    fn fetch(&mut self, bytes: usize) {
        let missing = bytes.saturating_sub(self.begun.len()).min(self.frame.len());
        self.begun.extend_from_slice(&self.frame.split_to(missing));
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
        match ready!(std::pin::Pin::new(&mut self.body).poll_frame(context)) {
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

#[cfg(test)]
mod tests;
