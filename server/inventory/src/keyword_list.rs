//! Keyword lists: one keyword a line, whose listing has the number of the line as its id.

use std::fmt::Write as _;
use std::io::{self, Read};

use broadside_core::Keyword;

use crate::draft::{Draft, Names};
use crate::fault::{Fault, Path, Place};
use crate::lines::Lines;
use crate::pipeline::Outbox;
use crate::reason::Reason;

const NAMES: Names = Names {
    id: "id",
    keywords: "keyword",
    unique: "the ids of a keyword list are its line numbers, so load one list only, or write JSON Lines or CSV",
};

/// Reads every line. Blank lines are skipped, and counted for the numbers of those after them.
pub(crate) fn read<R: Read>(lines: &mut Lines<R>, outbox: &mut Outbox) -> io::Result<()> {
    let mut draft = Draft::new(NAMES);
    while let Some(line) = lines.next()? {
        match line.text {
            Err(fault) => outbox.submit_fault(fault),
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                draft.begin(line.number);
                read_keyword(text, line.number, &mut draft);
                outbox.submit_line(&mut draft, text);
            }
        }
    }
    Ok(())
}

fn read_keyword(text: &str, line: u64, draft: &mut Draft) {
    write!(draft.listing.id, "{line}").expect("a String takes whatever is written to it");
    let start = text.len() - text.trim_start().len();
    let place = Place { line, column: start as u64 + 1, path: Path::Field(NAMES.keywords) };
    let parsed = Keyword::parse(text);
    if parsed.negative {
        let what = "is a negative, which means nothing on its own; write the listing with its keywords and \
                    negatives in JSON Lines or CSV, or quote a keyword that starts with a hyphen";
        draft.faults.push(Fault::new(place, Reason::NegativeAlone, what, text));
    } else {
        draft.add_keyword(parsed.keyword, false, place);
    }
}
