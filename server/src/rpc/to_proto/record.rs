//! Records of an inventory become messages here.

use broadside_core::{Group, Listing, NegativeList, Status};
use broadside_proto::v1;

use super::{bid, core_time, keyword};

/// A listing. Fields that have a default are set.
pub(crate) fn listing(listing: Listing) -> v1::Listing {
    v1::Listing {
        id: listing.id,
        group: listing.group.unwrap_or_default(),
        keywords: listing.keywords.into_iter().map(keyword).collect(),
        negatives: listing.negatives.into_iter().map(keyword).collect(),
        negative_lists: listing.negative_lists,
        targeting: listing.targeting,
        bid_micros: listing.bid_micros.map(bid),
        quality: Some(listing.quality),
        status: status(listing.status).into(),
        start_time: listing.start_time.map(core_time),
        end_time: listing.end_time.map(core_time),
        payload: listing.payload,
    }
}

/// A group. Fields that have a default are set.
pub(crate) fn group(group: Group) -> v1::Group {
    v1::Group {
        id: group.id,
        status: status(group.status).into(),
        start_time: group.start_time.map(core_time),
        end_time: group.end_time.map(core_time),
        targeting: group.targeting,
        negatives: group.negatives.into_iter().map(keyword).collect(),
        negative_lists: group.negative_lists,
        bid_micros: group.bid_micros.map(bid),
    }
}

/// A negative list.
pub(crate) fn negative_list(list: NegativeList) -> v1::NegativeList {
    let negatives = list.negatives.into_iter().map(keyword).collect();
    v1::NegativeList { name: list.name, negatives }
}

fn status(of: Status) -> v1::Status {
    match of {
        Status::Active => v1::Status::Active,
        Status::Paused => v1::Status::Paused,
    }
}
