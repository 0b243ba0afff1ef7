//! Explanations become messages here. Sentences are for the clients to make; every fact that one needs is here.

use broadside_core::explain::{Level, Matched, Miss, Nearest, Obstacle, Outcome};
use broadside_core::targeting::{OwnedAttributeValue, Unmet};
use broadside_core::{Explanation, TextExplanation};
use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;
use broadside_proto::v1::explanation::Outcome as WireOutcome;
use broadside_proto::v1::miss::Detail;

use super::{core_time, keyword, spans};

/// What is to be said of one listing.
pub(crate) fn explanation(explanation: Explanation) -> v1::Explanation {
    let outcome = match explanation.outcome {
        Outcome::Matched(matched) => WireOutcome::Matched(explained_match(matched)),
        Outcome::Missed(why) => WireOutcome::Missed(miss(why)),
    };
    v1::Explanation { listing_id: explanation.listing_id, outcome: Some(outcome) }
}

/// All that a text brings up.
pub(crate) fn text_explanation(text: TextExplanation) -> v1::TextExplanation {
    v1::TextExplanation {
        matches: text.matches.into_iter().map(explanation).collect(),
        misses: text.misses.into_iter().map(explanation).collect(),
        more_misses: text.more_misses,
        total: text.total,
        total_exact: text.total_exact,
        incomplete: text.incomplete,
    }
}

fn explained_match(matched: Matched) -> v1::ExplainedMatch {
    v1::ExplainedMatch {
        score: matched.score,
        keyword_index: matched.keyword_index,
        keyword: Some(keyword(matched.keyword)),
        spans: spans(&matched.spans),
    }
}

fn miss(miss: Miss) -> v1::Miss {
    let (reason, level, detail) = match miss {
        Miss::NotFound => (v1::MissReason::NotFound, Level::Listing, None),
        Miss::Paused(level) => (v1::MissReason::Paused, level, None),
        Miss::OutsideFlight { level, start, end, at } => {
            let flight = v1::MissedFlight {
                start_time: start.map(core_time),
                end_time: end.map(core_time),
                as_of: Some(core_time(at)),
            };
            (v1::MissReason::OutsideFlight, level, Some(Detail::MissedFlight(flight)))
        }
        Miss::NoKeyword(nearest) => {
            let nearest = Detail::NearestKeyword(nearest_keyword(nearest));
            (v1::MissReason::NoKeyword, Level::Listing, Some(nearest))
        }
        Miss::Blocked { level, list, negative, spans: at } => {
            let blocking = v1::BlockingNegative {
                negative: Some(keyword(negative)),
                negative_list: list.unwrap_or_default(),
                spans: spans(&at),
            };
            (v1::MissReason::Blocked, level, Some(Detail::BlockingNegative(blocking)))
        }
        Miss::Targeting { level, unmet } => {
            let unmet = Detail::UnmetTargeting(unmet_targeting(unmet));
            (v1::MissReason::Targeting, level, Some(unmet))
        }
        Miss::Incomplete => (v1::MissReason::Incomplete, Level::Listing, None),
    };
    let group_id = match level {
        Level::Listing => String::new(),
        Level::Group(id) => id,
    };
    v1::Miss { reason: reason.into(), group_id, detail }
}

fn nearest_keyword(nearest: Nearest) -> v1::NearestKeyword {
    let (obstacle, lacking_tokens) = match nearest.obstacle {
        Obstacle::Lacks(tokens) => (v1::Obstacle::LackingTokens, tokens),
        Obstacle::NotInOrder => (v1::Obstacle::NotInOrder, Vec::new()),
        Obstacle::MoreInText => (v1::Obstacle::MoreInText, Vec::new()),
        Obstacle::NothingFound => (v1::Obstacle::NothingFound, Vec::new()),
    };
    v1::NearestKeyword {
        keyword_index: nearest.keyword_index,
        keyword: Some(keyword(nearest.keyword)),
        obstacle: obstacle.into(),
        lacking_tokens,
    }
}

fn unmet_targeting(unmet: Unmet) -> v1::UnmetTargeting {
    let seen = |(name, value): (String, Option<OwnedAttributeValue>)| v1::SeenAttribute {
        name,
        value: value.map(attribute_value),
    };
    v1::UnmetTargeting {
        expression: unmet.expression,
        is_error: unmet.is_error,
        attributes: unmet.attributes.into_iter().map(seen).collect(),
    }
}

fn attribute_value(value: OwnedAttributeValue) -> v1::AttributeValue {
    let kind = match value {
        OwnedAttributeValue::String(text) => Kind::StringValue(text),
        OwnedAttributeValue::Int(number) => Kind::IntValue(number),
        OwnedAttributeValue::Double(number) => Kind::DoubleValue(number),
        OwnedAttributeValue::Bool(truth) => Kind::BoolValue(truth),
        OwnedAttributeValue::Strings(values) => Kind::StringList(v1::StringList { values }),
    };
    v1::AttributeValue { kind: Some(kind) }
}

#[cfg(test)]
mod tests;
