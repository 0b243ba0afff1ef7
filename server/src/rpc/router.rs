//! Which service answers a request, on each of the listeners, and who may make it.
//!
//! A call of `MatchService` goes to our own code after two comparisons of its path: what carries traffic passes through
//! nothing of tonic. Everything else is looked up in a short list, or goes to generated code.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use broadside_proto::v1::inventory_service_server::{
    InventoryServiceServer, SERVICE_NAME as INVENTORY,
};
use broadside_proto::v1::match_service_server::SERVICE_NAME as MATCHES;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, Response};
use tonic::codegen::Service;
use tonic::server::NamedService;
use tonic_health::pb::health_server::{HealthServer, SERVICE_NAME as HEALTH};
use tower::util::BoxCloneSyncService;

use super::admission::Admission;
use super::body::{Answered, Bounds, CallBody, ThreadBounds, unary};
use super::health::{HealthOf, Needs};
use super::inventory_service::{Facts, Inventory};
use super::layers::{CallFuture, CallGuard, Deadline, Terms, asked};
use super::match_service::{AtOnce, Matches};
use super::pages;
use super::status::Refusal;
use super::stream::{self, Answering, Ended};
use crate::access::{Access, Role};
use crate::limits::{ADMIN_REQUEST_BYTES_MAX, Limits, RESPONSE_BYTES_MAX};
use crate::runtime::{Catalog, Phase, Readiness, ReloadHandle};
use crate::serve::calls::RequestBody;
use crate::serve::lane::{Lane, Priority};
use crate::serve::peer::Peer;
use crate::telemetry::{Method, Metrics, Traces};

const MATCH_PATHS: &str = "/broadside.v1.MatchService/";
const INVENTORY_PATHS: &str = "/broadside.v1.InventoryService/";
const HEALTH_PATHS: &str = "/grpc.health.v1.Health/";

/// What the health service of the match listener knows.
const MATCH_HEALTH: &[(&str, Needs)] = &[("", Needs::Inventory), (MATCHES, Needs::Inventory)];
/// What the health service of the admin listener knows.
const ADMIN_HEALTH: &[(&str, Needs)] =
    &[("", Needs::Inventory), (MATCHES, Needs::Inventory), (INVENTORY, Needs::Nothing)];

/// Answers the requests of the match listener, on one worker's thread.
#[derive(Clone)]
pub struct MatchRouter {
    matches: Arc<Matches>,
    bounds: ThreadBounds,
    others: Others,
    readiness: Readiness,
    access: Access,
    traces: Option<Traces>,
    metrics: Arc<Metrics>,
}

/// The same for one connection.
#[derive(Clone)]
pub struct MatchConnection {
    router: MatchRouter,
    bounds: Arc<Bounds>,
    admission: Admission,
}

/// Answers the requests of the admin listener.
#[derive(Clone)]
pub struct AdminRouter {
    inventory: InventoryServiceServer<Inventory>,
    others: Others,
    readiness: Readiness,
    access: Access,
    traces: Option<Traces>,
    metrics: Arc<Metrics>,
}

/// The same for one connection.
#[derive(Clone)]
pub struct AdminConnection {
    router: AdminRouter,
    admission: Admission,
}

/// Answers the requests of the health listener: probes, and nothing else.
#[derive(Clone)]
pub struct HealthRouter {
    others: Others,
    readiness: Readiness,
}

