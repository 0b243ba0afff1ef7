//! Requests become the matcher's types here, and everything a client can get wrong is found here.
//!
//! What comes out is valid: no step after this one checks a limit of a request again. How many queries, attributes and
//! texts there may be was checked when the request was read ([`super::wire`]). The length of a text is the one
//! exception, since the matcher has to read the text to know its tokens; it answers with a refusal of that query alone.

use std::time::{SystemTime, UNIX_EPOCH};

use broadside_core::limits::{MATCHES_DEFAULT, MATCHES_MAX};
use broadside_core::{Attributes, Query, Time};
use broadside_proto::v1;

use super::page_token;
use super::status::Refusal;
use super::wire::request::{BatchView, ExplainView, OptionsView, Parts, VersionView};
use crate::limits::{PAGE_LISTINGS_DEFAULT, PAGE_LISTINGS_MAX, RELOAD_SOURCES_MAX};
use crate::runtime::Version;
use crate::runtime::reload;

mod attributes;

pub(crate) use attributes::AttributeTable;

/// The first and the last second that a timestamp may name: the years 1 to 9999.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A batch whose queries borrow their texts from the request, and their attributes from its table.
#[derive(Debug)]
pub(crate) struct Batch<'r> {
    /// The queries, at least one.
    pub(crate) queries: Vec<Query<'r>>,
    /// What to return for those that say so themselves, aligned; empty if none does.
    own_parts: Vec<Parts>,
    /// What to return for the others.
    shared_parts: Parts,
    /// The version that must answer.
    pub(crate) min_version: Option<Version>,
}

/// A query to explain.
#[derive(Debug)]
pub(crate) struct Explain<'r> {
    /// The query.
    pub(crate) query: Query<'r>,
    /// The listing to explain; none: the whole answer.
    pub(crate) listing_id: Option<&'r str>,
    /// The version that must answer.
    pub(crate) min_version: Option<Version>,
}

/// A page of listings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<'r> {
    /// The most listings of it, at least 1.
    pub(crate) listings_max: usize,
    /// The id after which it begins; none: at the first listing.
    pub(crate) after: Option<String>,
    /// The group whose listings are wanted; none: all.
    pub(crate) group: Option<&'r str>,
}

/// Options after validation.
#[derive(Clone, Copy)]
struct Options {
    limit: u32,
    max_per_group: u32,
    parts: Parts,
    at: Time,
}

impl Batch<'_> {
    /// What to return for the query of this number.
    pub(crate) fn parts(&self, ordinal: usize) -> Parts {
        self.own_parts.get(ordinal).copied().unwrap_or(self.shared_parts)
    }
}

/// Judges a batch, with its attributes. Flights are judged at `now` unless the request says otherwise.
pub(crate) fn batch<'r>(
    request: &BatchView<'r>,
    attributes: &'r AttributeTable<'r>,
    now: Time,
) -> Result<Batch<'r>, Refusal> {
    if request.is_empty() {
        return Err(Refusal::NoQueries);
    }
    let shared = shared_options(request.shared.options.as_ref(), now)?;
    let mut batch = Batch {
        queries: Vec::with_capacity(request.len()),
        own_parts: Vec::new(),
        shared_parts: shared.parts,
        min_version: request.shared.min_version.as_ref().map(version),
    };
    for (ordinal, query) in request.queries().enumerate() {
        let own = match query.options {
            Some(wire) => {
                let own = options(wire, now, || format!("queries[{ordinal}].options"))?;
                batch.own_parts.resize(request.len(), shared.parts);
                batch.own_parts[ordinal] = own.parts;
                own
            }
            None => shared,
        };
        batch.queries.push(own.query(query.text, attributes.of_query(ordinal)));
    }
    Ok(batch)
}

/// Judges a request for an explanation, with its attributes.
pub(crate) fn explain<'r>(
    request: &ExplainView<'r>,
    attributes: &'r AttributeTable<'r>,
    now: Time,
) -> Result<Explain<'r>, Refusal> {
    let options = shared_options(request.shared.options.as_ref(), now)?;
    Ok(Explain {
        query: options.query(request.text, attributes.of_all()),
        listing_id: Some(request.listing_id).filter(|id| !id.is_empty()),
        min_version: request.shared.min_version.as_ref().map(version),
    })
}

