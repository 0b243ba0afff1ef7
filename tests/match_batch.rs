//! `MatchBatch` and `Analyze` over real connections: options, limits, errors.

use std::time::{Duration, SystemTime};

use broadside_client::{
    BatchOptions, Code, Error, Include, MatchOptions, MatchType, Query, QueryAnswer, Version,
};

use crate::support::{Server, ids, line, runtime};

fn shop() -> Server {
    let inventory = [
        line(
            "trail",
            &["\"trail shoes\"", "hiking boots"],
            r#", "bid_micros": 900, "group": "shoes", "payload": "trail!""#,
        ),
        line(
            "cheap",
            &["cheap shoes", "[shoes]", "-free"],
            r#", "bid_micros": 500, "quality": 2.0, "group": "shoes""#,
        ),
        line(
            "late",
            &["shoes"],
            r#", "bid_micros": 1, "start_time": "2030-01-01T00:00:00Z", "end_time": "2031-01-01T00:00:00Z""#,
        ),
        line("off", &["shoes"], r#", "status": "PAUSED""#),
        "{\"group\": {\"id\": \"shoes\"}}\n".to_owned(),
    ];
    Server::start("shop.jsonl", &inventory.concat())
}

fn options(change: impl FnOnce(&mut MatchOptions)) -> BatchOptions {
    let mut options = BatchOptions::default();
    change(&mut options.matching);
    options
}

async fn one(server: &Server, text: &str, options: &BatchOptions) -> Result<QueryAnswer, Error> {
    let answer = server.client().match_batch(&[Query::from(text)], options).await?;
    answer.results.into_iter().next().expect("one query has one result")
}

#[test]
fn a_match_carries_what_was_asked_for_and_no_more() {
    let server = shop();
    runtime().block_on(async {
        let text = "cheap Trail Shoes";
        let plain = one(&server, text, &BatchOptions::default()).await.expect("it matches");
        let found: Vec<_> = plain
            .matches
            .iter()
            .map(|found| {
                (found.listing_id.as_str(), found.match_type, found.score, found.keyword_index)
            })
            .collect();
        assert_eq!(
            found,
            [("cheap", MatchType::Broad, 1_000.0, 0), ("trail", MatchType::Phrase, 900.0, 0)]
        );
        assert_eq!((plain.total, plain.total_exact, plain.incomplete), (2, true, false));
        let bare = &plain.matches[1];
        assert!(bare.payload.is_empty() && bare.spans.is_empty() && bare.keyword.is_none());

        let all = options(|options| {
            options.include = vec![Include::Payload, Include::Spans, Include::Keyword];
        });
        let full = one(&server, text, &all).await.expect("it matches");
        let trail = &full.matches[1];
        assert_eq!(trail.payload, b"trail!");
        let keyword = trail.keyword.as_ref().expect("it was asked for");
        assert_eq!((keyword.text.as_str(), keyword.match_type), ("trail shoes", MatchType::Phrase));
        let spans = |nth: usize| -> Vec<&str> {
            full.matches[nth]
                .spans
                .iter()
                .map(|span| &text[span.start as usize..span.end as usize])
                .collect()
        };
        assert_eq!((spans(0), spans(1)), (vec!["cheap", "Shoes"], vec!["Trail Shoes"]));
    });
}

#[test]
fn options_of_a_query_replace_those_of_the_batch() {
    let server = shop();
    runtime().block_on(async {
        let mut queries = vec![Query::from("cheap trail shoes"); 3];
        queries[1].options = Some(MatchOptions { limit: 10, ..MatchOptions::default() });
        queries[2].options = Some(MatchOptions { max_per_group: 1, ..MatchOptions::default() });
        let answer =
            server.client().match_batch(&queries, &options(|options| options.limit = 1)).await;
        let answer = answer.expect("the call succeeds");
        assert_eq!(ids(&answer), [vec!["cheap"], vec!["cheap", "trail"], vec!["cheap"]]);
        assert!(answer.results.iter().flatten().all(|result| result.total == 2));
    });
}

#[test]
fn flights_are_judged_at_the_time_that_the_request_names() {
    let server = shop();
    let at = |year_seconds: u64| {
        options(|options| {
            options.as_of = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(year_seconds));
        })
    };
    runtime().block_on(async {
        let mut found = Vec::new();
        for seconds in [1_893_455_999, 1_893_456_000, 1_924_991_999, 1_924_992_000] {
            found.push(one(&server, "x shoes", &at(seconds)).await.expect("it is answered").total);
        }
        assert_eq!(found, [0, 1, 1, 0], "from 2030-01-01 on, before 2031-01-01");
    });
}

