//! The matching language over real connections: groups, negative lists, targeting, regular expressions, explanations, and
//! what an inventory says of itself.

use broadside_client::{
    Attributes, BatchOptions, Code, Include, ListListingsRequest, MatchOptions, MatchType, Miss,
    Obstacle, Outcome, Query, ReloadRequest,
};

use crate::support::{Server, ids, runtime};

const INVENTORY: &str = r##"{"negative_list": {"name": "brand-safety", "keywords": ["-casino", "\"free trial\"", "/tor+ent/"]}}
{"listing": {"id": "trail", "group": "shoes", "keywords": ["\"trail shoes\"", "/run(ning)?\\s+shoes/", "#trailrunning"], "payload": "p"}}
{"listing": {"id": "us", "keywords": ["shoes"], "targeting": "country in [\"US\", \"CA\"] && age >= 21", "bid_micros": 7}}
{"listing": {"id": "sports", "keywords": ["shoes"], "targeting": "\"sports\" in interests", "negative_lists": ["brand-safety"], "bid_micros": 6}}
{"listing": {"id": "late", "group": "winter", "keywords": ["[boots]", "warm red boots"]}}
{"group": {"id": "shoes", "bid_micros": 9, "negatives": ["-kids"], "negative_lists": ["brand-safety"]}}
{"group": {"id": "winter", "start_time": "2030-01-01T00:00:00Z"}}
"##;

fn server() -> Server {
    Server::start("language.jsonl", INVENTORY)
}

fn with(attributes: Attributes) -> BatchOptions {
    BatchOptions { attributes, ..BatchOptions::default() }
}

#[test]
fn attributes_of_the_batch_and_of_each_query_are_judged() {
    let server = server();
    let us = Attributes::new().with("country", "US").with("age", 30);
    let queries = [
        Query::from("shoes"),
        Query { attributes: Attributes::new().with("age", 20), ..Query::from("shoes") },
        Query {
            attributes: Attributes::new().with("interests", ["music", "sports"]),
            ..Query::from("shoes")
        },
        Query { attributes: Attributes::new().with("age", 21.5), ..Query::from("shoes") },
        Query { attributes: Attributes::new().with("age", "30"), ..Query::from("shoes") },
    ];
    let answer =
        runtime().block_on(async { server.client().match_batch(&queries, &with(us)).await });
    let found = ids(&answer.expect("the call succeeds"));
    assert_eq!(found, [vec!["us"], vec![], vec!["us", "sports"], vec!["us"], vec![]]);
}

#[test]
fn a_regular_expression_is_a_keyword_like_others() {
    let server = server();
    let options = BatchOptions {
        matching: MatchOptions {
            include: vec![Include::Keyword, Include::Spans, Include::Payload],
            ..MatchOptions::default()
        },
        ..BatchOptions::default()
    };
    let texts =
        ["My RUNNING   shoes!", "runningshoes", "running shoes torrrent", "run shoes for kids"];
    let queries = texts.map(Query::from);
    let answer =
        runtime().block_on(async { server.client().match_batch(&queries, &options).await });
    let answer = answer.expect("the call succeeds");
    assert_eq!(ids(&answer), [vec!["trail"], vec![], vec![], vec![]]);
    let found = &answer.results[0].as_ref().expect("the text is short").matches[0];
    assert_eq!((found.match_type, found.keyword_index), (MatchType::Regex, 1));
    assert_eq!(found.score, 9.0, "the bid of the group");
    let spans: Vec<_> =
        found.spans.iter().map(|span| &texts[0][span.start as usize..span.end as usize]).collect();
    assert_eq!(spans, ["RUNNING   shoes"]);
    let keyword = found.keyword.as_ref().expect("it was asked for");
    assert_eq!(keyword.text, r"run(ning)?\s+shoes");
}

