//! Attributes, which targeting is judged by: checked, and brought into the form in which the matcher reads them.

use std::collections::HashMap;

use broadside_core::{Attribute, AttributeValue, Attributes};
use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;

use crate::limits::{
    ATTRIBUTE_LIST_MAX, ATTRIBUTE_NAME_BYTES_MAX, ATTRIBUTE_TEXT_BYTES_MAX, ATTRIBUTES_MAX,
};
use crate::rpc::status::Refusal;

/// The attributes of a request, borrowed from it. Two lists however many queries there are, and what the queries share is
/// one slice for all of them: by that the matcher knows that it has judged a targeting already.
#[derive(Debug, Default)]
pub(crate) struct AttributeTable<'r> {
    shared: Vec<Attribute<'r>>,
    /// Those of the first query, then those of the second, and so on.
    own: Vec<Attribute<'r>>,
}

impl<'r> AttributeTable<'r> {
    /// Reads the attributes of a batch.
    pub(crate) fn of_batch(request: &'r v1::MatchBatchRequest) -> Result<Self, Refusal> {
        let mut table = AttributeTable::of_one(&request.attributes)?;
        for (ordinal, query) in request.queries.iter().enumerate() {
            let path = || format!("queries[{ordinal}].attributes");
            read(&query.attributes, path, &mut table.own)?;
        }
        Ok(table)
    }

    /// Reads the attributes of a request for one text.
    pub(crate) fn of_one(
        attributes: &'r HashMap<String, v1::AttributeValue>,
    ) -> Result<Self, Refusal> {
        let mut table = AttributeTable::default();
        read(attributes, || "attributes".to_owned(), &mut table.shared)?;
        Ok(table)
    }

    /// The attributes of a query that has none of its own.
    pub(super) fn of_all(&'r self) -> Attributes<'r> {
        Attributes { shared: &self.shared, own: &[] }
    }

    /// The attributes of each query of the batch that was read.
    pub(super) fn of_queries(
        &'r self,
        request: &'r v1::MatchBatchRequest,
    ) -> impl Iterator<Item = Attributes<'r>> {
        let mut rest = self.own.as_slice();
        request.queries.iter().map(move |query| {
            let (own, after) = rest.split_at(query.attributes.len());
            rest = after;
            Attributes { shared: &self.shared, own }
        })
    }
}

/// Reads attributes to the end of a list. The path is a closure, since it is written only when something is wrong.
fn read<'r>(
    attributes: &'r HashMap<String, v1::AttributeValue>,
    path: impl Fn() -> String,
    list: &mut Vec<Attribute<'r>>,
) -> Result<(), Refusal> {
    if attributes.len() > ATTRIBUTES_MAX {
        let description =
            format!("expected at most {ATTRIBUTES_MAX} attributes, got {}", attributes.len());
        return Err(Refusal::field(path(), description));
    }
    for (name, value) in attributes {
        if !is_name(name) {
            let description = format!(
                "expected names of 1 to {ATTRIBUTE_NAME_BYTES_MAX} characters [a-z_][a-z0-9_.]*, got one of {} bytes",
                name.len()
            );
            return Err(Refusal::field(path(), description));
        }
        let value = value_of(value)
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

fn value_of(value: &v1::AttributeValue) -> Result<AttributeValue<'_>, String> {
    match &value.kind {
        None => Err("expected a value, got none; set one of the kinds".to_owned()),
        Some(Kind::IntValue(number)) => Ok(AttributeValue::Int(*number)),
        Some(Kind::BoolValue(truth)) => Ok(AttributeValue::Bool(*truth)),
        Some(Kind::DoubleValue(number)) if number.is_finite() => {
            Ok(AttributeValue::Double(*number))
        }
        Some(Kind::DoubleValue(number)) => Err(format!("expected a finite number, got {number}")),
        Some(Kind::StringValue(value)) => text(value).map(|()| AttributeValue::String(value)),
        Some(Kind::StringList(list)) if list.values.len() > ATTRIBUTE_LIST_MAX => {
            Err(format!("expected at most {ATTRIBUTE_LIST_MAX} texts, got {}", list.values.len()))
        }
        Some(Kind::StringList(list)) => {
            list.values.iter().try_for_each(|value| text(value))?;
            Ok(AttributeValue::Strings(&list.values))
        }
    }
}

fn text(text: &str) -> Result<(), String> {
    if text.len() <= ATTRIBUTE_TEXT_BYTES_MAX {
        return Ok(());
    }
    Err(format!("expected texts of at most {ATTRIBUTE_TEXT_BYTES_MAX} bytes, got {}", text.len()))
}
