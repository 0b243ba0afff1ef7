//! What becomes of each kind of row.

use crate::tests::ads_editor::{Filled, and, keyword, loaded, matches, matches_at, tabs};

#[test]
fn each_keyword_is_a_listing() {
    let rows: [Filled<'_>; 7] = [
        &and(&keyword("Boots", "red boots", "Broad"), "Max CPC", "1,234.56"),
        &and(&keyword("Boots", "red boots", "Phrase"), "Final URL", "https://example.com/a"),
        &keyword("Boots", "[red boots]", "exact match"),
        &keyword("Boots", "+red +boots", "Broad"),
        // No bid is zero: this has that of its ad group.
        &and(&keyword("Boots", "\"hiking boots\"", "PHRASE"), "Max CPC", "0.00"),
        &[("Campaign", "Shoes"), ("Ad Group", "Boots"), ("Max CPC", "0,75")],
        &keyword("Clogs", "clogs", "Broad"),
    ];
    let loaded = loaded(&tabs(&rows));
    let index = &loaded.index;
    for (text, expected) in [
        (
            "red boots",
            "Shoes > Boots > red boots 1234560000, Shoes > Boots > [red boots] 750000, \
             Shoes > Boots > \"red boots\" 750000, Shoes > Boots > +red +boots 750000",
        ),
        ("boots, red", "Shoes > Boots > red boots 1234560000, Shoes > Boots > +red +boots 750000"),
        ("hiking boots", "Shoes > Boots > \"hiking boots\" 750000"),
        ("clogs", "Shoes > Clogs > clogs 0"),
    ] {
        assert_eq!(matches(index, text), expected, "{text}");
    }
    let listing =
        |id: &str| index.find_listing(id).map(|listing| index.listing(listing)).expect(id);
    let red = listing("Shoes > Boots > +red +boots");
    assert_eq!(
        (red.group.as_deref(), red.keywords[0].text.as_str()),
        (Some("Shoes > Boots"), "red boots")
    );
    assert_eq!(listing("Shoes > Boots > \"red boots\"").payload, b"https://example.com/a");
    assert_eq!(listing("Shoes > Boots > \"hiking boots\"").bid_micros, None);
    let counts = index.counts();
    assert_eq!((counts.listings, counts.groups, counts.negative_lists), (6, 2, 1));
    assert_eq!((loaded.records, loaded.ignored_rows), (9, 0), "six listings, two groups, one list");
}

#[test]
fn negatives_count_for_their_ad_group_or_campaign_wherever_they_stand() {
    let other = [
        ("Campaign", "Hats"),
        ("Ad Group", "Boots"),
        ("Keyword", "boots"),
        ("Criterion Type", "Broad"),
    ];
    let rows: [Filled<'_>; 9] = [
        &keyword("Boots", "repair", "Negative Broad"),
        &keyword("", "free", "Campaign Negative Broad"),
        &keyword("Boots", "boots", "Broad"),
        &keyword("Clogs", "boots", "Broad"),
        &keyword("Boots", "rubber boots", "negative phrase"),
        &keyword("Clogs", "boots", "Negative Exact"),
        // Of the campaign too: one by what it says, one because it names no ad group.
        &keyword("Boots", "used boots", "Campaign negative exact"),
        &keyword("", "\"boots for dogs\"", "Negative Phrase"),
        &other,
    ];
    let loaded = loaded(&tabs(&rows));
    let [boots, clogs, hats] =
        ["Shoes > Boots > boots 0", "Shoes > Clogs > boots 0", "Hats > Boots > boots 0"];
    for (text, expected) in [
        ("red boots", vec![hats, boots, clogs]),
        ("boots", vec![hats, boots]),
        ("boots repair", vec![hats, clogs]),
        ("rubber boots red", vec![hats, clogs]),
        ("boots, rubber", vec![hats, boots, clogs]),
        ("free boots", vec![hats]),
        ("used boots", vec![hats]),
        ("boots used", vec![hats, boots, clogs]),
        ("boots for dogs", vec![hats]),
    ] {
        assert_eq!(matches(&loaded.index, text), expected.join(", "), "{text}");
    }
}

