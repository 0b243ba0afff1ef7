//! Regular expressions: REGEX keywords of Broadside, and `regex-filtered`.

use broadside_core::{
    Attributes, Index, IndexBuilder, Keyword, Listing, MatchType, Scratch, TextLimits,
};
use regex_filtered::{Builder, Regexes};

use crate::ours;
use crate::patterns::options;
use crate::peer::{self, ADDED, Answers, Peer, lines};

struct Ours {
    path: String,
    index: Index,
    scratch: Scratch,
}

struct Filtered {
    path: String,
    regexes: Regexes,
}

/// Serves the expressions of a file.
///
/// # Errors
/// Those of [`peer::serve`].
pub(crate) fn serve(name: &str, patterns: &str, texts: &str) -> Result<(), String> {
    let texts = lines(texts)?;
    let path = patterns.to_owned();
    match name {
        "ours" => peer::serve(&texts, || {
            let index = index(&path, None)?;
            Ok(Ours { path, index, scratch: Scratch::new(TextLimits::default()) })
        }),
        "regex-filtered" => peer::serve(&texts, || {
            let regexes = filtered(&path, None)?;
            Ok(Filtered { path, regexes })
        }),
        _ => Err(format!("there is no matcher of expressions {name:?}")),
    }
}

fn index(path: &str, added: Option<&str>) -> Result<Index, String> {
    let mut builder = IndexBuilder::new();
    for (number, pattern) in lines(path)?.iter().map(String::as_str).chain(added).enumerate() {
        let mut listing = Listing::new(number.to_string());
        listing.keywords.push(Keyword::new(pattern, MatchType::Regex));
        builder.add(&listing).map_err(|errors| format!("{pattern}: {}", errors[0]))?;
    }
    builder.finish().map_err(|_| "nothing is referred to".to_owned())
}

fn filtered(path: &str, added: Option<&str>) -> Result<Regexes, String> {
    let mut builder = Builder::new();
    let options = options();
    for pattern in lines(path)?.iter().map(String::as_str).chain(added) {
        builder = builder.push_opt(pattern, &options).map_err(|e| format!("{pattern}: {e}"))?;
    }
    builder.build().map_err(|error| error.to_string())
}

impl Peer for Ours {
    fn keywords(&self) -> usize {
        usize::try_from(self.index.counts().keywords).expect("they are in memory")
    }

    fn answer(&mut self, texts: &[String], answers: &mut Answers) {
        ours::answer(&self.index, &mut self.scratch, texts, Attributes::default(), answers);
    }

    fn update(&mut self) -> Result<bool, String> {
        self.index = index(&self.path, Some(ADDED))?;
        let mut answers = Answers::default();
        self.answer(&[ADDED.to_owned()], &mut answers);
        Ok(answers.found() == 1)
    }
}

impl Peer for Filtered {
    fn keywords(&self) -> usize {
        self.regexes.regexes().len()
    }

    fn answer(&mut self, texts: &[String], answers: &mut Answers) {
        for text in texts {
            for (number, _) in self.regexes.matching(text) {
                answers.push(u32::try_from(number).expect("patterns are counted in 32 bits"));
            }
            answers.end_text();
        }
    }

    fn update(&mut self) -> Result<bool, String> {
        self.regexes = filtered(&self.path, Some(ADDED))?;
        let mut answers = Answers::default();
        self.answer(&[ADDED.to_owned()], &mut answers);
        Ok(answers.found() == 1)
    }
}
