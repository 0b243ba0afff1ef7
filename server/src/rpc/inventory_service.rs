//! `InventoryService`: reloads, the status, and the listings that are served, on the admin listener.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::SystemTime;

use broadside_proto::v1;
use broadside_proto::v1::inventory_service_server::InventoryService;
use tonic::{Request, Response, Status};

use super::admission::Caller;
use super::audit::audit;
use super::from_proto;
use super::listing_page::{self, PageEnds};
use super::status::Refusal;
use super::to_proto;
use crate::limits::{PAGE_BYTES, PAGE_SCANNED_LISTINGS_MAX};
use crate::runtime::{Catalog, Phase, Readiness, ReloadHandle};

/// What the status says that does not change while the server runs.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The limits in force, by name.
    pub limits: Vec<(&'static str, u64)>,
    /// The server's version.
    pub server_version: &'static str,
    /// When the server started.
    pub started_at: SystemTime,
}

/// Administers what the catalog serves.
pub(crate) struct Inventory {
    catalog: Catalog,
    reload: ReloadHandle,
    readiness: Readiness,
    facts: Facts,
}

impl Inventory {
    pub(crate) fn new(
        catalog: Catalog,
        reload: ReloadHandle,
        readiness: Readiness,
        facts: Facts,
    ) -> Inventory {
        Inventory { catalog, reload, readiness, facts }
    }

    async fn reload(&self, request: v1::ReloadRequest) -> Result<v1::ReloadResponse, Refusal> {
        let pending = self.reload.ask(from_proto::reload(request)?)?;
        to_proto::reload(pending.ended().await?)
    }

    /// A reload, with its line in the audit log.
    async fn audited_reload(
        &self,
        request: v1::ReloadRequest,
        caller: Option<&Caller>,
    ) -> Result<v1::ReloadResponse, Refusal> {
        let what = match (request.sources.is_empty(), request.validate_only) {
            (true, false) => "the same sources".to_owned(),
            (true, true) => "the same sources, to be checked only".to_owned(),
            (false, false) => request.sources.join(", "),
            (false, true) => format!("{}, to be checked only", request.sources.join(", ")),
        };
        let before = self.catalog.current().map(|current| current.version.clone());
        let reloaded = self.reload(request).await;
        let outcome = match &reloaded {
            Ok(reply) => reply.outcome().as_str_name().to_owned(),
            Err(refusal) => Status::from(refusal.clone()).message().to_owned(),
        };
        let who = caller.and_then(|caller| caller.name.as_deref()).unwrap_or("anybody");
        let from = caller.map(|caller| caller.peer.to_string()).unwrap_or_default();
        audit(who, &from, "Reload", &what, &outcome, before.as_ref(), &self.catalog);
        reloaded
    }

    fn status(&self) -> v1::GetStatusResponse {
        let serving_status = match self.readiness.phase() {
            Phase::Starting => v1::ServingStatus::Starting,
            Phase::Serving => v1::ServingStatus::Serving,
            Phase::LameDuck | Phase::Draining => v1::ServingStatus::Draining,
        };
        let limits = self.facts.limits.iter();
        let mut status = v1::GetStatusResponse {
            serving_status: serving_status.into(),
            reloads: self.reload.history().iter().map(to_proto::reload_record).collect(),
            limits: limits
                .map(|(name, value)| v1::Limit { name: (*name).to_owned(), value: *value })
                .collect(),
            server_version: self.facts.server_version.to_owned(),
            started_at: Some(to_proto::timestamp(self.facts.started_at)),
            ..v1::GetStatusResponse::default()
        };
        if let Some(current) = self.catalog.current() {
            status.version = Some(to_proto::version(&current.version));
            status.sources.clone_from(&current.sources);
            status.published_at = Some(to_proto::timestamp(current.published_at));
            status.counts = Some(to_proto::counts(&current.counts));
            let memory = current.index.memory();
            let parts = memory
                .iter()
                .map(|part| v1::MemoryPart { name: part.name.to_owned(), bytes: part.bytes });
            status.memory = parts.collect();
            status.memory.sort_by_key(|part| Reverse(part.bytes));
            status.warnings = Some(to_proto::warnings(&current.warnings));
        }
        status
    }

    fn listing(&self, request: &v1::GetListingRequest) -> Result<v1::GetListingResponse, Refusal> {
        let id = from_proto::listing_id(request)?;
        let current = self.catalog.current().ok_or(Refusal::NotLoaded)?;
        let index = &current.index;
        let found =
            index.find_listing(id).ok_or_else(|| Refusal::ListingNotFound(id.to_owned()))?;
        let listing = index.listing(found);
        let mut reply = v1::GetListingResponse {
            version: Some(to_proto::version(&current.version)),
            ..v1::GetListingResponse::default()
        };
        if request.include_shared {
            let group = listing.group.as_deref().and_then(|id| index.group(id));
            let of_group = group.iter().flat_map(|group| &group.negative_lists);
            let names: BTreeSet<&String> = listing.negative_lists.iter().chain(of_group).collect();
            let lists = names.iter().filter_map(|name| index.negative_list(name));
            reply.negative_lists = lists.map(to_proto::negative_list).collect();
            reply.group = group.map(to_proto::group);
        }
        reply.listing = Some(to_proto::listing(listing));
        Ok(reply)
    }

    fn listings(
        &self,
        request: &v1::ListListingsRequest,
    ) -> Result<v1::ListListingsResponse, Refusal> {
        let asked = from_proto::page(request)?;
        let current = self.catalog.current().ok_or(Refusal::NotLoaded)?;
        let ends = PageEnds { bytes: PAGE_BYTES, scanned: PAGE_SCANNED_LISTINGS_MAX };
        let (listings, next_page_token) = listing_page::page(&current.index, &asked, ends);
        let version = Some(to_proto::version(&current.version));
        Ok(v1::ListListingsResponse { version, listings, next_page_token })
    }
}

#[tonic::async_trait]
impl InventoryService for Inventory {
    async fn reload(
        &self,
        request: Request<v1::ReloadRequest>,
    ) -> Result<Response<v1::ReloadResponse>, Status> {
        let caller = request.extensions().get::<Caller>().cloned();
        Ok(Response::new(self.audited_reload(request.into_inner(), caller.as_ref()).await?))
    }

    async fn get_status(
        &self,
        _request: Request<v1::GetStatusRequest>,
    ) -> Result<Response<v1::GetStatusResponse>, Status> {
        Ok(Response::new(self.status()))
    }

    async fn get_listing(
        &self,
        request: Request<v1::GetListingRequest>,
    ) -> Result<Response<v1::GetListingResponse>, Status> {
        Ok(Response::new(self.listing(request.get_ref())?))
    }

    async fn list_listings(
        &self,
        request: Request<v1::ListListingsRequest>,
    ) -> Result<Response<v1::ListListingsResponse>, Status> {
        Ok(Response::new(self.listings(request.get_ref())?))
    }
}

#[cfg(test)]
mod tests;
