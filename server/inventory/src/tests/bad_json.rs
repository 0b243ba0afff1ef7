//! JSON Lines that are refused: each field, each wrong value, and the column at which it is found.

use broadside_core::limits::{NEGATIVE_LISTS_REFERRED_MAX, NEGATIVES_MAX};

use crate::Format;
use crate::tests::{check, load, rejection};

fn json(text: &str, expected: &[&str]) {
    check(Format::JsonLines, text, expected);
}

/// One listing with a good id and this text after it.
fn listing(fields: &str, expected: &[&str]) {
    json(&format!(r#"{{"listing":{{"id":"l1",{fields}}}}}"#), expected);
}

#[test]
fn json_records() {
    json("", &["0:0  INVENTORY_EMPTY"]);
    json("\n\r\n  \n", &["0:0  INVENTORY_EMPTY"]);
    json("\n{\n", &["2:1  MALFORMED_JSON"]);
    json("{\"listing\": {\"id\": \"x\",}}", &["1:24  MALFORMED_JSON"]);
    json("{} {}", &["1:4  MALFORMED_JSON"]);
    json("{}", &["1:1 listing MISSING_FIELD"]);
    json("[]", &["1:1  WRONG_TYPE"]);
    json(" 5", &["1:2  WRONG_TYPE"]);
    json(r#"{"lsiting": {}}"#, &["1:2 lsiting UNKNOWN_FIELD"]);
    json(r#"{"id": "l1", "keywords": ["a"]}"#, &["1:2 id UNKNOWN_FIELD"]);
    json(r#"{"name": "n1", "keywords": ["a"]}"#, &["1:2 name UNKNOWN_FIELD"]);
    json(
        r#"{"listing": {"id":"a","keywords":["a"]}, "group": {"id":"g"}}"#,
        &["1:42 group DUPLICATE_FIELD"],
    );
    json(r#"{"listing": []}"#, &["1:13 listing WRONG_TYPE"]);
    json(
        r#"{"listing": {"id":"a","keywords":["a"]}, "listing": {}}"#,
        &["1:42 listing DUPLICATE_FIELD"],
    );
    json(r#"{"listing": {}}"#, &["1:13 id MISSING_FIELD", "1:13 keywords MISSING_FIELD"]);
}

#[test]
fn json_listings() {
    listing(r#""keywords":["a"],"keyword":1"#, &["1:40 keyword UNKNOWN_FIELD"]);
    listing(r#""keywords":["a"],"id":"l2""#, &["1:40 id DUPLICATE_FIELD"]);
    listing(r#""keywords":["a"],"targetting":"x""#, &["1:40 targetting UNKNOWN_FIELD"]);
    listing(r#""keywords":["a"],"targeting":5"#, &["1:52 targeting WRONG_TYPE"]);
    listing(r#""keywords":["a"],"targeting":")""#, &["1:53 targeting TARGETING_INVALID"]);
    listing(r#""keywords":["a"],"negative_lists":"n""#, &["1:57 negative_lists WRONG_TYPE"]);
    listing(r#""keywords":["a"],"negative_lists":["n",5]"#, &["1:62 negative_lists[1] WRONG_TYPE"]);
    listing(r#""keywords":["a"],"negative_lists":["n",""]"#, &["1:62 negative_lists[1] EMPTY"]);
    let many = vec![r#""n""#; NEGATIVE_LISTS_REFERRED_MAX + 50].join(",");
    listing(
        &format!(r#""keywords":["a"],"negative_lists":[{many}]"#),
        &["1:57 negative_lists TOO_LONG"],
    );
    listing(r#""keywords":"a""#, &["1:34 keywords WRONG_TYPE"]);
    listing(r#""keywords":[]"#, &["1:34 keywords NO_KEYWORD"]);
    listing(r#""keywords":["-a"]"#, &["1:34 keywords NO_KEYWORD"]);
    listing(r#""keywords":["a"],"group":null"#, &["1:48 group WRONG_TYPE"]);
    listing(r#""keywords":["a"],"group":"""#, &["1:48 group EMPTY"]);
}

#[test]
fn json_values_of_a_listing() {
    listing(r#""keywords":["a"],"bid_micros":"5""#, &["1:53 bid_micros WRONG_TYPE"]);
    listing(r#""keywords":["a"],"bid_micros":-1"#, &["1:53 bid_micros OUT_OF_RANGE"]);
    listing(r#""keywords":["a"],"bid_micros":1.5"#, &["1:53 bid_micros OUT_OF_RANGE"]);
    listing(
        r#""keywords":["a"],"bid_micros":9223372036854775808"#,
        &["1:53 bid_micros OUT_OF_RANGE"],
    );
    listing(r#""keywords":["a"],"quality":true"#, &["1:50 quality WRONG_TYPE"]);
    listing(r#""keywords":["a"],"quality":-1"#, &["1:50 quality SCORE_NOT_FINITE"]);
    listing(r#""keywords":["a"],"quality":1e999"#, &["1:50 quality SCORE_NOT_FINITE"]);
    listing(r#""keywords":["a"],"status":"active""#, &["1:49 status UNKNOWN_VALUE"]);
    listing(r#""keywords":["a"],"start_time":"noon""#, &["1:53 start_time INVALID_TIME"]);
    listing(
        r#""keywords":["a"],"end_time":"2026-13-01T00:00:00Z""#,
        &["1:51 end_time INVALID_TIME"],
    );
    listing(
        r#""keywords":["a"],"start_time":"2026-01-02T00:00:00Z","end_time":"2026-01-01T00:00:00Z""#,
        &["1:87 end_time ENDS_BEFORE_START"],
    );
    listing(r#""keywords":["a"],"payload":{"a":1}"#, &["1:50 payload WRONG_TYPE"]);
    listing(r#""keywords":["a"],"payload":"\ud800""#, &["1:57 payload MALFORMED_JSON"]);
    let long = "x".repeat(70_000);
    listing(&format!(r#""keywords":["a"],"payload":"{long}""#), &["1:50 payload TOO_LONG"]);
    json(r#"{"listing":{"id":"","keywords":["a"]}}"#, &["1:18 id EMPTY"]);
    json(r#"{"listing":{"id":7,"keywords":["a"]}}"#, &["1:18 id WRONG_TYPE"]);
}

#[test]
fn json_keywords() {
    listing(r#""keywords":["a",5]"#, &["1:39 keywords[1] WRONG_TYPE"]);
    listing(r#""keywords":["-b","a","!"]"#, &["1:44 keywords[2] KEYWORD_EMPTY"]);
    listing(r#""keywords":["a"],"negatives":["-b","-"]"#, &["1:58 negatives[1] KEYWORD_EMPTY"]);
    listing(r#""keywords":["a","/re+/"]"#, &["1:41 keywords[1] REGEX_NEEDS_LITERAL"]);
    listing(
        r#""keywords":[{"text":"a","match_type":"REGEX"}]"#,
        &["1:44 keywords[0] REGEX_NEEDS_LITERAL"],
    );
    listing(
        r#""keywords":[{"text":"a","match_type":"EXAKT"}]"#,
        &["1:60 keywords[0].match_type UNKNOWN_VALUE"],
    );
    listing(
        r#""keywords":[{"txt":"a"}]"#,
        &["1:36 keywords[0].txt UNKNOWN_FIELD", "1:35 keywords[0].text MISSING_FIELD"],
    );
    listing(r#""keywords":[{"text":"a","text":"b"}]"#, &["1:47 keywords[0].text DUPLICATE_FIELD"]);
    listing(
        r#""keywords":[{"text":"a","bid_micros":-1}]"#,
        &["1:60 keywords[0].bid_micros OUT_OF_RANGE"],
    );
    listing(
        r#""keywords":["a",{"text":"-b","bid_micros":1}]"#,
        &["1:65 keywords[1].bid_micros BID_ON_NEGATIVE"],
    );
    listing(
        r#""keywords":["a"],"negatives":[{"text":"b","bid_micros":1}]"#,
        &["1:78 negatives[0].bid_micros BID_ON_NEGATIVE"],
    );
    for text in [r#""text":"\"a\"""#, r#""text":"a","match_type":"EXACT""#] {
        let fields = format!(r#""keywords":[{{"anchor_end":true,{text}}}]"#);
        listing(&fields, &["1:49 keywords[0].anchor_end CONFLICTING_VALUE"]);
    }
    let long = vec!["w"; 256].join(" ");
    listing(&format!(r#""keywords":["{long}"]"#), &["1:35 keywords[0] KEYWORD_TOO_MANY_TOKENS"]);
}

#[test]
fn json_groups() {
    let group = |fields: &str, expected: &[&str]| {
        json(&format!(r#"{{"group":{{"id":"g1",{fields}}}}}"#), expected);
    };
    json(r#"{"group":"g1"}"#, &["1:10 group WRONG_TYPE"]);
    json(r#"{"group":{}}"#, &["1:10 id MISSING_FIELD"]);
    json(r#"{"group":{"id":""}}"#, &["1:16 id EMPTY"]);
    json("{\"group\":{\"id\":\"g1\"}}\n{\"group\":{\"id\":\"g1\"}}", &["2:16 id DUPLICATE_ID"]);
    group(r#""keywords":["a"]"#, &["1:21 keywords UNKNOWN_FIELD"]);
    group(r#""bid":5"#, &["1:21 bid UNKNOWN_FIELD"]);
    group(r#""id":"g2""#, &["1:21 id DUPLICATE_FIELD"]);
    group(r#""bid_micros":-1"#, &["1:34 bid_micros OUT_OF_RANGE"]);
    group(r#""status":"ON""#, &["1:30 status UNKNOWN_VALUE"]);
    group(r#""targeting":"a && ""#, &["1:39 targeting TARGETING_INVALID"]);
    group(r#""negatives":["-a","!"]"#, &["1:39 negatives[1] KEYWORD_EMPTY"]);
    group(
        r#""negatives":[{"text":"a","bid_micros":1}]"#,
        &["1:59 negatives[0].bid_micros BID_ON_NEGATIVE"],
    );
    group(r#""negative_lists":[""]"#, &["1:39 negative_lists[0] EMPTY"]);
    group(
        r#""start_time":"2026-01-02T00:00:00Z","end_time":"2026-01-01T00:00:00Z""#,
        &["1:68 end_time ENDS_BEFORE_START"],
    );
}

#[test]
fn an_object_that_cannot_be_read_to_its_end_has_that_one_fault() {
    json(
        r#"{"listing":{"id":"l1","colour":1,"keywords":["a"],"\ud800":1}}"#,
        &["1:58 listing MALFORMED_JSON"],
    );
    json(r#"{"colour":1,"listing":{},"\ud800":1}"#, &["1:33  MALFORMED_JSON"]);
    json(
        r#"{"listing":{"id":"l1","keywords":["a",{"text":"b","colour":1,"\ud800":1}]}}"#,
        &["1:69 keywords[1] MALFORMED_JSON"],
    );
}

#[test]
fn json_negative_lists() {
    let list = |fields: &str, expected: &[&str]| {
        json(&format!(r#"{{"negative_list":{{"name":"n1",{fields}}}}}"#), expected);
    };
    json(r#"{"negative_list":[]}"#, &["1:18 negative_list WRONG_TYPE"]);
    json(r#"{"negative_list":{}}"#, &["1:18 name MISSING_FIELD", "1:18 keywords MISSING_FIELD"]);
    json(r#"{"negative_list":{"name":"","keywords":[]}}"#, &["1:26 name EMPTY"]);
    let twice = "{\"negative_list\":{\"name\":\"n1\",\"keywords\":[]}}\n".repeat(2);
    json(&twice, &["2:26 name DUPLICATE_ID"]);
    list(r#""keywords":[],"negatives":[]"#, &["1:45 negatives UNKNOWN_FIELD"]);
    list(r#""keywords":["a","-!"]"#, &["1:47 keywords[1] KEYWORD_EMPTY"]);
    list(r#""keywords":["/a+/"]"#, &["1:45 keywords[0] REGEX_NEEDS_LITERAL"]);
    list(
        r#""keywords":[{"text":"a","bid_micros":1}]"#,
        &["1:68 keywords[0].bid_micros BID_ON_NEGATIVE"],
    );
    let many = vec![r#""a""#; NEGATIVES_MAX + 50].join(",");
    list(&format!(r#""keywords":[{many}]"#), &["1:42 keywords TOO_LONG"]);
}

/// A listing with this text is refused at the byte after the mark, whose place in the line escapes move.
fn marked(text: &str, reason: &str) {
    let text = format!(r#"{{"listing":{{"id":"l1",{text}}}}}"#);
    let (before, after) = text.split_once('¦').expect("a mark");
    let rejection = rejection(load(Format::JsonLines, &format!("{before}{after}")));
    let found: Vec<(u64, &str)> =
        rejection.bad_records.iter().map(|bad| (bad.column, bad.reason.as_str())).collect();
    assert_eq!(found, [(before.len() as u64 + 1, reason)], "{text}\n{rejection}");
}

#[test]
fn a_fault_inside_an_expression_is_found_in_the_line() {
    for targeting in [
        r#"¦)"#,
        r#"a == 1 && ¦)"#,
        r#"country == \"US\" && ¦)"#,
        r#"city == \"Z\u00fcrich\" && ¦)"#,
        r#"city == \"Zürich\" && ¦)"#,
        r#"face == \"\ud83d\ude00\u0041\" && ¦)"#,
        r#"a == 1\n&&\t¦)"#,
        r#"a == 1 &&¦"#,
    ] {
        marked(&format!(r#""keywords":["a"],"targeting":"{targeting}""#), "TARGETING_INVALID");
    }
    for keyword in [
        r#""/¦(abc/""#,
        r#"" - /abc¦(d/ ""#,
        r#""/\\d\u00e9¦(abc/""#,
        r#"{"text":"-/a\\/¦(abc/"}"#,
        r#"{"match_type":"REGEX","text":"\/\\w¦(abc\/"}"#,
    ] {
        marked(&format!(r#""keywords":["a"],"negatives":[{keyword}]"#), "REGEX_INVALID");
        marked(&format!(r#""keywords":["a",{keyword}]"#), "REGEX_INVALID");
    }
    let rejection = rejection(load(
        Format::JsonLines,
        r#"{"listing":{"id":"l1","keywords":["/ab\\u00e9(/"],"targeting":"é == \"1\" && )"}}"#,
    ));
    let messages: Vec<&str> =
        rejection.bad_records.iter().map(|bad| bad.message.as_str()).collect();
    assert!(messages[0].contains("at byte "), "{messages:?}");
    assert!(messages[1].contains("at character 1 of the expression"), "{messages:?}");
}

#[test]
fn all_that_is_wrong_with_a_record_is_said_at_once() {
    let text = r#"{"listing":{"id":"l1","colour":1,"keywords":["a","/b/","!",3],"bid_micros":-1}}"#;
    let expected = [
        "1:23 colour UNKNOWN_FIELD",
        "1:60 keywords[3] WRONG_TYPE",
        "1:76 bid_micros OUT_OF_RANGE",
        "1:52 keywords[1] REGEX_NEEDS_LITERAL",
        "1:56 keywords[2] KEYWORD_EMPTY",
    ];
    json(text, &expected);
    let rejection = rejection(load(Format::JsonLines, text));
    assert_eq!((rejection.bad_records_total, rejection.records), (1, 1), "it is one record");
    let values: Vec<&str> = rejection.bad_records.iter().map(|bad| bad.value.as_str()).collect();
    assert_eq!(values, ["1", "3", "-1", "/b/", "!"]);
}
