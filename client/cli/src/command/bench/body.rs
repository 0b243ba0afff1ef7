//! Request bodies, encoded once.

use broadside_proto::v1::{MatchBatchRequest, MatchOptions, MatchStreamRequest, Query};
use bytes::Bytes;
use prost::Message;

/// Bytes before a message: a flag for compression and the length.
pub(super) const PREFIX_BYTES: usize = 5;

/// The bodies that are sent, over and over.
#[derive(Debug, Clone)]
pub(super) struct Bodies {
    bodies: Vec<Bytes>,
    batch: usize,
}

impl Bodies {
    /// Bodies of exactly `batch` queries each that hold every text at least once; the last one is filled up from the
    /// start. There must be at least one text.
    ///
    /// The bytes are leaked on purpose. They are needed until the process ends, and bytes without an owner have no
    /// counter that all threads would write to with every call.
    ///
    /// For streams each is a message of `MatchStream`, else one of `MatchBatch`.
    pub(super) fn encode(texts: &[String], batch: usize, limit: u32, streams: bool) -> Bodies {
        let body = |start: usize| {
            let query = |text: &String| Query { text: text.clone(), ..Query::default() };
            let request = MatchBatchRequest {
                queries: texts.iter().cycle().skip(start).take(batch).map(query).collect(),
                options: Some(MatchOptions { limit, ..MatchOptions::default() }),
                ..MatchBatchRequest::default()
            };
            let bytes = if streams {
                frame(&MatchStreamRequest { request_id: 1, batch: Some(request) })
            } else {
                frame(&request)
            };
            Bytes::from_static(Vec::leak(bytes))
        };
        Bodies { bodies: (0..texts.len()).step_by(batch).map(body).collect(), batch }
    }

    /// The body of this number, counting round and round.
    pub(super) fn get(&self, number: usize) -> Bytes {
        self.bodies[number % self.bodies.len()].clone()
    }

    /// Queries of each body.
    pub(super) fn batch(&self) -> usize {
        self.batch
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.bodies.len()
    }
}

/// A message as gRPC sends it: not compressed, its length, itself.
fn frame(message: &impl Message) -> Vec<u8> {
    let length =
        u32::try_from(message.encoded_len()).expect("4,096 texts of 1 MiB are below 4 GiB");
    let mut frame = Vec::with_capacity(PREFIX_BYTES + message.encoded_len());
    frame.push(0);
    frame.extend_from_slice(&length.to_be_bytes());
    message.encode(&mut frame).expect("a vector grows");
    frame
}

#[cfg(test)]
mod tests {
    use broadside_proto::v1::{MatchBatchRequest, MatchStreamRequest};
    use prost::Message;

    use super::{Bodies, PREFIX_BYTES};

    fn check(texts: &[&str], batch: usize, expected: &[&[&str]]) {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let bodies = Bodies::encode(&texts, batch, 7, false);
        assert_eq!(bodies.len(), expected.len());
        for (number, expected) in expected.iter().enumerate() {
            let body = bodies.get(number + expected_rounds(&bodies));
            let (prefix, message) = body.split_at(PREFIX_BYTES);
            assert_eq!(prefix[0], 0, "it is not compressed");
            assert_eq!(
                usize::try_from(u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]])),
                Ok(message.len())
            );
            let request = MatchBatchRequest::decode(message).expect("it is a request");
            let texts: Vec<&str> =
                request.queries.iter().map(|query| query.text.as_str()).collect();
            assert_eq!(texts, *expected);
            assert_eq!(request.options.as_ref().expect("it has options").limit, 7);
            let streamed = Bodies::encode(&texts_of(&request), batch, 7, true).get(0);
            let streamed = MatchStreamRequest::decode(&streamed[PREFIX_BYTES..]);
            assert_eq!(streamed.expect("it is a request").batch, Some(request));
        }
    }

    fn texts_of(request: &MatchBatchRequest) -> Vec<String> {
        request.queries.iter().map(|query| query.text.clone()).collect()
    }

    /// Two rounds: the same bodies come again.
    fn expected_rounds(bodies: &Bodies) -> usize {
        2 * bodies.len()
    }

    #[test]
    fn every_body_is_full_and_every_text_is_in_one() {
        check(&["a", "b", "c", "d"], 2, &[&["a", "b"], &["c", "d"]]);
        check(&["a", "b", "c"], 2, &[&["a", "b"], &["c", "a"]]);
        check(&["a", "b"], 5, &[&["a", "b", "a", "b", "a"]]);
        check(&["a", "b"], 1, &[&["a"], &["b"]]);
    }
}
