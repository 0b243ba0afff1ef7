//! Each kind of warning where it must be, and where it must not.

use crate::IndexBuilder;
use crate::group::Group;
use crate::keyword::Keyword;
use crate::listing::{Listing, Time};
use crate::negative_list::NegativeList;

use super::WarningKind;

fn listing(id: &str, notations: &[&str]) -> Listing {
    let mut listing = Listing::new(id);
    for notation in notations {
        let parsed = Keyword::parse(notation);
        let list = if parsed.negative { &mut listing.negatives } else { &mut listing.keywords };
        list.push(parsed.keyword);
    }
    listing
}

/// `CODE id field` of each warning.
fn warnings(listings: &[Listing], groups: &[Group], lists: &[NegativeList]) -> Vec<String> {
    let mut builder = IndexBuilder::new();
    for listing in listings {
        builder.add(listing).expect("it is good");
    }
    for group in groups {
        builder.add_group(group).expect("it is good");
    }
    for list in lists {
        builder.add_negative_list(list).expect("it is good");
    }
    let (_, review) = builder.finish_with_review(100).expect("all exists");
    let counted: u64 = review.counts.iter().map(|&(_, count)| count).sum();
    assert_eq!(counted, review.warnings.len() as u64);
    let shown = review.warnings.iter().map(|warning| {
        assert!(!warning.message.is_empty());
        format!("{} {} {}", warning.kind.code(), warning.id, warning.field)
    });
    shown.collect()
}

/// Whether a listing with this keyword and this negative is warned about.
#[track_caller]
fn check_blocked(keyword: &str, negative: &str, expected: bool) {
    let found = warnings(&[listing("l", &[keyword, negative])], &[], &[]);
    let blocked = ["NEGATIVE_BLOCKS_KEYWORD l keywords[0]"];
    assert_eq!(found, if expected { &blocked[..] } else { &[] }, "{keyword} {negative}");
}

#[test]
fn negatives_that_match_whatever_a_keyword_matches() {
    check_blocked("cheap shoes", "-cheap", true);
    check_blocked("cheap shoes", "-red", false);
    check_blocked("cheap shoes", "-shoes cheap", true);
    check_blocked("cheap shoes", "-\"cheap\"", true);
    check_blocked("cheap shoes", "-\"cheap shoes\"", false);
    check_blocked("cheap", "-\"^cheap\"", false);
    check_blocked("cheap", "-\"cheap$\"", false);
    check_blocked("cheap", "-[cheap]", false);
    check_blocked("\"cheap red shoes\"", "-\"red shoes\"", true);
    check_blocked("\"cheap red shoes\"", "-\"^cheap red\"", false);
    check_blocked("\"^cheap red shoes\"", "-\"^cheap red\"", true);
    check_blocked("\"cheap red shoes\"", "-\"red shoes$\"", false);
    check_blocked("\"cheap red shoes$\"", "-\"red shoes$\"", true);
    check_blocked("\"cheap shoes\"", "-[cheap shoes]", false);
    check_blocked("[cheap shoes]", "-[cheap shoes]", true);
    check_blocked("[cheap shoes]", "-\"^cheap\"", true);
    check_blocked("[cheap shoes]", "-shoes", true);
    check_blocked("#cheap", "-cheap", true);
    check_blocked("cheap", "-#cheap", false);
    check_blocked("/cheap+/", "-/cheap+/", true);
    check_blocked("/cheap+/", "-cheap", false);
    check_blocked("[cheap]", "-/cheap/", false);
}

#[test]
fn negatives_of_group_and_lists_count_too() {
    let mut grouped = listing("l", &["cheap shoes", "red shoes"]);
    grouped.group = Some("g".to_owned());
    let mut group = Group::new("g");
    group.negative_lists = vec!["list".to_owned()];
    let list = NegativeList { name: "list".to_owned(), negatives: listing("", &["red"]).keywords };
    let found = warnings(std::slice::from_ref(&grouped), &[group], std::slice::from_ref(&list));
    assert_eq!(found, ["NEGATIVE_BLOCKS_KEYWORD l keywords[1]"]);
    let mut group = Group::new("g");
    group.negatives = listing("", &["cheap"]).keywords;
    let found = warnings(&[grouped], &[group], &[list]);
    assert_eq!(found, ["NEGATIVE_BLOCKS_KEYWORD l keywords[0]"]);
}

#[test]
fn duplicates_name_the_later_keyword() {
    let found = warnings(&[listing("l", &["b a", "[a b]", "a b a", "\"a b\"", "A b"])], &[], &[]);
    assert_eq!(found, ["DUPLICATE_KEYWORD l keywords[2]", "DUPLICATE_KEYWORD l keywords[4]"]);
}

#[test]
fn expressions_that_no_text_matches() {
    let found = warnings(&[listing("l", &["/never[^\\s\\S]/", "/some+thing/"])], &[], &[]);
    assert_eq!(found, ["KEYWORD_NEVER_MATCHES l keywords[0]"]);
}

fn with_targeting(id: &str, targeting: &str) -> Listing {
    Listing { targeting: targeting.to_owned(), ..listing(id, &["a"]) }
}

#[test]
fn targetings_that_nothing_makes_true() {
    let group = Group { targeting: "2 < 1".to_owned(), ..Group::new("g") };
    let found = warnings(
        &[
            with_targeting("l", "x == \"a\" && x == \"b\""),
            with_targeting("m", "x == \"a\" || x == \"b\""),
        ],
        &[group],
        &[],
    );
    assert_eq!(found, ["TARGETING_NEVER_TRUE g targeting", "TARGETING_NEVER_TRUE l targeting"]);
}

