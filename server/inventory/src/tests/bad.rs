//! Every reason for which a record is refused, where it is said to be, and what is refused beside it.

use broadside_core::Reason as IndexReason;
use broadside_core::limits::{LISTING_KEYWORDS_MAX, NEGATIVES_MAX};
use broadside_core::regexes::{RegexError, RegexReason};
use broadside_core::targeting::ExpressionsBuilder;

use crate::limits::{BAD_RECORDS_MAX, LINE_BYTES_MAX};
use crate::reason::Reason;
use crate::tests::{brief, check, load, rejection, source};
use crate::{Format, ReadError, ReadOptions, Source, read};

fn csv(text: &str, expected: &[&str]) {
    check(Format::Csv, text, expected);
}

fn list(text: &str, expected: &[&str]) {
    check(Format::KeywordList, text, expected);
}

#[test]
fn keyword_lists() {
    list("", &["0:0  INVENTORY_EMPTY"]);
    list("a\n\n  -b\n!\n", &["3:3 keyword NEGATIVE_ALONE", "4:1 keyword KEYWORD_EMPTY"]);
    list("a\n /b+/\n", &["2:3 keyword REGEX_NEEDS_LITERAL"]);
    list("a\n/abc(d/ \n", &["2:5 keyword REGEX_INVALID"]);
}

#[test]
fn csv_headers() {
    csv("", &["1:1 listing_id MISSING_FIELD"]);
    csv("listing_id,keyword\n", &["0:0  INVENTORY_EMPTY"]);
    csv("keyword\na\n", &["1:1 listing_id MISSING_FIELD"]);
    csv(
        "listing_id;keyword\n1;a\n",
        &[
            "1:1 listing_id;keyword UNKNOWN_FIELD",
            "1:1 listing_id MISSING_FIELD",
            "1:1 keyword MISSING_FIELD",
        ],
    );
    csv("listing_id,keyword,bid\n1,a,5\n", &["1:20 bid UNKNOWN_FIELD"]);
    csv("listing_id,keyword,Keyword\n1,a,5\n", &["1:20 keyword DUPLICATE_FIELD"]);
    csv("listing_id,keyword,targeting\n1,a,5\n", &["1:20 targeting UNKNOWN_FIELD"]);
}

#[test]
fn csv_rows() {
    let rows = |rows: &str, expected: &[&str]| {
        csv(&format!("listing_id,keyword,match_type,bid_micros,status,end_time\n{rows}"), expected);
    };
    rows("1,a,,\n", &["2:1  MALFORMED_CSV"]);
    rows("1,a,,,,\n,b,,,,\n", &["3:1 listing_id MISSING_FIELD"]);
    rows("1,a,,,,\n1,\"b\n,,,,\n", &["3:1  MALFORMED_CSV"]);
    rows("1,a,,1.5,,\n", &["2:6 bid_micros OUT_OF_RANGE"]);
    rows("1,a,,,,\n1,-b,,7,,\n", &["3:7 bid_micros BID_ON_NEGATIVE"]);
    rows("1,a+,regex,,,\n", &["2:3 keyword REGEX_NEEDS_LITERAL"]);
    rows("1,b,,,,\n1,a+,negative_regex,,,\n", &["3:3 keyword REGEX_NEEDS_LITERAL"]);
    rows("1,a,BORAD,,,\n", &["2:5 match_type UNKNOWN_VALUE"]);
    rows("1,/a+/,,,,\n", &["2:3 keyword REGEX_NEEDS_LITERAL"]);
    rows("1,a,,,ON,soon\n", &["2:7 status UNKNOWN_VALUE", "2:10 end_time INVALID_TIME"]);
    rows("1,a,,,PAUSED,\n1,b,,,,\n1,c,,,ACTIVE,\n", &["4:7 status CONFLICTING_VALUE"]);
    rows("1,a,,,,\n1,!,,,,\n", &["3:3 keyword KEYWORD_EMPTY"]);
    rows("1,-a,,,,\n", &["2:0 keyword NO_KEYWORD"]);
    rows("1,a,,,,\n2,a,,,,\n1,b,,,,\n", &["4:1 listing_id DUPLICATE_ID"]);
}

