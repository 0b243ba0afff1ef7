//! Listings, groups and negative lists as records of an inventory file: one line of JSON Lines each, which can be loaded
//! again.

use broadside_client::{Group, Keyword, Listing, NegativeList};
use serde::Serialize;

use crate::json::JsonPayload;
use crate::time;

/// A record of one of the three kinds. What is absent is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Record<'a> {
    Listing(JsonListing<'a>),
    Group(JsonGroup<'a>),
    NegativeList(JsonNegativeList<'a>),
}

#[derive(Debug, Serialize)]
struct JsonListing<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    status: &'a str,
    keywords: Vec<JsonKeyword<'a>>,
    #[serde(flatten)]
    rules: JsonRules<'a>,
    quality: f64,
    #[serde(flatten)]
    payload: Option<JsonPayload<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonGroup<'a> {
    id: &'a str,
    status: &'a str,
    #[serde(flatten)]
    rules: JsonRules<'a>,
}

/// What listings and groups have alike.
#[derive(Debug, Serialize)]
struct JsonRules<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    negatives: Vec<JsonKeyword<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    negative_lists: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    targeting: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bid_micros: Option<i64>,
}

#[derive(Debug, Serialize)]
struct JsonNegativeList<'a> {
    name: &'a str,
    /// Files call them so; all of them are negatives.
    keywords: Vec<JsonKeyword<'a>>,
}

/// A keyword as an object with a match type: its text is then taken as it is, whatever marks it begins with.
#[derive(Debug, Serialize)]
struct JsonKeyword<'a> {
    text: &'a str,
    match_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bid_micros: Option<i64>,
    #[serde(skip_serializing_if = "is_false")]
    anchor_start: bool,
    #[serde(skip_serializing_if = "is_false")]
    anchor_end: bool,
}

/// A listing, without the end of the line.
pub(crate) fn listing(listing: &Listing) -> String {
    line(&Record::Listing(JsonListing {
        id: &listing.id,
        group: listing.group.as_deref(),
        status: listing.status.as_str(),
        keywords: keywords(&listing.keywords),
        rules: JsonRules {
            negatives: keywords(&listing.negatives),
            negative_lists: &listing.negative_lists,
            targeting: &listing.targeting,
            start_time: listing.start_time.map(time::exact),
            end_time: listing.end_time.map(time::exact),
            bid_micros: listing.bid_micros,
        },
        quality: listing.quality,
        payload: (!listing.payload.is_empty()).then(|| JsonPayload::new(&listing.payload)),
    }))
}

/// A group, without the end of the line.
pub(crate) fn group(group: &Group) -> String {
    line(&Record::Group(JsonGroup {
        id: &group.id,
        status: group.status.as_str(),
        rules: JsonRules {
            negatives: keywords(&group.negatives),
            negative_lists: &group.negative_lists,
            targeting: &group.targeting,
            start_time: group.start_time.map(time::exact),
            end_time: group.end_time.map(time::exact),
            bid_micros: group.bid_micros,
        },
    }))
}

/// A negative list, without the end of the line.
pub(crate) fn negative_list(list: &NegativeList) -> String {
    let keywords = keywords(&list.negatives);
    line(&Record::NegativeList(JsonNegativeList { name: &list.name, keywords }))
}

fn line(record: &Record<'_>) -> String {
    serde_json::to_string(record).expect("texts and finite numbers are JSON")
}

fn keywords(keywords: &[Keyword]) -> Vec<JsonKeyword<'_>> {
    keywords.iter().map(keyword).collect()
}

fn keyword(keyword: &Keyword) -> JsonKeyword<'_> {
    JsonKeyword {
        text: &keyword.text,
        match_type: keyword.match_type.as_str(),
        bid_micros: keyword.bid_micros,
        anchor_start: keyword.anchor_start,
        anchor_end: keyword.anchor_end,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests;
