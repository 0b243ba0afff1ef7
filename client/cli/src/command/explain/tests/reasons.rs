//! Every reason: the whole output about a listing, the line about it in an answer, and its JSON.

use broadside_client::{
    AttributeValue, Keyword, Level, ListingExplanation, MatchType, Miss, NearestKeyword, Obstacle,
    Outcome, SeenAttribute, Span, TextExplanation,
};

use super::super::{exit_of_listing, exit_of_text, human_listing, human_text, json};
use super::{TEXT, explained, group, keyword, matched, version};
use crate::failure::Exit;
use crate::paint::{ColorChoice, Paint};
use crate::time;

/// The first line is the text, the last one the version, and in between is `expected`; `line` is what an answer says of
/// the listing; `expected_json` is the listing.
fn check(outcome: Outcome, marked: &str, expected: &str, line: &str, expected_json: &str) {
    let plain = Paint::new(ColorChoice::Never, false, None, None);
    let listing = explained("l1", outcome);
    let one = ListingExplanation { version: version(), listing: listing.clone() };
    assert_eq!(
        human_listing(TEXT, &one, plain),
        format!("{marked}\n{expected}\ninventory 9d3f00aa12345678+3\n")
    );
    assert_eq!(
        json::listing(TEXT, &one),
        format!(
            concat!(
                r#"{{"text":"cheap running shoes","listing":{},"#,
                r#""generation":"9d3f00aa12345678","sequence":3}}"#,
                "\n"
            ),
            expected_json
        )
    );
    let missed = matches!(listing.outcome, Outcome::Missed(_));
    assert_eq!(exit_of_listing(&one), if missed { Exit::No } else { Exit::Done });
    if missed {
        let text = TextExplanation { misses: vec![listing], ..TextExplanation::default() };
        assert_eq!(exit_of_text(&text), Exit::No);
        let text = human_text(TEXT, &text, plain);
        assert!(text.contains(&format!("\n  l1  {line}\n")), "{text}");
    }
}

#[test]
fn a_match() {
    check(
        matched(),
        "cheap [running shoes]",
        "\
l1 matches by its PHRASE keyword \"running shoes$\".
  keyword  keywords[2]
  score    1080000
  own bid  900000
",
        "",
        concat!(
            r#"{"listing_id":"l1","matched":true,"score":1080000.0,"match_type":"PHRASE","keyword_index":2,"#,
            r#""keyword":{"text":"running shoes","notation":"\"running shoes$\"","bid_micros":900000},"#,
            r#""spans":[{"start":6,"end":19}]}"#
        ),
    );
}

#[test]
fn no_such_listing() {
    check(
        Outcome::Missed(Miss::NotFound),
        TEXT,
        "l1 does not match: the inventory has no listing of this id.\n",
        "the inventory has no listing of this id",
        r#"{"listing_id":"l1","matched":false,"reason":"NOT_FOUND"}"#,
    );
}

#[test]
fn a_work_limit_and_a_reason_of_a_newer_server() {
    check(
        Outcome::Missed(Miss::Incomplete),
        TEXT,
        "Whether l1 matches is not known: a work limit stopped the search before it was found out.\n",
        "a work limit stopped the search before it was found out",
        r#"{"listing_id":"l1","matched":false,"reason":"INCOMPLETE"}"#,
    );
    check(
        Outcome::Missed(Miss::Unknown),
        TEXT,
        "l1 does not match: the reason is one that this version does not know; update it.\n",
        "the reason is one that this version does not know; update it",
        r#"{"listing_id":"l1","matched":false,"reason":"UNKNOWN"}"#,
    );
}

#[test]
fn paused() {
    check(
        Outcome::Missed(Miss::Paused { level: Level::Listing }),
        TEXT,
        "l1 does not match: it is paused.\n",
        "it is paused",
        r#"{"listing_id":"l1","matched":false,"reason":"PAUSED","group":null}"#,
    );
    check(
        Outcome::Missed(Miss::Paused { level: group() }),
        TEXT,
        "l1 does not match: its group summer is paused.\n",
        "its group summer is paused",
        r#"{"listing_id":"l1","matched":false,"reason":"PAUSED","group":"summer"}"#,
    );
}

