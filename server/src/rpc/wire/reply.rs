//! Replies of `MatchBatch` and `MatchStream`, written from the matcher's scratch.
//!
//! The bytes are those that prost makes of the messages of `to_proto`; the tests hold the two against each other.

use broadside_core::{Answer, Hit, Index, Query};
use prost::Message as _;

use super::encode::{
    Begun, begin_message, end_message, put_bytes, put_double, put_message, put_number, put_present,
};
use super::request::Parts;
use crate::rpc::status::Refusal;
use crate::rpc::to_proto;
use crate::rpc::workbench::Highlights;
use crate::runtime::Version;

/// Bytes of a gRPC message before it: whether it is compressed, and its length.
pub const PREFIX_BYTES: usize = 5;

/// Bytes that the length of a batch inside a stream's response probably takes: it has 2 KiB to 2 MiB.
const BATCH_LENGTH_BYTES: usize = 3;
/// The same for a batch of few queries.
const SMALL_BATCH_LENGTH_BYTES: usize = 2;
/// Queries of a batch that is small in that sense.
const SMALL_BATCH_QUERIES: usize = 32;

/// Where a message begins that gRPC sends.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Framed(usize);

/// Begins a message as gRPC sends it: its length, and what is written from now on, which must be below 4 GiB.
pub fn begin_framed(out: &mut Vec<u8>) -> Framed {
    let start = out.len();
    out.extend_from_slice(&[0; PREFIX_BYTES]);
    Framed(start)
}

/// Ends the message.
pub fn end_framed(out: &mut [u8], Framed(start): Framed) {
    let length = u32::try_from(out.len() - start - PREFIX_BYTES)
        .expect("replies are bounded far below 4 GiB");
    out[start + 1..start + PREFIX_BYTES].copy_from_slice(&length.to_be_bytes());
}

/// Begins a response of a stream around a batch of so many queries; to be ended with [`end_stream_batch`].
pub fn begin_stream_batch(out: &mut Vec<u8>, request_id: u64, queries: usize) -> Begun {
    let small = queries <= SMALL_BATCH_QUERIES;
    let length_bytes = if small { SMALL_BATCH_LENGTH_BYTES } else { BATCH_LENGTH_BYTES };
    put_number(out, 1, request_id);
    begin_message(out, 2, length_bytes)
}

/// Ends it.
pub fn end_stream_batch(out: &mut Vec<u8>, begun: Begun) {
    end_message(out, begun);
}

/// Writes a response of a stream whose batch is refused.
pub(crate) fn put_stream_error(out: &mut Vec<u8>, request_id: u64, refusal: Refusal) {
    put_number(out, 1, request_id);
    put_bytes(out, 3, &tonic_types::Status::from(refusal).encode_to_vec());
}

/// Writes the next results of a batch, all of them queries that are refused for the same reason.
pub(crate) fn put_refused(out: &mut Vec<u8>, queries: usize, refusal: Refusal) {
    let error = tonic_types::Status::from(refusal).encode_to_vec();
    for _ in 0..queries {
        put_message(out, 2, 2, |out| put_bytes(out, 5, &error));
    }
}

/// Begins the response of a batch.
pub(crate) fn put_version(out: &mut Vec<u8>, version: &Version) {
    put_message(out, 1, 1, |out| {
        put_bytes(out, 1, version.generation.as_bytes());
        put_number(out, 2, version.sequence);
    });
}

/// Writes the next result of a batch.
pub(crate) fn put_result(
    out: &mut Vec<u8>,
    index: &Index,
    query: &Query<'_>,
    parts: Parts,
    answer: &Answer<'_>,
    highlights: &mut Highlights,
) {
    if parts.spans && !answer.hits.is_empty() {
        highlights.set_text(index, query.text);
    }
    // Two matches are more than 127 bytes, mostly.
    let length_bytes = if answer.hits.len() > 1 { 2 } else { 1 };
    put_message(out, 2, length_bytes, |out| {
        if let Some(why) = answer.refused {
            let error = tonic_types::Status::from(Refusal::Text { field: "text", why });
            return put_bytes(out, 5, &error.encode_to_vec());
        }
        for hit in answer.hits {
            put_message(out, 1, 1, |out| put_match(out, index, query, hit, parts, highlights));
        }
        put_number(out, 2, answer.total);
        put_number(out, 3, u64::from(answer.total_exact));
        put_number(out, 4, u64::from(answer.incomplete));
    });
}

fn put_match(
    out: &mut Vec<u8>,
    index: &Index,
    query: &Query<'_>,
    hit: &Hit,
    parts: Parts,
    highlights: &mut Highlights,
) {
    put_bytes(out, 1, index.listing_id(hit.listing).as_bytes());
    put_double(out, 2, hit.score);
    put_number(out, 3, enumeration(to_proto::match_type(hit.match_type).into()));
    put_number(out, 4, u64::from(hit.keyword));
    if parts.keyword {
        let keyword = index.keyword(hit);
        put_message(out, 5, 1, |out| {
            put_bytes(out, 1, keyword.text.as_bytes());
            put_number(out, 2, enumeration(to_proto::match_type(keyword.match_type).into()));
            if let Some(micros) = keyword.bid_micros {
                put_present(out, 3, to_proto::bid(micros));
            }
            put_number(out, 4, u64::from(keyword.anchor_start));
            put_number(out, 5, u64::from(keyword.anchor_end));
        });
    }
    if parts.payload {
        put_bytes(out, 6, index.payload(hit.listing));
    }
    if parts.spans {
        for span in highlights.of(index, query.text, hit) {
            put_message(out, 7, 1, |out| {
                put_number(out, 1, u64::from(span.start));
                put_number(out, 2, u64::from(span.end));
            });
        }
    }
}

/// The number of an enumeration; none of ours is negative.
fn enumeration(value: i32) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests;
