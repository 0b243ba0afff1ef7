//! A JSON value as it stands in a line, and where. Reading it yields slices of the line wherever JSON allows that.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::fault::{Fault, Path, Place};
use crate::reason::Reason;

/// A value that is known to be JSON, but for the escapes of its strings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'l> {
    raw: &'l str,
    column: u64,
}

/// A name and its value.
#[derive(Debug)]
pub(crate) struct Member<'l> {
    pub(crate) name: Cow<'l, str>,
    /// Where the name starts, or its value if the name has escapes.
    pub(crate) column: u64,
    pub(crate) value: Value<'l>,
}

/// The kinds of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// Why a text is not JSON.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) column: u64,
    message: String,
}

/// A name, borrowed unless it has escapes.
#[derive(Deserialize)]
struct Name<'l>(#[serde(borrow)] Cow<'l, str>);

/// Collects the members of an object, repeated ones included.
struct MembersVisitor;

impl<'l> Value<'l> {
    /// Checks a line, which must hold one value and nothing else.
    pub(crate) fn parse(line: &'l str) -> Result<Value<'l>, Malformed> {
        let raw: &RawValue =
            serde_json::from_str(line).map_err(|error| Malformed::new(&error, 1))?;
        Ok(Value { raw: line, column: 1 }.part(raw.get()))
    }

    /// The value as it is written.
    pub(crate) fn raw(self) -> &'l str {
        self.raw
    }

    /// Where it starts in its line, from 1.
    pub(crate) fn column(self) -> u64 {
        self.column
    }

    pub(crate) fn kind(self) -> Kind {
        match self.raw.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The text of a string.
    pub(crate) fn text(self) -> Result<Cow<'l, str>, Malformed> {
        let name: Name<'l> =
            serde_json::from_str(self.raw).map_err(|error| self.malformed(&error))?;
        Ok(name.0)
    }

    /// The elements of an array.
    pub(crate) fn items(self) -> Result<Vec<Value<'l>>, Malformed> {
        let items: Vec<&'l RawValue> =
            serde_json::from_str(self.raw).map_err(|error| self.malformed(&error))?;
        Ok(items.into_iter().map(|item| self.part(item.get())).collect())
    }

    /// The members of an object, in order, repeated names included.
    pub(crate) fn members(self) -> Result<Vec<Member<'l>>, Malformed> {
        let mut json = serde_json::Deserializer::from_str(self.raw);
        let members =
            json.deserialize_map(MembersVisitor).map_err(|error| self.malformed(&error))?;
        let member = |(name, raw): (Cow<'l, str>, &'l RawValue)| {
            let value = self.part(raw.get());
            let column = match &name {
                // One byte before the name is its quotation mark.
                Cow::Borrowed(name) => self.part(name).column - 1,
                Cow::Owned(_) => value.column,
            };
            Member { name, column, value }
        };
        Ok(members.into_iter().map(member).collect())
    }

    /// A slice of this value's text as a value of its own.
    fn part(self, raw: &'l str) -> Value<'l> {
        let offset = raw.as_ptr().addr() - self.raw.as_ptr().addr();
        Value { raw, column: self.column + offset as u64 }
    }

    fn malformed(self, error: &serde_json::Error) -> Malformed {
        Malformed::new(error, self.column)
    }
}

impl Member<'_> {
    /// The fault of a name that is in its object for the second time.
    pub(crate) fn repeated(&self, line: u64, path: Path) -> Fault {
        let place = Place { line, column: self.column, path };
        let what = "is there twice in one object; keep one of them";
        Fault::new(place, Reason::DuplicateField, what, self.value.raw)
    }
}

impl Malformed {
    /// The error of a text that starts at this column.
    fn new(error: &serde_json::Error, column: u64) -> Malformed {
        // The position is part of the message; it is relative to the text, so it is said apart.
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        let hint = if error.is_eof() { "; a record must be whole on its line" } else { "" };
        Malformed {
            column: column + (error.column() as u64).saturating_sub(1),
            message: format!("is not valid JSON: {message}{hint}"),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Null => "null",
            Kind::Boolean => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        })
    }
}

impl<'l> Visitor<'l> for MembersVisitor {
    type Value = Vec<(Cow<'l, str>, &'l RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<Name<'l>, &'l RawValue>()? {
            members.push((name.0, value));
        }
        Ok(members)
    }
}
