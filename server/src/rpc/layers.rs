//! What surrounds every call: its deadline, the count of how it ended, and what happens if its handler panics.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{HeaderMap, Response};
use tonic::codegen::BoxFuture;
use tonic::{Code, Status};

use super::body::CallBody;
use super::status::Refusal;
use crate::limits::DEADLINE_MARGIN_MAX;
use crate::serve::lane::{Ask, Priority};
use crate::telemetry::{CallSpan, Method, Metrics, Traces};

const TIMEOUT_HEADER: &str = "grpc-timeout";
/// Says `bulk` for a call that may wait for others.
const PRIORITY_HEADER: &str = "x-broadside-priority";

/// When the client gives up, and until when it must be answered so that it still gets the answer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Deadline(Option<Times>);

#[derive(Debug, Clone, Copy)]
struct Times {
    gives_up: Instant,
    answer_by: Instant,
}

/// On which terms a call is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// When its client gives up.
    pub(crate) deadline: Deadline,
    /// Who goes first.
    pub(crate) priority: Priority,
}

/// Counts one call when it ends, as whatever it ended as. A call that is dropped half-way was cancelled.
pub(crate) struct CallGuard {
    metrics: Arc<Metrics>,
    method: Method,
    started: Instant,
    code: Code,
    /// In a box: most calls have none, and a guard is moved often.
    span: Option<Box<CallSpan>>,
}

/// A call that is on its way. One pointer, since what runs it moves it about, and is a cache line smaller for it.
pub struct CallFuture(BoxFuture<Response<CallBody>, Infallible>);

/// A call with its guard.
struct Guarded<F> {
    call: F,
    guard: Option<CallGuard>,
}

impl Deadline {
    fn after(timeout: Duration, now: Instant) -> Deadline {
        Deadline(now.checked_add(timeout).map(|gives_up| {
            let margin = (timeout / 10).min(DEADLINE_MARGIN_MAX);
            Times { gives_up, answer_by: gives_up - margin }
        }))
    }

    /// Returns when it has passed, and never if there is none.
    pub(crate) async fn passed(self) {
        match self.0 {
            Some(times) => tokio::time::sleep_until(times.gives_up.into()).await,
            None => std::future::pending().await,
        }
    }

    /// Refuses if it has passed.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        match self.left() {
            Some(Duration::ZERO) => Err(Refusal::DeadlinePassed),
            _ => Ok(()),
        }
    }

    /// Until when the call must be answered.
    pub(crate) fn answer_by(self) -> Option<Instant> {
        self.0.map(|times| times.answer_by)
    }

    /// The time that is left for answering, if it is bounded.
    pub(crate) fn left(self) -> Option<Duration> {
        self.0.map(|times| times.answer_by.saturating_duration_since(Instant::now()))
    }
}

impl Terms {
    /// What it asks of the lane for so many queries.
    pub(crate) fn ask(self, units: usize) -> Ask {
        let deadline = self.deadline.answer_by().map(Into::into);
        Ask { priority: self.priority, units, deadline }
    }
}

/// What the client asks for in its headers: until when, counted from now, and who goes first. Whatever is not `bulk` is
/// interactive, and a deadline that cannot be read is none, as the protocol has it. One pass over them: a call has few, and
/// each look-up costs more than all the comparisons.
pub(crate) fn asked(headers: &HeaderMap, now: Instant) -> (Deadline, Priority) {
    let (mut deadline, mut priority) = (Deadline::default(), Priority::Interactive);
    for (name, value) in headers {
        match name.as_str() {
            TIMEOUT_HEADER => {
                let timeout = timeout(value.as_bytes());
                deadline = timeout.map(|timeout| Deadline::after(timeout, now)).unwrap_or_default();
            }
            PRIORITY_HEADER if value == "bulk" => priority = Priority::Bulk,
            _ => {}
        }
    }
    (deadline, priority)
}

