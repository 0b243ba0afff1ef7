//! Every bound of the server, with its unit in its name. Bounds of the matcher are in [`broadside_core::limits`].
//!
//! A constant is a bound that nobody has had a reason to change; what operators change is a setting ([`Limits`]), and
//! the constant beside it is its default. `GetStatus` reports all of them.

use std::time::Duration;

use broadside_core::TextLimits;
use broadside_core::limits::{
    self as matcher, BATCH_QUERIES_MAX, MATCHES_MAX, TEXT_BYTES_MAX, TEXT_TOKENS_MAX,
};

/// Streams that one HTTP/2 connection may have open. tonic and hyper know a default only if it is not mentioned.
pub const CONNECTION_STREAMS_MAX: u32 = 100;
/// Streams that the server may have to reset over the life of a connection, for errors that the client made on purpose
/// or not, before it ends the connection (RUSTSEC-2024-0003).
pub const CONNECTION_ERROR_RESETS_MAX: usize = 1_024;
/// Streams that the client opened and reset before the server saw them, before the server ends the connection
/// (RUSTSEC-2023-0034).
pub const CONNECTION_PENDING_RESETS_MAX: usize = 20;
/// Bytes of the headers of one request.
pub const HEADER_LIST_BYTES_MAX: u32 = 16 * 1024;
/// Bytes that a client may send on one stream before the server has read them.
pub const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;
/// Bytes that a client may send on all streams of a connection before the server has read them.
pub const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
/// Bytes of one HTTP/2 frame from a client. Four times the protocol's default, so that a batch of 256 texts is one
/// frame and not several.
pub const FRAME_BYTES_MAX: u32 = 64 * 1024;
/// Bytes of one reply that wait for the client's window.
pub const SEND_BUFFER_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a stream's responses that leave together. One response may be larger.
pub const STREAM_FRAME_BYTES: usize = 16 * 1024;
/// Age at which a connection is told to go, ± a tenth, unless the settings say otherwise. Its client connects again, and
/// may then get to another server.
pub const CONNECTION_AGE: Duration = Duration::from_secs(600);
/// How long the calls of such a connection may go on, unless the settings say otherwise.
pub const CONNECTION_AGE_GRACE: Duration = Duration::from_secs(30);
/// How long a connection may be without a call, unless the settings say otherwise.
pub const CONNECTION_IDLE: Duration = Duration::from_secs(900);
/// Silence after which the server asks a connection whether it lives.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// How long the server waits for that answer.
pub const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of replies that a connection gathers before it gives them to the system.
pub const GATHERED_BYTES_MAX: usize = 64 * 1024;
/// How long a new connection may take until its HTTP/2 preface and the header of its first frame are in.
pub const FIRST_FRAME_DEADLINE: Duration = Duration::from_secs(5);
/// How long a connection of the admin listener may take over the headers of one HTTP/1.1 request.
pub const ADMIN_HEADER_DEADLINE: Duration = Duration::from_secs(5);
/// How long a connection without any call may take to answer GOAWAY, once the server is shutting down.
pub const GOAWAY_GRACE: Duration = Duration::from_millis(250);
/// How long the admin listener drains after the match listener has drained.
pub const ADMIN_DRAIN: Duration = Duration::from_millis(500);
/// First and longest pause of the accept loop when the system has no descriptor or memory for a connection.
pub const ACCEPT_BACKOFF: Duration = Duration::from_millis(10);
/// The longest of those pauses; each is twice the one before.
pub const ACCEPT_BACKOFF_MAX: Duration = Duration::from_secs(1);
/// How long a newcomer waits for the place of a connection that makes room.
pub const MAKE_ROOM: Duration = Duration::from_millis(500);
/// Connections of the match listener, unless the settings or half the descriptor limit say less.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Connections of the admin listener.
pub const ADMIN_CONNECTIONS_MAX: usize = 64;
/// Bytes of one request of the match listener, unless the settings say otherwise.
pub const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of one request of the admin listener.
pub const ADMIN_REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one reply.
pub const RESPONSE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Attributes of one request or one query.
pub const ATTRIBUTES_MAX: usize = 256;
/// Bytes of an attribute's name.
pub const ATTRIBUTE_NAME_BYTES_MAX: usize = 64;
/// Bytes of an attribute's text, or of one text of its list.
pub const ATTRIBUTE_TEXT_BYTES_MAX: usize = 1_024;
/// Texts of an attribute's list.
pub const ATTRIBUTE_LIST_MAX: usize = 256;
/// Queries that are matched between two looks at the clock, at most. About 0.3 ms of work; where queries take longer, a
/// slice has fewer.
pub const SLICE_QUERIES: usize = 256;
/// Bytes of the texts of one slice. A slice has one text at least.
pub const SLICE_TEXT_BYTES: usize = 32 * 1024;
/// Matches that the queries of one slice may have together. A slice has one query at least.
pub const SLICE_MATCHES_MAX: usize = 4_096;
/// Entries of one map of attributes, names that come again included.
pub const ATTRIBUTE_ENTRIES_MAX: usize = 4 * ATTRIBUTES_MAX;
/// How long calls of a thread are worked on between two looks at its sockets.
pub const LANE_ROUND: Duration = Duration::from_millis(1);
/// The same under overload.
pub const LANE_BUSY_ROUND: Duration = Duration::from_millis(2);
/// How long one call is worked on before others have a turn.
pub const LANE_TURN: Duration = Duration::from_millis(1);
/// Turns that a call has one after the other. One that needs more lets others go first.
pub const LANE_SHORT_TURNS: u32 = 4;
/// How long a queue may be without a moment of emptiness before that is overload, and how long a call may wait until then.
pub const LANE_BURST: Duration = Duration::from_millis(100);
/// Calls that may wait for one thread however long they take, unless calls had to be refused within the last burst.
pub const LANE_CALLS_MIN: usize = 8;
/// How long a call may wait for its thread under overload, unless the settings say otherwise.
pub const QUEUE_WAIT_MAX: Duration = Duration::from_millis(5);
/// Queries that may wait for one thread, unless the settings say otherwise.
pub const QUEUED_QUERIES_MAX: usize = 65_536;
/// The part of a call's timeout that is left for the way back of the answer: a tenth, and at most this.
pub const DEADLINE_MARGIN_MAX: Duration = Duration::from_millis(5);
/// Bytes of requests that are not there as a whole yet, of all connections of one thread.
pub const PARTIAL_REQUESTS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The same of one connection.
pub const CONNECTION_PARTIAL_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of requests whose calls wait for their turn, of all connections of one thread.
pub const WAITING_REQUESTS_BYTES_MAX: usize = 128 * 1024 * 1024;
/// The same of one connection.
pub const CONNECTION_WAITING_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bytes of replies that are being written or that their clients have not taken yet, of all connections of one thread.
/// Beyond that no call is begun, and long ones are ended.
pub const UNREAD_REPLIES_BYTES_MAX: usize = 128 * 1024 * 1024;
/// The same of one connection: beyond that its calls wait.
pub const CONNECTION_UNREAD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of each of these that a connection may hold even when its thread's are used up.
pub const CONNECTION_SMALL_BYTES: usize = 128 * 1024;
/// Fields of a request and of its queries, together: 16 attributes for each query of the largest batch, and more.
pub const REQUEST_FIELDS_MAX: usize = 128 * 1024;
/// Connections that wait to be accepted, if the system allows as many.
pub const ACCEPT_BACKLOG: i32 = 4_096;
/// How long a request that has begun may go without a further byte.
pub const REQUEST_STALL: Duration = Duration::from_secs(3);
/// How long a request may take from its first to its last byte.
pub const REQUEST_DEADLINE: Duration = Duration::from_secs(30);
/// How long a connection may take no byte of what it asked for.
pub const WRITE_STALL: Duration = Duration::from_secs(20);
/// Bytes that a connection may send without that a call begins or goes on by them: twice what its window allows.
pub const IDLE_BYTES_MAX: u64 = 2 * CONNECTION_WINDOW_BYTES as u64;
/// How long a TLS handshake may take.
pub const TLS_HANDSHAKE_DEADLINE: Duration = Duration::from_secs(5);
/// How often the files of certificates and of the access table are compared with what is in force.
pub const SECRETS_POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Bytes of a file of certificates, a key or an access table.
pub const SECRET_BYTES_MAX: u64 = 1024 * 1024;
/// Bytes of a bearer token.
pub const TOKEN_BYTES_MAX: usize = 4 * 1024;
/// Listings of a page of `ListListings`, if the request does not say how many.
pub const PAGE_LISTINGS_DEFAULT: usize = 100;
/// Listings of a page of `ListListings`.
pub const PAGE_LISTINGS_MAX: usize = 1_000;
/// Bytes of listings after which a page ends: with one listing more it is still well below the 4 MiB that clients take.
pub const PAGE_BYTES: usize = 1024 * 1024;
/// Listings that are looked at for a page of one group. 10 to 50 ms of the admin listener's thread.
pub const PAGE_SCANNED_LISTINGS_MAX: usize = 1_000_000;
/// Sources of one reload.
pub const RELOAD_SOURCES_MAX: usize = 64;
/// Reloads that are remembered.
pub const RELOAD_HISTORY_MAX: usize = 16;
/// Bad records that a reply of `Reload` and the report at start name; `GetStatus` has the rest.
pub const BAD_RECORDS_SHOWN_MAX: usize = 20;
/// How often the publisher looks whether the last reader of a replaced inventory is done.
pub const RETIRE_POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How often memory that was freed is given back.
pub const UPKEEP_INTERVAL: Duration = Duration::from_secs(1);
/// How long a client should wait before it tries again what cannot be answered yet.
pub const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How long calls in flight may take at shutdown, unless the settings say otherwise.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the server still answers after it has said that it is going, unless the settings say otherwise.
pub const LAME_DUCK: Duration = Duration::from_secs(5);
/// Connections of the health listener.
pub const HEALTH_CONNECTIONS_MAX: usize = 64;
/// How long a batch may take before the log has a line about it, unless the settings say otherwise.
pub const SLOW_QUERY: Duration = Duration::from_millis(100);
/// Lines about slow batches a second, at most.
pub const SLOW_QUERY_LINES_MAX: u32 = 10;
/// How long a client should wait before it tries again what was refused under overload: this, and up to as much again.
pub const OVERLOAD_RETRY_DELAY: Duration = Duration::from_millis(50);
/// Worker threads, at most.
pub const WORKERS_MAX: usize = 1_024;

