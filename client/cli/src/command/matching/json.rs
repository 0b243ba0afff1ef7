//! One query and its answer for programs: a line of JSON Lines, as `broadside match --help` describes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use broadside_client::{Error, Match, QueryAnswer, Version};
use serde::Serialize;

use super::{Arguments, Part};

#[derive(Serialize)]
struct JsonAnswer<'a> {
    query: u64,
    text: &'a str,
    #[serde(flatten)]
    outcome: JsonOutcome<'a>,
    generation: &'a str,
    sequence: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsonOutcome<'a> {
    Answered { matches: Vec<JsonMatch<'a>>, total: u64, total_exact: bool, incomplete: bool },
    Refused { error: JsonError<'a> },
}

#[derive(Serialize)]
struct JsonError<'a> {
    code: &'a str,
    reason: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonMatch<'a> {
    listing_id: &'a str,
    score: f64,
    match_type: &'a str,
    keyword_index: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyword: Option<JsonKeyword<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spans: Option<Vec<JsonSpan>>,
}

#[derive(Serialize)]
struct JsonKeyword<'a> {
    text: &'a str,
    notation: String,
    bid_micros: Option<i64>,
}

#[derive(Serialize)]
struct JsonSpan {
    start: u32,
    end: u32,
}

/// The line, without its end. `query` is the number of the text, starting at 1.
pub(super) fn line(
    query: u64,
    text: &str,
    result: &Result<QueryAnswer, Error>,
    version: &Version,
    arguments: &Arguments,
) -> String {
    let outcome = match result {
        Ok(answer) => JsonOutcome::Answered {
            matches: answer.matches.iter().map(|hit| listing_match(hit, arguments)).collect(),
            total: answer.total,
            total_exact: answer.total_exact,
            incomplete: answer.incomplete,
        },
        Err(error) => JsonOutcome::Refused {
            error: JsonError {
                code: error.code.as_str(),
                reason: error.reason.as_deref(),
                message: &error.message,
            },
        },
    };
    let Version { generation, sequence } = version;
    let answer = JsonAnswer { query, text, outcome, generation, sequence: *sequence };
    serde_json::to_string(&answer).expect("texts and numbers are JSON")
}

fn listing_match<'a>(hit: &'a Match, arguments: &Arguments) -> JsonMatch<'a> {
    let payload = arguments.includes(Part::Payload).then_some(hit.payload.as_slice());
    let text = payload.and_then(|payload| std::str::from_utf8(payload).ok());
    let keyword = hit.keyword.as_ref().filter(|_| arguments.includes(Part::Keyword));
    JsonMatch {
        listing_id: &hit.listing_id,
        score: hit.score,
        match_type: hit.match_type.as_str(),
        keyword_index: hit.keyword_index,
        keyword: keyword.map(|keyword| JsonKeyword {
            text: &keyword.text,
            notation: keyword.to_string(),
            bid_micros: keyword.bid_micros,
        }),
        payload: text,
        payload_base64: payload.filter(|_| text.is_none()).map(|payload| STANDARD.encode(payload)),
        spans: arguments.includes(Part::Spans).then(|| {
            hit.spans.iter().map(|span| JsonSpan { start: span.start, end: span.end }).collect()
        }),
    }
}
