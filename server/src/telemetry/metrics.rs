//! Counters and histograms for Prometheus.
//!
//! Each server has a recorder of its own, so that several can live in one process. Every handle is registered when the
//! server starts: recording is a few atomic additions and looks nothing up.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

const CALLS: &str = "broadside_calls_total";
const STREAM_BATCHES: &str = "broadside_stream_batches_total";
const CALL_SECONDS: &str = "broadside_call_duration_seconds";
const INVENTORY_INFO: &str = "broadside_inventory_info";

/// Upper bounds of the buckets of a call's duration. The first is what a call of one query takes.
const CALL_SECONDS_BUCKETS: [f64; 16] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 10.0,
];

/// The canonical codes of gRPC, by their number.
const CODES: [&str; 17] = [
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

/// The size of what is served.
#[derive(Debug, Clone, Copy)]
pub struct InventorySize {
    /// Listings.
    pub listings: u64,
    /// Positive keywords.
    pub keywords: u64,
    /// Distinct patterns.
    pub patterns: u64,
    /// Bytes of memory.
    pub bytes: u64,
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
    listings: Gauge,
    keywords: Gauge,
    patterns: Gauge,
    bytes: Gauge,
    generation: Mutex<Option<String>>,
}

struct MethodHandles {
    codes: [Counter; CODES.len()],
    seconds: Histogram,
}

impl Metrics {
    /// Registers everything with a recorder of its own.
    ///
    /// # Errors
    /// The exporter refuses the buckets, which it does for an empty list only.
    pub fn new() -> Result<Metrics, BuildError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(CALL_SECONDS.to_owned()), &CALL_SECONDS_BUCKETS)?
            .build_recorder();
        describe(&recorder);
        gauge(
            &recorder,
            "broadside_build_info",
            vec![Label::new("version", env!("CARGO_PKG_VERSION"))],
        )
        .set(1.0);
        let method = |name| MethodHandles::register(&recorder, name);
        let reload =
            |name| counter(&recorder, "broadside_reloads_total", vec![Label::new("outcome", name)]);
        let plain_counter = |name| counter(&recorder, name, Vec::new());
        let plain_gauge = |name| gauge(&recorder, name, Vec::new());
        Ok(Metrics {
            prometheus: recorder.handle(),
            methods: [
                method("MatchBatch"),
                method("Explain"),
                method("Analyze"),
                method("Reload"),
                method("GetStatus"),
                method("GetListing"),
                method("ListListings"),
                method("MatchStream"),
            ],
            stream_batches: CODES
                .map(|code| counter(&recorder, STREAM_BATCHES, vec![Label::new("code", code)])),
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
            listings: plain_gauge("broadside_inventory_listings"),
            keywords: plain_gauge("broadside_inventory_keywords"),
            patterns: plain_gauge("broadside_inventory_patterns"),
            bytes: plain_gauge("broadside_inventory_bytes"),
            generation: Mutex::new(None),
        })
    }

    /// Counts a call that ended with the canonical code of this number.
    pub fn call_ended(&self, method: Method, code: usize, duration: Duration) {
        let handles = &self.methods[method as usize];
        // A code beyond the canonical ones is UNKNOWN, as gRPC has it.
        handles.codes.get(code).unwrap_or(&handles.codes[2]).increment(1);
        handles.seconds.record(duration.as_secs_f64());
    }

    /// Counts a batch of a stream that was answered with the canonical code of this number.
    pub fn stream_batch_answered(&self, code: usize) {
        self.stream_batches.get(code).unwrap_or(&self.stream_batches[2]).increment(1);
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
    pub fn inventory_published(&self, generation: &str, size: InventorySize) {
        self.listings.set(size.listings as f64);
        self.keywords.set(size.keywords as f64);
        self.patterns.set(size.patterns as f64);
        self.bytes.set(size.bytes as f64);
        *self.generation.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(generation.to_owned());
    }

    /// Everything, in the text format of Prometheus.
    pub fn render(&self) -> String {
        let mut text = self.prometheus.render();
        // Written here and not by the recorder, which could not forget the generations of the past.
        if let Some(generation) = &*self.generation.lock().unwrap_or_else(PoisonError::into_inner) {
            let help = "The content that is served.";
            text.push_str(&format!(
                "# HELP {INVENTORY_INFO} {help}\n# TYPE {INVENTORY_INFO} gauge\n{INVENTORY_INFO}{{generation=\"{generation}\"}} 1\n"
            ));
        }
        text
    }

    /// Folds the samples of the histograms into their buckets, so that they do not pile up while nobody reads them.
    pub fn upkeep(&self) {
        self.prometheus.run_upkeep();
    }
}

impl MethodHandles {
    fn register(recorder: &PrometheusRecorder, method: &'static str) -> MethodHandles {
        let label = Label::new("method", method);
        MethodHandles {
            codes: CODES.map(|code| {
                counter(recorder, CALLS, vec![label.clone(), Label::new("code", code)])
            }),
            seconds: {
                let key = Key::from_parts(CALL_SECONDS, vec![label]);
                recorder.register_histogram(&key, &METADATA)
            },
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
    ] {
        recorder.describe_counter(name.into(), None, text.into());
    }
    for (name, text) in [
        ("broadside_connections", "Open connections of the match listener."),
        ("broadside_inventory_listings", "Listings that are served."),
        ("broadside_inventory_keywords", "Positive keywords that are served."),
        ("broadside_inventory_patterns", "Distinct patterns that are served."),
        ("broadside_inventory_bytes", "Bytes of memory of what is served."),
        ("broadside_build_info", "The version of the server."),
    ] {
        recorder.describe_gauge(name.into(), None, text.into());
    }
    recorder.describe_histogram(
        CALL_SECONDS.into(),
        None,
        "Seconds from the headers of a call to its answer.".into(),
    );
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{InventorySize, Method, Metrics, ReloadLabel};

    #[test]
    fn what_is_recorded_is_rendered_under_its_name() {
        let metrics = Metrics::new().expect("buckets");
        metrics.call_ended(Method::MatchBatch, 0, Duration::from_micros(60));
        metrics.call_ended(Method::Analyze, 99, Duration::from_micros(60));
        metrics.stream_batch_answered(3);
        metrics.reload_ended(ReloadLabel::Rejected);
        let size = InventorySize { listings: 3, keywords: 4, patterns: 5, bytes: 6 };
        metrics.inventory_published("00000000000000aa", size);
        metrics.inventory_published("00000000000000bb", size);
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
            "broadside_inventory_info{generation=\"00000000000000bb\"} 1",
        ] {
            assert!(text.lines().any(|got| got == line), "expected {line:?} in:\n{text}");
        }
        assert!(!text.contains("00000000000000aa"), "past generations are forgotten");
    }

    #[test]
    fn two_servers_in_one_process_do_not_share_counts() {
        let (one, other) = (Metrics::new().expect("buckets"), Metrics::new().expect("buckets"));
        one.queries.increment(7);
        assert!(one.render().contains("broadside_queries_total 7"));
        assert!(other.render().contains("broadside_queries_total 0"));
    }
}
