//! Which service answers a request, on each of the two listeners.
//!
//! A call of `MatchService` goes to our own code after two comparisons of its path: what carries traffic passes through
//! nothing of tonic. Everything else is looked up in a list of four, or goes to generated code.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use broadside_proto::v1::inventory_service_server::{
    InventoryServiceServer, SERVICE_NAME as INVENTORY,
};
use broadside_proto::v1::match_service_server::SERVICE_NAME as MATCHES;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use hyper::body::Incoming;
use tonic::Status;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;
use tonic_health::pb::health_server::{HealthServer, SERVICE_NAME as HEALTH};
use tower::util::BoxCloneSyncService;

use super::body::{CallBody, unary};
use super::health::{HealthOf, Needs};
use super::inventory_service::{Facts, Inventory};
use super::layers::{CallFuture, CallGuard, Deadline};
use super::match_service::Matches;
use super::pages;
use super::status::Refusal;
use super::stream::{self, Ended};
use crate::limits::{ADMIN_REQUEST_BYTES_MAX, Limits, RESPONSE_BYTES_MAX};
use crate::runtime::{Catalog, Phase, Readiness, ReloadHandle};
use crate::telemetry::{Method, Metrics};

const MATCH_PATHS: &str = "/broadside.v1.MatchService/";
const INVENTORY_PATHS: &str = "/broadside.v1.InventoryService/";

/// What the health service of the match listener knows.
const MATCH_HEALTH: &[(&str, Needs)] = &[("", Needs::Inventory), (MATCHES, Needs::Inventory)];
/// What the health service of the admin listener knows.
const ADMIN_HEALTH: &[(&str, Needs)] =
    &[("", Needs::Inventory), (MATCHES, Needs::Inventory), (INVENTORY, Needs::Nothing)];

/// Answers the requests of the match listener.
#[derive(Clone)]
pub struct MatchRouter {
    matches: Arc<Matches>,
    others: Others,
    readiness: Readiness,
    metrics: Arc<Metrics>,
}

/// Answers the requests of the admin listener.
#[derive(Clone)]
pub struct AdminRouter {
    inventory: InventoryServiceServer<Inventory>,
    others: Others,
    readiness: Readiness,
    metrics: Arc<Metrics>,
}

