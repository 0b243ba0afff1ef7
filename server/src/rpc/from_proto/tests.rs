//! What a client can get wrong, and what it is told.

use std::collections::HashMap;

use broadside_core::Time;
use broadside_proto::v1;
use broadside_proto::v1::attribute_value::Kind;

use super::{Parts, batch, reload};
use crate::limits::Limits;
use crate::rpc::status::Refusal;

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

/// The field at fault, or nothing if the request is good.
fn fault(request: &v1::MatchBatchRequest) -> Option<String> {
    match batch(request, &Limits::default(), NOW) {
        Ok(_) => None,
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
    let limits = Limits { batch_queries_max: 2, ..Limits::default() };
    let sizes = |size| {
        batch(&request(vec![query("a"); size]), &limits, NOW).map(|batch| batch.queries.len())
    };
    assert!(matches!(sizes(0), Err(Refusal::NoQueries)));
    assert!(matches!(sizes(2), Ok(2)));
    assert!(matches!(sizes(3), Err(Refusal::TooManyQueries { got: 3, most: 2 })));
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
    let batch = batch(&asked, &Limits::default(), NOW).expect("good");
    let [shared, own] = &batch.queries[..] else { panic!("two queries") };
    let then = Time { seconds: -1, nanos: 999_999_999 };
    assert_eq!(
        (shared.text, shared.limit, shared.max_per_group, shared.at),
        ("shared", 7, 2, then)
    );
    assert_eq!((own.text, own.limit, own.max_per_group, own.at), ("own", 10, 0, NOW));
    let parts = |payload, spans, keyword| Parts { payload, spans, keyword };
    assert_eq!(batch.parts, [parts(true, false, false), parts(false, true, true)]);
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
