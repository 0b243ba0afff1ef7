//! What a check prints: good, bad and doubtful files, for people and for programs.

use std::time::Duration;

use broadside_inventory::{Format, Loaded, ReadError, ReadOptions, Rejection, Source, read};

use super::{exit, human, json};
use crate::failure::Exit;
use crate::paint::{ColorChoice, Paint};

const GOOD: &str = r#"{"listing": {"id": "a", "keywords": ["[gift]", "gift card", "-free"]}}"#;
const BAD: &str = "{\"listing\": {\"id\": \"a\", \"keywords\": [\"gift\", \"!\\u001b\"]}}\n{\"listing\": {\"keywords\": [\"b\"]}}";
const WARNED: &str = r#"{"negative_list": {"name": "n", "keywords": ["used"]}}
{"group": {"id": "g", "negative_lists": ["n"], "targeting": "a == 1 && a == 2"}}
{"listing": {"id": "a", "group": "g", "keywords": ["gift card", "card gift", "used \u001bcard"]}}
{"listing": {"id": "b", "keywords": ["gift", "[gift]", "/gifts?/", "GIFT"]}}"#;
const TIME: Duration = Duration::from_millis(1_250);

fn check(text: impl Into<String>) -> Result<Loaded, Rejection> {
    let source = Source::from_text("shop.jsonl", Format::JsonLines, text.into().leak());
    read(&[source], &ReadOptions::default()).map_err(|error| match error {
        ReadError::Rejected(rejection) => rejection,
        ReadError::Unreadable { .. } => panic!("a text can be read"),
    })
}

fn plain(outcome: &Result<Loaded, Rejection>, warnings_denied: bool) -> String {
    let paint = Paint::new(ColorChoice::Never, false, None, None);
    human::report(outcome, TIME, warnings_denied, paint)
}

fn value(outcome: &Result<Loaded, Rejection>) -> serde_json::Value {
    serde_json::from_str(&json::report(outcome, TIME)).expect("it is JSON")
}

#[test]
fn a_good_file_for_people_and_programs() {
    let outcome = check(GOOD);
    let text = plain(&outcome, true);
    let expected = "good: 1 listing, 2 keywords, 1 negative, 0 duplicates merged; 1 record of 70 B in 1.25 s\ngeneration ";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
    let value = value(&outcome);
    assert_eq!((&value["good"], &value["listings"]), (&true.into(), &1.into()));
    assert_eq!((&value["groups"], &value["warnings_total"]), (&0.into(), &0.into()));
    assert_eq!(value["warnings"], serde_json::json!({"counts": [], "warnings": []}));
    assert_eq!(value["seconds"], 1.25);
    assert!(text.contains(value["generation"].as_str().expect("it is a text")));
    assert_eq!((exit(&outcome, false), exit(&outcome, true)), (Exit::Done, Exit::Done));
}

#[test]
fn a_bad_file_for_people_and_programs() {
    let outcome = check(BAD);
    let text = plain(&outcome, false);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("shop.jsonl:1:"), "{text}");
    assert!(lines[0].contains(": keywords[1]: ") && lines[0].contains("(KEYWORD_EMPTY)"), "{text}");
    assert!(
        lines[1].starts_with("shop.jsonl:2:") && lines[1].contains("(MISSING_FIELD)"),
        "{text}"
    );
    assert_eq!(lines[2], "2 bad records of 2 records in 1.25 s; nothing of it would be loaded");
    assert!(!text.contains('\x1b'), "control characters are harmless");
    let value = value(&outcome);
    assert_eq!((&value["good"], &value["bad_records_total"]), (&false.into(), &2.into()));
    assert_eq!(value["bad_records"][0]["field"], "keywords[1]");
    assert_eq!((value.get("generation"), value.get("warnings")), (None, None));
    assert_eq!((exit(&outcome, false), exit(&outcome, true)), (Exit::No, Exit::No));
}

#[test]
fn warnings_are_told_after_the_verdict_by_code() {
    let outcome = check(WARNED);
    let text = plain(&outcome, false);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 8, "{text}");
    assert_eq!(lines[1], "1 group, 1 negative list, 1 targeting, 1 regular expression");
    assert_eq!(
        lines[3],
        "4 warnings: 1 NEGATIVE_BLOCKS_KEYWORD, 2 DUPLICATE_KEYWORD, 1 TARGETING_NEVER_TRUE"
    );
    for (line, start, end) in [
        (lines[4], "shop.jsonl:3: a: keywords[2]: ", " (NEGATIVE_BLOCKS_KEYWORD)"),
        (lines[5], "shop.jsonl:3: a: keywords[1]: ", " (DUPLICATE_KEYWORD)"),
        (lines[6], "shop.jsonl:4: b: keywords[3]: ", " (DUPLICATE_KEYWORD)"),
        (lines[7], "shop.jsonl:2: g: targeting: ", " (TARGETING_NEVER_TRUE)"),
    ] {
        assert!(line.starts_with(start) && line.ends_with(end), "{line}");
    }
    assert!(!text.contains('\x1b'), "control characters are harmless");

    let value = value(&outcome);
    assert_eq!((&value["good"], &value["warnings_total"]), (&true.into(), &4.into()));
    let counts = &value["warnings"]["counts"];
    assert_eq!(counts[1], serde_json::json!({"code": "DUPLICATE_KEYWORD", "count": 2}));
    let first = &value["warnings"]["warnings"][0];
    assert_eq!(
        (&first["id"], &first["line"]),
        (&"g".into(), &2.into()),
        "in the order of the input"
    );
    for (name, count) in [("groups", 1), ("negative_lists", 1), ("targetings", 1), ("regexes", 1)] {
        assert_eq!(value[name], count, "{name}");
    }
}

#[test]
fn warnings_may_be_denied() {
    let outcome = check(WARNED);
    assert_eq!((exit(&outcome, false), exit(&outcome, true)), (Exit::Done, Exit::No));
    assert!(!plain(&outcome, false).contains("denied"));
    assert!(plain(&outcome, true).ends_with("\nwarnings are denied\n"));
}

#[test]
fn warnings_that_are_not_described_are_counted() {
    let lines = (0..130)
        .map(|id| format!(r#"{{"listing": {{"id": "{id}", "keywords": ["a b", "b a"]}}}}"#));
    let outcome = check(lines.collect::<Vec<String>>().join("\n"));
    let text = plain(&outcome, false);
    assert!(text.contains("\n130 warnings: 130 DUPLICATE_KEYWORD\n"), "{text}");
    assert!(text.ends_with("\n… 30 more (DUPLICATE_KEYWORD)\n"), "{text}");
    assert_eq!(text.matches("shop.jsonl:").count(), 100);
    assert_eq!(value(&outcome)["warnings_total"], 130);
}
