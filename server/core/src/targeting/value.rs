//! What a query says of itself: attributes and their values; and what an expression is for them.

use std::cmp::Ordering;

/// A value of an attribute, borrowed from a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AttributeValue<'a> {
    /// A text. Compared byte by byte, which is by code points.
    String(&'a str),
    /// A whole number.
    Int(i64),
    /// A number; compared with whole numbers by value. NaN is not equal to and not ordered with anything.
    Double(f64),
    /// A truth; false is less than true.
    Bool(bool),
    /// Texts, of which `in` asks whether one is equal.
    Strings(&'a [String]),
}

/// A name and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attribute<'a> {
    /// The name, as expressions write it: `country`, `geo.city`.
    pub name: &'a str,
    /// The value.
    pub value: AttributeValue<'a>,
}

/// The attributes of a query. An own one hides a shared one of the same name, and in each slice a later one an earlier.
#[derive(Debug, Clone, Copy, Default)]
pub struct Attributes<'a> {
    /// Those that the query has in common with others of its batch.
    pub shared: &'a [Attribute<'a>],
    /// Those of the query alone.
    pub own: &'a [Attribute<'a>],
}

/// A value of an attribute, kept.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnedAttributeValue {
    /// See [`AttributeValue::String`].
    String(String),
    /// See [`AttributeValue::Int`].
    Int(i64),
    /// See [`AttributeValue::Double`].
    Double(f64),
    /// See [`AttributeValue::Bool`].
    Bool(bool),
    /// See [`AttributeValue::Strings`].
    Strings(Vec<String>),
}

/// What an expression is for some attributes. Only true matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It holds.
    True,
    /// It cannot be said: an attribute that matters is missing, or its value is of the wrong type.
    Error,
}

impl<'a> Attributes<'a> {
    /// The value of an attribute, if it was sent.
    pub fn get(&self, name: &str) -> Option<AttributeValue<'a>> {
        let latest_first = self.own.iter().rev().chain(self.shared.iter().rev());
        latest_first.into_iter().find(|sent| sent.name == name).map(|sent| sent.value)
    }
}

impl From<AttributeValue<'_>> for OwnedAttributeValue {
    fn from(value: AttributeValue<'_>) -> OwnedAttributeValue {
        match value {
            AttributeValue::String(text) => OwnedAttributeValue::String(text.to_owned()),
            AttributeValue::Int(number) => OwnedAttributeValue::Int(number),
            AttributeValue::Double(number) => OwnedAttributeValue::Double(number),
            AttributeValue::Bool(truth) => OwnedAttributeValue::Bool(truth),
            AttributeValue::Strings(texts) => OwnedAttributeValue::Strings(texts.to_vec()),
        }
    }
}

impl From<bool> for Truth {
    #[inline]
    fn from(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;

    #[inline]
    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::True => Truth::False,
            Truth::Error => Truth::Error,
        }
    }
}

/// Compares by value, without rounding: an int near 2⁶³ is not the double that is nearest to it. `None` for NaN.
#[inline]
pub(super) fn compare_int_double(int: i64, double: f64) -> Option<Ordering> {
    // Rounding keeps order, so only ints that round to the very double need a closer look, and such a double is whole.
    #[expect(clippy::cast_precision_loss, reason = "the case where it matters is looked at again")]
    let rounded = (int as f64).partial_cmp(&double)?;
    if rounded != Ordering::Equal {
        return Some(rounded);
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and at most 2⁶³ in size")]
    let whole = double as i128;
    Some(i128::from(int).cmp(&whole))
}
