//! `broadside get`: one listing as the server has it.

use std::io::{self, Write};
use std::time::SystemTime;

use broadside_client::{Group, Keyword, Listing, NegativeList, StoredListing};

use crate::failure::{Exit, Failure};
use crate::number;
use crate::paint::{Paint, Role};
use crate::printable::printable;
use crate::record;
use crate::settings::Settings;
use crate::table::{Align, Table, pairs};
use crate::time;

/// Show one listing of the inventory that is served
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  broadside get l1
  broadside get l1 --shared                       # and its group and negative lists
  broadside get l1 --shared --json > l1.jsonl     # an inventory of its own

What is shown is an equivalent of what was loaded: every field that has a default is set, a PHRASE
with both anchors is an EXACT, and duplicates are merged.

Exit 1: there is no listing of this id.

With --json: the record of an inventory file, on one line; what is absent or false is left out:
  {\"listing\": {\"id\": \"l1\", \"group\": \"g1\", \"status\": \"ACTIVE\",
   \"keywords\": [{\"text\": \"running shoes\", \"match_type\": \"PHRASE\", \"bid_micros\": 900000,
                 \"anchor_start\": true, \"anchor_end\": true}],
   \"negatives\": […], \"negative_lists\": [\"adult\"], \"targeting\": \"age >= 21\",
   \"start_time\": \"2026-12-01T00:00:00Z\", \"end_time\": \"…\", \"bid_micros\": 450000,
   \"quality\": 1.0, \"payload\": \"…\"}}
                                  \"payload_base64\" if it is not UTF-8, which no file can hold
With --shared follow, one a line:
  {\"group\": {\"id\", \"status\", \"negatives\", \"negative_lists\", \"targeting\", \"start_time\",
   \"end_time\", \"bid_micros\"}}
  {\"negative_list\": {\"name\": \"adult\", \"keywords\": […]}}
Fields may be added; none changes its meaning.")]
pub(crate) struct Arguments {
    /// The listing
    #[arg(value_name = "LISTING")]
    listing: String,
    /// Show what it shares with others, too: its group, and the negative lists that it or its group refers to
    #[arg(long)]
    shared: bool,
    /// Print JSON Lines, each a record that can be loaded again
    #[arg(long)]
    json: bool,
}

/// Asks the server and prints the listing. Exit 1 if there is none of this id.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let client = settings.admin_client()?.build_admin()?;
    let stored = client.get_listing(&arguments.listing, arguments.shared).await?;
    let output = if arguments.json { records(&stored) } else { human(&stored, paint) };
    io::stdout().lock().write_all(output.as_bytes())?;
    Ok(Exit::Done)
}

/// The records, one a line.
fn records(stored: &StoredListing) -> String {
    let listing = [record::listing(&stored.listing)];
    let group = stored.group.iter().map(record::group);
    let lists = stored.negative_lists.iter().map(record::negative_list);
    listing.into_iter().chain(group).chain(lists).map(|line| line + "\n").collect()
}

fn human(stored: &StoredListing, paint: Paint) -> String {
    let StoredListing { version, listing, group, negative_lists } = stored;
    let mut text = heading(&format!("listing {}", listing.id), paint);
    text.push_str(&pairs(&listing_rows(listing), paint));
    text.push_str(&keywords("keywords", &listing.keywords, paint));
    text.push_str(&negatives("negatives", &listing.negatives, paint));
    if let Some(group) = group {
        text.push('\n');
        text.push_str(&heading(&format!("group {}", group.id), paint));
        text.push_str(&pairs(&group_rows(group), paint));
        text.push_str(&negatives("negatives of the group", &group.negatives, paint));
    }
    for NegativeList { name, negatives: list } in negative_lists {
        text.push_str(&negatives(&format!("negative list {name}"), list, paint));
    }
    let version = format!("inventory {version}");
    text.push_str(&format!("\n{}\n", paint.paint(Role::Faint, printable(&version))));
    text
}

fn heading(heading: &str, paint: Paint) -> String {
    format!("{}\n", paint.paint(Role::Heading, printable(heading)))
}

fn listing_rows(listing: &Listing) -> Vec<(String, String)> {
    let bid = listing.bid_micros.map_or("its group's, or 0".to_owned(), |bid| bid.to_string());
    let mut rows = vec![
        row("status", listing.status.as_str()),
        row("group", listing.group.as_deref().unwrap_or("none")),
        row("bid", bid),
        row("quality", listing.quality.to_string()),
    ];
    rows.extend(rule_rows(
        (listing.start_time, listing.end_time),
        &listing.targeting,
        &listing.negative_lists,
    ));
    if !listing.payload.is_empty() {
        let bytes = number::bytes(listing.payload.len() as u64);
        let payload = String::from_utf8_lossy(&listing.payload);
        rows.push(row("payload", format!("{bytes}: {payload}")));
    }
    rows
}

fn group_rows(group: &Group) -> Vec<(String, String)> {
    let bid = group.bid_micros.unwrap_or(0).to_string();
    let mut rows = vec![row("status", group.status.as_str()), row("bid", bid)];
    rows.extend(rule_rows(
        (group.start_time, group.end_time),
        &group.targeting,
        &group.negative_lists,
    ));
    rows
}

/// What listings and groups have alike; what says nothing is left out.
fn rule_rows(
    flight: (Option<SystemTime>, Option<SystemTime>),
    targeting: &str,
    lists: &[String],
) -> Vec<(String, String)> {
    let start = flight.0.map(|start| row("start", time::exact(start)));
    let end = flight.1.map(|end| row("end", time::exact(end)));
    let targeting = (!targeting.is_empty()).then(|| row("targeting", targeting));
    let lists = (!lists.is_empty()).then(|| row("negative lists", lists.join(", ")));
    [start, end, targeting, lists].into_iter().flatten().collect()
}

fn row(name: &str, said: impl Into<String>) -> (String, String) {
    (name.to_owned(), said.into())
}

/// Keywords with their indexes and their own bids.
fn keywords(name: &str, keywords: &[Keyword], paint: Paint) -> String {
    let mut table = Table::new(&[
        ("#", Align::Right),
        ("type", Align::Left),
        ("own bid", Align::Right),
        ("keyword", Align::Left),
    ]);
    for (index, keyword) in keywords.iter().enumerate() {
        table.row([
            index.to_string(),
            keyword.match_type.to_string(),
            keyword.bid_micros.map(|bid| bid.to_string()).unwrap_or_default(),
            keyword.to_string(),
        ]);
    }
    format!("\n{}{}", heading(name, paint), table.render(paint))
}

/// Negatives in their notation, one a line. Nothing if there is none.
fn negatives(name: &str, negatives: &[Keyword], paint: Paint) -> String {
    if negatives.is_empty() {
        return String::new();
    }
    let line = |negative: &Keyword| format!("  {}\n", printable(&format!("-{negative}")));
    let lines: String = negatives.iter().map(line).collect();
    format!("\n{}{lines}", heading(name, paint))
}

#[cfg(test)]
mod tests;
