//! The counts of a load.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::limits::{LATENCY_DIGITS, LATENCY_NS_MAX, LATENCY_NS_MIN};
use crate::reply::ReplyCounts;

/// The outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// OK, with as many results as queries.
    Ok {
        /// Queries that were answered.
        answered: usize,
        /// Queries that were refused alone.
        refused: usize,
        /// Bytes of the body.
        bytes: usize,
    },
    /// RESOURCE_EXHAUSTED with the reason OVERLOADED.
    Overloaded,
    /// Another grpc-status, 1 to 16; a code that a server invents beyond that counts as UNKNOWN.
    Status(u8),
    /// A connection that broke, or never took the call.
    Transport,
    /// OK, but the body is not a reply with a result for each query; or no grpc-status at all.
    Malformed,
    /// No answer by the time that everything had ended.
    Unanswered,
    /// A deadline that passed while the call waited for its turn, so that it was not sent.
    Expired,
}

/// The names of outcomes: those of grpc-status, then those of failures that no server told.
const NAMES: [&str; 21] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
    "(connection lost)",
    "(malformed reply)",
    "(no answer)",
    "(too late to send)",
];
const STATUSES: usize = 17;
const OK: usize = 0;
const UNKNOWN: usize = 2;
const DEADLINE_EXCEEDED: usize = 4;
const RESOURCE_EXHAUSTED: usize = 8;
const EXPIRED: usize = STATUSES + 3;

/// The counts of one thread, or of all.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    outcomes: [u64; NAMES.len()],
    /// The deadline after which no answer is a good one.
    deadline: Option<Duration>,
    /// Calls that were refused for overload, which are RESOURCE_EXHAUSTED as well.
    overloaded: u64,
    /// Queries that were answered within the deadline.
    pub(crate) good_queries: u64,
    /// The latencies of calls that ended with OK, in nanoseconds.
    latency_ns: Histogram<u64>,
    /// Queries that were refused alone.
    pub(crate) refused: u64,
    /// Bytes of the bodies of replies.
    pub(crate) reply_bytes: u64,
    /// Calls of the warm-up that failed.
    pub(crate) failed_warmup: u64,
    /// Calls of an open loop that were due while measuring and never sent: as many waited as may,
    /// or the time was over.
    pub(crate) unsent: u64,
}

/// Counts of measured calls, by the meaning of their outcome for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// Calls that were answered, in time or not.
    pub ok: u64,
    /// Calls that were refused for overload.
    pub overloaded: u64,
    /// Calls that were given up because their deadline had passed, by the server or before they
    /// were sent.
    pub deadline: u64,
    /// Calls that failed in another way.
    pub other: u64,
    /// Calls that were due and never sent.
    pub not_sent: u64,
}

impl Outcome {
    /// Makes the outcome of a reply that is OK.
    pub(crate) fn of_reply(counts: ReplyCounts, bytes: usize) -> Outcome {
        let answered = counts.results - counts.refused;
        Outcome::Ok { answered, refused: counts.refused, bytes }
    }
}

impl Tally {
    /// Makes a tally that has counted nothing yet.
    pub(crate) fn new(deadline: Option<Duration>) -> Tally {
        let latency_ns = Histogram::new_with_bounds(LATENCY_NS_MIN, LATENCY_NS_MAX, LATENCY_DIGITS);
        Tally {
            outcomes: [0; NAMES.len()],
            deadline,
            overloaded: 0,
            good_queries: 0,
            latency_ns: latency_ns.expect("the bounds are constants and in order"),
            refused: 0,
            reply_bytes: 0,
            failed_warmup: 0,
            unsent: 0,
        }
    }

    /// Counts a call that belongs to the measurement.
    pub(crate) fn measured(&mut self, outcome: Outcome, latency: Duration) {
        let index = match outcome {
            Outcome::Ok { answered, refused, bytes } => {
                let in_time = self.deadline.is_none_or(|deadline| latency <= deadline);
                self.good_queries += if in_time { answered as u64 } else { 0 };
                self.refused += refused as u64;
                self.reply_bytes += bytes as u64;
                let latency_ns = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
                self.latency_ns.saturating_record(latency_ns);
                OK
            }
            Outcome::Overloaded => {
                self.overloaded += 1;
                RESOURCE_EXHAUSTED
            }
            Outcome::Status(code) if usize::from(code) < STATUSES => usize::from(code),
            Outcome::Status(_) => UNKNOWN,
            Outcome::Transport => STATUSES,
            Outcome::Malformed => STATUSES + 1,
            Outcome::Unanswered => STATUSES + 2,
            Outcome::Expired => EXPIRED,
        };
        self.outcomes[index] += 1;
    }

    /// Counts a call of the warm-up: only its failure is of interest.
    pub(crate) fn warmup(&mut self, outcome: Outcome) {
        self.failed_warmup += u64::from(!matches!(outcome, Outcome::Ok { .. }));
    }

