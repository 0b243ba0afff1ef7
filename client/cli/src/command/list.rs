//! `broadside list`: the listings that the server has, page by page.

use std::io::{self, Write};

use broadside_client::{ListListingsRequest, Listing};

use crate::failure::{Exit, Failure};
use crate::paint::Paint;
use crate::record;
use crate::settings::Settings;
use crate::table::{Align, Table};

/// Listings of one call, and of one part of the output: what a server gives at most.
const PAGE_LISTINGS: u32 = 1_000;

/// List the listings of the inventory that is served, by id
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  broadside list --group summer
  broadside list --limit 20
  broadside list --json | jq -r .listing.id

Bids are in millionths of the currency unit; where a listing has none, its group's applies, or 0.
If the inventory is replaced meanwhile, the rest is of the new one.

Exit 1: there is no listing.

With --json: JSON Lines, one record of an inventory file each, as `broadside get --json` prints it.")]
pub(crate) struct Arguments {
    /// Only listings of this group
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    group: Option<String>,
    /// List so many at most, instead of all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Print JSON Lines, each a record that can be loaded again
    #[arg(long)]
    json: bool,
}

/// Listings as they are printed.
#[derive(Debug)]
enum Output {
    Records(String),
    Rows(Table, Paint),
}

/// Lists what the server has. Exit 1 if that is nothing.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let client = settings.admin_client()?.build_admin()?;
    let limit = arguments.limit.unwrap_or(u64::MAX);
    let mut listings = client.all_listings(ListListingsRequest {
        group: arguments.group.clone(),
        page_size: page_size(limit),
        page_token: None,
    });
    let mut output = Output::new(arguments.json, paint);
    let mut listed = 0;
    while listed < limit
        && let Some(listing) = listings.try_next().await?
    {
        output.add(&listing);
        listed += 1;
        if listed % u64::from(PAGE_LISTINGS) == 0 {
            io::stdout().lock().write_all(output.take().as_bytes())?;
        }
    }
    let mut out = io::stdout().lock();
    out.write_all(output.take().as_bytes())?;
    if listed == 0 && !arguments.json {
        writeln!(out, "no listing")?;
    }
    Ok(if listed > 0 { Exit::Done } else { Exit::No })
}

/// No more than are printed.
fn page_size(limit: u64) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX).min(PAGE_LISTINGS)
}

impl Output {
    fn new(json: bool, paint: Paint) -> Output {
        if json {
            return Output::Records(String::new());
        }
        let columns = [
            ("listing", Align::Left),
            ("group", Align::Left),
            ("status", Align::Left),
            ("keywords", Align::Right),
            ("bid", Align::Right),
        ];
        Output::Rows(Table::new(&columns), paint)
    }

    fn add(&mut self, listing: &Listing) {
        match self {
            Output::Records(records) => {
                records.push_str(&record::listing(listing));
                records.push('\n');
            }
            Output::Rows(table, _) => table.row([
                listing.id.clone(),
                listing.group.clone().unwrap_or_default(),
                listing.status.as_str().to_owned(),
                listing.keywords.len().to_string(),
                listing.bid_micros.map(|bid| bid.to_string()).unwrap_or_default(),
            ]),
        }
    }

    /// What was added since it was last taken. Nothing if that is nothing.
    fn take(&mut self) -> String {
        match self {
            Output::Records(records) => std::mem::take(records),
            Output::Rows(table, paint) => table.render_part(*paint),
        }
    }
}

#[cfg(test)]
mod tests {
    use broadside_client::{Keyword, Listing, MatchType, Status};

    use super::{Output, page_size};
    use crate::paint::{ColorChoice, Paint};

    fn listing(id: &str, group: Option<&str>, bid_micros: Option<i64>) -> Listing {
        let keyword = Keyword {
            text: "shoes".to_owned(),
            match_type: MatchType::Broad,
            bid_micros: None,
            anchor_start: false,
            anchor_end: false,
        };
        Listing {
            id: id.to_owned(),
            group: group.map(str::to_owned),
            keywords: vec![keyword; id.len()],
            negatives: Vec::new(),
            negative_lists: Vec::new(),
            targeting: String::new(),
            bid_micros,
            quality: 1.0,
            status: if group.is_some() { Status::Active } else { Status::Paused },
            start_time: None,
            end_time: None,
            payload: Vec::new(),
        }
    }

    #[test]
    fn rows_for_people() {
        let mut output = Output::new(false, Paint::new(ColorChoice::Never, false, None, None));
        output.add(&listing("shop-17", Some("summer"), Some(450_000)));
        output.add(&listing("b", None, None));
        let expected = "\x20 listing  group   status  keywords     bid
  shop-17  summer  ACTIVE         7  450000
  b                PAUSED         1
";
        assert_eq!(output.take(), expected);
        assert_eq!(output.take(), "");
        output.add(&listing("c", Some("x"), Some(0)));
        assert_eq!(output.take(), "  c        x       ACTIVE         1       0\n");
    }

    #[test]
    fn no_more_is_asked_for_than_is_printed() {
        for (limit, expected) in [(1, 1), (999, 999), (1_000, 1_000), (1_001, 1_000)] {
            assert_eq!(page_size(limit), expected);
        }
        assert_eq!(page_size(u64::MAX), 1_000);
    }

    #[test]
    fn an_empty_list_has_no_headings() {
        let mut output = Output::new(false, Paint::new(ColorChoice::Never, false, None, None));
        assert_eq!(output.take(), "");
    }

    #[test]
    fn records_for_programs() {
        let mut output = Output::new(true, Paint::new(ColorChoice::Never, false, None, None));
        output.add(&listing("a", None, None));
        output.add(&listing("b", None, None));
        let lines = output.take();
        assert_eq!(lines.lines().count(), 2);
        assert!(
            lines.ends_with('\n') && lines.starts_with("{\"listing\":{\"id\":\"a\","),
            "{lines}"
        );
        assert_eq!(output.take(), "");
    }
}