#[test]
fn shared_sets_and_the_account_count_for_those_who_use_them() {
    let hats = [
        ("Campaign", "Hats"),
        ("Ad Group", "Caps"),
        ("Keyword", "boots"),
        ("Criterion Type", "Broad"),
    ];
    let set = [("Shared set name", "Brand safety"), ("Shared set type", "Negative keywords")];
    let empty = [("Shared set name", "Later")];
    let rows: [Filled<'_>; 8] = [
        &keyword("Boots", "boots", "Broad"),
        &hats,
        &and(&set, "Campaign", "Shoes"),
        // A set is there by one of its negatives, or by a row of its own.
        &empty,
        &and(&empty, "Campaign", "Shoes"),
        &[
            ("Shared set name", "Brand safety"),
            ("Keyword", "casino"),
            ("Criterion Type", "Negative Broad"),
        ],
        &[
            ("Campaign", "<Account-level>"),
            ("Keyword", "tobacco"),
            ("Criterion Type", "Negative Broad"),
        ],
        &[
            ("Campaign", "Hats"),
            ("Shared set name", "Sites"),
            ("Shared set type", "Negative placements"),
        ],
    ];
    let loaded = loaded(&tabs(&rows));
    for (text, expected) in [
        ("boots", "Hats > Caps > boots 0, Shoes > Boots > boots 0"),
        ("casino boots", "Hats > Caps > boots 0"),
        ("tobacco boots", ""),
    ] {
        assert_eq!(matches(&loaded.index, text), expected, "{text}");
    }
    let group = loaded.index.group("Shoes > Boots").expect("it has a keyword");
    let lists = ["Shoes", "<Account-level>", "Shared set > Brand safety", "Shared set > Later"];
    assert_eq!(group.negative_lists, lists);
    assert_eq!(loaded.ignored_rows, 1, "a list of placements");

    let again = and(&empty, "Campaign", "Shoes");
    let mut rows = vec![rows[0], &empty];
    rows.extend([&again[..]; 101]);
    assert_eq!(self::loaded(&tabs(&rows)).index.counts().listings, 1, "one use, said 101 times");
}

