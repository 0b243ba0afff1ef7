//! The service in process, over a small inventory. Reloads through it are tested with whole servers.

use std::sync::Arc;
use std::time::SystemTime;

use broadside_proto::v1;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{Facts, Inventory};
use crate::rpc::status::Refusal;
use crate::runtime::{Format, ReadOptions, Runtime, Source};
use crate::telemetry::Metrics;

const INVENTORY: &str = r#"{"negative_list": {"name": "unsafe", "keywords": ["gun", "\"for free\""]}}
{"negative_list": {"name": "brands", "keywords": ["acme"]}}
{"negative_list": {"name": "unused", "keywords": ["nothing"]}}
{"group": {"id": "g", "status": "PAUSED", "end_time": "2031-01-01T00:00:00Z", "targeting": "age >= 21", "negatives": ["used"], "negative_lists": ["unsafe"], "bid_micros": 7}}
{"listing": {"id": "shoes", "group": "g", "keywords": ["\"^running shoes$\"", {"text": "shoes", "match_type": "PHRASE", "bid_micros": 3, "anchor_end": true}, "/sho+es/", "[running  shoes]"], "negatives": ["-cheap"], "negative_lists": ["brands", "unsafe"], "targeting": "country == \"US\"", "bid_micros": 2, "quality": 0.5, "start_time": "2030-01-01T00:00:00Z", "payload": "buy"}}
{"listing": {"id": "hats", "keywords": ["hats"]}}
{"listing": {"id": "boots", "group": "g", "keywords": ["boots"]}}
"#;

/// A service over this inventory.
fn service(inventory: &'static str) -> Inventory {
    let metrics = Arc::new(Metrics::new());
    let source = Source::from_text("test", Format::JsonLines, inventory);
    let runtime = Runtime::new(vec![source], ReadOptions::default(), metrics);
    let facts =
        Facts { limits: Vec::new(), server_version: "1.2.3", started_at: SystemTime::UNIX_EPOCH };
    let (catalog, reload) = (runtime.catalog.clone(), runtime.reload.clone());
    let service = Inventory::new(catalog, reload, runtime.readiness.clone(), facts);
    runtime.load_and_end();
    service
}

fn keyword(text: &str, match_type: v1::MatchType) -> v1::Keyword {
    v1::Keyword { text: text.to_owned(), match_type: match_type.into(), ..v1::Keyword::default() }
}

fn names(lists: &[v1::NegativeList]) -> Vec<&str> {
    lists.iter().map(|list| list.name.as_str()).collect()
}

#[test]
fn a_listing_is_read_back_with_every_field() {
    let service = service(INVENTORY);
    let ask = |listing_id: &str, include_shared| {
        let listing_id = listing_id.to_owned();
        service.listing(&v1::GetListingRequest { listing_id, include_shared }).expect("it exists")
    };
    let reply = ask("shoes", false);
    assert!(reply.version.is_some_and(|version| version.generation.len() == 16));
    assert!(reply.group.is_none() && reply.negative_lists.is_empty());
    let mut listing = reply.listing.expect("a listing");
    listing.negative_lists.sort();
    let anchored = v1::Keyword {
        bid_micros: Some(3),
        anchor_end: true,
        ..keyword("shoes", v1::MatchType::Phrase)
    };
    let expected = v1::Listing {
        id: "shoes".to_owned(),
        group: "g".to_owned(),
        keywords: vec![
            keyword("running shoes", v1::MatchType::Exact),
            anchored,
            keyword("sho+es", v1::MatchType::Regex),
            keyword("running  shoes", v1::MatchType::Exact),
        ],
        negatives: vec![keyword("cheap", v1::MatchType::Broad)],
        negative_lists: vec!["brands".to_owned(), "unsafe".to_owned()],
        targeting: "country == \"US\"".to_owned(),
        bid_micros: Some(2),
        quality: Some(0.5),
        status: v1::Status::Active.into(),
        start_time: Some(prost_types::Timestamp { seconds: 1_893_456_000, nanos: 0 }),
        end_time: None,
        payload: b"buy".to_vec(),
    };
    assert_eq!(listing, expected);

    let plain = ask("hats", true);
    let listing = plain.listing.expect("a listing");
    assert_eq!(
        (listing.group.as_str(), listing.quality, listing.bid_micros),
        ("", Some(1.0), None)
    );
    assert!(plain.group.is_none() && plain.negative_lists.is_empty());
}

