//! Between the plain types of this crate and the messages of the API.
//!
//! Nothing else names a message of the API or a status of the RPC library, apart from the calls themselves.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use broadside_proto::v1 as pb;
use tonic_types::{ErrorDetails, RpcStatusExt, StatusExt};

use crate::answer::{BatchAnswer, Keyword, Match, MatchType, QueryAnswer, Span, Token};
use crate::attributes::{AttributeValue, Attributes};
use crate::error::{Code, Error, Violation};
use crate::query::{BatchOptions, Include, MatchOptions, Query};
use crate::tls;
use crate::version::Version;

mod explanation;
mod listing;
mod status;

pub(crate) use explanation::{explain_request, listing_explanation, text_explanation};
pub(crate) use listing::{list_request, listing_page, stored_listing};
pub(crate) use status::{reload, server_status};

/// The request that carries these queries of a batch.
pub(crate) fn batch_request(
    queries: &[Query],
    shared: &BatchOptions,
    min_version: Option<&Version>,
) -> pb::MatchBatchRequest {
    pb::MatchBatchRequest {
        queries: queries
            .iter()
            .map(|query| pb::Query {
                text: query.text.clone(),
                attributes: attributes(&query.attributes),
                options: query.options.as_ref().map(match_options),
            })
            .collect(),
        attributes: attributes(&shared.attributes),
        options: Some(match_options(&shared.matching)),
        min_version: min_version.map(wanted_version),
    }
}

fn wanted_version(version: &Version) -> pb::InventoryVersion {
    pb::InventoryVersion { generation: version.generation.clone(), sequence: version.sequence }
}

fn attributes(values: &Attributes) -> HashMap<String, pb::AttributeValue> {
    values.iter().map(|(name, value)| (name.clone(), attribute_value(value))).collect()
}

fn attribute_value(value: &AttributeValue) -> pb::AttributeValue {
    use pb::attribute_value::Kind;
    let kind = match value {
        AttributeValue::String(text) => Kind::StringValue(text.clone()),
        AttributeValue::Int(number) => Kind::IntValue(*number),
        AttributeValue::Double(number) => Kind::DoubleValue(*number),
        AttributeValue::Bool(truth) => Kind::BoolValue(*truth),
        AttributeValue::StringList(texts) => {
            Kind::StringList(pb::StringList { values: texts.clone() })
        }
    };
    pb::AttributeValue { kind: Some(kind) }
}

fn match_options(options: &MatchOptions) -> pb::MatchOptions {
    let include = |part: &Include| {
        i32::from(match part {
            Include::Payload => pb::match_options::Include::Payload,
            Include::Spans => pb::match_options::Include::Spans,
            Include::Keyword => pb::match_options::Include::Keyword,
        })
    };
    pb::MatchOptions {
        limit: options.limit,
        max_per_group: options.max_per_group,
        include: options.include.iter().map(include).collect(),
        as_of: options.as_of.map(prost_types::Timestamp::from),
    }
}

/// One part of a batch's answer: its version and one result for each of its `queries`.
///
/// # Errors
/// RESPONSE_INVALID if the number of results is another: they could not be told apart.
pub(crate) fn batch_response(
    response: pb::MatchBatchResponse,
    queries: usize,
) -> Result<(Version, Vec<Result<QueryAnswer, Error>>), Error> {
    let results = response.results;
    if results.len() != queries {
        let message = format!(
            "the server answered {} of {queries} queries; it must answer each of them",
            results.len()
        );
        return Err(Error::local(Code::Internal, "RESPONSE_INVALID", message));
    }
    let version = response.version.map(version).unwrap_or_default();
    Ok((version, results.into_iter().map(query_result).collect()))
}

/// What became of one batch of a stream.
///
/// # Errors
/// RESPONSE_INVALID if the response is none.
pub(crate) fn stream_outcome(
    response: pb::MatchStreamResponse,
    queries: usize,
) -> Result<Result<BatchAnswer, Error>, Error> {
    use pb::match_stream_response::Outcome;
    match response.outcome {
        Some(Outcome::Batch(batch)) => {
            let (version, results) = batch_response(batch, queries)?;
            Ok(Ok(BatchAnswer { version, results }))
        }
        Some(Outcome::Error(status)) => Ok(Err(status_error(status))),
        None => Err(response_invalid("outcome")),
    }
}

/// What a server says of one query or batch.
fn status_error(status: tonic_types::Status) -> Error {
    let details = status.get_error_details();
    error(code(tonic::Code::from_i32(status.code)), status.message, &details)
}

fn query_result(result: pb::QueryResult) -> Result<QueryAnswer, Error> {
    match result.error {
        Some(status) => Err(status_error(status)),
        None => Ok(QueryAnswer {
            matches: result.matches.into_iter().map(listing_match).collect(),
            total: result.total,
            total_exact: result.total_exact,
            incomplete: result.incomplete,
        }),
    }
}

fn listing_match(hit: pb::Match) -> Match {
    Match {
        match_type: match_type(hit.match_type()),
        listing_id: hit.listing_id,
        score: hit.score,
        keyword_index: hit.keyword_index,
        keyword: hit.keyword.map(keyword),
        payload: hit.payload,
        spans: spans(hit.spans),
    }
}

fn keyword(keyword: pb::Keyword) -> Keyword {
    Keyword {
        match_type: match_type(keyword.match_type()),
        text: keyword.text,
        bid_micros: keyword.bid_micros,
        anchor_start: keyword.anchor_start,
        anchor_end: keyword.anchor_end,
    }
}

