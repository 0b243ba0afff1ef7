//! Traces for OpenTelemetry: one span a call, sent by OTLP over gRPC.
//!
//! Everything is said by the standard variables: `OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`)
//! turns it on, `OTEL_SDK_DISABLED` off; `OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_*`
//! are the library's. A caller's `traceparent` is the parent of a span, and its decision is followed unless the sampler says
//! otherwise; the span's own context goes back as `traceresponse`. Without those variables a call pays for one look at an
//! `Option`.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};
use tokio::sync::oneshot;

use super::metrics::{CODES, Method};

const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// How long the last spans may take to be sent when the server ends.
const LAST_SPANS: Duration = Duration::from_secs(1);

/// The variables of which one turns traces on.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Makes spans.
#[derive(Debug, Clone)]
pub struct Traces(SdkTracer);

/// Sends them. Dropping it sends the last ones.
pub struct Exporter {
    provider: SdkTracerProvider,
    /// Ends the thread on which the connection to the collector lives.
    _stop: oneshot::Sender<()>,
}

/// The span of one call. One that is dropped ends.
#[derive(Debug)]
pub struct CallSpan(Span);

/// The headers of a request, for the library that reads them.
struct Headers<'h>(&'h HeaderMap);

impl Traces {
    /// Makes spans, and sends them from a thread of its own, if the environment asks for it.
    ///
    /// # Errors
    /// What the environment says cannot be used.
    pub fn start(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<(Traces, Exporter)>, String> {
        let set = |name: &str| variable(name).is_some_and(|value| !value.trim().is_empty());
        let disabled =
            variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let none = variable("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
        if disabled || none || !ENDPOINTS.iter().any(|name| set(name)) {
            return Ok(None);
        }
        let mut resource = Resource::builder();
        if !set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name("broadside-server");
        }
        let (exporter, stop) = connect()?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        let traces = Traces::of(&provider);
        Ok(Some((traces, Exporter { provider, _stop: stop })))
    }

    fn of(provider: &SdkTracerProvider) -> Traces {
        Traces(provider.tracer("broadside"))
    }

    /// Begins the span of a call, if it is to be recorded.
    pub fn begin(&self, method: Method, headers: &HeaderMap) -> Option<CallSpan> {
        let parent = parent(headers);
        let name = method.full_name();
        let span = self.0.span_builder(name).with_kind(SpanKind::Server).with_attributes([
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", name),
        ]);
        let span = span.start_with_context(&self.0, &parent);
        span.is_recording().then_some(CallSpan(span))
    }
}

impl CallSpan {
    /// The header that tells the caller which span it was.
    pub fn response_header(&self) -> Option<(HeaderName, HeaderValue)> {
        let context = self.0.span_context();
        let text = format!(
            "00-{}-{}-{:02x}",
            context.trace_id(),
            context.span_id(),
            context.trace_flags().to_u8()
        );
        Some((TRACERESPONSE, HeaderValue::try_from(text).ok()?))
    }

    /// Ends it with the canonical code of this number.
    pub fn end(mut self, code: usize) {
        let name = CODES.get(code).copied().unwrap_or("UNKNOWN");
        self.0.set_attribute(KeyValue::new("rpc.response.status_code", name));
        // What a client did wrong is no error of the server's.
        if matches!(
            name,
            "UNKNOWN"
                | "DEADLINE_EXCEEDED"
                | "UNIMPLEMENTED"
                | "INTERNAL"
                | "UNAVAILABLE"
                | "DATA_LOSS"
        ) {
            self.0.set_status(Status::error(name));
        }
        self.0.end();
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // A collector that does not answer has cost enough.
        let _ = self.provider.shutdown_with_timeout(LAST_SPANS);
    }
}

/// An exporter whose connection lives on a thread of its own.
fn connect() -> Result<(SpanExporter, oneshot::Sender<()>), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("traces: {error}"))?;
    let exporter = {
        let _inside = runtime.enter();
        SpanExporter::builder().with_tonic().build().map_err(|error| format!("traces: {error}"))?
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let run = move || {
        let _ = runtime.block_on(stopped);
    };
    std::thread::Builder::new()
        .name("broadside-traces".to_owned())
        .spawn(run)
        .map_err(|error| format!("traces: {error}"))?;
    Ok((exporter, stop))
}

/// The caller's span, if its headers have one that can be read.
fn parent(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use opentelemetry::trace::{SpanKind, Status, TraceContextExt as _};
    use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider};

    use super::{Traces, parent};
    use crate::telemetry::Method;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn headers(traceparent: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_str(traceparent).expect("visible characters");
        headers.insert("traceparent", value);
        headers
    }

    #[test]
    fn callers_are_read_as_w3c_has_it() {
        let check = |text: &str, good: bool| {
            let context = parent(&headers(text));
            let span = context.span().span_context().clone();
            assert_eq!(span.is_valid(), good, "{text}");
            if good {
                assert_eq!(span.trace_id().to_string(), TRACE, "{text}");
                assert!(span.is_remote());
            }
        };
        check(&format!("00-{TRACE}-00f067aa0ba902b7-01"), true);
        check(&format!("cc-{TRACE}-00f067aa0ba902b7-00-more"), true);
        check(&format!("00-{TRACE}-00f067aa0ba902b7-01-more"), false);
        check(&format!("ff-{TRACE}-00f067aa0ba902b7-01"), false);
        check(&format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()), false);
        check(&format!("00-{TRACE}-0000000000000000-01"), false);
        check(&format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), false);
        check(&format!("00-{TRACE}-00f067aa0ba902b7"), false);
        check("", false);
    }

    #[test]
    fn spans_have_the_callers_trace_and_the_calls_code() {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)))
            .build();
        let traces = Traces::of(&provider);
        let sampled = headers(&format!("00-{TRACE}-00f067aa0ba902b7-01"));
        for (code, error) in [(0, false), (3, false), (13, true), (99, true)] {
            let span = traces.begin(Method::MatchBatch, &sampled).expect("it is sampled");
            let (name, value) = span.response_header().expect("a header");
            assert_eq!(name, "traceresponse");
            assert!(value.to_str().expect("ASCII").starts_with(&format!("00-{TRACE}-")));
            span.end(code);
            let spans = exporter.get_finished_spans().expect("it is there");
            let span = spans.last().expect("one");
            assert_eq!(span.name, "broadside.v1.MatchService/MatchBatch");
            assert_eq!(span.span_kind, SpanKind::Server);
            assert_eq!(span.span_context.trace_id().to_string(), TRACE);
            assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
            assert_eq!(matches!(span.status, Status::Error { .. }), error, "{code}");
        }
        let unsampled = headers(&format!("00-{TRACE}-00f067aa0ba902b7-00"));
        assert!(traces.begin(Method::MatchBatch, &unsampled).is_none());
        assert!(traces.begin(Method::MatchBatch, &HeaderMap::new()).is_none());
    }

    #[test]
    fn traces_are_off_unless_somebody_takes_them() {
        let check = |variables: &[(&str, &str)]| {
            let variable = |asked: &str| {
                let found = variables.iter().find(|(name, _)| *name == asked);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert!(matches!(Traces::start(variable), Ok(None)), "{variables:?}");
        };
        check(&[]);
        check(&[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]);
        check(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"), ("OTEL_SDK_DISABLED", "true")]);
        check(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"),
            ("OTEL_TRACES_EXPORTER", "none"),
        ]);
    }
}
