//! `broadside explain`: why listings match a text, or why they do not.

use std::io::{self, Write};

use broadside_client::{Explanation, ListingExplanation, Outcome, Span, TextExplanation};

use crate::failure::{Exit, Failure};
use crate::highlight::highlight;
use crate::number;
use crate::paint::{Paint, Role};
use crate::printable::printable;
use crate::query_options::QueryOptions;
use crate::settings::Settings;
use crate::table::{Align, Table, pairs};

mod json;
mod reason;

use reason::Reason;

/// Say why a listing matches a text or why it does not, or explain the whole answer
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\
Examples:
  broadside explain --listing l1 \"cheap running shoes\"
  broadside explain --listing l1 --attr country=US --as-of 2026-12-24T00:00:00Z \"trail map\"
  broadside explain --limit 3 \"cheap running shoes\"

Exit 1: the listing does not match; without --listing: no listing does.

`--help` describes the values of --attr and the output of --json.",
    after_long_help = "\
Examples:
  broadside explain --listing l1 \"cheap running shoes\"
  broadside explain --listing l1 --attr country=US --as-of 2026-12-24T00:00:00Z \"trail map\"
  broadside explain --limit 3 \"cheap running shoes\"

Exit 1: the listing does not match; without --listing: no listing does.

With --json: one object. With --listing:
  {\"text\": \"…\", \"listing\": LISTING, \"generation\": \"9d3f00aa12345678\", \"sequence\": 0}
Without it:
  {\"text\": \"…\",
   \"matches\": [LISTING],          best first
   \"misses\": [LISTING],           a keyword of them matches, they do not; by id, at most 100
   \"more_misses\": false,          true: there are, or may be, more
   \"total\": 1, \"total_exact\": true, \"incomplete\": false,
                                  as `broadside match --json` has them
   \"generation\": \"9d3f00aa12345678\", \"sequence\": 0}
A LISTING that matches:
  {\"listing_id\": \"l1\", \"matched\": true,
   \"score\": 450000.0,             bid times quality, in millionths of the currency unit
   \"match_type\": \"PHRASE\",        EXACT, PHRASE, BROAD or REGEX
   \"keyword_index\": 2,            into the listing's keywords, starting at 0
   \"keyword\": {\"text\": \"running shoes\", \"notation\": \"\\\"running shoes\\\"\", \"bid_micros\": null},
   \"spans\": [{\"start\": 6, \"end\": 19}]}
                                  bytes of the text
One that does not has the first reason, in this order:
  {\"listing_id\": \"l1\", \"matched\": false, \"reason\":
   \"NOT_FOUND\"}                   there is no such listing
   \"PAUSED\", \"group\": null}       \"group\", here and below: the id of the group whose rule it is;
                                  null: it is the listing's own
   \"OUTSIDE_FLIGHT\", \"group\": null, \"start_time\": null, \"end_time\": \"2026-12-01T00:00:00Z\",
    \"as_of\": \"2026-12-24T00:00:00Z\"}
   \"NO_KEYWORD\", \"keyword_index\": 0, \"match_type\": \"BROAD\", \"keyword\": {…},
                                  the keyword that lacks least, and what is in its way:
    \"obstacle\": \"LACKING_TOKENS\", \"lacking_tokens\": [\"trail\"]}
                                  or NOT_IN_ORDER, MORE_IN_TEXT, NOTHING_FOUND with none of them
   \"BLOCKED\", \"group\": null, \"negative_list\": null, \"match_type\": \"BROAD\",
    \"negative\": {\"text\": \"free\", \"notation\": \"free\", \"bid_micros\": null}, \"spans\": […]}
                                  negative_list: the name of the list that has it, if it is in one
   \"TARGETING\", \"group\": null, \"expression\": \"age >= 21\",
                                  the smallest part that is to blame
    \"is_error\": false,            true: an attribute is missing or has a type that does not fit
    \"attributes\": [{\"name\": \"age\", \"value\": 20}]}
                                  as they were seen; null: not sent
   \"INCOMPLETE\"}                  a work limit stopped the search before it was known
Fields and reasons may be added; none changes its meaning."
)]
pub(crate) struct Arguments {
    /// The text
    text: String,
    /// The listing; without it, the whole answer is explained
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    listing: Option<String>,
    #[command(flatten)]
    options: QueryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Asks the server and prints the reasons. Exit 1 if the listing, or no listing, matches.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let client = settings.client()?.build()?;
    let (text, options) = (&arguments.text, arguments.options.batch(Vec::new()));
    let (output, exit) = match &arguments.listing {
        Some(listing) => {
            let explained = client.explain(listing, text, &options).await?;
            let output = match arguments.json {
                true => json::listing(text, &explained),
                false => human_listing(text, &explained, paint),
            };
            (output, exit_of_listing(&explained))
        }
        None => {
            let explained = client.explain_text(text, &options).await?;
            let output = match arguments.json {
                true => json::text(text, &explained),
                false => human_text(text, &explained, paint),
            };
            (output, exit_of_text(&explained))
        }
    };
    io::stdout().lock().write_all(output.as_bytes())?;
    Ok(exit)
}

fn exit_of_listing(explained: &ListingExplanation) -> Exit {
    match explained.listing.outcome {
        Outcome::Matched(_) => Exit::Done,
        Outcome::Missed(_) => Exit::No,
    }
}

fn exit_of_text(explained: &TextExplanation) -> Exit {
    if explained.matches.is_empty() { Exit::No } else { Exit::Done }
}

/// The text, a sentence, and what there is to know about it.
fn human_listing(text: &str, explained: &ListingExplanation, paint: Paint) -> String {
    let reason = Reason::of(&explained.listing);
    let role = if reason.is_match { Role::Matched } else { Role::Bad };
    let mut output = highlight(text, reason.spans, role, paint);
    output.push_str(&format!("\n{}\n", printable(&reason.sentence)));
    output.push_str(&pairs(&reason.details, paint));
    output.push_str(&version_line(&explained.version.to_string(), paint));
    output
}

/// The text, the answer, and what did not make it into the answer.
fn human_text(text: &str, explained: &TextExplanation, paint: Paint) -> String {
    let spans: Vec<Span> =
        explained.matches.iter().flat_map(|listing| Reason::of(listing).spans).copied().collect();
    let mut output = highlight(text, &spans, Role::Matched, paint);
    output.push('\n');
    if explained.matches.is_empty() {
        output.push_str("  no listing matches\n");
    } else {
        output.push_str(&answer(&explained.matches).render(paint));
    }
    let shown = explained.matches.len() as u64;
    if explained.total > shown {
        let least = if explained.total_exact { "" } else { "at least " };
        let total = number::counted(explained.total, "listing matches", "listings match");
        output.push_str(&format!("  {least}{total}; {} shown\n", number::grouped(shown)));
    }
    if explained.incomplete {
        let warning = "a work limit stopped the search early; a match may be missing";
        output.push_str(&format!("  {}\n", paint.paint(Role::Bad, warning)));
    }
    if !explained.misses.is_empty() {
        let heading = paint.paint(Role::Heading, "do not match, although a keyword does");
        output.push_str(&format!("\n{heading}\n"));
        let row = |miss: &Explanation| (miss.listing_id.clone(), Reason::of(miss).line);
        let rows: Vec<_> = explained.misses.iter().map(row).collect();
        output.push_str(&pairs(&rows, paint));
    }
    if explained.more_misses {
        output.push_str("  … and there may be more\n");
    }
    output.push_str(&version_line(&explained.version.to_string(), paint));
    output
}

/// The listings that match, as `broadside match` shows them.
fn answer(matches: &[Explanation]) -> Table {
    let mut table = Table::new(&[
        ("#", Align::Right),
        ("score", Align::Right),
        ("type", Align::Left),
        ("listing", Align::Left),
        ("keyword", Align::Left),
    ]);
    for (rank, listing) in (1..).zip(matches) {
        if let Outcome::Matched(matched) = &listing.outcome {
            table.row([
                u64::to_string(&rank),
                matched.score.to_string(),
                matched.keyword.match_type.to_string(),
                listing.listing_id.clone(),
                matched.keyword.to_string(),
            ]);
        }
    }
    table
}

fn version_line(version: &str, paint: Paint) -> String {
    let version = format!("inventory {version}");
    format!("\n{}\n", paint.paint(Role::Faint, printable(&version)))
}

#[cfg(test)]
mod tests;
