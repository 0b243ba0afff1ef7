//! The client of the inventory service.

use std::time::Duration;

use broadside_proto::v1 as pb;
use broadside_proto::v1::inventory_service_client::InventoryServiceClient;
use tonic::transport::Channel;

use crate::builder::Builder;
use crate::connection::{Attempt, Connection, Deadline};
use crate::error::Error;
use crate::limits::{RELOAD_DEADLINE_DEFAULT, RESPONSE_BYTES_MAX};
use crate::listing::{ListingPage, StoredListing};
use crate::listings::Listings;
use crate::status::{Reload, ServerStatus};
use crate::wire;

/// Administers the inventory of a server. It talks to the server's admin address, not to the one for matching.
#[derive(Debug, Clone)]
pub struct AdminClient {
    connection: Connection,
    deadline: Duration,
}

/// What to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReloadRequest {
    /// Files to load from now on, instead of the ones that are served: at most 64 paths or `file://` URIs, read on the
    /// server. Empty: the ones that are served.
    pub sources: Vec<String>,
    /// Read and check everything and tell what would be served, but keep what is served.
    pub validate_only: bool,
    /// How long it may take, instead of the client's deadline. Default: 10 minutes. A reload that takes longer goes on.
    pub deadline: Duration,
}

/// Which listings to return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListListingsRequest {
    /// Only listings of the group of this id; absent: all listings.
    pub group: Option<String>,
    /// The most listings of a page: 0 means 100; more than 1,000 means 1,000. A page may have fewer, even none, without
    /// being the last one.
    pub page_size: u32,
    /// [`ListingPage::next_page_token`] of the page before; absent for the first page. The group must be the same.
    pub page_token: Option<String>,
}

impl Default for ReloadRequest {
    fn default() -> ReloadRequest {
        ReloadRequest {
            sources: Vec::new(),
            validate_only: false,
            deadline: RELOAD_DEADLINE_DEFAULT,
        }
    }
}

impl AdminClient {
    /// Settings for a client of the server whose admin address this is; end with [`Builder::build_admin`].
    pub fn builder(address: impl Into<String>) -> Builder {
        Builder::new(address)
    }

    pub(crate) fn new(connection: Connection, deadline: Duration) -> AdminClient {
        AdminClient { connection, deadline }
    }

    /// Reads the inventory again and serves it if every record is good.
    ///
    /// # Errors
    /// Whatever fails, what is served does not change. FAILED_PRECONDITION: INVENTORY_REJECTED with the first bad records
    /// as violations (all of them are in [`AdminClient::status`]), or SOURCE_UNREADABLE. ABORTED: RELOAD_BUSY.
    pub async fn reload(&self, request: &ReloadRequest) -> Result<Reload, Error> {
        let send = |attempt: Attempt| {
            let (channel, request) = attempt.request(pb::ReloadRequest {
                sources: request.sources.clone(),
                validate_only: request.validate_only,
            });
            async move { service(channel).reload(request).await }
        };
        let (deadline, headers) = (Deadline::after(request.deadline), self.connection.headers());
        Ok(wire::reload(self.connection.call(deadline, headers, send).await?))
    }

    /// What the server is doing.
    ///
    /// # Errors
    /// The call's failure.
    pub async fn status(&self) -> Result<ServerStatus, Error> {
        let send = |attempt: Attempt| {
            let (channel, request) = attempt.request(pb::GetStatusRequest {});
            async move { service(channel).get_status(request).await }
        };
        let (deadline, headers) = (Deadline::after(self.deadline), self.connection.headers());
        Ok(wire::server_status(self.connection.call(deadline, headers, send).await?))
    }

    /// One listing of the inventory that is served. With `include_shared` its group and the negative lists that it or its
    /// group refers to come with it; they may be much larger than the listing.
    ///
    /// # Errors
    /// NOT_FOUND (LISTING_NOT_FOUND) if there is no listing of this id; UNAVAILABLE (INVENTORY_NOT_LOADED) before the
    /// first load; otherwise the call's failure.
    pub async fn get_listing(
        &self,
        listing_id: &str,
        include_shared: bool,
    ) -> Result<StoredListing, Error> {
        let send = |attempt: Attempt| {
            let (channel, request) = attempt.request(pb::GetListingRequest {
                listing_id: listing_id.to_owned(),
                include_shared,
            });
            async move { service(channel).get_listing(request).await }
        };
        let (deadline, headers) = (Deadline::after(self.deadline), self.connection.headers());
        wire::stored_listing(self.connection.call(deadline, headers, send).await?)
    }

    /// A page of the listings that are served, ascending by the bytes of their ids. If the inventory is replaced between
    /// two pages, the second goes on after the same id.
    ///
    /// # Errors
    /// INVALID_ARGUMENT (FIELD_INVALID) if the token is not from a page of the same group; UNAVAILABLE
    /// (INVENTORY_NOT_LOADED) before the first load; otherwise the call's failure.
    pub async fn list_listings(&self, request: &ListListingsRequest) -> Result<ListingPage, Error> {
        let send = |attempt: Attempt| {
            let (channel, request) = attempt.request(wire::list_request(request));
            async move { service(channel).list_listings(request).await }
        };
        let (deadline, headers) = (Deadline::after(self.deadline), self.connection.headers());
        Ok(wire::listing_page(self.connection.call(deadline, headers, send).await?))
    }

    /// The listings of this page and of all that follow it, one after the other. It calls when it is asked for a listing
    /// that it does not have yet.
    pub fn all_listings(&self, request: ListListingsRequest) -> Listings {
        Listings::new(self.clone(), request)
    }
}

/// The service, over this channel.
fn service(channel: Channel) -> InventoryServiceClient<Channel> {
    InventoryServiceClient::new(channel).max_decoding_message_size(RESPONSE_BYTES_MAX)
}
