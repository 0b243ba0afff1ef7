//! `broadside match`: which listings match a text.

use broadside_client::{BatchOptions, Include};

use crate::failure::{Exit, Failure};
use crate::paint::Paint;
use crate::query_options::QueryOptions;
use crate::settings::Settings;

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
  broadside match --attr country=US --attr age=34 --attr interests=sports,music \"trail map\"
  broadside match --file queries.txt.zst --json > answers.jsonl
  tail -n 1000 queries.txt | broadside match --file -

Exit 1: no TEXT matched, or one was refused; with --file: a line was refused, or the file is bad.

`--help` describes the values of --attr and the output of --json.",
    after_long_help = "\
Examples:
  broadside match \"cheap running shoes\"
  broadside match --include payload --limit 3 \"breaking news\" \"#cat\"
  broadside match --attr country=US --attr age=34 --attr interests=sports,music \"trail map\"
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
    #[command(flatten)]
    options: QueryOptions,
    /// Parts of a match to return as well
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART,…")]
    include: Vec<Part>,
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
    let client = settings.client()?.build()?;
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
        self.options.batch(include.collect())
    }
}