#[test]
fn what_is_paused_or_removed_does_not_match() {
    let paused = |column: &'static str, status: &'static str| -> String {
        let row = and(&keyword("Boots", "boots", "Broad"), column, status);
        let others: [Filled<'_>; 2] = [&keyword("Clogs", "boots", "Broad"), &row];
        matches(&loaded(&tabs(&others)).index, "boots")
    };
    let [boots, clogs] = ["Shoes > Boots > boots 0", "Shoes > Clogs > boots 0"];
    for (column, status, expected) in [
        ("Status", "Enabled", format!("{boots}, {clogs}")),
        ("Status", "active", format!("{boots}, {clogs}")),
        ("Status", "[]", format!("{boots}, {clogs}")),
        ("Status", "Paused", clogs.to_owned()),
        ("Status", "Removed", clogs.to_owned()),
        ("Ad Group Status", "Paused", clogs.to_owned()),
        ("Ad Group Status", "Deleted", clogs.to_owned()),
        ("Campaign Status", "Paused", String::new()),
        ("Campaign Status", "Removed", String::new()),
    ] {
        assert_eq!(paused(column, status), expected, "{column} {status}");
    }
}

#[test]
fn rows_of_campaigns_and_ad_groups_have_their_status_in_either_column() {
    let keyword = keyword("Boots", "boots", "Broad");
    for (row, matches_now) in [
        (&[("Campaign", "Shoes"), ("Status", "Paused")][..], false),
        (&[("Campaign", "Shoes"), ("Campaign Status", "Enabled"), ("Status", "Paused")], true),
        (&[("Campaign", "Shoes"), ("Ad Group", "Boots"), ("Status", "Paused")], false),
        (
            &[
                ("Campaign", "Shoes"),
                ("Ad Group", "Boots"),
                ("Ad Group Status", "Enabled"),
                ("Status", "Paused"),
            ],
            true,
        ),
        // The status of an ad, of a location, and of another ad group.
        (
            &[
                ("Campaign", "Shoes"),
                ("Ad Group", "Boots"),
                ("Ad type", "Text ad"),
                ("Status", "Paused"),
            ],
            true,
        ),
        (&[("Campaign", "Shoes"), ("Location", "Berlin"), ("Status", "Paused")], true),
        (&[("Campaign", "Shoes"), ("Ad Group", "Clogs"), ("Status", "Paused")], true),
    ] {
        let rows: [Filled<'_>; 2] = [row, &keyword];
        let found = matches(&loaded(&tabs(&rows)).index, "boots");
        assert_eq!(!found.is_empty(), matches_now, "{row:?}");
    }
}

#[test]
fn negatives_that_are_removed_or_paused_count_for_nothing() {
    let rows: [Filled<'_>; 4] = [
        &keyword("Boots", "boots", "Broad"),
        &and(&keyword("Boots", "red", "Negative Broad"), "Status", "Removed"),
        &and(&keyword("Boots", "blue", "Negative Broad"), "Status", "Paused"),
        &and(&keyword("Boots", "green", "Negative Broad"), "Status", "Enabled"),
    ];
    let loaded = loaded(&tabs(&rows));
    for (text, expected) in [("red boots", true), ("blue boots", true), ("green boots", false)] {
        assert_eq!(!matches(&loaded.index, text).is_empty(), expected, "{text}");
    }
    assert_eq!(loaded.ignored_rows, 2);
}

#[test]
fn a_campaign_gives_its_flight() {
    const DAY: i64 = 86_400;
    const NEW_YEAR: i64 = 1_767_225_600;
    let rows: [Filled<'_>; 3] = [
        &[("Campaign", "Shoes"), ("Start Date", "2026-01-01"), ("End Date", "2026-01-31")],
        &keyword("Boots", "boots", "Broad"),
        // Dates of an asset are not those of its campaign.
        &[("Campaign", "Shoes"), ("Approval Status", "Approved"), ("Start Date", "2020-01-01")],
    ];
    let loaded = loaded(&tabs(&rows));
    for (seconds, expected) in [
        (NEW_YEAR - 1, false),
        (NEW_YEAR, true),
        (NEW_YEAR + 31 * DAY - 1, true),
        (NEW_YEAR + 31 * DAY, false),
    ] {
        assert_eq!(!matches_at(&loaded.index, "boots", seconds).is_empty(), expected, "{seconds}");
    }
}

#[test]
fn rows_of_other_things_are_left_out_and_counted() {
    let rows: [Filled<'_>; 8] = [
        &keyword("Boots", "boots", "Broad"),
        &[
            ("Campaign", "Shoes"),
            ("Ad Group", "Boots"),
            ("Headline 1", "Buy boots"),
            ("Max CPC", "9"),
        ],
        &[
            ("Campaign", "Shoes"),
            ("Location", "Berlin"),
            ("ID", "1003854"),
            ("Criterion Type", "Campaign Negative"),
        ],
        &[
            ("Campaign", "Shoes"),
            ("Ad Group", "Boots"),
            ("Criterion Type", "Negative"),
            ("Max CPC", "9"),
        ],
        &[
            ("Campaign", "Shoes"),
            ("Ad Group", "Boots"),
            ("Final URL", "https://example.com"),
            ("Approval Status", "x"),
        ],
        &[("Labels", "spring"), ("Comment", "a label of the account")],
        &[],
        &[("Campaign", "Shoes"), ("Budget", "10.00"), ("Campaign Type", "Search")],
    ];
    let loaded = loaded(&tabs(&rows));
    assert_eq!(matches(&loaded.index, "boots"), "Shoes > Boots > boots 0");
    assert_eq!((loaded.ignored_rows, loaded.records), (5, 3));
}

#[test]
fn long_names_are_told_apart() {
    let campaign = "Schuhe und Stiefel ".repeat(20);
    let row = |keyword| {
        [
            ("Campaign", campaign.as_str()),
            ("Ad Group", "g"),
            ("Keyword", keyword),
            ("Criterion Type", "Broad"),
        ]
    };
    let negative = [
        ("Campaign", campaign.as_str()),
        ("Keyword", "c"),
        ("Criterion Type", "Campaign Negative Broad"),
    ];
    let loaded = loaded(&tabs(&[&row("a"), &row("b"), &negative]));
    let found = matches(&loaded.index, "a b");
    assert_eq!((loaded.index.counts().listings, found.matches('#').count()), (2, 2), "{found}");
    assert_eq!(matches(&loaded.index, "a b c"), "");
}