/// `grpc-timeout`: one to eight digits and a unit.
fn timeout(header: &[u8]) -> Option<Duration> {
    let (unit, digits) = header.split_last()?;
    if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let amount = std::str::from_utf8(digits).ok()?.parse::<u64>().ok()?;
    match unit {
        b'H' => Some(Duration::from_secs(amount * 3_600)),
        b'M' => Some(Duration::from_secs(amount * 60)),
        b'S' => Some(Duration::from_secs(amount)),
        b'm' => Some(Duration::from_millis(amount)),
        b'u' => Some(Duration::from_micros(amount)),
        b'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

/// Runs a handler that does not wait. If it panics, this call fails and nothing else does.
pub(crate) fn guarded<T>(
    metrics: &Metrics,
    handler: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    // Nothing that the handler may leave half done outlives it: the workbench is lost with a panic, all else is read only.
    catch_unwind(AssertUnwindSafe(handler)).unwrap_or_else(|_| {
        metrics.panics.increment(1);
        Err(Refusal::HandlerPanicked)
    })
}

impl CallGuard {
    pub(crate) fn start(metrics: Arc<Metrics>, method: Method, started: Instant) -> CallGuard {
        CallGuard { metrics, method, started, code: Code::Cancelled, span: None }
    }

    /// The call has a span, too.
    pub(crate) fn traced(mut self, traces: Option<&Traces>, headers: &HeaderMap) -> CallGuard {
        self.span = traces.and_then(|traces| traces.begin(self.method, headers)).map(Box::new);
        self
    }

    /// Tells the caller which span it is.
    pub(crate) fn tell_span(&self, headers: &mut HeaderMap) {
        if let Some((name, value)) = self.span.as_ref().and_then(|span| span.response_header()) {
            headers.insert(name, value);
        }
    }

    /// The call ended with this code.
    pub(crate) fn ended(&mut self, code: Code) {
        self.code = code;
    }

    /// The reply is there. An error has its code in the headers; the code of a success comes after the body.
    fn replied(&mut self, headers: &HeaderMap) {
        let status = headers.get(Status::GRPC_STATUS);
        self.code = status.map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()));
    }
}

impl Drop for CallGuard {
    fn drop(&mut self) {
        let code = usize::try_from(self.code as i32).unwrap_or(usize::MAX);
        self.metrics.call_ended(self.method, code, self.started.elapsed());
        if let Some(span) = self.span.take() {
            span.end(code);
        }
    }
}

impl CallFuture {
    pub(crate) fn new<F>(call: F, guard: Option<CallGuard>) -> CallFuture
    where
        F: Future<Output = Result<Response<CallBody>, Infallible>> + Unpin + Send + 'static,
    {
        CallFuture(Box::pin(Guarded { call, guard }))
    }

    /// A call that generated code answers.
    pub(crate) fn of_tonic(
        answered: impl Future<Output = Result<Response<tonic::body::Body>, Infallible>> + Send + 'static,
        guard: Option<CallGuard>,
    ) -> CallFuture {
        let call = async { answered.await.map(|response| response.map(CallBody::from)) };
        CallFuture::new(Box::pin(call), guard)
    }
}

