//! Exports of Google Ads Editor in their documented shape: every encoding, what becomes of each kind of row, and what is
//! refused.

use std::io::Write as _;

use broadside_core::{Attributes, Index, Query, Scratch, TextLimits, Time, match_batch};
use sha2::{Digest, Sha256};

use crate::limits::VALUE_BYTES_MAX;
use crate::tests::{brief, load, rejection};
use crate::{BadRecord, Format, Loaded, ReadError, ReadOptions, Source, read};

mod refused;
mod rows;
mod soup;

/// Some of the hundred columns of an export, in its order.
const COLUMNS: [&str; 25] = [
    "Account",
    "Campaign",
    "Labels",
    "Campaign Type",
    "Budget",
    "Start Date",
    "End Date",
    "Ad Group",
    "Max CPC",
    "Ad Group Type",
    "ID",
    "Location",
    "Criterion Type",
    "Account keyword type",
    "Keyword",
    "Final URL",
    "Ad type",
    "Headline 1",
    "Shared set name",
    "Shared set type",
    "Campaign Status",
    "Ad Group Status",
    "Status",
    "Approval Status",
    "Comment",
];

/// A row with some of its cells filled, by the name of their column.
type Filled<'a> = &'a [(&'a str, &'a str)];

/// An export of these rows.
fn export(rows: &[Filled<'_>], separator: char, line_end: &str) -> String {
    let cell = |text: &str| {
        let quoted = text.contains([separator, '"', '\n']);
        if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    };
    let row = |cells: Vec<String>| cells.join(&separator.to_string()) + line_end;
    let mut text = row(COLUMNS.map(str::to_owned).to_vec());
    for filled in rows {
        for (name, _) in *filled {
            assert!(COLUMNS.contains(name), "{name}");
        }
        let found = |column: &str| filled.iter().find(|(name, _)| *name == column);
        let cells =
            COLUMNS.map(|column| found(column).map_or_else(String::new, |(_, text)| cell(text)));
        text.push_str(&row(cells.to_vec()));
    }
    text
}

fn tabs(rows: &[Filled<'_>]) -> String {
    export(rows, '\t', "\r\n")
}

/// A row of a keyword or negative.
fn keyword<'a>(ad_group: &'a str, keyword: &'a str, criterion: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("Campaign", "Shoes"),
        ("Ad Group", ad_group),
        ("Keyword", keyword),
        ("Criterion Type", criterion),
    ]
}

/// The same, with another cell.
fn and<'a>(row: &[(&'a str, &'a str)], column: &'a str, cell: &'a str) -> Vec<(&'a str, &'a str)> {
    [row, &[(column, cell)]].concat()
}

fn loaded(text: &str) -> Loaded {
    load(Format::Csv, text).unwrap_or_else(|error| panic!("{error}"))
}

