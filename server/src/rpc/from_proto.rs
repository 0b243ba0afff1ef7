//! Requests become the matcher's types here, and everything a client can get wrong is found here.
//!
//! What comes out is valid: no step after this one checks a limit of a request again. The length of a text is the one
//! exception, since the matcher has to read the text to know its tokens; it answers with a refusal of that query alone.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use broadside_core::limits::{MATCHES_DEFAULT, MATCHES_MAX};
use broadside_core::{Query, Time};
use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;
use broadside_proto::v1::match_options::Include;

use super::status::Refusal;
use crate::limits::{
    ATTRIBUTE_LIST_MAX, ATTRIBUTE_NAME_BYTES_MAX, ATTRIBUTE_TEXT_BYTES_MAX, ATTRIBUTES_MAX, Limits,
    RELOAD_SOURCES_MAX,
};
use crate::runtime::Version;
use crate::runtime::reload;

/// The first and the last second that a timestamp may name: the years 1 to 9999.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A batch whose queries borrow their texts from the request.
#[derive(Debug)]
pub(crate) struct Batch<'r> {
    /// The queries, at least one.
    pub(crate) queries: Vec<Query<'r>>,
    /// What to return for each of them, aligned.
    pub(crate) parts: Vec<Parts>,
    /// The version that must answer.
    pub(crate) min_version: Option<Version>,
}

/// Parts of a match beyond the default ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) payload: bool,
    pub(crate) spans: bool,
    pub(crate) keyword: bool,
}

/// Options after validation.
#[derive(Clone, Copy)]
struct Options {
    limit: u32,
    max_per_group: u32,
    parts: Parts,
    at: Time,
}

/// Reads a batch. Flights are judged at `now` unless the request says otherwise.
pub(crate) fn batch<'r>(
    request: &'r v1::MatchBatchRequest,
    limits: &Limits,
    now: Time,
) -> Result<Batch<'r>, Refusal> {
    let (got, most) = (request.queries.len(), limits.batch_queries_max);
    if got == 0 {
        return Err(Refusal::NoQueries);
    }
    if got > most {
        return Err(Refusal::TooManyQueries { got, most });
    }
    attributes(&request.attributes, || "attributes".to_owned())?;
    let none =
        Options { limit: MATCHES_DEFAULT, max_per_group: 0, parts: Parts::default(), at: now };
    let shared = match &request.options {
        Some(wire) => options(wire, now, || "options".to_owned())?,
        None => none,
    };
    let mut batch = Batch {
        queries: Vec::with_capacity(got),
        parts: Vec::with_capacity(got),
        min_version: request.min_version.as_ref().map(version),
    };
    for (ordinal, query) in request.queries.iter().enumerate() {
        attributes(&query.attributes, || format!("queries[{ordinal}].attributes"))?;
        let own = match &query.options {
            Some(wire) => options(wire, now, || format!("queries[{ordinal}].options"))?,
            None => shared,
        };
        let Options { limit, max_per_group, parts, at } = own;
        batch.queries.push(Query { text: &query.text, limit, max_per_group, at });
        batch.parts.push(parts);
    }
    Ok(batch)
}

/// Reads a request for a reload.
pub(crate) fn reload(request: v1::ReloadRequest) -> Result<reload::Request, Refusal> {
    let got = request.sources.len();
    if got > RELOAD_SOURCES_MAX {
        let description = format!("expected at most {RELOAD_SOURCES_MAX} sources, got {got}");
        return Err(Refusal::field("sources", description));
    }
    if let Some(ordinal) = request.sources.iter().position(String::is_empty) {
        return Err(Refusal::field(
            format!("sources[{ordinal}]"),
            "expected a path or a file:// URI, got nothing",
        ));
    }
    Ok(reload::Request {
        sources: request.sources,
        validate_only: request.validate_only,
        cause: reload::Cause::Rpc,
    })
}

/// The time of the system.
pub(crate) fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: since.subsec_nanos(),
    }
}

fn version(wire: &v1::InventoryVersion) -> Version {
    Version { generation: wire.generation.clone(), sequence: wire.sequence }
}

