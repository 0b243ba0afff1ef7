//! Requests of `MatchBatch`, `MatchStream` and `Explain` as views of their bytes.
//!
//! What is read is what prost would read: of a field that comes twice the last one counts, messages that come twice are
//! merged, of equal names in a map the last one counts, unknown fields are stepped over, texts are UTF-8. On top of that,
//! more queries, attributes or texts than are allowed end the reading at once. No other limit is checked here; that is
//! for `from_proto`.

use super::fields::{Fields, Malformed, Value};
use crate::limits::{
    ATTRIBUTE_ENTRIES_MAX, ATTRIBUTE_LIST_MAX, ATTRIBUTES_MAX, REQUEST_FIELDS_MAX,
};

mod options;

use options::merge_options;
pub(crate) use options::{OptionsView, Parts};

/// A request of `MatchBatch`.
#[derive(Debug, Clone, Default)]
pub struct BatchView<'r> {
    queries: Vec<QueryView<'r>>,
    /// Those of the first query, then those of the second, and so on.
    own: Vec<AttributeView<'r>>,
    own_options: Vec<OptionsView>,
    /// What queries share, or the one text to explain has.
    pub(crate) shared: SharedView<'r>,
    /// The texts of all attributes that are lists.
    texts: Vec<String>,
    /// Fields that were read, of the request and of its queries.
    fields: usize,
}

/// What a request has once.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedView<'r> {
    /// In order of their names, each once.
    pub(crate) attributes: Vec<AttributeView<'r>>,
    /// Entries of the map that were read.
    entries: usize,
    pub(crate) options: Option<OptionsView>,
    pub(crate) min_version: Option<VersionView<'r>>,
}

/// A request of `MatchStream`.
#[derive(Debug, Clone, Default)]
pub struct StreamView<'r> {
    /// The client's number.
    pub request_id: u64,
    /// What it asks.
    pub batch: BatchView<'r>,
}

/// A request of `Explain`.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExplainView<'r> {
    pub(crate) text: &'r str,
    pub(crate) listing_id: &'r str,
    pub(crate) shared: SharedView<'r>,
    pub(crate) texts: Vec<String>,
}

/// One query of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OneQuery<'v, 'r> {
    pub(crate) text: &'r str,
    /// In order of their names, each once.
    pub(crate) attributes: &'v [AttributeView<'r>],
    pub(crate) options: Option<&'v OptionsView>,
}

/// An attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AttributeView<'r> {
    pub(crate) name: &'r str,
    pub(crate) value: ValueView<'r>,
}

/// The value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ValueView<'r> {
    Unset,
    String(&'r str),
    Int(i64),
    Double(f64),
    Bool(bool),
    /// A range of the request's texts.
    List {
        start: usize,
        end: usize,
    },
}

/// The version that is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct VersionView<'r> {
    pub(crate) generation: &'r str,
    pub(crate) sequence: u64,
}

/// Why a request was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It is no message of its type.
    Malformed(&'static str),
    /// More queries than are allowed.
    TooManyQueries {
        /// How many there are.
        got: usize,
        /// How many may be.
        most: usize,
    },
    /// More attributes in one map than are allowed.
    TooManyAttributes {
        /// The query that has them; none: the request.
        query: Option<usize>,
    },
    /// More texts in one attribute than are allowed.
    TooManyTexts {
        /// The query that has it; none: the request.
        query: Option<usize>,
    },
}

/// A query as it lies in a batch.
#[derive(Debug, Clone, Copy)]
struct QueryView<'r> {
    text: &'r str,
    attributes: u32,
    has_options: bool,
}

/// Why an attribute was not read.
enum BadAttribute {
    Malformed(Malformed),
    TooMany,
    TooManyTexts,
}

impl<'r> BatchView<'r> {
    /// Reads a whole message with at most so many queries.
    ///
    /// # Errors
    /// The bytes are no such message, or there is more of something than is allowed.
    pub fn read(message: &'r [u8], queries_max: usize) -> Result<BatchView<'r>, Unread> {
        let mut batch = BatchView::default();
        batch.merge(Fields::new(message), queries_max)?;
        Ok(batch)
    }

    /// How many queries there are.
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    /// The queries in order.
    pub(crate) fn queries<'v>(&'v self) -> impl Iterator<Item = OneQuery<'v, 'r>> {
        let mut own = self.own.as_slice();
        let mut options = self.own_options.iter();
        self.queries.iter().map(move |query| {
            let (attributes, after) = own.split_at(query.attributes as usize);
            own = after;
            let options = if query.has_options { options.next() } else { None };
            OneQuery { text: query.text, attributes, options }
        })
    }