/// Reads a request for a listing.
pub(crate) fn listing_id(request: &v1::GetListingRequest) -> Result<&str, Refusal> {
    match request.listing_id.as_str() {
        "" => Err(Refusal::field("listing_id", "expected the id of a listing, got nothing")),
        id => Ok(id),
    }
}

/// Reads a request for a page. One that is larger than allowed is made as large as allowed, as AIP-158 has it.
pub(crate) fn page(request: &v1::ListListingsRequest) -> Result<Page<'_>, Refusal> {
    let group = Some(request.group.as_str()).filter(|group| !group.is_empty());
    let Ok(size) = usize::try_from(request.page_size) else {
        let description = format!(
            "expected 0 (which is {PAGE_LISTINGS_DEFAULT}) to {PAGE_LISTINGS_MAX}, got {}",
            request.page_size
        );
        return Err(Refusal::field("page_size", description));
    };
    let after = match request.page_token.as_str() {
        "" => None,
        token => Some(page_token::read(token, group).ok_or_else(|| {
            Refusal::field(
                "page_token",
                "expected the next_page_token of the page before, asked for with the same group; got something else",
            )
        })?),
    };
    let listings_max = if size == 0 { PAGE_LISTINGS_DEFAULT } else { size.min(PAGE_LISTINGS_MAX) };
    Ok(Page { listings_max, after, group })
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

fn version(wire: &VersionView<'_>) -> Version {
    Version { generation: wire.generation.to_owned(), sequence: wire.sequence }
}

/// The options of a request, or the default ones.
fn shared_options(wire: Option<&OptionsView>, now: Time) -> Result<Options, Refusal> {
    match wire {
        Some(wire) => options(wire, now, || "options".to_owned()),
        None => Ok(Options {
            limit: MATCHES_DEFAULT,
            max_per_group: 0,
            parts: Parts::default(),
            at: now,
        }),
    }
}

/// The field's path is a closure, since it is written only when something is wrong.
fn options(wire: &OptionsView, now: Time, path: impl Fn() -> String) -> Result<Options, Refusal> {
    if wire.limit > MATCHES_MAX {
        let description = format!("expected 0 to {MATCHES_MAX}, got {}", wire.limit);
        return Err(Refusal::field(format!("{}.limit", path()), description));
    }
    if let Some((ordinal, include)) = wire.include.unknown {
        let description = format!("expected PAYLOAD (1), SPANS (2) or KEYWORD (3), got {include}");
        return Err(Refusal::field(format!("{}.include[{ordinal}]", path()), description));
    }
    let at = match wire.as_of {
        Some(as_of) => time(as_of, || format!("{}.as_of", path()))?,
        None => now,
    };
    let limit = if wire.limit == 0 { MATCHES_DEFAULT } else { wire.limit };
    Ok(Options { limit, max_per_group: wire.max_per_group, parts: wire.include.parts, at })
}

fn time((seconds, nanos): (i64, i32), path: impl Fn() -> String) -> Result<Time, Refusal> {
    match u32::try_from(nanos) {
        Ok(nanos) if nanos < 1_000_000_000 && TIMESTAMP_SECONDS.contains(&seconds) => {
            Ok(Time { seconds, nanos })
        }
        _ => Err(Refusal::field(
            path(),
            format!(
                "expected a time in the years 1 to 9999 with nanos from 0 to 999999999, got seconds {seconds} nanos {nanos}"
            ),
        )),
    }
}

impl Options {
    /// A query with these options.
    fn query<'r>(self, text: &'r str, attributes: Attributes<'r>) -> Query<'r> {
        let Options { limit, max_per_group, at, .. } = self;
        Query { text, limit, max_per_group, at, attributes }
    }
}

#[cfg(test)]
mod tests;
