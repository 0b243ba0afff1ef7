//! What is refused, where it is said to be, and what may be left out.

use std::io::Write as _;

use broadside_core::limits::NEGATIVES_MAX;

use crate::limits::ADS_EDITOR_BYTES_MAX;
use crate::tests::ads_editor::{Filled, and, check, keyword, load_file, tabs};
use crate::tests::{brief, load, rejection, source};
use crate::{Format, ReadError, ReadOptions, read};

#[test]
fn bad_cells_are_found_where_they_stand() {
    let good = keyword("Boots", "boots", "Broad");
    let with = |column, cell| and(&good, column, cell);
    check(&[&keyword("Boots", "boots", "Braod")], &["2 Criterion Type UNKNOWN_VALUE"]);
    check(&[&keyword("Boots", "boots", "")], &["2 Criterion Type MISSING_FIELD"]);
    check(&[&keyword("Boots", "", "Broad")], &["2 Keyword MISSING_FIELD"]);
    check(&[&keyword("Boots", "!", "Broad")], &["2 Keyword KEYWORD_EMPTY"]);
    check(&[&keyword("Boots", "[boots]", "Broad")], &["2 Keyword CONFLICTING_VALUE"]);
    check(&[&keyword("", "boots", "Broad")], &["2 Ad Group MISSING_FIELD"]);
    check(&[&good[1..]], &["2 Campaign MISSING_FIELD"]);
    check(&[&with("Max CPC", "$1.50"), &good], &["2 Max CPC WRONG_TYPE"]);
    check(&[&with("Max CPC", "1,234")], &["2 Max CPC WRONG_TYPE"]);
    check(&[&with("Max CPC", "1.2345678")], &["2 Max CPC OUT_OF_RANGE"]);
    check(&[&with("Status", "Pasued")], &["2 Status UNKNOWN_VALUE"]);
    check(&[&with("Ad Group Status", "on")], &["2 Ad Group Status UNKNOWN_VALUE"]);
    check(&[&with("Campaign Status", "on")], &["2 Campaign Status UNKNOWN_VALUE"]);
    let long = "x".repeat(70_000);
    check(&[&with("Final URL", &long)], &["2 Final URL TOO_LONG"]);
    check(
        &[&good, &[("Campaign", "Shoes"), ("Start Date", "1/2/2026"), ("End Date", "never")]],
        &["3 Start Date INVALID_TIME", "3 End Date INVALID_TIME"],
    );
    check(
        &[
            &good,
            &[("Campaign", "Shoes"), ("Start Date", "2026-01-02"), ("End Date", "2026-01-01")],
        ],
        &["3 End Date ENDS_BEFORE_START"],
    );
    check(
        &[
            &with("Campaign Status", "Paused"),
            &and(&keyword("Clogs", "clogs", "Broad"), "Campaign Status", "Enabled"),
            &keyword("Clogs", "red clogs", "Broad"),
        ],
        &["3 Campaign Status CONFLICTING_VALUE"],
    );
    check(
        &[
            &good,
            &[("Campaign", "Shoes"), ("Ad Group", "Boots"), ("Max CPC", "1")],
            &[("Campaign", "Shoes"), ("Ad Group", "Boots"), ("Max CPC", "1.00")],
            &[("Campaign", "Shoes"), ("Ad Group", "Boots"), ("Max CPC", "2")],
        ],
        &["5 Max CPC CONFLICTING_VALUE"],
    );
    let removed = and(&keyword("Clogs", "clogs", "Broad"), "Status", "Removed");
    check(&[&good, &and(&removed, "Campaign Status", "on")], &["3 Campaign Status UNKNOWN_VALUE"]);
    check(
        &[
            &with("Account", "950-606"),
            &and(&keyword("Clogs", "clogs", "Broad"), "Account", "950-607"),
        ],
        &["3 Account CONFLICTING_VALUE"],
    );
    let uneven = tabs(&[&good]) + "Shoes\tBoots\n";
    let bad = rejection(load(Format::Csv, &uneven)).bad_records;
    assert_eq!(bad.iter().map(brief).collect::<Vec<_>>(), ["3:1  MALFORMED_CSV"]);
    assert!(
        bad[0].message.contains("2 cells where the header has 25; a cell with a tab"),
        "{}",
        bad[0]
    );
}

#[test]
fn bad_negatives_and_lists_are_found_where_they_stand() {
    let good = keyword("Boots", "boots", "Broad");
    let set = [("Shared set name", "s")];
    check(&[&good, &keyword("Boots", "!", "Negative Broad")], &["3 Keyword KEYWORD_EMPTY"]);
    check(&[&good, &keyword("", "!", "Campaign Negative Exact")], &["3 Keyword KEYWORD_EMPTY"]);
    check(&[&good, &keyword("Boots", "", "Negative Exact")], &["3 Keyword MISSING_FIELD"]);
    check(
        &[&good, &[("Keyword", "a"), ("Criterion Type", "Negative Exact")]],
        &["3 Campaign MISSING_FIELD"],
    );
    check(&[&good, &and(&set, "Campaign", "Shoes")], &["3 Shared set name UNKNOWN_REFERENCE"]);
    let names: Vec<String> = (0..=100).map(|nth| format!("s{nth}")).collect();
    let sets: Vec<[(&str, &str); 1]> =
        names.iter().map(|name| [("Shared set name", name.as_str())]).collect();
    let uses: Vec<_> = sets.iter().map(|set| and(set, "Campaign", "Shoes")).collect();
    let mut rows: Vec<Filled<'_>> = vec![&good];
    rows.extend(sets.iter().map(|set| &set[..]));
    rows.extend(uses.iter().map(|row| &row[..]));
    check(&rows, &["2 negative_lists TOO_LONG"]);
}

