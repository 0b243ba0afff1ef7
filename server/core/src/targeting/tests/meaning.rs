//! What expressions mean: truth tables, precedence, types, each operator.

use super::{AttributeValue, evaluate, sent};
use crate::targeting::Truth::{self, Error, False, True};
use crate::targeting::{Attribute, Attributes, ExpressionsBuilder, parse};

/// `t` is true, `f` is false, `e` was not sent.
fn check_truths(source: &str, expected: Truth) {
    let attributes =
        [sent("t", AttributeValue::Bool(true)), sent("f", AttributeValue::Bool(false))];
    assert_eq!(evaluate(source, &attributes), expected, "{source}");
}

#[test]
fn and_is_the_one_of_kleene() {
    check_truths("t && t", True);
    check_truths("t && f", False);
    check_truths("t && e", Error);
    check_truths("f && t", False);
    check_truths("f && f", False);
    check_truths("f && e", False);
    check_truths("e && t", Error);
    check_truths("e && f", False);
    check_truths("e && e", Error);
}

#[test]
fn or_is_the_one_of_kleene() {
    check_truths("t || t", True);
    check_truths("t || f", True);
    check_truths("t || e", True);
    check_truths("f || t", True);
    check_truths("f || f", False);
    check_truths("f || e", Error);
    check_truths("e || t", True);
    check_truths("e || f", Error);
    check_truths("e || e", Error);
}

#[test]
fn not_is_the_one_of_kleene() {
    check_truths("!t", False);
    check_truths("!f", True);
    check_truths("!e", Error);
    check_truths("!!t", True);
    check_truths("!!e", Error);
}

#[test]
fn constants_fold_to_what_attributes_would_give() {
    check_truths("true && e", Error);
    check_truths("false && e", False);
    check_truths("true || e", True);
    check_truths("false || e", Error);
    check_truths("true && t", True);
    check_truths("true && true", True);
    check_truths("false || false", False);
    check_truths("!true", False);
    check_truths("1 < 2 && 'a' != 'b' && 1 == 1.0 && !(true == false)", True);
    check_truths("2 in [1, 2] && !(3 in [1, 2]) && 2 in [2.0] && 'a' in ['a'] && !(1 in [])", True);
    check_truths("false < true && true <= true && 'B' < 'a' && 2.5 >= 2", True);
}

#[test]
fn precedence_is_the_one_of_cel() {
    check_truths("t || t && f", True);
    check_truths("(t || t) && f", False);
    check_truths("f && f || t", True);
    check_truths("!f && f", False);
    check_truths("!(f && f)", True);
    check_truths("!t == f", True);
    check_truths("!f == f", False);
    check_truths("!(f == f)", False);
    check_truths("t == (f == f)", True);
    check_truths("t || f == f", True);
    check_truths("(t == f) == f", True);
}

#[test]
fn truths_are_compared() {
    for (source, expected) in [
        ("f < t", True),
        ("t < t", False),
        ("t > f", True),
        ("f <= f", True),
        ("t >= f", True),
        ("t != f", True),
        ("t != t", False),
        ("t == e", Error),
        ("(t && t) == (f || f)", False),
        ("(t && t) > (f || f)", True),
        ("(t && e) == (f && e)", Error),
        ("(t && e) < (t && t)", Error),
        ("t == true", True),
        ("f == true", False),
        ("f == false", True),
        ("t != true", False),
        ("e == true", Error),
        ("true == t", True),
        ("t < true", False),
        ("f < true", True),
        ("true > f", True),
        ("t > true", False),
        ("e > true", Error),
        ("t <= true", True),
        ("e <= true", Error),
        ("t >= true", True),
        ("f >= true", False),
        ("t in [true]", True),
        ("t in [false]", False),
        ("f in [true, false]", True),
        ("e in [true, false]", Error),
        ("(t && t) == true", True),
        ("false == (t && f)", True),
        ("(true && true) == f", False),
    ] {
        check_truths(source, expected);
    }
}

fn check(source: &str, expected: Truth) {
    let texts = ["sports".to_owned(), "müsic".to_owned(), String::new()];
    let attributes: [Attribute<'_>; 9] = [
        sent("country", AttributeValue::String("US")),
        sent("geo.city", AttributeValue::String("Zürich")),
        sent("blank", AttributeValue::String("")),
        sent("interest", AttributeValue::String("sports")),
        sent("unheard_of", AttributeValue::String("unheard of")),
        sent("age", AttributeValue::Int(21)),
        sent("price", AttributeValue::Double(0.5)),
        sent("interests", AttributeValue::Strings(&texts)),
        sent("nothing", AttributeValue::Strings(&[])),
    ];
    assert_eq!(evaluate(source, &attributes), expected, "{source}");
}

#[test]
fn texts() {
    check("country == 'US'", True);
    check("'US' == country", True);
    check("country == \"us\"", False);
    check("country != 'US'", False);
    check("country != 'CA'", True);
    check("country < 'UT'", True);
    check("country < 'US'", False);
    check("country <= 'US'", True);
    check("'UA' < country", True);
    check("'UT' < country", False);
    check("country >= 'UT'", False);
    check("blank < country && blank < 'a' && !(blank < '')", True);
    check("geo.city == 'Z\\u00fcrich'", True);
    check("geo.city == 'Z\\xfcrich'", True);
    check("geo.city > 'Zz'", True);
    check("country < geo.city", True);
    check("geo.city > country", True);
    check("country == country", True);
    check("country == geo.city", False);
    check("unheard_of == unheard_of", True);
    check("country == 5", Error);
    check("country == 0.5", Error);
    check("country == true", Error);
    check("country == age", Error);
    check("country != age", Error);
    check("country < missing", Error);
    check("missing == 'US'", Error);
    check("missing != 'US'", Error);
    check("country", Error);
    check("!country", Error);
    check("interests == interests", Error);
    check("interests == 'sports'", Error);
    check("interests < interests", Error);
}

