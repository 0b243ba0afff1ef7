//! Groups, negative lists, targeting and regular expressions, as each format has them.

use broadside_core::{Attribute, AttributeValue};

use crate::tests::good::{matches, matches_for};
use crate::tests::{load, source};
use crate::{Format, Loaded, ReadOptions, read};

fn json(lines: &[&str]) -> Loaded {
    load(Format::JsonLines, &lines.join("\n")).unwrap_or_else(|error| panic!("{error}"))
}

fn check(loaded: &Loaded, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(matches(&loaded.index, text), *expected, "{text}");
    }
}

#[test]
fn every_field_of_a_group_counts_for_its_listings() {
    for (fields, text, expected) in [
        ("", "gift", "l1 0 BROAD"),
        (r#","bid_micros":7"#, "gift", "l1 7 BROAD"),
        (r#","status":"PAUSED""#, "gift", ""),
        (r#","status":"ACTIVE""#, "gift", "l1 0 BROAD"),
        (r#","end_time":"2026-01-01T00:00:00Z""#, "gift", ""),
        (r#","start_time":"2027-01-01T00:00:00Z""#, "gift", ""),
        (r#","targeting":"country == \"US\"""#, "gift", ""),
        (r#","targeting":"!has(country)""#, "gift", "l1 0 BROAD"),
        (r#","negatives":["free"]"#, "free gift", ""),
        (r#","negatives":["-\"free gift\""]"#, "gift free", "l1 0 BROAD"),
        (r#","negatives":[{"text":"-free"}]"#, "free gift", ""),
        (r#","negatives":[{"text":"free gift","match_type":"EXACT"}]"#, "free gift", ""),
        (r#","negatives":["/fre+ gift/"]"#, "free gift", ""),
        (r#","negative_lists":["n1"]"#, "lost gift", ""),
    ] {
        let loaded = json(&[
            r#"{"listing":{"id":"l1","group":"g1","keywords":["gift"]}}"#,
            &format!(r#"{{"group":{{"id":"g1"{fields}}}}}"#),
            r#"{"negative_list":{"name":"n1","keywords":["lost"]}}"#,
        ]);
        assert_eq!(loaded.records, 3);
        assert_eq!(matches(&loaded.index, text), expected, "{fields}");
    }
}

#[test]
fn records_come_in_any_order() {
    let lines = [
        r#"{"negative_list":{"name":"n1","keywords":["-a","b",{"text":"c d","match_type":"PHRASE"},"-/lo+st gift/"]}}"#,
        r#"{"group":{"id":"g1","negative_lists":["n1"],"bid_micros":5}}"#,
        r#"{"listing":{"id":"l1","group":"g1","keywords":["gift"]}}"#,
        r#"{"listing":{"id":"l2","negative_lists":["n1"],"keywords":["gift"],"bid_micros":4}}"#,
        r#"{"listing":{"id":"l3","keywords":["gift"],"bid_micros":3}}"#,
    ];
    let mut reversed = lines;
    reversed.reverse();
    for lines in [lines, reversed] {
        let loaded = json(&lines);
        let counts = loaded.index.counts();
        assert_eq!((counts.listings, counts.groups, counts.negative_lists), (3, 1, 1));
        check(
            &loaded,
            &[
                ("gift", "l1 5 BROAD, l2 4 BROAD, l3 3 BROAD"),
                ("a gift", "l3 3 BROAD"),
                ("b gift", "l3 3 BROAD"),
                ("c d gift", "l3 3 BROAD"),
                ("d c gift", "l1 5 BROAD, l2 4 BROAD, l3 3 BROAD"),
                ("looost gift", "l3 3 BROAD"),
            ],
        );
    }
}

#[test]
fn targeting_reads_attributes() {
    let loaded = json(&[
        r#"{"listing":{"id":"l1","keywords":["gift"],"targeting":"country in [\"US\", \"CA\"] && age >= 21"}}"#,
        r#"{"listing":{"id":"l2","keywords":["gift"],"targeting":" "}}"#,
    ]);
    let attributes = |country, age| {
        [
            Attribute { name: "country", value: AttributeValue::String(country) },
            Attribute { name: "age", value: AttributeValue::Int(age) },
        ]
    };
    for (attributes, expected) in [
        (attributes("US", 21), "l1 0 BROAD, l2 0 BROAD"),
        (attributes("US", 20), "l2 0 BROAD"),
        (attributes("FR", 30), "l2 0 BROAD"),
    ] {
        assert_eq!(matches_for(&loaded.index, "gift", &attributes), expected, "{attributes:?}");
    }
    assert_eq!(matches(&loaded.index, "gift"), "l2 0 BROAD");
}

#[test]
fn regular_expressions_in_every_format() {
    let json = json(&[
        r#"{"listing":{"id":"l1","keywords":["/gift\\s+cards?/",{"text":"vou?cher","match_type":"REGEX","bid_micros":3},"-/fre+bie/"]}}"#,
    ]);
    check(
        &json,
        &[("GIFT  CARD", "l1 0 REGEX"), ("vocher", "l1 3 REGEX"), ("gift card freebie", "")],
    );
    let list = load(Format::KeywordList, "shoes\n/gift\\s+cards?/\n").expect("good input");
    check(&list, &[("gift card", "2 0 REGEX"), ("shoes", "1 0 BROAD")]);
    let rows = "listing_id,keyword,match_type\n1,/gift cards?/,\n1,vou?cher,REGEX\n1,fre+bie,NEGATIVE_REGEX\n";
    let csv = load(Format::Csv, rows).expect("good input");
    check(&csv, &[("gift card", "1 0 REGEX"), ("vocher", "1 0 REGEX"), ("vocher freebie", "")]);
}

#[test]
fn csv_names_groups_and_json_lines_may_describe_them() {
    let rows = source(Format::Csv, "listing_id,keyword,group\nl1,gift,g1\nl2,gift,g2\n");
    let read = |sources: &[_]| read(sources, &ReadOptions::default()).expect("good input");
    let alone = read(std::slice::from_ref(&rows));
    assert_eq!(alone.index.counts().groups, 2);
    check(&alone, &[("gift", "l1 0 BROAD, l2 0 BROAD")]);

    let group =
        source(Format::JsonLines, r#"{"group":{"id":"g1","bid_micros":9,"negatives":["free"]}}"#);
    // A listing of JSON Lines may be in a group that a row names.
    let listing = r#"{"listing":{"id":"l3","group":"g2","keywords":["gift"]}}"#;
    let listing = source(Format::JsonLines, listing);
    for sources in [[rows.clone(), group.clone(), listing.clone()], [listing, group, rows]] {
        let described = read(&sources);
        assert_eq!(described.index.counts().groups, 2);
        check(
            &described,
            &[
                ("gift", "l1 9 BROAD, l2 0 BROAD, l3 0 BROAD"),
                ("free gift", "l2 0 BROAD, l3 0 BROAD"),
            ],
        );
    }
}