/// What routers of both services are made with.
#[derive(Clone)]
pub struct Shared {
    /// What is served.
    pub catalog: Catalog,
    /// Whether anything is.
    pub readiness: Readiness,
    /// Who may do what.
    pub access: Access,
    /// Whether clients may ask for the descriptions of services.
    pub reflection: bool,
    /// Where spans go, if anywhere.
    pub traces: Option<Traces>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// The services beside the main one, by name.
#[derive(Clone)]
struct Others(Arc<[(&'static str, AnyService)]>);

type AnyService =
    BoxCloneSyncService<Request<RequestBody>, Response<tonic::body::Body>, Infallible>;

impl MatchRouter {
    /// Matches against the catalog, within the limits, on the thread of the lane.
    pub fn new(shared: Shared, limits: Limits, lane: Lane) -> MatchRouter {
        let Shared { catalog, readiness, access, reflection, traces, metrics } = shared;
        let health = HealthOf::new(MATCH_HEALTH, readiness.clone());
        let matches = Matches::new(catalog, limits, lane, Arc::clone(&metrics));
        MatchRouter {
            matches: Arc::new(matches),
            bounds: ThreadBounds::new(limits.request_bytes_max),
            others: Others::new(health, reflection.then_some(MATCHES)),
            readiness,
            access,
            traces,
            metrics,
        }
    }

    /// Answers whoever is at the other end.
    pub fn meet(&self, peer: Peer) -> MatchConnection {
        let admission = Admission::new(self.access.clone(), peer, Arc::clone(&self.metrics));
        let bounds = Arc::new(self.bounds.connection());
        MatchConnection { router: self.clone(), bounds, admission }
    }
}

impl AdminRouter {
    /// Administers what the catalog serves.
    pub fn new(shared: Shared, reload: ReloadHandle, facts: Facts) -> AdminRouter {
        let Shared { catalog, readiness, access, reflection, traces, metrics } = shared;
        let inventory = Inventory::new(catalog, reload, readiness.clone(), facts);
        let health = HealthOf::new(ADMIN_HEALTH, readiness.clone());
        AdminRouter {
            inventory: InventoryServiceServer::new(inventory)
                .max_decoding_message_size(ADMIN_REQUEST_BYTES_MAX)
                .max_encoding_message_size(RESPONSE_BYTES_MAX),
            others: Others::new(health, reflection.then_some(INVENTORY)),
            readiness,
            access,
            traces,
            metrics,
        }
    }

    /// Answers whoever is at the other end.
    pub fn meet(&self, peer: Peer) -> AdminConnection {
        let admission = Admission::new(self.access.clone(), peer, Arc::clone(&self.metrics));
        AdminConnection { router: self.clone(), admission }
    }
}

impl HealthRouter {
    /// Tells the health of all services.
    pub fn new(readiness: Readiness) -> HealthRouter {
        let others = Others::new(HealthOf::new(ADMIN_HEALTH, readiness.clone()), None);
        HealthRouter { others, readiness }
    }
}

impl MatchConnection {
    /// `MatchStream`. Its guard goes with the reply, since it ends with it.
    fn stream(&self, body: RequestBody, deadline: Deadline, guard: CallGuard) -> CallFuture {
        let terms = Terms { deadline, priority: Priority::Stream };
        if let Err(refusal) = self.router.matches.begin_stream(deadline) {
            return refused(refusal, Some(guard));
        }
        let (matches, readiness) =
            (Arc::clone(&self.router.matches), self.router.readiness.clone());
        let activity = body.activity();
        let ended: Ended = Box::pin(async move {
            let why = tokio::select! {
                _ = readiness.reached(Phase::Draining) => Refusal::ShuttingDown,
                () = activity.is_going() => Refusal::ConnectionEnding,
                () = deadline.passed() => Refusal::DeadlinePassed,
            };
            why.into()
        });
        let bounds = Arc::clone(&self.bounds);
        let answer = move |request: Bytes, mut out: Vec<u8>| -> Answering {
            let matches = Arc::clone(&matches);
            let bounds = Arc::clone(&bounds);
            Box::pin(async move {
                let outcome = matches.match_stream(&request, terms, &bounds, &mut out).await;
                (out, outcome)
            })
        };
        let mut span = HeaderMap::new();
        guard.tell_span(&mut span);
        let bounds = Bounds::clone(&self.bounds);
        let mut response = stream::counted(body, bounds, ended, answer, Some(guard));
        response.headers_mut().extend(span);
        immediate(response)
    }
}

impl hyper::service::Service<Request<RequestBody>> for MatchConnection {
    type Response = Response<CallBody>;
    type Error = Infallible;
    type Future = CallFuture;

    fn call(&self, request: Request<RequestBody>) -> CallFuture {
        let router = &self.router;
        let method = match request.uri().path().strip_prefix(MATCH_PATHS) {
            Some("MatchBatch") => Method::MatchBatch,
            Some("MatchStream") => Method::MatchStream,
            Some("Explain") => Method::Explain,
            Some("Analyze") => Method::Analyze,
            _ => return router.others.call(request, &self.admission),
        };
        let now = Instant::now();
        let (head, body) = request.into_parts();
        let guard = CallGuard::start(Arc::clone(&router.metrics), method, now)
            .traced(router.traces.as_ref(), &head.headers);
        if let Err(refusal) = self.admission.check(&head.headers, &[Role::Match]) {
            return refused(refusal, Some(guard));
        }
        let (deadline, priority) = asked(&head.headers, now);
        if method == Method::MatchStream {
            return self.stream(body, deadline, guard);
        }
        if let Err(refusal) = router.matches.admit() {
            return refused(refusal, Some(guard));
        }
        let terms = Terms { deadline, priority };
        let (matches, bounds) = (Arc::clone(&router.matches), Arc::clone(&self.bounds));
        let answer =
            move |request| match method {
                Method::MatchBatch => match_batch(matches, request, terms, bounds),
                Method::Explain => Answered::Later(Box::pin(async move {
                    matches.explain(&request, terms, &bounds).await
                })),
                _ => Answered::Later(Box::pin(async move {
                    matches.analyze(&request, terms, &bounds).await
                })),
            };
        CallFuture::new(unary(body, &self.bounds, answer), Some(guard))
    }
}

/// `MatchBatch`: what can be done at once is, and only what waits is put away.
fn match_batch(
    matches: Arc<Matches>,
    request: Bytes,
    terms: Terms,
    bounds: Arc<Bounds>,
) -> Answered<Refusal> {
    match matches.match_at_once(&request, terms, &bounds) {
        Ok(AtOnce::Done(reply)) => Answered::Now(Ok(reply)),
        Err(refusal) => Answered::Now(Err(refusal)),
        Ok(AtOnce::Waits(rest)) => Answered::Later(Box::pin(async move {
            matches.match_rest(&request, terms, &bounds, rest).await
        })),
    }
}

impl hyper::service::Service<Request<RequestBody>> for AdminConnection {
    type Response = Response<CallBody>;
    type Error = Infallible;
    type Future = CallFuture;

    fn call(&self, mut request: Request<RequestBody>) -> CallFuture {
        let router = &self.router;
        if !is_grpc(&request) {
            let judged = match request.uri().path() {
                pages::METRICS => {
                    self.admission.check(request.headers(), &[Role::Metrics, Role::Admin]).err()
                }
                _ => None,
            };
            let (readiness, metrics) = (router.readiness.clone(), Arc::clone(&router.metrics));
            return paged(request, move |method, path| match judged {
                Some(refusal) => pages::refused(&refusal),
                None => pages::page(method, path, &readiness, Some(&metrics)),
            });
        }
        let method = match request.uri().path().strip_prefix(INVENTORY_PATHS) {
            Some("Reload") => Method::Reload,
            Some("GetStatus") => Method::GetStatus,
            Some("GetListing") => Method::GetListing,
            Some("ListListings") => Method::ListListings,
            _ => return router.others.call(request, &self.admission),
        };
        let guard = CallGuard::start(Arc::clone(&router.metrics), method, Instant::now())
            .traced(router.traces.as_ref(), request.headers());
        match self.admission.judge(request.headers(), &[Role::Admin]) {
            Ok(caller) => {
                request.extensions_mut().insert(caller);
                CallFuture::of_tonic(router.inventory.clone().call(request), Some(guard))
            }
            Err(refusal) => refused(refusal, Some(guard)),
        }
    }
}

impl hyper::service::Service<Request<RequestBody>> for HealthRouter {
    type Response = Response<CallBody>;
    type Error = Infallible;
    type Future = CallFuture;

    fn call(&self, request: Request<RequestBody>) -> CallFuture {
        if is_grpc(&request) {
            return self.others.find(request);
        }
        let readiness = self.readiness.clone();
        paged(request, move |method, path| pages::page(method, path, &readiness, None))
    }
}

fn is_grpc(request: &Request<RequestBody>) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

impl Others {
    /// Health, and reflection over it and the main service if there is to be any.
    fn new(health: HealthOf, reflected: Option<&'static str>) -> Others {
        let health = HealthServer::new(health).max_decoding_message_size(ADMIN_REQUEST_BYTES_MAX);
        let Some(main) = reflected else { return Others(Arc::from([named(health)])) };
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

    /// Anybody may ask for health; for descriptions only who may do anything at all.
    fn call(&self, request: Request<RequestBody>, admission: &Admission) -> CallFuture {
        if !request.uri().path().starts_with(HEALTH_PATHS) {
            let roles = [Role::Match, Role::Admin, Role::Metrics];
            if let Err(refusal) = admission.check(request.headers(), &roles) {
                return refused(refusal, None);
            }
        }
        self.find(request)
    }

    fn find(&self, request: Request<RequestBody>) -> CallFuture {
        let service =
            request.uri().path().strip_prefix('/').and_then(|path| path.split('/').next());
        let found = self.0.iter().find(|(name, _)| Some(*name) == service);
        match found {
            // Generated services are always ready, so nothing waits for that.
            Some((_, service)) => CallFuture::of_tonic(service.clone().call(request), None),
            None => refused(Refusal::MethodUnknown, None),
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
    S: Service<Request<RequestBody>, Response = Response<tonic::body::Body>, Error = Infallible>
        + NamedService
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    (S::NAME, AnyService::new(service))
}

/// A page, once its request is there as a whole.
fn paged(
    request: Request<RequestBody>,
    page: impl FnOnce(&http::Method, &str) -> Response<CallBody> + Send + 'static,
) -> CallFuture {
    let (head, body) = request.into_parts();
    let answered = async move {
        pages::read_to_end(body).await;
        Ok(page(&head.method, head.uri.path()))
    };
    CallFuture::new(Box::pin(answered), None)
}

fn immediate(response: Response<CallBody>) -> CallFuture {
    CallFuture::new(std::future::ready(Ok(response)), None)
}

/// A refusal, which is counted and told as any other reply is.
fn refused(refusal: Refusal, guard: Option<CallGuard>) -> CallFuture {
    CallFuture::new(std::future::ready(Ok(refusal.into_response())), guard)
}
