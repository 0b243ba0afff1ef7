//! What a listing looks like.

use broadside_client::{
    Group, Keyword, Listing, MatchType, NegativeList, Status, StoredListing, Version,
};

use super::{human, records};
use crate::paint::{ColorChoice, Paint};
use crate::time;

fn keyword(text: &str, match_type: MatchType, bid_micros: Option<i64>) -> Keyword {
    Keyword {
        text: text.to_owned(),
        match_type,
        bid_micros,
        anchor_start: false,
        anchor_end: false,
    }
}

fn bare() -> StoredListing {
    StoredListing {
        version: Version { generation: "9d3f00aa12345678".to_owned(), sequence: 3 },
        listing: Listing {
            id: "l1".to_owned(),
            group: None,
            keywords: vec![keyword("shoes", MatchType::Broad, None)],
            negatives: Vec::new(),
            negative_lists: Vec::new(),
            targeting: String::new(),
            bid_micros: None,
            quality: 1.0,
            status: Status::Active,
            start_time: None,
            end_time: None,
            payload: Vec::new(),
        },
        group: None,
        negative_lists: Vec::new(),
    }
}

fn full() -> StoredListing {
    let at = |text| time::parse(text).ok();
    let list = |name: &str, negative: &str| NegativeList {
        name: name.to_owned(),
        negatives: vec![keyword(negative, MatchType::Phrase, None)],
    };
    let StoredListing { version, listing, .. } = bare();
    StoredListing {
        version,
        listing: Listing {
            group: Some("summer".to_owned()),
            keywords: vec![
                keyword("running shoes", MatchType::Exact, Some(900_000)),
                keyword("run(ning)?\\s+shoes", MatchType::Regex, None),
            ],
            negatives: vec![keyword("free", MatchType::Broad, None)],
            negative_lists: vec!["adult".to_owned(), "rivals".to_owned()],
            targeting: "age >= 21".to_owned(),
            bid_micros: Some(450_000),
            quality: 0.25,
            status: Status::Paused,
            start_time: at("2026-12-01T00:00:00.250Z"),
            end_time: at("2027-01-01T00:00:00Z"),
            payload: b"{\"url\":\x1b\xff}".to_vec(),
            ..listing
        },
        group: Some(Group {
            id: "summer".to_owned(),
            status: Status::Active,
            start_time: None,
            end_time: at("2027-06-01T00:00:00Z"),
            targeting: "country == \"US\"".to_owned(),
            negatives: vec![keyword("trial", MatchType::Exact, None)],
            negative_lists: vec!["adult".to_owned()],
            bid_micros: Some(7),
        }),
        negative_lists: vec![list("adult", "casino"), list("rivals", "acme")],
    }
}

fn check(stored: &StoredListing, expected: &str) {
    let plain = Paint::new(ColorChoice::Never, false, None, None);
    assert_eq!(human(stored, plain), expected);
}

#[test]
fn a_listing_that_says_little() {
    check(
        &bare(),
        "\
listing l1
  status   ACTIVE
  group    none
  bid      its group's, or 0
  quality  1

keywords
  #  type   own bid  keyword
  0  BROAD           shoes

inventory 9d3f00aa12345678+3
",
    );
}

#[test]
fn a_listing_that_says_everything_and_what_it_shares() {
    check(
        &full(),
        "\
listing l1
  status          PAUSED
  group           summer
  bid             450000
  quality         0.25
  start           2026-12-01T00:00:00.250Z
  end             2027-01-01T00:00:00Z
  targeting       age >= 21
  negative lists  adult, rivals
  payload         10 B: {\"url\":\u{fffd}\u{fffd}}

keywords
  #  type   own bid  keyword
  0  EXACT   900000  [running shoes]
  1  REGEX           /run(ning)?\\s+shoes/

negatives
  -free

group summer
  status          ACTIVE
  bid             7
  end             2027-06-01T00:00:00Z
  targeting       country == \"US\"
  negative lists  adult

negatives of the group
  -[trial]

negative list adult
  -\"casino\"

negative list rivals
  -\"acme\"

inventory 9d3f00aa12345678+3
",
    );
}

#[test]
fn a_record_a_line_for_programs() {
    let kinds = |stored: &StoredListing| {
        let records = records(stored);
        assert!(records.ends_with('\n'));
        let kind = |line: &str| {
            let value: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
            let record = value.as_object().and_then(|record| record.iter().next());
            let (kind, fields) = record.expect("a record has one kind");
            let name = fields.get("id").or(fields.get("name")).and_then(|name| name.as_str());
            format!("{kind} {}", name.expect("it has an id or a name"))
        };
        records.lines().map(kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&bare()), ["listing l1"]);
    let expected = ["listing l1", "group summer", "negative_list adult", "negative_list rivals"];
    assert_eq!(kinds(&full()), expected);
}
