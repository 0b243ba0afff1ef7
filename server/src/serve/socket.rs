//! A socket as HTTP sees it: it notes what comes in and whether what goes out is taken, and gathers what goes out.
//!
//! A connection that sends many bytes and no call is the better for them is ended here: floods of frames that mean
//! nothing (PRIORITY, PING, SETTINGS) are cheap to send, and each costs the thread that reads it. And no connection is read
//! from for long at a stretch: HTTP reads on until nothing is there, which would be for ever if it comes fast enough.
//!
//! **Why writes are gathered.** h2 flushes each reply of some hundred bytes by itself, so that a connection with many
//! calls in flight spends half its time in the kernel, one small packet after the other. Here a flush only promises: it
//! wakes the connection's task again, and what was written goes out when that task next reads, which is after all the
//! calls that were ready meanwhile have written their replies, too. HTTP/2 reads in every turn of its task, which is what
//! makes the promise good; HTTP/1.1 does not, and writes straight through.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Activity;
use super::transport::Transport;
use crate::limits::{GATHERED_BYTES_MAX, IDLE_BYTES_MAX};

/// Bytes of an HTTP/2 connection up to its first frame: the preface and that frame's header.
const HTTP2_FIRST_BYTES: usize = 24 + 9;
/// Fewer bytes than any request of HTTP/1.1 has.
const EITHER_FIRST_BYTES: usize = 16;

/// Bytes that are read from a connection before others have a turn: some dozen batches.
const READ_BYTES: usize = 256 * 1024;
/// The same once it is doubtful whether anyone is the better for them.
const IDLE_READ_BYTES: usize = 16 * 1024;

/// A connection's socket.
#[derive(Debug)]
pub struct Socket {
    stream: Transport,
    /// Bytes that must come in before the connection has begun.
    missing: usize,
    activity: Arc<Activity>,
    gathers: bool,
    /// Written by HTTP and not yet given to the system, from `sent` on.
    gathered: Vec<u8>,
    sent: usize,
    /// Whether the transport may still hold some of what it was given.
    unflushed: bool,
    /// Bytes that were read since others had a turn.
    read_bytes: usize,
}

impl Socket {
    /// For HTTP/2 alone: gathers, and has begun once the header of the first frame is in.
    pub fn http2(stream: impl Into<Transport>, activity: Arc<Activity>) -> Socket {
        Socket::new(stream.into(), HTTP2_FIRST_BYTES, true, activity)
    }

    /// For HTTP/1.1 as well: writes straight through, and has begun once there could be a request.
    pub fn either(stream: impl Into<Transport>, activity: Arc<Activity>) -> Socket {
        Socket::new(stream.into(), EITHER_FIRST_BYTES, false, activity)
    }

    fn new(stream: Transport, missing: usize, gathers: bool, activity: Arc<Activity>) -> Socket {
        let (gathered, sent, unflushed) = (Vec::new(), 0, false);
        Socket { stream, missing, activity, gathers, gathered, sent, unflushed, read_bytes: 0 }
    }