/// The field's path is a closure, since it is written only when something is wrong.
fn options(
    wire: &v1::MatchOptions,
    now: Time,
    path: impl Fn() -> String,
) -> Result<Options, Refusal> {
    if wire.limit > MATCHES_MAX {
        let description = format!("expected 0 to {MATCHES_MAX}, got {}", wire.limit);
        return Err(Refusal::field(format!("{}.limit", path()), description));
    }
    let mut parts = Parts::default();
    for (ordinal, include) in wire.include.iter().enumerate() {
        match Include::try_from(*include) {
            Ok(Include::Payload) => parts.payload = true,
            Ok(Include::Spans) => parts.spans = true,
            Ok(Include::Keyword) => parts.keyword = true,
            Ok(Include::Unspecified) | Err(_) => {
                let description =
                    format!("expected PAYLOAD (1), SPANS (2) or KEYWORD (3), got {include}");
                return Err(Refusal::field(format!("{}.include[{ordinal}]", path()), description));
            }
        }
    }
    let at = match &wire.as_of {
        Some(as_of) => time(as_of, || format!("{}.as_of", path()))?,
        None => now,
    };
    let limit = if wire.limit == 0 { MATCHES_DEFAULT } else { wire.limit };
    Ok(Options { limit, max_per_group: wire.max_per_group, parts, at })
}

fn time(wire: &prost_types::Timestamp, path: impl Fn() -> String) -> Result<Time, Refusal> {
    match u32::try_from(wire.nanos) {
        Ok(nanos) if nanos < 1_000_000_000 && TIMESTAMP_SECONDS.contains(&wire.seconds) => {
            Ok(Time { seconds: wire.seconds, nanos })
        }
        _ => Err(Refusal::field(
            path(),
            format!(
                "expected a time in the years 1 to 9999 with nanos from 0 to 999999999, got seconds {} nanos {}",
                wire.seconds, wire.nanos
            ),
        )),
    }
}

/// Checks attributes. They have no further effect until an inventory can hold targeting.
fn attributes(
    attributes: &HashMap<String, v1::AttributeValue>,
    path: impl Fn() -> String,
) -> Result<(), Refusal> {
    if attributes.len() > ATTRIBUTES_MAX {
        let description =
            format!("expected at most {ATTRIBUTES_MAX} attributes, got {}", attributes.len());
        return Err(Refusal::field(path(), description));
    }
    for (name, value) in attributes {
        if !is_attribute_name(name) {
            let description = format!(
                "expected names of 1 to {ATTRIBUTE_NAME_BYTES_MAX} characters [a-z_][a-z0-9_.]*, got one of {} bytes",
                name.len()
            );
            return Err(Refusal::field(path(), description));
        }
        attribute_value(value)
            .map_err(|description| Refusal::field(format!("{}[{name}]", path()), description))?;
    }
    Ok(())
}

fn is_attribute_name(name: &str) -> bool {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let rest = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.'
    };
    starts && name.len() <= ATTRIBUTE_NAME_BYTES_MAX && name.bytes().all(rest)
}

fn attribute_value(value: &v1::AttributeValue) -> Result<(), String> {
    let text = |text: &String| {
        if text.len() <= ATTRIBUTE_TEXT_BYTES_MAX {
            return Ok(());
        }
        Err(format!(
            "expected texts of at most {ATTRIBUTE_TEXT_BYTES_MAX} bytes, got {}",
            text.len()
        ))
    };
    match &value.kind {
        None => Err("expected a value, got none; set one of the kinds".to_owned()),
        Some(Kind::IntValue(_) | Kind::BoolValue(_)) => Ok(()),
        Some(Kind::DoubleValue(number)) if number.is_finite() => Ok(()),
        Some(Kind::DoubleValue(number)) => Err(format!("expected a finite number, got {number}")),
        Some(Kind::StringValue(value)) => text(value),
        Some(Kind::StringList(list)) if list.values.len() > ATTRIBUTE_LIST_MAX => {
            Err(format!("expected at most {ATTRIBUTE_LIST_MAX} texts, got {}", list.values.len()))
        }
        Some(Kind::StringList(list)) => list.values.iter().try_for_each(text),
    }
}

#[cfg(test)]
mod tests;
