//! Which batches the log has a line about: those that took long, and not more of them than anybody reads.
//!
//! A line has sizes and times. Texts are users' and are not logged.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::limits::SLOW_QUERY_LINES_MAX;

/// Decides about lines, for one thread.
#[derive(Debug)]
pub(crate) struct SlowLog {
    /// Zero: nothing is slow.
    from: Duration,
    second: Mutex<Option<(Instant, u32)>>,
}

impl SlowLog {
    /// For batches that take so long or longer; zero is for none.
    pub(crate) fn new(from: Duration) -> SlowLog {
        SlowLog { from, second: Mutex::default() }
    }

    /// Whether a batch is slow.
    pub(crate) fn is_slow(&self, took: Duration) -> bool {
        !self.from.is_zero() && took >= self.from
    }

    /// Writes the line, unless there were enough in this second.
    pub(crate) fn tell(&self, now: Instant, line: impl FnOnce()) {
        let Ok(mut second) = self.second.lock() else { return };
        let (since, lines) = match *second {
            Some((since, lines)) if now - since < Duration::from_secs(1) => (since, lines + 1),
            _ => (now, 1),
        };
        *second = Some((since, lines));
        if lines <= SLOW_QUERY_LINES_MAX {
            line();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::SlowLog;
    use crate::limits::SLOW_QUERY_LINES_MAX;

    #[test]
    fn what_is_slow() {
        let check = |from, took, slow| {
            let log = SlowLog::new(Duration::from_millis(from));
            assert_eq!(log.is_slow(Duration::from_millis(took)), slow, "{from} {took}");
        };
        check(100, 99, false);
        check(100, 100, true);
        check(0, 100_000, false);
    }

    #[test]
    fn lines_are_bounded_by_the_second() {
        let log = SlowLog::new(Duration::from_millis(1));
        let start = Instant::now();
        let mut lines = 0;
        for millis in 0..2_000 {
            log.tell(start + Duration::from_millis(millis), || lines += 1);
        }
        assert_eq!(lines, 2 * SLOW_QUERY_LINES_MAX);
    }
}