    /// Gives the system what was gathered. While it takes no more, the task is woken when it does again.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.gathered.len() {
            let stream = Pin::new(&mut self.stream);
            match stream.poll_write(context, &self.gathered[self.sent..])? {
                Poll::Pending => {
                    self.activity.is_blocked();
                    return Poll::Pending;
                }
                Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(bytes) => self.sent += bytes,
            }
            self.activity.is_taking();
        }
        if self.sent > 0 {
            self.gathered.clear();
            (self.sent, self.unflushed) = (0, true);
        }
        // TLS keeps what it has encrypted until it is told to send it.
        if self.unflushed {
            if Pin::new(&mut self.stream).poll_flush(context)?.is_pending() {
                self.activity.is_blocked();
                return Poll::Pending;
            }
            self.unflushed = false;
            self.activity.is_taking();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(Err(error)) = self.poll_send(context) {
            return Poll::Ready(Err(error));
        }
        let useless = self.activity.idle_bytes() > IDLE_READ_BYTES;
        if self.read_bytes >= if useless { IDLE_READ_BYTES } else { READ_BYTES } {
            self.read_bytes = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let bytes = buffer.filled().len() - before;
        self.read_bytes = if polled.is_pending() { 0 } else { self.read_bytes + bytes };
        if self.missing > 0 {
            self.missing = self.missing.saturating_sub(bytes);
            if self.missing == 0 {
                self.activity.speaks();
            }
        }
        if self.activity.received(bytes as u64) > IDLE_BYTES_MAX {
            let flood = "many bytes came in and no call is the better for them";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, flood)));
        }
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.gathers {
            let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
            match polled {
                Poll::Pending => self.activity.is_blocked(),
                Poll::Ready(_) => self.activity.is_taking(),
            }
            return polled;
        }
        if self.gathered.len() >= GATHERED_BYTES_MAX {
            ready!(self.poll_send(context))?;
        }
        let room = GATHERED_BYTES_MAX - self.gathered.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.gathered.extend_from_slice(taken);
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.gathered.is_empty() {
            return Pin::new(&mut self.stream).poll_flush(context);
        }
        // The promise: this task has another turn, in which it reads, and reading sends.
        context.waker().wake_by_ref();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll};

    use tokio::io::{
        AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf,
    };
    use tokio::net::{TcpListener, TcpStream};

    use super::{Activity, Socket};
    use crate::limits::{GATHERED_BYTES_MAX, IDLE_BYTES_MAX};
    use crate::serve::wakes::Wakes;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let client = TcpStream::connect(address).await.expect("connected");
        (listener.accept().await.expect("accepted").0, client)
    }

    fn poll_read(socket: &mut Socket, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let mut bytes = [0; 16];
        Pin::new(socket).poll_read(context, &mut ReadBuf::new(&mut bytes))
    }

    #[tokio::test]
    async fn what_was_flushed_goes_out_with_the_next_read_which_is_asked_for() {
        let (server, mut client) = pair().await;
        let mut socket = Socket::http2(server, Arc::default());
        let (wakes, waker) = Wakes::counted();
        let mut context = Context::from_waker(&waker);
        for part in [&b"one "[..], b"two "] {
            assert!(matches!(
                Pin::new(&mut socket).poll_write(&mut context, part),
                Poll::Ready(Ok(4))
            ));
            assert!(Pin::new(&mut socket).poll_flush(&mut context).is_ready());
        }
        assert_eq!(wakes.count(), 2);
        let mut bytes = [0; 8];
        assert!(client.try_read(&mut bytes).is_err(), "nothing yet");
        assert!(poll_read(&mut socket, &mut context).is_pending());
        client.read_exact(&mut bytes).await.expect("both");
        assert_eq!(&bytes, b"one two ");
        assert!(Pin::new(&mut socket).poll_flush(&mut context).is_ready());
        assert_eq!(wakes.count(), 2, "nothing to send, nothing to wake for");
    }

    #[tokio::test]
    async fn what_is_gathered_is_bounded_and_arrives_whole() {
        let (server, mut client) = pair().await;
        let mut socket = Socket::http2(server, Arc::default());
        let sent: Vec<u8> = (0..8_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
        let expected = sent.clone();
        let reading = tokio::spawn(async move {
            let mut got = Vec::new();
            client.read_to_end(&mut got).await.expect("read");
            got
        });
        let mut rest = &sent[..];
        while !rest.is_empty() {
            let bytes = socket.write(rest).await.expect("written");
            assert!(socket.gathered.len() <= GATHERED_BYTES_MAX);
            rest = &rest[bytes..];
        }
        socket.shutdown().await.expect("sent to the end");
        assert!(reading.await.expect("no panic") == expected, "the bytes arrive in order");
    }

    #[tokio::test]
    async fn a_peer_that_does_not_read_holds_writing_up_until_it_does() {
        let (server, mut client) = pair().await;
        let mut socket = Socket::http2(server, Arc::default());
        let (wakes, waker) = Wakes::counted();
        let mut context = Context::from_waker(&waker);
        let chunk = [7; 16 * 1024];
        let mut written = 0;
        while let Poll::Ready(bytes) = Pin::new(&mut socket).poll_write(&mut context, &chunk) {
            written += bytes.expect("the peer lives");
            assert!(socket.gathered.len() <= GATHERED_BYTES_MAX);
            assert!(written < 64 << 20, "the system's own buffers have an end");
        }
        assert_eq!(socket.gathered.len(), GATHERED_BYTES_MAX, "full, and no more");
        // A connection that cannot send still reads: WINDOW_UPDATE and PING come in.
        client.write_all(b"x").await.expect("sent");
        let mut byte = [0];
        socket.read_exact(&mut byte).await.expect("read");
        assert!(Pin::new(&mut socket).poll_write(&mut context, &chunk).is_pending());

        let reading = tokio::spawn(async move {
            let mut got = Vec::new();
            client.read_to_end(&mut got).await.expect("read");
            got.len()
        });
        while Pin::new(&mut socket).poll_write(&mut context, &[]).is_pending() {
            tokio::task::yield_now().await;
        }
        assert!(wakes.count() > 0, "it is told when it may go on");
        socket.shutdown().await.expect("sent to the end");
        assert_eq!(reading.await.expect("no panic"), written);
    }

    #[tokio::test]
    async fn a_shutdown_sends_what_was_written_and_never_flushed() {
        let (server, mut client) = pair().await;
        let mut socket = Socket::http2(server, Arc::default());
        assert_eq!(socket.write(b"last words").await.expect("taken"), 10);
        socket.shutdown().await.expect("sent");
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.expect("read");
        assert_eq!(got, b"last words");
    }

    #[tokio::test]
    async fn http1_is_written_straight_through() {
        let (server, mut client) = pair().await;
        let activity = Arc::new(Activity::new());
        let mut socket = Socket::either(server, Arc::clone(&activity));
        socket.write_all(b"now").await.expect("written");
        let mut bytes = [0; 3];
        client.read_exact(&mut bytes).await.expect("read");
        assert!(!activity.spoke());
        client.write_all(b"GET / HTTP/1.0\r\n").await.expect("written");
        socket.read_exact(&mut [0; 16]).await.expect("read");
        assert!(activity.spoke());
    }

    #[tokio::test]
    async fn bytes_that_no_call_is_the_better_for_end_a_connection() {
        let (server, mut client) = pair().await;
        let activity = Arc::new(Activity::new());
        let mut socket = Socket::http2(server, Arc::clone(&activity));
        let flooding =
            tokio::spawn(async move { while client.write_all(&[0; 65_536]).await.is_ok() {} });
        let mut buffer = vec![0; 65_536];
        let mut read = 0;
        let mut halves = 0;
        let error = loop {
            match socket.read(&mut buffer).await {
                Ok(bytes) => read += bytes as u64,
                Err(error) => break error,
            }
            // Once, half-way, a call goes on.
            if read > IDLE_BYTES_MAX / 2 && halves == 0 {
                halves = read;
                activity.progress();
            }
        };
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
        assert!(
            read <= halves + IDLE_BYTES_MAX && read + 65_536 > halves + IDLE_BYTES_MAX,
            "{read}"
        );
        drop(socket);
        flooding.await.expect("no panic");
    }
}
