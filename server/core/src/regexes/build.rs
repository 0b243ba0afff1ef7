//! Collects the expressions of an inventory.
//!
//! An expression that requires several literals, as `tormund.*mcgregor` does, is found by one of them. Which one is
//! chosen at the end: what many expressions of an inventory require is frequent in the texts that it is made for, so
//! the rare one is taken.

use std::collections::HashMap;

use aho_corasick::MatchKind;
use aho_corasick::nfa::contiguous;

use crate::index::interner::Interner;
use crate::limits::REGEXES_BYTES_MAX;

use super::admit::{Admitted, admit};
use super::error::{RegexError, RegexReason};
use super::literals::{Required, cost, cost_of_chars};
use super::program::{Classes, Instruction, Ranges};
use super::{Expression, Posting, Regexes};

/// Bytes of memory that are counted for each byte of a literal: what the automaton takes, rounded up.
const BYTES_PER_LITERAL_BYTE: usize = 24;

/// What it adds to a literal's [`cost`] that one more expression requires it: as much as if it had six characters only.
const SHARED_COST: u64 = cost_of_chars(6);

/// Takes expressions, then makes [`Regexes`] of them.
#[derive(Debug, Default)]
pub struct RegexesBuilder {
    sources: Interner,
    expressions: Vec<Expression>,
    instructions: Vec<Instruction>,
    classes: Classes,
    classes_known: HashMap<Ranges, u32>,
    literals: Interner,
    candidates: Vec<Candidate>,
    /// The postings of all candidates, each with its literal.
    postings: Vec<(u32, Posting)>,
    bytes: usize,
}

/// Literals of which every text with a match of an expression contains one.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    expression: u32,
    first_posting: u32,
    postings_end: u32,
}

impl RegexesBuilder {
    /// The number of an expression; it gets the next one if it is new.
    ///
    /// # Errors
    /// If it is not admitted ([`admit()`]), or if the inventory's expressions would take too many bytes with it.
    /// Nothing changes then.
    pub fn add(&mut self, expression: &str) -> Result<u32, RegexError> {
        if let Some(number) = self.sources.find(expression.as_bytes()) {
            return Ok(number);
        }
        let admitted = admit(expression)?;
        let bytes = self.bytes + self.cost(expression, &admitted);
        if bytes > REGEXES_BYTES_MAX {
            return Err(RegexError::whole(RegexReason::Budget));
        }
        self.bytes = bytes;
        Ok(self.keep(expression, &admitted))
    }

    /// How many expressions have a number.
    pub fn len(&self) -> usize {
        self.expressions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.expressions.is_empty()
    }

    /// Bytes that an expression adds.
    fn cost(&self, expression: &str, admitted: &Admitted) -> usize {
        let Admitted { compiled, candidates } = admitted;
        let classes = compiled.classes.iter();
        let classes = classes.filter(|&class| !self.classes_known.contains_key(class));
        let literals = candidates.iter().flat_map(|candidate| &candidate.literals);
        let literals =
            literals.map(|literal| match self.literals.find(literal.folded.as_bytes()) {
                Some(_) => 0,
                None => literal.folded.len() * BYTES_PER_LITERAL_BYTE,
            });
        size_of::<Expression>()
            + expression.len()
            + size_of_val(compiled.instructions.as_slice())
            + classes.map(|class| size_of_val(&**class)).sum::<usize>()
            + literals.map(|bytes| bytes + size_of::<Posting>()).sum::<usize>()
    }

    fn keep(&mut self, expression: &str, admitted: &Admitted) -> u32 {
        let Admitted { compiled, candidates } = admitted;
        let number = self.sources.intern(expression.as_bytes());
        let classes: Vec<_> = compiled.classes.iter().map(|class| self.class(class)).collect();
        self.instructions.extend(compiled.instructions.iter().map(
            |&instruction| match instruction {
                Instruction::Class(class) => Instruction::Class(classes[class as usize]),
                other => other,
            },
        ));
        let source_end = self.expressions.last().map_or(0, |before| before.source_end);
        self.expressions.push(Expression {
            source_end: source_end + place(expression.len()),
            program_end: place(self.instructions.len()),
            beginning: compiled.beginning(),
        });
        for candidate in candidates {
            self.candidate(number, candidate);
        }
        number
    }

    fn candidate(&mut self, expression: u32, required: &Required) {
        let first_posting = place(self.postings.len());
        for literal in &required.literals {
            let chars = u8::try_from(literal.folded.chars().count());
            let chars = chars.expect("literals have at most REGEX_LITERAL_CHARS_MAX characters");
            let posting = Posting { expression, chars, before: literal.before };
            self.postings.push((self.literals.intern(literal.folded.as_bytes()), posting));
        }
        let postings_end = place(self.postings.len());
        self.candidates.push(Candidate { expression, first_posting, postings_end });
    }

    /// The number of a class.
    fn class(&mut self, class: &Ranges) -> u32 {
        if let Some(&number) = self.classes_known.get(class) {
            return number;
        }
        let number = place(self.classes.len());
        self.classes.push(class);
        self.classes_known.insert(class.clone(), number);
        number
    }

    /// The postings of the candidate of each expression whose literals are the rarest, sorted by literal and
    /// expression.
    fn choose(&self) -> Vec<(u32, Posting)> {
        let literals = (0..place(self.literals.len())).map(|literal| self.literals.get(literal));
        let text = |literal| std::str::from_utf8(literal).expect("it was added as text");
        let mut costs: Vec<_> = literals.map(|literal| cost(text(literal))).collect();
        for &(literal, _) in &self.postings {
            costs[literal as usize] += SHARED_COST;
        }
        let postings_of = |candidate: &Candidate| {
            &self.postings[candidate.first_posting as usize..candidate.postings_end as usize]
        };
        let cost_of = |candidate: &&Candidate| -> u64 {
            postings_of(candidate).iter().map(|&(literal, _)| costs[literal as usize]).sum()
        };
        let mut chosen = Vec::new();
        for candidates in self.candidates.chunk_by(|a, b| a.expression == b.expression) {
            let rarest = candidates.iter().min_by_key(cost_of);
            chosen.extend_from_slice(rarest.map_or(&[], postings_of));
        }
        chosen.sort_unstable();
        chosen
    }

    /// Lays them out. The same expressions in the same order give the same result.
    pub fn finish(mut self) -> Regexes {
        let numbers = 0..place(self.expressions.len());
        let source = |number| std::str::from_utf8(self.sources.get(number));
        let sources = numbers.map(|number| source(number).expect("it was added as text")).collect();
        let postings = self.choose();
        let of_literals: Vec<_> = postings.chunk_by(|a, b| a.0 == b.0).collect();
        let literals = contiguous::Builder::new()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(of_literals.iter().map(|postings| self.literals.get(postings[0].0)))
            .expect("the bytes of all literals are bounded");
        let ends = of_literals.iter().scan(0, |end, postings| {
            *end += postings.len();
            Some(place(*end))
        });
        let postings_end = ends.collect();
        let postings = postings.into_iter().map(|(_, posting)| posting).collect();
        self.instructions.shrink_to_fit();
        self.expressions.shrink_to_fit();
        Regexes {
            sources,
            instructions: self.instructions,
            classes: self.classes,
            expressions: self.expressions,
            literals,
            postings_end,
            postings,
        }
    }
}

fn place(number: usize) -> u32 {
    u32::try_from(number).expect("REGEXES_BYTES_MAX bounds all that is counted")
}

#[cfg(test)]
mod tests;
