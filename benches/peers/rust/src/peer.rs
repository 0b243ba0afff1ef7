//! The harness of a peer in a process of its own: it is built once, then it takes commands, one a line.
//!
//! | command | what it does | answer, a line of JSON |
//! |---|---|---|
//! | (start) | builds | `{"build_seconds", "build_cpu_seconds", "keywords"}` |
//! | `round SECONDS` | answers texts for so much CPU time, going on where the last round ended | `{"queries", "cpu_seconds", "found"}` |
//! | `answers COUNT FILE` | writes what is found in the first texts, a line a text, sorted numbers | `{"texts"}` |
//! | `update` | makes one more keyword visible and finds it | `{"seconds", "cpu_seconds"}` |
//!
//! The peers in Java and Python take the same commands. The process ends with its input.

use std::fs::File;
use std::io::{BufRead as _, BufWriter, Write};
use std::time::Instant;

use serde_json::{Value, json};

/// The keyword that `update` adds; no inventory and no text has it.
pub(crate) const ADDED: &str = "zqxadded keywordzqx";

/// What was found, text after text.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    numbers: Vec<u32>,
    ends: Vec<usize>,
}

/// Something that finds keywords in texts.
pub(crate) trait Peer {
    /// Texts that are answered between two looks at the clock.
    const BATCH: usize = 256;

    /// How many keywords, expressions or targetings it holds.
    fn keywords(&self) -> usize;
    /// Answers each of these texts.
    fn answer(&mut self, texts: &[String], answers: &mut Answers);
    /// Makes [`ADDED`] visible, in the way that a user of it would have to, and says whether it is found.
    fn update(&mut self) -> Result<bool, String>;
}

struct Clock {
    started: Instant,
    cpu: f64,
}

impl Answers {
    /// Something was found in the text at hand.
    pub(crate) fn push(&mut self, number: u32) {
        self.numbers.push(number);
    }

    /// What was found from here on may have been found more than once; keeps one of each.
    pub(crate) fn distinct_from(&mut self, first: usize) {
        if self.numbers.len() - first > 1 {
            self.numbers[first..].sort_unstable();
            let mut kept = first + 1;
            for at in first + 1..self.numbers.len() {
                if self.numbers[at] != self.numbers[kept - 1] {
                    self.numbers[kept] = self.numbers[at];
                    kept += 1;
                }
            }
            self.numbers.truncate(kept);
        }
    }

    /// The text at hand is done.
    pub(crate) fn end_text(&mut self) {
        self.ends.push(self.numbers.len());
    }

    /// How many were found in all texts.
    pub(crate) fn found(&self) -> usize {
        self.numbers.len()
    }

    pub(crate) fn clear(&mut self) {
        self.numbers.clear();
        self.ends.clear();
    }

    /// Writes a line for each text.
    pub(crate) fn write(&mut self, to: &mut impl Write) -> std::io::Result<()> {
        let mut start = 0;
        for &end in &self.ends {
            let numbers = &mut self.numbers[start..end];
            numbers.sort_unstable();
            let line: Vec<_> = numbers.iter().map(u32::to_string).collect();
            writeln!(to, "{}", line.join(" "))?;
            start = end;
        }
        Ok(())
    }
}

impl Clock {
    fn start() -> Clock {
        Clock { started: Instant::now(), cpu: cpu_seconds() }
    }

    fn cpu_seconds(&self) -> f64 {
        cpu_seconds() - self.cpu
    }

    fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

/// Builds a peer and takes commands until the input ends.
///
/// # Errors
/// If it cannot be built, or a command cannot be read or carried out.
pub(crate) fn serve<P: Peer>(
    texts: &[String],
    build: impl FnOnce() -> Result<P, String>,
) -> Result<(), String> {
    let clock = Clock::start();
    let mut peer = build()?;
    reply(&json!({
        "build_seconds": clock.seconds(),
        "build_cpu_seconds": clock.cpu_seconds(),
        "keywords": peer.keywords(),
    }))?;
    let mut at = 0;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["round", seconds] => reply(&round(&mut peer, texts, &mut at, number(seconds)?))?,
            ["answers", count, file] => reply(&answers(&mut peer, texts, number(count)?, file)?)?,
            ["update"] => {
                let clock = Clock::start();
                if !peer.update()? {
                    return Err("what update added is not found".to_owned());
                }
                let (seconds, cpu_seconds) = (clock.seconds(), clock.cpu_seconds());
                reply(&json!({ "seconds": seconds, "cpu_seconds": cpu_seconds }))?;
            }
            _ => return Err(format!("expected round, answers or update, got {line:?}")),
        }
    }
    Ok(())
}

fn round<P: Peer>(peer: &mut P, texts: &[String], at: &mut usize, seconds: f64) -> Value {
    let clock = Clock::start();
    let mut found = Answers::default();
    let (mut queries, mut total) = (0, 0);
    while clock.cpu_seconds() < seconds {
        let batch = &texts[*at..texts.len().min(*at + P::BATCH)];
        found.clear();
        peer.answer(batch, &mut found);
        queries += batch.len();
        total += found.found();
        *at = if *at + batch.len() == texts.len() { 0 } else { *at + batch.len() };
    }
    json!({ "queries": queries, "cpu_seconds": clock.cpu_seconds(), "found": total })
}

fn answers<P: Peer>(
    peer: &mut P,
    texts: &[String],
    count: usize,
    file: &str,
) -> Result<Value, String> {
    let texts = &texts[..count.min(texts.len())];
    let mut to = File::create(file).map(BufWriter::new).map_err(|error| error.to_string())?;
    let mut found = Answers::default();
    for batch in texts.chunks(P::BATCH) {
        found.clear();
        peer.answer(batch, &mut found);
        found.write(&mut to).map_err(|error| error.to_string())?;
    }
    to.flush().map_err(|error| error.to_string())?;
    Ok(json!({ "texts": texts.len() }))
}

fn reply(value: &Value) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}").and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// A number of a command or an argument.
pub(crate) fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("expected a number, got {text:?}"))
}

/// A whole file.
pub(crate) fn contents(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

/// The lines of a file.
pub(crate) fn lines(path: &str) -> Result<Vec<String>, String> {
    Ok(contents(path)?.lines().map(str::to_owned).collect())
}

/// CPU time of all threads of this process so far.
#[expect(clippy::cast_precision_loss, reason = "a process lives for less than 2^53 nanoseconds")]
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