    /// Whether a query has attributes of its own.
    pub(crate) fn has_own_attributes(&self) -> bool {
        !self.own.is_empty()
    }

    /// The texts that lists refer to.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    fn merge(&mut self, mut fields: Fields<'r>, queries_max: usize) -> Result<(), Unread> {
        while let Some((number, value)) = fields.next()? {
            self.count_field()?;
            match number {
                1 if self.queries.len() == queries_max => {
                    let got = queries_max + 1 + count(fields, 1)?;
                    return Err(Unread::TooManyQueries { got, most: queries_max });
                }
                1 => {
                    let query = fields.nested(value)?;
                    if self.queries.is_empty() {
                        // As many as there are if all are as long as the first.
                        let more = fields.len() / (query.len() + 2);
                        self.queries.reserve(queries_max.min(1 + more));
                    }
                    self.merge_query(query)?;
                }
                _ => self.shared.merge(number - 1, value, fields, &mut self.texts)?,
            }
        }
        self.shared.settle()
    }

    /// Fields cost time even where they only replace each other, and two bytes each.
    fn count_field(&mut self) -> Result<(), Unread> {
        self.fields += 1;
        if self.fields > REQUEST_FIELDS_MAX {
            return Err(Unread::Malformed("it has too many fields"));
        }
        Ok(())
    }

    fn merge_query(&mut self, mut fields: Fields<'r>) -> Result<(), Unread> {
        let (first, mut text, mut own_options) = (self.own.len(), "", None);
        let mut entries = 0;
        let query = Some(self.queries.len());
        while let Some((number, value)) = fields.next()? {
            self.count_field()?;
            match number {
                1 => text = value.text()?,
                2 => {
                    entries += 1;
                    check_entries(entries)
                        .and_then(|()| {
                            push_attribute(&mut self.own, first, value, fields, &mut self.texts)
                        })
                        .map_err(|bad| bad.of(query))?;
                }
                3 => merge_options(&mut own_options, fields.nested(value)?)?,
                _ => {}
            }
        }
        settle(&mut self.own, first).map_err(|bad| bad.of(query))?;
        let attributes = u32::try_from(self.own.len() - first)
            .expect("attributes of one query are at most a few hundred");
        self.own_options.extend(own_options);
        let has_options = own_options.is_some();
        self.queries.push(QueryView { text, attributes, has_options });
        Ok(())
    }
}

impl<'r> StreamView<'r> {
    /// Reads the client's number alone, whatever else is in the message.
    ///
    /// # Errors
    /// The bytes are no such message.
    pub(crate) fn read_id(message: &[u8]) -> Result<u64, Unread> {
        let mut fields = Fields::new(message);
        let mut id = 0;
        while let Some((number, value)) = fields.next()? {
            if number == 1 {
                id = value.varint()?;
            }
        }
        Ok(id)
    }

    /// Reads a whole message with at most so many queries.
    ///
    /// # Errors
    /// The bytes are no such message, or there is more of something than is allowed.
    pub fn read(message: &'r [u8], queries_max: usize) -> Result<StreamView<'r>, Unread> {
        let mut request = StreamView::default();
        let mut fields = Fields::new(message);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => request.request_id = value.varint()?,
                2 => request.batch.merge(fields.nested(value)?, queries_max)?,
                _ => {}
            }
        }
        Ok(request)
    }
}

impl<'r> ExplainView<'r> {
    /// Reads a whole message.
    pub(crate) fn read(message: &'r [u8]) -> Result<ExplainView<'r>, Unread> {
        let mut explain = ExplainView::default();
        let mut fields = Fields::new(message);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => explain.text = value.text()?,
                2 => explain.listing_id = value.text()?,
                _ => explain.shared.merge(number - 2, value, fields, &mut explain.texts)?,
            }
        }
        explain.shared.settle()?;
        Ok(explain)
    }
}

