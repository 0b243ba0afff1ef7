//! A socket as HTTP sees it: it notices whether anything sensible has come in yet, and gathers what goes out.
//!
//! **Why writes are gathered.** h2 flushes each reply of some hundred bytes by itself, so that a connection with many
//! calls in flight spends half its time in the kernel, one small packet after the other. Here a flush only promises: it
//! wakes the connection's task again, and what was written goes out when that task next reads, which is after all the
//! calls that were ready meanwhile have written their replies, too. HTTP/2 reads in every turn of its task, which is what
//! makes the promise good; HTTP/1.1 does not, and writes straight through.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::limits::GATHERED_BYTES_MAX;

/// Bytes of an HTTP/2 connection up to its first frame: the preface and that frame's header.
const HTTP2_FIRST_BYTES: usize = 24 + 9;
/// Fewer bytes than any request of HTTP/1.1 has.
const EITHER_FIRST_BYTES: usize = 16;

/// A TCP connection.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    /// Bytes that must come in before the connection has begun.
    missing: usize,
    begun: Arc<AtomicBool>,
    gathers: bool,
    /// Written by HTTP and not yet given to the system, from `sent` on.
    gathered: Vec<u8>,
    sent: usize,
}

/// Whether a connection has begun to speak.
#[derive(Debug, Clone)]
pub struct Begun(Arc<AtomicBool>);

impl Socket {
    /// For HTTP/2 alone: gathers, and has begun once the header of the first frame is in.
    pub fn http2(stream: TcpStream) -> Socket {
        Socket::new(stream, HTTP2_FIRST_BYTES, true)
    }

    /// For HTTP/1.1 as well: writes straight through, and has begun once there could be a request.
    pub fn either(stream: TcpStream) -> Socket {
        Socket::new(stream, EITHER_FIRST_BYTES, false)
    }

    fn new(stream: TcpStream, missing: usize, gathers: bool) -> Socket {
        let begun = Arc::new(AtomicBool::new(false));
        Socket { stream, missing, begun, gathers, gathered: Vec::new(), sent: 0 }
    }

    /// Tells whether the connection has begun.
    pub fn begun(&self) -> Begun {
        Begun(Arc::clone(&self.begun))
    }

    /// Gives the system what was gathered. While it takes no more, the task is woken when it does again.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.gathered.len() {
            let stream = Pin::new(&mut self.stream);
            match ready!(stream.poll_write(context, &self.gathered[self.sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                bytes => self.sent += bytes,
            }
        }
        self.gathered.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

impl Begun {
    /// Whether it has.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
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
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.missing > 0 {
            self.missing = self.missing.saturating_sub(buffer.filled().len() - before);
            if self.missing == 0 {
                self.begun.store(true, Ordering::Relaxed);
            }
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
            return Pin::new(&mut self.stream).poll_write(context, bytes);
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
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    use tokio::io::{
        AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf,
    };
    use tokio::net::{TcpListener, TcpStream};

    use super::Socket;
    use crate::limits::GATHERED_BYTES_MAX;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

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
        let mut socket = Socket::http2(server);
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut context = Context::from_waker(&waker);
        for part in [&b"one "[..], b"two "] {
            assert!(matches!(
                Pin::new(&mut socket).poll_write(&mut context, part),
                Poll::Ready(Ok(4))
            ));
            assert!(Pin::new(&mut socket).poll_flush(&mut context).is_ready());
        }
        assert_eq!(wakes.0.load(Ordering::Relaxed), 2);
        let mut bytes = [0; 8];
        assert!(client.try_read(&mut bytes).is_err(), "nothing yet");
        assert!(poll_read(&mut socket, &mut context).is_pending());
        client.read_exact(&mut bytes).await.expect("both");
        assert_eq!(&bytes, b"one two ");
        assert!(Pin::new(&mut socket).poll_flush(&mut context).is_ready());
        assert_eq!(wakes.0.load(Ordering::Relaxed), 2, "nothing to send, nothing to wake for");
    }

    #[tokio::test]
    async fn what_is_gathered_is_bounded_and_arrives_whole() {
        let (server, mut client) = pair().await;
        let mut socket = Socket::http2(server);
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
        let mut socket = Socket::http2(server);
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
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
        assert!(wakes.0.load(Ordering::Relaxed) > 0, "it is told when it may go on");
        socket.shutdown().await.expect("sent to the end");
        assert_eq!(reading.await.expect("no panic"), written);
    }

    #[tokio::test]
    async fn a_shutdown_sends_what_was_written_and_never_flushed() {
        let (server, mut client) = pair().await;
        let mut socket = Socket::http2(server);
        assert_eq!(socket.write(b"last words").await.expect("taken"), 10);
        socket.shutdown().await.expect("sent");
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.expect("read");
        assert_eq!(got, b"last words");
    }

    #[tokio::test]
    async fn http1_is_written_straight_through() {
        let (server, mut client) = pair().await;
        let mut socket = Socket::either(server);
        socket.write_all(b"now").await.expect("written");
        let mut bytes = [0; 3];
        client.read_exact(&mut bytes).await.expect("read");
        assert!(!socket.begun().get());
        client.write_all(b"GET / HTTP/1.0\r\n").await.expect("written");
        socket.read_exact(&mut [0; 16]).await.expect("read");
        assert!(socket.begun().get());
    }
}
