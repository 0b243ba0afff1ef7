//! The reason of a refusal, without decoding more than that: an overloaded server refuses often,
//! and the generator must not be the slower of the two then either.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::HeaderMap;

use crate::reply::{Field, step};
use crate::tally::Outcome;

/// The code RESOURCE_EXHAUSTED, for which there is more than one reason.
const RESOURCE_EXHAUSTED: u8 = 8;
/// The fields of `google.rpc.Status`.
const CODE_FIELD: u64 = 1;
const DETAILS_FIELD: u64 = 3;
/// The fields of `google.protobuf.Any`, and the type of the one with a reason.
const TYPE_FIELD: u64 = 1;
const VALUE_FIELD: u64 = 2;
const ERROR_INFO: &[u8] = b"/google.rpc.ErrorInfo";
/// The field of `google.rpc.ErrorInfo` with the reason.
const REASON_FIELD: u64 = 1;

/// Reads how a call ended from headers or trailers; `None` if they do not say. A value that is no
/// status counts as one that does not exist.
pub(crate) fn of_headers(headers: &HeaderMap) -> Option<Result<(), Outcome>> {
    let code = headers.get("grpc-status")?;
    let code = code.to_str().ok().and_then(|code| code.parse().ok()).unwrap_or(u8::MAX);
    Some(match code {
        0 => Ok(()),
        RESOURCE_EXHAUSTED if details(headers).is_some_and(|it| is_overload(&it)) => {
            Err(Outcome::Overloaded)
        }
        code => Err(Outcome::Status(code)),
    })
}

/// Reads how a batch of a stream ended from the status that answers it.
pub(crate) fn of_status(status: &[u8]) -> Outcome {
    match u8::try_from(last(status, CODE_FIELD).map_or(0, |code| code.value)) {
        // A refusal that calls itself OK is none.
        Ok(0) => Outcome::Malformed,
        Ok(RESOURCE_EXHAUSTED) if is_overload(status) => Outcome::Overloaded,
        code => Outcome::Status(code.unwrap_or(u8::MAX)),
    }
}

/// Decodes the details of a status.
fn details(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = headers.get("grpc-status-details-bin")?.as_bytes();
    // With or without padding: gRPC allows both.
    let end = value.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    STANDARD_NO_PAD.decode(&value[..end]).ok()
}

/// Returns whether a `google.rpc.Status` says OVERLOADED.
fn is_overload(mut status: &[u8]) -> bool {
    while let Some(field) = step(&mut status) {
        if field.number == DETAILS_FIELD && reason(field.content) == Some(b"OVERLOADED") {
            return true;
        }
    }
    false
}

/// Finds the reason in a detail; `None` if the detail is about something else.
fn reason(detail: &[u8]) -> Option<&[u8]> {
    last(detail, TYPE_FIELD).filter(|name| name.content.ends_with(ERROR_INFO))?;
    let info = last(detail, VALUE_FIELD)?.content;
    last(info, REASON_FIELD).map(|reason| reason.content)
}

/// Finds the last field of this number, which is the one that counts.
fn last(mut message: &[u8], number: u64) -> Option<Field<'_>> {
    let mut found = None;
    while let Some(field) = step(&mut message) {
        if field.number == number {
            found = Some(field);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt};

    use super::{of_headers, of_status};
    use crate::tally::Outcome;

    /// Makes a status with RetryInfo, and with a reason if there is one.
    fn status(code: Code, reason: Option<&str>) -> Status {
        let mut details = ErrorDetails::new();
        details.set_retry_info(Some(std::time::Duration::from_millis(5)));
        if let Some(reason) = reason {
            details.set_error_info(reason, "broadside.dev", []);
        }
        Status::with_error_details(code, "busy", details)
    }

    #[test]
    fn overload_is_told_from_other_refusals() {
        let check = |code: Code, reason: Option<&str>, expected: Outcome| {
            let status = status(code, reason);
            let mut headers = HeaderMap::new();
            status.add_header(&mut headers).expect("it is a header");
            assert_eq!(of_headers(&headers), Some(Err(expected)), "{code} {reason:?}");
            // With padding it says the same.
            let details = headers["grpc-status-details-bin"].to_str().expect("it is ASCII");
            let padded = format!("{details}{}", "=".repeat(3 - (details.len() + 3) % 4));
            headers.insert("grpc-status-details-bin", padded.parse().expect("it is a header"));
            assert_eq!(of_headers(&headers), Some(Err(expected)), "{code} {reason:?}");
            assert_eq!(of_status(status.details()), expected, "{code} {reason:?}");
        };
        check(Code::ResourceExhausted, Some("OVERLOADED"), Outcome::Overloaded);
        check(Code::ResourceExhausted, Some("TOO_LARGE"), Outcome::Status(8));
        check(Code::ResourceExhausted, None, Outcome::Status(8));
        check(Code::Unavailable, Some("OVERLOADED"), Outcome::Status(14));
        check(Code::DeadlineExceeded, Some("DEADLINE_PASSED"), Outcome::Status(4));
    }

    #[test]
    fn statuses_without_details() {
        let check = |value: Option<&'static str>, expected: Option<Result<(), Outcome>>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert("grpc-status", value.parse().expect("it is a header"));
            }
            assert_eq!(of_headers(&headers), expected, "{value:?}");
        };
        check(None, None);
        check(Some("0"), Some(Ok(())));
        check(Some("14"), Some(Err(Outcome::Status(14))));
        check(Some("8"), Some(Err(Outcome::Status(8))));
        check(Some("-1"), Some(Err(Outcome::Status(u8::MAX))));
        check(Some("OK"), Some(Err(Outcome::Status(u8::MAX))));
        assert_eq!(of_status(&[]), Outcome::Malformed, "a refusal that calls itself OK");
        assert_eq!(of_status(&[0x08, 0x80, 0x02]), Outcome::Status(u8::MAX));
    }
}
