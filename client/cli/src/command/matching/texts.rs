//! Texts from the command line.

use std::io::{self, Write};

use broadside_client::{BatchAnswer, Client, Error, Query, QueryAnswer, Span};

use super::{Arguments, Part, json};
use crate::failure::{Exit, Failure};
use crate::highlight::highlight;
use crate::number;
use crate::paint::{Paint, Role};
use crate::printable::printable;
use crate::table::{Align, Table};

/// Matches all texts in one batch. Exit 1 if none matched, or one was refused.
pub(super) async fn run(
    arguments: &Arguments,
    client: &Client,
    paint: Paint,
) -> Result<Exit, Failure> {
    let shown: &[Part] = if arguments.json { &[] } else { &[Part::Spans, Part::Keyword] };
    let queries: Vec<Query> =
        arguments.texts.iter().map(|text| Query::from(text.as_str())).collect();
    let answer = client.match_batch(&queries, &arguments.options(shown)).await?;
    let mut out = io::stdout().lock();
    if arguments.json {
        for (number, (text, result)) in (1..).zip(arguments.texts.iter().zip(&answer.results)) {
            writeln!(out, "{}", json::line(number, text, result, &answer.version, arguments))?;
        }
    } else {
        write!(out, "{}", human(&answer, arguments, paint))?;
    }
    let matched = answer.results.iter().flatten().any(|answer| !answer.matches.is_empty());
    let refused = answer.results.iter().any(Result::is_err);
    Ok(if matched && !refused { Exit::Done } else { Exit::No })
}

fn human(answer: &BatchAnswer, arguments: &Arguments, paint: Paint) -> String {
    let mut text = String::new();
    for (query, result) in arguments.texts.iter().zip(&answer.results) {
        text.push_str(&block(query, result, arguments.includes(Part::Payload), paint));
        text.push('\n');
    }
    let version = format!("inventory {}", answer.version);
    text.push_str(&paint.paint(Role::Faint, printable(&version)));
    text.push('\n');
    text
}

/// A text with its matched words marked, and its matches.
fn block(query: &str, result: &Result<QueryAnswer, Error>, payload: bool, paint: Paint) -> String {
    let answer = match result {
        Ok(answer) => answer,
        Err(error) => {
            let refused = paint.paint(Role::Bad, "refused:");
            let error = error.to_string();
            return format!("{}\n  {refused} {}\n", printable(query), printable(&error));
        }
    };
    let spans: Vec<Span> =
        answer.matches.iter().flat_map(|hit| hit.spans.iter().copied()).collect();
    let mut text = highlight(query, &spans, Role::Matched, paint);
    text.push('\n');
    if answer.matches.is_empty() {
        text.push_str("  no listing matches\n");
    } else {
        text.push_str(&table(answer, payload).render(paint));
    }
    let shown = answer.matches.len() as u64;
    if answer.total > shown {
        let least = if answer.total_exact { "" } else { "at least " };
        let total = number::counted(answer.total, "listing matches", "listings match");
        text.push_str(&format!("  {least}{total}; {} shown\n", number::grouped(shown)));
    }
    if answer.incomplete {
        let warning = "a work limit stopped the search early; a match may be missing";
        text.push_str(&format!("  {}\n", paint.paint(Role::Bad, warning)));
    }
    text
}

