//! Counters and histograms for Prometheus.
//!
//! Each server has a recorder of its own, so that several can live in one process. Every handle is registered when the
//! server starts: recording is a few atomic additions and looks nothing up.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use super::histogram::{Histogram, Shape};

const CALLS: &str = "broadside_calls_total";
const STREAM_BATCHES: &str = "broadside_stream_batches_total";
const INVENTORY_INFO: &str = "broadside_inventory_info";
const PART_BYTES: &str = "broadside_inventory_part_bytes";

/// How long calls take. The first bound is what a call of one query takes.
const CALL_SECONDS: Shape = Shape {
    name: "broadside_call_duration_seconds",
    help: "Seconds from the headers of a call to its answer.",
    bounds: &micros([
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 10_000_000,
    ]),
    per_unit: NANOS_PER_SECOND,
};
/// How large batches are.
const BATCH_QUERIES: Shape = Shape {
    name: "broadside_batch_queries",
    help: "Queries of a batch.",
    bounds: &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096],
    per_unit: 1,
};
/// How long calls wait.
const QUEUE_WAIT: Shape = Shape {
    name: "broadside_queue_wait_seconds",
    help: "Seconds that a call waited for its turn, of those that had to wait.",
    bounds: &micros([
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    ]),
    per_unit: NANOS_PER_SECOND,
};
const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// So many microseconds, in nanoseconds.
const fn micros<const N: usize>(mut times: [u64; N]) -> [u64; N] {
    let mut ordinal = 0;
    while ordinal < N {
        times[ordinal] *= 1_000;
        ordinal += 1;
    }
    times
}

/// The canonical codes of gRPC, by their number.
pub(super) const CODES: [&str; 17] = [
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
];

/// The methods that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `MatchService.MatchBatch`.
    MatchBatch = 0,
    /// `MatchService.Explain`.
    Explain = 1,
    /// `MatchService.Analyze`.
    Analyze = 2,
    /// `InventoryService.Reload`.
    Reload = 3,
    /// `InventoryService.GetStatus`.
    GetStatus = 4,
    /// `InventoryService.GetListing`.
    GetListing = 5,
    /// `InventoryService.ListListings`.
    ListListings = 6,
    /// `MatchService.MatchStream`; a call is a whole stream.
    MatchStream = 7,
}

/// How calls are refused under overload, as labels.
const SHED: [&str; 3] = ["queue_full", "waited", "deadline"];
/// How connections end, as labels.
const CLOSED: [&str; 8] =
    ["peer", "handshake", "silent", "idle", "aged", "stalled", "drained", "evicted"];
/// How callers are turned away, as labels.
const DENIED: [&str; 3] = ["no_credentials", "token_unknown", "role_missing"];

impl Method {
    /// All of them, in the order of their numbers.
    const ALL: [Method; 8] = [
        Method::MatchBatch,
        Method::Explain,
        Method::Analyze,
        Method::Reload,
        Method::GetStatus,
        Method::GetListing,
        Method::ListListings,
        Method::MatchStream,
    ];

    /// Its name, as a label.
    fn name(self) -> &'static str {
        self.full_name().rsplit('/').next().unwrap_or_default()
    }

    /// Its name in the protocol, with its service.
    pub fn full_name(self) -> &'static str {
        match self {
            Method::MatchBatch => "broadside.v1.MatchService/MatchBatch",
            Method::Explain => "broadside.v1.MatchService/Explain",
            Method::Analyze => "broadside.v1.MatchService/Analyze",
            Method::Reload => "broadside.v1.InventoryService/Reload",
            Method::GetStatus => "broadside.v1.InventoryService/GetStatus",
            Method::GetListing => "broadside.v1.InventoryService/GetListing",
            Method::ListListings => "broadside.v1.InventoryService/ListListings",
            Method::MatchStream => "broadside.v1.MatchService/MatchStream",
        }
    }
}

/// How a reload ended, as a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReloadLabel {
    /// A new inventory is served.
    Published = 0,
    /// The content is the one that is served.
    Unchanged = 1,
    /// It was to be checked only.
    Validated = 2,
    /// A record is bad.
    Rejected = 3,
    /// It could not be read or built.
    Failed = 4,
}