fn match_type(value: pb::MatchType) -> MatchType {
    match value {
        pb::MatchType::Exact => MatchType::Exact,
        pb::MatchType::Phrase => MatchType::Phrase,
        pb::MatchType::Broad => MatchType::Broad,
        pb::MatchType::Regex => MatchType::Regex,
        pb::MatchType::Unspecified => MatchType::Unknown,
    }
}

fn span(span: pb::Span) -> Span {
    Span { start: span.start, end: span.end }
}

fn spans(spans: Vec<pb::Span>) -> Vec<Span> {
    spans.into_iter().map(span).collect()
}

/// The tokens of a text.
pub(crate) fn tokens(response: pb::AnalyzeResponse) -> Vec<Token> {
    let token = |token: pb::Token| Token {
        sigil: token.sigil,
        word: token.word,
        span: span(token.span.unwrap_or_default()),
    };
    response.tokens.into_iter().map(token).collect()
}

fn version(version: pb::InventoryVersion) -> Version {
    Version { generation: version.generation, sequence: version.sequence }
}

/// A time, if it is one that this machine can express.
fn time(timestamp: Option<prost_types::Timestamp>) -> Option<SystemTime> {
    timestamp.and_then(|timestamp| SystemTime::try_from(timestamp).ok())
}

/// A text that is absent if it is empty.
fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A response that no server gives: something in it must be there, and is not.
fn response_invalid(missing: &str) -> Error {
    let message = format!("the server's answer has no {missing}; it must have one");
    Error::local(Code::Internal, "RESPONSE_INVALID", message)
}

/// A duration; none and a negative one are zero.
fn duration(duration: Option<prost_types::Duration>) -> Duration {
    duration.and_then(|duration| Duration::try_from(duration).ok()).unwrap_or_default()
}

/// The failure of a call to `address`.
///
/// What the server did not say itself was found on the way to it. The stack below reports a connection that breaks as
/// UNKNOWN, CANCELLED or INTERNAL, depending on the frame at which it broke; to a caller all of these are one thing: the
/// server is UNAVAILABLE. Every call of this API is idempotent, so it does not matter how far the server had come.
pub(crate) fn call_error(status: &tonic::Status, address: &str) -> Error {
    let Some(source) = std::error::Error::source(status) else {
        let details = status.get_error_details();
        let mut error = error(code(status.code()), status.message().to_owned(), &details);
        if let Some(value) = status.metadata().get("grpc-retry-pushback-ms") {
            push_back(&mut error, value.to_str().ok().and_then(|value| value.parse().ok()));
        }
        return error;
    };
    let code = match code(status.code()) {
        Code::Unknown | Code::Cancelled | Code::Internal => Code::Unavailable,
        code => code,
    };
    let mut causes = vec![source.to_string()];
    let mut cause = source.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if causes.last().is_none_or(|outer| !outer.contains(&text)) {
            causes.push(text);
        }
        cause = inner.source();
    }
    let mut message = format!("no answer from {address}: {}", causes.join(": "));
    let Some((reason, advice)) = tls::describe(source) else {
        return Error::bare(code, message);
    };
    message.push_str("; ");
    message.push_str(advice);
    // Another attempt would meet the same certificates.
    Error { retryable: false, ..Error::local(code, reason, message) }
}

/// Takes up what the server says about the next attempt: not before so many milliseconds, or, with a negative number or
/// what is none, never. RetryInfo may say so as well; the longer of the two holds.
fn push_back(error: &mut Error, wait_ms: Option<i64>) {
    match wait_ms.map(u64::try_from) {
        Some(Ok(wait_ms)) => {
            let wait = Duration::from_millis(wait_ms);
            error.retry_after = Some(error.retry_after.map_or(wait, |asked| asked.max(wait)));
        }
        Some(Err(_)) | None => {
            error.retryable = false;
            error.retry_after = None;
        }
    }
}

fn error(code: Code, message: String, details: &ErrorDetails) -> Error {
    let mut error = Error::bare(code, message);
    if let Some(info) = details.error_info() {
        error.reason = Some(info.reason.clone());
        error.metadata = info.metadata.clone().into_iter().collect();
    }
    if let Some(bad_request) = details.bad_request() {
        let violation = |violation: &tonic_types::FieldViolation| Violation {
            field: violation.field.clone(),
            description: violation.description.clone(),
        };
        error.violations = bad_request.field_violations.iter().map(violation).collect();
    }
    if let Some(retry_info) = details.retry_info() {
        error.retry_after = retry_info.retry_delay;
        error.retryable = true;
    }
    error.retryable |= error.is_overload();
    error
}

fn code(code: tonic::Code) -> Code {
    match code {
        tonic::Code::Cancelled => Code::Cancelled,
        // OK is no error; a server that calls it one has said nothing.
        tonic::Code::Ok | tonic::Code::Unknown => Code::Unknown,
        tonic::Code::InvalidArgument => Code::InvalidArgument,
        tonic::Code::DeadlineExceeded => Code::DeadlineExceeded,
        tonic::Code::NotFound => Code::NotFound,
        tonic::Code::AlreadyExists => Code::AlreadyExists,
        tonic::Code::PermissionDenied => Code::PermissionDenied,
        tonic::Code::ResourceExhausted => Code::ResourceExhausted,
        tonic::Code::FailedPrecondition => Code::FailedPrecondition,
        tonic::Code::Aborted => Code::Aborted,
        tonic::Code::OutOfRange => Code::OutOfRange,
        tonic::Code::Unimplemented => Code::Unimplemented,
        tonic::Code::Internal => Code::Internal,
        tonic::Code::Unavailable => Code::Unavailable,
        tonic::Code::DataLoss => Code::DataLoss,
        tonic::Code::Unauthenticated => Code::Unauthenticated,
    }
}

#[cfg(test)]
mod tests;
