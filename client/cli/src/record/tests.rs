//! What records look like, and that they can be loaded again.

use std::fs;

use broadside_client::{Group, Keyword, Listing, MatchType, NegativeList, Status};

use super::{group, listing, negative_list};
use crate::time;

fn keyword(text: &str, match_type: MatchType) -> Keyword {
    Keyword {
        text: text.to_owned(),
        match_type,
        bid_micros: None,
        anchor_start: false,
        anchor_end: false,
    }
}

fn bare() -> Listing {
    Listing {
        id: "l1".to_owned(),
        group: None,
        keywords: vec![keyword("shoes", MatchType::Broad)],
        negatives: Vec::new(),
        negative_lists: Vec::new(),
        targeting: String::new(),
        bid_micros: None,
        quality: 1.0,
        status: Status::Active,
        start_time: None,
        end_time: None,
        payload: Vec::new(),
    }
}

fn full() -> Listing {
    let at = |text| time::parse(text).ok();
    let anchored = Keyword { anchor_start: true, ..keyword("breaking news", MatchType::Phrase) };
    Listing {
        id: "l2".to_owned(),
        group: Some("g1".to_owned()),
        keywords: vec![
            Keyword { bid_micros: Some(0), ..keyword("-free \"shoes\"", MatchType::Broad) },
            anchored,
            Keyword { anchor_end: true, ..keyword("scores", MatchType::Phrase) },
            keyword("run(ning)?\\s+shoes", MatchType::Regex),
        ],
        negatives: vec![keyword("free shoes", MatchType::Exact)],
        negative_lists: vec!["adult".to_owned()],
        targeting: "age >= 21".to_owned(),
        bid_micros: Some(450_000),
        quality: 0.1,
        status: Status::Paused,
        start_time: at("2026-12-01T00:00:00.250Z"),
        end_time: at("2027-01-01T00:00:00Z"),
        payload: "{\"url\": \"…\"}".into(),
    }
}

fn campaign() -> Group {
    Group {
        id: "g1".to_owned(),
        status: Status::Active,
        start_time: time::parse("2026-12-01T00:00:00Z").ok(),
        end_time: None,
        targeting: "country == \"US\"".to_owned(),
        negatives: vec![keyword("trial", MatchType::Broad)],
        negative_lists: vec!["adult".to_owned()],
        bid_micros: Some(7),
    }
}

fn adult() -> NegativeList {
    NegativeList { name: "adult".to_owned(), negatives: vec![keyword("casino", MatchType::Phrase)] }
}

#[test]
fn what_is_absent_is_left_out() {
    assert_eq!(
        listing(&bare()),
        concat!(
            r#"{"listing":{"id":"l1","status":"ACTIVE","keywords":[{"text":"shoes","match_type":"BROAD"}],"#,
            r#""quality":1.0}}"#
        )
    );
}

#[test]
fn every_field_is_there() {
    assert_eq!(
        listing(&full()),
        concat!(
            r#"{"listing":{"id":"l2","group":"g1","status":"PAUSED","keywords":["#,
            r#"{"text":"-free \"shoes\"","match_type":"BROAD","bid_micros":0},"#,
            r#"{"text":"breaking news","match_type":"PHRASE","anchor_start":true},"#,
            r#"{"text":"scores","match_type":"PHRASE","anchor_end":true},"#,
            r#"{"text":"run(ning)?\\s+shoes","match_type":"REGEX"}],"#,
            r#""negatives":[{"text":"free shoes","match_type":"EXACT"}],"negative_lists":["adult"],"#,
            r#""targeting":"age >= 21","start_time":"2026-12-01T00:00:00.250Z","#,
            r#""end_time":"2027-01-01T00:00:00Z","bid_micros":450000,"quality":0.1,"#,
            r#""payload":"{\"url\": \"…\"}"}}"#
        )
    );
    assert_eq!(
        group(&campaign()),
        concat!(
            r#"{"group":{"id":"g1","status":"ACTIVE","negatives":[{"text":"trial","match_type":"BROAD"}],"#,
            r#""negative_lists":["adult"],"targeting":"country == \"US\"","start_time":"2026-12-01T00:00:00Z","#,
            r#""bid_micros":7}}"#
        )
    );
    assert_eq!(
        negative_list(&adult()),
        r#"{"negative_list":{"name":"adult","keywords":[{"text":"casino","match_type":"PHRASE"}]}}"#
    );
    let binary = Listing { payload: vec![0xff], ..bare() };
    assert!(listing(&binary).ends_with(r#","payload_base64":"/w=="}}"#));
}

#[test]
fn records_can_be_loaded_again() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("records.jsonl");
    let lines = [listing(&bare()), listing(&full()), group(&campaign()), negative_list(&adult())];
    fs::write(&path, lines.join("\n")).expect("it can be written");
    let name = path.to_str().expect("temporary names are UTF-8");
    let source = broadside_inventory::Source::parse(name).expect("the name is good");
    let loaded = broadside_inventory::read(&[source], &broadside_inventory::ReadOptions::default());
    let counts = loaded.expect("the records are good").index.counts();
    assert_eq!((counts.listings, counts.keywords, counts.groups), (2, 5, 1));
}