#[test]
fn membership() {
    check("country in ['US', 'CA']", True);
    check("country in ['CA', 'US']", True);
    check("country in ['US', 'US']", True);
    check("country in ['CA', 'MX',]", False);
    check("country in ['US']", True);
    check("unheard_of in ['US', 'CA']", False);
    check("country in []", False);
    check("age in []", False);
    check("missing in []", Error);
    check("interests in []", Error);
    check("missing in ['US', 'CA']", Error);
    check("age in ['US', 'CA']", Error);
    check("interests in ['sports', 'x']", Error);
    check("age in [20, 21, 22]", True);
    check("age in [20, 22]", False);
    check("age in [21]", True);
    check("age in [20.5, 21.0]", True);
    check("age in [20.5, 21.5]", False);
    check("price in [0.25, 0.5]", True);
    check("price in [1, 2]", False);
    check("price in [-0.0, 0.0]", False);
    check("country in [1, 2]", Error);
    check("country in [0.5, 1.5]", Error);
    check("country in [true]", Error);
    check("'sports' in interests", True);
    check("'müsic' in interests", True);
    check("'' in interests", True);
    check("'s' in interests", False);
    check("'sports' in nothing", False);
    check("'sports' in missing", Error);
    check("'sports' in country", Error);
    check("interest in interests", True);
    check("country in interests", False);
    check("unheard_of in interests", False);
    check("age in interests", Error);
    check("age in nothing", Error);
    check("interests in interests", Error);
    check("missing in interests", Error);
    check("country in missing", Error);
    check("country in age", Error);
}

#[test]
fn has_is_never_an_error() {
    check("has(country)", True);
    check("has(geo.city)", True);
    check("has( nothing )", True);
    check("has(missing)", False);
    check("!has(missing)", True);
    check("has(missing) && missing == 'x'", False);
    check("!has(missing) || missing == 'x'", True);
}

#[test]
fn the_example_of_the_contract() {
    let source = "country in [\"US\", \"CA\"] && !(device == \"tablet\") && age >= 21 && \"sports\" in interests";
    check(source, Error);
    check(&source.replace("device", "geo.city"), True);
}

#[test]
fn blank_is_true() {
    for blank in ["", " ", "\t\r\n\u{c} "] {
        check(blank, True);
        assert_eq!(ExpressionsBuilder::new().add(blank), Ok(None));
    }
    // Blank is blank however long it is.
    check(&" ".repeat(5_000), True);
}

#[test]
fn own_attributes_hide_shared_ones_and_later_ones_earlier() {
    let one = |value| sent("x", AttributeValue::Int(value));
    let check = |shared: &[Attribute<'_>], own: &[Attribute<'_>], expected: i64| {
        let attributes = Attributes { shared, own };
        assert_eq!(attributes.get("x"), Some(AttributeValue::Int(expected)));
        let source = format!("x == {expected}");
        let mut builder = ExpressionsBuilder::new();
        let id = builder.add(&source).expect("it is good").expect("it is not blank");
        let expressions = builder.finish();
        let mut evaluator = super::Evaluator::default();
        evaluator.begin(&expressions, attributes, false);
        assert_eq!(evaluator.evaluate(&expressions, attributes, id).0, True);
        let naive = crate::naive::targeting::evaluate(&source, attributes);
        assert_eq!(naive, Ok(True));
    };
    check(&[one(1)], &[], 1);
    check(&[], &[one(2)], 2);
    check(&[one(1)], &[one(2)], 2);
    check(&[one(1), one(3)], &[], 3);
    check(&[one(1)], &[one(2), one(4)], 4);
    assert_eq!(Attributes::default().get("x"), None);
}

#[test]
fn literals_are_read_as_in_cel() {
    let check = |source: &str, text: &str| {
        check_text(&format!("x == '{source}'"), text);
        check_text(&format!("x == \"{source}\""), text);
    };
    check("", "");
    check("a b", "a b");
    check(r"\\ \? \` \n \r \t \a \b \f \v", "\\ ? ` \n \r \t \u{7} \u{8} \u{c} \u{b}");
    check(r#"\" \'"#, "\" '");
    check(r"\x41\X41\u00e9\U0001F525\101\000\377", "AAé🔥A\0ÿ");
    check("東京 🔥 // + ? { } = & |", "東京 🔥 // + ? { } = & |");
    check_text(r#"x == "it's""#, "it's");
    check_text(r#"x == 'say "x"'"#, "say \"x\"");
}

fn check_text(source: &str, text: &str) {
    let attributes = [sent("x", AttributeValue::String(text))];
    assert_eq!(evaluate(source, &attributes), True, "{source}");
}

#[test]
fn parts_know_their_bytes() {
    let source = " (é == 'x') ".replace('é', "e");
    let tree = parse(&source).expect("it is good").expect("it is not blank");
    assert_eq!(&source[tree.span], "e == 'x'");
    let source = "!(a || b) && has( c ) && \"v\" in d ";
    let tree = parse(source).expect("it is good").expect("it is not blank");
    assert_eq!(&source[tree.span.clone()], "!(a || b) && has( c ) && \"v\" in d");
    let crate::targeting::tree::Kind::And(parts) = tree.kind else {
        panic!("it is an `&&`");
    };
    let parts: Vec<_> = parts.into_iter().map(|part| &source[part.span]).collect();
    assert_eq!(parts, ["!(a || b)", "has( c )", "\"v\" in d"]);
}
