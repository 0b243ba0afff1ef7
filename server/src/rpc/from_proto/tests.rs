//! What a client can get wrong, and what it is told.

use std::collections::HashMap;

use broadside_core::{Attribute, AttributeValue, Time};
use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;
use prost::Message as _;

use super::{AttributeTable, Parts, batch, explain, page, reload};
use crate::rpc::page_token;
use crate::rpc::status::Refusal;
use crate::rpc::wire::request::{BatchView, ExplainView};

const NOW: Time = Time { seconds: 1_700_000_000, nanos: 5 };

fn query(text: &str) -> v1::Query {
    v1::Query { text: text.to_owned(), ..v1::Query::default() }
}

fn request(queries: Vec<v1::Query>) -> v1::MatchBatchRequest {
    v1::MatchBatchRequest { queries, ..v1::MatchBatchRequest::default() }
}

fn attributes(name: &str, kind: Option<Kind>) -> HashMap<String, v1::AttributeValue> {
    HashMap::from([(name.to_owned(), v1::AttributeValue { kind })])
}

fn options(change: impl Fn(&mut v1::MatchOptions)) -> v1::MatchOptions {
    let mut options = v1::MatchOptions::default();
    change(&mut options);
    options
}

/// Reads a batch of at most so many queries to the end. Gives how many there are.
fn read(request: &v1::MatchBatchRequest, queries_max: usize) -> Result<usize, Refusal> {
    let bytes = request.encode_to_vec();
    let request = BatchView::read(&bytes, queries_max)?;
    let attributes = AttributeTable::of_batch(&request)?;
    batch(&request, &attributes, NOW).map(|batch| batch.queries.len())
}

/// The field at fault, or nothing if the request is good.
fn fault(request: &v1::MatchBatchRequest) -> Option<String> {
    field(read(request, 4_096).map(drop))
}

fn field(read: Result<(), Refusal>) -> Option<String> {
    match read {
        Ok(()) => None,
        Err(Refusal::FieldInvalid { field, description }) => {
            assert!(
                description.contains("expected") && description.contains("got"),
                "{description}"
            );
            Some(field)
        }
        Err(other) => panic!("expected a field, got {other:?}"),
    }
}

#[test]
fn a_batch_has_one_query_or_more_and_not_too_many() {
    let sizes = |size| read(&request(vec![query("a"); size]), 2);
    assert!(matches!(sizes(0), Err(Refusal::NoQueries)));
    assert!(matches!(sizes(2), Ok(2)));
    assert!(matches!(sizes(3), Err(Refusal::TooManyQueries { got: 3, most: 2 })));
    assert!(matches!(sizes(9), Err(Refusal::TooManyQueries { got: 9, most: 2 })));
}

#[test]
fn a_querys_options_replace_the_shared_ones_as_a_whole() {
    let mut own = query("own");
    own.options = Some(options(|options| options.include = vec![2, 3]));
    let mut asked = request(vec![query("shared"), own]);
    asked.options = Some(v1::MatchOptions {
        limit: 7,
        max_per_group: 2,
        include: vec![1],
        as_of: Some(prost_types::Timestamp { seconds: -1, nanos: 999_999_999 }),
    });
    let bytes = asked.encode_to_vec();
    let asked = BatchView::read(&bytes, 2).expect("good");
    let attributes = AttributeTable::of_batch(&asked).expect("good");
    let batch = batch(&asked, &attributes, NOW).expect("good");
    let [shared, own] = &batch.queries[..] else { panic!("two queries") };
    let then = Time { seconds: -1, nanos: 999_999_999 };
    assert_eq!(
        (shared.text, shared.limit, shared.max_per_group, shared.at),
        ("shared", 7, 2, then)
    );
    assert_eq!((own.text, own.limit, own.max_per_group, own.at), ("own", 10, 0, NOW));
    let parts = |payload, spans, keyword| Parts { payload, spans, keyword };
    assert_eq!(
        [batch.parts(0), batch.parts(1)],
        [parts(true, false, false), parts(false, true, true)]
    );
}

#[test]
fn options_that_are_out_of_range() {
    let time =
        |seconds, nanos| options(|it| it.as_of = Some(prost_types::Timestamp { seconds, nanos }));
    for (wrong, field) in [
        (options(|it| it.limit = 1_001), "limit"),
        (options(|it| it.include = vec![1, 0]), "include[1]"),
        (options(|it| it.include = vec![4]), "include[0]"),
        (time(0, -1), "as_of"),
        (time(0, 1_000_000_000), "as_of"),
        (time(253_402_300_800, 0), "as_of"),
        (time(-62_135_596_801, 0), "as_of"),
    ] {
        let mut shared = request(vec![query("a")]);
        shared.options = Some(wrong.clone());
        assert_eq!(fault(&shared), Some(format!("options.{field}")), "{wrong:?}");
        let mut own = request(vec![query("a"), query("b")]);
        own.queries[1].options = Some(wrong.clone());
        assert_eq!(fault(&own), Some(format!("queries[1].options.{field}")), "{wrong:?}");
    }
    let mut good = request(vec![query("a")]);
    good.options = Some(options(|it| (it.limit, it.max_per_group) = (1_000, u32::MAX)));
    assert_eq!(fault(&good), None);
}

