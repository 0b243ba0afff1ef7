//! Replies against the messages that they are, made as slowly as can be.

use std::sync::Arc;

use broadside_core::{
    Answer, Attributes, Hit, Index, Query, Scratch, TextLimits, Time, match_batch,
};
use broadside_proto::v1;
use prost::Message as _;

use super::super::random::Random;
use super::{
    begin_framed, begin_stream_batch, end_framed, end_stream_batch, put_refused, put_result,
    put_stream_error, put_version,
};
use crate::rpc::status::Refusal;
use crate::rpc::to_proto;
use crate::rpc::wire::request::Parts;
use crate::rpc::workbench::{Highlights, Workbench};
use crate::runtime::{Catalog, Format, ReadOptions, Runtime, Source, Version};
use crate::telemetry::Metrics;

const LIMITS: TextLimits = TextLimits { text_bytes_max: 64, text_tokens_max: 8 };

/// The slow twin.
fn result(
    index: &Index,
    query: &Query<'_>,
    parts: Parts,
    answer: &Answer<'_>,
    highlights: &mut Highlights,
) -> v1::QueryResult {
    if let Some(why) = answer.refused {
        let error = Some(Refusal::Text { field: "text", why }.into());
        return v1::QueryResult { error, ..v1::QueryResult::default() };
    }
    highlights.set_text(index, query.text);
    let matches = answer.hits.iter().map(|hit| one_match(index, query, hit, parts, highlights));
    v1::QueryResult {
        matches: matches.collect(),
        total: answer.total,
        total_exact: answer.total_exact,
        incomplete: answer.incomplete,
        error: None,
    }
}

fn one_match(
    index: &Index,
    query: &Query<'_>,
    hit: &Hit,
    parts: Parts,
    highlights: &mut Highlights,
) -> v1::Match {
    let keyword = parts.keyword.then(|| index.keyword(hit)).map(|keyword| v1::Keyword {
        text: keyword.text,
        match_type: to_proto::match_type(keyword.match_type).into(),
        bid_micros: keyword.bid_micros.map(to_proto::bid),
        anchor_start: keyword.anchor_start,
        anchor_end: keyword.anchor_end,
    });
    let spans = if parts.spans { highlights.of(index, query.text, hit) } else { &[] };
    v1::Match {
        listing_id: index.listing_id(hit.listing).to_owned(),
        score: hit.score,
        match_type: to_proto::match_type(hit.match_type).into(),
        keyword_index: hit.keyword,
        keyword,
        payload: if parts.payload { index.payload(hit.listing).to_vec() } else { Vec::new() },
        spans: spans.iter().map(|span| v1::Span { start: span.start, end: span.end }).collect(),
    }
}

const WORDS: [&str; 6] = ["cheap", "running", "shoes", "boots", "猫", "late"];

/// Listings of all kinds: ids of 1 to 128 bytes, payloads of none to 20,000, bids of nothing to a lot.
fn catalog(random: &mut Random) -> Catalog {
    let mut inventory = String::new();
    for number in 0..400 {
        let id = format!("{number}{}", "x".repeat(random.below(2) * random.below(126)));
        let keyword = |random: &mut Random| {
            let words: Vec<&str> = (0..=random.below(3)).map(|_| WORDS[random.below(6)]).collect();
            let text = words.join(" ");
            match random.below(5) {
                0 => format!("[{text}]"),
                1 => format!("\"{text}\""),
                2 => format!("\"^{text}$\""),
                3 => "/run(ning)?|boots/".to_owned(),
                _ => text,
            }
        };
        let keywords: Vec<_> = (0..=random.below(4))
            .map(|_| serde_json::json!({"text": keyword(random), "bid_micros": random.number() >> 20}))
            .collect();
        let size = [0, 0, 3, 130, 20_000][random.below(5)];
        let listing = serde_json::json!({"listing": {
            "id": id, "keywords": keywords, "payload": "p".repeat(size), "quality": random.below(3),
        }});
        inventory.push_str(&format!("{listing}\n"));
    }
    let metrics = Arc::new(Metrics::new());
    let source = Source::from_text("test", Format::JsonLines, inventory.leak());
    let runtime = Runtime::new(vec![source], ReadOptions::default(), metrics);
    let catalog = runtime.catalog.clone();
    let report = runtime.load_and_end();
    assert!(report.outcome.is_success(), "{report:?}");
    catalog
}

