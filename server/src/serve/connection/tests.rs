//! Connections that say nothing, too little, or nothing more. Time is paused: it jumps to the next timer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::Empty;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::{Answers, Closed, Protocol, Terms, serve};
use crate::limits::{
    ADMIN_HEADER_DEADLINE, ConnectionLimits, FIRST_FRAME_DEADLINE, GOAWAY_GRACE,
    KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT, WRITE_STALL,
};
use crate::serve::acceptor::Stream;
use crate::serve::calls::RequestBody;
use crate::serve::{Drain, DrainSignal};

mod going;
mod handshakes;
mod reading;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

/// Answers each call after this time.
fn answering(after: Duration) -> impl Answers<Body = Empty<bytes::Bytes>> {
    hyper::service::service_fn(move |_: Request<RequestBody>| {
        Box::pin(async move {
            if !after.is_zero() {
                tokio::time::sleep(after).await;
            }
            Ok::<_, Infallible>(Response::new(Empty::new()))
        })
    })
}

/// HTTP/2 in the clear.
fn terms(limits: ConnectionLimits) -> Terms {
    Terms { protocol: Protocol::http2(), tls: None, limits }
}

fn stream_of(server: TcpStream) -> Stream {
    let address = server.peer_addr().expect("connected");
    Stream::Tcp(server.into_std().expect("it is whole"), address)
}

async fn answer(server: TcpStream, terms: Terms, drain: DrainSignal) -> Closed {
    let answers = |_| answering(Duration::ZERO);
    serve(stream_of(server), Arc::default(), terms, answers, drain).await
}

/// Whether a client was sent the headers of a reply to its first call, which end the stream.
fn has_reply(sent: &[u8]) -> bool {
    let headers_of_1 = [1, 5, 0, 0, 0, 1];
    sent.windows(6).any(|frame| frame == headers_of_1)
}

/// How long a connection lives on which the client sends these bytes and is silent from then on.
async fn life(protocol: Protocol, sent: &[u8], drain: DrainSignal) -> Duration {
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    client.write_all(sent).await.expect("sent");
    let (server, _) = listener.accept().await.expect("accepted");
    let clock = Instant::now();
    let terms = Terms { protocol, ..terms(ConnectionLimits::default()) };
    answer(server, terms, drain).await;
    clock.elapsed()
}

#[tokio::test(start_paused = true)]
async fn silent_connections_end_at_the_deadline_of_the_first_frame() {
    let (_drain, signal) = Drain::new();
    let begun = [PREFACE, SETTINGS].concat();
    for sent in [&b""[..], &PREFACE[..10], PREFACE, &begun[..begun.len() - 1]] {
        let lived = life(Protocol::http2(), sent, signal.clone()).await;
        assert_eq!(lived.as_secs(), FIRST_FRAME_DEADLINE.as_secs(), "{sent:?}");
    }
    let lived = life(Protocol::http2(), &begun, signal.clone()).await;
    assert!(
        lived >= KEEPALIVE_INTERVAL + KEEPALIVE_TIMEOUT,
        "one that has begun lives on keepalive: {lived:?}"
    );

    let lived = life(Protocol::either(), b"", signal.clone()).await;
    assert_eq!(lived.as_secs(), FIRST_FRAME_DEADLINE.as_secs());
    let lived = life(Protocol::either(), b"GET / HTTP/1.1\r\nhost: a\r\n", signal).await;
    assert_eq!(lived.as_secs(), ADMIN_HEADER_DEADLINE.as_secs());
}

#[tokio::test(start_paused = true)]
async fn at_the_drain_those_without_a_call_end_soon() {
    let (drain, signal) = Drain::new();
    drain.begin();
    for sent in [&b""[..], PREFACE] {
        let lived = life(Protocol::http2(), sent, signal.clone()).await;
        assert!(lived >= GOAWAY_GRACE && lived <= GOAWAY_GRACE * 2, "{sent:?} {lived:?}");
    }
    let deaf = life(Protocol::http2(), &[PREFACE, SETTINGS].concat(), signal).await;
    // Looks at it go on while something comes in, and what comes in is the system's affair.
    assert!(deaf <= GOAWAY_GRACE * 3, "{deaf:?}");
}

/// How a connection ends on which the client shakes hands, asks these frames, and reads nothing more; and after how long.
async fn end(frames: &[u8], limits: ConnectionLimits, drain: DrainSignal) -> (Closed, Duration) {
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    client.write_all(&[PREFACE, SETTINGS, frames].concat()).await.expect("sent");
    let (server, _) = listener.accept().await.expect("accepted");
    let clock = Instant::now();
    let closed = answer(server, terms(limits), drain).await;
    (closed, clock.elapsed())
}

