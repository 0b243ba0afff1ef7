//! Messages however the transport cuts them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use http_body::{Body, Frame};
use tonic::Code;

use super::Messages;
use crate::limits::{REQUEST_DEADLINE, REQUEST_STALL};
use crate::rpc::status::Refusal;
use crate::serve::quota::{Quota, Share};

/// A body whose frames are there, and then ends or waits.
struct Frames(VecDeque<Bytes>, bool);

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match (self.0.pop_front(), self.1) {
            (Some(frame), _) => Poll::Ready(Some(Ok(Frame::data(frame)))),
            (None, true) => Poll::Ready(None),
            (None, false) => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty() && self.1
    }
}

fn quota() -> Share {
    Quota::new(1_000_000).share(1_000_000, 0)
}

fn framed(messages: &[&[u8]]) -> Vec<u8> {
    let frame = |message: &&[u8]| {
        let length = u32::try_from(message.len()).expect("it is short").to_be_bytes();
        [&[0][..], &length, message].concat()
    };
    messages.iter().flat_map(frame).collect()
}

/// The messages of these frames, until they end.
fn read(frames: &[&[u8]]) -> Result<Vec<Bytes>, Refusal> {
    let frames = frames.iter().map(|frame| Bytes::copy_from_slice(frame)).collect();
    let mut messages = Messages::new(Frames(frames, true), 1_000, true, &quota());
    let mut read = Vec::new();
    loop {
        match messages.poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(Some(message))) => read.push(message),
            Poll::Ready(Ok(None)) => return Ok(read),
            Poll::Ready(Err(refusal)) => return Err(refusal),
            Poll::Pending => panic!("nothing to wait for"),
        }
    }
}