#[test]
fn lines_that_cannot_be_read() {
    for (name, bytes, expected) in [
        ("a.jsonl", &b"{}\n{\"\xff\n"[..], "2:3  INVALID_UTF8"),
        ("a.txt", b"a\nab\xc3\n", "2:3  INVALID_UTF8"),
        ("a.csv", b"listing_id,keyword\n1,a\n1,\xff\n", "3:3  INVALID_UTF8"),
        ("b.csv", b"\xff\xfel\0i\0s", "1:3  INVALID_UTF8"),
    ] {
        let dir = tempfile::tempdir().expect("a directory for the test");
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("a file for the test");
        let source = Source::parse(path.to_str().expect("UTF-8")).expect("a known extension");
        let rejection = rejection(read(&[source], &ReadOptions::default()));
        assert_eq!(rejection.bad_records.last().map(brief).as_deref(), Some(expected), "{name}");
    }
    let long = "x".repeat(LINE_BYTES_MAX + 1);
    list(&format!("a\n{long}\n!\n"), &["2:1  LINE_TOO_LONG", "3:1 keyword KEYWORD_EMPTY"]);
    csv(&format!("listing_id,keyword\n{long}\n"), &["2:1  LINE_TOO_LONG"]);
    let line = "x".repeat(LINE_BYTES_MAX / 2);
    csv(&format!("listing_id,keyword\n1,\"{line}\n{line}\n{line}\"\n"), &["2:1  MALFORMED_CSV"]);
}

#[test]
fn a_repeated_id_names_its_first_use() {
    let line = |id: &str| format!("{{\"listing\":{{\"id\":\"{id}\",\"keywords\":[\"a\"]}}}}\n");
    let first = source(Format::JsonLines, &format!("\n{}", line("2")));
    let cases = [
        (source(Format::JsonLines, &line("2")), "1:18 id DUPLICATE_ID", "id of its own"),
        (source(Format::KeywordList, "a\nb\n"), "2:0 id DUPLICATE_ID", "line numbers"),
        (
            source(Format::Csv, "listing_id,keyword\n2,a\n"),
            "2:1 listing_id DUPLICATE_ID",
            "next to each other",
        ),
    ];
    for (second, expected, advice) in cases {
        let rejection = rejection(read(&[first.clone(), second], &ReadOptions::default()));
        let [bad] = &rejection.bad_records[..] else { panic!("{rejection}") };
        assert_eq!(brief(bad), expected);
        assert_eq!(bad.value, "2");
        assert!(bad.message.contains("test.jsonl, line 2"), "{bad}");
        assert!(bad.message.contains(advice), "{bad}");
    }
}

#[test]
fn some_messages_word_by_word() {
    let cases = [
        (
            Format::JsonLines,
            r#"{"listing":{"id":"l1","keywords":["a"],"bid_mircos":5}}"#,
            "test.jsonl:1:40: `bid_mircos` is not a field of a listing; did you mean `bid_micros`? (UNKNOWN_FIELD)",
        ),
        (
            Format::JsonLines,
            r#"{"listing":{"id":"l1","keywords":["a"],"payload":{}}}"#,
            "test.jsonl:1:50: payload must be a string, not an object; send the payload as a string, and if it is \
             JSON, escape its quotation marks (WRONG_TYPE)",
        ),
        (
            Format::KeywordList,
            "",
            "test.txt: the inventory has no listing; name a source that has at least one (INVENTORY_EMPTY)",
        ),
    ];
    for (format, text, expected) in cases {
        let rejection = rejection(load(format, text));
        assert_eq!(rejection.bad_records[0].to_string(), expected);
    }
}

