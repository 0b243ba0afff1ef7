//! The life of one connection: it must begin to speak, may then call as it likes, and is told when the server drains.

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulConnection;
use tokio::net::TcpStream;

use super::DrainSignal;
use super::calls::{Counted, OpenCalls};
use super::socket::{Begun, Socket};
use crate::limits::{
    ADMIN_HEADER_DEADLINE, CONNECTION_ERROR_RESETS_MAX, CONNECTION_PENDING_RESETS_MAX,
    CONNECTION_STREAMS_MAX, CONNECTION_WINDOW_BYTES, FIRST_FRAME_DEADLINE, FRAME_BYTES_MAX,
    GOAWAY_GRACE, HEADER_LIST_BYTES_MAX, KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT,
    SEND_BUFFER_BYTES_MAX, STREAM_WINDOW_BYTES,
};

/// What a listener speaks, with every bound set.
#[derive(Debug, Clone)]
pub enum Protocol {
    /// HTTP/2 alone, by prior knowledge.
    Http2(http2::Builder<TokioExecutor>),
    /// HTTP/2 or HTTP/1.1, whichever the client begins with.
    Either(Box<auto::Builder<TokioExecutor>>),
}

/// What may answer requests: any service that can be cloned for each connection.
pub trait Answers:
    Service<
        Request<Incoming>,
        Response = Response<Self::Body>,
        Error = std::convert::Infallible,
        Future: Unpin + Send + 'static,
    > + Clone
    + Send
    + 'static
{
    /// The body of its replies.
    type Body: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
        + Unpin
        + Send
        + 'static;
}

impl<S, B> Answers for S
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = std::convert::Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Unpin + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
        + Unpin
        + Send
        + 'static,
{
    type Body = B;
}

impl Protocol {
    /// For the match listener.
    pub fn http2() -> Protocol {
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .auto_date_header(false)
            .max_concurrent_streams(CONNECTION_STREAMS_MAX)
            .max_local_error_reset_streams(Some(CONNECTION_ERROR_RESETS_MAX))
            .max_pending_accept_reset_streams(Some(CONNECTION_PENDING_RESETS_MAX))
            .max_header_list_size(HEADER_LIST_BYTES_MAX)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .max_frame_size(FRAME_BYTES_MAX)
            .max_send_buf_size(SEND_BUFFER_BYTES_MAX)
            .keep_alive_interval(Some(KEEPALIVE_INTERVAL))
            .keep_alive_timeout(KEEPALIVE_TIMEOUT);
        Protocol::Http2(http2)
    }

    /// For the admin listener.
    pub fn either() -> Protocol {
        let mut either = auto::Builder::new(TokioExecutor::new());
        either
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(CONNECTION_STREAMS_MAX)
            .max_local_error_reset_streams(Some(CONNECTION_ERROR_RESETS_MAX))
            .max_pending_accept_reset_streams(Some(CONNECTION_PENDING_RESETS_MAX))
            .max_header_list_size(HEADER_LIST_BYTES_MAX)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .max_frame_size(FRAME_BYTES_MAX)
            .keep_alive_interval(Some(KEEPALIVE_INTERVAL))
            .keep_alive_timeout(KEEPALIVE_TIMEOUT);
        either.http1().timer(TokioTimer::new()).header_read_timeout(Some(ADMIN_HEADER_DEADLINE));
        Protocol::Either(Box::new(either))
    }
}

/// Serves a connection to its end.
pub async fn serve<S: Answers>(
    stream: TcpStream,
    protocol: Protocol,
    service: S,
    drain: DrainSignal,
) {
    let open = OpenCalls::default();
    let service = Counted::new(service, open.clone());
    match protocol {
        Protocol::Http2(http2) => {
            let socket = Socket::http2(stream);
            let begun = socket.begun();
            attend(http2.serve_connection(TokioIo::new(socket), service), &begun, &open, drain)
                .await;
        }
        Protocol::Either(either) => {
            let socket = Socket::either(stream);
            let begun = socket.begun();
            attend(either.serve_connection(TokioIo::new(socket), service), &begun, &open, drain)
                .await;
        }
    }
}

/// Sees a connection through its life. Returning drops it, which closes it.
async fn attend<C>(connection: C, begun: &Begun, open: &OpenCalls, mut drain: DrainSignal)
where
    C: GracefulConnection,
{
    // How a connection ended is the client's affair, mostly: it went away. What went wrong in a call is logged there.
    tokio::pin!(connection);
    tokio::select! {
        _ = &mut connection => return,
        () = silence(begun) => return,
        () = drain.given() => {}
    }
    if !begun.get() {
        return;
    }
    connection.as_mut().graceful_shutdown();
    loop {
        // A client that answers GOAWAY ends its connection by itself. One that does not is left its calls, and no more.
        tokio::select! {
            _ = &mut connection => return,
            () = tokio::time::sleep(GOAWAY_GRACE) => {
                if open.get() == 0 {
                    return;
                }
            }
        }
    }
}

/// Returns if a connection has not begun to speak in time, and never if it has.
async fn silence(begun: &Begun) {
    tokio::time::sleep(FIRST_FRAME_DEADLINE).await;
    if begun.get() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