#[test]
fn attributes_are_checked() {
    let list = |count, bytes| {
        Some(Kind::StringList(v1::StringList { values: vec!["x".repeat(bytes); count] }))
    };
    let text = |bytes| Some(Kind::StringValue("x".repeat(bytes)));
    let good = Some(Kind::IntValue(1));
    let long_name = "n".repeat(65);
    for (name, kind, wrong) in [
        ("country", text(1_024), false),
        ("_geo.city2", list(256, 1_024), false),
        ("age", Some(Kind::DoubleValue(1.5)), false),
        ("", good.clone(), true),
        ("Country", good.clone(), true),
        ("2nd", good.clone(), true),
        (".geo", good.clone(), true),
        ("städte", good.clone(), true),
        (&long_name, good.clone(), true),
        ("a", None, true),
        ("a", text(1_025), true),
        ("a", list(257, 1), true),
        ("a", list(1, 1_025), true),
        ("a", Some(Kind::DoubleValue(f64::NAN)), true),
        ("a", Some(Kind::DoubleValue(f64::INFINITY)), true),
    ] {
        let mut shared = request(vec![query("a")]);
        shared.attributes = attributes(name, kind.clone());
        assert_eq!(
            fault(&shared).is_some_and(|field| field.starts_with("attributes")),
            wrong,
            "{name:?} {kind:?}"
        );
        let mut own = request(vec![query("a")]);
        own.queries[0].attributes = attributes(name, kind.clone());
        let field = fault(&own);
        assert_eq!(
            field.is_some_and(|field| field.starts_with("queries[0].attributes")),
            wrong,
            "{name:?} {kind:?}"
        );
    }
    let mut many = request(vec![query("a")]);
    many.attributes =
        (0..257).map(|it| (format!("a{it}"), v1::AttributeValue { kind: good.clone() })).collect();
    assert_eq!(fault(&many).as_deref(), Some("attributes"));
}

#[test]
fn each_query_has_the_shared_attributes_and_its_own() {
    let mut asked = request(vec![query("none"), query("one"), query("none"), query("other")]);
    asked.attributes = attributes("country", Some(Kind::StringValue("US".to_owned())));
    asked.queries[1].attributes = attributes("age", Some(Kind::IntValue(-1)));
    let list = v1::StringList { values: vec!["sports".to_owned()] };
    asked.queries[3].attributes = attributes("interests", Some(Kind::StringList(list)));
    let bytes = asked.encode_to_vec();
    let asked = BatchView::read(&bytes, 4).expect("good");
    let table = AttributeTable::of_batch(&asked).expect("good");
    let batch = batch(&asked, &table, NOW).expect("good");
    let country = Attribute { name: "country", value: AttributeValue::String("US") };
    let interests = ["sports".to_owned()];
    let owns: [&[Attribute<'_>]; 4] = [
        &[],
        &[Attribute { name: "age", value: AttributeValue::Int(-1) }],
        &[],
        &[Attribute { name: "interests", value: AttributeValue::Strings(&interests) }],
    ];
    for (query, own) in batch.queries.iter().zip(owns) {
        assert_eq!((query.attributes.shared, query.attributes.own), (&[country][..], own));
        let first = batch.queries[0].attributes.shared;
        assert!(std::ptr::eq(query.attributes.shared, first), "one slice for the whole batch");
    }
}

#[test]
fn every_kind_of_attribute_reaches_the_matcher() {
    let check = |kind: Kind, expected: AttributeValue<'_>| {
        let asked = v1::ExplainRequest {
            attributes: attributes("a", Some(kind)),
            ..v1::ExplainRequest::default()
        };
        let bytes = asked.encode_to_vec();
        let asked = ExplainView::read(&bytes).expect("good");
        let table = AttributeTable::of_one(&asked).expect("good");
        assert_eq!(table.of_all().get("a"), Some(expected));
        assert_eq!(table.of_all().get("b"), None);
    };
    let texts = ["x".to_owned(), String::new()];
    check(Kind::StringValue("x".to_owned()), AttributeValue::String("x"));
    check(Kind::IntValue(i64::MIN), AttributeValue::Int(i64::MIN));
    check(Kind::DoubleValue(0.5), AttributeValue::Double(0.5));
    check(Kind::BoolValue(true), AttributeValue::Bool(true));
    check(
        Kind::StringList(v1::StringList { values: texts.to_vec() }),
        AttributeValue::Strings(&texts),
    );
}

