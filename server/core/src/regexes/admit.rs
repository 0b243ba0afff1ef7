//! Which expressions are admitted: those that can be parsed, that are small, and that require a literal.

use regex_syntax::ParserBuilder;

use crate::limits::REGEX_NEST_MAX;

use super::compile::{Compiled, compile};
use super::error::{RegexError, RegexReason};
use super::literals::{Required, required};

/// An expression that may be a keyword.
#[derive(Debug, Clone)]
pub struct Admitted {
    pub(super) compiled: Compiled,
    /// Any of them will do; the most telling one comes first, and there is one.
    pub(super) candidates: Vec<Required>,
}

/// Reads an expression. Time is linear in its program, apart from the cost of the Unicode classes that it names.
///
/// # Errors
/// If it cannot be parsed, is nested too deeply, takes too much memory, or requires no literal.
pub fn admit(expression: &str) -> Result<Admitted, RegexError> {
    let mut parser = ParserBuilder::new().case_insensitive(true).nest_limit(REGEX_NEST_MAX).build();
    let hir = parser.parse(expression).map_err(|error| RegexError::from(&error))?;
    let compiled = compile(&hir).map_err(RegexError::whole)?;
    let candidates = required(&hir);
    if candidates.is_empty() {
        return Err(RegexError::whole(RegexReason::NeedsLiteral));
    }
    Ok(Admitted { compiled, candidates })
}

impl Admitted {
    /// The literals of which every text with a match contains at least one, in ascending order. They are folded: each
    /// character stands for all that differ from it in case only. Of several such sets it is the one that tells most by
    /// itself; beside other expressions another one may tell more.
    pub fn literals(&self) -> impl ExactSizeIterator<Item = &str> {
        self.candidates[0].literals.iter().map(|literal| literal.folded.as_str())
    }

    /// Whether the expression matches no text at all, as `[^\s\S]` does. It is no error, but surely a mistake.
    pub fn never_matches(&self) -> bool {
        self.candidates[0].literals.is_empty()
    }
}
