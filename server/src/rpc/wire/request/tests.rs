//! Views against prost: both refuse, or both read the same.

use std::collections::BTreeMap;
use std::fmt::Debug;

use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;
use prost::{DecodeError, Message};

use super::super::random::Random;
use super::options::IncludeView;
use super::{
    AttributeView, BatchView, ExplainView, OptionsView, SharedView, StreamView, Unread, ValueView,
};
use crate::limits::{ATTRIBUTE_ENTRIES_MAX, REQUEST_FIELDS_MAX};

const QUERIES_MAX: usize = 6;

/// What a request says, in a form that both sides can be brought into. Numbers that are not equal to themselves are texts.
#[derive(Debug, Default, PartialEq)]
struct Plain {
    texts: Vec<String>,
    attributes: Vec<BTreeMap<String, String>>,
    options: Vec<Option<OptionsView>>,
    version: Option<(String, u64)>,
}

/// prost takes what comes after a map's number for an entry, whatever its wire type. The same map as a list of messages,
/// which is its wire form, is what every other reader sees.
#[derive(Clone, PartialEq, prost::Message)]
struct StrictBatch {
    #[prost(message, repeated, tag = "1")]
    queries: Vec<StrictQuery>,
    #[prost(message, repeated, tag = "2")]
    attributes: Vec<()>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct StrictQuery {
    #[prost(message, repeated, tag = "2")]
    attributes: Vec<()>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct StrictStream {
    #[prost(message, optional, tag = "2")]
    batch: Option<StrictBatch>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct StrictExplain {
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<()>,
}

/// Reads a message that its strict form allows.
fn decode<Strict: Message + Default, M: Message + Default>(bytes: &[u8]) -> Result<M, DecodeError> {
    Strict::decode(bytes)?;
    M::decode(bytes)
}

fn ours(view: &BatchView<'_>) -> Plain {
    let mut plain = shared(&view.shared, view.texts());
    for query in view.queries() {
        plain.texts.push(query.text.to_owned());
        plain.attributes.push(our_attributes(query.attributes, view.texts()));
        plain.options.push(query.options.copied());
    }
    plain
}

fn shared(view: &SharedView<'_>, texts: &[String]) -> Plain {
    Plain {
        texts: Vec::new(),
        attributes: vec![our_attributes(&view.attributes, texts)],
        options: vec![view.options],
        version: view.min_version.map(|it| (it.generation.to_owned(), it.sequence)),
    }
}

fn our_attributes(views: &[AttributeView<'_>], texts: &[String]) -> BTreeMap<String, String> {
    assert!(views.windows(2).all(|pair| pair[0].name < pair[1].name), "in order, each once");
    let kind = |value: ValueView<'_>| match value {
        ValueView::Unset => None,
        ValueView::String(text) => Some(Kind::StringValue(text.to_owned())),
        ValueView::Int(number) => Some(Kind::IntValue(number)),
        ValueView::Double(number) => Some(Kind::DoubleValue(number)),
        ValueView::Bool(truth) => Some(Kind::BoolValue(truth)),
        ValueView::List { start, end } => {
            Some(Kind::StringList(v1::StringList { values: texts[start..end].to_vec() }))
        }
    };
    views.iter().map(|it| (it.name.to_owned(), format!("{:?}", kind(it.value)))).collect()
}

fn theirs(request: v1::MatchBatchRequest) -> Plain {
    let mut plain = Plain {
        texts: Vec::new(),
        attributes: vec![their_attributes(request.attributes)],
        options: vec![request.options.as_ref().map(their_options)],
        version: request.min_version.map(|it| (it.generation, it.sequence)),
    };
    for query in request.queries {
        plain.texts.push(query.text);
        plain.attributes.push(their_attributes(query.attributes));
        plain.options.push(query.options.as_ref().map(their_options));
    }
    plain
}

fn their_attributes(
    map: std::collections::HashMap<String, v1::AttributeValue>,
) -> BTreeMap<String, String> {
    map.into_iter().map(|(name, value)| (name, format!("{:?}", value.kind))).collect()
}

fn their_options(options: &v1::MatchOptions) -> OptionsView {
    let mut include = IncludeView::default();
    options.include.iter().for_each(|part| include.push(*part));
    OptionsView {
        limit: options.limit,
        max_per_group: options.max_per_group,
        include,
        as_of: options.as_of.map(|time| (time.seconds, time.nanos)),
    }
}

/// Both refuse, or both read the same. Says whether they read something.
fn check(bytes: &[u8], ours: Result<Plain, Unread>, theirs: Result<Plain, impl Debug>) -> bool {
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{bytes:02x?}"),
        (Err(Unread::Malformed(_)), Err(_)) => return false,
        (Err(Unread::TooManyQueries { got, most }), theirs) => {
            assert!(got > most && most == QUERIES_MAX, "{got} and {most}");
            // A stream's batch may come in several parts; those after the one that is too much are not counted.
            assert!(theirs.map_or(true, |theirs| theirs.texts.len() >= got), "{bytes:02x?}");
            return false;
        }
        (ours, theirs) => panic!("{bytes:02x?}: {ours:?} and {theirs:?}"),
    }
    true
}

fn check_batch(bytes: &[u8]) -> bool {
    let view = BatchView::read(bytes, QUERIES_MAX).map(|view| ours(&view));
    check(bytes, view, decode::<StrictBatch, _>(bytes).map(theirs))
}

fn check_stream(bytes: &[u8]) -> bool {
    let view = StreamView::read(bytes, QUERIES_MAX);
    let message = decode::<StrictStream, v1::MatchStreamRequest>(bytes);
    if let Ok(message) = &message {
        assert_eq!(StreamView::read_id(bytes), Ok(message.request_id));
        assert!(view.as_ref().map_or(true, |view| view.request_id == message.request_id));
    }
    let message = message.map(|message| theirs(message.batch.unwrap_or_default()));
    check(bytes, view.map(|view| ours(&view.batch)), message)
}

fn check_explain(bytes: &[u8]) -> bool {
    let view = ExplainView::read(bytes).map(|view| Plain {
        texts: vec![view.text.to_owned(), view.listing_id.to_owned()],
        ..shared(&view.shared, &view.texts)
    });
    let message = decode::<StrictExplain, v1::ExplainRequest>(bytes).map(|message| Plain {
        texts: vec![message.text, message.listing_id],
        attributes: vec![their_attributes(message.attributes)],
        options: vec![message.options.as_ref().map(their_options)],
        version: message.min_version.map(|it| (it.generation, it.sequence)),
    });
    check(bytes, view, message)
}

/// Each as likely as not.
fn maybe<T>(random: &mut Random, make: impl FnOnce(&mut Random) -> T) -> Option<T> {
    if random.once_in(2) { None } else { Some(make(random)) }
}

fn text(random: &mut Random) -> String {
    (0..random.below(9)).map(|_| ['a', 'b', 'é', '猫', '\0'][random.below(5)]).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "any number will do")]
fn options(random: &mut Random) -> v1::MatchOptions {
    v1::MatchOptions {
        limit: random.number() as u32,
        max_per_group: random.number() as u32,
        include: (0..random.below(5)).map(|_| random.number() as i32 % 5).collect(),
        as_of: maybe(random, |random| prost_types::Timestamp {
            seconds: random.number().cast_signed(),
            nanos: random.number() as i32,
        }),
    }
}

fn attributes(random: &mut Random) -> std::collections::HashMap<String, v1::AttributeValue> {
    let kind = |random: &mut Random| match random.below(6) {
        0 => None,
        1 => Some(Kind::StringValue(text(random))),
        2 => Some(Kind::IntValue(random.number().cast_signed())),
        3 => Some(Kind::DoubleValue(f64::from_bits(random.number()))),
        4 => Some(Kind::BoolValue(random.once_in(2))),
        _ => {
            let values = (0..random.below(4)).map(|_| text(random)).collect();
            Some(Kind::StringList(v1::StringList { values }))
        }
    };
    let count = random.below(8).saturating_sub(4);
    let entry = |_| (text(random), v1::AttributeValue { kind: kind(random) });
    (0..count).map(entry).collect()
}

fn batch(random: &mut Random) -> v1::MatchBatchRequest {
    let query = |random: &mut Random| v1::Query {
        text: text(random),
        attributes: attributes(random),
        options: maybe(random, options),
    };
    v1::MatchBatchRequest {
        queries: (0..random.below(QUERIES_MAX + 2)).map(|_| query(random)).collect(),
        attributes: attributes(random),
        options: maybe(random, options),
        min_version: maybe(random, |random| v1::InventoryVersion {
            generation: text(random),
            sequence: random.number(),
        }),
    }
}

fn message(random: &mut Random, kind: usize) -> Vec<u8> {
    match kind {
        0 => batch(random).encode_to_vec(),
        1 => {
            let batch = maybe(random, batch);
            v1::MatchStreamRequest { request_id: random.number(), batch }.encode_to_vec()
        }
        _ => {
            let batch = batch(random);
            let request = v1::ExplainRequest {
                text: text(random),
                listing_id: text(random),
                attributes: batch.attributes,
                options: batch.options,
                min_version: batch.min_version,
            };
            request.encode_to_vec()
        }
    }
}

/// Bytes of interest: keys of our fields with every wire type, lengths, ends of numbers.
fn byte(random: &mut Random) -> u8 {
    let any = u8::try_from(random.below(256)).expect("it is below 256");
    if random.once_in(2) { any & 0x2f } else { any }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(5) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, byte(random)),
        2 if at < bytes.len() => bytes[at] = byte(random),
        3 if at < bytes.len() => _ = bytes.remove(at),
        _ => {
            let end = at + random.below(bytes.len() + 1 - at);
            let part = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, part);
        }
    }
}

