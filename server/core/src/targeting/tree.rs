//! An expression as it was written: what the parser makes, and all that the oracle and the table of nodes share.

use std::cmp::Ordering;
use std::ops::Range;

/// A part of an expression, with the parts that it is made of. At most
/// [`TARGETING_DEPTH_MAX`](crate::limits::TARGETING_DEPTH_MAX) pairs of parentheses and `!` deep.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree<'s> {
    /// Its bytes in the source, without parentheses around it.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) kind: Kind<'s>,
}

/// The kinds of parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'s> {
    Literal(Literal),
    /// Only right of `in`; its elements are of one type.
    List(Vec<Literal>),
    Attribute(&'s str),
    /// `has(name)`.
    Has(&'s str),
    Not(Box<Tree<'s>>),
    /// At least two.
    And(Vec<Tree<'s>>),
    /// At least two.
    Or(Vec<Tree<'s>>),
    Compare(Comparison, Box<[Tree<'s>; 2]>),
    /// Left: a literal or an attribute. Right: a list or an attribute.
    In(Box<[Tree<'s>; 2]>),
}

/// A value that is written out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    String(String),
    Int(i64),
    /// Finite.
    Double(f64),
    Bool(bool),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it holds for two values that compare so; `None` is a comparison with a number that is none (NaN).
    #[inline]
    pub(crate) fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            Comparison::Equal => ordering == Some(Ordering::Equal),
            Comparison::NotEqual => ordering != Some(Ordering::Equal),
            Comparison::Less => ordering == Some(Ordering::Less),
            Comparison::LessOrEqual => ordering.is_some_and(Ordering::is_le),
            Comparison::Greater => ordering == Some(Ordering::Greater),
            Comparison::GreaterOrEqual => ordering.is_some_and(Ordering::is_ge),
        }
    }

    /// The same comparison with its sides exchanged.
    pub(crate) fn flipped(self) -> Comparison {
        match self {
            Comparison::Equal | Comparison::NotEqual => self,
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        }
    }

    /// What holds of two comparable values when this does not.
    pub(crate) fn negated(self) -> Comparison {
        match self {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
        }
    }

    /// The operator.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

impl Literal {
    /// Its type, with an article.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Literal::String(_) => "a string",
            Literal::Int(_) => "an int",
            Literal::Double(_) => "a double",
            Literal::Bool(_) => "a bool",
        }
    }
}
