//! The pages of the admin listener for probes, scrapers and people with `curl`.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;

use super::body::CallBody;
use crate::runtime::{Phase, Readiness};
use crate::telemetry::Metrics;

const TEXT: &str = "text/plain; charset=utf-8";
/// The text format of Prometheus, whose version is part of its type.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

const INDEX: &str = "Broadside, admin listener.\n\n\
    /livez    200 while the process can answer\n\
    /readyz   200 while matches are served, 503 otherwise\n\
    /metrics  for Prometheus\n\n\
    gRPC: broadside.v1.InventoryService, grpc.health.v1.Health, reflection\n";

/// Answers a request that is not gRPC.
pub(crate) fn page(
    method: &Method,
    path: &str,
    readiness: &Readiness,
    metrics: &Metrics,
) -> Response<CallBody> {
    if method != Method::GET && method != Method::HEAD {
        let mut refused = reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n".into());
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match path {
        "/" => reply(StatusCode::OK, TEXT, INDEX.into()),
        "/livez" => reply(StatusCode::OK, TEXT, "live\n".into()),
        "/readyz" => match readiness.phase() {
            Phase::Starting => reply(StatusCode::SERVICE_UNAVAILABLE, TEXT, "starting\n".into()),
            Phase::Serving => reply(StatusCode::OK, TEXT, "ready\n".into()),
            Phase::Draining => reply(StatusCode::SERVICE_UNAVAILABLE, TEXT, "draining\n".into()),
        },
        "/metrics" => reply(StatusCode::OK, PROMETHEUS, metrics.render().into()),
        _ => reply(StatusCode::NOT_FOUND, TEXT, "no such page; / lists them\n".into()),
    }
}

fn reply(status: StatusCode, content_type: &'static str, text: Bytes) -> Response<CallBody> {
    let mut response = Response::new(CallBody::from(tonic::body::Body::new(Full::new(text))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};

    use super::page;
    use crate::runtime::{Phase, Readiness};
    use crate::telemetry::Metrics;

    #[test]
    fn pages() {
        let (readiness, metrics) = (Readiness::new(), Metrics::new().expect("buckets"));
        let check = |method: Method, path: &str, status: StatusCode| {
            assert_eq!(
                page(&method, path, &readiness, &metrics).status(),
                status,
                "{method} {path}"
            );
        };
        check(Method::GET, "/", StatusCode::OK);
        check(Method::GET, "/livez", StatusCode::OK);
        check(Method::HEAD, "/metrics", StatusCode::OK);
        check(Method::GET, "/other", StatusCode::NOT_FOUND);
        check(Method::POST, "/metrics", StatusCode::METHOD_NOT_ALLOWED);
        for (phase, status) in [
            (Phase::Starting, StatusCode::SERVICE_UNAVAILABLE),
            (Phase::Serving, StatusCode::OK),
            (Phase::Draining, StatusCode::SERVICE_UNAVAILABLE),
        ] {
            readiness.advance(phase);
            check(Method::GET, "/readyz", status);
            check(Method::GET, "/livez", StatusCode::OK);
        }
    }
}