#[tokio::test(start_paused = true)]
async fn the_old_and_the_idle_are_told_to_go_and_then_go() {
    let (_drain, signal) = Drain::new();
    let seconds = Duration::from_secs;
    // A client that answers nothing would be found out by keepalive after 40 s.
    let limits = |age, idle| ConnectionLimits {
        age: seconds(age),
        age_grace: seconds(3),
        idle: seconds(idle),
    };
    let (closed, lived) = end(&[], limits(20, 0), signal.clone()).await;
    assert_eq!(closed, Closed::Aged);
    assert!(lived >= seconds(18 + 3) && lived <= seconds(22 + 3), "{lived:?}");
    let ages: Vec<Duration> = {
        let mut ages = Vec::new();
        for _ in 0..8 {
            ages.push(end(&[], limits(20, 0), signal.clone()).await.1);
        }
        ages
    };
    let spread = ages.iter().max().zip(ages.iter().min()).map(|(most, least)| *most - *least);
    assert!(spread > Some(seconds(1)), "they do not all go together: {ages:?}");
    let (closed, lived) = end(&[], limits(0, 16), signal.clone()).await;
    assert_eq!(closed, Closed::Idle);
    assert!(lived >= seconds(16) && lived <= seconds(16 + 5 + 2 + 3), "{lived:?}");
    let (closed, lived) = end(REQUEST, limits(0, 16), signal.clone()).await;
    assert_eq!(closed, Closed::Idle);
    assert!(lived >= seconds(16), "{lived:?}");
    let (closed, lived) = end(&[], limits(0, 0), signal).await;
    assert_eq!((closed, lived >= KEEPALIVE_INTERVAL), (Closed::ByPeer, true));
}

/// What had lain in the socket when the drain began was answered with a reset once.
#[tokio::test(start_paused = true)]
async fn a_call_that_comes_in_as_the_drain_begins_is_answered() {
    let (drain, signal) = Drain::new();
    drain.begin();
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    let (server, _) = listener.accept().await.expect("accepted");
    let serving = tokio::spawn(answer(server, terms(ConnectionLimits::default()), signal));
    tokio::time::sleep(GOAWAY_GRACE / 2).await;
    client.write_all(&[PREFACE, SETTINGS, REQUEST].concat()).await.expect("sent");
    let mut reply = Vec::new();
    // What the client does not answer ends when its call has; it is told so, and not reset.
    client.read_to_end(&mut reply).await.expect("no reset");
    assert!(has_reply(&reply), "{reply:?}");
    assert_eq!(serving.await.expect("no panic"), Closed::Drained);
}

#[tokio::test(start_paused = true)]
async fn why_connections_end_is_told() {
    let (drain, signal) = Drain::new();
    let (listener, address) = listen().await;
    let client = TcpStream::connect(address).await.expect("connected");
    let (server, _) = listener.accept().await.expect("accepted");
    let limits = ConnectionLimits::default();
    assert_eq!(answer(server, terms(limits), signal.clone()).await, Closed::Silent);
    drop(client);
    drain.begin();
    assert_eq!(end(&[], limits, signal).await.0, Closed::Drained);
}

/// In real time, since what the system takes of a connection is not ours to stop.
#[tokio::test]
async fn one_that_takes_nothing_is_known() {
    let activity = crate::serve::activity::Activity::new();
    assert_eq!(activity.blocked_for(), Duration::ZERO);
    activity.is_blocked();
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_millis(3) {
        std::hint::spin_loop();
    }
    activity.is_blocked();
    assert!(activity.blocked_for() >= Duration::from_millis(2), "since the first time");
    activity.is_taking();
    assert_eq!(activity.blocked_for(), Duration::ZERO);
    assert!(WRITE_STALL > KEEPALIVE_TIMEOUT);
}

/// `GET http://a/` as the first stream, with its end: names and values of the static table, and a literal authority.
const REQUEST: &[u8] = &[0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 1, b'a'];

#[tokio::test(start_paused = true)]
async fn a_single_reply_leaves_at_once() {
    let (_drain, signal) = Drain::new();
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    let (server, _) = listener.accept().await.expect("accepted");
    let serving = tokio::spawn(answer(server, terms(ConnectionLimits::default()), signal));
    let clock = Instant::now();
    client.write_all(&[PREFACE, SETTINGS, REQUEST].concat()).await.expect("sent");
    let mut head = [0; 9];
    loop {
        client.read_exact(&mut head).await.expect("a frame");
        let bytes = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(bytes).expect("32 bits fit")];
        client.read_exact(&mut payload).await.expect("its payload");
        if head[3] == 1 {
            break;
        }
    }
    // Time stands still while anybody has something to do: nothing waited for a timer or for more requests.
    assert_eq!(clock.elapsed(), Duration::ZERO);
    serving.abort();
}
