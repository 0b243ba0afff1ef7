//! The sample inventory that the server has built in: it is good, nothing in it is doubtful, and it shows what its README
//! says.

use broadside_core::{Attribute, AttributeValue};

use crate::tests::good::matches_for;
use crate::tests::load;
use crate::{Format, Loaded};

fn sample() -> Loaded {
    let loaded = load(Format::JsonLines, include_str!("../../../sample/inventory.jsonl"));
    loaded.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_sample_is_good_and_without_warnings() {
    let loaded = sample();
    assert_eq!(loaded.warnings, crate::Warnings::default());
    let counts = loaded.index.counts();
    assert_eq!((counts.listings, counts.groups, counts.negative_lists), (185, 34, 3));
    assert!(counts.regexes >= 20 && counts.targetings >= 20, "{counts:?}");
    assert_eq!(loaded.index.validate(), Ok(()));
}

#[test]
fn the_first_texts_find_what_the_readme_says() {
    let loaded = sample();
    let texts: Vec<&str> = include_str!("../../../sample/queries.txt").lines().take(20).collect();
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
    for (text, expected) in texts.into_iter().zip(on_top) {
        check(&loaded, text, &[], expected);
    }
}

#[test]
fn what_else_the_readme_says_of_rules() {
    let loaded = sample();
    let text = |name, value| Attribute { name, value: AttributeValue::String(value) };
    let age = |age| Attribute { name: "age", value: AttributeValue::Int(age) };
    let interests = |other: &str| ["music", other].map(str::to_owned);
    for (query, expected) in [
        ("boiler repair manual", ""),
        ("a night in the old hotel", "hotels-old-town-suites"),
        ("we shoplocal", ""),
        ("refund for ord-1189", "support-order-number"),
        ("refund for ord-0000", ""),
    ] {
        check(&loaded, query, &[], expected);
    }
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
        let interests = interests(other);
        let interests = Attribute { name: "interests", value: AttributeValue::Strings(&interests) };
        check(&loaded, "stadium tour tickets", &[interests], expected);
    }
    for (device, expected) in
        [("phone", "apps-photo-editor-phone"), ("tablet", "apps-photo-editor-desktop")]
    {
        check(&loaded, "photo editor for beginners", &[text("device", device)], expected);
    }
}

/// The best match of a text, or none.
fn check(loaded: &Loaded, text: &str, attributes: &[Attribute<'_>], expected: &str) {
    let matches = matches_for(&loaded.index, text, attributes);
    assert_eq!(matches.split(' ').next(), Some(expected), "{text} {attributes:?}: {matches}");
}