#[test]
fn what_prost_reads_is_read_and_what_it_refuses_is_refused() {
    let mut random = Random::new(1);
    let checks: [fn(&[u8]) -> bool; 3] = [check_batch, check_stream, check_explain];
    let (mut whole, mut mutated) = (0, 0);
    for round in 0..60_000 {
        let kind = round % 3;
        // Two messages in a row are one: lists go on, messages are merged, of the rest the last counts.
        let mut bytes = message(&mut random, kind);
        if random.once_in(3) {
            bytes.extend(message(&mut random, kind));
        }
        whole += usize::from(checks[kind](&bytes));
        for _ in 0..3 {
            mutate(&mut bytes, &mut random);
            mutated += usize::from(checks[kind](&bytes));
        }
        let noise: Vec<u8> = (0..random.below(24)).map(|_| byte(&mut random)).collect();
        checks[kind](&noise);
    }
    assert!(whole > 40_000 && mutated > 10_000, "{whole} and {mutated} were read");
}

#[test]
fn odd_forms() {
    let check = |bytes: &[u8], reads: bool| {
        assert_eq!(check_batch(bytes), reads, "{bytes:02x?}");
        assert_eq!(BatchView::read(bytes, QUERIES_MAX).is_ok(), reads, "{bytes:02x?}");
    };
    check(&[], true);
    check(&[0x0a, 0], true); // an empty query
    check(&[0x0a, 0x80, 0], true); // a length in more bytes than it needs
    check(&[0x0a, 1], false); // a query that is not there
    check(&[0x0a, 3, 0x0a, 1, 0xff], false); // a text that is not UTF-8
    check(&[0x0a, 6, 0x0a, 1, 0xff, 0x0a, 1, b'a'], false); // the same, and then a good one
    check(&[0x08, 1], false); // a query that is a number
    check(&[0x78, 1], true); // an unknown number
    check(&[0x7b, 0x08, 1, 0x7c], true); // an unknown group
    check(&[0x7b, 0x08, 1, 0x74], false); // a group that ends as another one
    check(&[0x7b, 0x08, 1], false); // a group that does not end
    check(&[0x7c], false); // the end of no group
    check(&[0x7e], false); // a wire type that does not exist
    check(&[0x00, 0], false); // the field 0
    check(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0], false); // the largest number with wire type 7
    check(&[0xf8, 0xff, 0xff, 0xff, 0x1f, 0], false); // a number that is too large
    check(&[0x1a, 2, 0x18, 3], true); // an include that is not packed
    check(&[0x1a, 4, 0x1a, 2, 1, 2], true); // one that is
    check(&[0x1a, 3, 0x1a, 1, 0x80], false); // one that is cut off
    for depth in [1, 98, 99, 100, 101] {
        for inside in [&[0x78, 0][..], &[]] {
            let bytes = [vec![0x7b; depth], inside.to_vec(), vec![0x7c; depth]].concat();
            assert_eq!(check_batch(&bytes), depth + inside.len().min(1) <= 100, "{depth}");
            let inner =
                [&[0x0a, u8::try_from(bytes.len()).expect("it is short")][..], &bytes].concat();
            check_batch(&inner);
        }
    }
    for bytes in 8..=11 {
        let number = [&[0x78][..], &vec![0xff; bytes - 1], &[1]].concat();
        check(&number, bytes <= 10);
        let number = [&[0x78][..], &vec![0xff; bytes - 1], &[2]].concat();
        check(&number, bytes <= 9);
    }
}

