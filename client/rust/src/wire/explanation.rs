//! Requests to explain, and what is explained.

use broadside_proto::v1 as pb;

use super::{
    attributes, keyword, match_options, non_empty, response_invalid, spans, time, version,
    wanted_version,
};
use crate::attributes::AttributeValue;
use crate::error::Error;
use crate::explanation::{
    ExplainedMatch, Explanation, Level, ListingExplanation, Miss, NearestKeyword, Obstacle,
    Outcome, SeenAttribute, TextExplanation,
};
use crate::query::BatchOptions;

/// The request that explains a text: for one listing, or the whole answer if its id is empty.
pub(crate) fn explain_request(
    listing_id: &str,
    text: &str,
    options: &BatchOptions,
) -> pb::ExplainRequest {
    pb::ExplainRequest {
        text: text.to_owned(),
        listing_id: listing_id.to_owned(),
        attributes: attributes(&options.attributes),
        options: Some(match_options(&options.matching)),
        min_version: options.min_version.as_ref().map(wanted_version),
    }
}

/// The explanation of the one listing that was asked for.
///
/// # Errors
/// RESPONSE_INVALID if it is not there.
pub(crate) fn listing_explanation(
    response: pb::ExplainResponse,
) -> Result<ListingExplanation, Error> {
    match response.explained {
        Some(pb::explain_response::Explained::Listing(listing)) => Ok(ListingExplanation {
            version: response.version.map(version).unwrap_or_default(),
            listing: explanation(listing)?,
        }),
        _ => Err(response_invalid("explanation of the listing")),
    }
}

/// The explanation of a whole answer.
///
/// # Errors
/// RESPONSE_INVALID if it is not there.
pub(crate) fn text_explanation(response: pb::ExplainResponse) -> Result<TextExplanation, Error> {
    let Some(pb::explain_response::Explained::Text(text)) = response.explained else {
        return Err(response_invalid("explanation of the text"));
    };
    Ok(TextExplanation {
        version: response.version.map(version).unwrap_or_default(),
        matches: text.matches.into_iter().map(explanation).collect::<Result<_, _>>()?,
        misses: text.misses.into_iter().map(explanation).collect::<Result<_, _>>()?,
        more_misses: text.more_misses,
        total: text.total,
        total_exact: text.total_exact,
        incomplete: text.incomplete,
    })
}

fn explanation(explanation: pb::Explanation) -> Result<Explanation, Error> {
    use pb::explanation::Outcome as Wire;
    let outcome = match explanation.outcome {
        Some(Wire::Matched(matched)) => Outcome::Matched(ExplainedMatch {
            score: matched.score,
            keyword_index: matched.keyword_index,
            keyword: keyword(matched.keyword.unwrap_or_default()),
            spans: spans(matched.spans),
        }),
        Some(Wire::Missed(missed)) => Outcome::Missed(miss(missed)),
        None => return Err(response_invalid("outcome of a listing")),
    };
    Ok(Explanation { listing_id: explanation.listing_id, outcome })
}

/// Why a listing does not match. A reason without what there is to know about it counts as unknown.
fn miss(miss: pb::Miss) -> Miss {
    use pb::MissReason as Reason;
    use pb::miss::Detail;
    let reason = miss.reason();
    let level = non_empty(miss.group_id).map_or(Level::Listing, Level::Group);
    match (reason, miss.detail) {
        (Reason::NotFound, _) => Miss::NotFound,
        (Reason::Paused, _) => Miss::Paused { level },
        (Reason::OutsideFlight, Some(Detail::MissedFlight(flight))) => Miss::OutsideFlight {
            level,
            start: time(flight.start_time),
            end: time(flight.end_time),
            as_of: time(flight.as_of),
        },
        (Reason::NoKeyword, Some(Detail::NearestKeyword(nearest))) => {
            Miss::NoKeyword(nearest_keyword(nearest))
        }
        (Reason::Blocked, Some(Detail::BlockingNegative(blocking))) => Miss::Blocked {
            level,
            negative_list: non_empty(blocking.negative_list),
            negative: keyword(blocking.negative.unwrap_or_default()),
            spans: spans(blocking.spans),
        },
        (Reason::Targeting, Some(Detail::UnmetTargeting(unmet))) => Miss::Targeting {
            level,
            expression: unmet.expression,
            is_error: unmet.is_error,
            attributes: unmet.attributes.into_iter().map(seen_attribute).collect(),
        },
        (Reason::Incomplete, _) => Miss::Incomplete,
        _ => Miss::Unknown,
    }
}

fn nearest_keyword(nearest: pb::NearestKeyword) -> NearestKeyword {
    let obstacle = match nearest.obstacle() {
        pb::Obstacle::LackingTokens => Obstacle::LackingTokens(nearest.lacking_tokens),
        pb::Obstacle::NotInOrder => Obstacle::NotInOrder,
        pb::Obstacle::MoreInText => Obstacle::MoreInText,
        pb::Obstacle::NothingFound => Obstacle::NothingFound,
        pb::Obstacle::Unspecified => Obstacle::Unknown,
    };
    let keyword = keyword(nearest.keyword.unwrap_or_default());
    NearestKeyword { keyword_index: nearest.keyword_index, keyword, obstacle }
}

fn seen_attribute(seen: pb::SeenAttribute) -> SeenAttribute {
    use pb::attribute_value::Kind;
    let value = seen.value.and_then(|value| value.kind).map(|kind| match kind {
        Kind::StringValue(text) => AttributeValue::String(text),
        Kind::IntValue(number) => AttributeValue::Int(number),
        Kind::DoubleValue(number) => AttributeValue::Double(number),
        Kind::BoolValue(truth) => AttributeValue::Bool(truth),
        Kind::StringList(list) => AttributeValue::StringList(list.values),
    });
    SeenAttribute { name: seen.name, value }
}

#[cfg(test)]
mod tests;