const _: () = assert!(
    STREAM_WINDOW_BYTES <= CONNECTION_WINDOW_BYTES,
    "one stream may not outgrow its connection"
);
const _: () =
    assert!(TEXT_BYTES_MAX < REQUEST_BYTES_MAX, "the longest text must fit into a request");
const _: () = assert!(
    ATTRIBUTE_NAME_BYTES_MAX >= matcher::ATTRIBUTE_NAME_BYTES_MAX,
    "what targeting may name may be sent"
);
const _: () = assert!(
    MAKE_ROOM.as_millis() >= 2 * GOAWAY_GRACE.as_millis(),
    "who is asked to make room says goodbye first"
);
const _: () = assert!(PAGE_LISTINGS_DEFAULT <= PAGE_LISTINGS_MAX, "the default must be allowed");
const _: () = assert!(SLICE_QUERIES <= BATCH_QUERIES_MAX, "a slice is part of a batch");
const _: () = assert!(
    FRAME_BYTES_MAX >= 16_384 && FRAME_BYTES_MAX < 1 << 24,
    "HTTP/2 allows 2^14 to 2^24 - 1"
);

/// The bounds that are settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes and tokens of one text.
    pub text: TextLimits,
    /// Queries of one batch.
    pub batch_queries_max: usize,
    /// Bytes of one request of the match listener.
    pub request_bytes_max: usize,
    /// Connections of the match listener.
    pub connections_max: usize,
    /// Bad records that a load may leave out.
    pub rejected_records_max: u64,
    /// How long the server still answers after it has said that it is going.
    pub lame_duck: Duration,
    /// How long calls in flight may take at shutdown.
    pub drain_timeout: Duration,
    /// How long a connection lives.
    pub connection: ConnectionLimits,
    /// How long a call may wait under overload.
    pub queue_wait_max: Duration,
    /// Queries that may wait for one thread.
    pub queued_queries_max: usize,
    /// How long a batch may take before the log has a line about it; zero: for ever.
    pub slow_query: Duration,
}