#[test]
fn outside_a_flight() {
    let flight = |level, start: &str, end: &str| {
        let at = |text: &str| time::parse(text).ok();
        let as_of = at("2026-12-24T18:00:00.5Z");
        Outcome::Missed(Miss::OutsideFlight { level, start: at(start), end: at(end), as_of })
    };
    check(
        flight(Level::Listing, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        TEXT,
        "\
l1 does not match: its flight ended at 2026-12-01T00:00:00Z.
  start  2026-11-01T00:00:00Z
  end    2026-12-01T00:00:00Z
  as of  2026-12-24T18:00:00.500Z
",
        "its flight ended at 2026-12-01T00:00:00Z",
        concat!(
            r#"{"listing_id":"l1","matched":false,"reason":"OUTSIDE_FLIGHT","group":null,"#,
            r#""start_time":"2026-11-01T00:00:00Z","end_time":"2026-12-01T00:00:00Z","#,
            r#""as_of":"2026-12-24T18:00:00.500Z"}"#
        ),
    );
    check(
        flight(group(), "2027-01-01T00:00:00Z", ""),
        TEXT,
        "\
l1 does not match: the flight of its group summer begins at 2027-01-01T00:00:00Z.
  start  2027-01-01T00:00:00Z
  end    none
  as of  2026-12-24T18:00:00.500Z
",
        "the flight of its group summer begins at 2027-01-01T00:00:00Z",
        concat!(
            r#"{"listing_id":"l1","matched":false,"reason":"OUTSIDE_FLIGHT","group":"summer","#,
            r#""start_time":"2027-01-01T00:00:00Z","end_time":null,"as_of":"2026-12-24T18:00:00.500Z"}"#
        ),
    );
    // The flight ends at this very time.
    check(
        flight(Level::Listing, "", "2026-12-24T18:00:00.5Z"),
        TEXT,
        "\
l1 does not match: its flight ended at 2026-12-24T18:00:00.500Z.
  start  none
  end    2026-12-24T18:00:00.500Z
  as of  2026-12-24T18:00:00.500Z
",
        "its flight ended at 2026-12-24T18:00:00.500Z",
        concat!(
            r#"{"listing_id":"l1","matched":false,"reason":"OUTSIDE_FLIGHT","group":null,"#,
            r#""start_time":null,"end_time":"2026-12-24T18:00:00.500Z","as_of":"2026-12-24T18:00:00.500Z"}"#
        ),
    );
}

fn check_obstacle(keyword: Keyword, obstacle: Obstacle, rows: &str, nearest_json: &str) {
    let nearest = NearestKeyword { keyword_index: 4, keyword, obstacle };
    let reason = r#"{"listing_id":"l1","matched":false,"reason":"NO_KEYWORD","#;
    check(
        Outcome::Missed(Miss::NoKeyword(nearest)),
        TEXT,
        &format!("l1 does not match: none of its keywords matches.\n{rows}"),
        "none of its keywords matches",
        &format!("{reason}{nearest_json}}}"),
    );
}

#[test]
fn the_nearest_keyword_and_what_it_lacks() {
    check_obstacle(
        keyword("Trail shoes #map", MatchType::Broad),
        Obstacle::LackingTokens(vec!["trail".to_owned(), "#map".to_owned()]),
        "  nearest  Trail shoes #map  BROAD, keywords[4]\n  lacks    trail, #map\n",
        concat!(
            r##""match_type":"BROAD","keyword_index":4,"keyword":{"text":"Trail shoes #map","##,
            r##""notation":"Trail shoes #map","bid_micros":null},"obstacle":"LACKING_TOKENS","##,
            r##""lacking_tokens":["trail","#map"]"##
        ),
    );
}

#[test]
fn what_else_is_in_a_keywords_way() {
    let check = |keyword: Keyword, obstacle: Obstacle, shown: &str, but: &str| {
        let nearest_json = format!(
            r#""match_type":"{}","keyword_index":4,"keyword":{{"text":"{}","notation":{},"bid_micros":null}},"#,
            keyword.match_type,
            keyword.text,
            serde_json::Value::from(keyword.to_string())
        );
        let obstacle_json = format!(r#""obstacle":"{}","lacking_tokens":[]"#, obstacle.as_str());
        let rows = format!("  nearest  {shown}, keywords[4]\n  but      {but}\n");
        check_obstacle(keyword, obstacle, &rows, &format!("{nearest_json}{obstacle_json}"));
    };
    let phrase = || keyword("shoes running", MatchType::Phrase);
    check(
        phrase(),
        Obstacle::NotInOrder,
        "\"shoes running\"  PHRASE",
        "its words are not next to each other in this order",
    );
    check(
        Keyword { anchor_start: true, ..phrase() },
        Obstacle::NotInOrder,
        "\"^shoes running\"  PHRASE",
        "its words are not next to each other in this order at the text's start",
    );
    check(
        Keyword { anchor_end: true, ..phrase() },
        Obstacle::NotInOrder,
        "\"shoes running$\"  PHRASE",
        "its words are not next to each other in this order at the text's end",
    );
    check(
        keyword("running shoes", MatchType::Exact),
        Obstacle::MoreInText,
        "[running shoes]  EXACT",
        "the text has more words than these",
    );
    check(
        keyword("tor+ent", MatchType::Regex),
        Obstacle::NothingFound,
        "/tor+ent/  REGEX",
        "the expression finds nothing in the text",
    );
    check(
        phrase(),
        Obstacle::Unknown,
        "\"shoes running\"  PHRASE",
        "something is in its way that this version does not know; update it",
    );
}

#[test]
fn a_negative_that_matches() {
    let check = |level: Level, list: Option<&str>, clause: &str, rows: &str| {
        let blocked_json = format!(
            concat!(
                r#"{{"listing_id":"l1","matched":false,"reason":"BLOCKED","group":{},"negative_list":{},"#,
                r#""match_type":"EXACT","negative":{{"text":"cheap","notation":"[cheap]","bid_micros":null}},"#,
                r#""spans":[{{"start":0,"end":5}}]}}"#
            ),
            if level == Level::Listing { "null" } else { "\"summer\"" },
            list.map_or("null".to_owned(), |list| format!("\"{list}\"")),
        );
        let miss = Miss::Blocked {
            level,
            negative_list: list.map(str::to_owned),
            negative: keyword("cheap", MatchType::Exact),
            spans: vec![Span { start: 0, end: 5 }],
        };
        check(
            Outcome::Missed(miss),
            "[cheap] running shoes",
            &format!("l1 does not match: {clause}.\n  negative  -[cheap]  EXACT\n{rows}"),
            clause,
            &blocked_json,
        );
    };
    check(
        Level::Listing,
        None,
        "its negative -[cheap] matches",
        "  of        the listing itself\n",
    );
    check(
        group(),
        None,
        "the negative -[cheap] of its group summer matches",
        "  of        its group summer\n",
    );
    check(
        Level::Listing,
        Some("adult"),
        "the negative -[cheap] of its negative list adult matches",
        "  list      adult\n  of        the listing itself\n",
    );
    check(
        group(),
        Some("adult"),
        "the negative -[cheap] of its group summer's negative list adult matches",
        "  list      adult\n  of        its group summer\n",
    );
}

#[test]
fn a_targeting_that_is_not_true() {
    let seen =
        |name: &str, value: Option<AttributeValue>| SeenAttribute { name: name.to_owned(), value };
    check(
        Outcome::Missed(Miss::Targeting {
            level: Level::Listing,
            expression: "age >= 21 || \"vip\" in segments".to_owned(),
            is_error: false,
            attributes: vec![
                seen("age", Some(20.into())),
                seen("segments", Some(["a", "b"].into())),
            ],
        }),
        TEXT,
        "\
l1 does not match: its targeting is not true.
  failing part  age >= 21 || \"vip\" in segments
  age           20
  segments      [\"a\",\"b\"]
",
        "its targeting is not true: age >= 21 || \"vip\" in segments; age: 20; segments: [\"a\",\"b\"]",
        concat!(
            r#"{"listing_id":"l1","matched":false,"reason":"TARGETING","group":null,"#,
            r#""expression":"age >= 21 || \"vip\" in segments","is_error":false,"#,
            r#""attributes":[{"name":"age","value":20},{"name":"segments","value":["a","b"]}]}"#
        ),
    );
    check(
        Outcome::Missed(Miss::Targeting {
            level: group(),
            expression: "country == \"US\"".to_owned(),
            is_error: true,
            attributes: vec![seen("country", None)],
        }),
        TEXT,
        "\
l1 does not match: the targeting of its group summer is not true, since an attribute is missing or has a type that does not fit.
  failing part  country == \"US\"
  country       not sent
",
        "the targeting of its group summer is not true, since an attribute is missing or has a type that does not fit: country == \"US\"; country: not sent",
        concat!(
            r#"{"listing_id":"l1","matched":false,"reason":"TARGETING","group":"summer","#,
            r#""expression":"country == \"US\"","is_error":true,"#,
            r#""attributes":[{"name":"country","value":null}]}"#
        ),
    );
}