#[test]
fn the_report_is_bounded_and_the_count_is_not() {
    let rejection = rejection(load(Format::KeywordList, &"!\n".repeat(BAD_RECORDS_MAX + 500)));
    assert_eq!(rejection.bad_records.len(), BAD_RECORDS_MAX);
    assert_eq!(rejection.bad_records_total, 1_500);
    assert_eq!(rejection.records, 1_500);
    let one = format!(r#"{{"listing":{{"id":"l1","keywords":[{}1]}}}}"#, "1,".repeat(5_000));
    let rejection = self::rejection(load(Format::JsonLines, &one));
    assert_eq!((rejection.bad_records.len(), rejection.bad_records_total), (BAD_RECORDS_MAX, 1));
}

#[test]
fn an_endless_listing_is_refused_and_not_held() {
    let rows = "1,a\n".repeat(LISTING_KEYWORDS_MAX + 1_000);
    csv(&format!("listing_id,keyword\n{rows}"), &["2:0 keyword TOO_LONG"]);
    let rows = "1,-a\n".repeat(NEGATIVES_MAX + 1_000);
    csv(&format!("listing_id,keyword\n1,a\n{rows}"), &["2:0 keyword TOO_LONG"]);
}

#[test]
fn some_bad_records_may_be_left_out() {
    let options = |max_rejected_records| ReadOptions { max_rejected_records };
    let sources = [source(Format::KeywordList, "a\n!\n-b\nc\n")];
    let loaded = read(&sources, &options(2)).expect("two bad records are admitted");
    assert_eq!((loaded.index.counts().listings, loaded.records), (2, 4));
    assert_eq!(
        loaded.rejected.bad_records.iter().map(brief).collect::<Vec<_>>(),
        ["2:1 keyword KEYWORD_EMPTY", "3:1 keyword NEGATIVE_ALONE",]
    );
    assert!(matches!(read(&sources, &options(1)), Err(ReadError::Rejected(_))));

    let all_bad = read(&[source(Format::KeywordList, "!\n")], &options(5));
    assert_eq!(rejection(all_bad).bad_records[0].reason, "INVENTORY_EMPTY");
    assert_eq!(rejection(read(&[], &options(5))).bad_records[0].reason, "INVENTORY_EMPTY");
}

#[test]
fn what_may_belong_to_another_listing_refuses_the_inventory() {
    let options = ReadOptions { max_rejected_records: 100 };
    for text in [
        "listing_id,keyword,colour\n1,a,b\n",
        "listing_id,keyword\n1,a\n,-b\n",
        "listing_id,keyword\n1,a\n2,b\n1,c\n1,-d\n",
        "listing_id,keyword\n1,a\n1,\"-b\n",
    ] {
        let rejection = rejection(read(&[source(Format::Csv, text)], &options));
        assert_eq!(rejection.bad_records.len(), 1, "{text}");
    }
    let loaded = read(&[source(Format::Csv, "listing_id,keyword\n1,a\n1,!\n2,b\n")], &options);
    assert_eq!(loaded.expect("a bad row costs its listing").index.counts().listings, 1);
}

#[test]
fn every_reason_is_documented() {
    let regex = |reason| IndexReason::Regex(RegexError { position: 0, reason });
    let targeting = ExpressionsBuilder::new().add("(").expect_err("a parenthesis alone");
    let index = [
        IndexReason::Empty,
        IndexReason::TooLong(1),
        IndexReason::DuplicateId(1),
        IndexReason::NoKeyword,
        IndexReason::KeywordEmpty,
        IndexReason::KeywordTooManyTokens(1),
        IndexReason::ScoreNotFinite,
        IndexReason::EndsBeforeStart,
        IndexReason::TooManyRecords(1),
        IndexReason::UnknownGroup(String::new()),
        IndexReason::Targeting(targeting),
        regex(RegexReason::LookAround),
        regex(RegexReason::TooDeep),
        regex(RegexReason::TooLarge),
        regex(RegexReason::NeedsLiteral),
        regex(RegexReason::Budget),
    ];
    let codes = index.iter().map(IndexReason::code).chain(Reason::ALL.map(Reason::code));
    let mut documented: Vec<&str> = include_str!("../lib.rs")
        .lines()
        .skip_while(|line| *line != "//! # Reasons")
        .filter_map(|line| line.strip_prefix("//! | `")?.split_once("` |"))
        .map(|(code, _)| code)
        .filter(|code| !code.starts_with('.'))
        .collect();
    for code in codes {
        assert!(
            code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'8'),
            "{code}"
        );
        let row = documented.iter().position(|row| *row == code);
        documented.remove(row.unwrap_or_else(|| panic!("{code} is not in the table of reasons")));
    }
    assert!(documented.is_empty(), "in the table, but never given: {documented:?}");
}
