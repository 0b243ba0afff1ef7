//! Every bound of the client, with its unit in its name.

use std::time::Duration;

/// Queries of one call. It is the most that a server takes.
pub(crate) const CALL_QUERIES_MAX: usize = 4_096;
/// Bytes of the queries of one call. A server takes 4 MiB unless it is set lower; a quarter of that bounds the time for
/// which one call keeps a connection busy, and leaves room for what all queries share.
pub(crate) const CALL_QUERIES_BYTES_MAX: usize = 1 << 20;
/// Bytes of a response. A larger one ends the call with OUT_OF_RANGE.
pub(crate) const RESPONSE_BYTES_MAX: usize = 256 << 20;
/// Parts of one batch that are in flight at the same time, after the first one has told the version.
pub(crate) const PARTS_IN_FLIGHT_MAX: usize = 4;
/// Batches of a stream that wait here to be sent. More of them wait below, as flow control lets them.
pub(crate) const STREAM_BATCHES_AHEAD_MAX: usize = 4;
/// How often a whole batch is sent again because the inventory changed between its parts.
pub(crate) const VERSION_RETRIES_MAX: u32 = 3;
/// Bytes that may be under way on one stream and on one connection before the receiver has to say more.
pub(crate) const WINDOW_BYTES: u32 = 4 << 20;

/// The deadline of a call.
pub(crate) const DEADLINE_DEFAULT: Duration = Duration::from_secs(2);
/// The deadline of a reload: an inventory of millions of keywords takes a while to read.
pub(crate) const RELOAD_DEADLINE_DEFAULT: Duration = Duration::from_secs(600);
/// The longest deadline. A longer one is cut to this, far below what a timer or the wire can express.
pub(crate) const DEADLINE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// How long connecting may take.
pub(crate) const CONNECT_TIMEOUT_DEFAULT: Duration = Duration::from_secs(5);
/// How often a connection that has calls in flight is probed.
pub(crate) const KEEPALIVE_INTERVAL_DEFAULT: Duration = Duration::from_secs(30);
/// How long the answer to a probe may take before the connection counts as dead.
pub(crate) const KEEPALIVE_TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
/// Attempts of one call, the first one included.
pub(crate) const ATTEMPTS_DEFAULT: u32 = 3;
/// The wait before the second attempt, before jitter. It doubles with each attempt.
pub(crate) const BACKOFF_INITIAL: Duration = Duration::from_millis(50);
/// The longest wait between two attempts, before jitter.
pub(crate) const BACKOFF_MAX: Duration = Duration::from_secs(1);

const _: () = assert!(
    CALL_QUERIES_BYTES_MAX <= 3 << 20,
    "a call must stay under a server's 4 MiB with room to spare"
);
const _: () = assert!(BACKOFF_INITIAL.as_millis() <= BACKOFF_MAX.as_millis(), "backoff grows");
