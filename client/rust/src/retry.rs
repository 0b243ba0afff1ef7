//! Whether a failed call is tried again, and when. Pure: it waits for nothing and draws no random number.

use std::time::Duration;

use crate::error::{Code, Error};
use crate::limits::{ATTEMPTS_DEFAULT, BACKOFF_INITIAL, BACKOFF_MAX};

/// How calls are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetryPolicy {
    /// Attempts of one call, the first one included.
    pub(crate) max_attempts: u32,
    /// The wait before the second attempt, before jitter.
    pub(crate) backoff_initial: Duration,
    /// The longest wait, before jitter.
    pub(crate) backoff_max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy {
            max_attempts: ATTEMPTS_DEFAULT,
            backoff_initial: BACKOFF_INITIAL,
            backoff_max: BACKOFF_MAX,
        }
    }
}

impl RetryPolicy {
    /// How long to wait before the next attempt, or `None` to report `error` now.
    ///
    /// Only UNAVAILABLE and a refusal for overload are tried again: the server did not begin, or cannot serve anybody;
    /// every other code would be the same or worse on a second attempt. A server that asks not to come back at all is
    /// obeyed. A wait that it asked for is never shortened, so if it does not fit into `remaining` there is no other
    /// attempt; it is made longer by up to a fifth, since many were told the same.
    pub(crate) fn wait(
        &self,
        attempts_made: u32,
        error: &Error,
        remaining: Duration,
        random: u64,
    ) -> Option<Duration> {
        let may_help = error.code == Code::Unavailable || error.is_overload();
        if !(may_help && error.retryable) || attempts_made >= self.max_attempts {
            return None;
        }
        let wait = match error.retry_after {
            Some(asked) => asked.saturating_add((asked / 5).mul_f64(share(random))),
            None => self.backoff(attempts_made, random),
        };
        (wait < remaining).then_some(wait)
    }

    /// The exponential wait after so many attempts: evenly spread over the upper half of its interval, so that it is
    /// never close to zero and clients that failed together come back apart.
    fn backoff(&self, attempts_made: u32, random: u64) -> Duration {
        let doublings = attempts_made.saturating_sub(1).min(31);
        let full = self.backoff_initial.saturating_mul(1 << doublings).min(self.backoff_max);
        let half = full / 2;
        half + half.mul_f64(share(random))
    }
}

/// A random number as one from 0 to 1.
fn share(random: u64) -> f64 {
    let parts = u32::try_from(random >> 32).expect("the upper half of 64 bits fits in 32");
    f64::from(parts) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::RetryPolicy;
    use crate::error::{Code, Error};
    use crate::random::Random;

    const LONG: Duration = Duration::from_secs(60);

    fn error(code: Code, retry_after_ms: Option<u64>) -> Error {
        Error { retry_after: retry_after_ms.map(Duration::from_millis), ..Error::bare(code, "") }
    }

    fn overloaded(retry_after_ms: Option<u64>) -> Error {
        let error = Error::local(Code::ResourceExhausted, "OVERLOADED", "");
        let retry_after = retry_after_ms.map(Duration::from_millis);
        Error { retryable: true, retry_after, ..error }
    }

    #[test]
    fn only_unavailable_and_overload_are_tried_again() {
        let policy = RetryPolicy::default();
        for code in [
            Code::Cancelled,
            Code::Unknown,
            Code::InvalidArgument,
            Code::DeadlineExceeded,
            Code::ResourceExhausted,
            Code::FailedPrecondition,
            Code::Aborted,
            Code::Internal,
            Code::Unimplemented,
        ] {
            let other = Error { retryable: true, ..error(code, Some(1)) };
            assert_eq!(policy.wait(1, &other, LONG, 0), None, "{code}");
        }
        for failure in [error(Code::Unavailable, None), overloaded(None), overloaded(Some(1))] {
            assert!(policy.wait(1, &failure, LONG, 0).is_some());
            // A server may ask not to come back.
            let final_one = Error { retryable: false, ..failure };
            assert_eq!(policy.wait(1, &final_one, LONG, 0), None);
        }
        let of_another_code = Error { code: Code::Internal, ..overloaded(None) };
        assert_eq!(policy.wait(1, &of_another_code, LONG, 0), None);
    }

    #[test]
    fn attempts_are_counted_with_the_first() {
        let unavailable = error(Code::Unavailable, None);
        for (max_attempts, waits) in [(0, 0), (1, 0), (2, 1), (3, 2), (10, 9)] {
            let policy = RetryPolicy { max_attempts, ..RetryPolicy::default() };
            let granted =
                (1..20).take_while(|made| policy.wait(*made, &unavailable, LONG, 7).is_some());
            assert_eq!(granted.count(), waits, "{max_attempts} attempts");
        }
    }

    #[test]
    fn the_wait_doubles_up_to_its_maximum_and_is_spread_over_the_upper_half() {
        let policy = RetryPolicy { max_attempts: u32::MAX, ..RetryPolicy::default() };
        let unavailable = error(Code::Unavailable, None);
        let random = Random::seeded(42);
        let cases =
            [(1, 50), (2, 100), (3, 200), (4, 400), (5, 800), (6, 1000), (7, 1000), (1000, 1000)];
        for (made, full_ms) in cases {
            let full = Duration::from_millis(full_ms);
            let wait =
                |random| policy.wait(made, &unavailable, LONG, random).expect("attempts are left");
            assert_eq!(wait(0), full / 2);
            assert_eq!(wait(u64::MAX), full);
            let drawn: Vec<Duration> = (0..100).map(|_| wait(random.next())).collect();
            assert!(drawn.iter().all(|wait| (full / 2..=full).contains(wait)));
            assert!(drawn.iter().any(|wait| *wait < full * 5 / 8), "some are near the lower end");
            assert!(drawn.iter().any(|wait| *wait > full * 7 / 8), "some are near the upper end");
        }
    }

    #[test]
    fn a_wait_that_the_server_asked_for_is_never_shorter_and_up_to_a_fifth_longer() {
        let policy = RetryPolicy::default();
        let ms = Duration::from_millis;
        for asked in [error(Code::Unavailable, Some(300)), overloaded(Some(300))] {
            assert_eq!(policy.wait(1, &asked, LONG, 0), Some(ms(300)));
            assert_eq!(policy.wait(2, &asked, LONG, u64::MAX), Some(ms(360)));
            assert_eq!(policy.wait(1, &asked, ms(301), 0), Some(ms(300)));
            assert_eq!(policy.wait(1, &asked, ms(300), 0), None, "it would end at the deadline");
        }
        let at_once = overloaded(Some(0));
        assert_eq!(policy.wait(1, &at_once, LONG, u64::MAX), Some(Duration::ZERO));
        let never = Error { retry_after: Some(Duration::MAX), ..overloaded(None) };
        assert_eq!(policy.wait(1, &never, LONG, u64::MAX), None);
    }

    #[test]
    fn a_wait_never_passes_the_deadline() {
        let policy = RetryPolicy::default();
        let unavailable = error(Code::Unavailable, None);
        assert_eq!(policy.wait(1, &unavailable, Duration::from_millis(25), 0), None);
        assert_eq!(policy.wait(1, &unavailable, Duration::ZERO, 0), None);
    }
}
