//! Ints and doubles compare by value, without rounding.

use std::cmp::Ordering;

use super::{AttributeValue, evaluate, sent};
use crate::targeting::Truth;

const TWO_TO_53: i64 = 1 << 53;
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

fn holds(operator: &str, ordering: Option<Ordering>) -> bool {
    match operator {
        "==" => ordering == Some(Ordering::Equal),
        "!=" => ordering != Some(Ordering::Equal),
        "<" => ordering == Some(Ordering::Less),
        "<=" => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        ">" => ordering == Some(Ordering::Greater),
        _ => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// Compares an int with a double in every way: as attributes, and each with the other as a literal if it can be written.
fn check(int: i64, double: f64, expected: Option<Ordering>) {
    let attributes =
        [sent("i", AttributeValue::Int(int)), sent("d", AttributeValue::Double(double))];
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        let forward = Truth::from(holds(operator, expected));
        let backward = Truth::from(holds(operator, expected.map(Ordering::reverse)));
        assert_eq!(evaluate(&format!("i {operator} d"), &attributes), forward, "{int} {double}");
        assert_eq!(evaluate(&format!("d {operator} i"), &attributes), backward, "{int} {double}");
        assert_eq!(evaluate(&format!("{int} {operator} d"), &attributes), forward, "{double}");
        assert_eq!(evaluate(&format!("d {operator} {int}"), &attributes), backward, "{double}");
        if double.is_finite() {
            let source = format!("i {operator} {double:e}");
            assert_eq!(evaluate(&source, &attributes), forward, "{int} {double}");
            let source = format!("{int} {operator} {double:e}");
            assert_eq!(evaluate(&source, &attributes), forward, "{int} {double}");
        }
    }
    let is_equal = Truth::from(expected == Some(Ordering::Equal));
    let far = if int == 7 { 8 } else { 7 };
    assert_eq!(evaluate(&format!("d in [{int}, {far}]"), &attributes), is_equal, "{int} {double}");
    if double.is_finite() {
        let source = format!("i in [{double:e}, 0.125]");
        assert_eq!(evaluate(&source, &attributes), is_equal, "{int} {double}");
    }
}

#[test]
fn ints_and_doubles_compare_by_value() {
    let (less, equal, greater) =
        (Some(Ordering::Less), Some(Ordering::Equal), Some(Ordering::Greater));
    check(0, 0.0, equal);
    check(0, -0.0, equal);
    check(1, 1.0, equal);
    check(1, 1.5, less);
    check(2, 1.5, greater);
    check(-1, -1.5, greater);
    check(-2, -1.5, less);
    check(0, f64::MIN_POSITIVE, less);
    check(0, -f64::MIN_POSITIVE, greater);
    check(TWO_TO_53, 9_007_199_254_740_992.0, equal);
    check(TWO_TO_53 + 1, 9_007_199_254_740_992.0, greater);
    check(TWO_TO_53 - 1, 9_007_199_254_740_992.0, less);
    check(i64::MAX, TWO_TO_63, less);
    check(i64::MAX - 511, TWO_TO_63, less);
    check(i64::MAX - 1_023, TWO_TO_63 - 1_024.0, equal);
    check(i64::MAX - 1_022, TWO_TO_63 - 1_024.0, greater);
    check(i64::MIN, -TWO_TO_63, equal);
    check(i64::MIN + 1, -TWO_TO_63, greater);
    check(i64::MIN, -TWO_TO_63 - 2_048.0, greater);
    check(i64::MAX, 1e300, less);
    check(i64::MIN, -1e300, greater);
    check(i64::MAX, f64::INFINITY, less);
    check(i64::MIN, f64::NEG_INFINITY, greater);
    check(0, f64::NAN, None);
    check(i64::MAX, f64::NAN, None);
}

#[test]
fn what_is_no_number_is_equal_to_nothing_and_in_no_list() {
    let check = |source: &str, expected: Truth| {
        let attributes = [sent("n", AttributeValue::Double(f64::NAN))];
        assert_eq!(evaluate(source, &attributes), expected, "{source}");
    };
    check("n == n", Truth::False);
    check("n != n", Truth::True);
    check("n < 1.0", Truth::False);
    check("n >= 1.0", Truth::False);
    check("!(n < 1.0)", Truth::True);
    check("n in [1.0, 2.0]", Truth::False);
    check("n in [1, 2]", Truth::False);
    check("n in [1]", Truth::False);
    check("has(n)", Truth::True);
}

#[test]
fn numbers_are_read_as_in_cel() {
    let check = |literal: &str, value: AttributeValue<'_>| {
        let source = format!("x == {literal} && x in [{literal}, {literal}]");
        assert_eq!(evaluate(&source, &[sent("x", value)]), Truth::True, "{literal}");
    };
    check("007", AttributeValue::Int(7));
    check("-5", AttributeValue::Int(-5));
    check("9223372036854775807", AttributeValue::Int(i64::MAX));
    check("-9223372036854775808", AttributeValue::Int(i64::MIN));
    check(".5", AttributeValue::Double(0.5));
    check("-.5", AttributeValue::Double(-0.5));
    check("1e3", AttributeValue::Double(1_000.0));
    check("1.5E-1", AttributeValue::Double(0.15));
    check("2e+2", AttributeValue::Double(200.0));
    check("1e-400", AttributeValue::Double(0.0));
}
