//! Texts from a file, one a line.
//!
//! A thread reads and unpacks the file; batches travel to the server a few at a time; answers are printed in the order of
//! the lines. Nothing holds more than a few batches, however large the file.

use std::io::{self, Write};
use std::thread;
use std::time::Instant;

use broadside_client::{BatchAnswer, BatchOptions, Client, Query};
use futures_util::stream::{self, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;

use super::{Arguments, json};
use crate::failure::{Exit, Failure};
use crate::lines::Lines;
use crate::number;
use crate::paint::{Paint, Role};
use crate::printable::printable;

/// Calls in flight at the same time.
const CALLS_IN_FLIGHT_MAX: usize = 4;
/// Batches that are read ahead of the calls.
const BATCHES_AHEAD_MAX: usize = 4;

/// What was seen so far.
#[derive(Debug, Default)]
struct Tally {
    queries: u64,
    matched: u64,
    matches: u64,
    refused: u64,
    incomplete: u64,
    first_refusal: Option<String>,
    versions: Vec<String>,
}

/// Matches every line. Exit 1 if one was refused.
pub(super) async fn run(
    arguments: &Arguments,
    name: &str,
    client: &Client,
    paint: Paint,
) -> Result<Exit, Failure> {
    let progress = ProgressBar::no_length();
    let watched = progress.clone();
    let (lines, size) = Lines::open(name, move |file| watched.wrap_read(file))?;
    style(&progress, size);
    let began = Instant::now();
    let mut tally = Tally::default();
    let outcome = tokio::select! {
        outcome = answer_all(arguments, lines, client, &progress, &mut tally) => outcome.map(|()| Exit::Done),
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    };
    progress.finish_and_clear();
    // What was answered before a failure is worth knowing as well, unless nothing was.
    if !arguments.json && (outcome.is_ok() || tally.queries > 0) {
        let summary = tally.summary(began.elapsed().as_secs_f64(), paint);
        io::stdout().lock().write_all(summary.as_bytes())?;
    }
    match outcome? {
        Exit::Done if tally.refused > 0 => {
            if arguments.json {
                let refused = number::counted(tally.refused, "line was", "lines were");
                return Err(Failure::input(format!(
                    "{refused} refused; see \"error\" in the output"
                )));
            }
            Ok(Exit::No)
        }
        exit => Ok(exit),
    }
}

fn style(progress: &ProgressBar, size: Option<u64>) {
    let template = match size {
        Some(size) => {
            progress.set_length(size);
            "{wide_bar} {percent:>3}%  {msg}  {eta} left"
        }
        None => "{spinner} {bytes} read  {msg}",
    };
    progress.set_style(ProgressStyle::with_template(template).expect("the template is a constant"));
}

async fn answer_all(
    arguments: &Arguments,
    lines: Lines,
    client: &Client,
    progress: &ProgressBar,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let options = arguments.options(&[]);
    let mut batches = read_ahead(lines, usize::from(arguments.batch));
    let answers = stream::poll_fn(move |context| batches.poll_recv(context))
        .map(|batch| answer(client, batch, &options))
        .buffered(CALLS_IN_FLIGHT_MAX);
    let mut answers = std::pin::pin!(answers);
    let began = Instant::now();
    while let Some(answered) = answers.next().await {
        let (queries, answer) = answered?;
        if arguments.json {
            print(&queries, &answer, tally.queries + 1, arguments)?;
        }
        tally.add(&answer);
        let rate = number::per_second(tally.queries, began.elapsed().as_secs_f64());
        progress.set_message(format!(
            "{} texts, {}/s",
            number::grouped(tally.queries),
            number::rate(rate)
        ));
    }
    Ok(())
}

/// Reads batches on a thread of its own, which ends with the file, with its first failure, or when nobody listens any
/// more. It is not joined: a terminal that says nothing on stdin must not hold up the end of the process.
fn read_ahead(mut lines: Lines, batch: usize) -> mpsc::Receiver<Result<Vec<String>, Failure>> {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD_MAX);
    thread::spawn(move || {
        loop {
            let texts = lines.batch(batch);
            let last = texts.as_ref().map_or(true, Vec::is_empty);
            let nothing = texts.as_ref().is_ok_and(Vec::is_empty);
            if nothing || sender.blocking_send(texts).is_err() || last {
                return;
            }
        }
    });
    receiver
}

