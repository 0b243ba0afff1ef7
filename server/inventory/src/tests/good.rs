//! What is read: every field of every format, every packing, and the name of the content.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use broadside_core::{Attribute, Attributes, Index, Query, Scratch, TextLimits, Time, match_batch};

use crate::tests::{load, source};
use crate::{Format, Loaded, Progress, ReadError, ReadOptions, Source, read, read_with_progress};

const LIST: &str = "running shoes\n[trail shoes]\n\n\"shoe shop\"\n";

/// The matches of a text in 2026, as `listing score type` separated by commas.
pub(super) fn matches(index: &Index, text: &str) -> String {
    matches_for(index, text, &[])
}

/// The same for somebody with these attributes.
pub(super) fn matches_for(index: &Index, text: &str, own: &[Attribute<'_>]) -> String {
    let at = Time { seconds: 1_770_000_000, nanos: 0 };
    let mut scratch = Scratch::new(TextLimits::default());
    let attributes = Attributes { shared: &[], own };
    let query = Query { text, limit: 10, max_per_group: 0, at, attributes };
    match_batch(index, &[query], &mut scratch);
    let answer = scratch.answers().next().expect("one query, one answer");
    let hits = answer
        .hits
        .iter()
        .map(|hit| format!("{} {} {}", index.listing_id(hit.listing), hit.score, hit.match_type));
    hits.collect::<Vec<_>>().join(", ")
}

fn loaded(format: Format, text: &str) -> Loaded {
    load(format, text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn json_lines() {
    let text = concat!(
        "\u{feff}",
        r#"{"listing": {"id": "l1", "group": "g1", "keywords": ["[running shoes]", "\"trail shoes\"", "cheap shoes", "#,
        r#""-free", {"text": "[gift]", "bid_micros": 900000}], "bid_micros": 450000, "quality": 2, "status": "ACTIVE", "#,
        r#""start_time": "2026-01-01T00:00:00Z", "end_time": "2027-01-01T00:00:00+01:00", "payload": "p\u00e9"}}"#,
        "\r\n\r\n",
        r#"{"listing": {"id": "l2", "keywords": [{"text": "[gift] card", "match_type": "PHRASE", "anchor_start": true}], "#,
        r#""negatives": ["free", "-\"no cards\"", {"text": "lost"}], "bid_micros": 7}}"#,
        "\n",
        r#"{"listing": {"id": "l3", "keywords": ["gift"], "status": "PAUSED"}}"#,
        "\n",
        r#"{"listing": {"id": "l4", "keywords": ["gift"], "end_time": "2026-01-01T00:00:00Z"}}"#,
        "\n",
        r#"{"group": {"id": "g1"}}"#,
    );
    let loaded = loaded(Format::JsonLines, text);
    assert_eq!((loaded.records, loaded.bytes), (5, text.len() as u64));
    assert_eq!(loaded.sources, ["test.jsonl"]);
    let counts = loaded.index.counts();
    assert_eq!((counts.listings, counts.keywords, counts.negatives), (4, 7, 4));
    for (text, expected) in [
        ("running shoes", "l1 900000 EXACT"),
        ("new running shoes", ""),
        ("new trail shoes", "l1 900000 PHRASE"),
        ("free trail shoes", ""),
        ("gift", "l1 1800000 EXACT"),
        ("gift card shop", "l2 7 PHRASE"),
        ("a gift card", ""),
        ("gift card no cards", ""),
        ("gift card lost", ""),
    ] {
        assert_eq!(matches(&loaded.index, text), expected, "{text}");
    }
}

#[test]
fn a_phrase_with_both_anchors_is_an_exact() {
    let text = r#"{"listing": {"id": "l1", "keywords": [{"text": "gift [card]", "match_type": "PHRASE",
        "anchor_start": true, "anchor_end": true}]}}"#;
    let loaded = loaded(Format::JsonLines, &text.replace('\n', " "));
    assert_eq!(matches(&loaded.index, "gift card"), "l1 0 EXACT");
    assert_eq!(matches(&loaded.index, "gift card shop"), "");
}

#[test]
fn keyword_list() {
    let loaded = loaded(Format::KeywordList, LIST);
    assert_eq!(loaded.records, 3);
    assert_eq!(matches(&loaded.index, "running my shoes"), "1 0 BROAD");
    assert_eq!(matches(&loaded.index, "trail shoes"), "2 0 EXACT");
    assert_eq!(matches(&loaded.index, "the shoe shop"), "4 0 PHRASE");
}

#[test]
fn csv() {
    let text = "\u{feff}Quality,KEYWORD,listing_id,match_type,bid_micros,payload,end_time\r\n\
                2,[a b],l1,,5,\"p,\"\"q\"\"\",2027-01-01T00:00:00Z\r\n\
                ,-c,l1,,,,\r\n\
                2,[d],l1,broad,7,,\r\n\
                ,e f,l1,NEGATIVE_PHRASE,,,\r\n\
                ,\"g\n\nh\",l2, exact ,9,,\r\n\
                ,,,,,,\r\n";
    let loaded = loaded(Format::Csv, text);
    assert_eq!(loaded.records, 2, "adjacent rows of one listing are one record");
    for (text, expected) in [
        ("a b", "l1 10 EXACT"),
        ("a b c", ""),
        ("x d", "l1 14 BROAD"),
        ("d e f", ""),
        ("d f e", "l1 14 BROAD"),
        ("g h", "l2 9 EXACT"),
    ] {
        assert_eq!(matches(&loaded.index, text), expected, "{text}");
    }
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("memory can be written")
}