fn load_file(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Loaded, ReadError> {
    let dir = tempfile::tempdir().expect("a directory for the test");
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("a file for the test");
    read(&[Source::parse(path.to_str().expect("UTF-8")).expect("a known extension")], options)
}

/// The matches of a text at a time, as `listing score` separated by commas.
fn matches_at(index: &Index, text: &str, seconds: i64) -> String {
    let at = Time { seconds, nanos: 0 };
    let mut scratch = Scratch::new(TextLimits::default());
    let attributes = Attributes { shared: &[], own: &[] };
    match_batch(
        index,
        &[Query { text, limit: 10, max_per_group: 0, at, attributes }],
        &mut scratch,
    );
    let answer = scratch.answers().next().expect("one query, one answer");
    let hits =
        answer.hits.iter().map(|hit| format!("{} {}", index.listing_id(hit.listing), hit.score));
    hits.collect::<Vec<_>>().join(", ")
}

/// The same in 2026.
fn matches(index: &Index, text: &str) -> String {
    matches_at(index, text, 1_770_000_000)
}

/// What is wrong, as `line column REASON`, each where its cell stands.
fn faults(text: &str, result: Result<Loaded, ReadError>) -> Vec<String> {
    let bad_records = rejection(result).bad_records;
    let fault = |bad: &BadRecord| {
        let nth = COLUMNS.iter().position(|column| *column == bad.field);
        if let Some(nth) = nth.filter(|_| bad.column > 0) {
            let line = usize::try_from(bad.line).expect("a short text");
            let line = text.lines().nth(line - 1).expect("the line is there");
            let cells: Vec<&str> = line.split('\t').take(nth).collect();
            let start: usize = cells.iter().map(|cell| cell.len() + 1).sum();
            assert_eq!(bad.column, start as u64 + 1, "{bad}");
        }
        assert!(bad.message.len() > 20 && bad.value.len() <= VALUE_BYTES_MAX, "{bad}");
        format!("{} {} {}", bad.line, bad.field, bad.reason)
    };
    bad_records.iter().map(fault).collect()
}

/// The rows are refused for exactly these reasons.
fn check(rows: &[Filled<'_>], expected: &[&str]) {
    let text = tabs(rows);
    assert_eq!(faults(&text, load(Format::Csv, &text)), expected, "{text}");
}

#[test]
fn every_encoding_and_separator_is_read_alike() {
    let rows: [Filled<'_>; 4] = [
        &[
            ("Campaign", "Schuhe, \"gut\""),
            ("Campaign Type", "Search"),
            ("Campaign Status", "Enabled"),
        ],
        &[("Campaign", "Schuhe, \"gut\""), ("Ad Group", "Größe\n42"), ("Max CPC", "0.50")],
        &[
            ("Campaign", "Schuhe, \"gut\""),
            ("Ad Group", "Größe\n42"),
            ("Ad type", "Responsive search ad"),
        ],
        &[
            ("Campaign", "Schuhe, \"gut\""),
            ("Ad Group", "Größe\n42"),
            ("Keyword", "rote schuhe 👟"),
            ("Criterion Type", "Exact"),
            ("Final URL", "https://example.com/größe?a=1,2"),
        ],
    ];
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    for (separator, line_end) in [('\t', "\r\n"), ('\t', "\n"), (',', "\r\n"), (',', "\n")] {
        let text = export(&rows, separator, line_end);
        for (name, bytes) in [
            ("UTF-16LE.csv", utf16(&text, u16::to_le_bytes)),
            ("UTF-16BE.tsv", utf16(&text, u16::to_be_bytes)),
            ("UTF-8.csv", text.clone().into_bytes()),
            ("UTF-8-with-mark.tsv", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ] {
            let loaded = load_file(name, &bytes, &ReadOptions::default());
            let loaded = loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
            let id = "Schuhe, \"gut\" > Größe\n42 > [rote schuhe 👟]";
            assert_eq!(matches(&loaded.index, "Rote Schuhe 👟"), format!("{id} 500000"), "{name}");
            let listing = loaded.index.find_listing(id).expect("it matched");
            assert_eq!(loaded.index.payload(listing), "https://example.com/größe?a=1,2".as_bytes());
            assert_eq!((loaded.ignored_rows, loaded.bytes), (1, bytes.len() as u64), "{name}");
            let hash = Sha256::digest(&bytes);
            assert!(
                loaded.generation.starts_with(&format!("{:02x}{:02x}", hash[0], hash[1])),
                "{name}"
            );
        }
    }
}

#[test]
fn packed_exports_and_our_own_columns_with_tabs() {
    let text = tabs(&[&keyword("Boots", "boots", "Broad")]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("memory can be written");
    let packed = packed.finish().expect("memory can be written");
    let loaded =
        load_file("export.tsv.gz", &packed, &ReadOptions::default()).expect("a good export");
    assert_eq!(matches(&loaded.index, "boots"), "Shoes > Boots > boots 0");

    let own = "\u{feff}listing_id\tkeyword\tbid_micros\nl1\t[a, b]\t5\n";
    let loaded = self::loaded(own);
    assert_eq!(matches(&loaded.index, "a b"), "l1 5");
}

#[test]
fn headers_are_read_as_the_editor_reads_them() {
    for (header, row) in [
        ("campaign,AD_GROUP,keyword,criteriontype", "c,g,a,exact"),
        ("Campaign name,Ad group name,Keyword,Match type", "c,g,a,Exact match"),
        ("Keyword,Type,Ad group,Campaign", "a,Exact,g,c"),
        ("Campaign,Ad Group,Keyword,Type,Criterion Type", "c,g,a,Broad,Exact"),
        ("Campaign\tAd Group\tKeyword\tKeyword\u{a0}Type\tKeyword#Original", "c\tg\ta\tExact\tb"),
    ] {
        let loaded = loaded(&format!("{header}\n{row}\n"));
        assert_eq!(matches(&loaded.index, "a"), "c > g > [a] 0", "{header}");
    }
    for (header, expected) in [
        ("Campaign,Ad Group,Keyword\nc,g,a\n", &["1:1 Criterion Type MISSING_FIELD"][..]),
        ("Campaign,Ad Group,Criterion Type\n", &["1:1 Keyword MISSING_FIELD"]),
        (
            "Ad Group,Keyword\ng,a\n",
            &["1:1 Campaign MISSING_FIELD", "1:1 Criterion Type MISSING_FIELD"],
        ),
        ("Campaign,Keyword,Criterion Type,campaign\n", &["1:33 Campaign DUPLICATE_FIELD"]),
        // Our own, with a column too many.
        ("listing_id,keyword,Campaign\n", &["1:20 campaign UNKNOWN_FIELD"]),
    ] {
        let found = rejection(load(Format::Csv, header)).bad_records;
        let found: Vec<String> = found.iter().map(brief).collect();
        assert_eq!(found, expected, "{header}");
    }
}
