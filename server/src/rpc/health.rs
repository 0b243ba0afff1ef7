//! `grpc.health.v1.Health`, as a view of [`Readiness`].
//!
//! The messages and the service are tonic-health's. Its own implementation is not used: it keeps states of its own, calls
//! the server SERVING before anyone has said so, and holds a `Watch` open for ever, so that it would hold up the drain.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio_stream::Stream;
use tokio_stream::wrappers::WatchStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::status::Refusal;
use crate::runtime::{Phase, Readiness};

/// How a service's health follows from the phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// It serves once an inventory is loaded.
    Inventory,
    /// It serves from the start.
    Nothing,
}

/// The health of the services of one listener.
#[derive(Debug, Clone)]
pub(crate) struct HealthOf {
    services: &'static [(&'static str, Needs)],
    readiness: Readiness,
}

/// The health of one service, and its changes, until the server drains.
pub(crate) struct Changes {
    phases: WatchStream<Phase>,
    needs: Option<Needs>,
    told: Option<ServingStatus>,
    ending: bool,
}

impl HealthOf {
    pub(crate) fn new(
        services: &'static [(&'static str, Needs)],
        readiness: Readiness,
    ) -> HealthOf {
        HealthOf { services, readiness }
    }

    fn needs(&self, service: &str) -> Option<Needs> {
        self.services.iter().find(|(name, _)| *name == service).map(|(_, needs)| *needs)
    }
}

impl Needs {
    fn status(self, phase: Phase) -> ServingStatus {
        match (self, phase) {
            (Needs::Nothing, Phase::Starting) | (_, Phase::Serving) => ServingStatus::Serving,
            (Needs::Inventory, Phase::Starting) | (_, Phase::LameDuck | Phase::Draining) => {
                ServingStatus::NotServing
            }
        }
    }
}

#[tonic::async_trait]
impl Health for HealthOf {
    type WatchStream = Changes;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let service = &request.get_ref().service;
        let needs = self.needs(service).ok_or(Refusal::ServiceUnknown)?;
        Ok(Response::new(reply(needs.status(self.readiness.phase()))))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Changes>, Status> {
        Ok(Response::new(Changes {
            phases: WatchStream::new(self.readiness.subscribe()),
            needs: self.needs(&request.get_ref().service),
            told: None,
            ending: false,
        }))
    }
}

impl Stream for Changes {
    type Item = Result<HealthCheckResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.ending {
                // The client is told why its stream ends, once.
                let first = self.told.take().is_some();
                return Poll::Ready(first.then(|| Err(Refusal::ShuttingDown.into())));
            }
            let Some(phase) = std::task::ready!(Pin::new(&mut self.phases).poll_next(context))
            else {
                self.ending = true;
                continue;
            };
            self.ending = phase == Phase::Draining;
            let status =
                self.needs.map_or(ServingStatus::ServiceUnknown, |needs| needs.status(phase));
            if self.told != Some(status) {
                self.told = Some(status);
                return Poll::Ready(Some(Ok(reply(status))));
            }
        }
    }
}

fn reply(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt as _;
    use tonic::{Code, Request};
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_check_response::ServingStatus;
    use tonic_health::pb::health_server::Health as _;

    use super::{HealthOf, Needs};
    use crate::runtime::{Phase, Readiness};

    const SERVICES: &[(&str, Needs)] = &[("", Needs::Inventory), ("admin", Needs::Nothing)];

    fn ask(service: &str) -> Request<HealthCheckRequest> {
        Request::new(HealthCheckRequest { service: service.to_owned() })
    }

    #[tokio::test]
    async fn checks_follow_the_phase() {
        let readiness = Readiness::new();
        let health = HealthOf::new(SERVICES, readiness.clone());
        for (phase, overall, admin) in [
            (Phase::Starting, ServingStatus::NotServing, ServingStatus::Serving),
            (Phase::Serving, ServingStatus::Serving, ServingStatus::Serving),
            (Phase::LameDuck, ServingStatus::NotServing, ServingStatus::NotServing),
            (Phase::Draining, ServingStatus::NotServing, ServingStatus::NotServing),
        ] {
            readiness.advance(phase);
            for (service, expected) in [("", overall), ("admin", admin)] {
                let got = health.check(ask(service)).await.expect("known").into_inner().status();
                assert_eq!(got, expected, "{phase:?} {service:?}");
            }
        }
        assert_eq!(health.check(ask("other")).await.expect_err("unknown").code(), Code::NotFound);
    }

    #[tokio::test]
    async fn a_watch_tells_changes_and_ends_with_the_drain() {
        let readiness = Readiness::new();
        let health = HealthOf::new(SERVICES, readiness.clone());
        let mut overall = health.watch(ask("")).await.expect("a stream").into_inner();
        let mut other = health.watch(ask("other")).await.expect("a stream").into_inner();
        let unknown = other.next().await.expect("told").expect("a status").status();
        assert_eq!(unknown, ServingStatus::ServiceUnknown);
        for (phase, expected) in [
            (Phase::Starting, ServingStatus::NotServing),
            (Phase::Serving, ServingStatus::Serving),
            (Phase::LameDuck, ServingStatus::NotServing),
        ] {
            readiness.advance(phase);
            assert_eq!(overall.next().await.expect("told").expect("a status").status(), expected);
        }
        readiness.advance(Phase::Draining);
        for mut ended in [overall, other] {
            let why = ended.next().await.expect("told").expect_err("the end");
            assert_eq!(why.code(), Code::Unavailable);
            assert!(ended.next().await.is_none());
        }
    }
}
