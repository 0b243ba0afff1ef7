//! The life of one connection: it must begin to speak, may then call as it likes, and is told to go when it is old, idle,
//! or the server drains. One whose client takes nothing of what it asked for is cut.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http::{Request, Response};
use http_body::Body;
use hyper::server::conn::http2;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulConnection;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::Instant;

use super::DrainSignal;
use super::acceptor::Stream;
use super::activity::Activity;
use super::calls::{Counted, RequestBody};
use super::peer::Peer;
use super::socket::Socket;
use super::spread::Spread;
use super::tls::{self, Tls};
use super::transport::Transport;
use crate::limits::{
    ADMIN_HEADER_DEADLINE, CONNECTION_ERROR_RESETS_MAX, CONNECTION_PENDING_RESETS_MAX,
    CONNECTION_STREAMS_MAX, CONNECTION_WINDOW_BYTES, ConnectionLimits, FIRST_FRAME_DEADLINE,
    FRAME_BYTES_MAX, GOAWAY_GRACE, HEADER_LIST_BYTES_MAX, KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT,
    SEND_BUFFER_BYTES_MAX, STREAM_WINDOW_BYTES, TLS_HANDSHAKE_DEADLINE, WRITE_STALL,
};

/// What a listener speaks, with every bound set.
#[derive(Debug, Clone)]
pub enum Protocol {
    /// HTTP/2 alone, by prior knowledge.
    Http2(http2::Builder<TokioExecutor>),
    /// HTTP/2 or HTTP/1.1, whichever the client begins with.
    Either(Box<auto::Builder<TokioExecutor>>),
}

/// How connections of a listener are served.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What they speak.
    pub protocol: Protocol,
    /// Whether TCP connections speak it inside TLS. Unix sockets never do.
    pub tls: Option<Tls>,
    /// How long they live.
    pub limits: ConnectionLimits,
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The client or its network ended it, or what it sent was no HTTP.
    ByPeer = 0,
    /// The TLS handshake failed or took too long.
    Handshake = 1,
    /// It did not begin to speak in time.
    Silent = 2,
    /// It was without a call for too long.
    Idle = 3,
    /// It was old.
    Aged = 4,
    /// Its client took nothing of what it had asked for.
    Stalled = 5,
    /// The server drained.
    Drained = 6,
    /// All places were taken, and it did not need its own.
    Evicted = 7,
}

/// What may answer requests: any service that can be cloned for each connection.
pub trait Answers:
    Service<
        Request<RequestBody>,
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
    S: Service<Request<RequestBody>, Response = Response<B>, Error = std::convert::Infallible>
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

/// Serves a connection to its end, with whatever `answers` gives for its peer.
pub async fn serve<S: Answers>(
    stream: Stream,
    activity: Arc<Activity>,
    terms: Terms,
    answers: impl FnOnce(Peer) -> S,
    mut drain: DrainSignal,
) -> Closed {
    let begun = tokio::select! {
        begun = begin(stream, terms.tls.as_ref()) => begun,
        () = activity.is_asked_to_leave() => Err(Closed::Evicted),
        // Its first bytes may be on their way.
        () = drain.given_for(GOAWAY_GRACE) => Err(Closed::Drained),
    };
    let (transport, peer) = match begun {
        Ok(begun) => begun,
        Err(why) => return why,
    };
    let service = Counted::new(answers(peer), Arc::clone(&activity));
    // In boxes of their own, so that a connection that says nothing takes little.
    match terms.protocol {
        Protocol::Http2(http2) => {
            let socket = TokioIo::new(Socket::http2(transport, Arc::clone(&activity)));
            let connection = http2.serve_connection(socket, service);
            Box::pin(attend(connection, &activity, terms.limits, drain)).await
        }
        Protocol::Either(either) => {
            let socket = TokioIo::new(Socket::either(transport, Arc::clone(&activity)));
            let connection = either.serve_connection(socket, service);
            Box::pin(attend(connection, &activity, terms.limits, drain)).await
        }
    }
}

/// Registers the socket with this thread's runtime, waits for its first bytes, and shakes hands if there is TLS. If that
/// fails, only the client knows the cause.
async fn begin(stream: Stream, tls: Option<&Tls>) -> Result<(Transport, Peer), Closed> {
    let gone = |_| Closed::ByPeer;
    let (stream, address) = match stream {
        Stream::Unix(stream) => {
            let stream = UnixStream::from_std(stream).map_err(gone)?;
            let peer = Peer { address: None, certificate_names: Vec::new() };
            speaks(stream.readable()).await?;
            return Ok((Transport::Unix(stream), peer));
        }
        Stream::Tcp(stream, address) => (TcpStream::from_std(stream).map_err(gone)?, address),
    };
    let mut peer = Peer { address: Some(address), certificate_names: Vec::new() };
    speaks(stream.readable()).await?;
    let Some(tls) = tls else { return Ok((Transport::Tcp(stream), peer)) };
    let shaken = tokio::time::timeout(TLS_HANDSHAKE_DEADLINE, tls.acceptor().accept(stream));
    let stream = match Box::pin(shaken).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(%peer, %error, "no TLS connection");
            return Err(Closed::Handshake);
        }
        Err(_) => return Err(Closed::Handshake),
    };
    let shown = stream.get_ref().1.peer_certificates();
    if let Some(certificate) = shown.and_then(<[_]>::first) {
        peer.certificate_names = tls::names(certificate);
    }
    Ok((Transport::Tls(Box::new(stream)), peer))
}