#[test]
fn a_text_that_is_too_long_fails_alone() {
    let server = Server::start_with(
        "a.txt",
        "shoes\n",
        &["--max-text-bytes", "100", "--max-text-tokens", "5"],
    );
    runtime().block_on(async {
        let long = "x".repeat(101);
        let queries = ["shoes", long.as_str(), "1 2 3 4 5 6", "old shoes"].map(Query::from);
        let answer = server.client().match_batch(&queries, &BatchOptions::default()).await;
        let results = answer.expect("the call succeeds").results;
        let reasons: Vec<_> = results
            .iter()
            .map(|result| {
                result
                    .as_ref()
                    .map(|answer| answer.total)
                    .map_err(|error| error.reason.clone().unwrap_or_default())
            })
            .collect();
        let refused = |reason: &str| Err(reason.to_owned());
        assert_eq!(
            reasons,
            [Ok(1), refused("TEXT_TOO_LONG"), refused("TEXT_TOO_MANY_TOKENS"), Ok(1)]
        );
        let error = server.client().analyze(&long).await.expect_err("it is too long");
        assert_eq!(
            (error.code, error.reason.as_deref()),
            (Code::InvalidArgument, Some("TEXT_TOO_LONG"))
        );
    });
}

#[test]
fn bad_requests_say_which_field_is_wrong() {
    let server = shop();
    runtime().block_on(async {
        let error = one(&server, "x", &options(|options| options.limit = 1_001))
            .await
            .expect_err("1,000 is the most");
        assert_eq!(error.code, Code::InvalidArgument);
        assert!(
            error.violations.iter().any(|violation| violation.field == "options.limit"),
            "{error:?}"
        );

        let mut query = Query::from("x");
        query
            .attributes
            .insert("Bad Name".to_owned(), broadside_client::AttributeValue::Bool(true));
        let error = server
            .client()
            .match_batch(&[query], &BatchOptions::default())
            .await
            .expect_err("a bad name");
        assert_eq!(error.code, Code::InvalidArgument);
        assert!(error.violations[0].field.starts_with("queries[0].attributes"), "{error:?}");
    });
}

#[test]
fn a_version_that_is_not_served_is_refused_with_a_time_to_retry() {
    let server = shop();
    runtime().block_on(async {
        let served =
            server.client().match_batch(&[Query::from("x")], &BatchOptions::default()).await;
        let version = served.expect("the call succeeds").version;
        assert_eq!((version.generation.len(), version.sequence), (16, 0));
        let demand =
            |version| BatchOptions { min_version: Some(version), ..BatchOptions::default() };
        one(&server, "x", &demand(version.clone())).await.expect("it is what is served");
        for other in [
            Version { generation: "0123456789abcdef".to_owned(), sequence: 0 },
            Version { sequence: 1, ..version },
        ] {
            let error = one(&server, "x", &demand(other)).await.expect_err("it is not served");
            assert_eq!(error.code, Code::FailedPrecondition);
            assert_eq!(error.reason.as_deref(), Some("INVENTORY_VERSION_NOT_SERVED"));
            assert!(error.retry_after.is_some());
        }
    });
}

#[test]
fn a_batch_beyond_one_call_is_split_and_stays_aligned() {
    let server = Server::start(
        "numbers.txt",
        &(0..200).map(|number| format!("n{number}\n")).collect::<String>(),
    );
    runtime().block_on(async {
        let queries: Vec<_> =
            (0..10_000).map(|number| Query::from(format!("n{}", number % 250))).collect();
        let answer = server.client().match_batch(&queries, &BatchOptions::default()).await;
        let found = ids(&answer.expect("the call succeeds"));
        assert_eq!(found.len(), 10_000);
        for (number, ids) in found.iter().enumerate() {
            let id = number % 250 + 1;
            let expected = if id <= 200 { vec![id.to_string()] } else { Vec::new() };
            assert_eq!(*ids, expected, "query {number}");
        }
    });
}

#[test]
fn analyze_shows_the_tokens_that_matching_sees() {
    let server = shop();
    let tokens = runtime().block_on(async { server.client().analyze("T-rex #Café c++").await });
    let tokens = tokens.expect("the call succeeds");
    let shown: Vec<_> = tokens
        .iter()
        .map(|token| {
            format!("{}{}@{}..{}", token.sigil, token.word, token.span.start, token.span.end)
        })
        .collect();
    assert_eq!(shown, ["t@0..1", "rex@2..5", "#café@6..12", "c++@13..16"]);
}
