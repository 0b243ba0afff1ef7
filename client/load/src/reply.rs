//! The counts of a reply, without decoding it.
//!
//! Decoding every match would make the generator the slower of the two. A reply is walked field by
//! field, and everything that is not counted is stepped over by its length.

use crate::bodies::PREFIX_BYTES;

/// The field of `MatchBatchResponse` that holds one result a query.
const RESULTS_FIELD: u64 = 2;
/// The fields of `MatchStreamResponse` that hold the answer to its batch, or the refusal of it.
const BATCH_FIELD: u64 = 2;
const REFUSAL_FIELD: u64 = 3;
/// The field of `QueryResult` that is there if the query was refused.
const ERROR_FIELD: u64 = 5;

/// The counts of a reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ReplyCounts {
    /// Results, refused ones included.
    pub(crate) results: usize,
    /// Results that are a refusal.
    pub(crate) refused: usize,
}

/// One response of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Streamed<'a> {
    Answer(ReplyCounts),
    /// The refusal of a batch: a `google.rpc.Status`.
    Refusal(&'a [u8]),
}

/// One field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    /// The value of a number of variable length; 0 in other fields.
    pub(crate) value: u64,
    /// The bytes of any other field; empty in such a number.
    pub(crate) content: &'a [u8],
}

/// Counts the results of a reply, given its whole body. `None` if it is not exactly one
/// uncompressed message that can be walked to its end.
pub(crate) fn count(body: &[u8]) -> Option<ReplyCounts> {
    let (prefix, message) = body.split_at_checked(PREFIX_BYTES)?;
    let (compressed, length) = prefix.split_first()?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    if *compressed != 0 || usize::try_from(length) != Ok(message.len()) {
        return None;
    }
    count_message(message)
}

/// Steps over one message of a stream in a buffer and gives it without its prefix. `None` if it is
/// not there as a whole.
pub(crate) fn next_message<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (prefix, after) = rest.split_first_chunk::<PREFIX_BYTES>()?;
    let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]);
    let (message, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(message)
}

/// Reads one response of a stream. `None` if it cannot be walked, or says nothing.
pub(crate) fn read_streamed(mut response: &[u8]) -> Option<Streamed<'_>> {
    let mut read = None;
    while !response.is_empty() {
        let field = step(&mut response)?;
        match field.number {
            BATCH_FIELD => read = Some(Streamed::Answer(count_message(field.content)?)),
            REFUSAL_FIELD => read = Some(Streamed::Refusal(field.content)),
            _ => {}
        }
    }
    read
}

/// Counts the results of a message; `None` if it cannot be walked to its end.
fn count_message(message: &[u8]) -> Option<ReplyCounts> {
    let mut counts = ReplyCounts::default();
    let mut rest = message;
    while !rest.is_empty() {
        let field = step(&mut rest)?;
        if field.number == RESULTS_FIELD {
            counts.results += 1;
            counts.refused += usize::from(is_refused(field.content)?);
        }
    }
    Some(counts)
}

/// Returns whether a result is a refusal; `None` if it cannot be walked to its end.
fn is_refused(mut result: &[u8]) -> Option<bool> {
    let mut refused = false;
    while !result.is_empty() {
        refused |= step(&mut result)?.number == ERROR_FIELD;
    }
    Some(refused)
}

/// Steps over one field. `None` if there is none, or it cannot be read to its end.
pub(crate) fn step<'a>(rest: &mut &'a [u8]) -> Option<Field<'a>> {
    let key = varint(rest)?;
    let mut field = Field { number: key >> 3, value: 0, content: &[] };
    match key & 7 {
        0 => field.value = varint(rest)?,
        1 => field.content = take(rest, 8)?,
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            field.content = take(rest, length)?;
        }
        5 => field.content = take(rest, 4)?,
        _ => return None,
    }
    Some(field)
}

/// Takes bytes from the front; `None` if there are not as many.
fn take<'a>(rest: &mut &'a [u8], bytes: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(bytes)?;
    *rest = left;
    Some(taken)
}

