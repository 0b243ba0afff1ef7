//! TCP below TLS that lets a server finish its sentence.
//!
//! In TLS 1.3 a server judges the client's certificate when the client has begun to send requests. If it turns the client
//! away, it says why and closes, and its system resets the connection for what it has not read. Whoever meets that reset
//! when writing gives up, and never reads why. So a write to a connection that is gone is no failure here: what was
//! written is lost, and reading tells first what the server said and then that it has gone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tonic::transport::{Channel, Endpoint};
use tower::ServiceExt;

/// A connection whose writes do not tell that it is gone.
struct Patient(TcpStream);

/// A channel of an endpoint with TLS, which connects when it is first used.
pub(crate) fn connect_lazy(endpoint: &Endpoint) -> Channel {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(endpoint.get_connect_timeout());
    let connector = connector.map_response(|stream| TokioIo::new(Patient(stream.into_inner())));
    endpoint.connect_with_connector_lazy(connector)
}

/// What was written, if the connection is gone.
fn lost(written: Poll<io::Result<usize>>, bytes: usize) -> Poll<io::Result<usize>> {
    use io::ErrorKind::{BrokenPipe, ConnectionReset};
    match written {
        Poll::Ready(Err(error)) if matches!(error.kind(), BrokenPipe | ConnectionReset) => {
            Poll::Ready(Ok(bytes))
        }
        written => written,
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        lost(Pin::new(&mut self.0).poll_write(context, bytes), bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bytes = parts.iter().map(|part| part.len()).sum();
        lost(Pin::new(&mut self.0).poll_write_vectored(context, parts), bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::Patient;

    #[tokio::test]
    async fn what_a_server_said_last_is_read_after_a_write_that_failed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let client = TcpStream::connect(address).await.expect("it listens");
        let mut client = Patient(client);
        let (mut server, _) = listener.accept().await.expect("somebody connects");
        client.write_all(b"never read").await.expect("it is open");
        server.readable().await.expect("it was sent");
        server.write_all(b"go away").await.expect("it is open");
        // What is unread makes it a reset.
        drop(server);
        let gone = async {
            while client.0.try_write(b"more").is_ok() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.expect("it is reset in the end");
        client.write_all(b"more").await.expect("a connection that is gone takes everything");
        let mut said = Vec::new();
        let _ = client.read_to_end(&mut said).await;
        assert_eq!(said, b"go away");
    }
}
