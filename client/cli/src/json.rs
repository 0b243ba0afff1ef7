//! Parts of the output for programs that several commands have.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use broadside_client::{Keyword, Span};
use serde::Serialize;

/// A keyword.
#[derive(Debug, Serialize)]
pub(crate) struct JsonKeyword<'a> {
    text: &'a str,
    notation: String,
    bid_micros: Option<i64>,
}

/// A range of bytes of the text.
#[derive(Debug, Serialize)]
pub(crate) struct JsonSpan {
    start: u32,
    end: u32,
}

/// A payload: as a text, or in base64 if it is none.
#[derive(Debug, Default, Serialize)]
pub(crate) struct JsonPayload<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_base64: Option<String>,
}

impl<'a> JsonKeyword<'a> {
    pub(crate) fn new(keyword: &'a Keyword) -> JsonKeyword<'a> {
        JsonKeyword {
            text: &keyword.text,
            notation: keyword.to_string(),
            bid_micros: keyword.bid_micros,
        }
    }
}

impl<'a> JsonPayload<'a> {
    pub(crate) fn new(payload: &'a [u8]) -> JsonPayload<'a> {
        match std::str::from_utf8(payload) {
            Ok(text) => JsonPayload { payload: Some(text), payload_base64: None },
            Err(_) => JsonPayload { payload: None, payload_base64: Some(STANDARD.encode(payload)) },
        }
    }
}

/// Spans, in their order.
pub(crate) fn spans(spans: &[Span]) -> Vec<JsonSpan> {
    spans.iter().map(|span| JsonSpan { start: span.start, end: span.end }).collect()
}