fn text(random: &mut Random) -> String {
    let words = (0..random.below(6)).map(|_| WORDS[random.below(6)]).collect::<Vec<_>>().join(" ");
    if random.once_in(10) { words.repeat(9) } else { words }
}

#[test]
fn results_are_the_bytes_of_their_messages() {
    let mut random = Random::new(2);
    let catalog = catalog(&mut random);
    let current = catalog.current().expect("it is loaded");
    let index = &current.index;
    let mut scratch = Scratch::new(LIMITS);
    let (mut refused, mut zero_scores, mut matches) = (0, 0, 0);
    for _ in 0..3_000 {
        let text = text(&mut random);
        let query = Query {
            text: &text,
            limit: [1, 2, 10, 1_000][random.below(4)],
            max_per_group: 0,
            at: Time { seconds: 0, nanos: 0 },
            attributes: Attributes { shared: &[], own: &[] },
        };
        let parts = Parts {
            payload: random.once_in(2),
            spans: random.once_in(2),
            keyword: random.once_in(2),
        };
        match_batch(index, &[query], &mut scratch);
        let mut answer = scratch.answers().next().expect("one query, one answer");
        if answer.refused.is_none() && random.once_in(2) {
            // Values that this inventory never gives.
            (answer.total, answer.total_exact, answer.incomplete) =
                (random.number(), random.once_in(2), random.once_in(2));
        }
        refused += usize::from(answer.refused.is_some());
        zero_scores += answer.hits.iter().filter(|hit| hit.score == 0.0).count();
        matches += answer.hits.len();
        let (ours, theirs) = Workbench::lend(LIMITS, |workbench| {
            let mut ours = Vec::new();
            put_result(&mut ours, index, &query, parts, &answer, &mut workbench.highlights);
            let result = result(index, &query, parts, &answer, &mut workbench.highlights);
            (ours, v1::MatchBatchResponse { version: None, results: vec![result] })
        });
        let decoded = v1::MatchBatchResponse::decode(ours.as_slice());
        assert_eq!(decoded.as_ref(), Ok(&theirs), "{query:?} {parts:?}");
        assert!(ours == theirs.encode_to_vec(), "{query:?} {parts:?}");
    }
    assert!(
        refused > 50 && zero_scores > 50 && matches > 5_000,
        "{refused} {zero_scores} {matches}"
    );
}

#[test]
fn versions_and_what_surrounds_a_batch() {
    let mut random = Random::new(3);
    for _ in 0..500 {
        let generation = "g".repeat([0, 16, 127, 200][random.below(4)]);
        let version = Version { generation, sequence: random.number() };
        let results = vec![v1::QueryResult::default(); [0, 1, 40, 9_000][random.below(4)]];
        let batch = v1::MatchBatchResponse { version: Some(to_proto::version(&version)), results };
        let request_id = random.number();
        let outcome = v1::match_stream_response::Outcome::Batch(batch.clone());
        let message = v1::MatchStreamResponse { request_id, outcome: Some(outcome) };

        let mut out = b"before".to_vec();
        let framed = begin_framed(&mut out);
        let response = begin_stream_batch(&mut out, request_id, batch.results.len());
        put_version(&mut out, &version);
        batch.results.iter().for_each(|_| out.extend([0x12, 0]));
        end_stream_batch(&mut out, response);
        end_framed(&mut out, framed);
        let bytes = message.encode_to_vec();
        let length = u32::try_from(bytes.len()).expect("it is small").to_be_bytes();
        assert!(out == [&b"before\0"[..], &length, &bytes].concat(), "{request_id}");
    }
}

#[test]
fn refusals_of_batches_and_of_queries() {
    let mut out = b"before".to_vec();
    put_stream_error(&mut out, 7, Refusal::NoQueries);
    let decoded = v1::MatchStreamResponse::decode(&out[6..]).expect("a response");
    let Some(v1::match_stream_response::Outcome::Error(status)) = decoded.outcome else {
        panic!("expected an error, got {decoded:?}");
    };
    assert_eq!((decoded.request_id, status), (7, Refusal::NoQueries.into()));

    let mut out = Vec::new();
    put_refused(&mut out, 3, Refusal::DeadlinePassed);
    let error = Some(Refusal::DeadlinePassed.into());
    let result = v1::QueryResult { error, ..v1::QueryResult::default() };
    let results = vec![result; 3];
    let expected = v1::MatchBatchResponse { results, ..v1::MatchBatchResponse::default() };
    assert_eq!(out, expected.encode_to_vec());
}
