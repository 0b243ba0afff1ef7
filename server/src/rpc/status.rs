//! Why a call is refused, and what the client is told: the one table from refusals to codes and reasons.
//!
//! Every refusal carries a `google.rpc.ErrorInfo` with domain `broadside.v1` and one of these reasons:
//!
//! | reason | code | also |
//! |---|---|---|
//! | `NO_QUERIES` | INVALID_ARGUMENT | field violation |
//! | `TOO_MANY_QUERIES` | INVALID_ARGUMENT | field violation; metadata `got`, `most` |
//! | `FIELD_INVALID` | INVALID_ARGUMENT | field violation |
//! | `TEXT_TOO_LONG` | INVALID_ARGUMENT | field violation; inside a batch, the error of one query |
//! | `TEXT_TOO_MANY_TOKENS` | INVALID_ARGUMENT | field violation; inside a batch, the error of one query |
//! | `INVENTORY_NOT_LOADED` | UNAVAILABLE | retry delay |
//! | `INVENTORY_VERSION_NOT_SERVED` | FAILED_PRECONDITION | retry delay; metadata `generation`, `sequence` of what is served |
//! | `DEADLINE_PASSED` | DEADLINE_EXCEEDED | inside a batch, the error of each query for which there was no time |
//! | `OVERLOADED` | RESOURCE_EXHAUSTED | retry delay, also as `grpc-retry-pushback-ms` |
//! | `REQUEST_STALLED` | DEADLINE_EXCEEDED | the client began a request and did not go on |
//! | `UNAUTHENTICATED` | UNAUTHENTICATED | no credentials, or unknown ones |
//! | `ROLE_MISSING` | PERMISSION_DENIED | metadata `role`: the one that the method needs |
//! | `HANDLER_PANICKED` | INTERNAL | |
//! | `SHUTTING_DOWN` | UNAVAILABLE | retry delay |
//! | `CONNECTION_ENDING` | UNAVAILABLE | retry delay; a stream ends so when its connection is told to go |
//! | `RELOAD_BUSY` | ABORTED | retry delay |
//! | `INVENTORY_REJECTED` | FAILED_PRECONDITION | field violations: the first bad records; metadata `bad_records_total` |
//! | `INVENTORY_EMPTY` | FAILED_PRECONDITION | |
//! | `SOURCE_UNREADABLE` | FAILED_PRECONDITION | metadata `source` |
//! | `RELOAD_FAILED` | INTERNAL | |
//! | `METHOD_UNKNOWN` | UNIMPLEMENTED | |
//! | `LISTING_NOT_FOUND` | NOT_FOUND | metadata `listing_id` |
//! | `SERVICE_UNKNOWN` | NOT_FOUND | asked of the health service |
//! | `REQUEST_TOO_LARGE` | OUT_OF_RANGE | metadata `got`, `most`: bytes |
//! | `REPLY_TOO_LARGE` | OUT_OF_RANGE | metadata `most`: bytes |
//! | `REQUEST_MALFORMED` | INTERNAL | the bytes are not the one message that they should be |
//! | `REQUEST_COMPRESSED` | UNIMPLEMENTED | |
//! | `REQUEST_CUT_OFF` | CANCELLED | the client is gone, and nobody reads this |
//!
//! The codes for requests that cannot be read are those that tonic gives, which serves the admin listener; what it refuses
//! before a call is read has no `ErrorInfo`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use broadside_core::TextRefused;
use http::{HeaderMap, Response};
use prost::Message as _;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::body::CallBody;
use super::wire::request::Unread;
use crate::limits::{
    ATTRIBUTE_LIST_MAX, ATTRIBUTES_MAX, BAD_RECORDS_SHOWN_MAX, OVERLOAD_RETRY_DELAY, RETRY_DELAY,
};
use crate::runtime::Version;
use crate::runtime::gate::Refusal as GateRefusal;
use crate::runtime::reload::{Failure, NotTaken, Rejection};
use crate::serve::lane::Shed;
use crate::serve::spread::Spread;

const PUSHBACK: &str = "grpc-retry-pushback-ms";
/// Why most calls are refused under overload.
const WAITED: &str = "calls before this one have waited too long";
const DOMAIN: &str = "broadside.v1";

