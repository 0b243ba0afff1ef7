//! What becomes of listings.

use std::time::{Duration, SystemTime};

use broadside_proto::v1 as pb;
use prost_types::Timestamp;

use super::{list_request, listing_page, stored_listing};
use crate::admin::ListListingsRequest;
use crate::answer::{Keyword, MatchType};
use crate::listing::{Group, Listing, NegativeList, Status};
use crate::version::Version;

fn wire_keyword(text: &str) -> pb::Keyword {
    pb::Keyword {
        text: text.to_owned(),
        match_type: pb::MatchType::Phrase.into(),
        anchor_start: true,
        ..pb::Keyword::default()
    }
}

fn keyword(text: &str) -> Keyword {
    Keyword {
        text: text.to_owned(),
        match_type: MatchType::Phrase,
        bid_micros: None,
        anchor_start: true,
        anchor_end: false,
    }
}

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos: 0 })
}

fn time(seconds: u64) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[test]
fn a_listing_and_what_it_shares_keep_all_they_say() {
    let response = pb::GetListingResponse {
        version: Some(pb::InventoryVersion { generation: "9d3f".to_owned(), sequence: 2 }),
        listing: Some(pb::Listing {
            id: "l1".to_owned(),
            group: "g1".to_owned(),
            keywords: vec![wire_keyword("shoes")],
            negatives: vec![wire_keyword("free")],
            negative_lists: vec!["adult".to_owned()],
            targeting: "age >= 21".to_owned(),
            bid_micros: Some(0),
            quality: Some(0.0),
            status: pb::Status::Paused.into(),
            start_time: at(10),
            end_time: at(20),
            payload: b"\xff".to_vec(),
        }),
        group: Some(pb::Group {
            id: "g1".to_owned(),
            status: pb::Status::Active.into(),
            start_time: at(30),
            end_time: at(40),
            targeting: "true".to_owned(),
            negatives: vec![wire_keyword("trial")],
            negative_lists: vec!["competitors".to_owned()],
            bid_micros: Some(7),
        }),
        negative_lists: vec![pb::NegativeList {
            name: "adult".to_owned(),
            negatives: vec![wire_keyword("casino")],
        }],
    };
    let found = stored_listing(response).expect("there is a listing");
    assert_eq!(found.version, Version { generation: "9d3f".to_owned(), sequence: 2 });
    assert_eq!(
        found.listing,
        Listing {
            id: "l1".to_owned(),
            group: Some("g1".to_owned()),
            keywords: vec![keyword("shoes")],
            negatives: vec![keyword("free")],
            negative_lists: vec!["adult".to_owned()],
            targeting: "age >= 21".to_owned(),
            bid_micros: Some(0),
            quality: 0.0,
            status: Status::Paused,
            start_time: time(10),
            end_time: time(20),
            payload: b"\xff".to_vec(),
        }
    );
    assert_eq!(
        found.group,
        Some(Group {
            id: "g1".to_owned(),
            status: Status::Active,
            start_time: time(30),
            end_time: time(40),
            targeting: "true".to_owned(),
            negatives: vec![keyword("trial")],
            negative_lists: vec!["competitors".to_owned()],
            bid_micros: Some(7),
        })
    );
    let list = NegativeList { name: "adult".to_owned(), negatives: vec![keyword("casino")] };
    assert_eq!(found.negative_lists, [list]);
}

#[test]
fn what_is_not_there_is_absent() {
    let bare = pb::Listing { id: "l1".to_owned(), ..pb::Listing::default() };
    let page = listing_page(pb::ListListingsResponse {
        listings: vec![bare],
        ..pb::ListListingsResponse::default()
    });
    assert_eq!(page.next_page_token, None);
    let listing = &page.listings[0];
    assert_eq!((listing.group.as_deref(), listing.bid_micros, listing.quality), (None, None, 1.0));
    assert_eq!((listing.start_time, listing.status), (None, Status::Unknown));

    let error = stored_listing(pb::GetListingResponse::default()).expect_err("there is none");
    assert_eq!(error.reason.as_deref(), Some("RESPONSE_INVALID"));
}

#[test]
fn a_page_is_asked_for_as_the_caller_says() {
    let check = |page_size: u32, token: Option<&str>, group: Option<&str>, wire_size: i32| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let request =
            ListListingsRequest { group: owned(group), page_size, page_token: owned(token) };
        let expected = pb::ListListingsRequest {
            page_size: wire_size,
            page_token: token.unwrap_or_default().to_owned(),
            group: group.unwrap_or_default().to_owned(),
        };
        assert_eq!(list_request(&request), expected);
    };
    check(0, None, None, 0);
    check(7, Some("t"), Some("g1"), 7);
    check(u32::MAX, None, None, i32::MAX);
    let page = listing_page(pb::ListListingsResponse {
        next_page_token: "t".to_owned(),
        ..pb::ListListingsResponse::default()
    });
    assert_eq!(page.next_page_token.as_deref(), Some("t"));
}