/// What is served, and how large it is.
#[derive(Debug, Clone, Copy)]
pub struct Published<'p> {
    /// The name of its content.
    pub generation: &'p str,
    /// When it was published.
    pub at: SystemTime,
    /// Listings.
    pub listings: u64,
    /// Positive keywords.
    pub keywords: u64,
    /// Distinct patterns.
    pub patterns: u64,
    /// Bytes of memory, by part.
    pub parts: &'p [(&'static str, u64)],
}

/// The handles of one server.
pub struct Metrics {
    prometheus: PrometheusHandle,
    methods: [MethodHandles; 8],
    stream_batches: [Counter; CODES.len()],
    reloads: [Counter; 5],
    /// Queries that were matched.
    pub queries: Counter,
    /// Matches that were returned.
    pub matches: Counter,
    /// Queries that a work limit cut short.
    pub incomplete: Counter,
    /// Connections of the match listener that are open.
    pub connections: Gauge,
    /// Connections that were closed at once, because the cap was reached.
    pub connections_refused: Counter,
    /// Calls whose handler panicked.
    pub panics: Counter,
    /// Queries that were answered with `DEADLINE_PASSED`, since their batch ran out of time.
    pub late_queries: Counter,
    /// Batches that took long enough for a line in the log.
    pub slow_batches: Counter,
    /// Queries of a batch.
    pub batch_queries: Histogram,
    /// How long a call waited for its turn, of those that had to wait.
    pub queue_wait: Histogram,
    /// Connections of the match listener that ended, by why.
    pub connections_closed: [Counter; CLOSED.len()],
    shed: [Counter; SHED.len()],
    denied: [Counter; DENIED.len()],
    secrets: [Counter; 2],
    listings: Gauge,
    keywords: Gauge,
    patterns: Gauge,
    bytes: Gauge,
    published_at: Gauge,
    /// What changes its labels with each inventory, in the text format.
    inventory: Mutex<String>,
}

struct MethodHandles {
    codes: [Counter; CODES.len()],
    seconds: Histogram,
}

impl Metrics {
    /// Registers everything with a recorder of its own.
    pub fn new() -> Metrics {
        let recorder = PrometheusBuilder::new().build_recorder();
        describe(&recorder);
        gauge(
            &recorder,
            "broadside_build_info",
            vec![Label::new("version", env!("CARGO_PKG_VERSION"))],
        )
        .set(1.0);
        let labelled =
            |name, label, value| counter(&recorder, name, vec![Label::new(label, value)]);
        let reload = |outcome| labelled("broadside_reloads_total", "outcome", outcome);
        let plain_counter = |name| counter(&recorder, name, Vec::new());
        let plain_gauge = |name| gauge(&recorder, name, Vec::new());
        Metrics {
            prometheus: recorder.handle(),
            methods: Method::ALL.map(|method| MethodHandles::register(&recorder, method.name())),
            stream_batches: CODES.map(|code| labelled(STREAM_BATCHES, "code", code)),
            reloads: [
                reload("published"),
                reload("unchanged"),
                reload("validated"),
                reload("rejected"),
                reload("failed"),
            ],
            queries: plain_counter("broadside_queries_total"),
            matches: plain_counter("broadside_matches_total"),
            incomplete: plain_counter("broadside_incomplete_total"),
            connections: plain_gauge("broadside_connections"),
            connections_refused: plain_counter("broadside_connections_refused_total"),
            panics: plain_counter("broadside_panics_total"),
            late_queries: plain_counter("broadside_late_queries_total"),
            slow_batches: plain_counter("broadside_slow_batches_total"),
            batch_queries: Histogram::new(BATCH_QUERIES),
            queue_wait: Histogram::new(QUEUE_WAIT),
            connections_closed: CLOSED
                .map(|why| labelled("broadside_connections_closed_total", "reason", why)),
            shed: SHED.map(|why| labelled("broadside_shed_total", "reason", why)),
            denied: DENIED.map(|why| labelled("broadside_denied_total", "reason", why)),
            secrets: ["replaced", "refused"]
                .map(|outcome| labelled("broadside_secret_reloads_total", "outcome", outcome)),
            listings: plain_gauge("broadside_inventory_listings"),
            keywords: plain_gauge("broadside_inventory_keywords"),
            patterns: plain_gauge("broadside_inventory_patterns"),
            bytes: plain_gauge("broadside_inventory_bytes"),
            published_at: plain_gauge("broadside_inventory_published_timestamp_seconds"),
            inventory: Mutex::default(),
        }
    }

