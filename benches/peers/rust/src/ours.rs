//! Broadside in process: the same harness, with the texts as they are and not analysed before.

use broadside_core::{Attributes, Index, Query, Scratch, TextLimits, Time, limits, match_batch};
use broadside_inventory::{ReadOptions, Source, read};

use crate::peer::{self, ADDED, Answers, Peer, lines};

struct Ours {
    inventory: String,
    index: Index,
    scratch: Scratch,
}

/// Serves an inventory whose listings' ids are numbers.
///
/// # Errors
/// Those of [`peer::serve`].
pub(crate) fn serve(inventory: &str, queries: &str) -> Result<(), String> {
    let texts = lines(queries)?;
    peer::serve(&texts, || {
        Ok(Ours {
            inventory: inventory.to_owned(),
            index: load(&[inventory])?,
            scratch: Scratch::new(TextLimits::default()),
        })
    })
}

fn load(inventories: &[&str]) -> Result<Index, String> {
    let sources: Result<Vec<_>, _> = inventories.iter().map(|path| Source::parse(path)).collect();
    let sources = sources.map_err(|error| error.to_string())?;
    let loaded = read(&sources, &ReadOptions::default()).map_err(|error| error.to_string())?;
    Ok(loaded.index)
}

/// What an index finds in texts: all that matches, up to the most that it may return.
pub(crate) fn answer(
    index: &Index,
    scratch: &mut Scratch,
    texts: &[String],
    attributes: Attributes<'_>,
    answers: &mut Answers,
) {
    let at = Time { seconds: 1_800_000_000, nanos: 0 };
    let query = |text| Query { text, limit: limits::MATCHES_MAX, max_per_group: 0, at, attributes };
    let queries: Vec<_> = texts.iter().map(|text| query(text.as_str())).collect();
    match_batch(index, &queries, scratch);
    for answer in scratch.answers() {
        for hit in answer.hits {
            let id = index.listing_id(hit.listing);
            answers.push(id.parse().expect("the harness wrote numbers as ids"));
        }
        answers.end_text();
    }
}

impl Peer for Ours {
    fn keywords(&self) -> usize {
        usize::try_from(self.index.counts().keywords).expect("they are in memory")
    }

    fn answer(&mut self, texts: &[String], answers: &mut Answers) {
        answer(&self.index, &mut self.scratch, texts, Attributes::default(), answers);
    }

    fn update(&mut self) -> Result<bool, String> {
        let added = format!("{}.added.jsonl", self.inventory);
        let record = format!(
            r#"{{"listing": {{"id": "{}", "keywords": ["\"{ADDED}\""], "bid_micros": 1}}}}"#,
            u32::MAX
        );
        std::fs::write(&added, record).map_err(|error| error.to_string())?;
        self.index = load(&[&self.inventory, &added])?;
        let mut answers = Answers::default();
        self.answer(&[ADDED.to_owned()], &mut answers);
        Ok(answers.found() == 1)
    }
}
