//! What targeting reads of a query: attributes, each with a name and a value.

use std::collections::{BTreeMap, btree_map};

/// Attributes by name.
///
/// A request takes at most 256. Names match `[a-z_][a-z0-9_.]*` and have at most 64 bytes; the server refuses others with
/// INVALID_ARGUMENT. Attributes that no targeting asks for are ignored.
///
/// ```
/// use broadside_client::Attributes;
///
/// let attributes = Attributes::new()
///     .with("country", "US")
///     .with("age", 34)
///     .with("interests", ["sports", "music"]);
/// assert_eq!(attributes.len(), 3);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes {
    values: BTreeMap<String, AttributeValue>,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// A text, at most 1,024 bytes.
    String(String),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Double(f64),
    /// True or false.
    Bool(bool),
    /// Several texts in any order: at most 256, each of at most 1,024 bytes.
    StringList(Vec<String>),
}

impl Attributes {
    /// No attributes.
    pub fn new() -> Attributes {
        Attributes::default()
    }

    /// These attributes and one more. A value that the name had before is replaced.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<AttributeValue>) -> Attributes {
        self.insert(name, value);
        self
    }

    /// Sets an attribute, and gives the value that the name had before.
    pub fn insert(
        &mut self,
        name: impl Into<String>,
        value: impl Into<AttributeValue>,
    ) -> Option<AttributeValue> {
        self.values.insert(name.into(), value.into())
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&AttributeValue> {
        self.values.get(name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All of them, ascending by name.
    pub fn iter(&self) -> btree_map::Iter<'_, String, AttributeValue> {
        self.values.iter()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = (&'a String, &'a AttributeValue);
    type IntoIter = btree_map::Iter<'a, String, AttributeValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Of several values of one name the last one is kept.
impl<N: Into<String>, V: Into<AttributeValue>> FromIterator<(N, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(attributes: I) -> Attributes {
        attributes.into_iter().fold(Attributes::new(), |all, (name, value)| all.with(name, value))
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> AttributeValue {
        AttributeValue::String(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> AttributeValue {
        AttributeValue::String(text)
    }
}

impl From<i32> for AttributeValue {
    fn from(number: i32) -> AttributeValue {
        AttributeValue::Int(i64::from(number))
    }
}

impl From<u32> for AttributeValue {
    fn from(number: u32) -> AttributeValue {
        AttributeValue::Int(i64::from(number))
    }
}

impl From<i64> for AttributeValue {
    fn from(number: i64) -> AttributeValue {
        AttributeValue::Int(number)
    }
}

impl From<f64> for AttributeValue {
    fn from(number: f64) -> AttributeValue {
        AttributeValue::Double(number)
    }
}

impl From<bool> for AttributeValue {
    fn from(truth: bool) -> AttributeValue {
        AttributeValue::Bool(truth)
    }
}

impl From<Vec<String>> for AttributeValue {
    fn from(texts: Vec<String>) -> AttributeValue {
        AttributeValue::StringList(texts)
    }
}

impl From<&[&str]> for AttributeValue {
    fn from(texts: &[&str]) -> AttributeValue {
        AttributeValue::StringList(texts.iter().map(|text| (*text).to_owned()).collect())
    }
}

impl<const N: usize> From<[&str; N]> for AttributeValue {
    fn from(texts: [&str; N]) -> AttributeValue {
        AttributeValue::from(texts.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::{AttributeValue, Attributes};

    #[test]
    fn values_take_the_kind_of_their_type() {
        let texts = || vec!["a".to_owned(), "b".to_owned()];
        let check = |value: AttributeValue, expected: AttributeValue| assert_eq!(value, expected);
        check("US".into(), AttributeValue::String("US".to_owned()));
        check("US".to_owned().into(), AttributeValue::String("US".to_owned()));
        check(34.into(), AttributeValue::Int(34));
        check(u32::MAX.into(), AttributeValue::Int(4_294_967_295));
        check(i64::MIN.into(), AttributeValue::Int(i64::MIN));
        check(0.5.into(), AttributeValue::Double(0.5));
        check(true.into(), AttributeValue::Bool(true));
        check(texts().into(), AttributeValue::StringList(texts()));
        check(["a", "b"].into(), AttributeValue::StringList(texts()));
        check(["a", "b"].as_slice().into(), AttributeValue::StringList(texts()));
    }

    #[test]
    fn a_name_has_one_value_the_last() {
        let mut attributes = Attributes::new().with("b", 1).with("a", "x").with("b", 2);
        assert_eq!(attributes.insert("a", true), Some(AttributeValue::String("x".to_owned())));
        assert_eq!(attributes, Attributes::from_iter([("a", true)]).with("b", 2));
        let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, attributes.len()), (vec!["a", "b"], 2));
        assert_eq!(attributes.get("b"), Some(&AttributeValue::Int(2)));
        assert_eq!((attributes.get("c"), attributes.is_empty()), (None, false));
    }
}