/// How long a connection lives. Zero is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Until it is told to go, ± a tenth.
    pub age: Duration,
    /// How long its calls may go on then.
    pub age_grace: Duration,
    /// Without a call.
    pub idle: Duration,
}

impl Limits {
    /// The default of `max_connections`: 4,096, or half of what the system lets the process open if that is less. The
    /// other half is for files, the admin listener and whatever else the process needs to stay manageable.
    pub fn connections_default() -> usize {
        let descriptors = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let half =
            descriptors.map_or(usize::MAX, |most| usize::try_from(most / 2).unwrap_or(usize::MAX));
        CONNECTIONS_MAX.min(half).max(1)
    }

    /// Every limit in force, by the name that `GetStatus` gives it: a setting has its setting's name.
    pub fn named(&self) -> Vec<(&'static str, u64)> {
        let mut named = vec![
            ("max_text_bytes", wide(self.text.text_bytes_max)),
            ("max_text_tokens", wide(self.text.text_tokens_max)),
            ("max_batch_queries", wide(self.batch_queries_max)),
            ("max_request_bytes", wide(self.request_bytes_max)),
            ("max_connections", wide(self.connections_max)),
            ("max_rejected_records", self.rejected_records_max),
            ("lame_duck_ms", millis(self.lame_duck)),
            ("drain_timeout_ms", millis(self.drain_timeout)),
            ("connection_age_ms", millis(self.connection.age)),
            ("connection_age_grace_ms", millis(self.connection.age_grace)),
            ("connection_idle_ms", millis(self.connection.idle)),
            ("max_queue_ms", millis(self.queue_wait_max)),
            ("max_queued_queries", wide(self.queued_queries_max)),
            ("slow_query_ms", millis(self.slow_query)),
            ("matches_max", u64::from(MATCHES_MAX)),
            ("attributes_max", wide(ATTRIBUTES_MAX)),
            ("attribute_name_bytes_max", wide(ATTRIBUTE_NAME_BYTES_MAX)),
            ("attribute_text_bytes_max", wide(ATTRIBUTE_TEXT_BYTES_MAX)),
            ("attribute_list_max", wide(ATTRIBUTE_LIST_MAX)),
            ("response_bytes_max", wide(RESPONSE_BYTES_MAX)),
            ("slice_queries", wide(SLICE_QUERIES)),
            ("slice_text_bytes", wide(SLICE_TEXT_BYTES)),
            ("slice_matches_max", wide(SLICE_MATCHES_MAX)),
            ("attribute_entries_max", wide(ATTRIBUTE_ENTRIES_MAX)),
            ("lane_round_us", micros(LANE_ROUND)),
            ("lane_busy_round_us", micros(LANE_BUSY_ROUND)),
            ("lane_turn_us", micros(LANE_TURN)),
            ("lane_short_turns", u64::from(LANE_SHORT_TURNS)),
            ("lane_burst_ms", millis(LANE_BURST)),
            ("lane_calls_min", wide(LANE_CALLS_MIN)),
            ("deadline_margin_us_max", micros(DEADLINE_MARGIN_MAX)),
            ("partial_requests_bytes_max", wide(PARTIAL_REQUESTS_BYTES_MAX)),
            ("connection_partial_bytes_max", wide(CONNECTION_PARTIAL_BYTES_MAX)),
            ("waiting_requests_bytes_max", wide(WAITING_REQUESTS_BYTES_MAX)),
            ("connection_waiting_bytes_max", wide(CONNECTION_WAITING_BYTES_MAX)),
            ("unread_replies_bytes_max", wide(UNREAD_REPLIES_BYTES_MAX)),
            ("connection_unread_bytes_max", wide(CONNECTION_UNREAD_BYTES_MAX)),
            ("connection_small_bytes", wide(CONNECTION_SMALL_BYTES)),
            ("request_fields_max", wide(REQUEST_FIELDS_MAX)),
            ("request_stall_ms", millis(REQUEST_STALL)),
            ("request_deadline_ms", millis(REQUEST_DEADLINE)),
            ("write_stall_ms", millis(WRITE_STALL)),
            ("idle_bytes_max", IDLE_BYTES_MAX),
            ("tls_handshake_deadline_ms", millis(TLS_HANDSHAKE_DEADLINE)),
            ("token_bytes_max", wide(TOKEN_BYTES_MAX)),
            ("query_steps_max", u64::from(matcher::QUERY_STEPS_MAX)),
            ("rank_steps_max", u64::from(matcher::RANK_STEPS_MAX)),
            ("shared_keyword_listings_max", u64::from(matcher::SHARED_KEYWORD_LISTINGS_MAX)),
            ("explained_listings_max", wide(matcher::EXPLAINED_LISTINGS_MAX)),
            ("explained_misses_max", wide(matcher::EXPLAINED_MISSES_MAX)),
        ];
        named.extend(fixed());
        named
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            text: TextLimits { text_bytes_max: TEXT_BYTES_MAX, text_tokens_max: TEXT_TOKENS_MAX },
            batch_queries_max: BATCH_QUERIES_MAX,
            request_bytes_max: REQUEST_BYTES_MAX,
            connections_max: Limits::connections_default(),
            rejected_records_max: 0,
            lame_duck: LAME_DUCK,
            drain_timeout: DRAIN_TIMEOUT,
            connection: ConnectionLimits::default(),
            queue_wait_max: QUEUE_WAIT_MAX,
            queued_queries_max: QUEUED_QUERIES_MAX,
            slow_query: SLOW_QUERY,
        }
    }
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            age: CONNECTION_AGE,
            age_grace: CONNECTION_AGE_GRACE,
            idle: CONNECTION_IDLE,
        }
    }
}