async fn answer(
    client: &Client,
    batch: Result<Vec<String>, Failure>,
    options: &BatchOptions,
) -> Result<(Vec<Query>, BatchAnswer), Failure> {
    let queries: Vec<Query> = batch?.into_iter().map(Query::from).collect();
    let answer = client.match_batch(&queries, options).await?;
    Ok((queries, answer))
}

fn print(
    queries: &[Query],
    answer: &BatchAnswer,
    first_line: u64,
    arguments: &Arguments,
) -> io::Result<()> {
    let mut text = String::new();
    for (line, (query, result)) in (first_line..).zip(queries.iter().zip(&answer.results)) {
        text.push_str(&json::line(line, &query.text, result, &answer.version, arguments));
        text.push('\n');
    }
    io::stdout().lock().write_all(text.as_bytes())
}

impl Tally {
    fn add(&mut self, answer: &BatchAnswer) {
        for result in &answer.results {
            self.queries += 1;
            match result {
                Ok(answer) => {
                    self.matched += u64::from(!answer.matches.is_empty());
                    self.matches += answer.matches.len() as u64;
                    self.incomplete += u64::from(answer.incomplete);
                }
                Err(error) => {
                    self.refused += 1;
                    let line = self.queries;
                    self.first_refusal.get_or_insert_with(|| format!("line {line}: {error}"));
                }
            }
        }
        let version = answer.version.to_string();
        if self.versions.last() != Some(&version) {
            self.versions.push(version);
        }
    }

    fn summary(&self, seconds: f64, paint: Paint) -> String {
        let grouped = number::grouped;
        let rate = number::rate(number::per_second(self.queries, seconds));
        let mut text = format!(
            "{} in {seconds:.2} s ({rate}/s)\n",
            number::counted(self.queries, "query", "queries")
        );
        text.push_str(&format!("  matched    {}\n", grouped(self.matched)));
        text.push_str(&format!("  matches    {}\n", grouped(self.matches)));
        if self.incomplete > 0 {
            text.push_str(&format!("  incomplete {}\n", grouped(self.incomplete)));
        }
        text.push_str(&format!("  refused    {}\n", grouped(self.refused)));
        if let Some(refusal) = &self.first_refusal {
            text.push_str(&format!(
                "  {} {}\n",
                paint.paint(Role::Bad, "first:"),
                printable(refusal)
            ));
        }
        let versions = self.versions.join(", then ");
        if !versions.is_empty() {
            text.push_str(&format!("  inventory  {}\n", printable(&versions)));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use broadside_client::{BatchAnswer, QueryAnswer, Version};

    use super::Tally;
    use crate::paint::{ColorChoice, Paint};

    fn answer(sequence: u64, matches: &[usize]) -> BatchAnswer {
        let hit = broadside_client::Match {
            listing_id: "l".to_owned(),
            score: 0.0,
            match_type: broadside_client::MatchType::Broad,
            keyword_index: 0,
            keyword: None,
            payload: Vec::new(),
            spans: Vec::new(),
        };
        let result = |matches: &usize| {
            Ok(QueryAnswer { matches: vec![hit.clone(); *matches], ..QueryAnswer::default() })
        };
        let version = Version { generation: "9d3f".to_owned(), sequence };
        BatchAnswer { version, results: matches.iter().map(result).collect() }
    }

    #[test]
    fn the_summary_adds_up_and_names_every_version() {
        let mut tally = Tally::default();
        tally.add(&answer(0, &[2, 0, 1]));
        tally.add(&answer(0, &[0]));
        tally.add(&answer(1, &[1_200]));
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let expected = "\
5 queries in 2.00 s (2.5/s)
  matched    3
  matches    1,203
  refused    0
  inventory  9d3f+0, then 9d3f+1
";
        assert_eq!(tally.summary(2.0, plain), expected);
        assert!(Tally::default().summary(0.0, plain).starts_with("0 queries in 0.00 s (0.0/s)\n"));
    }
}
