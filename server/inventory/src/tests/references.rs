//! What only the whole inventory tells: names that nothing has, and records that are lost.

use crate::limits::{BAD_RECORDS_MAX, LINE_BYTES_MAX, REFERENCE_HINTS_MAX};
use crate::tests::{brief, check, load, rejection, source};
use crate::{Format, ReadError, ReadOptions, read};

fn json(lines: &[&str], expected: &[&str]) {
    check(Format::JsonLines, &lines.join("\n"), expected);
}

#[test]
fn a_name_that_nothing_has_refuses_the_inventory() {
    json(
        &[r#"{"listing":{"id":"l1","group":"g1","keywords":["a"]}}"#],
        &["1:0 group UNKNOWN_REFERENCE"],
    );
    json(
        &[
            r#"{"negative_list":{"name":"n1","keywords":[]}}"#,
            r#"{"listing":{"id":"l1","keywords":["a"]}}"#,
            r#"{"group":{"id":"g1","negative_lists":["n2"]}}"#,
            r#"{"listing":{"id":"l2","group":"g2","negative_lists":["n1","n3"],"keywords":["a"]}}"#,
        ],
        &[
            "4:0 group UNKNOWN_REFERENCE",
            "4:0 negative_lists[1] UNKNOWN_REFERENCE",
            "3:0 negative_lists[0] UNKNOWN_REFERENCE",
        ],
    );
    // A group is no negative list, nor the other way round.
    json(
        &[
            r#"{"negative_list":{"name":"x","keywords":[]}}"#,
            r#"{"group":{"id":"y"}}"#,
            r#"{"listing":{"id":"l1","group":"x","negative_lists":["y"],"keywords":["a"]}}"#,
        ],
        &["3:0 group UNKNOWN_REFERENCE", "3:0 negative_lists[0] UNKNOWN_REFERENCE"],
    );
}

#[test]
fn a_bid_of_the_group_may_make_a_score_too_large() {
    let lines = [
        r#"{"group":{"id":"g1","bid_micros":9223372036854775807}}"#,
        r#"{"listing":{"id":"l1","group":"g1","quality":1e300,"keywords":["a"]}}"#,
    ];
    json(&lines, &["2:0 quality SCORE_NOT_FINITE"]);
    let rejection = rejection(load(Format::JsonLines, &lines.join("\n")));
    assert!(
        rejection.bad_records[0].message.contains("the bid of the listing's group"),
        "{rejection}"
    );
}

#[test]
fn the_source_the_name_and_a_better_one_are_told() {
    let sources = [
        source(Format::Csv, "listing_id,keyword\nl0,a\n"),
        source(
            Format::JsonLines,
            concat!(
                r#"{"group":{"id":"summer-sale"}}"#,
                "\n",
                r#"{"negative_list":{"name":"brand-safety","keywords":[]}}"#,
                "\n\n",
                r#"{"listing":{"id":"l1","group":"sumer-sale","negative_lists":["brand_safety","x"],"keywords":["a"]}}"#,
            ),
        ),
    ];
    let rejection = rejection(read(&sources, &ReadOptions::default()));
    assert_eq!((rejection.bad_records_total, rejection.records), (1, 4));
    let found: Vec<(&str, &str, bool)> = rejection
        .bad_records
        .iter()
        .map(|bad| (bad.source.as_str(), bad.value.as_str(), bad.message.contains("did you mean")))
        .collect();
    let source = "test.jsonl";
    assert_eq!(
        found,
        [(source, "sumer-sale", true), (source, "brand_safety", true), (source, "x", false)]
    );
    assert_eq!(
        rejection.bad_records[0].to_string(),
        "test.jsonl:4: group names the group \"sumer-sale\", which no record describes; add a group record, or correct \
         the name; did you mean `summer-sale`? (UNKNOWN_REFERENCE)"
    );
}

#[test]
fn suggestions_and_the_report_are_bounded() {
    let listings = (0..BAD_RECORDS_MAX + 7).map(|nth| {
        format!(r#"{{"listing":{{"id":"{nth}","group":"group{nth:04}","keywords":["a"]}}}}"#)
    });
    let lines: Vec<String> =
        std::iter::once(r#"{"group":{"id":"groupXXXX"}}"#.to_owned()).chain(listings).collect();
    let far = rejection(load(Format::JsonLines, &lines.join("\n")));
    assert_eq!(far.bad_records_total, BAD_RECORDS_MAX as u64 + 7);
    assert_eq!(far.bad_records.len(), BAD_RECORDS_MAX);
    assert!(far.bad_records.iter().all(|bad| !bad.message.contains("did you mean")));

    let near = lines.join("\n").replace("groupXXXX", "group99999");
    let near = rejection(load(Format::JsonLines, &near));
    let hints = near.bad_records.iter().filter(|bad| bad.message.contains("group99999")).count();
    assert!((1..=REFERENCE_HINTS_MAX).contains(&hints), "{hints}");
}

#[test]
fn what_takes_part_in_listings_is_never_left_out() {
    let options = ReadOptions { max_rejected_records: 100 };
    let good = r#"{"listing":{"id":"l1","keywords":["a"]}}"#;
    for bad in [
        r#"{"group":{"id":"g1","colour":1}}"#,
        r#"{"group":{"id":"g1","negatives":["!"]}}"#,
        r#"{"group":[]}"#,
        r#"{"negative_list":{"name":"n1","keywords":[5]}}"#,
        r#"{"negative_list":{"name":"n1","keywords":["!"]}}"#,
        r#"{"negative_list":"n1"}"#,
        r#"{"listing":{"id":"l2","keywords":["a"]},"group":{"id":"g1"}}"#,
        r#"{"group":{"id":"g1"},"listing":{"id":"l2","keywords":["a"]}}"#,
        r#"{"listing":{"id":"l2","group":"g1","keywords":["a"]}}"#,
    ] {
        let text = format!("{good}\n{bad}");
        let rejection = rejection(read(&[source(Format::JsonLines, &text)], &options));
        assert_eq!(rejection.bad_records_total, 1, "{bad}");
    }
    for bad in [
        r#"{"listing":{"id":"l2","keywords":["a"],"targeting":"("}}"#,
        r#"{"listing":{"id":"l2","keywords":["/a/"]}}"#,
        r#"{"listing":[]}"#,
        r#"{"gruop":{"id":"g1"}}"#,
        r#"{"group":{"id":"g1""#,
    ] {
        let text = format!("{good}\n{bad}");
        let loaded = read(&[source(Format::JsonLines, &text)], &options);
        assert_eq!(
            loaded.expect("it takes part in nothing").rejected.bad_records_total,
            1,
            "{bad}"
        );
    }
}

/// A line that cannot be read may be the group that a row only names; without its rules that would match too much.
#[test]
fn a_lost_record_refuses_groups_that_are_only_named() {
    let options = ReadOptions { max_rejected_records: 100 };
    let lost = source(Format::JsonLines, r#"{"group":{"id":"g1""#);
    for (column, is_refused) in [("group", true), ("payload", false)] {
        let rows = source(Format::Csv, &format!("listing_id,keyword,{column}\nl1,a,g1\n"));
        let result = read(&[lost.clone(), rows], &options);
        assert_eq!(matches!(result, Err(ReadError::Rejected(_))), is_refused, "{column}");
    }
    let rows = source(Format::Csv, "listing_id,keyword,group\nl1,a,g1\nl2,!,g1\n");
    let list = source(Format::KeywordList, &"x".repeat(LINE_BYTES_MAX + 1));
    let loaded = read(&[rows, list], &options).expect("neither a row nor a keyword is a group");
    assert_eq!(
        loaded.rejected.bad_records.iter().map(brief).collect::<Vec<_>>(),
        ["3:4 keyword KEYWORD_EMPTY", "1:1  LINE_TOO_LONG"]
    );
}

#[test]
fn a_repeated_name_tells_its_first_use() {
    let first = source(
        Format::JsonLines,
        "\n{\"group\":{\"id\":\"x\"}}\n{\"negative_list\":{\"name\":\"x\",\"keywords\":[]}}",
    );
    for (record, used, advice) in [
        (r#"{"group":{"id":"x"}}"#, "test.jsonl, line 2", "each group"),
        (
            r#"{"negative_list":{"name":"x","keywords":[]}}"#,
            "test.jsonl, line 3",
            "each negative list",
        ),
    ] {
        let second = source(Format::JsonLines, record);
        let rejection = rejection(read(&[first.clone(), second], &ReadOptions::default()));
        let [bad] = &rejection.bad_records[..] else { panic!("{rejection}") };
        assert_eq!((bad.reason.as_str(), bad.value.as_str()), ("DUPLICATE_ID", "x"));
        assert!(bad.message.contains(used) && bad.message.contains(advice), "{bad}");
    }
}
