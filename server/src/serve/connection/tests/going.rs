//! Why connections go, who is told, and what is waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Counter, Gauge};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::{Closed, serve};
use super::{PREFACE, REQUEST, SETTINGS, answer, answering, has_reply, listen, stream_of, terms};
use crate::limits::{ConnectionLimits, GOAWAY_GRACE, KEEPALIVE_TIMEOUT, WRITE_STALL};
use crate::serve::acceptor::{Listener, Places, accept};
use crate::serve::activity::Activity;
use crate::serve::{Drain, DrainSignal, worker};

/// Serves a connection whose calls are answered after some time.
async fn answer_after(
    server: TcpStream,
    time: Duration,
    limits: ConnectionLimits,
    drain: DrainSignal,
) -> Closed {
    let answers = |_| answering(time);
    serve(stream_of(server), Arc::default(), terms(limits), answers, drain).await
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_are_finished_at_the_drain() {
    let (drain, signal) = Drain::new();
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    client.write_all(&[PREFACE, SETTINGS, REQUEST].concat()).await.expect("sent");
    let (server, _) = listener.accept().await.expect("accepted");
    let limits = ConnectionLimits::default();
    let serving = tokio::spawn(answer_after(server, GOAWAY_GRACE * 16 / 3, limits, signal));
    tokio::time::sleep(GOAWAY_GRACE).await;
    drain.begin();
    let mut reply = Vec::new();
    client.read_to_end(&mut reply).await.expect("no reset");
    assert!(has_reply(&reply), "{reply:?}");
    assert_eq!(serving.await.expect("no panic"), Closed::Drained);
}

#[tokio::test(start_paused = true)]
async fn calls_are_signs_of_life() {
    let (_drain, signal) = Drain::new();
    let seconds = Duration::from_secs;
    // When the call comes, how long it takes, how long the connection may be idle, and how long it lives at least.
    for (comes, takes, idle, least) in [(15, 0, 16, 31), (0, 20, 8, 28)] {
        let (listener, address) = listen().await;
        let mut client = TcpStream::connect(address).await.expect("connected");
        client.write_all(&[PREFACE, SETTINGS].concat()).await.expect("sent");
        let (server, _) = listener.accept().await.expect("accepted");
        let limits =
            ConnectionLimits { age: seconds(0), age_grace: seconds(1), idle: seconds(idle) };
        let clock = Instant::now();
        let serving = tokio::spawn(answer_after(server, seconds(takes), limits, signal.clone()));
        tokio::time::sleep(seconds(comes)).await;
        // If it is gone already, it has lived too short.
        let _ = client.write_all(REQUEST).await;
        assert_eq!(serving.await.expect("no panic"), Closed::Idle);
        assert!(clock.elapsed() >= seconds(least), "{:?}", clock.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_to_go_is_told() {
    let (_drain, signal) = Drain::new();
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    client.write_all(&[PREFACE, SETTINGS].concat()).await.expect("sent");
    let (server, _) = listener.accept().await.expect("accepted");
    let seconds = Duration::from_secs;
    let limits = ConnectionLimits { age: seconds(10), age_grace: seconds(3), idle: seconds(0) };
    let serving = tokio::spawn(answer(server, terms(limits), signal));
    let mut told = Vec::new();
    client.read_to_end(&mut told).await.expect("no reset");
    let goaway = [0, 0, 8, 7, 0, 0, 0, 0, 0];
    assert!(told.windows(9).any(|frame| frame == goaway), "{told:?}");
    assert_eq!(serving.await.expect("no panic"), Closed::Aged);
}

#[tokio::test(start_paused = true)]
async fn who_is_asked_to_make_room_goes() {
    let (_drain, signal) = Drain::new();
    let begun = [PREFACE, SETTINGS].concat();
    let seconds = Duration::from_secs;
    for (sent, asked) in [(&b""[..], 1), (PREFACE, 1), (&begun, 1), (&begun, 20)] {
        let (listener, address) = listen().await;
        let mut client = TcpStream::connect(address).await.expect("connected");
        client.write_all(sent).await.expect("sent");
        let (server, _) = listener.accept().await.expect("accepted");
        let activity = Arc::new(Activity::new());
        let clock = Instant::now();
        let asks = Arc::clone(&activity);
        let (stream, terms) = (stream_of(server), terms(ConnectionLimits::default()));
        let answers = |_| answering(Duration::ZERO);
        let serving = serve(stream, activity, terms, answers, signal.clone());
        let (closed, ()) = tokio::join!(serving, async {
            tokio::time::sleep(seconds(asked)).await;
            asks.ask_to_leave();
        });
        assert_eq!(closed, Closed::Evicted, "{sent:?}");
        assert!(clock.elapsed() <= seconds(asked + 1), "{sent:?} {:?}", clock.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn one_whose_client_takes_nothing_is_cut_off() {
    let (_drain, signal) = Drain::new();
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    client.write_all(&[PREFACE, SETTINGS].concat()).await.expect("sent");
    let (server, _) = listener.accept().await.expect("accepted");
    let activity = Arc::new(Activity::new());
    let socket = Arc::clone(&activity);
    let answers = |_| answering(Duration::ZERO);
    let terms = terms(ConnectionLimits::default());
    let serving = serve(stream_of(server), activity, terms, answers, signal);
    let clock = Instant::now();
    let (closed, ()) = tokio::join!(serving, async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        socket.is_blocked();
    });
    assert_eq!(closed, Closed::Stalled);
    let lived = clock.elapsed();
    assert!(lived > WRITE_STALL && lived < WRITE_STALL + KEEPALIVE_TIMEOUT, "{lived:?}");
}

#[test]
fn who_waits_for_an_answer_is_in_use() {
    let activity = Activity::new();
    activity.speaks();
    activity.call_begins();
    let mut calls = 0;
    for _ in 0..5 {
        calls = activity.look(calls);
    }
    assert_eq!(activity.dispensable(), None);
    activity.call_ends();
    for _ in 0..5 {
        calls = activity.look(calls);
    }
    assert!(activity.dispensable().is_some());
}

#[tokio::test]
async fn who_has_connected_when_the_drain_begins_is_served() {
    let (drain, signal) = Drain::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let address = listener.local_addr().expect("bound");
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = TcpStream::connect(address).await.expect("connected");
        client.write_all(&[PREFACE, SETTINGS, REQUEST].concat()).await.expect("sent");
        clients.push(client);
    }
    drain.begin();
    let (hand, handed) = mpsc::unbounded_channel();
    let places = Places::new(2, Gauge::noop(), Counter::noop());
    let accepted = accept(Listener::Tcp(listener), vec![hand], places, signal.clone()).await;
    accepted.expect("it ends in order");
    let counts: [Arc<AtomicU64>; 8] = std::array::from_fn(|_| Arc::default());
    let closed = counts.clone().map(Counter::from_arc);
    let (terms, answers) = (terms(ConnectionLimits::default()), |_| answering(Duration::ZERO));
    worker::serve(handed, terms, answers, closed, signal, GOAWAY_GRACE * 10).await;
    let drained = counts[Closed::Drained as usize].load(Ordering::Relaxed);
    assert_eq!(drained, 2, "and counted: {counts:?}");
    for mut client in clients {
        let mut reply = Vec::new();
        client.read_to_end(&mut reply).await.expect("no reset");
        assert!(has_reply(&reply), "{reply:?}");
    }
}