impl<'r> SharedView<'r> {
    /// Reads a field: attributes, options and version are 1, 2 and 3 here; all others are unknown.
    fn merge(
        &mut self,
        number: u32,
        value: Value<'r>,
        fields: Fields<'r>,
        texts: &mut Vec<String>,
    ) -> Result<(), Unread> {
        match number {
            1 => {
                self.entries += 1;
                check_entries(self.entries)
                    .and_then(|()| push_attribute(&mut self.attributes, 0, value, fields, texts))
                    .map_err(|bad| bad.of(None))?;
            }
            2 => merge_options(&mut self.options, fields.nested(value)?)?,
            3 => {
                let version = self.min_version.get_or_insert_default();
                let mut fields = fields.nested(value)?;
                while let Some((number, value)) = fields.next()? {
                    match number {
                        1 => version.generation = value.text()?,
                        2 => version.sequence = value.varint()?,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), Unread> {
        settle(&mut self.attributes, 0).map_err(|bad| bad.of(None))
    }
}

/// How many of the fields have this number.
fn count(mut fields: Fields<'_>, wanted: u32) -> Result<usize, Malformed> {
    let mut found = 0;
    while let Some((number, _)) = fields.next()? {
        found += usize::from(number == wanted);
    }
    Ok(found)
}

/// A map may have a name twice, and not for ever.
fn check_entries(entries: usize) -> Result<(), BadAttribute> {
    if entries <= ATTRIBUTE_ENTRIES_MAX { Ok(()) } else { Err(BadAttribute::TooMany) }
}

/// Reads an entry of a map to the end of a list in which the map begins at `first`. O(1), and now and then O(n log n).
fn push_attribute<'r>(
    list: &mut Vec<AttributeView<'r>>,
    first: usize,
    value: Value<'r>,
    fields: Fields<'r>,
    texts: &mut Vec<String>,
) -> Result<(), BadAttribute> {
    let mut attribute = AttributeView { name: "", value: ValueView::Unset };
    let mut entry = fields.nested(value)?;
    while let Some((number, value)) = entry.next()? {
        match number {
            1 => attribute.name = value.text()?,
            2 => attribute.value.merge(entry.nested(value)?, texts)?,
            _ => {}
        }
    }
    list.push(attribute);
    // The same name may come as often as it likes, but not be kept as often.
    if list.len() - first > 2 * ATTRIBUTES_MAX { settle(list, first) } else { Ok(()) }
}

/// Leaves the last one of each name, in order of their names.
fn settle(list: &mut Vec<AttributeView<'_>>, first: usize) -> Result<(), BadAttribute> {
    if list.len() - first < 2 {
        return Ok(());
    }
    let map = &mut list[first..];
    // Stable, so that of equal names the last one stays last.
    map.sort_by_key(|attribute| attribute.name);
    let mut kept = 0;
    for next in 1..map.len() {
        kept += usize::from(map[next].name != map[kept].name);
        map[kept] = map[next];
    }
    list.truncate(first + kept + 1);
    if kept < ATTRIBUTES_MAX { Ok(()) } else { Err(BadAttribute::TooMany) }
}

impl<'r> ValueView<'r> {
    /// Reads a value on top of what was read of it before.
    fn merge(
        &mut self,
        mut fields: Fields<'r>,
        texts: &mut Vec<String>,
    ) -> Result<(), BadAttribute> {
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => *self = ValueView::String(value.text()?),
                2 => *self = ValueView::Int(value.varint()?.cast_signed()),
                3 => *self = ValueView::Double(value.double()?),
                4 => *self = ValueView::Bool(value.varint()? != 0),
                5 => {
                    // A list on top of a list goes on with it: nothing came between their texts.
                    let start = match *self {
                        ValueView::List { start, .. } => start,
                        _ => texts.len(),
                    };
                    let mut fields = fields.nested(value)?;
                    while let Some((number, value)) = fields.next()? {
                        if number == 1 {
                            texts.push(value.text()?.to_owned());
                        }
                        if texts.len() - start > ATTRIBUTE_LIST_MAX {
                            return Err(BadAttribute::TooManyTexts);
                        }
                    }
                    *self = ValueView::List { start, end: texts.len() };
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl BadAttribute {
    fn of(self, query: Option<usize>) -> Unread {
        match self {
            BadAttribute::Malformed(malformed) => malformed.into(),
            BadAttribute::TooMany => Unread::TooManyAttributes { query },
            BadAttribute::TooManyTexts => Unread::TooManyTexts { query },
        }
    }
}

impl From<Malformed> for BadAttribute {
    fn from(malformed: Malformed) -> BadAttribute {
        BadAttribute::Malformed(malformed)
    }
}

impl From<Malformed> for Unread {
    fn from(Malformed(why): Malformed) -> Unread {
        Unread::Malformed(why)
    }
}

#[cfg(test)]
mod tests;