/// Bytes of one violation's description. All of a status travels in one header, which clients bound at 8 KiB.
const DESCRIPTION_BYTES_MAX: usize = 200;
/// Bytes of a status's message.
const MESSAGE_BYTES_MAX: usize = 500;

/// Why a call, or one query of a batch, is refused.
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    NoQueries,
    TooManyQueries {
        got: usize,
        most: usize,
    },
    /// A field is out of range; the description says what was expected and what was got.
    FieldInvalid {
        field: String,
        description: String,
    },
    Text {
        field: &'static str,
        why: TextRefused,
    },
    NotLoaded,
    VersionNotServed {
        asked: Version,
        served: Version,
    },
    DeadlinePassed,
    /// There is more work than can be done in time, and why it is this call that is refused.
    Overloaded(&'static str),
    RequestStalled,
    /// There are no credentials, or nobody knows them; the text says which.
    Unauthenticated(&'static str),
    /// The credentials are good, and are not for this.
    RoleMissing {
        role: &'static str,
    },
    HandlerPanicked,
    ShuttingDown,
    /// The connection is old, and this stream would hold it open.
    ConnectionEnding,
    ReloadBusy,
    Rejected(Arc<Rejection>),
    InventoryEmpty(String),
    SourceUnreadable {
        source: String,
        message: String,
    },
    ReloadFailed(String),
    /// There is no listing of this id.
    ListingNotFound(String),
    MethodUnknown,
    ServiceUnknown,
    RequestTooLarge {
        got: usize,
        most: usize,
    },
    ReplyTooLarge {
        most: usize,
    },
    /// The bytes are no message, and why.
    RequestMalformed(&'static str),
    RequestCompressed,
    /// The connection broke, or the client took the call back.
    RequestCutOff,
}

impl Refusal {
    /// A field that is out of range.
    pub(crate) fn field(field: impl Into<String>, description: impl Into<String>) -> Refusal {
        Refusal::FieldInvalid { field: field.into(), description: description.into() }
    }

    /// The code that the client is told.
    pub(crate) fn code(&self) -> Code {
        self.code_and_reason().0
    }

    /// What a call is told that the lane has refused.
    pub(crate) fn of_shed(shed: Shed) -> Refusal {
        match shed {
            Shed::Full => Refusal::Overloaded("as many queries wait as may"),
            Shed::Waited => Refusal::Overloaded(WAITED),
            Shed::Late => Refusal::DeadlinePassed,
        }
    }

    /// The whole reply of a call that is refused. That of one that is refused for overload is written once and copied: it is
    /// what a server does most that is asked for ten times as much as it can do.
    pub(crate) fn into_response(self) -> Response<CallBody> {
        static CROWDED: LazyLock<HeaderMap> = LazyLock::new(|| {
            Status::from(Refusal::of_shed(Shed::Waited))
                .into_http::<CallBody>()
                .into_parts()
                .0
                .headers
        });
        if !matches!(self, Refusal::Overloaded(WAITED)) {
            return Status::from(self).into_http();
        }
        let mut response = Response::new(CallBody::default());
        *response.headers_mut() = CROWDED.clone();
        response.headers_mut().insert(PUSHBACK, push_back_ms().into());
        response
    }

    /// Whether a stream cannot go on after this request.
    pub(crate) fn ends_streams(&self) -> bool {
        matches!(
            self,
            Refusal::RequestMalformed(_) | Refusal::DeadlinePassed | Refusal::RequestStalled
        )
    }

    /// The table.
    fn code_and_reason(&self) -> (Code, &'static str) {
        match self {
            Refusal::NoQueries => (Code::InvalidArgument, "NO_QUERIES"),
            Refusal::TooManyQueries { .. } => (Code::InvalidArgument, "TOO_MANY_QUERIES"),
            Refusal::FieldInvalid { .. } => (Code::InvalidArgument, "FIELD_INVALID"),
            Refusal::Text { why, .. } => (Code::InvalidArgument, why.code()),
            Refusal::NotLoaded => (Code::Unavailable, "INVENTORY_NOT_LOADED"),
            Refusal::VersionNotServed { .. } => {
                (Code::FailedPrecondition, "INVENTORY_VERSION_NOT_SERVED")
            }
            Refusal::DeadlinePassed => (Code::DeadlineExceeded, "DEADLINE_PASSED"),
            Refusal::Overloaded(_) => (Code::ResourceExhausted, "OVERLOADED"),
            Refusal::RequestStalled => (Code::DeadlineExceeded, "REQUEST_STALLED"),
            Refusal::Unauthenticated(_) => (Code::Unauthenticated, "UNAUTHENTICATED"),
            Refusal::RoleMissing { .. } => (Code::PermissionDenied, "ROLE_MISSING"),
            Refusal::HandlerPanicked => (Code::Internal, "HANDLER_PANICKED"),
            Refusal::ShuttingDown => (Code::Unavailable, "SHUTTING_DOWN"),
            Refusal::ConnectionEnding => (Code::Unavailable, "CONNECTION_ENDING"),
            Refusal::ReloadBusy => (Code::Aborted, "RELOAD_BUSY"),
            Refusal::Rejected(_) => (Code::FailedPrecondition, "INVENTORY_REJECTED"),
            Refusal::InventoryEmpty(_) => (Code::FailedPrecondition, "INVENTORY_EMPTY"),
            Refusal::SourceUnreadable { .. } => (Code::FailedPrecondition, "SOURCE_UNREADABLE"),
            Refusal::ReloadFailed(_) => (Code::Internal, "RELOAD_FAILED"),
            Refusal::ListingNotFound(_) => (Code::NotFound, "LISTING_NOT_FOUND"),
            Refusal::MethodUnknown => (Code::Unimplemented, "METHOD_UNKNOWN"),
            Refusal::ServiceUnknown => (Code::NotFound, "SERVICE_UNKNOWN"),
            Refusal::RequestTooLarge { .. } => (Code::OutOfRange, "REQUEST_TOO_LARGE"),
            Refusal::ReplyTooLarge { .. } => (Code::OutOfRange, "REPLY_TOO_LARGE"),
            Refusal::RequestMalformed(_) => (Code::Internal, "REQUEST_MALFORMED"),
            Refusal::RequestCompressed => (Code::Unimplemented, "REQUEST_COMPRESSED"),
            Refusal::RequestCutOff => (Code::Cancelled, "REQUEST_CUT_OFF"),
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Refusal::NoQueries => "the batch has no query; send at least one".to_owned(),
            Refusal::TooManyQueries { got, most } => {
                format!("the batch has {got} queries, and at most {most} are allowed; split it")
            }
            Refusal::FieldInvalid { field, description } => format!("{field}: {description}"),
            Refusal::Text { why, .. } => why.to_string(),
            Refusal::NotLoaded => "no inventory has been loaded yet; try again soon".to_owned(),
            Refusal::VersionNotServed { asked, served } => {
                format!("min_version asks for {asked}, and {served} is served")
            }
            Refusal::DeadlinePassed => {
                "the deadline had passed before all of the queries were matched".to_owned()
            }
            Refusal::Overloaded(why) => {
                format!(
                    "the server has more to do than it can do in time: {why}; nothing was done, try again or elsewhere"
                )
            }
            Refusal::RequestStalled => "the request was begun and not continued in time".to_owned(),
            Refusal::Unauthenticated(why) => {
                format!("{why}; send `authorization: Bearer TOKEN`, or show a certificate")
            }
            Refusal::RoleMissing { role } => {
                format!("the credentials are good and have not the role {role:?} that this needs")
            }
            Refusal::HandlerPanicked => {
                "the server met a bug in this call; its log says where".into()
            }
            Refusal::ShuttingDown => "the server is shutting down; try another one".to_owned(),
            Refusal::ConnectionEnding => "the connection is old; begin another stream".to_owned(),
            Refusal::ReloadBusy => {
                "a reload of something else is waiting; try again when it has ended".to_owned()
            }
            Refusal::Rejected(rejection) => {
                format!(
                    "{rejection}; what was served is still served, and GetStatus lists up to 1,000 bad records"
                )
            }
            Refusal::InventoryEmpty(what) | Refusal::ReloadFailed(what) => {
                format!("{what}; what was served is still served")
            }
            Refusal::SourceUnreadable { source, message } => {
                format!("{source} {message}; what was served is still served")
            }
            Refusal::ListingNotFound(id) => {
                let id = cut(id, DESCRIPTION_BYTES_MAX);
                format!("the inventory that is served has no listing of the id {id:?}")
            }
            Refusal::MethodUnknown => "this server has no such method on this port".to_owned(),
            Refusal::ServiceUnknown => "no service of this name is served on this port".to_owned(),
            Refusal::RequestTooLarge { got, most } => {
                format!("the request has {got} bytes, and at most {most} are allowed; split it")
            }
            Refusal::ReplyTooLarge { most } => {
                format!(
                    "the reply would have more than {most} bytes; ask for fewer matches or send fewer queries"
                )
            }
            Refusal::RequestMalformed(why) => {
                format!(
                    "the request cannot be read: {why}; expected the message of this method's type"
                )
            }
            Refusal::RequestCompressed => {
                "the request is compressed, which this server does not read; send it as it is"
                    .to_owned()
            }
            Refusal::RequestCutOff => "the client went away before its request was read".to_owned(),
        }
    }

    fn metadata(&self) -> HashMap<String, String> {
        let pairs = match self {
            Refusal::TooManyQueries { got, most } => {
                vec![("got", got.to_string()), ("most", most.to_string())]
            }
            Refusal::RequestTooLarge { got, most } => {
                vec![("got", got.to_string()), ("most", most.to_string())]
            }
            Refusal::ReplyTooLarge { most } => vec![("most", most.to_string())],
            Refusal::VersionNotServed { served, .. } => {
                vec![
                    ("generation", served.generation.clone()),
                    ("sequence", served.sequence.to_string()),
                ]
            }
            Refusal::Rejected(rejection) => {
                vec![("bad_records_total", rejection.bad_records_total.to_string())]
            }
            Refusal::SourceUnreadable { source, .. } => {
                vec![("source", cut(source, DESCRIPTION_BYTES_MAX))]
            }
            Refusal::ListingNotFound(id) => vec![("listing_id", cut(id, DESCRIPTION_BYTES_MAX))],
            _ => Vec::new(),
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn details(&self) -> ErrorDetails {
        let (_, reason) = self.code_and_reason();
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, self.metadata());
        match self {
            Refusal::NoQueries | Refusal::TooManyQueries { .. } => {
                details.add_bad_request_violation("queries", self.message());
            }
            Refusal::FieldInvalid { field, description } => {
                details.add_bad_request_violation(field, cut(description, DESCRIPTION_BYTES_MAX));
            }
            Refusal::Text { field, why } => {
                details.add_bad_request_violation(*field, why.to_string());
            }
            Refusal::Rejected(rejection) => {
                for record in rejection.bad_records.iter().take(BAD_RECORDS_SHOWN_MAX) {
                    let place = format!("{}:{} {}", record.source, record.line, record.field);
                    let description = format!("{} ({})", record.message, record.reason);
                    details.add_bad_request_violation(
                        cut(&place, DESCRIPTION_BYTES_MAX / 2),
                        cut(&description, DESCRIPTION_BYTES_MAX),
                    );
                }
            }
            Refusal::NotLoaded
            | Refusal::VersionNotServed { .. }
            | Refusal::ShuttingDown
            | Refusal::ConnectionEnding
            | Refusal::ReloadBusy => {
                details.set_retry_info(Some(RETRY_DELAY));
            }
            Refusal::Overloaded(_) => {
                details.set_retry_info(Some(OVERLOAD_RETRY_DELAY));
            }
            _ => {}
        }
        details
    }

    /// What a client reads without knowing of details: for a call that may be tried again, when.
    fn push_back(&self) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        if let Refusal::Overloaded(_) = self {
            metadata.insert(PUSHBACK, MetadataValue::from(push_back_ms()));
        }
        metadata
    }
}

/// After how many milliseconds to come again: another number each time, so that those who were refused together do not
/// come back together.
fn push_back_ms() -> u64 {
    static SPREAD: Spread = Spread::new();
    let delay = u32::try_from(OVERLOAD_RETRY_DELAY.as_millis()).unwrap_or(u32::MAX);
    u64::from(delay) + u64::from(SPREAD.up_to(delay))
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Status {
        let (code, _) = refusal.code_and_reason();
        let message = cut(&refusal.message(), MESSAGE_BYTES_MAX);
        let metadata = refusal.push_back();
        Status::with_error_details_and_metadata(code, message, refusal.details(), metadata)
    }
}

/// The form that a refusal has inside the result of one query.
impl From<Refusal> for tonic_types::Status {
    fn from(refusal: Refusal) -> tonic_types::Status {
        let status = Status::from(refusal);
        tonic_types::Status::decode(status.details())
            .expect("the details of a status made here are an encoded google.rpc.Status")
    }
}

impl From<Unread> for Refusal {
    fn from(why: Unread) -> Refusal {
        let path = |query: Option<usize>| match query {
            Some(ordinal) => format!("queries[{ordinal}].attributes"),
            None => "attributes".to_owned(),
        };
        match why {
            Unread::Malformed(why) => Refusal::RequestMalformed(why),
            Unread::TooManyQueries { got, most } => Refusal::TooManyQueries { got, most },
            Unread::TooManyAttributes { query } => {
                let description = format!("expected at most {ATTRIBUTES_MAX} attributes, got more");
                Refusal::field(path(query), description)
            }
            Unread::TooManyTexts { query } => {
                let description =
                    format!("expected at most {ATTRIBUTE_LIST_MAX} texts in a list, got more");
                Refusal::field(path(query), description)
            }
        }
    }
}

impl From<Unread> for Status {
    fn from(why: Unread) -> Status {
        Refusal::from(why).into()
    }
}

impl From<NotTaken> for Refusal {
    fn from(why: NotTaken) -> Refusal {
        match why {
            NotTaken::Busy => Refusal::ReloadBusy,
            NotTaken::ShuttingDown => Refusal::ShuttingDown,
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        match failure {
            Failure::Unreadable { source, message } => {
                Refusal::SourceUnreadable { source, message }
            }
            Failure::Panicked(_) => Refusal::ReloadFailed(failure.to_string()),
        }
    }
}

impl From<GateRefusal> for Refusal {
    fn from(refusal: GateRefusal) -> Refusal {
        match refusal {
            GateRefusal::Empty => Refusal::InventoryEmpty(refusal.to_string()),
            GateRefusal::Inconsistent(_) => Refusal::ReloadFailed(refusal.to_string()),
        }
    }
}

/// The text, or its beginning with a mark that more was there.
fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end));
    format!("{}…", &text[..end.unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use broadside_core::TextRefused;
    use tonic::{Code, Status};
    use tonic_types::{RpcStatusExt as _, StatusExt as _};

    use super::Refusal;
    use crate::runtime::Version;
    use crate::runtime::reload::{BadRecord, Rejection};

    fn check(refusal: Refusal, code: Code, reason: &str, violated: Option<&str>, retry: bool) {
        let status = Status::from(refusal);
        assert_eq!(status.code(), code, "{reason}");
        let details = status.get_error_details();
        let info = details.error_info().expect("each refusal has an ErrorInfo");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, "broadside.v1"));
        let field = details.bad_request().map(|request| request.field_violations[0].field.as_str());
        assert_eq!(field, violated, "{reason}");
        assert_eq!(details.retry_info().is_some(), retry, "{reason}");
        assert!(!status.message().is_empty(), "{reason}");
    }

    #[test]
    fn the_table() {
        let version = Version::loaded;
        let unreadable =
            Refusal::SourceUnreadable { source: "a.txt".into(), message: "is gone".into() };
        let not_served = Refusal::VersionNotServed { asked: version("a"), served: version("b") };
        let too_long = TextRefused::TooLong { bytes: 9, most: 8 };
        let many = Refusal::TooManyQueries { got: 2, most: 1 };
        check(Refusal::NoQueries, Code::InvalidArgument, "NO_QUERIES", Some("queries"), false);
        check(many, Code::InvalidArgument, "TOO_MANY_QUERIES", Some("queries"), false);
        check(Refusal::field("a", "b"), Code::InvalidArgument, "FIELD_INVALID", Some("a"), false);
        let text = Refusal::Text { field: "text", why: too_long };
        check(text, Code::InvalidArgument, "TEXT_TOO_LONG", Some("text"), false);
        check(Refusal::NotLoaded, Code::Unavailable, "INVENTORY_NOT_LOADED", None, true);
        check(not_served, Code::FailedPrecondition, "INVENTORY_VERSION_NOT_SERVED", None, true);
        check(Refusal::DeadlinePassed, Code::DeadlineExceeded, "DEADLINE_PASSED", None, false);
        check(Refusal::Overloaded("x"), Code::ResourceExhausted, "OVERLOADED", None, true);
        check(Refusal::RequestStalled, Code::DeadlineExceeded, "REQUEST_STALLED", None, false);
        let unknown = Refusal::Unauthenticated("x");
        check(unknown, Code::Unauthenticated, "UNAUTHENTICATED", None, false);
        let role = Refusal::RoleMissing { role: "admin" };
        check(role, Code::PermissionDenied, "ROLE_MISSING", None, false);
        check(Refusal::HandlerPanicked, Code::Internal, "HANDLER_PANICKED", None, false);
        check(Refusal::ShuttingDown, Code::Unavailable, "SHUTTING_DOWN", None, true);
        check(Refusal::ConnectionEnding, Code::Unavailable, "CONNECTION_ENDING", None, true);
        check(Refusal::ReloadBusy, Code::Aborted, "RELOAD_BUSY", None, true);
        check(
            Refusal::InventoryEmpty("x".into()),
            Code::FailedPrecondition,
            "INVENTORY_EMPTY",
            None,
            false,
        );
        check(unreadable, Code::FailedPrecondition, "SOURCE_UNREADABLE", None, false);
        check(Refusal::ReloadFailed("x".into()), Code::Internal, "RELOAD_FAILED", None, false);
        let absent = Refusal::ListingNotFound("l1".into());
        check(absent, Code::NotFound, "LISTING_NOT_FOUND", None, false);
        check(Refusal::ServiceUnknown, Code::NotFound, "SERVICE_UNKNOWN", None, false);
        check(Refusal::MethodUnknown, Code::Unimplemented, "METHOD_UNKNOWN", None, false);
        let large = Refusal::RequestTooLarge { got: 2, most: 1 };
        check(large, Code::OutOfRange, "REQUEST_TOO_LARGE", None, false);
        let large = Refusal::ReplyTooLarge { most: 1 };
        check(large, Code::OutOfRange, "REPLY_TOO_LARGE", None, false);
        check(Refusal::RequestMalformed("x"), Code::Internal, "REQUEST_MALFORMED", None, false);
        check(Refusal::RequestCompressed, Code::Unimplemented, "REQUEST_COMPRESSED", None, false);
        check(Refusal::RequestCutOff, Code::Cancelled, "REQUEST_CUT_OFF", None, false);
    }

    #[test]
    fn the_report_of_a_rejection_fits_a_header() {
        let record = BadRecord {
            source: "a".repeat(4_096),
            line: 7,
            column: 1,
            field: "keywords[0]".into(),
            reason: "KEYWORD_EMPTY".into(),
            message: "é".repeat(4_096),
            value: "…".into(),
        };
        let rejection =
            Rejection { bad_records_total: 900, bad_records: vec![record; 900], records: 1_000 };
        let status = Status::from(Refusal::Rejected(Arc::new(rejection)));
        let details = status.get_error_details();
        assert_eq!(details.bad_request().map(|request| request.field_violations.len()), Some(20));
        let info = details.error_info().expect("an ErrorInfo");
        assert_eq!(info.metadata["bad_records_total"], "900");
        let header_bytes = status.details().len() * 4 / 3 + status.message().len() * 3;
        assert!(header_bytes < 14 * 1024, "{header_bytes} bytes");
    }

    #[test]
    fn inside_a_result_a_refusal_says_the_same() {
        let why = TextRefused::TooManyTokens { most: 8 };
        let status = tonic_types::Status::from(Refusal::Text { field: "text", why });
        assert_eq!(status.code, Code::InvalidArgument as i32);
        let details = status.get_error_details();
        assert_eq!(details.error_info().expect("an ErrorInfo").reason, "TEXT_TOO_MANY_TOKENS");
    }
}
