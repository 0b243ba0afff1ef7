//! What is asked.

use std::time::SystemTime;

use crate::attributes::Attributes;
use crate::version::Version;

/// One text to match.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// The text: at most 64 KiB and 8,192 tokens. A longer one is refused, in its own answer, and never cut.
    pub text: String,
    /// This query's attributes, on top of the batch's; they win name by name. Attributes that are the same for all queries
    /// belong to the batch: targeting is then judged once for it.
    pub attributes: Attributes,
    /// This query's options, instead of the batch's.
    pub options: Option<MatchOptions>,
}

/// What all queries of a batch share, or what a text is explained with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchOptions {
    /// What to return.
    pub matching: MatchOptions,
    /// Attributes of every query.
    pub attributes: Attributes,
    /// The version that must answer: the same generation (if it is not empty) and at least this sequence. A server that
    /// serves another one answers FAILED_PRECONDITION with the reason INVENTORY_VERSION_NOT_SERVED.
    pub min_version: Option<Version>,
    /// What an overloaded server does with the call or the stream.
    pub priority: Priority,
    /// The `traceparent` header (W3C Trace Context) of the call or the stream, passed on as it is; absent: the client's
    /// ([`Builder::traceparent`](crate::Builder::traceparent)).
    pub traceparent: Option<String>,
}

/// How urgent a call or a stream is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Somebody waits for the answer.
    #[default]
    Interactive,
    /// Work that can wait: it lets others go first.
    Bulk,
}

/// What to return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// The most matches to return, best first: 0 means 10; at most 1,000.
    pub limit: u32,
    /// The most matches to return of one group; 0 means no cap. Listings without a group are not capped.
    pub max_per_group: u32,
    /// Parts to return in addition to the default ones.
    pub include: Vec<Include>,
    /// Flights are judged at this time; default: when the server reads the request.
    pub as_of: Option<SystemTime>,
}

/// A part of a match that is left out unless it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Include {
    /// The listing's payload.
    Payload,
    /// Where in the text the keyword matched.
    Spans,
    /// The keyword that matched.
    Keyword,
}

impl From<&str> for Query {
    fn from(text: &str) -> Query {
        Query { text: text.to_owned(), ..Query::default() }
    }
}

impl From<String> for Query {
    fn from(text: String) -> Query {
        Query { text, ..Query::default() }
    }
}
