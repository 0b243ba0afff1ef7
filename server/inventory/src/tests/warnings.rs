//! What is said of an inventory that is good and probably has a mistake.

use crate::limits::WARNINGS_MAX;
use crate::tests::{load, source};
use crate::{Format, Loaded, ReadOptions, Warning, read};

fn json(lines: &[&str]) -> Loaded {
    load(Format::JsonLines, &lines.join("\n")).unwrap_or_else(|error| panic!("{error}"))
}

/// `source:line id field CODE`, the form of an expectation.
fn brief(warning: &Warning) -> String {
    let Warning { source, line, code, field, id, .. } = warning;
    format!("{source}:{line} {id} {field} {code}")
}

fn check(loaded: &Loaded, expected: &[&str]) {
    let warnings = &loaded.warnings;
    let found: Vec<String> = warnings.warnings.iter().map(brief).collect();
    assert_eq!(found, expected, "{warnings:#?}");
    assert_eq!(warnings.total(), expected.len() as u64);
}

#[test]
fn each_code_has_its_record_and_field() {
    check(&json(&[r#"{"listing":{"id":"l1","keywords":["a b","-c"]}}"#]), &[]);
    check(
        &json(&[
            r#"{"negative_list":{"name":"n1","keywords":["b"]}}"#,
            "",
            r#"{"group":{"id":"g1","targeting":"a == 1 && a == 2","end_time":"2026-01-01T00:00:00Z"}}"#,
            r#"{"listing":{"id":"l1","keywords":["c","a b"],"negative_lists":["n1"]}}"#,
            r#"{"listing":{"id":"l2","keywords":["a b","b a"]}}"#,
            r#"{"listing":{"id":"l3","keywords":["a"],"group":"g1","start_time":"2027-01-01T00:00:00Z"}}"#,
        ]),
        &[
            "test.jsonl:3 g1 targeting TARGETING_NEVER_TRUE",
            "test.jsonl:4 l1 keywords[1] NEGATIVE_BLOCKS_KEYWORD",
            "test.jsonl:5 l2 keywords[1] DUPLICATE_KEYWORD",
            "test.jsonl:6 l3 end_time NEVER_IN_FLIGHT",
        ],
    );
}

#[test]
fn all_are_counted_and_the_first_are_described() {
    let lines = (0..WARNINGS_MAX + 20)
        .map(|nth| format!(r#"{{"listing":{{"id":"{nth}","keywords":["a b","b a"]}}}}"#));
    let lines: Vec<String> = lines.collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let warnings = json(&lines).warnings;
    assert_eq!(warnings.counts, [("DUPLICATE_KEYWORD", WARNINGS_MAX as u64 + 20)]);
    assert_eq!(warnings.total(), WARNINGS_MAX as u64 + 20);
    assert_eq!(warnings.warnings.len(), WARNINGS_MAX);
}

#[test]
fn each_source_is_named() {
    let sources = [
        source(Format::KeywordList, "a\n"),
        source(Format::Csv, "listing_id,keyword\nl1,b c\nl2,a\nl2,b c\nl2,c b\n"),
        source(Format::JsonLines, r#"{"listing":{"id":"l3","keywords":["-b","a b"]}}"#),
    ];
    check(
        &read(&sources, &ReadOptions::default()).expect("good input"),
        &[
            "test.csv:3 l2 keywords[2] DUPLICATE_KEYWORD",
            "test.jsonl:1 l3 keywords[0] NEGATIVE_BLOCKS_KEYWORD",
        ],
    );
}