#[test]
fn an_attribute_of_one_targeting_alone_is_probably_misspelt() {
    let near = [
        with_targeting("l", "country == \"US\""),
        with_targeting("m", "country == \"FR\""),
        with_targeting("n", "contry == \"DE\" && device == \"tv\""),
    ];
    assert_eq!(
        warnings(&near, &[], &[]),
        ["LONE_ATTRIBUTE n targeting"],
        "device is like no other"
    );
    assert_eq!(warnings(&near[..1], &[], &[]), [""; 0]);
    let mut many: Vec<_> =
        (0..20).map(|n| with_targeting(&n.to_string(), &format!("age > {n}"))).collect();
    many.push(with_targeting("odd", "zodiac == \"aries\""));
    assert_eq!(warnings(&many, &[], &[]), ["LONE_ATTRIBUTE odd targeting"]);
    many.push(with_targeting("same", "zodiac == \"aries\""));
    assert_eq!(warnings(&many, &[], &[]).len(), 2, "one targeting, however many have it");
}

#[test]
fn flights_without_a_common_time() {
    let time = |seconds| Some(Time { seconds, nanos: 0 });
    let mut group = Group::new("g");
    (group.start_time, group.end_time) = (time(10), time(20));
    let flight = |id, start, end| {
        let mut listing = listing(id, &["a"]);
        (listing.start_time, listing.end_time, listing.group) = (start, end, Some("g".to_owned()));
        listing
    };
    let found = warnings(
        &[
            flight("before", None, time(10)),
            flight("after", time(20), None),
            flight("inside", time(19), time(30)),
            flight("always", None, None),
        ],
        &[group],
        &[],
    );
    assert_eq!(found, ["NEVER_IN_FLIGHT before end_time", "NEVER_IN_FLIGHT after end_time"]);
}

#[test]
fn all_are_counted_and_the_first_are_kept() {
    let mut builder = IndexBuilder::new();
    for id in ["z", "a", "m"] {
        builder.add(&listing(id, &["x", "x", "y", "-x"])).expect("it is good");
    }
    let (index, review) = builder.finish_with_review(2).expect("all exists");
    index.validate().expect("an index just built is valid");
    let counts = [(WarningKind::NegativeBlocksKeyword, 6), (WarningKind::DuplicateKeyword, 3)];
    assert_eq!(review.counts, counts);
    assert!(review.warnings.iter().all(|warning| warning.id == "z"), "the first that was added");
    assert_eq!(review.warnings.len(), 2);
}

/// The messages of the warnings about listings with these targetings.
fn messages(targetings: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut builder = IndexBuilder::new();
    for (number, targeting) in targetings.into_iter().enumerate() {
        builder.add(&with_targeting(&number.to_string(), &targeting)).expect("it is good");
    }
    let (_, review) = builder.finish_with_review(100).expect("nothing is referred to");
    review.warnings.into_iter().map(|warning| warning.message).collect()
}

#[test]
fn a_lone_attribute_is_like_another_in_all_but_two_characters() {
    let lone = |name: &str, usual: &str| {
        messages([format!("{usual} == 1"), format!("{usual} == 2"), format!("{name} == 3")])
    };
    let meant = |name: &str, usual: &str| {
        format!("no other targeting reads the attribute `{name}`; did you mean `{usual}`?")
    };
    for name in ["countri", "cuontry", "country_1", "untry"] {
        assert_eq!(lone(name, "country"), [meant(name, "country")]);
    }
    for name in ["contri_", "try", "language"] {
        assert_eq!(lone(name, "country"), [""; 0], "{name}");
    }
    assert_eq!(lone("ab", "xy"), [""; 0], "short names have nothing in common");
    assert_eq!(lone("ab", "xb"), [meant("ab", "xb")]);
    let two = ["city == 1", "city == 2", "country == 1", "country == 2", "cuntry == 1"];
    assert_eq!(messages(two.map(str::to_owned)), [meant("cuntry", "country")], "the nearest");
}

#[test]
fn of_twenty_targetings_a_lone_attribute_is_suspicious_whatever_its_name() {
    for (count, expected) in [(19, 0), (20, 1)] {
        let usual = (1..count).map(|n| format!("age > {n}"));
        let found = messages(usual.chain(["zodiac == 1".to_owned()]));
        assert_eq!(found.len(), expected, "{count} targetings");
    }
}

#[test]
fn messages_name_what_is_at_fault() {
    let mut bad = listing("l", &["[x]", "red shoes", "[x]", "blue shoes", "-blue"]);
    bad.negative_lists = vec!["brand".to_owned()];
    let mut builder = IndexBuilder::new();
    builder.add(&bad).expect("it is good");
    let list = NegativeList { name: "brand".to_owned(), negatives: listing("", &["red"]).keywords };
    builder.add_negative_list(&list).expect("it is good");
    let (_, review) = builder.finish_with_review(100).expect("all exists");
    let messages: Vec<_> = review.warnings.iter().map(|warning| warning.message.as_str()).collect();
    let expected = [
        "[x] is the same as keyword 0 after analysis: they are one keyword",
        "red shoes never brings the listing up: the negative red of the list \"brand\" matches whatever it matches",
        "blue shoes never brings the listing up: the negative blue matches whatever it matches",
    ];
    assert_eq!(messages, expected);
}

#[test]
fn groups_come_in_the_order_in_which_they_were_added() {
    let mut refers = listing("l", &["a"]);
    refers.group = Some("z".to_owned());
    let group = |id| Group { targeting: "false".to_owned(), ..Group::new(id) };
    let found = warnings(&[refers], &[group("b"), group("z"), group("a")], &[]);
    let never_true = ["b", "z", "a"].map(|id| format!("TARGETING_NEVER_TRUE {id} targeting"));
    assert_eq!(found, never_true);
}