#[test]
fn explanations_name_the_first_reason() {
    let server = server();
    let reason = async |listing: &str, text: &str, options: &BatchOptions| {
        let explained = server.client().explain(listing, text, options).await;
        match explained.expect("the call succeeds").listing.outcome {
            Outcome::Matched(found) => panic!("{listing} matches {text:?} by {}", found.keyword),
            Outcome::Missed(miss) => miss,
        }
    };
    runtime().block_on(async {
        let nothing = BatchOptions::default();
        assert_eq!(reason("nobody", "shoes", &nothing).await, Miss::NotFound);
        assert!(matches!(reason("late", "boots", &nothing).await, Miss::OutsideFlight { .. }));
        let Miss::NoKeyword(nearest) = reason("us", "red boots", &nothing).await else {
            panic!("a keyword matches")
        };
        assert_eq!(nearest.obstacle, Obstacle::LackingTokens(vec!["shoes".to_owned()]));
        let blocked = reason("trail", "trail shoes, free trial", &nothing).await;
        let Miss::Blocked { negative_list: Some(list), spans, .. } = blocked else {
            panic!("{blocked:?}")
        };
        assert_eq!((list.as_str(), spans.len()), ("brand-safety", 1));
        let young = with(Attributes::new().with("country", "US").with("age", 20));
        let Miss::Targeting { expression, attributes, is_error, .. } =
            reason("us", "shoes", &young).await
        else {
            panic!("the targeting is true")
        };
        assert_eq!((expression.as_str(), is_error, attributes.len()), ("age >= 21", false, 1));
        let text = server.client().explain_text("trail shoes", &nothing).await;
        let text = text.expect("the call succeeds");
        let ids = |of: &[broadside_client::Explanation]| {
            of.iter().map(|listing| listing.listing_id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&text.matches), ["trail"]);
        assert_eq!(ids(&text.misses), ["sports", "us"]);
        let long = server.client().explain("us", &"x".repeat(70_000), &nothing).await;
        assert_eq!(long.expect_err("it is too long").code, Code::InvalidArgument);
    });
}

#[test]
fn listings_are_read_back_and_paged_through() {
    let server = server();
    runtime().block_on(async {
        let admin = server.admin();
        let stored = admin.get_listing("trail", true).await.expect("it is there");
        assert_eq!(stored.listing.keywords.len(), 3);
        assert_eq!(stored.listing.payload, b"p");
        assert_eq!(stored.group.expect("it was asked for").bid_micros, Some(9));
        assert_eq!(stored.negative_lists[0].name, "brand-safety");
        let missing = admin.get_listing("nobody", false).await.expect_err("it is not there");
        assert_eq!(missing.code, Code::NotFound);
        let mut found = Vec::new();
        let mut request = ListListingsRequest { page_size: 2, ..ListListingsRequest::default() };
        loop {
            let page = admin.list_listings(&request).await.expect("the call succeeds");
            found.extend(page.listings.into_iter().map(|listing| listing.id));
            request.page_token = page.next_page_token;
            if request.page_token.is_none() {
                break;
            }
        }
        assert_eq!(found, ["late", "sports", "trail", "us"]);
        let request = ListListingsRequest {
            group: Some("winter".to_owned()),
            ..ListListingsRequest::default()
        };
        let page = admin.list_listings(&request).await.expect("the call succeeds");
        assert_eq!(page.listings.len(), 1);
        let request = ListListingsRequest {
            page_token: Some("bent".to_owned()),
            ..ListListingsRequest::default()
        };
        let bent = admin.list_listings(&request).await.expect_err("nobody gave this token");
        assert_eq!(bent.code, Code::InvalidArgument);
    });
}

#[test]
fn references_that_do_not_exist_refuse_and_warnings_do_not() {
    let server = server();
    runtime().block_on(async {
        let admin = server.admin();
        server.write(
            "language.jsonl",
            "{\"listing\": {\"id\": \"a\", \"keywords\": [\"x\"], \"group\": \"nobody\", \"negative_lists\": [\"no\"]}}\n",
        );
        admin.reload(&ReloadRequest::default()).await.expect_err("it refers to nothing");
        let status = admin.status().await.expect("the call succeeds");
        let bad: Vec<_> = status.reloads[0]
            .bad_records
            .iter()
            .map(|bad| (bad.line, bad.field.as_str(), bad.reason.as_str()))
            .collect();
        let unknown = "UNKNOWN_REFERENCE";
        assert_eq!(bad, [(1, "group", unknown), (1, "negative_lists[0]", unknown)]);
        assert_eq!(status.counts.listings, 4, "what was served still is");

        server.write(
            "language.jsonl",
            "\n{\"listing\": {\"id\": \"a\", \"keywords\": [\"cheap shoes\", \"-cheap\"]}}\n",
        );
        let reload = admin.reload(&ReloadRequest::default()).await.expect("it is valid");
        let warnings = admin.status().await.expect("the call succeeds").warnings;
        assert_eq!(reload.warnings, warnings);
        let [warning] = &warnings.warnings[..] else { panic!("{warnings:?}") };
        assert_eq!((warning.code.as_str(), warning.line), ("NEGATIVE_BLOCKS_KEYWORD", 2));
        assert_eq!((warning.id.as_str(), warning.field.as_str()), ("a", "keywords[0]"));
    });
}