impl Future for CallFuture {
    type Output = Result<Response<CallBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<F> Future for Guarded<F>
where
    F: Future<Output = Result<Response<CallBody>, Infallible>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut polled = Pin::new(&mut self.call).poll(context);
        if let Poll::Ready(Ok(response)) = &mut polled
            && let Some(mut guard) = self.guard.take()
        {
            guard.replied(response.headers());
            guard.tell_span(response.headers_mut());
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use http::{HeaderMap, HeaderValue, Response};
    use tonic::Code;

    use super::{CallBody, CallFuture, CallGuard, asked, guarded, timeout};
    use crate::rpc::status::Refusal;
    use crate::telemetry::{Method, Metrics};

    #[test]
    fn timeouts() {
        let check =
            |header: &str, expected| assert_eq!(timeout(header.as_bytes()), expected, "{header}");
        check("1H", Some(Duration::from_secs(3_600)));
        check("2M", Some(Duration::from_secs(120)));
        check("3S", Some(Duration::from_secs(3)));
        check("4m", Some(Duration::from_millis(4)));
        check("5u", Some(Duration::from_micros(5)));
        check("99999999n", Some(Duration::from_nanos(99_999_999)));
        for bent in ["", "S", "1", "100000000S", "-1S", "1.5S", "1s", "١S"] {
            check(bent, None);
        }
    }

    #[test]
    fn what_a_client_asks_for() {
        let mut headers = HeaderMap::new();
        let now = Instant::now();
        let check = |headers: &HeaderMap, left: Option<Duration>, priority| {
            let (deadline, got) = asked(headers, now);
            assert_eq!(deadline.answer_by().map(|by| by - now), left, "{headers:?}");
            assert_eq!(got, priority, "{headers:?}");
        };
        use crate::serve::lane::Priority::{Bulk, Interactive};
        check(&headers, None, Interactive);
        headers.insert("x-broadside-priority", HeaderValue::from_static("interactive"));
        headers.insert("grpc-timeout", HeaderValue::from_static("10m"));
        check(&headers, Some(Duration::from_millis(9)), Interactive);
        headers.insert("x-broadside-priority", HeaderValue::from_static("bulk"));
        headers.insert("grpc-timeout", HeaderValue::from_static("1S"));
        check(&headers, Some(Duration::from_millis(995)), Bulk);
        headers.insert("grpc-timeout", HeaderValue::from_static("soon"));
        check(&headers, None, Bulk);
    }

    #[test]
    fn a_deadline_passes() {
        let mut headers = HeaderMap::new();
        assert!(asked(&headers, Instant::now()).0.check().is_ok());
        headers.insert("grpc-timeout", HeaderValue::from_static("0n"));
        let passed = asked(&headers, Instant::now()).0;
        assert!(matches!(passed.check(), Err(Refusal::DeadlinePassed)));
        headers.insert("grpc-timeout", HeaderValue::from_static("1H"));
        assert!(asked(&headers, Instant::now()).0.check().is_ok());
    }

    #[test]
    fn a_panic_is_the_failure_of_one_call() {
        let metrics = Metrics::new();
        let refused = guarded::<()>(&metrics, || panic!("what went wrong"));
        let status = tonic::Status::from(refused.expect_err("a failure"));
        assert_eq!(status.code(), Code::Internal);
        assert!(
            !status.message().contains("what went wrong"),
            "clients are not told of the inside"
        );
        assert!(metrics.render().contains("broadside_panics_total 1"));
    }

    #[test]
    fn calls_are_counted_as_what_they_ended_as() {
        let metrics = Arc::new(Metrics::new());
        let guard =
            || Some(CallGuard::start(Arc::clone(&metrics), Method::MatchBatch, Instant::now()));
        let reply = |status: Option<&'static str>| {
            let mut response = Response::new(CallBody::default());
            if let Some(status) = status {
                response.headers_mut().insert("grpc-status", HeaderValue::from_static(status));
            }
            response
        };
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for status in [None, Some("3")] {
            let mut call = CallFuture::new(std::future::ready(Ok(reply(status))), guard());
            assert!(std::pin::Pin::new(&mut call).poll(&mut context).is_ready());
        }
        drop(CallFuture::new(std::future::pending(), guard()));
        let text = metrics.render();
        for (code, count) in [("OK", 1), ("INVALID_ARGUMENT", 1), ("CANCELLED", 1), ("UNKNOWN", 0)]
        {
            let line =
                format!("broadside_calls_total{{method=\"MatchBatch\",code=\"{code}\"}} {count}");
            assert!(text.contains(&line), "expected {line} in:\n{text}");
        }
    }
}