#[test]
fn explanations_are_asked_for_as_one_query() {
    let mut asked = v1::ExplainRequest {
        text: "cheap shoes".to_owned(),
        attributes: attributes("age", Some(Kind::IntValue(21))),
        ..v1::ExplainRequest::default()
    };
    let bytes = asked.encode_to_vec();
    let view = ExplainView::read(&bytes).expect("good");
    let table = AttributeTable::of_one(&view).expect("good");
    let whole = explain(&view, &table, NOW).expect("good");
    assert_eq!((whole.query.text, whole.query.limit, whole.query.at), ("cheap shoes", 10, NOW));
    assert_eq!(whole.query.attributes.get("age"), Some(AttributeValue::Int(21)));
    assert!(whole.listing_id.is_none() && whole.min_version.is_none());

    asked.listing_id = "l1".to_owned();
    asked.options = Some(options(|it| (it.limit, it.max_per_group) = (3, 2)));
    asked.min_version =
        Some(v1::InventoryVersion { generation: "0123456789abcdef".to_owned(), sequence: 7 });
    let bytes = asked.encode_to_vec();
    let view = ExplainView::read(&bytes).expect("good");
    let table = AttributeTable::of_one(&view).expect("good");
    let one = explain(&view, &table, NOW).expect("good");
    assert_eq!((one.listing_id, one.query.limit, one.query.max_per_group), (Some("l1"), 3, 2));
    assert_eq!(one.min_version.map(|version| version.sequence), Some(7));

    asked.options = Some(options(|it| it.limit = 1_001));
    let fault = |asked: &v1::ExplainRequest| {
        let bytes = asked.encode_to_vec();
        let read = ExplainView::read(&bytes).map_err(Refusal::from).and_then(|view| {
            let table = AttributeTable::of_one(&view)?;
            explain(&view, &table, NOW).map(drop)
        });
        field(read)
    };
    assert_eq!(fault(&asked).as_deref(), Some("options.limit"));
    asked.attributes = attributes("Age", Some(Kind::IntValue(21)));
    assert_eq!(fault(&asked).as_deref(), Some("attributes"));
}

#[test]
fn pages_of_listings() {
    let check =
        |page_size, token: &str, group: &str, expected: Result<(usize, Option<&str>), &str>| {
            let (page_token, group) = (token.to_owned(), group.to_owned());
            let request = v1::ListListingsRequest { page_size, page_token, group };
            let read = page(&request);
            let got = match &read {
                Ok(page) => Ok((page.listings_max, page.after.as_deref())),
                Err(Refusal::FieldInvalid { field, .. }) => Err(field.as_str()),
                Err(other) => panic!("expected a field, got {other:?}"),
            };
            assert_eq!(got, expected, "{request:?}");
            let group =
                read.ok().and_then(|page| page.group.map(str::to_owned)).unwrap_or_default();
            assert!(expected.is_err() || group == request.group, "{request:?}");
        };
    check(0, "", "", Ok((100, None)));
    check(1, "", "g", Ok((1, None)));
    check(1_000, "", "", Ok((1_000, None)));
    check(1_001, "", "", Ok((1_000, None)));
    check(-1, "", "", Err("page_size"));
    check(0, &page_token::write(None, "l1"), "", Ok((100, Some("l1"))));
    check(0, &page_token::write(Some("g"), "l1"), "g", Ok((100, Some("l1"))));
    check(0, &page_token::write(Some("g"), "l1"), "", Err("page_token"));
    check(0, "l1", "", Err("page_token"));
}

#[test]
fn reload_sources_are_bounded() {
    let ask = |sources: Vec<&str>| {
        let sources = sources.into_iter().map(str::to_owned).collect();
        reload(v1::ReloadRequest { sources, validate_only: true })
    };
    assert!(
        matches!(ask(vec![]), Ok(request) if request.sources.is_empty() && request.validate_only)
    );
    assert!(ask(vec!["a.txt"; 64]).is_ok());
    assert!(
        matches!(ask(vec!["a.txt"; 65]), Err(Refusal::FieldInvalid { field, .. }) if field == "sources")
    );
    assert!(
        matches!(ask(vec!["a.txt", ""]), Err(Refusal::FieldInvalid { field, .. }) if field == "sources[1]")
    );
}
