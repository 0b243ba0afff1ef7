//! Regular expressions behind a filter: which of very many expressions find something in a text.
//!
//! What an expression may be and means says the `regex` crate; Unicode and case-insensitive unless `(?-i)` says
//! otherwise. An expression is admitted only if every text that it matches must contain one of a few literals of at
//! least 3 characters ([`admit()`]). All literals of all expressions are one Aho-Corasick automaton, which reads a text
//! once; only expressions of which it finds a literal are tried, and only from places where a match can begin, so that
//! the literal is where it was found ([`RegexScratch::run`]).
//!
//! What is kept of an expression is a program over characters ([`program`]), a few hundred bytes: `\w` is one
//! instruction and its ranges are kept once for all. So everything is compiled when an inventory is loaded, nothing has
//! to be cached or compiled while texts are matched, and the work for a text depends on the text and the inventory
//! alone.
//!
//! It promises the answers of the `regex` crate, in time that is bounded by the steps that it is given. It may not
//! allocate, fail or panic for what a text holds, once its scratch has grown to the size at hand.

use aho_corasick::automaton::Automaton as _;
use aho_corasick::nfa::contiguous::NFA;

mod admit;
mod build;
mod compile;
mod error;
mod fold;
mod literals;
mod looks;
mod machine;
mod program;
mod search;
mod steps;
mod validate;

pub use admit::{Admitted, admit};
pub use build::RegexesBuilder;
pub use error::{RegexError, RegexReason};
pub use search::RegexScratch;
pub use steps::Spent;

use program::{Beginning, Classes, Instruction, Program};

/// All expressions of an inventory. Immutable; numbered from 0 in the order in which they were first added.
#[derive(Debug, Clone)]
pub struct Regexes {
    sources: String,
    instructions: Vec<Instruction>,
    classes: Classes,
    expressions: Vec<Expression>,
    /// Finds the required literals in a folded text.
    literals: NFA,
    /// Where the postings of each literal end.
    postings_end: Vec<u32>,
    postings: Vec<Posting>,
}

/// What is kept of an expression. Its source and its program begin where those of the one before end.
#[derive(Debug, Clone, Copy)]
struct Expression {
    source_end: u32,
    program_end: u32,
    beginning: Beginning,
}

/// An expression that requires a literal, or one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Posting {
    expression: u32,
    /// Characters of the literal.
    chars: u8,
    /// Characters of a match that come before the literal, at most; [`literals::UNBOUNDED`] if that has no bound.
    before: u8,
}

impl Regexes {
    /// How many expressions there are.
    pub fn len(&self) -> usize {
        self.expressions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.expressions.is_empty()
    }

    /// An expression as it was written.
    ///
    /// # Panics
    /// If there is none of this number.
    pub fn source(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.expressions[before].source_end);
        &self.sources[start as usize..self.expressions[number].source_end as usize]
    }

    /// The expressions that no text can match, ascending: those that require a literal, and there is none that will do.
    pub(crate) fn never_matching(&self) -> Vec<u32> {
        let mut can_match = vec![false; self.len()];
        for posting in &self.postings {
            can_match[posting.expression as usize] = true;
        }
        (0..).zip(can_match).filter(|&(_, can)| !can).map(|(number, _)| number).collect()
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.sources.len()
            + size_of_val(self.instructions.as_slice())
            + self.classes.bytes()
            + size_of_val(self.expressions.as_slice())
            + self.literals.memory_usage()
            + size_of_val(self.postings_end.as_slice())
            + size_of_val(self.postings.as_slice())
    }

    /// The program of an expression.
    fn program(&self, number: u32) -> Program<'_> {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.expressions[before].program_end);
        let Expression { program_end, beginning, .. } = self.expressions[number];
        let instructions = &self.instructions[start as usize..program_end as usize];
        Program { instructions, classes: &self.classes, beginning }
    }

    /// The expressions that require a literal, ascending.
    fn postings_of(&self, literal: usize) -> &[Posting] {
        let start = literal.checked_sub(1).map_or(0, |before| self.postings_end[before]);
        &self.postings[start as usize..self.postings_end[literal] as usize]
    }
}

#[cfg(test)]
mod tests;