#[test]
fn messages_are_found_wherever_they_are_cut() {
    let expected = [&b"one"[..], b"", b"three hundred", b"4"];
    let bytes = framed(&expected);
    for first in 0..=bytes.len() {
        for second in first..=bytes.len() {
            let frames = [&bytes[..first], &bytes[first..second], &bytes[second..]];
            assert_eq!(read(&frames).expect("good"), expected, "{first} {second}");
        }
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(read(&single).expect("good"), expected);
}

#[tokio::test]
async fn a_message_that_waits_for_its_end_takes_what_is_there_and_no_more() {
    let mut bytes = vec![0, 0, 0, 3, 0xe8];
    bytes.extend([7; 10]);
    let mut messages =
        Messages::new(Frames([Bytes::from(bytes)].into(), false), 1_000, true, &quota());
    assert!(messages.poll_next(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(messages.begun.len(), 15);
    assert!(messages.begun.capacity() < 100, "{}", messages.begun.capacity());
}

#[test]
fn what_is_no_message_is_refused() {
    let check = |frames: &[&[u8]], code| {
        let refusal = read(frames).expect_err("it is bent");
        assert_eq!(refusal.code(), code, "{frames:?}");
    };
    check(&[&[0, 0, 0, 3, 0xe9]], Code::OutOfRange);
    check(&[&[0, 0xff], &[0xff, 0xff, 0xff, 1]], Code::OutOfRange);
    check(&[&[1, 0, 0, 0, 1, 7]], Code::Unimplemented);
    check(&[&[2, 0, 0, 0, 1, 7]], Code::Internal);
    check(&[&[0, 0, 0, 0]], Code::Internal);
    check(&[&[0, 0, 0, 0, 2], &[7]], Code::Internal);
}

#[tokio::test]
async fn a_call_has_one_message() {
    let only = |bytes: &[u8]| {
        let frames = bytes.chunks(4).map(Bytes::copy_from_slice).collect();
        Messages::new(Frames(frames, true), 1_000, false, &quota()).only()
    };
    assert_eq!(only(&framed(&[b"one"])).await.expect("one"), &b"one"[..]);
    assert_eq!(only(&[]).await.expect_err("none").code(), Code::Internal);
    assert_eq!(only(&framed(&[b"one", b"two"])).await.expect_err("two").code(), Code::Internal);
}

/// A body that gives a byte each so often: these, and then zeros, of which five are an empty message.
struct Trickle(tokio::time::Interval, VecDeque<u8>);

impl Body for Trickle {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        ready!(self.0.poll_tick(context));
        let byte = self.1.pop_front().unwrap_or(0);
        Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&[byte])))))
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_go_on_is_cut_off() {
    let clock = tokio::time::Instant::now();
    let silent = || Frames([Bytes::from_static(&[0, 0])].into(), false);
    for body in [silent(), Frames([].into(), false)] {
        let began = tokio::time::Instant::now();
        let only = Messages::new(body, 1_000, false, &quota()).only();
        let refused = tokio::time::timeout(REQUEST_DEADLINE * 10, only).await;
        assert!(matches!(refused, Ok(Err(Refusal::RequestStalled))), "{refused:?}");
        assert_eq!(began.elapsed(), REQUEST_STALL);
    }
    let between = std::future::poll_fn(|context| {
        Messages::new(Frames([].into(), false), 1_000, true, &quota()).poll_next(context)
    });
    let waited = tokio::time::timeout(REQUEST_DEADLINE * 10, between).await;
    assert!(waited.is_err(), "a stream may be silent between its messages");

    let mut within = Messages::new(silent(), 1_000, true, &quota());
    let refused = std::future::poll_fn(|context| within.poll_next(context));
    let refused = tokio::time::timeout(REQUEST_DEADLINE * 10, refused).await;
    assert!(matches!(refused, Ok(Err(Refusal::RequestStalled))), "and not inside one");
    assert!(clock.elapsed() > REQUEST_DEADLINE);

    let began = tokio::time::Instant::now();
    let trickle = |bytes: &[u8]| {
        let often = tokio::time::interval(REQUEST_STALL - REQUEST_STALL / 100);
        Trickle(often, bytes.iter().copied().collect())
    };
    let endless = trickle(&[0, 0, 0, 3, 0xe8]);
    let refusal = Messages::new(endless, 1_000, false, &quota()).only().await.expect_err("cut off");
    assert!(matches!(refusal, Refusal::RequestStalled), "{refusal:?}");
    assert_eq!(began.elapsed().as_secs(), REQUEST_DEADLINE.as_secs());

    let began = tokio::time::Instant::now();
    let mut stream = Messages::new(trickle(&[]), 1_000, true, &quota());
    for _ in 0..5 {
        let message = std::future::poll_fn(|context| stream.poll_next(context)).await;
        assert!(matches!(message, Ok(Some(_))), "each message has its own time: {message:?}");
    }
    assert!(began.elapsed() > REQUEST_DEADLINE, "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_is_begun_counts_against_the_quota_until_it_is_whole() {
    let quota = Quota::new(100).share(100, 0);
    let parts = |bytes: usize| {
        let message = framed(&[&vec![7; bytes]]);
        let (first, last) = message.split_at(message.len() - 1);
        Frames([Bytes::copy_from_slice(first), Bytes::copy_from_slice(last)].into(), true)
    };
    let small = Messages::new(parts(90), 1_000, false, &quota).only();
    assert_eq!(small.await.expect("it fits").len(), 90);
    let mut waits = Messages::new(
        Frames([Bytes::from_static(&[0, 0, 0, 3, 0, 7, 7, 7])].into(), false),
        1_000,
        true,
        &quota,
    );
    assert!(waits.poll_next(&mut Context::from_waker(Waker::noop())).is_pending());
    let refused = Messages::new(parts(90), 1_000, false, &quota).only().await;
    assert!(matches!(refused, Err(Refusal::Overloaded(_))), "{refused:?}");
    drop(waits);
    assert!(Messages::new(parts(90), 1_000, false, &quota).only().await.is_ok());
    let whole = Frames([Bytes::from(framed(&[&[7; 500]]))].into(), true);
    let whole = Messages::new(whole, 1_000, false, &quota).only().await;
    assert_eq!(whole.expect("what is not begun does not count").len(), 500);
}

#[tokio::test]
async fn a_message_of_a_stream_that_is_whole_leaves_room_for_the_next_one() {
    let quota = Quota::new(100).share(100, 0);
    let message = framed(&[&[7; 60]]);
    let (first, last) = message.split_at(30);
    let frames = [first, last, first, last].map(Bytes::copy_from_slice).into();
    let mut stream = Messages::new(Frames(frames, true), 1_000, true, &quota);
    for _ in 0..2 {
        let message = stream.poll_next(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(message, Poll::Ready(Ok(Some(_)))), "{message:?}");
    }
}
