//! When the calls of an open loop are due.
//!
//! The runtime's own timers count in milliseconds, which is longer than a call takes. So a thread of its own parks, to
//! some 50 µs, until the next call is due, and hands out its ticket. A ticket that is handed out late says all the same
//! when it was due, and latency counts from then.

use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

/// When a call was due.
pub(super) type Ticket = Instant;

/// Hands out tickets from `start` until `end`, evenly, to one queue after the other. Ends early when nobody takes any.
pub(super) fn pace(
    calls_per_second: f64,
    start: Instant,
    end: Instant,
    queues: &[UnboundedSender<Ticket>],
) {
    for (number, queue) in (0..).zip(queues.iter().cycle()) {
        let due = due(calls_per_second, start, number);
        if due >= end {
            return;
        }
        // A park may end early for no reason.
        while let Some(wait) =
            due.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
        {
            if queue.is_closed() {
                return;
            }
            thread::park_timeout(wait);
        }
        if queue.send(due).is_err() {
            return;
        }
    }
}

/// When the call of this number is due. Counted from the start each time, so that no error adds up.
fn due(calls_per_second: f64, start: Instant, number: u32) -> Instant {
    start + Duration::from_secs_f64(f64::from(number) / calls_per_second)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tokio::sync::mpsc::unbounded_channel;

    use super::{due, pace};

    #[test]
    fn calls_are_due_evenly_and_in_turn() {
        let (first, mut first_tickets) = unbounded_channel();
        let (second, mut second_tickets) = unbounded_channel();
        // All of it is in the past, so nothing waits.
        let start =
            Instant::now().checked_sub(Duration::from_secs(60)).expect("a minute has passed");
        pace(4.0, start, start + Duration::from_secs(2), &[first, second]);
        let offsets = |tickets: &mut tokio::sync::mpsc::UnboundedReceiver<Instant>| {
            let mut offsets = Vec::new();
            while let Ok(ticket) = tickets.try_recv() {
                offsets.push((ticket - start).as_millis());
            }
            offsets
        };
        assert_eq!(offsets(&mut first_tickets), [0, 500, 1000, 1500]);
        assert_eq!(offsets(&mut second_tickets), [250, 750, 1250, 1750]);
    }

    #[test]
    fn it_ends_when_nobody_takes_tickets() {
        let (queue, tickets) = unbounded_channel();
        drop(tickets);
        let start = Instant::now();
        pace(1.0, start, start + Duration::from_secs(3_600), &[queue]);
    }

    #[test]
    fn no_error_adds_up() {
        let start = Instant::now();
        let hour = due(30_000.0, start, 108_000_000) - start;
        assert!(hour.abs_diff(Duration::from_secs(3_600)) < Duration::from_micros(1), "{hour:?}");
    }
}