/// The bounds of connections and their kind, which nobody sets.
fn fixed() -> Vec<(&'static str, u64)> {
    vec![
        ("connection_streams_max", u64::from(CONNECTION_STREAMS_MAX)),
        ("connection_error_resets_max", wide(CONNECTION_ERROR_RESETS_MAX)),
        ("connection_pending_resets_max", wide(CONNECTION_PENDING_RESETS_MAX)),
        ("connection_window_bytes", u64::from(CONNECTION_WINDOW_BYTES)),
        ("stream_window_bytes", u64::from(STREAM_WINDOW_BYTES)),
        ("header_list_bytes_max", u64::from(HEADER_LIST_BYTES_MAX)),
        ("frame_bytes_max", u64::from(FRAME_BYTES_MAX)),
        ("send_buffer_bytes_max", wide(SEND_BUFFER_BYTES_MAX)),
        ("stream_frame_bytes", wide(STREAM_FRAME_BYTES)),
        ("gathered_bytes_max", wide(GATHERED_BYTES_MAX)),
        ("keepalive_interval_ms", millis(KEEPALIVE_INTERVAL)),
        ("keepalive_timeout_ms", millis(KEEPALIVE_TIMEOUT)),
        ("first_frame_deadline_ms", millis(FIRST_FRAME_DEADLINE)),
        ("admin_connections_max", wide(ADMIN_CONNECTIONS_MAX)),
        ("health_connections_max", wide(HEALTH_CONNECTIONS_MAX)),
        ("admin_request_bytes_max", wide(ADMIN_REQUEST_BYTES_MAX)),
        ("page_listings_max", wide(PAGE_LISTINGS_MAX)),
        ("page_bytes", wide(PAGE_BYTES)),
        ("page_scanned_listings_max", wide(PAGE_SCANNED_LISTINGS_MAX)),
        ("reload_sources_max", wide(RELOAD_SOURCES_MAX)),
        ("reload_history_max", wide(RELOAD_HISTORY_MAX)),
    ]
}

fn wide(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
