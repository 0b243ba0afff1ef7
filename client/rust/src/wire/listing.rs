//! Listings, groups and negative lists, from the messages of the inventory service.

use broadside_proto::v1 as pb;

use super::{keyword, non_empty, response_invalid, time, version};
use crate::admin::ListListingsRequest;
use crate::answer::Keyword;
use crate::error::Error;
use crate::listing::{Group, Listing, ListingPage, NegativeList, Status, StoredListing};

/// The request for a page.
pub(crate) fn list_request(request: &ListListingsRequest) -> pb::ListListingsRequest {
    pb::ListListingsRequest {
        page_size: i32::try_from(request.page_size).unwrap_or(i32::MAX),
        page_token: request.page_token.clone().unwrap_or_default(),
        group: request.group.clone().unwrap_or_default(),
    }
}

/// A page of listings.
pub(crate) fn listing_page(response: pb::ListListingsResponse) -> ListingPage {
    ListingPage {
        version: response.version.map(version).unwrap_or_default(),
        listings: response.listings.into_iter().map(listing).collect(),
        next_page_token: non_empty(response.next_page_token),
    }
}

/// One listing, and what it shares.
///
/// # Errors
/// RESPONSE_INVALID if it is not there.
pub(crate) fn stored_listing(response: pb::GetListingResponse) -> Result<StoredListing, Error> {
    let negative_list = |list: pb::NegativeList| NegativeList {
        name: list.name,
        negatives: keywords(list.negatives),
    };
    Ok(StoredListing {
        version: response.version.map(version).unwrap_or_default(),
        listing: response.listing.map(listing).ok_or_else(|| response_invalid("listing"))?,
        group: response.group.map(group),
        negative_lists: response.negative_lists.into_iter().map(negative_list).collect(),
    })
}

fn listing(listing: pb::Listing) -> Listing {
    Listing {
        status: status(listing.status()),
        id: listing.id,
        group: non_empty(listing.group),
        keywords: keywords(listing.keywords),
        negatives: keywords(listing.negatives),
        negative_lists: listing.negative_lists,
        targeting: listing.targeting,
        bid_micros: listing.bid_micros,
        quality: listing.quality.unwrap_or(1.0),
        start_time: time(listing.start_time),
        end_time: time(listing.end_time),
        payload: listing.payload,
    }
}

fn group(group: pb::Group) -> Group {
    Group {
        status: status(group.status()),
        id: group.id,
        start_time: time(group.start_time),
        end_time: time(group.end_time),
        targeting: group.targeting,
        negatives: keywords(group.negatives),
        negative_lists: group.negative_lists,
        bid_micros: group.bid_micros,
    }
}

fn keywords(keywords: Vec<pb::Keyword>) -> Vec<Keyword> {
    keywords.into_iter().map(keyword).collect()
}

fn status(status: pb::Status) -> Status {
    match status {
        pb::Status::Active => Status::Active,
        pb::Status::Paused => Status::Paused,
        pb::Status::Unspecified => Status::Unknown,
    }
}

#[cfg(test)]
mod tests;