fn table(answer: &QueryAnswer, payload: bool) -> Table {
    let mut table = Table::new(&[
        ("#", Align::Right),
        ("score", Align::Right),
        ("type", Align::Left),
        ("listing", Align::Left),
        ("keyword", Align::Left),
        (if payload { "payload" } else { "" }, Align::Left),
    ]);
    for (rank, hit) in (1..).zip(&answer.matches) {
        table.row([
            u64::to_string(&rank),
            hit.score.to_string(),
            hit.match_type.to_string(),
            hit.listing_id.clone(),
            hit.keyword.as_ref().map(ToString::to_string).unwrap_or_default(),
            String::from_utf8_lossy(&hit.payload).into_owned(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use broadside_client::{BatchAnswer, Keyword, Match, MatchType, QueryAnswer, Span, Version};
    use clap::Parser;

    use super::super::json;
    use super::human;
    use crate::arguments;
    use crate::command::matching::Arguments;
    use crate::paint::{ColorChoice, Paint};

    fn arguments(line: &[&str]) -> Arguments {
        let words = ["broadside", "match"].iter().chain(line);
        match arguments::Arguments::try_parse_from(words).expect("the line is good").command {
            arguments::Command::Match(arguments) => arguments,
            other => panic!("{other:?} is another command"),
        }
    }

    fn hit(
        listing_id: &str,
        score: f64,
        keyword: (&str, MatchType),
        spans: &[(u32, u32)],
    ) -> Match {
        Match {
            listing_id: listing_id.to_owned(),
            score,
            match_type: keyword.1,
            keyword_index: 2,
            keyword: Some(Keyword {
                text: keyword.0.to_owned(),
                match_type: keyword.1,
                bid_micros: Some(900_000),
                anchor_start: false,
                anchor_end: keyword.1 == MatchType::Phrase,
            }),
            payload: b"{\"url\":1}".to_vec(),
            spans: spans.iter().map(|(start, end)| Span { start: *start, end: *end }).collect(),
        }
    }

    fn answer() -> BatchAnswer {
        let matches = vec![
            hit("shop-17", 1_200_000.0, ("running shoes", MatchType::Phrase), &[(6, 19)]),
            hit("跑鞋", 450_000.5, ("shoes cheap", MatchType::Broad), &[(0, 5), (14, 19)]),
        ];
        let version = Version { generation: "9d3f00aa12345678".to_owned(), sequence: 3 };
        let found = QueryAnswer { matches, total: 17, total_exact: true, incomplete: false };
        let nothing = QueryAnswer { total_exact: true, ..QueryAnswer::default() };
        BatchAnswer { version, results: vec![Ok(found), Ok(nothing)] }
    }

    const TEXTS: [&str; 2] = ["cheap running shoes", "nothing\there"];

    #[test]
    fn for_people() {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let expected = "\
[cheap] [running shoes]
  #     score  type    listing  keyword
  1   1200000  PHRASE  shop-17  \"running shoes$\"
  2  450000.5  BROAD   跑鞋     shoes cheap
  17 listings match; 2 shown

nothing here
  no listing matches

inventory 9d3f00aa12345678+3
";
        let mut answer = answer();
        for hit in answer.results.iter_mut().flatten().flat_map(|answer| &mut answer.matches) {
            hit.payload.clear();
        }
        assert_eq!(human(&answer, &arguments(&TEXTS), plain), expected);
    }

    #[test]
    fn a_payload_has_a_column_of_its_own() {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let arguments = arguments(&[TEXTS[0], TEXTS[1], "--include", "payload"]);
        let text = human(&answer(), &arguments, plain);
        assert!(text.contains("  keyword           payload\n"), "{text}");
        assert!(text.contains("  \"running shoes$\"  {\"url\":1}\n"), "{text}");
    }

    #[test]
    fn for_programs() {
        let answer = answer();
        let line = |number: u64, more: &[&str]| {
            let arguments = arguments(&[&TEXTS[..], more].concat());
            let index = usize::try_from(number - 1).expect("it is small");
            json::line(number, TEXTS[index], &answer.results[index], &answer.version, &arguments)
        };
        assert_eq!(
            line(1, &["--include", "keyword,payload,spans"]),
            concat!(
                r#"{"query":1,"text":"cheap running shoes","matches":["#,
                r#"{"listing_id":"shop-17","score":1200000.0,"match_type":"PHRASE","keyword_index":2,"#,
                r#""keyword":{"text":"running shoes","notation":"\"running shoes$\"","bid_micros":900000},"#,
                r#""payload":"{\"url\":1}","spans":[{"start":6,"end":19}]},"#,
                r#"{"listing_id":"跑鞋","score":450000.5,"match_type":"BROAD","keyword_index":2,"#,
                r#""keyword":{"text":"shoes cheap","notation":"shoes cheap","bid_micros":900000},"#,
                r#""payload":"{\"url\":1}","spans":[{"start":0,"end":5},{"start":14,"end":19}]}],"#,
                r#""total":17,"total_exact":true,"incomplete":false,"#,
                r#""generation":"9d3f00aa12345678","sequence":3}"#
            )
        );
        assert_eq!(
            line(2, &[]),
            concat!(
                r#"{"query":2,"text":"nothing\there","matches":[],"total":0,"total_exact":true,"#,
                r#""incomplete":false,"generation":"9d3f00aa12345678","sequence":3}"#
            )
        );
        assert!(!line(1, &[]).contains("payload"));
    }
}
