//! PHRASE alone, by automata over characters: `aho-corasick` and `daachorse`.
//!
//! A phrase and a text get a space at both ends, so that what is found begins and ends with a word: the automaton does
//! what a look at the neighbours of each occurrence would otherwise have to.
//!
//! The texts are analysed before, and the time of that is not counted: what is compared is finding. A name that ends in
//! `+analysis` takes texts as they are, analyses them as Broadside does, and counts it.

use aho_corasick::AhoCorasick;
use broadside_core::{Analyzer, TextLimits};
use daachorse::{CharwiseDoubleArrayAhoCorasick, DoubleArrayAhoCorasick};

use crate::peer::{self, ADDED, Answers, Peer, contents, lines};

enum Automaton {
    AhoCorasick(AhoCorasick),
    Bytewise(DoubleArrayAhoCorasick<u32>),
    Charwise(CharwiseDoubleArrayAhoCorasick<u32>),
}

struct Phrases {
    name: String,
    path: String,
    automaton: Automaton,
    /// The keyword of each pattern.
    numbers: Vec<u32>,
    /// What splits and folds the texts, unless that was done before.
    analyzer: Option<Analyzer>,
    /// The text at hand, with a space at both ends.
    padded: String,
}

/// Serves the PHRASE keywords of `keywords` by the automaton of this name.
///
/// # Errors
/// Those of [`peer::serve`].
pub(crate) fn serve(name: &str, keywords: &str, texts: &str) -> Result<(), String> {
    let texts = lines(texts)?;
    peer::serve(&texts, || Phrases::build(name, keywords, None))
}

/// The patterns one after the other, and where each ends.
fn patterns(path: &str, added: Option<&str>) -> Result<(String, Vec<usize>, Vec<u32>), String> {
    let keywords = contents(path)?;
    let (mut text, mut ends, mut numbers) = (String::new(), Vec::new(), Vec::new());
    let mut push = |words: &str, number| {
        text.extend([" ", words, " "]);
        ends.push(text.len());
        numbers.push(number);
    };
    for (number, line) in (0..).zip(keywords.lines()) {
        if let Some(words) = line.strip_prefix("PHRASE\t").and_then(|rest| rest.split('\t').next())
        {
            push(words, number);
        }
    }
    if let Some(words) = added {
        push(words, u32::MAX);
    }
    Ok((text, ends, numbers))
}

impl Phrases {
    fn build(name: &str, path: &str, added: Option<&str>) -> Result<Phrases, String> {
        let (text, ends, numbers) = patterns(path, added)?;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let patterns = starts.zip(&ends).map(|(start, &end)| &text[start..end]);
        let (kind, analysis) = match name.strip_suffix("+analysis") {
            Some(kind) => (kind, true),
            None => (name, false),
        };
        let automaton = match kind {
            "aho-corasick" => {
                AhoCorasick::new(patterns).map(Automaton::AhoCorasick).map_err(|e| e.to_string())
            }
            "daachorse-bytewise" => {
                DoubleArrayAhoCorasick::with_values(patterns.zip(numbers.iter().copied()))
                    .map(Automaton::Bytewise)
                    .map_err(|e| e.to_string())
            }
            "daachorse-charwise" => {
                CharwiseDoubleArrayAhoCorasick::with_values(patterns.zip(numbers.iter().copied()))
                    .map(Automaton::Charwise)
                    .map_err(|e| e.to_string())
            }
            _ => Err(format!("there is no automaton {name:?}")),
        }?;
        let analyzer = analysis.then(|| Analyzer::new(TextLimits::default()));
        let (name, path, padded) = (name.to_owned(), path.to_owned(), String::new());
        Ok(Phrases { name, path, automaton, numbers, analyzer, padded })
    }

    fn find(&mut self, text: &str, answers: &mut Answers) {
        self.padded.clear();
        match &mut self.analyzer {
            None => self.padded.extend([" ", text, " "]),
            Some(analyzer) => {
                self.padded.push(' ');
                for token in analyzer.analyze(text).into_iter().flatten() {
                    self.padded.extend([token.word, " "]);
                }
            }
        }
        let first = answers.found();
        match &self.automaton {
            Automaton::AhoCorasick(automaton) => {
                for found in automaton.find_overlapping_iter(&self.padded) {
                    answers.push(self.numbers[found.pattern().as_usize()]);
                }
            }
            Automaton::Bytewise(automaton) => {
                for found in automaton.find_overlapping_iter(&self.padded) {
                    answers.push(found.value());
                }
            }
            Automaton::Charwise(automaton) => {
                for found in automaton.find_overlapping_iter(&self.padded) {
                    answers.push(found.value());
                }
            }
        }
        answers.distinct_from(first);
        answers.end_text();
    }
}

impl Peer for Phrases {
    fn keywords(&self) -> usize {
        self.numbers.len()
    }

    fn answer(&mut self, texts: &[String], answers: &mut Answers) {
        for text in texts {
            self.find(text, answers);
        }
    }

    fn update(&mut self) -> Result<bool, String> {
        *self = Phrases::build(&self.name, &self.path, Some(ADDED))?;
        let mut answers = Answers::default();
        self.find(ADDED, &mut answers);
        Ok(answers.found() == 1)
    }
}