#[test]
fn what_a_listing_shares_with_others_comes_on_request() {
    let service = service(INVENTORY);
    let ask = |listing_id: &str| {
        let listing_id = listing_id.to_owned();
        let request = v1::GetListingRequest { listing_id, include_shared: true };
        service.listing(&request).expect("it exists")
    };
    let reply = ask("shoes");
    let expected = v1::Group {
        id: "g".to_owned(),
        status: v1::Status::Paused.into(),
        start_time: None,
        end_time: Some(prost_types::Timestamp { seconds: 1_924_992_000, nanos: 0 }),
        targeting: "age >= 21".to_owned(),
        negatives: vec![keyword("used", v1::MatchType::Broad)],
        negative_lists: vec!["unsafe".to_owned()],
        bid_micros: Some(7),
    };
    assert_eq!(reply.group, Some(expected));
    assert_eq!(names(&reply.negative_lists), ["brands", "unsafe"], "each once, by name");
    assert_eq!(reply.negative_lists[0].negatives, [keyword("acme", v1::MatchType::Broad)]);
    assert_eq!(names(&ask("boots").negative_lists), ["unsafe"], "those of its group");
}

#[test]
fn listings_come_page_by_page() {
    let service = service(INVENTORY);
    let ask = |group: &str, page_token: &str| {
        let (group, page_token) = (group.to_owned(), page_token.to_owned());
        let request = v1::ListListingsRequest { page_size: 1, page_token, group };
        service.listings(&request).expect("a page")
    };
    for (group, expected) in [("", &["boots", "hats", "shoes"][..]), ("g", &["boots", "shoes"])] {
        let mut ids = Vec::new();
        let mut token = String::new();
        loop {
            let page = ask(group, &token);
            assert!(page.version.is_some_and(|version| version.generation.len() == 16));
            assert!(page.listings.len() <= 1);
            ids.extend(page.listings.into_iter().map(|listing| listing.id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(ids, expected, "{group:?}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let check = |refused: Result<(), Refusal>, code, reason: &str| {
        let status = Status::from(refused.expect_err(reason));
        assert_eq!(status.code(), code, "{reason}");
        assert_eq!(status.get_details_error_info().expect("an ErrorInfo").reason, reason);
    };
    let listing = |service: &Inventory, id: &str| {
        let listing_id = id.to_owned();
        let request = v1::GetListingRequest { listing_id, ..v1::GetListingRequest::default() };
        service.listing(&request).map(drop)
    };
    let page = |service: &Inventory, page_token: &str| {
        let page_token = page_token.to_owned();
        let request = v1::ListListingsRequest { page_token, ..v1::ListListingsRequest::default() };
        service.listings(&request).map(drop)
    };
    let (full, none) = (service(INVENTORY), service("no JSON"));
    check(listing(&full, "sandals"), Code::NotFound, "LISTING_NOT_FOUND");
    check(listing(&full, ""), Code::InvalidArgument, "FIELD_INVALID");
    check(listing(&none, "shoes"), Code::Unavailable, "INVENTORY_NOT_LOADED");
    check(page(&full, "shoes"), Code::InvalidArgument, "FIELD_INVALID");
    check(page(&none, ""), Code::Unavailable, "INVENTORY_NOT_LOADED");
}

#[test]
fn the_status_counts_everything_and_lists_the_warnings() {
    let status = service(INVENTORY).status();
    let counts = status.counts.expect("an inventory is served");
    assert_eq!((counts.listings, counts.keywords, counts.groups), (3, 5, 1));
    assert_eq!((counts.negatives, counts.negative_lists), (6, 3));
    assert_eq!((counts.regexes, counts.targetings), (1, 2));
    assert_eq!(counts.duplicate_keywords, 1);

    let warnings = status.warnings.expect("an inventory is served");
    let duplicates = warnings.counts.iter().find(|count| count.code == "DUPLICATE_KEYWORD");
    assert_eq!(duplicates.map(|count| count.count), Some(1), "{warnings:?}");
    let warning = warnings.warnings.iter().find(|warning| warning.code == "DUPLICATE_KEYWORD");
    let warning = warning.expect("the first of each are listed");
    let place = (warning.source.as_str(), warning.line, warning.field.as_str());
    assert_eq!((place, warning.id.as_str()), (("test", 5, "keywords[3]"), "shoes"));
    assert!(!warning.message.is_empty());
    let total: u64 = warnings.counts.iter().map(|count| count.count).sum();
    assert_eq!(status.reloads[0].warnings_total, total);

    let none = service("no JSON").status();
    assert!(none.warnings.is_none() && none.counts.is_none());
    assert_eq!(none.reloads[0].warnings_total, 0);
}
