//! Explanations for programs, as `broadside explain --help` describes them.

use broadside_client::{
    Explanation, Keyword, Level, ListingExplanation, Miss, Obstacle, Outcome, SeenAttribute,
    TextExplanation,
};
use serde::Serialize;
use serde_json::Value;

use crate::attribute;
use crate::json::{self, JsonKeyword, JsonSpan};
use crate::time;

#[derive(Serialize)]
struct JsonListingExplanation<'a> {
    text: &'a str,
    listing: JsonExplanation<'a>,
    generation: &'a str,
    sequence: u64,
}

#[derive(Serialize)]
struct JsonTextExplanation<'a> {
    text: &'a str,
    matches: Vec<JsonExplanation<'a>>,
    misses: Vec<JsonExplanation<'a>>,
    more_misses: bool,
    total: u64,
    total_exact: bool,
    incomplete: bool,
    generation: &'a str,
    sequence: u64,
}

#[derive(Serialize)]
struct JsonExplanation<'a> {
    listing_id: &'a str,
    matched: bool,
    #[serde(flatten)]
    outcome: JsonOutcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsonOutcome<'a> {
    Matched {
        score: f64,
        #[serde(flatten)]
        keyword: JsonPlacedKeyword<'a>,
        spans: Vec<JsonSpan>,
    },
    Missed {
        reason: &'a str,
        #[serde(flatten)]
        detail: JsonDetail<'a>,
    },
}

#[derive(Serialize)]
struct JsonPlacedKeyword<'a> {
    match_type: &'a str,
    keyword_index: u32,
    keyword: JsonKeyword<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsonDetail<'a> {
    None {},
    Paused {
        group: Option<&'a str>,
    },
    Flight {
        group: Option<&'a str>,
        start_time: Option<String>,
        end_time: Option<String>,
        as_of: Option<String>,
    },
    Nearest {
        #[serde(flatten)]
        keyword: JsonPlacedKeyword<'a>,
        obstacle: &'a str,
        lacking_tokens: &'a [String],
    },
    Negative {
        group: Option<&'a str>,
        negative_list: Option<&'a str>,
        match_type: &'a str,
        negative: JsonKeyword<'a>,
        spans: Vec<JsonSpan>,
    },
    Targeting {
        group: Option<&'a str>,
        expression: &'a str,
        is_error: bool,
        attributes: Vec<JsonAttribute<'a>>,
    },
}

#[derive(Serialize)]
struct JsonAttribute<'a> {
    name: &'a str,
    value: Option<Value>,
}

/// The explanation of a listing, as a line with its end.
pub(super) fn listing(text: &str, explained: &ListingExplanation) -> String {
    line(&JsonListingExplanation {
        text,
        listing: explanation(&explained.listing),
        generation: &explained.version.generation,
        sequence: explained.version.sequence,
    })
}

/// The explanation of an answer, as a line with its end.
pub(super) fn text(text: &str, explained: &TextExplanation) -> String {
    line(&JsonTextExplanation {
        text,
        matches: explained.matches.iter().map(explanation).collect(),
        misses: explained.misses.iter().map(explanation).collect(),
        more_misses: explained.more_misses,
        total: explained.total,
        total_exact: explained.total_exact,
        incomplete: explained.incomplete,
        generation: &explained.version.generation,
        sequence: explained.version.sequence,
    })
}

fn line(explained: &impl Serialize) -> String {
    let mut line = serde_json::to_string(explained).expect("texts and finite numbers are JSON");
    line.push('\n');
    line
}

fn explanation(explanation: &Explanation) -> JsonExplanation<'_> {
    let outcome = match &explanation.outcome {
        Outcome::Matched(matched) => JsonOutcome::Matched {
            score: matched.score,
            keyword: placed(matched.keyword_index, &matched.keyword),
            spans: json::spans(&matched.spans),
        },
        Outcome::Missed(miss) => {
            JsonOutcome::Missed { reason: miss.as_str(), detail: detail(miss) }
        }
    };
    let matched = matches!(outcome, JsonOutcome::Matched { .. });
    JsonExplanation { listing_id: &explanation.listing_id, matched, outcome }
}

fn placed(keyword_index: u32, keyword: &Keyword) -> JsonPlacedKeyword<'_> {
    let match_type = keyword.match_type.as_str();
    JsonPlacedKeyword { match_type, keyword_index, keyword: JsonKeyword::new(keyword) }
}

fn detail(miss: &Miss) -> JsonDetail<'_> {
    match miss {
        Miss::Paused { level } => JsonDetail::Paused { group: group(level) },
        Miss::OutsideFlight { level, start, end, as_of } => JsonDetail::Flight {
            group: group(level),
            start_time: start.map(time::exact),
            end_time: end.map(time::exact),
            as_of: as_of.map(time::exact),
        },
        Miss::NoKeyword(nearest) => JsonDetail::Nearest {
            keyword: placed(nearest.keyword_index, &nearest.keyword),
            obstacle: nearest.obstacle.as_str(),
            lacking_tokens: match &nearest.obstacle {
                Obstacle::LackingTokens(tokens) => tokens,
                _ => &[],
            },
        },
        Miss::Blocked { level, negative_list, negative, spans } => JsonDetail::Negative {
            group: group(level),
            negative_list: negative_list.as_deref(),
            match_type: negative.match_type.as_str(),
            negative: JsonKeyword::new(negative),
            spans: json::spans(spans),
        },
        Miss::Targeting { level, expression, is_error, attributes } => JsonDetail::Targeting {
            group: group(level),
            expression,
            is_error: *is_error,
            attributes: attributes.iter().map(seen).collect(),
        },
        _ => JsonDetail::None {},
    }
}

fn group(level: &Level) -> Option<&str> {
    match level {
        Level::Listing => None,
        Level::Group(group) => Some(group),
    }
}

fn seen(seen: &SeenAttribute) -> JsonAttribute<'_> {
    JsonAttribute { name: &seen.name, value: seen.value.as_ref().map(attribute::json) }
}
