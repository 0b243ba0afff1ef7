//! What every call goes through: one connection, one deadline, the retries.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tonic::Extensions;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;

use crate::error::{Code, Error};
use crate::headers::Headers;
use crate::limits::DEADLINE_MAX;
use crate::random::Random;
use crate::retry::RetryPolicy;
use crate::wire;

/// A connection to one server, made when it is first used and again when it is lost. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    channel: Channel,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    address: String,
    headers: Headers,
    policy: RetryPolicy,
    random: Random,
}

/// One attempt of a call: what it is sent over, and what goes in front of its message.
#[derive(Debug)]
pub(crate) struct Attempt {
    channel: Channel,
    headers: MetadataMap,
    remaining: Duration,
}

/// When a call must have ended, and how long that was when it began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
    total: Duration,
}

impl Deadline {
    /// The deadline that is `total` away from now.
    pub(crate) fn after(total: Duration) -> Deadline {
        let total = total.min(DEADLINE_MAX);
        Deadline { at: Instant::now() + total, total }
    }

    fn remaining(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }
}

impl Attempt {
    /// The request with this message; it tells the server how much of the deadline is left.
    pub(crate) fn request<T>(self, message: T) -> (Channel, tonic::Request<T>) {
        let remaining = self.remaining;
        let (channel, mut request) = self.stream(message);
        request.set_timeout(remaining);
        (channel, request)
    }

    /// The request that opens a stream with these messages. The stream has no deadline.
    pub(crate) fn stream<T>(self, messages: T) -> (Channel, tonic::Request<T>) {
        let request = tonic::Request::from_parts(self.headers, Extensions::default(), messages);
        (self.channel, request)
    }
}

impl Connection {
    /// A connection over this channel; `address` is for messages.
    pub(crate) fn new(
        channel: Channel,
        address: String,
        headers: Headers,
        policy: RetryPolicy,
    ) -> Connection {
        let shared = Shared { address, headers, policy, random: Random::from_process() };
        Connection { channel, shared: Arc::new(shared) }
    }

    /// Where the server is, for messages.
    pub(crate) fn address(&self) -> &str {
        &self.shared.address
    }

    /// The headers that every call has.
    pub(crate) fn headers(&self) -> &Headers {
        &self.shared.headers
    }

    /// Makes one call, again if it may be, until the deadline.
    ///
    /// `send` sends the request of an attempt; a new future is asked for each time.
    pub(crate) async fn call<T, F>(
        &self,
        deadline: Deadline,
        headers: &Headers,
        send: impl Fn(Attempt) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<tonic::Response<T>, tonic::Status>>,
    {
        let attempt = || {
            let response = send(Attempt {
                channel: self.channel.clone(),
                headers: headers.metadata(),
                remaining: deadline.remaining(),
            });
            async {
                response
                    .await
                    .map(tonic::Response::into_inner)
                    .map_err(|status| wire::call_error(&status, &self.shared.address))
            }
        };
        with_retries(&self.shared.policy, &self.shared.random, deadline, attempt).await
    }
}

/// Attempts until one succeeds, the policy gives up, or the deadline passes. When it passes, the last failure says more
/// about the cause than the deadline does, so that is what is reported if there was one.
async fn with_retries<T, F>(
    policy: &RetryPolicy,
    random: &Random,
    deadline: Deadline,
    attempt: impl Fn() -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut last_error = None;
    for attempts_made in 1.. {
        let error = match tokio::time::timeout_at(deadline.at, attempt()).await {
            Ok(Ok(answer)) => return Ok(answer),
            // The stack below keeps time as well, and may be the first to notice.
            Ok(Err(error)) if !(deadline.remaining().is_zero() && is_about_time(&error)) => error,
            Ok(Err(_)) | Err(_) => {
                return Err(last_error.unwrap_or_else(|| Error::deadline_exceeded(deadline.total)));
            }
        };
        match policy.wait(attempts_made, &error, deadline.remaining(), random.next()) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return Err(error),
        }
        last_error = Some(error);
    }
    Err(last_error.unwrap_or_else(|| Error::deadline_exceeded(deadline.total)))
}

/// Whether the failure may be the form that a passed deadline takes below.
fn is_about_time(error: &Error) -> bool {
    matches!(error.code, Code::Cancelled | Code::DeadlineExceeded | Code::Unavailable)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Deadline, with_retries};
    use crate::error::{Code, Error};
    use crate::random::Random;
    use crate::retry::RetryPolicy;

    const SECOND: Duration = Duration::from_secs(1);

    /// Runs against a server that fails in these ways, one an attempt, and then answers. Gives the outcome, the attempts
    /// and the time that passed.
    async fn run(
        deadline: Duration,
        failures: &[(Code, Option<Duration>)],
    ) -> (Result<&'static str, Code>, usize, Duration) {
        let attempts = Cell::new(0);
        let began = Instant::now();
        let attempt = async || {
            let number = attempts.replace(attempts.get() + 1);
            match failures.get(number) {
                Some((code, retry_after)) => {
                    Err(Error { retry_after: *retry_after, ..Error::bare(*code, "") })
                }
                None => Ok("answer"),
            }
        };
        let policy = RetryPolicy::default();
        let random = Random::seeded(7);
        let outcome = with_retries(&policy, &random, Deadline::after(deadline), attempt).await;
        (outcome.map_err(|error| error.code), attempts.get(), began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn unavailable_twice_and_then_an_answer() {
        let (outcome, attempts, time) = run(2 * SECOND, &[(Code::Unavailable, None); 2]).await;
        assert_eq!((outcome, attempts), (Ok("answer"), 3));
        assert!(
            (Duration::from_millis(75)..Duration::from_millis(160)).contains(&time),
            "{time:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_failure_is_reported_when_attempts_run_out() {
        let (outcome, attempts, _) = run(2 * SECOND, &[(Code::Unavailable, None); 3]).await;
        assert_eq!((outcome, attempts), (Err(Code::Unavailable), 3));
    }

    #[tokio::test(start_paused = true)]
    async fn other_failures_are_reported_at_once() {
        let (outcome, attempts, time) = run(2 * SECOND, &[(Code::Internal, None)]).await;
        assert_eq!((outcome, attempts, time), (Err(Code::Internal), 1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_that_the_server_asked_for_is_kept_to_unless_it_is_too_long() {
        let (outcome, attempts, time) = run(2 * SECOND, &[(Code::Unavailable, Some(SECOND))]).await;
        assert_eq!((outcome, attempts), (Ok("answer"), 2));
        assert!((SECOND..=SECOND + SECOND / 5).contains(&time), "{time:?}");

        let (outcome, attempts, time) = run(SECOND, &[(Code::Unavailable, Some(2 * SECOND))]).await;
        assert_eq!((outcome, attempts, time), (Err(Code::Unavailable), 1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_costs_the_deadline_and_no_more() {
        let began = Instant::now();
        let attempt = std::future::pending::<Result<(), Error>>;
        let policy = RetryPolicy::default();
        let outcome =
            with_retries(&policy, &Random::seeded(7), Deadline::after(SECOND), attempt).await;
        let error = outcome.expect_err("nobody answers");
        assert_eq!(error.code, Code::DeadlineExceeded);
        assert!(error.message.contains("1s"), "{}", error.message);
        assert!(began.elapsed() < SECOND + SECOND / 10);
    }
}
