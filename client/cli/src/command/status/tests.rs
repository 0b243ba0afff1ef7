//! What a status looks like.

use std::time::{Duration, SystemTime};

use broadside_client::{
    BadRecord, Counts, Limit, MemoryPart, ReloadOutcome, ReloadRecord, ServerStatus, Serving,
    Version, Warning, WarningCount, Warnings,
};

use super::{human, json};
use crate::paint::{ColorChoice, Paint};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_737_600 + seconds)
}

fn status() -> ServerStatus {
    let version = Version { generation: "9d3f00aa12345678".to_owned(), sequence: 0 };
    let part = |name: &str, bytes| MemoryPart { name: name.to_owned(), bytes };
    ServerStatus {
        serving: Serving::Serving,
        version: Some(version.clone()),
        sources: vec!["/data/shop.jsonl".to_owned()],
        published_at: Some(at(2)),
        counts: Counts {
            listings: 2_000,
            keywords: 7_500,
            groups: 12,
            negative_lists: 3,
            regexes: 5,
            targetings: 7,
            ..Counts::default()
        },
        warnings: Warnings {
            counts: vec![WarningCount { code: "NEVER_IN_FLIGHT".to_owned(), count: 2 }],
            warnings: vec![Warning {
                source: "/data/shop.jsonl".to_owned(),
                line: 9,
                code: "NEVER_IN_FLIGHT".to_owned(),
                field: "end_time".to_owned(),
                id: "l1".to_owned(),
                message: "ends before its group starts".to_owned(),
            }],
        },
        memory: vec![part("edges", 3 << 20), part("texts", 1 << 10)],
        reloads: vec![
            ReloadRecord {
                started_at: Some(at(60)),
                duration: Duration::from_millis(250),
                cause: "sighup".to_owned(),
                outcome: ReloadOutcome::Rejected,
                version: None,
                message: "1 bad record".to_owned(),
                bad_records_total: 1,
                bad_records: vec![BadRecord {
                    source: "/data/shop.jsonl".to_owned(),
                    line: 7,
                    column: 12,
                    field: "keywords[2]".to_owned(),
                    reason: "KEYWORD_EMPTY".to_owned(),
                    message: "has no word in it".to_owned(),
                    value: "\"\x1b!\"".to_owned(),
                }],
                warnings_total: 0,
            },
            ReloadRecord {
                started_at: Some(at(0)),
                duration: Duration::from_secs(2),
                cause: "start".to_owned(),
                outcome: ReloadOutcome::Published,
                version: Some(version),
                message: String::new(),
                bad_records_total: 0,
                bad_records: Vec::new(),
                warnings_total: 2,
            },
        ],
        limits: vec![Limit { name: "max_text_bytes".to_owned(), value: 65_536 }],
        server_version: "0.1.0".to_owned(),
        started_at: Some(at(0)),
    }
}

#[test]
fn for_people() {
    let plain = Paint::new(ColorChoice::Never, false, None, None);
    let expected = "\
SERVING  broadside-server 0.1.0, started 2026-11-27T00:00:00Z, 2m 05s ago
version 9d3f00aa12345678+0, published 2026-11-27T00:00:02Z, 2m 03s ago
source  /data/shop.jsonl

counts
  listings                      2,000
  keywords                      7,500
  negatives                         0
  duplicate keywords, merged        0
  distinct words                    0
  distinct patterns                 0
  distinct regular expressions      5
  distinct targetings               7
  groups                           12
  negative lists                    3

warnings
  NEVER_IN_FLIGHT  2
  /data/shop.jsonl:9: l1: end_time: ends before its group starts (NEVER_IN_FLIGHT)
  … 1 more

memory
  edges  3.0 MiB
  texts  1.0 KiB
  total  3.0 MiB

last reloads, newest first
  2026-11-27T00:01:00Z  sighup  REJECTED   250 ms                      1 bad record
  2026-11-27T00:00:00Z  start   PUBLISHED  2.00 s  9d3f00aa12345678+0  2 warnings

the newest reload was refused
  1 bad record
  /data/shop.jsonl:7:12: keywords[2]: has no word in it (KEYWORD_EMPTY) \"\u{fffd}!\"

limits
  max_text_bytes  65,536
";
    assert_eq!(human(&status(), at(125), plain), expected);
}

#[test]
fn before_the_first_load_there_is_less_to_say() {
    let plain = Paint::new(ColorChoice::Never, false, None, None);
    let text = human(&ServerStatus::default(), at(0), plain);
    assert!(text.starts_with("UNKNOWN  broadside-server , started never\n\ncounts\n"), "{text}");
    assert!(!text.contains("version"), "{text}");
    assert!(!text.contains("memory"), "{text}");
    assert!(!text.contains("warnings"), "{text}");
}

#[test]
fn for_programs() {
    let value: serde_json::Value =
        serde_json::from_str(&json::status(&status())).expect("it is JSON");
    assert_eq!(value["serving"], "SERVING");
    assert_eq!(value["version"]["generation"], "9d3f00aa12345678");
    assert_eq!(value["published_at"], "2026-11-27T00:00:02Z");
    assert_eq!(value["counts"]["keywords"], 7_500);
    assert_eq!(value["counts"]["groups"], 12);
    assert_eq!(value["counts"]["negative_lists"], 3);
    assert_eq!(value["counts"]["regexes"], 5);
    assert_eq!(value["counts"]["targetings"], 7);
    assert_eq!(value["warnings"]["counts"][0]["count"], 2);
    assert_eq!(value["warnings"]["warnings"][0]["line"], 9);
    assert_eq!(value["reloads"][1]["warnings_total"], 2);
    assert_eq!(value["memory"][0]["bytes"], 3 << 20);
    assert_eq!(value["reloads"][0]["bad_records"][0]["line"], 7);
    assert_eq!(value["reloads"][0]["version"], serde_json::Value::Null);
    assert_eq!(value["reloads"][1]["seconds"], 2.0);
    assert_eq!(value["limits"]["max_text_bytes"], 65_536);
}
