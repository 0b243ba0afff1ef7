//! The inventory of the benches, keyword by keyword, for those who cannot read it: words instead of notation.
//!
//! In `FOLDER` it writes
//! - `keywords.tsv`: match type, folded words with single spaces, listing's id, the keyword's index there. The number of
//!   a line, from 0, is the keyword's number in every answer;
//! - `inventory.jsonl` and `phrases.jsonl`: the same keywords, and those of them that are PHRASE, for Broadside: each as
//!   a listing of its own whose id is that number;
//! - `texts.txt`: the texts in the same form as the keywords.
//!
//! Sigils, anchors, negatives and expressions are left out and counted: the peers cannot do them.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use broadside_core::{Analyzer, Keyword, MatchType, TextLimits};
use serde_json::Value;

use crate::peer::lines;

struct Writer {
    analyzer: Analyzer,
    keywords: BufWriter<File>,
    inventory: BufWriter<File>,
    phrases: BufWriter<File>,
    written: usize,
    left_out: usize,
}

/// Writes the files above and says how many keywords were left out.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn extract(inventory: &str, queries: &str, folder: &str) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let folder = Path::new(folder);
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new).map_err(text);
    let mut writer = Writer {
        analyzer: Analyzer::new(TextLimits::default()),
        keywords: create("keywords.tsv")?,
        inventory: create("inventory.jsonl")?,
        phrases: create("phrases.jsonl")?,
        written: 0,
        left_out: 0,
    };
    let source = File::open(inventory).map(BufReader::new).map_err(text)?;
    for line in source.lines() {
        let line = line.map_err(text)?;
        let record: Value = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        if let Some(listing) = record.get("listing") {
            writer.listing(listing).map_err(text)?;
        }
    }
    for file in [&mut writer.keywords, &mut writer.inventory, &mut writer.phrases] {
        file.flush().map_err(text)?;
    }
    let mut texts = create("texts.txt")?;
    for query in lines(queries)? {
        let (words, _) = words(&mut writer.analyzer, &query);
        writeln!(texts, "{words}").map_err(text)?;
    }
    texts.flush().map_err(text)?;
    println!("{{\"keywords\": {}, \"left_out\": {}}}", writer.written, writer.left_out);
    Ok(())
}

impl Writer {
    fn listing(&mut self, listing: &Value) -> std::io::Result<()> {
        let id = listing["id"].as_str().unwrap_or_default();
        let keywords = listing["keywords"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (index, notation) in keywords.iter().enumerate() {
            let parsed = Keyword::parse(notation.as_str().unwrap_or_default());
            let keyword = &parsed.keyword;
            let plain = !parsed.negative
                && keyword.match_type != MatchType::Regex
                && !(keyword.anchor_start || keyword.anchor_end);
            let (words, sigils) = words(&mut self.analyzer, &keyword.text);
            if !plain || sigils || words.is_empty() {
                self.left_out += 1;
                continue;
            }
            let (number, bid) = (self.written, &listing["bid_micros"]);
            writeln!(self.keywords, "{}\t{words}\t{id}\t{index}", keyword.match_type)?;
            let record = format!(
                r#"{{"listing": {{"id": "{number}", "keywords": [{notation}], "bid_micros": {bid}}}}}"#
            );
            writeln!(self.inventory, "{record}")?;
            if keyword.match_type == MatchType::Phrase {
                writeln!(self.phrases, "{record}")?;
            }
            self.written += 1;
        }
        Ok(())
    }
}

/// The folded words of a text with single spaces between them, and whether any carries a sigil.
fn words(analyzer: &mut Analyzer, text: &str) -> (String, bool) {
    let mut words = String::new();
    let mut sigils = false;
    for token in analyzer.analyze(text).into_iter().flatten() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(token.word);
        sigils |= token.sigil.is_some();
    }
    (words, sigils)
}
