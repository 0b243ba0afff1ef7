//! The sample inventory that the server has built in: it is good, nothing in it is doubtful, it shows the whole format and
//! what its README says, and a person can read it.

use std::collections::{BTreeSet, HashSet};

use broadside_core::{Attribute, AttributeValue, Keyword, MatchType};
use serde_json::{Map, Value};

use crate::json_lines::record;
use crate::kind::Kind;
use crate::tests::good::matches_for;
use crate::tests::load;
use crate::{Format, Loaded};

const INVENTORY: &str = include_str!("../../../sample/inventory.jsonl");
const TEXTS: &str = include_str!("../../../sample/queries.txt");

/// Bytes of a line that is still read at a glance.
const READABLE_LINE_BYTES_MAX: usize = 300;

/// The order of a record's fields: its name and keywords, then their worth, then its rules.
const FIELD_ORDER: [&str; 13] = [
    "id",
    "group",
    "name",
    "keywords",
    "bid_micros",
    "quality",
    "negatives",
    "negative_lists",
    "targeting",
    "status",
    "start_time",
    "end_time",
    "payload",
];

fn sample() -> Loaded {
    load(Format::JsonLines, INVENTORY).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_sample_is_good_and_without_warnings() {
    let loaded = sample();
    assert_eq!(loaded.warnings, crate::Warnings::default());
    let counts = loaded.index.counts();
    assert_eq!((counts.listings, counts.groups, counts.negative_lists), (185, 34, 3));
    assert!(counts.regexes >= 20 && counts.targetings >= 20, "{counts:?}");
    assert_eq!(counts.duplicate_keywords, 0);
    assert_eq!(loaded.index.validate(), Ok(()));
}

#[test]
fn the_first_texts_find_what_the_readme_says() {
    let loaded = sample();
    let texts: Vec<&str> = TEXTS.lines().take(20).collect();
    let on_top = [
        "shop-running-shoes-weekly-pick",
        "apps-pacewright-trial",
        "home-carpet-catalogue",
        "social-tag-cycling-club",
        "markets-ticker-acme-desk",
        "news-breaking-front-page",
        "toys-t-rex-model",
        "food-café-hauptstraße",
        "weather-tokyo-ja",
        "social-emoji-fire-ramen",
        "books-c-plus-plus-engines",
        "gifts-card-by-post",
        "repairs-boiler-group-bid",
        "events-fireworks-harbour",
        "hotels-casino-weekend",
        "drinks-juice-tasting",
        "tours-stadium-everyone",
        "apps-photo-editor-web",
        "social-tag-shop-local",
        "support-parcel",
    ];
    assert_eq!(texts.len(), on_top.len());
    for (text, expected) in texts.into_iter().zip(on_top) {
        check(&loaded, text, &[], expected);
    }
}

#[test]
fn the_first_match_of_the_projects_readme_is_true() {
    let first = "shop-running-shoes-size-guide 1500000 PHRASE, shop-running-shoes-weekly-pick 1500000 PHRASE, \
                 shop-running-shoes-all-offers 1500000 BROAD, shop-running-shoes 487600 BROAD";
    assert_eq!(matches_for(&sample().index, "cheap running shoes", &[]), first);
}

#[test]
fn what_else_the_readme_says_of_words() {
    let loaded = sample();
    for (query, expected) in [
        ("a running app", "apps-pacewright-premium"),
        ("running", "social-word-running"),
        ("acme beats expectations", "shop-acme-anvils"),
        ("no breaking news today", ""),
        ("t rex", "toys-t-rex-model"),
        ("T. rex", "toys-t-rex-model"),
        ("cafe an der hauptstrasse", "food-cafe-without-accent"),
        ("a book on c", "books-c-classic"),
        ("SALE on hiking boots", "shop-hiking-boots"),
    ] {
        check(&loaded, query, &[], expected);
    }
    for (query, absent) in
        [("acme beats expectations", "ticker"), ("c++ or c# for game engines", "classic")]
    {
        let matches = matches_for(&loaded.index, query, &[]);
        assert!(!matches.contains(absent), "{query}: {matches}");
    }
}

#[test]
fn what_else_the_readme_says_of_rules() {
    let loaded = sample();
    for (query, expected) in [
        ("boiler repair manual", ""),
        ("a night in the old hotel", "hotels-old-town-suites"),
        ("we shoplocal", ""),
        ("refund for ord-1189", "support-order-number"),
        ("refund for ord-0000", ""),
        ("wellington boots", ""),
        ("a summer gift", ""),
        ("watch the comet", ""),
        ("used running shoes", ""),
        ("lottery numbers generator", ""),
        ("a fountain pen against an ink stain", ""),
    ] {
        check(&loaded, query, &[], expected);
    }
}

#[test]
fn what_the_readme_says_of_targeting() {
    let loaded = sample();
    let text = |name, value| Attribute { name, value: AttributeValue::String(value) };
    let age = |age| Attribute { name: "age", value: AttributeValue::Int(age) };
    for (country, years, expected) in [
        ("US", 30, "drinks-gin-tasting-us"),
        ("GB", 30, "drinks-gin-tasting-gb"),
        ("US", 20, "drinks-juice-tasting"),
    ] {
        check(&loaded, "gin tasting for two", &[text("country", country), age(years)], expected);
    }
    for (other, expected) in
        [("food", "tours-stadium-concerts"), ("football", "tours-stadium-football")]
    {
        let interests = ["music", other].map(str::to_owned);
        let interests = Attribute { name: "interests", value: AttributeValue::Strings(&interests) };
        check(&loaded, "stadium tour tickets", &[interests], expected);
    }
    for (device, expected) in
        [("phone", "apps-photo-editor-phone"), ("tablet", "apps-photo-editor-desktop")]
    {
        check(&loaded, "photo editor for beginners", &[text("device", device)], expected);
    }
    for (member, expected) in [(true, "shop-tarnfell-members"), (false, "shop-tarnfell-winter")] {
        let member = Attribute { name: "member", value: AttributeValue::Bool(member) };
        check(&loaded, "tarnfell winter offers", &[member], expected);
    }
    for (total, expected) in [(50.0, "home-sofas-velvet"), (20.0, "")] {
        let total = Attribute { name: "basket_total", value: AttributeValue::Double(total) };
        check(&loaded, "velvet sofas", &[total], expected);
    }
}

#[test]
fn every_script_finds_something() {
    let loaded = sample();
    for (text, expected) in [
        ("laufschuhe damen reduziert", "world-de-laufschuhe"),
        ("погода в Москве на завтра", "world-ru-погода"),
        ("ΚΑΙΡΌΣ Αθήνα", "world-el-καιρός"),
        ("أخبار عاجلة من القاهرة", "world-ar-أخبار"),
        ("חדשות היום", "world-he-חדשות"),
        ("ताज़ा समाचार", "world-hi-समाचार"),
        ("ข่าวกรุงเทพวันนี้", "world-th-ข่าว"),
        ("오늘 날씨 어때", "world-ko-날씨"),
        ("北京天气预报", "world-zh-天气"),
        ("速報 地震がありました", "world-ja-地震"),
        ("安い京都のホテル", "hotels-kyoto"),
        ("congratulations 🎉🎉🎉", "social-emoji-party"),
    ] {
        check(&loaded, text, &[], expected);
    }
}

#[test]
fn most_texts_find_something_and_some_nothing() {
    let loaded = sample();
    let texts: Vec<&str> = TEXTS.lines().collect();
    let distinct: HashSet<&str> = texts.iter().copied().collect();
    assert_eq!((distinct.len(), distinct.contains("")), (texts.len(), false));
    let finds = |text: &&&str| !matches_for(&loaded.index, text, &[]).is_empty();
    let found = texts.iter().filter(finds).count();
    let expected = texts.len() * 8 / 10..texts.len() - 5;
    assert!(expected.contains(&found), "{found} of {} texts find something", texts.len());
}

#[test]
fn every_field_of_the_format_is_shown() {
    for kind in Kind::ALL {
        let records = records().into_iter().filter(|record| record.0 == kind.name());
        let shown: BTreeSet<String> = records.flat_map(|(_, fields)| names(&fields)).collect();
        for name in record::names(kind) {
            assert!(shown.contains(*name), "no {} of the sample has `{name}`", kind.name());
        }
    }
    let objects = keywords().into_iter().filter_map(|keyword| keyword.as_object().cloned());
    let shown: BTreeSet<String> = objects.flat_map(|fields| names(&fields)).collect();
    let all = ["anchor_end", "anchor_start", "bid_micros", "match_type", "text"];
    assert_eq!(shown.iter().collect::<Vec<_>>(), all);
}

#[test]
fn every_notation_of_a_keyword_is_shown() {
    let mut shown = HashSet::new();
    for notation in keywords().iter().filter_map(Value::as_str) {
        let parsed = Keyword::parse(notation);
        let anchors = (parsed.keyword.anchor_start, parsed.keyword.anchor_end);
        shown.insert((parsed.negative, parsed.keyword.match_type, anchors));
    }
    let without = (false, false);
    for match_type in [MatchType::Exact, MatchType::Phrase, MatchType::Broad, MatchType::Regex] {
        for negative in [false, true] {
            let asked = (negative, match_type, without);
            assert!(shown.contains(&asked), "no keyword is a {match_type}, negative: {negative}");
        }
    }
    for anchors in [(true, false), (false, true)] {
        let asked = (false, MatchType::Phrase, anchors);
        assert!(shown.contains(&asked), "no PHRASE has the anchors {anchors:?}");
    }
}

/// A group stands above its listings, sections are apart, and fields are in one order.
#[test]
fn the_file_can_be_read_from_top_to_bottom() {
    let sections: Vec<&str> = INVENTORY.split("\n\n").collect();
    assert!(sections.len() > 20, "{} sections", sections.len());
    assert!(INVENTORY.ends_with("}\n") && sections.iter().all(|section| section.starts_with('{')));
    for section in sections {
        let mut group = None;
        for line in section.lines() {
            assert!(line.len() <= READABLE_LINE_BYTES_MAX, "{} bytes: {line}", line.len());
            let (kind, fields) = record_of(line);
            if kind == "group" {
                group = fields.get("id").cloned();
            }
            let own = fields.get("group");
            assert!(own.is_none() || own == group.as_ref(), "its group is elsewhere: {line}");
            let (_, body) = line.split_once(": ").expect("a record has a kind");
            let places = FIELD_ORDER.iter().map(|name| body.rfind(&format!("\"{name}\": ")));
            let places: Vec<usize> = places.flatten().collect();
            assert!(places.is_sorted(), "the fields are not in order: {line}");
        }
    }
}

/// The kind and the fields of each record.
fn records() -> Vec<(String, Map<String, Value>)> {
    INVENTORY.lines().filter(|line| !line.is_empty()).map(record_of).collect()
}

fn record_of(line: &str) -> (String, Map<String, Value>) {
    let mut record: Map<String, Value> = serde_json::from_str(line).expect("it was loaded");
    let (kind, fields) = std::mem::take(&mut record).into_iter().next().expect("it has a record");
    let Value::Object(fields) = fields else { panic!("expected an object: {line}") };
    (kind, fields)
}

/// All keywords and negatives as they are written.
fn keywords() -> Vec<Value> {
    let lists = |(_, mut fields): (_, Map<String, Value>)| {
        ["keywords", "negatives"].map(|name| fields.remove(name))
    };
    let lists = records().into_iter().flat_map(lists).flatten();
    lists.flat_map(|list| list.as_array().cloned().expect("a list")).collect()
}

fn names(fields: &Map<String, Value>) -> Vec<String> {
    fields.keys().cloned().collect()
}

/// The best match of a text, or none.
fn check(loaded: &Loaded, text: &str, attributes: &[Attribute<'_>], expected: &str) {
    let matches = matches_for(&loaded.index, text, attributes);
    assert_eq!(matches.split(' ').next(), Some(expected), "{text} {attributes:?}: {matches}");
}