/// Reads a number of one to ten bytes, seven bits in each, the lowest first.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use broadside_proto::v1::{InventoryVersion, Match, MatchBatchResponse, QueryResult, Span};
    use prost::Message;

    use super::{ReplyCounts, Streamed, count, next_message, read_streamed, varint};

    fn reply(results: &[bool]) -> Vec<u8> {
        let result = |refused: &bool| {
            let hit = Match {
                listing_id: "listing".repeat(30),
                score: 1.5,
                match_type: 3,
                keyword_index: u32::MAX,
                spans: vec![Span { start: 5, end: 300 }],
                ..Match::default()
            };
            match refused {
                true => QueryResult { error: Some(Default::default()), ..QueryResult::default() },
                false => QueryResult {
                    matches: vec![hit; 3],
                    total: 1 << 40,
                    total_exact: true,
                    ..QueryResult::default()
                },
            }
        };
        let response = MatchBatchResponse {
            version: Some(InventoryVersion {
                generation: "9d3f00aa12345678".to_owned(),
                sequence: 9,
            }),
            results: results.iter().map(result).collect(),
        };
        let message = response.encode_to_vec();
        let length = u32::try_from(message.len()).expect("it is small");
        [&[0], length.to_be_bytes().as_slice(), &message].concat()
    }

    #[test]
    fn results_and_refusals_are_counted() {
        let check = |results: &[bool]| {
            let refused = results.iter().filter(|refused| **refused).count();
            let expected = ReplyCounts { results: results.len(), refused };
            assert_eq!(count(&reply(results)), Some(expected), "{results:?}");
        };
        check(&[]);
        check(&[false]);
        check(&[true]);
        check(&[false, true, false, false, true]);
        check(&[false; 300]);
        // An answer without a match and a total is an empty message, and counts.
        let empty = [0, 0, 0, 0, 4, 0x12, 0, 0x12, 0];
        assert_eq!(count(&empty), Some(ReplyCounts { results: 2, refused: 0 }));
    }

    #[test]
    fn responses_of_a_stream_are_counted_one_by_one() {
        let one = reply(&[false, true]);
        let batch = &one[5..];
        let length = u8::try_from(batch.len() & 0x7f).expect("it is below 128") | 0x80;
        let high = u8::try_from(batch.len() >> 7).expect("it is below 128");
        let response = [&[0x08, 7, 0x12, length, high][..], batch].concat();
        let counts = ReplyCounts { results: 2, refused: 1 };
        assert_eq!(read_streamed(&response), Some(Streamed::Answer(counts)));
        let refused = [0x08, 7, 0x1a, 2, 0x08, 9];
        assert_eq!(read_streamed(&refused), Some(Streamed::Refusal(&[0x08, 9])));
        assert_eq!(read_streamed(&response[..9]), None);
        assert_eq!(read_streamed(&response[..2]), None, "it says nothing");

        let framed = [&[0, 0, 0, 0, 2, 0x08, 7][..], &[0, 0, 0, 0, 1, 9]].concat();
        let mut rest = framed.as_slice();
        assert_eq!(next_message(&mut rest), Some(&[0x08, 7][..]));
        for cut in 0..6 {
            assert_eq!(next_message(&mut &rest[..cut]), None);
        }
        assert_eq!((next_message(&mut rest), rest), (Some(&[9][..]), &[][..]));
    }

    #[test]
    fn what_is_torn_or_bent_is_not_counted() {
        let good = reply(&[false, true]);
        for cut in 0..good.len() {
            assert_eq!(count(&good[..cut]), None, "cut at {cut}");
        }
        let mut compressed = good.clone();
        compressed[0] = 1;
        assert_eq!(count(&compressed), None);
        assert_eq!(count(&[good.as_slice(), &[0]].concat()), None, "more than one message");
        // A length that is not there, a wire type that does not exist, a number that never ends.
        for message in [&[0x12, 9][..], &[0x13], &[0x12, 1, 0x2c], &[0x80; 11]] {
            let length = u8::try_from(message.len()).expect("it is small");
            assert_eq!(count(&[&[0, 0, 0, 0, length], message].concat()), None, "{message:?}");
        }
    }

    #[test]
    fn numbers() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            prost::encoding::encode_varint(value, &mut bytes);
            let mut rest = bytes.as_slice();
            assert_eq!((varint(&mut rest), rest), (Some(value), &[][..]));
        }
        assert_eq!(varint(&mut [0xff; 10].as_slice()), None);
    }
}
