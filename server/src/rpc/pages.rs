//! The pages of the admin listener for probes, scrapers and people with `curl`.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};

use super::body::CallBody;
use super::status::Refusal;
use crate::limits::{ADMIN_REQUEST_BYTES_MAX, REQUEST_STALL};
use crate::runtime::{Phase, Readiness};
use crate::telemetry::Metrics;

const TEXT: &str = "text/plain; charset=utf-8";
/// The text format of Prometheus, whose version is part of its type.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The page for Prometheus.
pub(crate) const METRICS: &str = "/metrics";

const INDEX: &str = "Broadside, admin listener.\n\n\
    /livez    200 while the process can answer\n\
    /readyz   200 while matches are served, 503 otherwise\n\
    /metrics  for Prometheus\n\n\
    gRPC: broadside.v1.InventoryService, grpc.health.v1.Health, reflection\n";

/// Reads a request to its end: a reply that overtook it would hide from the client what is wrong with the rest of it. A request
/// for a page has no body that means anything, so one that is long or slow is waited for no longer.
pub(crate) async fn read_to_end(mut body: impl Body<Data = Bytes> + Unpin) {
    let mut left = ADMIN_REQUEST_BYTES_MAX;
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
                Some(less) => left = less,
                None => return,
            }
        }
    };
    // Who sends no end is answered all the same.
    let _ = tokio::time::timeout(REQUEST_STALL, read).await;
}

/// Answers a request that is not gRPC. Without metrics there is only the health.
pub(crate) fn page(
    method: &Method,
    path: &str,
    readiness: &Readiness,
    metrics: Option<&Metrics>,
) -> Response<CallBody> {
    if method != Method::GET && method != Method::HEAD {
        let mut refused = reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n".into());
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match (path, metrics) {
        ("/", Some(_)) => reply(StatusCode::OK, TEXT, INDEX.into()),
        ("/livez", _) => reply(StatusCode::OK, TEXT, "live\n".into()),
        ("/readyz", _) => match readiness.phase() {
            Phase::Starting => reply(StatusCode::SERVICE_UNAVAILABLE, TEXT, "starting\n".into()),
            Phase::Serving => reply(StatusCode::OK, TEXT, "ready\n".into()),
            Phase::LameDuck | Phase::Draining => {
                reply(StatusCode::SERVICE_UNAVAILABLE, TEXT, "draining\n".into())
            }
        },
        (METRICS, Some(metrics)) => reply(StatusCode::OK, PROMETHEUS, metrics.render().into()),
        (_, Some(_)) => reply(StatusCode::NOT_FOUND, TEXT, "no such page; / lists them\n".into()),
        (_, None) => reply(StatusCode::NOT_FOUND, TEXT, "only /livez and /readyz\n".into()),
    }
}

/// Answers a request of somebody who may not make it.
pub(crate) fn refused(refusal: &Refusal) -> Response<CallBody> {
    let status = match refusal {
        Refusal::RoleMissing { .. } => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let mut refused = reply(status, TEXT, format!("{}\n", refusal.message()).into());
    if status == StatusCode::UNAUTHORIZED {
        refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    refused
}

fn reply(status: StatusCode, content_type: &'static str, text: Bytes) -> Response<CallBody> {
    let mut response = Response::new(CallBody::from(tonic::body::Body::new(Full::new(text))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::{Method, StatusCode};
    use http_body_util::channel::Channel;
    use tokio::time::Instant;

    use super::{page, read_to_end};
    use crate::limits::{ADMIN_REQUEST_BYTES_MAX, REQUEST_STALL};
    use crate::runtime::{Phase, Readiness};
    use crate::telemetry::Metrics;

    #[test]
    fn pages() {
        let (readiness, metrics) = (Readiness::new(), Metrics::new());
        let check = |method: Method, path: &str, status: StatusCode| {
            assert_eq!(
                page(&method, path, &readiness, Some(&metrics)).status(),
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
            (Phase::LameDuck, StatusCode::SERVICE_UNAVAILABLE),
            (Phase::Draining, StatusCode::SERVICE_UNAVAILABLE),
        ] {
            readiness.advance(phase);
            check(Method::GET, "/readyz", status);
            check(Method::GET, "/livez", StatusCode::OK);
        }
        for (path, status) in [
            ("/livez", StatusCode::OK),
            ("/readyz", StatusCode::SERVICE_UNAVAILABLE),
            ("/metrics", StatusCode::NOT_FOUND),
            ("/", StatusCode::NOT_FOUND),
        ] {
            assert_eq!(page(&Method::GET, path, &readiness, None).status(), status, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_read_to_its_end_unless_that_is_far_away() {
        let waited = async |body: Channel<Bytes>| {
            let began = Instant::now();
            read_to_end(body).await;
            began.elapsed()
        };
        let (mut client, body) = Channel::new(1);
        tokio::spawn(async move {
            client.send_data(Bytes::from_static(b"what for")).await.expect("taken");
            tokio::time::sleep(REQUEST_STALL / 2).await;
        });
        assert_eq!(waited(body).await, REQUEST_STALL / 2, "the end is waited for");

        let (_client, body) = Channel::new(1);
        assert_eq!(waited(body).await, REQUEST_STALL, "it takes too long");

        let (mut client, body) = Channel::new(1);
        client.send_data(vec![0; ADMIN_REQUEST_BYTES_MAX + 1].into()).await.expect("taken");
        assert_eq!(waited(body).await, Duration::ZERO, "it is too long");
    }
}