fn written(dir: &Path, name: &str, bytes: &[u8]) -> Source {
    let path = dir.join(name);
    fs::write(&path, bytes).expect("a file for the test");
    Source::parse(path.to_str().expect("UTF-8")).expect("a known extension")
}

#[test]
fn packing_changes_neither_content_nor_generation() {
    let dir = tempfile::tempdir().expect("a directory for the test");
    let (head, tail) = LIST.as_bytes().split_at(10);
    let sources = [
        written(dir.path(), "a.txt", LIST.as_bytes()),
        written(dir.path(), "a.txt.gz", &gz(LIST.as_bytes())),
        written(dir.path(), "b.txt.gz", &[gz(head), gz(tail)].concat()),
        written(dir.path(), "a.txt.zst", &zst(LIST.as_bytes())),
        written(dir.path(), "b.txt.zst", &[zst(head), zst(tail)].concat()),
        source(Format::KeywordList, LIST),
    ];
    for source in sources {
        let loaded =
            read(std::slice::from_ref(&source), &ReadOptions::default()).expect("good input");
        // The head of what sha256sum says of the unpacked file.
        assert_eq!(loaded.generation, "ca5cdf298060728e", "{source}");
        assert_eq!(
            (loaded.index.counts().listings, loaded.bytes),
            (3, LIST.len() as u64),
            "{source}"
        );
        assert_eq!(loaded.sources, [source.name()]);
    }
    let other = loaded(Format::KeywordList, &LIST.replace("trail", "trial"));
    assert_ne!(other.generation, "ca5cdf298060728e");
}

#[test]
fn a_packed_file_cut_anywhere_is_refused() {
    let dir = tempfile::tempdir().expect("a directory for the test");
    for (name, packed) in
        [("cut.txt.gz", gz(LIST.as_bytes())), ("cut.txt.zst", zst(LIST.as_bytes()))]
    {
        for length in 0..packed.len() {
            let source = written(dir.path(), name, &packed[..length]);
            let error =
                read(std::slice::from_ref(&source), &ReadOptions::default()).expect_err(name);
            let ReadError::Unreadable { source: named, message } = &error else {
                panic!("{error}")
            };
            assert_eq!(named, source.name());
            assert!(message.contains("again"), "{length} bytes: {message}");
        }
    }
    for name in ["plain.txt.gz", "plain.txt.zst"] {
        let source = written(dir.path(), name, LIST.as_bytes());
        let error = read(&[source], &ReadOptions::default()).expect_err(name).to_string();
        assert!(error.contains("correct its name"), "{error}");
    }
}

#[test]
fn files_that_are_not_there() {
    let dir = tempfile::tempdir().expect("a directory for the test");
    fs::create_dir(dir.path().join("dir.csv")).expect("a directory for the test");
    for (name, advice) in [("none.csv", "does not exist"), ("dir.csv", "is a directory")] {
        let path = dir.path().join(name);
        let source = Source::parse(path.to_str().expect("UTF-8")).expect("a known extension");
        let error = read(&[source], &ReadOptions::default()).expect_err(name);
        assert!(matches!(error, ReadError::Unreadable { .. }), "{error}");
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[test]
fn several_sources_make_one_inventory() {
    let json = r#"{"listing": {"id": "l1", "keywords": ["gift"]}}"#;
    let sources = [
        source(Format::JsonLines, json),
        source(Format::Csv, "listing_id,keyword\nl2,gift\n"),
        source(Format::KeywordList, "gift"),
    ];
    let loaded = read(&sources, &ReadOptions::default()).expect("good input");
    assert_eq!(matches(&loaded.index, "gift"), "1 0 BROAD, l1 0 BROAD, l2 0 BROAD");
    assert_eq!(loaded.sources, ["test.jsonl", "test.csv", "test.txt"]);
}

#[test]
fn progress_is_told_and_ends_at_the_total() {
    let dir = tempfile::tempdir().expect("a directory for the test");
    let packed = gz("shoes\n".repeat(150_000).as_bytes());
    let source = written(dir.path(), "many.txt.gz", &packed);
    let mut seen: Vec<Progress> = Vec::new();
    let loaded = read_with_progress(&[source], &ReadOptions::default(), &mut |progress| {
        seen.push(progress);
    });
    assert_eq!(loaded.expect("good input").records, 150_000);
    assert_eq!(
        seen.iter().map(|told| told.records).collect::<Vec<_>>(),
        [65_536, 131_072, 150_000]
    );
    let last = seen.last().expect("told three times");
    assert_eq!(
        (last.bytes_read, last.bytes_total),
        (packed.len() as u64, Some(packed.len() as u64))
    );
}
