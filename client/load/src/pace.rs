//! The pace of an open loop: when its calls are due.
//!
//! The runtime's own timers count in milliseconds, which is longer than a call takes. So a thread
//! of its own parks, to some 50 µs, until the next call is due, and hands out its ticket. A ticket
//! that is handed out late says all the same when it was due, and latency counts from then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

/// The time at which a call was due.
pub(crate) type Ticket = Instant;

/// Hands out tickets from `start` until `end`, evenly, to one queue after the other. A ticket whose
/// queue is full, or gone, is lost; `not_sent` counts those from `measure` on. Ends early when
/// nobody takes any.
pub(crate) fn pace(
    calls_per_second: f64,
    start: Instant,
    measure: Instant,
    end: Instant,
    queues: &[Sender<Ticket>],
    not_sent: &AtomicU64,
) {
    for (number, queue) in (0_u64..).zip(queues.iter().cycle()) {
        let due = due(calls_per_second, start, number);
        if due >= end {
            return;
        }
        // A park may end early for no reason.
        while let Some(wait) =
            due.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
        {
            if queue.is_closed() && queues.iter().all(Sender::is_closed) {
                return;
            }
            thread::park_timeout(wait);
        }
        match queue.try_send(due) {
            Ok(()) => continue,
            Err(TrySendError::Closed(_)) if queues.iter().all(Sender::is_closed) => return,
            Err(TrySendError::Closed(_) | TrySendError::Full(_)) => {}
        }
        if due >= measure {
            not_sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Computes when the call of this number is due: from the start each time, so that no error adds
/// up.
fn due(calls_per_second: f64, start: Instant, number: u64) -> Instant {
    #[expect(clippy::cast_precision_loss, reason = "no load has 2^53 calls")]
    let number = number as f64;
    start + Duration::from_secs_f64(number / calls_per_second)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, Instant};

    use tokio::sync::mpsc::{Receiver, channel};

    use super::{due, pace};

    const SECOND: Duration = Duration::from_secs(1);

    /// The time a minute ago, so that nothing waits.
    fn past() -> Instant {
        Instant::now().checked_sub(60 * SECOND).expect("a minute has passed")
    }

    /// Reads when the tickets of a queue were due, in milliseconds from the start.
    fn offsets(start: Instant, mut tickets: Receiver<Instant>) -> Vec<u128> {
        let mut offsets = Vec::new();
        while let Ok(ticket) = tickets.try_recv() {
            offsets.push((ticket - start).as_millis());
        }
        offsets
    }

    #[test]
    fn calls_are_due_evenly_and_in_turn() {
        let ((first, first_tickets), (second, second_tickets)) = (channel(10), channel(10));
        let (start, not_sent) = (past(), AtomicU64::new(0));
        pace(4.0, start, start, start + 2 * SECOND, &[first, second], &not_sent);
        assert_eq!(offsets(start, first_tickets), [0, 500, 1000, 1500]);
        assert_eq!(offsets(start, second_tickets), [250, 750, 1250, 1750]);
        assert_eq!(not_sent.into_inner(), 0);
    }

    #[test]
    fn what_finds_its_queue_full_is_counted_and_not_sent() {
        let ((first, first_tickets), (second, second_tickets)) = (channel(1), channel(3));
        let (start, not_sent) = (past(), AtomicU64::new(0));
        // No place is left for 500, 1000, 1500 and 1750, of which the first is due before anything
        // is measured.
        pace(4.0, start, start + SECOND, start + 2 * SECOND, &[first, second], &not_sent);
        assert_eq!(offsets(start, first_tickets), [0]);
        assert_eq!(offsets(start, second_tickets), [250, 750, 1250]);
        assert_eq!(not_sent.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_queue_that_is_gone_does_not_end_the_others() {
        let ((first, first_tickets), (second, second_tickets)) = (channel(10), channel(10));
        drop(first_tickets);
        let (start, not_sent) = (past(), AtomicU64::new(0));
        pace(4.0, start, start, start + 2 * SECOND, &[first, second], &not_sent);
        assert_eq!(offsets(start, second_tickets), [250, 750, 1250, 1750]);
        assert_eq!(not_sent.into_inner(), 4);
    }

    #[test]
    fn it_ends_when_nobody_takes_tickets() {
        let (queue, tickets) = channel(1);
        drop(tickets);
        let (start, not_sent) = (Instant::now(), AtomicU64::new(0));
        pace(1.0, start, start, start + 3_600 * SECOND, &[queue], &not_sent);
    }

    #[test]
    fn no_error_adds_up() {
        let start = Instant::now();
        let hour = due(30_000.0, start, 108_000_000) - start;
        assert!(hour.abs_diff(Duration::from_secs(3_600)) < Duration::from_micros(1), "{hour:?}");
    }

    /// At a million calls a second, 32 bits count for 72 minutes.
    #[test]
    fn calls_are_due_beyond_the_number_of_2_to_the_32() {
        let start = Instant::now();
        assert_eq!(due(1e6, start, 10_000_000_000) - start, Duration::from_secs(10_000));
    }
}
