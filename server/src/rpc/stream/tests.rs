//! A stream, polled by hand as the transport does.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::sync::oneshot;
use tonic::{Code, Status};

use super::stream;
use crate::limits::STREAM_FRAME_BYTES;
use crate::rpc::body::{CallBody, ThreadBounds};
use crate::serve::wakes::Wakes;

/// Frames that are there; nothing for a moment at which none is. Counts those that were taken.
struct Frames(VecDeque<Option<Bytes>>, Arc<AtomicUsize>);

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.pop_front() {
            Some(Some(frame)) => {
                self.1.fetch_add(1, Ordering::Relaxed);
                Poll::Ready(Some(Ok(Frame::data(frame))))
            }
            Some(None) => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

fn framed(message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).expect("it is short").to_be_bytes();
    [&[0][..], &length, message].concat().into()
}

/// A stream that answers each message with itself, so many times, and `bad` with an end.
fn echo(
    frames: Vec<Option<Bytes>>,
    times: usize,
    ended: super::Ended,
) -> (CallBody, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let answer = move |request: Bytes, mut out: Vec<u8>| -> super::Answering {
        let outcome = match &*request {
            b"bad" => Err(Status::internal("bad")),
            request => {
                out.extend(request.repeat(times));
                Ok(())
            }
        };
        Box::pin(std::future::ready((out, outcome)))
    };
    let body = Frames(frames.into(), Arc::clone(&taken));
    (stream(body, ThreadBounds::new(1_000).connection(), ended, answer).into_body(), taken)
}

fn never() -> super::Ended {
    Box::pin(std::future::pending())
}

#[derive(Debug, PartialEq)]
enum Seen {
    Data(Bytes),
    /// The status.
    End(i32),
    Pending,
    Nothing,
}

fn poll(body: &mut CallBody, context: &mut Context<'_>) -> Seen {
    match Pin::new(body).poll_frame(context) {
        Poll::Pending => Seen::Pending,
        Poll::Ready(None) => Seen::Nothing,
        Poll::Ready(Some(frame)) => match frame.expect("it does not fail").into_data() {
            Ok(data) => Seen::Data(data),
            Err(frame) => {
                let trailers = frame.into_trailers().expect("data or trailers");
                Seen::End(Code::from_bytes(trailers["grpc-status"].as_bytes()) as i32)
            }
        },
    }
}

fn data(text: &str) -> Seen {
    Seen::Data(Bytes::copy_from_slice(text.as_bytes()))
}

/// All that is seen until there is nothing more.
fn seen(body: &mut CallBody) -> Vec<Seen> {
    let mut context = Context::from_waker(Waker::noop());
    std::iter::from_fn(|| Some(poll(body, &mut context)).filter(|seen| *seen != Seen::Nothing))
        .collect()
}

#[test]
fn requests_that_are_there_share_a_frame_and_others_do_not_wait() {
    let [one, two, three] = [b"1", b"2", b"3"].map(|it| Some(framed(it)));
    let (mut body, _) = echo(vec![one, two, None, None, three], 1, never());
    let expected = [data("12"), Seen::Pending, data("3"), Seen::End(Code::Ok as i32)];
    assert_eq!(seen(&mut body), expected);
}

#[test]
fn an_error_ends_the_stream_after_what_came_before() {
    let [one, bad, two] = [&b"1"[..], b"bad", b"2"].map(|it| Some(framed(it)));
    let (mut body, taken) = echo(vec![one, bad, two], 1, never());
    assert_eq!(seen(&mut body), [data("1"), Seen::End(Code::Internal as i32)]);
    assert_eq!(taken.load(Ordering::Relaxed), 2);
    let (mut body, _) = echo(vec![Some(Bytes::from_static(&[0, 0]))], 1, never());
    assert_eq!(seen(&mut body), [Seen::End(Code::Internal as i32)], "cut inside a message");
}

#[test]
fn requests_are_read_only_as_responses_are_taken() {
    let request = vec![b'x'; 100];
    let frames = vec![Some(framed(&request)); 1_000];
    let (mut body, taken) = echo(frames, 50, never());
    let (wakes, waker) = Wakes::counted();
    let mut context = Context::from_waker(&waker);
    let per_frame = STREAM_FRAME_BYTES.div_ceil(5_000);
    for round in 1..100 {
        let Seen::Data(frame) = poll(&mut body, &mut context) else { panic!("responses") };
        assert_eq!(frame.len(), per_frame * 5_000);
        assert_eq!(taken.load(Ordering::Relaxed), round * per_frame, "no request more than that");
        assert_eq!(poll(&mut body, &mut context), Seen::Pending, "others have a turn");
        assert_eq!(wakes.count(), round, "and then it goes on");
    }
}

#[test]
fn an_end_from_outside_wakes_a_stream_that_waits() {
    let (end, ended) = oneshot::channel::<()>();
    let ended = Box::pin(async {
        let _ = ended.await;
        Status::unavailable("elsewhere")
    });
    let (mut body, _) = echo(vec![Some(framed(b"1")), None, Some(framed(b"2"))], 1, ended);
    let (wakes, waker) = Wakes::counted();
    let mut context = Context::from_waker(&waker);
    assert_eq!(poll(&mut body, &mut context), data("1"));
    end.send(()).expect("it listens");
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(&mut body, &mut context), Seen::End(Code::Unavailable as i32));
    assert_eq!(poll(&mut body, &mut context), Seen::Nothing);
}