#[test]
fn only_a_bad_keyword_may_be_left_out() {
    let options = ReadOptions { max_rejected_records: 100 };
    let good = keyword("Boots", "boots", "Broad");
    let read_both = |row: Filled<'_>| read(&[source(Format::Csv, &tabs(&[&good, row]))], &options);
    for row in [
        &keyword("Boots", "!", "Broad")[..],
        &and(&keyword("Boots", "a", "Broad"), "Max CPC", "a"),
        &and(&keyword("Boots", "a", "Broad"), "Status", "a"),
        &keyword("", "a", "Broad"),
    ] {
        let loaded = read_both(row).unwrap_or_else(|error| panic!("{row:?}: {error}"));
        assert_eq!(
            (loaded.index.counts().listings, loaded.rejected.bad_records_total),
            (1, 1),
            "{row:?}"
        );
    }
    for row in [
        &keyword("Boots", "!", "Negative Broad")[..],
        &keyword("Boots", "a", "Braod"),
        &and(&keyword("Boots", "a", "Broad"), "Campaign Status", "a"),
        &and(&keyword("Boots", "a", "Broad"), "Ad Group Status", "a"),
        &and(&keyword("Boots", "a", "Negative Broad"), "Status", "a"),
        &[("Campaign", "Shoes"), ("End Date", "a")],
        &[("Campaign", "Shoes"), ("Ad Group", "Boots"), ("Max CPC", "a")],
        &[("Campaign", "Shoes"), ("Shared set name", "s")],
    ] {
        assert!(matches!(read_both(row), Err(ReadError::Rejected(_))), "{row:?}");
    }
}

#[test]
fn a_keyword_or_campaign_that_is_there_twice_names_its_first_use() {
    let boots = tabs(&[&keyword("Boots", "boots", "Broad")]);
    let clogs = tabs(&[&keyword("Clogs", "clogs", "Broad")]);
    let both = [&boots, &clogs].map(|text| source(Format::Csv, text));
    for (result, expected) in [
        (
            load(Format::Csv, &(boots.clone() + boots.lines().nth(1).expect("a row"))),
            "3:30 Keyword DUPLICATE_ID",
        ),
        (read(&both, &ReadOptions::default()), "2:2 Campaign DUPLICATE_ID"),
    ] {
        let [bad] = &rejection(result).bad_records[..] else { panic!("one record is bad") };
        assert_eq!(brief(bad), expected);
        assert!(
            bad.message.contains("by test.csv, line 2; a keyword stands once in its ad group"),
            "{bad}"
        );
    }
}

#[test]
fn bent_utf16_is_an_error_with_its_line() {
    let text = tabs(&[&keyword("Boots", "boots", "Broad"), &keyword("Boots", "clogs", "Broad")]);
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let marked = text.replace("clogs", "\u{d7ff}");
    let lone = marked.encode_utf16().map(|unit| if unit == 0xd7ff { 0xd800 } else { unit });
    let lone: Vec<u8> = std::iter::once(0xfeff).chain(lone).flat_map(u16::to_be_bytes).collect();
    for (bytes, expected) in [(&utf16[..utf16.len() - 1], "3:"), (&lone, "3:")] {
        let options = ReadOptions { max_rejected_records: 100 };
        let bad = rejection(load_file("export.csv", bytes, &options)).bad_records;
        let bad = bad.last().expect("it is bad");
        assert!(brief(bad).starts_with(expected) && bad.reason == "INVALID_UTF8", "{bad}");
        assert!(bad.message.contains("not UTF-16"), "{bad}");
    }
}

#[test]
fn what_is_held_until_the_end_is_bounded() {
    let header = "Campaign\tAd Group\tKeyword\tCriterion Type\n";
    let mut packed = zstd::stream::Encoder::new(Vec::new(), 1).expect("a level that there is");
    packed.write_all(header.as_bytes()).expect("memory can be written");
    let name = "x".repeat(8 * 1024 * 1024);
    for nth in 0..=ADS_EDITOR_BYTES_MAX / (2 * name.len()) {
        writeln!(packed, "{name}{nth}\tg\ta\tBroad").expect("memory can be written");
    }
    let packed = packed.finish().expect("memory can be written");
    let bad = rejection(load_file("export.csv.zst", &packed, &ReadOptions::default())).bad_records;
    assert_eq!(bad.iter().map(brief).collect::<Vec<_>>(), ["17:1  TOO_LONG"]);

    let row = "c\t\ta\tNegative Broad\n";
    let text = format!("{header}{}", row.repeat(NEGATIVES_MAX + 1_000));
    let bad = rejection(load(Format::Csv, &text)).bad_records;
    assert_eq!(bad.iter().map(brief).collect::<Vec<_>>(), ["2:0 Keyword TOO_LONG"]);
}
