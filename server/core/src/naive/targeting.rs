//! Targeting as the contract says it: a plain walk over what was parsed. The oracle of tests and fuzzing.
//!
//! Only the parser's tree and the types of values are common to this and the table of nodes.

use std::cmp::Ordering;

use crate::targeting::tree::{Comparison, Kind, Literal, Tree};
use crate::targeting::{AttributeValue, Attributes, TargetingError, Truth, parse};

/// A value, or no value: an error.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    String(String),
    Int(i64),
    Double(f64),
    Bool(bool),
    List(Vec<Value>),
    Error,
}

/// What an expression is for some attributes.
///
/// # Errors
/// Why it cannot be read.
pub fn evaluate(source: &str, attributes: Attributes<'_>) -> Result<Truth, TargetingError> {
    let Some(tree) = parse(source)? else {
        return Ok(Truth::True);
    };
    Ok(match value(&tree, attributes) {
        Value::Bool(false) => Truth::False,
        Value::Bool(true) => Truth::True,
        _ => Truth::Error,
    })
}

fn value(tree: &Tree<'_>, attributes: Attributes<'_>) -> Value {
    match &tree.kind {
        Kind::Literal(literal) => of_literal(literal),
        Kind::List(elements) => Value::List(elements.iter().map(of_literal).collect()),
        Kind::Attribute(name) => sent(name, attributes),
        Kind::Has(name) => Value::Bool(sent(name, attributes) != Value::Error),
        Kind::Not(inner) => match value(inner, attributes) {
            Value::Bool(truth) => Value::Bool(!truth),
            _ => Value::Error,
        },
        Kind::And(operands) => joined(operands, attributes, false),
        Kind::Or(operands) => joined(operands, attributes, true),
        Kind::Compare(comparison, sides) => {
            compared(*comparison, &value(&sides[0], attributes), &value(&sides[1], attributes))
        }
        Kind::In(sides) => {
            contained(&value(&sides[0], attributes), &value(&sides[1], attributes), &sides[1].kind)
        }
    }
}

/// The last of a name counts, and an own one before a shared one.
fn sent(name: &str, attributes: Attributes<'_>) -> Value {
    let mut found = Value::Error;
    for attribute in attributes.shared.iter().chain(attributes.own) {
        if attribute.name == name {
            found = match attribute.value {
                AttributeValue::String(text) => Value::String(text.to_owned()),
                AttributeValue::Int(number) => Value::Int(number),
                // NaN is a value too, though it is not equal to itself.
                AttributeValue::Double(number) => Value::Double(number),
                AttributeValue::Bool(truth) => Value::Bool(truth),
                AttributeValue::Strings(texts) => {
                    Value::List(texts.iter().cloned().map(Value::String).collect())
                }
            };
        }
    }
    found
}

fn of_literal(literal: &Literal) -> Value {
    match literal {
        Literal::String(text) => Value::String(text.clone()),
        Literal::Int(number) => Value::Int(*number),
        Literal::Double(number) => Value::Double(*number),
        Literal::Bool(truth) => Value::Bool(*truth),
    }
}

/// `&&` for `decides` false, `||` for true: one operand that decides is enough, whatever the others are; then one that is
/// no truth makes an error.
fn joined(operands: &[Tree<'_>], attributes: Attributes<'_>, decides: bool) -> Value {
    let values: Vec<_> = operands.iter().map(|operand| value(operand, attributes)).collect();
    if values.contains(&Value::Bool(decides)) {
        return Value::Bool(decides);
    }
    if values.iter().all(|value| *value == Value::Bool(!decides)) {
        return Value::Bool(!decides);
    }
    Value::Error
}

fn compared(comparison: Comparison, left: &Value, right: &Value) -> Value {
    let Some(ordering) = order(left, right) else {
        return Value::Error;
    };
    let (less, equal, greater) = match ordering {
        Order::Is(ordering) => (ordering.is_lt(), ordering.is_eq(), ordering.is_gt()),
        Order::NotANumber => (false, false, false),
    };
    Value::Bool(match comparison {
        Comparison::Equal => equal,
        Comparison::NotEqual => !equal,
        Comparison::Less => less,
        Comparison::LessOrEqual => less || equal,
        Comparison::Greater => greater,
        Comparison::GreaterOrEqual => greater || equal,
    })
}

/// How two values of comparable types compare.
enum Order {
    Is(Ordering),
    NotANumber,
}

/// Nothing for values that cannot be compared.
fn order(left: &Value, right: &Value) -> Option<Order> {
    let numbers = |ordering: Option<Ordering>| Some(ordering.map_or(Order::NotANumber, Order::Is));
    match (left, right) {
        (Value::String(a), Value::String(b)) => Some(Order::Is(a.chars().cmp(b.chars()))),
        (Value::Bool(a), Value::Bool(b)) => Some(Order::Is(a.cmp(b))),
        (Value::Int(a), Value::Int(b)) => Some(Order::Is(a.cmp(b))),
        (Value::Double(a), Value::Double(b)) => numbers(a.partial_cmp(b)),
        (Value::Int(a), Value::Double(b)) => numbers(int_with_double(*a, *b)),
        (Value::Double(a), Value::Int(b)) => {
            numbers(int_with_double(*b, *a).map(Ordering::reverse))
        }
        _ => None,
    }
}

/// Compares the int with the double's whole part, and if that is equal asks for what is behind its point.
fn int_with_double(int: i64, double: f64) -> Option<Ordering> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        return None;
    }
    if double >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if double < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is in the range of i64")]
    let floor = double.floor() as i64;
    Some(match int.cmp(&floor) {
        Ordering::Equal if double.fract() != 0.0 => Ordering::Less,
        ordering => ordering,
    })
}

/// `list` is how the right side was written: an attribute must be a list of strings.
fn contained(sought: &Value, list: &Value, written: &Kind<'_>) -> Value {
    let Value::List(elements) = list else {
        return Value::Error;
    };
    match sought {
        Value::Error | Value::List(_) => return Value::Error,
        Value::String(_) => {}
        // Lists that are sent hold strings, even if they are empty.
        _ if matches!(written, Kind::Attribute(_)) => return Value::Error,
        _ => {}
    }
    let mut found = false;
    for element in elements {
        match compared(Comparison::Equal, sought, element) {
            Value::Bool(equal) => found |= equal,
            _ => return Value::Error,
        }
    }
    Value::Bool(found)
}