    /// Counts a call that ended with the canonical code of this number.
    pub fn call_ended(&self, method: Method, code: usize, duration: Duration) {
        let handles = &self.methods[method as usize];
        // A code beyond the canonical ones is UNKNOWN, as gRPC has it.
        handles.codes.get(code).unwrap_or(&handles.codes[2]).increment(1);
        handles.seconds.record_time(duration);
    }

    /// Counts a batch of a stream that was answered with the canonical code of this number.
    pub fn stream_batch_answered(&self, code: usize) {
        self.stream_batches.get(code).unwrap_or(&self.stream_batches[2]).increment(1);
    }

    /// Counts a call that the lane has refused: as much waited as may, it had waited too long, or its deadline passed.
    pub fn shed(&self, why: usize) {
        self.shed[why].increment(1);
    }

    /// Counts a caller who was turned away: nothing shown, nobody known, not allowed.
    pub fn denied(&self, why: usize) {
        self.denied[why].increment(1);
    }

    /// Counts a change of certificates or of the access table: whether it is in force.
    pub fn secrets_read(&self, in_force: bool) {
        self.secrets[usize::from(!in_force)].increment(1);
    }

    /// Counts a reload.
    pub fn reload_ended(&self, outcome: ReloadLabel) {
        self.reloads[outcome as usize].increment(1);
    }