#[test]
fn more_than_is_allowed_ends_the_reading_before_it_is_kept() {
    let queries = [0x0a, 0].repeat(2 * 1024 * 1024);
    let read = BatchView::read(&queries, 4_096);
    assert_eq!(read.map(drop), Err(Unread::TooManyQueries { got: 2 * 1024 * 1024, most: 4_096 }));

    let query = |attributes: &[u8]| {
        let bytes = v1::Query::default().encode_to_vec();
        let mut query = vec![0x0a];
        prost::encoding::encode_varint((bytes.len() + attributes.len()) as u64, &mut query);
        [query, bytes, attributes.to_vec()].concat()
    };
    let entry = |name: usize| {
        vec![
            0x12,
            5,
            0x0a,
            3,
            b'a',
            u8::try_from(name / 128).unwrap_or(0),
            u8::try_from(name % 128).unwrap_or(0),
        ]
    };
    let entries = |names: std::ops::Range<usize>| names.flat_map(entry).collect::<Vec<u8>>();
    let read = |bytes: &[u8]| BatchView::read(bytes, 4_096).map(|view| view.own.len());
    let refused = |query| Err(Unread::TooManyAttributes { query });
    assert_eq!(read(&query(&entries(0..256))), Ok(256));
    assert_eq!(read(&query(&entries(0..257))), refused(Some(0)));
    assert_eq!(read(&[query(&[]), query(&entries(0..10_000))].concat()), refused(Some(1)));
    assert_eq!(read(&entries(0..257)), refused(None));
    assert_eq!(read(&query(&entries(0..256).repeat(4))), Ok(256), "each name counts once");
    assert_eq!(read(&query(&entries(0..256).repeat(5))), refused(Some(0)), "and not for ever");
    assert_eq!(read(&entries(0..4).repeat(ATTRIBUTE_ENTRIES_MAX / 4 + 1)), refused(None));

    let unknown = |fields: usize| [0x78, 1].repeat(fields);
    assert_eq!(read(&unknown(REQUEST_FIELDS_MAX)), Ok(0));
    let many = Err(Unread::Malformed("it has too many fields"));
    assert_eq!(read(&unknown(REQUEST_FIELDS_MAX + 1)), many);
    let half = unknown(REQUEST_FIELDS_MAX / 2);
    assert_eq!(read(&[query(&half), half].concat()), many, "those of queries count, too");

    let list = |texts: usize| {
        let values = vec![String::new(); texts];
        let kind = Some(Kind::StringList(v1::StringList { values }));
        let mut request = v1::MatchBatchRequest::default();
        request.attributes.insert("a".to_owned(), v1::AttributeValue { kind });
        request.encode_to_vec()
    };
    assert_eq!(read(&list(256)), Ok(0));
    assert_eq!(read(&list(257)), Err(Unread::TooManyTexts { query: None }));
}
