//! Attributes, which targeting is judged by: checked, and brought into the form in which the matcher reads them.

use broadside_core::{Attribute, AttributeValue, Attributes};

use crate::limits::{ATTRIBUTE_NAME_BYTES_MAX, ATTRIBUTE_TEXT_BYTES_MAX};
use crate::rpc::status::Refusal;
use crate::rpc::wire::request::{AttributeView, BatchView, ExplainView, ValueView};

/// The attributes of a request, borrowed from it. Two lists however many queries there are, and what the queries share is
/// one slice for all of them: by that the matcher knows that it has judged a targeting already.
#[derive(Debug, Default)]
pub(crate) struct AttributeTable<'r> {
    shared: Vec<Attribute<'r>>,
    /// Those of the first query, then those of the second, and so on.
    own: Vec<Attribute<'r>>,
    /// Where the attributes of each query end in `own`; empty if no query has any.
    ends: Vec<usize>,
}

impl<'r> AttributeTable<'r> {
    /// Reads the attributes of a batch.
    pub(crate) fn of_batch(request: &'r BatchView<'r>) -> Result<Self, Refusal> {
        let mut table = AttributeTable::default();
        let (shared, texts) = (&request.shared.attributes, request.texts());
        read(shared, texts, || "attributes".to_owned(), &mut table.shared)?;
        if request.has_own_attributes() {
            for (ordinal, query) in request.queries().enumerate() {
                let path = || format!("queries[{ordinal}].attributes");
                read(query.attributes, texts, path, &mut table.own)?;
                table.ends.push(table.own.len());
            }
        }
        Ok(table)
    }

    /// Reads the attributes of a request for one text.
    pub(crate) fn of_one(request: &'r ExplainView<'r>) -> Result<Self, Refusal> {
        let mut table = AttributeTable::default();
        let (attributes, texts) = (&request.shared.attributes, &request.texts);
        read(attributes, texts, || "attributes".to_owned(), &mut table.shared)?;
        Ok(table)
    }

    /// The attributes of a query that has none of its own.
    pub(super) fn of_all(&'r self) -> Attributes<'r> {
        Attributes { shared: &self.shared, own: &[] }
    }

    /// The attributes of one query of the batch that was read.
    pub(super) fn of_query(&'r self, ordinal: usize) -> Attributes<'r> {
        let Some(end) = self.ends.get(ordinal) else { return self.of_all() };
        let start = if ordinal == 0 { 0 } else { self.ends[ordinal - 1] };
        Attributes { shared: &self.shared, own: &self.own[start..*end] }
    }
}

/// Reads attributes to the end of a list. The path is a closure, since it is written only when something is wrong.
fn read<'r>(
    attributes: &[AttributeView<'r>],
    texts: &'r [String],
    path: impl Fn() -> String,
    list: &mut Vec<Attribute<'r>>,
) -> Result<(), Refusal> {
    for AttributeView { name, value } in attributes {
        if !is_name(name) {
            let description = format!(
                "expected names of 1 to {ATTRIBUTE_NAME_BYTES_MAX} characters [a-z_][a-z0-9_.]*, got one of {} bytes",
                name.len()
            );
            return Err(Refusal::field(path(), description));
        }
        let value = value_of(*value, texts)
            .map_err(|description| Refusal::field(format!("{}[{name}]", path()), description))?;
        list.push(Attribute { name, value });
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let rest = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.'
    };
    starts && name.len() <= ATTRIBUTE_NAME_BYTES_MAX && name.bytes().all(rest)
}

fn value_of<'r>(value: ValueView<'r>, texts: &'r [String]) -> Result<AttributeValue<'r>, String> {
    match value {
        ValueView::Unset => Err("expected a value, got none; set one of the kinds".to_owned()),
        ValueView::Int(number) => Ok(AttributeValue::Int(number)),
        ValueView::Bool(truth) => Ok(AttributeValue::Bool(truth)),
        ValueView::Double(number) if number.is_finite() => Ok(AttributeValue::Double(number)),
        ValueView::Double(number) => Err(format!("expected a finite number, got {number}")),
        ValueView::String(value) => text(value).map(|()| AttributeValue::String(value)),
        ValueView::List { start, end } => {
            let list = &texts[start..end];
            list.iter().try_for_each(|value| text(value))?;
            Ok(AttributeValue::Strings(list))
        }
    }
}

fn text(text: &str) -> Result<(), String> {
    if text.len() <= ATTRIBUTE_TEXT_BYTES_MAX {
        return Ok(());
    }
    Err(format!("expected texts of at most {ATTRIBUTE_TEXT_BYTES_MAX} bytes, got {}", text.len()))
}
