//! Targeting: boolean expressions over the attributes of a query, in a subset of CEL.
//!
//! Section 4 of the matching contract says what they mean. The steps, in order:
//! 1. [`parse()`] reads a source text into a [`tree`] and checks its types, as far as they are known without attributes.
//! 2. [`ExpressionsBuilder`] lowers trees into one table of nodes for the whole inventory, where equal
//!    sub-expressions of all listings are one node.
//! 3. [`Evaluator`] answers for one query's attributes, each node once at most.
//!
//! Beside them, both off the hot path: [`Expressions::is_never_true`] finds what nothing can make true, and
//! [`Expressions::explain`] says which part of an expression is not. `naive::targeting` (feature `naive`) is the same
//! contract written as plainly as possible.
//!
//! Where the contract leaves room: a list sent as an attribute stands right of `in` only, and every other comparison of
//! it is an error; an int is in a list of doubles (and a double in one of ints) if they are numerically equal.

mod build;
mod check;
mod error;
mod evaluate;
mod explain;
mod expressions;
mod lexer;
mod never;
mod node;
mod parse;
mod strings;
pub(crate) mod tree;
mod value;

#[cfg(test)]
mod tests;

pub use build::ExpressionsBuilder;
pub use error::TargetingError;
pub use explain::Unmet;
pub use expressions::{Expressions, TargetingId};
pub use value::{Attribute, AttributeValue, Attributes, OwnedAttributeValue, Truth};

pub(crate) use evaluate::Evaluator;
pub(crate) use parse::parse;
