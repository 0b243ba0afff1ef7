//! The bodies of requests, encoded once.

use broadside_proto::v1::{MatchBatchRequest, MatchOptions, MatchStreamRequest, Query};
use bytes::Bytes;
use prost::Message;

use crate::error::Error;
use crate::load::Load;

/// Bytes before a message: a flag for compression and the length.
pub(crate) const PREFIX_BYTES: usize = 5;

/// The bodies that are sent, over and over.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    bodies: Vec<Bytes>,
    batch: usize,
}

impl Bodies {
    /// Encodes bodies of exactly as many queries as a batch of the load has, with every text in at
    /// least one of them; the last one is filled up from the start.
    ///
    /// The bytes are leaked on purpose. They are needed until the process ends, and bytes without
    /// an owner have no counter that all threads would write to with every call.
    ///
    /// For streams each is a message of `MatchStream`, else one of `MatchBatch`.
    ///
    /// # Errors
    /// There is no text, or a message is too long for its prefix.
    pub(crate) fn encode(texts: &[String], load: &Load) -> Result<Bodies, Error> {
        if texts.is_empty() {
            return Err(Error::Load("there is no text to send; give one at least".to_owned()));
        }
        let batch = usize::from(load.batch.get());
        let body = |start: usize| {
            let query = |text: &String| Query { text: text.clone(), ..Query::default() };
            let request = MatchBatchRequest {
                queries: texts.iter().cycle().skip(start).take(batch).map(query).collect(),
                options: Some(MatchOptions { limit: load.limit, ..MatchOptions::default() }),
                ..MatchBatchRequest::default()
            };
            let bytes = if load.stream {
                frame(&MatchStreamRequest { request_id: 1, batch: Some(request) })
            } else {
                frame(&request)
            };
            bytes.map(|bytes| Bytes::from_static(Vec::leak(bytes)))
        };
        let bodies: Result<_, Error> = (0..texts.len()).step_by(batch).map(body).collect();
        Ok(Bodies { bodies: bodies?, batch })
    }

    /// Returns the body of a number, counting round and round.
    pub(crate) fn get(&self, number: usize) -> Bytes {
        self.bodies[number % self.bodies.len()].clone()
    }

    /// Returns the count of queries in each body.
    pub(crate) fn batch(&self) -> usize {
        self.batch
    }

    /// Returns the count of bodies.
    pub(crate) fn len(&self) -> usize {
        self.bodies.len()
    }
}

/// Frames a message as gRPC sends it: a flag that it is not compressed, its length, itself.
fn frame(message: &impl Message) -> Result<Vec<u8>, Error> {
    let bytes = message.encoded_len();
    let length = u32::try_from(bytes).map_err(|_| {
        let text = format!("a call has {bytes} bytes, and may have 4 GiB; send smaller batches");
        Error::Load(text)
    })?;
    let mut frame = Vec::with_capacity(PREFIX_BYTES + bytes);
    frame.push(0);
    frame.extend_from_slice(&length.to_be_bytes());
    message.encode(&mut frame).expect("a vector grows");
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use broadside_proto::v1::{MatchBatchRequest, MatchStreamRequest};
    use prost::Message;

    use super::{Bodies, PREFIX_BYTES};
    use crate::error::Error;
    use crate::load::Load;

    fn encode(texts: &[String], batch: u16, stream: bool) -> Bodies {
        let batch = batch.try_into().expect("it is above zero");
        let load = Load { batch, limit: 7, stream, ..Load::default() };
        Bodies::encode(texts, &load).expect("there are texts")
    }

    fn check(texts: &[&str], batch: u16, expected: &[&[&str]]) {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let bodies = encode(&texts, batch, false);
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
            let streamed = encode(&texts_of(&request), batch, true).get(0);
            let streamed = MatchStreamRequest::decode(&streamed[PREFIX_BYTES..]);
            assert_eq!(streamed.expect("it is a request").batch, Some(request));
        }
    }

    fn texts_of(request: &MatchBatchRequest) -> Vec<String> {
        request.queries.iter().map(|query| query.text.clone()).collect()
    }

    /// The count of bodies in two rounds, of which the second is the first again.
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

    #[test]
    fn without_texts_there_is_nothing_to_send() {
        let error = Bodies::encode(&[], &Load::default()).expect_err("there is no text");
        assert!(matches!(&error, Error::Load(text) if text.contains("no text")), "{error}");
    }
}
