//! Which part is named, and with which attributes.

use super::{AttributeValue, sent};
use crate::targeting::{Attributes, ExpressionsBuilder, OwnedAttributeValue, Unmet};

fn explain(source: &str) -> Option<Unmet> {
    let mut builder = ExpressionsBuilder::new();
    let id = builder.add(source).expect(source).expect(source);
    let list = ["v".to_owned()];
    let own = [
        sent("t", AttributeValue::Bool(true)),
        sent("f", AttributeValue::Bool(false)),
        sent("country", AttributeValue::String("US")),
        sent("age", AttributeValue::Int(20)),
        sent("price", AttributeValue::Double(0.5)),
        sent("xs", AttributeValue::Strings(&list)),
    ];
    builder.finish().explain(id, Attributes { shared: &[], own: &own })
}

/// `expected` is the part and the names of its attributes.
fn check(source: &str, expected: &str, is_error: bool, names: &[&str]) {
    let unmet = explain(source).expect(source);
    assert_eq!(unmet.expression, expected, "{source}");
    assert_eq!(unmet.is_error, is_error, "{source}");
    let found: Vec<_> = unmet.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found, names, "{source}");
}

#[test]
fn what_is_true_needs_no_explanation() {
    for source in ["t", "true", "age == 20", "t || e", "!(f && e)"] {
        assert_eq!(explain(source), None, "{source}");
    }
}

#[test]
fn the_smallest_part_is_named() {
    check("f", "f", false, &["f"]);
    check(" ( age > 21 ) ", "age > 21", false, &["age"]);
    check("false", "false", false, &[]);
    check("t && f && e", "f", false, &["f"]);
    check("t && age > 21 && country == 'CA'", "age > 21", false, &["age"]);
    check("t && (t && (age > 21))", "age > 21", false, &["age"]);
    check("t && (f || country in ['CA'])", "f || country in ['CA']", false, &["f", "country"]);
    check("f || e || f", "f || e || f", true, &["f", "e"]);
    check("t && !(age < 21 || f)", "!(age < 21 || f)", false, &["age", "f"]);
    check("!(t && t)", "!(t && t)", false, &["t"]);
    check("'w' in xs", "'w' in xs", false, &["xs"]);
    check("country in xs", "country in xs", false, &["country", "xs"]);
    check("has(e)", "has(e)", false, &["e"]);
    check("(t && f) == t", "(t && f) == t", false, &["t", "f"]);
}

#[test]
fn an_error_is_named_where_nothing_is_false() {
    check("t && e", "e", true, &["e"]);
    check("e && f", "f", false, &["f"]);
    check("t && country == 5 && e", "country == 5", true, &["country"]);
    check("!e", "e", true, &["e"]);
    check("!(t && device == 'tablet')", "device == 'tablet'", true, &["device"]);
    check("!!(t && !e)", "e", true, &["e"]);
    check("t && !(f || e)", "f || e", true, &["f", "e"]);
}

#[test]
fn attributes_come_with_what_was_sent() {
    let unmet = explain("!(xs == t || country == price || e != age)").expect("it is no truth");
    assert!(unmet.is_error);
    let value = |name: &str, value| (name.to_owned(), Some(value));
    let expected = [
        value("xs", OwnedAttributeValue::Strings(vec!["v".to_owned()])),
        value("t", OwnedAttributeValue::Bool(true)),
        value("country", OwnedAttributeValue::String("US".to_owned())),
        value("price", OwnedAttributeValue::Double(0.5)),
        ("e".to_owned(), None),
        value("age", OwnedAttributeValue::Int(20)),
    ];
    assert_eq!(unmet.attributes, expected);
}
