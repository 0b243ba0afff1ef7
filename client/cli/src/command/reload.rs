//! `broadside reload`: makes the server read its inventory again.

use std::io::{self, Write};
use std::time::Duration;

use broadside_client::{Reload, ReloadOutcome, ReloadRequest};
use serde::Serialize;

use crate::duration;
use crate::failure::{Exit, Failure};
use crate::number;
use crate::paint::{Paint, Role};
use crate::settings::Settings;
use crate::warnings::{self, JsonWarnings};

/// Make the server read its inventory again; if any record is bad, what is served stays
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside reload                                  # the same files again
  broadside reload --source /data/new.jsonl.zst     # other files from now on, as paths on the server
  broadside reload --plan                           # read and check everything, change nothing

With --json: one object, {\"outcome\": \"PUBLISHED\" | \"UNCHANGED\" | \"VALIDATED\", \"generation\",
\"sequence\", \"listings\", \"keywords\", \"negatives\", \"seconds\", \"warnings\": {\"counts\": [{\"code\",
\"count\"}], \"warnings\": [{\"source\", \"line\", \"code\", \"field\", \"id\", \"message\"}]}} (the first 100). A
refused inventory exits with 1 and its bad records on stderr; `broadside status` shows more of them.")]
pub(crate) struct Arguments {
    /// A file to load from now on, as a path or file:// URI on the server; may be given several times
    #[arg(long, value_name = "URI")]
    source: Vec<String>,
    /// Read and check everything and say what would be served, but change nothing
    #[arg(long)]
    plan: bool,
    /// How long to wait for the reload; it goes on if it takes longer
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration::parse_positive)]
    wait: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct JsonReload<'a> {
    outcome: &'a str,
    generation: &'a str,
    sequence: u64,
    listings: u64,
    keywords: u64,
    negatives: u64,
    seconds: f64,
    warnings: JsonWarnings<'a>,
}

/// Asks the server and prints how it ended.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let client = settings.admin_client()?.build_admin()?;
    let request = ReloadRequest {
        sources: arguments.source.clone(),
        validate_only: arguments.plan,
        deadline: arguments.wait,
    };
    let reload = client.reload(&request).await?;
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", json(&reload))?;
    } else {
        write!(out, "{}", human(&reload, paint))?;
    }
    Ok(Exit::Done)
}

fn json(reload: &Reload) -> String {
    let reload = JsonReload {
        outcome: reload.outcome.as_str(),
        generation: &reload.version.generation,
        sequence: reload.version.sequence,
        listings: reload.counts.listings,
        keywords: reload.counts.keywords,
        negatives: reload.counts.negatives,
        seconds: reload.duration.as_secs_f64(),
        warnings: JsonWarnings::new(&reload.warnings),
    };
    serde_json::to_string(&reload).expect("texts and finite numbers are JSON")
}

fn human(reload: &Reload, paint: Paint) -> String {
    let what = match reload.outcome {
        ReloadOutcome::Published => "published",
        ReloadOutcome::Unchanged => "unchanged, and still served:",
        ReloadOutcome::Validated => "good, and not published:",
        other => other.as_str(),
    };
    let warnings = warnings::human(&reload.warnings, paint);
    let heading = if warnings.is_empty() { "" } else { "warnings\n" };
    format!(
        "{} {}: {}, {}, {}, in {}\n{heading}{warnings}",
        paint.paint(Role::Good, what),
        reload.version,
        number::counted(reload.counts.listings, "listing", "listings"),
        number::counted(reload.counts.keywords, "keyword", "keywords"),
        number::counted(reload.counts.negatives, "negative", "negatives"),
        duration::display(reload.duration),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use broadside_client::{Counts, Reload, ReloadOutcome, Version, WarningCount, Warnings};

    use super::{human, json};
    use crate::paint::{ColorChoice, Paint};

    fn reload(outcome: ReloadOutcome) -> Reload {
        Reload {
            outcome,
            version: Version { generation: "9d3f00aa12345678".to_owned(), sequence: 0 },
            counts: Counts { listings: 2_000, keywords: 7_500, negatives: 1, ..Counts::default() },
            warnings: Warnings::default(),
            duration: Duration::from_millis(1_250),
        }
    }

    #[test]
    fn for_people() {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let rest = "9d3f00aa12345678+0: 2,000 listings, 7,500 keywords, 1 negative, in 1.25 s";
        for (outcome, what) in [
            (ReloadOutcome::Published, "published"),
            (ReloadOutcome::Unchanged, "unchanged, and still served:"),
            (ReloadOutcome::Validated, "good, and not published:"),
        ] {
            assert_eq!(human(&reload(outcome), plain), format!("{what} {rest}\n"));
        }
    }

    #[test]
    fn what_is_odd_is_said() {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let mut reload = reload(ReloadOutcome::Validated);
        let code = "NEVER_IN_FLIGHT".to_owned();
        reload.warnings.counts.push(WarningCount { code, count: 7 });
        let text = human(&reload, plain);
        assert!(text.ends_with("1.25 s\nwarnings\n  NEVER_IN_FLIGHT  7\n  … 7 more\n"), "{text}");
    }

    #[test]
    fn for_programs() {
        assert_eq!(
            json(&reload(ReloadOutcome::Published)),
            r#"{"outcome":"PUBLISHED","generation":"9d3f00aa12345678","sequence":0,"listings":2000,"keywords":7500,"negatives":1,"seconds":1.25,"warnings":{"counts":[],"warnings":[]}}"#
        );
    }
}
