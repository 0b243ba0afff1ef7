//! One query and its answer for programs: a line of JSON Lines, as `broadside match --help` describes it.

use broadside_client::{Error, Match, QueryAnswer, Version};
use serde::Serialize;

use super::{Arguments, Part};
use crate::json::{self, JsonKeyword, JsonPayload, JsonSpan};

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
    #[serde(flatten)]
    payload: JsonPayload<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spans: Option<Vec<JsonSpan>>,
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
    let payload = arguments.includes(Part::Payload).then(|| JsonPayload::new(&hit.payload));
    let keyword = hit.keyword.as_ref().filter(|_| arguments.includes(Part::Keyword));
    JsonMatch {
        listing_id: &hit.listing_id,
        score: hit.score,
        match_type: hit.match_type.as_str(),
        keyword_index: hit.keyword_index,
        keyword: keyword.map(JsonKeyword::new),
        payload: payload.unwrap_or_default(),
        spans: arguments.includes(Part::Spans).then(|| json::spans(&hit.spans)),
    }
}