    /// Adds the counts of another thread.
    pub(crate) fn add(&mut self, other: &Tally) {
        for (count, other) in self.outcomes.iter_mut().zip(other.outcomes) {
            *count += other;
        }
        self.latency_ns.add(&other.latency_ns).expect("all histograms have the same bounds");
        self.overloaded += other.overloaded;
        self.good_queries += other.good_queries;
        self.refused += other.refused;
        self.reply_bytes += other.reply_bytes;
        self.failed_warmup += other.failed_warmup;
        self.unsent += other.unsent;
    }

    /// Returns how many measured calls ended with OK.
    pub(crate) fn ok(&self) -> u64 {
        self.outcomes[OK]
    }

    /// Returns how many measured calls did not.
    pub(crate) fn failed(&self) -> u64 {
        self.outcomes[1..].iter().sum()
    }

    /// Returns the counts by their meaning for a caller.
    pub(crate) fn outcomes(&self) -> Outcomes {
        let deadline = self.outcomes[DEADLINE_EXCEEDED] + self.outcomes[EXPIRED];
        Outcomes {
            ok: self.ok(),
            overloaded: self.overloaded,
            deadline,
            other: self.failed() - self.overloaded - deadline,
            not_sent: self.unsent,
        }
    }

    /// Names every status with which a measured call ended, with its count.
    pub(crate) fn statuses(&self) -> impl Iterator<Item = (&'static str, u64)> {
        NAMES.into_iter().zip(self.outcomes).filter(|(_, count)| *count > 0)
    }

    /// Computes the latency that this share of the calls, 0 to 1, did not exceed.
    pub(crate) fn latency(&self, quantile: f64) -> Duration {
        Duration::from_nanos(self.latency_ns.value_at_quantile(quantile).min(self.latency_ns.max()))
    }

    /// Computes the mean latency.
    pub(crate) fn latency_mean(&self) -> Duration {
        Duration::from_secs_f64(self.latency_ns.mean() / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Outcome, Outcomes, Tally};

    const OK: Outcome = Outcome::Ok { answered: 2, refused: 1, bytes: 100 };

    #[test]
    fn outcomes_are_counted_by_name_and_added_over_threads() {
        let ms = Duration::from_millis;
        let mut all = Tally::new(None);
        for _ in 0..2 {
            let mut tally = Tally::new(None);
            tally.measured(OK, ms(1));
            tally.measured(Outcome::Status(14), ms(2));
            tally.measured(Outcome::Status(99), ms(2));
            tally.measured(Outcome::Transport, ms(2));
            tally.measured(Outcome::Malformed, ms(2));
            tally.measured(Outcome::Unanswered, ms(2));
            tally.measured(Outcome::Overloaded, ms(2));
            tally.measured(Outcome::Status(8), ms(2));
            tally.measured(Outcome::Status(4), ms(2));
            tally.measured(Outcome::Expired, ms(2));
            tally.warmup(OK);
            tally.warmup(Outcome::Transport);
            tally.unsent += 3;
            all.add(&tally);
        }
        let names = [
            "OK",
            "UNKNOWN",
            "DEADLINE_EXCEEDED",
            "RESOURCE_EXHAUSTED",
            "UNAVAILABLE",
            "(connection lost)",
            "(malformed reply)",
            "(no answer)",
            "(too late to send)",
        ];
        let counts = names.map(|name| (name, if name == "RESOURCE_EXHAUSTED" { 4 } else { 2 }));
        assert!(all.statuses().eq(counts));
        assert_eq!((all.ok(), all.failed()), (2, 18));
        let outcomes = Outcomes { ok: 2, overloaded: 2, deadline: 4, other: 12, not_sent: 6 };
        assert_eq!(all.outcomes(), outcomes);
        assert_eq!(all.good_queries, 4, "without a deadline all are good");
        assert_eq!((all.refused, all.reply_bytes), (2, 200));
        assert_eq!((all.failed_warmup, all.unsent), (2, 6));
        assert_eq!(all.latency(1.0).as_millis(), 1, "failures have no latency");
    }

    #[test]
    fn percentiles_keep_three_digits() {
        let mut tally = Tally::new(None);
        for millis in 1..=1_000 {
            tally.measured(OK, Duration::from_millis(millis));
        }
        for (quantile, millis) in
            [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0), (0.999, 999.0), (1.0, 1_000.0)]
        {
            let measured = tally.latency(quantile).as_secs_f64() * 1e3;
            assert!((measured / millis - 1.0).abs() < 0.001, "{quantile}: {measured}");
        }
        assert!((tally.latency_mean().as_secs_f64() - 0.5005).abs() < 0.001);
        assert_eq!(Tally::new(None).latency(0.5), Duration::ZERO);
    }

    #[test]
    fn answers_after_the_deadline_are_not_good() {
        let ms = Duration::from_millis;
        let mut tally = Tally::new(Some(ms(50)));
        for (latency, good_queries) in [(1, 2), (50, 4), (51, 4), (1_000, 4)] {
            tally.measured(OK, ms(latency));
            assert_eq!(tally.good_queries, good_queries, "{latency}");
        }
        assert_eq!(tally.outcomes().ok, 4, "they are answers all the same");
    }
}