    /// Sets what is served.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a double; sizes beyond 2^53 do not occur"
    )]
    pub fn inventory_published(&self, published: &Published<'_>) {
        let Published { generation, at, listings, keywords, patterns, parts } = *published;
        self.listings.set(listings as f64);
        self.keywords.set(keywords as f64);
        self.patterns.set(patterns as f64);
        self.bytes.set(parts.iter().map(|(_, bytes)| bytes).sum::<u64>() as f64);
        self.published_at.set(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
        let mut text = format!(
            "# HELP {INVENTORY_INFO} The content that is served.\n# TYPE {INVENTORY_INFO} gauge\n\
             {INVENTORY_INFO}{{generation=\"{generation}\"}} 1\n\
             # HELP {PART_BYTES} Bytes of memory of what is served, by part.\n# TYPE {PART_BYTES} gauge\n"
        );
        for (part, bytes) in parts {
            text.push_str(&format!("{PART_BYTES}{{part=\"{part}\"}} {bytes}\n"));
        }
        *self.inventory.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// Everything, in the text format of Prometheus.
    pub fn render(&self) -> String {
        let mut text = self.prometheus.render();
        CALL_SECONDS.describe(&mut text);
        for (method, handles) in Method::ALL.iter().zip(&self.methods) {
            handles.seconds.render(Some(("method", method.name())), &mut text);
        }
        for (shape, histogram) in
            [(BATCH_QUERIES, &self.batch_queries), (QUEUE_WAIT, &self.queue_wait)]
        {
            shape.describe(&mut text);
            histogram.render(None, &mut text);
        }
        // Written here and not by the recorder, which could not forget the generations of the past.
        text.push_str(&self.inventory.lock().unwrap_or_else(PoisonError::into_inner));
        text
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl MethodHandles {
    fn register(recorder: &PrometheusRecorder, method: &'static str) -> MethodHandles {
        let label = Label::new("method", method);
        MethodHandles {
            codes: CODES.map(|code| {
                counter(recorder, CALLS, vec![label.clone(), Label::new("code", code)])
            }),
            seconds: Histogram::new(CALL_SECONDS),
        }
    }
}

const METADATA: Metadata<'static> =
    Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

fn counter(recorder: &PrometheusRecorder, name: &'static str, labels: Vec<Label>) -> Counter {
    recorder.register_counter(&Key::from_parts(name, labels), &METADATA)
}

fn gauge(recorder: &PrometheusRecorder, name: &'static str, labels: Vec<Label>) -> Gauge {
    recorder.register_gauge(&Key::from_parts(name, labels), &METADATA)
}

fn describe(recorder: &PrometheusRecorder) {
    for (name, text) in [
        (CALLS, "Calls that ended, by method and code."),
        (STREAM_BATCHES, "Batches of streams that were answered, by code."),
        ("broadside_queries_total", "Queries that were matched."),
        ("broadside_matches_total", "Matches that were returned."),
        ("broadside_incomplete_total", "Queries that a work limit cut short."),
        (
            "broadside_connections_refused_total",
            "Connections closed at once because the cap was reached.",
        ),
        ("broadside_panics_total", "Calls whose handler panicked."),
        ("broadside_reloads_total", "Reloads that ended, by outcome."),
        ("broadside_late_queries_total", "Queries for which their batch had no time left."),
        ("broadside_slow_batches_total", "Batches that took longer than slow_query_ms."),
        ("broadside_connections_closed_total", "Connections that ended, by reason."),
        ("broadside_shed_total", "Calls refused under overload, by reason."),
        ("broadside_denied_total", "Calls turned away for who asked, by reason."),
        ("broadside_secret_reloads_total", "Changes of certificates or access, by outcome."),
    ] {
        recorder.describe_counter(name.into(), None, text.into());
    }
    for (name, text) in [
        ("broadside_connections", "Open connections of the match listener."),
        ("broadside_inventory_listings", "Listings that are served."),
        ("broadside_inventory_keywords", "Positive keywords that are served."),
        ("broadside_inventory_patterns", "Distinct patterns that are served."),
        ("broadside_inventory_bytes", "Bytes of memory of what is served."),
        ("broadside_inventory_published_timestamp_seconds", "When what is served was published."),
        ("broadside_build_info", "The version of the server."),
    ] {
        recorder.describe_gauge(name.into(), None, text.into());
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Method, Metrics, Published, ReloadLabel};

    #[test]
    fn what_is_recorded_is_rendered_under_its_name() {
        let metrics = Metrics::new();
        metrics.call_ended(Method::MatchBatch, 0, Duration::from_micros(60));
        metrics.call_ended(Method::Analyze, 99, Duration::from_micros(60));
        metrics.stream_batch_answered(3);
        metrics.reload_ended(ReloadLabel::Rejected);
        let mut published = Published {
            generation: "00000000000000aa",
            at: UNIX_EPOCH + Duration::from_secs(9),
            listings: 3,
            keywords: 4,
            patterns: 5,
            parts: &[("nodes", 6), ("edges", 1)],
        };
        metrics.inventory_published(&published);
        published.generation = "00000000000000bb";
        metrics.inventory_published(&published);
        metrics.shed(1);
        metrics.denied(2);
        metrics.secrets_read(true);
        metrics.secrets_read(false);
        metrics.batch_queries.record(256);
        metrics.queue_wait.record_time(Duration::from_millis(1));
        let text = metrics.render();
        for line in [
            "broadside_calls_total{method=\"MatchBatch\",code=\"OK\"} 1",
            "broadside_calls_total{method=\"MatchBatch\",code=\"CANCELLED\"} 0",
            "broadside_calls_total{method=\"Analyze\",code=\"UNKNOWN\"} 1",
            "broadside_call_duration_seconds_bucket{method=\"MatchBatch\",le=\"0.00005\"} 0",
            "broadside_call_duration_seconds_bucket{method=\"MatchBatch\",le=\"0.0001\"} 1",
            "broadside_stream_batches_total{code=\"INVALID_ARGUMENT\"} 1",
            "broadside_stream_batches_total{code=\"OK\"} 0",
            "broadside_reloads_total{outcome=\"rejected\"} 1",
            "broadside_inventory_listings 3",
            "broadside_inventory_bytes 7",
            "broadside_inventory_part_bytes{part=\"nodes\"} 6",
            "broadside_inventory_published_timestamp_seconds 9",
            "broadside_shed_total{reason=\"waited\"} 1",
            "broadside_shed_total{reason=\"queue_full\"} 0",
            "broadside_denied_total{reason=\"role_missing\"} 1",
            "broadside_secret_reloads_total{outcome=\"replaced\"} 1",
            "broadside_secret_reloads_total{outcome=\"refused\"} 1",
            "broadside_batch_queries_bucket{le=\"128\"} 0",
            "broadside_batch_queries_bucket{le=\"256\"} 1",
            "broadside_queue_wait_seconds_bucket{le=\"0.001\"} 1",
            "broadside_connections_closed_total{reason=\"aged\"} 0",
            "broadside_inventory_info{generation=\"00000000000000bb\"} 1",
        ] {
            assert!(text.lines().any(|got| got == line), "expected {line:?} in:\n{text}");
        }
        assert!(!text.contains("00000000000000aa"), "past generations are forgotten");
    }

    #[test]
    fn two_servers_in_one_process_do_not_share_counts() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.queries.increment(7);
        assert!(one.render().contains("broadside_queries_total 7"));
        assert!(other.render().contains("broadside_queries_total 0"));
    }
}
