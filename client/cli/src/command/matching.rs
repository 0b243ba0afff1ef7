//! `broadside match`: which listings match a text.

use std::time::SystemTime;

use broadside_client::{AttributeValue, BatchOptions, Client, Include, MatchOptions};

use crate::failure::{Exit, Failure};
use crate::paint::Paint;
use crate::settings::Settings;
use crate::time;

mod file;
mod json;
mod texts;

/// Show which listings match a text, best first
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("input").required(true).args(["texts", "file"]),
    after_help = "\
Examples:
  broadside match \"cheap running shoes\"
  broadside match --include payload --limit 3 \"breaking news\" \"#cat\"
  broadside match --attr country=US --attr age=21 --attr 'interests=[\"sports\"]' \"trail map\"
  broadside match --file queries.txt.zst --json > answers.jsonl
  tail -n 1000 queries.txt | broadside match --file -

Exit 1: no TEXT matched, or one was refused; with --file: a line was refused, or the file is bad.

`--help` describes the output of --json.",
    after_long_help = "\
Examples:
  broadside match \"cheap running shoes\"
  broadside match --include payload --limit 3 \"breaking news\" \"#cat\"
  broadside match --attr country=US --attr age=21 --attr 'interests=[\"sports\"]' \"trail map\"
  broadside match --file queries.txt.zst --json > answers.jsonl
  tail -n 1000 queries.txt | broadside match --file -

Exit 1: no TEXT matched, or one was refused; with --file: a line was refused, or the file is bad.

With --json each query is one line, in the order of the input:
  {\"query\": 1,                    the number of the TEXT or of the line, starting at 1
   \"text\": \"cheap running shoes\",
   \"matches\": [                   best first
     {\"listing_id\": \"l1\",
      \"score\": 450000.0,          bid times quality, in millionths of the currency unit
      \"match_type\": \"PHRASE\",     EXACT, PHRASE, BROAD or REGEX
      \"keyword_index\": 2,         into the listing's keywords, starting at 0
      \"keyword\": {\"text\": \"running shoes\", \"notation\": \"\\\"running shoes\\\"\", \"bid_micros\": 900000},
                                  with --include keyword; bid_micros is null if it has none of its own
      \"payload\": \"…\",             with --include payload; \"payload_base64\" if it is not UTF-8
      \"spans\": [{\"start\": 6, \"end\": 19}]}],
                                  with --include spans; bytes of the text
   \"total\": 1,                    listings that matched, before --limit and --max-per-group
   \"total_exact\": true,           false: total is a lower bound
   \"incomplete\": false,           true: a work limit stopped the search, a match may be missing
   \"generation\": \"9d3f00aa12345678\", \"sequence\": 0}
                                  the version of the inventory that answered
A query that was refused has, instead of matches to incomplete:
   \"error\": {\"code\": \"INVALID_ARGUMENT\", \"reason\": \"TEXT_TOO_LONG\", \"message\": \"…\"}
Fields may be added; none changes its meaning."
)]
pub(crate) struct Arguments {
    /// The texts
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,
    /// Match each line of a file instead; .zst and .gz are unpacked, - is stdin
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
    /// The most matches to return of one text
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// The most matches to return of one group; 0 means no cap
    #[arg(long, value_name = "N", default_value_t = 0)]
    max_per_group: u32,
    /// Parts of a match to return as well
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART,…")]
    include: Vec<Part>,
    /// An attribute for targeting; VALUE is a number, true, false or a list if it is one in JSON, and a text otherwise
    #[arg(long = "attr", value_name = "NAME=VALUE", value_parser = attribute)]
    attributes: Vec<(String, AttributeValue)>,
    /// Judge flights at this time instead of now, such as 2026-11-27T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    as_of: Option<SystemTime>,
    /// With --file: texts of one call
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    batch: u16,
    /// Print JSON Lines, one object a query
    #[arg(long)]
    json: bool,
}

/// What `--include` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The listing's payload
    Payload,
    /// Where in the text the keyword matched
    Spans,
    /// The keyword that matched
    Keyword,
}

/// Matches and prints.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let client = Client::builder(&settings.address).deadline(settings.deadline).build()?;
    match &arguments.file {
        Some(name) => file::run(arguments, name, &client, paint).await,
        None => texts::run(arguments, &client, paint).await,
    }
}

impl Arguments {
    fn includes(&self, part: Part) -> bool {
        self.include.contains(&part)
    }

    /// What to ask for. `more` is what the output needs beside what was asked for.
    fn options(&self, more: &[Part]) -> BatchOptions {
        let parts = [Part::Payload, Part::Spans, Part::Keyword];
        let wanted = parts.into_iter().filter(|part| self.includes(*part) || more.contains(part));
        let include = wanted.map(|part| match part {
            Part::Payload => Include::Payload,
            Part::Spans => Include::Spans,
            Part::Keyword => Include::Keyword,
        });
        BatchOptions {
            matching: MatchOptions {
                limit: self.limit,
                max_per_group: self.max_per_group,
                include: include.collect(),
                as_of: self.as_of,
            },
            attributes: self.attributes.iter().cloned().collect(),
            min_version: None,
        }
    }
}

/// Reads `name=value`.
fn attribute(text: &str) -> Result<(String, AttributeValue), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("it has no `=`; write NAME=VALUE, such as country=US".to_owned())?;
    if name.is_empty() {
        return Err("it has no name before the `=`".to_owned());
    }
    Ok((name.to_owned(), attribute_value(value)?))
}

fn attribute_value(text: &str) -> Result<AttributeValue, String> {
    use serde_json::Value;
    let text_value = || AttributeValue::String(text.to_owned());
    Ok(match serde_json::from_str(text) {
        Ok(Value::Bool(truth)) => AttributeValue::Bool(truth),
        Ok(Value::String(inner)) => AttributeValue::String(inner),
        Ok(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => AttributeValue::Int(whole),
            (None, Some(number)) => AttributeValue::Double(number),
            (None, None) => text_value(),
        },
        Ok(Value::Array(values)) => {
            let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
            let texts: Option<Vec<String>> = texts.collect();
            AttributeValue::StringList(
                texts.ok_or("a list may hold texts only, such as [\"a\", \"b\"]")?,
            )
        }
        Ok(Value::Null | Value::Object(_)) | Err(_) => text_value(),
    })
}

#[cfg(test)]
mod tests {
    use broadside_client::AttributeValue;

    use super::attribute;

    #[test]
    fn attributes() {
        let check = |text: &str, name: &str, value: AttributeValue| {
            assert_eq!(attribute(text), Ok((name.to_owned(), value)), "{text}");
        };
        let string = |text: &str| AttributeValue::String(text.to_owned());
        check("country=US", "country", string("US"));
        check("query=a=b", "query", string("a=b"));
        check("empty=", "empty", string(""));
        check("zip=01234", "zip", string("01234"));
        check("age=\"21\"", "age", string("21"));
        check("null=null", "null", string("null"));
        check("age=21", "age", AttributeValue::Int(21));
        check("low=-9223372036854775808", "low", AttributeValue::Int(i64::MIN));
        check("ctr=0.25", "ctr", AttributeValue::Double(0.25));
        check("mobile=true", "mobile", AttributeValue::Bool(true));
        let list = AttributeValue::StringList(vec!["a".to_owned(), "b".to_owned()]);
        check("xs=[\"a\", \"b\"]", "xs", list);
        assert!(attribute("country").is_err());
        assert!(attribute("=US").is_err());
        assert!(attribute("xs=[1]").is_err());
    }
}
