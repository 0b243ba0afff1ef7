//! What is read from a connection at a stretch, and what is known of a client that does not read.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

use super::listen;
use crate::serve::activity::Activity;
use crate::serve::socket::Socket;
use crate::serve::wakes::Wakes;

/// However much is there: what is of no use waits until others had a turn.
#[tokio::test]
async fn a_connection_whose_bytes_are_of_no_use_is_read_from_for_less() {
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    let (server, _) = listener.accept().await.expect("accepted");
    client.write_all(&[0; 64 * 1024]).await.expect("there is room");
    server.readable().await.expect("it lives");
    let mut socket = Socket::http2(server, Arc::default());
    let (wakes, waker) = Wakes::counted();
    let mut context = Context::from_waker(&waker);
    let mut read = 0;
    let mut bytes = [0; 1024];
    loop {
        let mut buffer = ReadBuf::new(&mut bytes);
        match Pin::new(&mut socket).poll_read(&mut context, &mut buffer) {
            Poll::Ready(Ok(())) => read += buffer.filled().len(),
            Poll::Ready(Err(error)) => panic!("{error}"),
            Poll::Pending => break,
        }
    }
    assert!((16 * 1024..=32 * 1024).contains(&read), "{read}");
    assert_eq!(wakes.count(), 1, "and goes on then");
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_known_until_it_does() {
    let (listener, address) = listen().await;
    let mut client = TcpStream::connect(address).await.expect("connected");
    let (server, _) = listener.accept().await.expect("accepted");
    let activity = Arc::new(Activity::new());
    let mut socket = Socket::http2(server, Arc::clone(&activity));
    let mut context = Context::from_waker(Waker::noop());
    let mut written = 0;
    while let Poll::Ready(bytes) = Pin::new(&mut socket).poll_write(&mut context, &[7; 16 * 1024]) {
        written += bytes.expect("the peer lives");
    }
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_millis(3) {
        std::hint::spin_loop();
    }
    assert!(activity.blocked_for() >= Duration::from_millis(2));
    let reading = tokio::spawn(async move {
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.expect("read");
        got.len()
    });
    socket.shutdown().await.expect("sent to the end");
    assert_eq!(activity.blocked_for(), Duration::ZERO);
    assert_eq!(reading.await.expect("no panic"), written);
}