/// Waits for the first bytes.
async fn speaks(readable: impl Future<Output = std::io::Result<()>>) -> Result<(), Closed> {
    match tokio::time::timeout(FIRST_FRAME_DEADLINE, readable).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Closed::ByPeer),
        Err(_) => Err(Closed::Silent),
    }
}

/// Sees a connection through its life. Returning drops it, which closes it.
async fn attend<C>(
    connection: C,
    activity: &Activity,
    limits: ConnectionLimits,
    mut drain: DrainSignal,
) -> Closed
where
    C: GracefulConnection,
{
    // How a connection ended is the client's affair, mostly: it went away. What went wrong in a call is logged there.
    tokio::pin!(connection);
    // The connection is polled with every frame. What watches it is not: a set polls those of its futures alone that woke it.
    let mut watches = FuturesUnordered::new();
    watches.push(watch(activity, limits, drain.clone()));
    let watched = tokio::select! {
        biased;
        _ = &mut connection => return Closed::ByPeer,
        Some(why) = watches.next() => why,
    };
    drop(watches);
    match watched {
        Closed::Drained => {
            // A client that has begun to send a call may finish it.
            let begun = async {
                while !activity.spoke() {
                    tokio::time::sleep(GOAWAY_GRACE / 10).await;
                }
            };
            tokio::select! {
                _ = &mut connection => return watched,
                () = begun => connection.as_mut().graceful_shutdown(),
                () = tokio::time::sleep(GOAWAY_GRACE) => return watched,
            }
        }
        Closed::Aged | Closed::Idle | Closed::Evicted if activity.spoke() => {
            activity.goes();
            let grace = if watched == Closed::Evicted { GOAWAY_GRACE } else { limits.age_grace };
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                _ = &mut connection => return watched,
                () = tokio::time::sleep(grace) => return watched,
                () = stalls(activity) => return Closed::Stalled,
                () = drain.given() => {}
            }
        }
        _ => return watched,
    }
    let mut was_quiet = false;
    loop {
        // A client that answers GOAWAY ends its connection by itself. One that does not is left its calls, and no more: twice
        // in a row there must be none, since the reply of one that has just ended may still be on its way.
        tokio::select! {
            biased;
            _ = &mut connection => return watched,
            () = tokio::time::sleep(GOAWAY_GRACE) => {
                let is_quiet = activity.open_calls() == 0;
                if is_quiet && was_quiet {
                    return watched;
                }
                was_quiet = is_quiet;
            }
        }
    }
}

/// Returns when a connection should go, and why.
async fn watch(activity: &Activity, limits: ConnectionLimits, mut drain: DrainSignal) -> Closed {
    tokio::select! {
        () = drain.given() => Closed::Drained,
        () = is_silent(activity) => Closed::Silent,
        () = stalls(activity) => Closed::Stalled,
        () = activity.is_asked_to_leave() => Closed::Evicted,
        () = ages(limits.age) => Closed::Aged,
        () = idles(activity, limits.idle) => Closed::Idle,
    }
}

/// Returns if the client has not begun to speak in time, and never if it has.
async fn is_silent(activity: &Activity) {
    tokio::time::sleep(FIRST_FRAME_DEADLINE).await;
    if activity.spoke() {
        std::future::pending::<()>().await;
    }
}

/// Returns when the client has taken nothing for too long. Looks for calls, too.
async fn stalls(activity: &Activity) {
    let mut calls = activity.calls();
    while activity.blocked_for() < WRITE_STALL {
        tokio::time::sleep(WRITE_STALL / 4).await;
        calls = activity.look(calls);
    }
}

/// Returns at this age, ± a tenth: connections that were made together need not all come back together. Zero is for ever.
async fn ages(age: Duration) {
    static SPREAD: Spread = Spread::new();
    if age.is_zero() {
        return std::future::pending().await;
    }
    let jitter = age / 5 / 1_000 * SPREAD.up_to(1_000);
    tokio::time::sleep(age - age / 10 + jitter).await;
}

/// Returns when there was no call for so long, give or take an eighth. Zero is for ever.
async fn idles(activity: &Activity, idle: Duration) {
    if idle.is_zero() {
        return std::future::pending().await;
    }
    let (mut calls, mut since) = (activity.calls(), Instant::now());
    while since.elapsed() < idle {
        tokio::time::sleep(idle / 8).await;
        if activity.open_calls() > 0 || activity.calls() != calls {
            (calls, since) = (activity.calls(), Instant::now());
        }
    }
}

#[cfg(test)]
mod tests;
