//! A JSON value as it stands in a line, and where. Reading it yields slices of the line wherever JSON allows that.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
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

/// Gives away the members of an object one by one, repeated ones included.
struct MembersVisitor<'l, F> {
    object: Value<'l>,
    take: F,
}

/// Gives away the elements of an array one by one.
struct ItemsVisitor<'l, F> {
    array: Value<'l>,
    take: F,
}

impl<'l> Value<'l> {
    /// Checks a line, which must hold one value and nothing else.
    pub(crate) fn parse(line: &'l str) -> Result<Value<'l>, Malformed> {
        let raw: &RawValue =
            serde_json::from_str(line).map_err(|error| Malformed::new(&error, 1))?;
        Ok(Value { raw: line, column: 1 }.part(raw.get()))
    }

    /// What a line holds if it is one value and nothing else. Nothing is checked yet: reading its members checks an
    /// object, and [`Value::parse`] anything.
    pub(crate) fn of_line(line: &'l str) -> Value<'l> {
        let raw = line.trim_matches([' ', '\t', '\r', '\n']);
        Value { raw: line, column: 1 }.part(raw)
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
        if !self.raw.contains('\\')
            && let Some(text) = self.raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
        {
            return Ok(Cow::Borrowed(text));
        }
        let name: Name<'l> =
            serde_json::from_str(self.raw).map_err(|error| self.malformed(&error))?;
        Ok(name.0)
    }

    /// Gives each element of an array to `take`.
    pub(crate) fn items(self, take: impl FnMut(Value<'l>)) -> Result<(), Malformed> {
        let mut json = serde_json::Deserializer::from_str(self.raw);
        let visitor = ItemsVisitor { array: self, take };
        let visited = json.deserialize_seq(visitor).and_then(|()| json.end());
        visited.map_err(|error| self.malformed(&error))
    }

    /// Gives each member of an object to `take`, in order, repeated names included. If it fails, those before the
    /// failure were given.
    pub(crate) fn members(self, take: impl FnMut(Member<'l>)) -> Result<(), Malformed> {
        let mut json = serde_json::Deserializer::from_str(self.raw);
        let visitor = MembersVisitor { object: self, take };
        let visited = json.deserialize_map(visitor).and_then(|()| json.end());
        visited.map_err(|error| self.malformed(&error))
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

impl<'l, F: FnMut(Member<'l>)> Visitor<'l> for MembersVisitor<'l, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'l>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Name(name), raw)) = map.next_entry::<Name<'l>, &'l RawValue>()? {
            let value = self.object.part(raw.get());
            let column = match &name {
                // One byte before the name is its quotation mark.
                Cow::Borrowed(name) => self.object.part(name).column - 1,
                Cow::Owned(_) => value.column,
            };
            (self.take)(Member { name, column, value });
        }
        Ok(())
    }
}

impl<'l, F: FnMut(Value<'l>)> Visitor<'l> for ItemsVisitor<'l, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'l>>(mut self, mut array: A) -> Result<(), A::Error> {
        while let Some(raw) = array.next_element::<&'l RawValue>()? {
            (self.take)(self.array.part(raw.get()));
        }
        Ok(())
    }
}
