//! Every bound of the load generator, with its unit in its name.

use std::time::Duration;

/// Bytes of a reply. A longer one counts as malformed.
pub(crate) const REPLY_BYTES_MAX: usize = 256 << 20;
/// Bytes that the server may send on a stream and on a connection before it hears that they were
/// read: the generator never holds up a reply.
pub(crate) const WINDOW_BYTES: u32 = 4 << 20;
/// Bytes of requests that leave in one frame of a stream, unless one request alone has more.
pub(crate) const FRAME_BYTES: usize = 16 * 1024;
/// The times that a call is sent until a connection takes it: over one that is told to end, over
/// that one again when it ends, and over a new one.
pub(crate) const SENDS_MAX: u32 = 3;

/// The longest warm-up and the longest measurement, so that no point in time overflows.
pub(crate) const TIME_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The time for which calls may be under way after the end. A call that takes longer has failed.
pub(crate) const DRAIN_MAX: Duration = Duration::from_secs(5);
/// The time for which calls may be under way after a stop: somebody is waiting.
pub(crate) const DRAIN_STOPPED_MAX: Duration = Duration::from_millis(500);
/// The time after the end in which a call of an open loop that was due may still be sent.
pub(crate) const LATE_MAX: Duration = Duration::from_millis(100);

/// The shortest and the longest latency that are told apart, and the digits that are kept.
pub(crate) const LATENCY_NS_MIN: u64 = 1_000;
pub(crate) const LATENCY_NS_MAX: u64 = 600_000_000_000;
pub(crate) const LATENCY_DIGITS: u8 = 3;

const _: () = assert!(
    LATE_MAX.as_millis() < DRAIN_MAX.as_millis(),
    "a call that is sent late has time to be answered"
);
const _: () = assert!(
    DRAIN_STOPPED_MAX.as_millis() < DRAIN_MAX.as_millis(),
    "a stop is not slower than the end"
);
const _: () = assert!(
    DRAIN_MAX.as_nanos() < LATENCY_NS_MAX as u128,
    "the latency of a call that was given up is told from others"
);