/// The services beside the main one, by name.
#[derive(Clone)]
struct Others(Arc<[(&'static str, AnyService)]>);

type AnyService = BoxCloneSyncService<Request<Incoming>, Response<tonic::body::Body>, Infallible>;

impl MatchRouter {
    /// Matches against the catalog, within the limits.
    pub fn new(
        catalog: Catalog,
        readiness: Readiness,
        limits: Limits,
        metrics: Arc<Metrics>,
    ) -> MatchRouter {
        let matches = Arc::new(Matches::new(catalog, limits, Arc::clone(&metrics)));
        let others = Others::new(MATCHES, HealthOf::new(MATCH_HEALTH, readiness.clone()));
        MatchRouter { matches, others, readiness, metrics }
    }

    /// `MatchStream`. Its guard goes with the reply, since it ends with it.
    fn stream(&self, body: Incoming, deadline: Deadline, mut guard: CallGuard) -> CallFuture {
        if let Err(refusal) = self.matches.begin_stream(deadline) {
            guard.ended(refusal.code());
            return immediate(Status::from(refusal).into_http());
        }
        let (matches, readiness) = (Arc::clone(&self.matches), self.readiness.clone());
        let most = matches.request_bytes_max();
        let ended: Ended = Box::pin(async move {
            let why = tokio::select! {
                _ = readiness.reached(Phase::Draining) => Refusal::ShuttingDown,
                () = deadline.passed() => Refusal::DeadlinePassed,
            };
            why.into()
        });
        let answer =
            move |request: &[u8], out: &mut Vec<u8>| matches.match_stream(request, deadline, out);
        immediate(stream::counted(body, most, ended, answer, Some(guard)))
    }
}

impl AdminRouter {
    /// Administers what the catalog serves.
    pub fn new(
        catalog: Catalog,
        reload: ReloadHandle,
        readiness: Readiness,
        facts: Facts,
        metrics: Arc<Metrics>,
    ) -> AdminRouter {
        let inventory = Inventory::new(catalog, reload, readiness.clone(), facts);
        AdminRouter {
            inventory: InventoryServiceServer::new(inventory)
                .max_decoding_message_size(ADMIN_REQUEST_BYTES_MAX)
                .max_encoding_message_size(RESPONSE_BYTES_MAX),
            others: Others::new(INVENTORY, HealthOf::new(ADMIN_HEALTH, readiness.clone())),
            readiness,
            metrics,
        }
    }
}

impl hyper::service::Service<Request<Incoming>> for MatchRouter {
    type Response = Response<CallBody>;
    type Error = Infallible;
    type Future = CallFuture;

    fn call(&self, request: Request<Incoming>) -> CallFuture {
        let method = match request.uri().path().strip_prefix(MATCH_PATHS) {
            Some("MatchBatch") => Method::MatchBatch,
            Some("MatchStream") => Method::MatchStream,
            Some("Explain") => Method::Explain,
            Some("Analyze") => Method::Analyze,
            _ => return self.others.call(request),
        };
        let now = Instant::now();
        let deadline = Deadline::from_headers(request.headers(), now);
        let guard = CallGuard::start(Arc::clone(&self.metrics), method, now);
        let body = request.into_body();
        if method == Method::MatchStream {
            return self.stream(body, deadline, guard);
        }
        let matches = Arc::clone(&self.matches);
        let answered = async move {
            let answer = |request: &[u8]| match method {
                Method::MatchBatch => matches.match_batch(request, deadline),
                Method::Explain => matches.explain(request, deadline),
                _ => matches.analyze(request),
            };
            Ok(unary(body, matches.request_bytes_max(), answer).await)
        };
        CallFuture::new(Box::pin(answered), Some(guard))
    }
}

impl hyper::service::Service<Request<Incoming>> for AdminRouter {
    type Response = Response<CallBody>;
    type Error = Infallible;
    type Future = CallFuture;

    fn call(&self, request: Request<Incoming>) -> CallFuture {
        let content_type = request.headers().get(CONTENT_TYPE);
        if !content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
            let page =
                pages::page(request.method(), request.uri().path(), &self.readiness, &self.metrics);
            return immediate(page);
        }
        let method = match request.uri().path().strip_prefix(INVENTORY_PATHS) {
            Some("Reload") => Method::Reload,
            Some("GetStatus") => Method::GetStatus,
            Some("GetListing") => Method::GetListing,
            Some("ListListings") => Method::ListListings,
            _ => return self.others.call(request),
        };
        let guard = CallGuard::start(Arc::clone(&self.metrics), method, Instant::now());
        CallFuture::of_tonic(self.inventory.clone().call(request), Some(guard))
    }
}

impl Others {
    /// Health, and reflection over it and the main service.
    fn new(main: &'static str, health: HealthOf) -> Others {
        let health = HealthServer::new(health).max_decoding_message_size(ADMIN_REQUEST_BYTES_MAX);
        let valid =
            "the descriptors are built in and were checked when the code was generated from them";
        let v1 = reflection(main)
            .build_v1()
            .expect(valid)
            .max_decoding_message_size(ADMIN_REQUEST_BYTES_MAX);
        let v1alpha = reflection(main).build_v1alpha().expect(valid);
        let v1alpha = v1alpha.max_decoding_message_size(ADMIN_REQUEST_BYTES_MAX);
        Others(Arc::from([named(health), named(v1), named(v1alpha)]))
    }

    fn call(&self, request: Request<Incoming>) -> CallFuture {
        let service =
            request.uri().path().strip_prefix('/').and_then(|path| path.split('/').next());
        let found = self.0.iter().find(|(name, _)| Some(*name) == service);
        match found {
            // Generated services are always ready, so nothing waits for that.
            Some((_, service)) => CallFuture::of_tonic(service.clone().call(request), None),
            None => immediate(Status::from(Refusal::MethodUnknown).into_http()),
        }
    }
}

fn reflection(main: &'static str) -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(broadside_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // So that tools can print the details of an error.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .with_service_name(main)
        .with_service_name(HEALTH)
        .with_service_name("grpc.reflection.v1.ServerReflection")
        .with_service_name("grpc.reflection.v1alpha.ServerReflection")
}

fn named<S>(service: S) -> (&'static str, AnyService)
where
    S: Service<Request<Incoming>, Response = Response<tonic::body::Body>, Error = Infallible>
        + NamedService
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    (S::NAME, AnyService::new(service))
}

fn immediate(response: Response<CallBody>) -> CallFuture {
    let ready: BoxFuture<Response<CallBody>, Infallible> =
        Box::pin(std::future::ready(Ok(response)));
    CallFuture::new(ready, None)
}
