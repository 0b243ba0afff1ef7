//! All expressions of an inventory in one immutable table of flat arrays: no pointers, no allocation for each.

use super::node::{AttributeId, Constant, Node, NodeId, Span, Step, StringId};
use super::strings::Strings;
use crate::index::arena::Arena;

/// A distinct source text of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetingId(pub(crate) u32);

/// See the module's text. Made by [`ExpressionsBuilder`](super::ExpressionsBuilder).
#[derive(Debug, Clone, Default)]
pub struct Expressions {
    /// Operands have smaller numbers than the nodes over them. No two are equal.
    pub(super) nodes: Vec<Node>,
    /// Operands of nodes, and lists of texts.
    pub(super) numbers: Vec<u32>,
    pub(super) ints: Vec<i64>,
    pub(super) doubles: Vec<f64>,
    pub(super) strings: Strings,
    pub(super) attributes: Strings,
    /// In how many distinct sources each attribute is used.
    pub(super) attribute_uses: Vec<u32>,
    /// By [`TargetingId`].
    pub(super) roots: Vec<NodeId>,
    /// By [`TargetingId`].
    pub(super) sources: Arena,
}

impl Expressions {
    /// Distinct source texts; ids are the numbers below it.
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether there is no expression.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// Distinct sub-expressions of all expressions.
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// An expression as it was written.
    pub fn source(&self, id: TargetingId) -> &str {
        self.sources.get_str(id.0 as usize)
    }

    /// All expressions as they were written.
    pub(crate) fn sources(&self) -> &Arena {
        &self.sources
    }

    /// The attributes that expressions use, and in how many distinct sources each is.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, u32)> {
        let uses = (0..).zip(&self.attribute_uses);
        uses.map(|(number, &uses)| (self.attributes.get(number), uses))
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        size_of_val(self.nodes.as_slice())
            + size_of_val(self.numbers.as_slice())
            + size_of_val(self.ints.as_slice())
            + size_of_val(self.doubles.as_slice())
            + size_of_val(self.attribute_uses.as_slice())
            + size_of_val(self.roots.as_slice())
            + self.strings.bytes()
            + self.attributes.bytes()
            + self.sources.bytes()
    }

    /// The node that an expression is.
    #[inline]
    pub(super) fn root(&self, id: TargetingId) -> NodeId {
        self.roots[id.0 as usize]
    }

    /// What a node asks.
    #[inline]
    pub(super) fn step(&self, node: NodeId) -> Step {
        self.nodes[node.0 as usize].step()
    }

    /// Numbers of operands, or of the texts of a list.
    #[inline]
    pub(super) fn numbers(&self, span: Span) -> &[u32] {
        span.of(&self.numbers).expect("spans lie within")
    }

    /// The elements of a list.
    #[inline]
    pub(super) fn ints(&self, span: Span) -> &[i64] {
        span.of(&self.ints).expect("spans lie within")
    }

    /// The elements of a list.
    #[inline]
    pub(super) fn doubles(&self, span: Span) -> &[f64] {
        span.of(&self.doubles).expect("spans lie within")
    }

    /// The operands of an `&&` or `||`.
    pub(super) fn operands(&self, span: Span) -> impl Iterator<Item = NodeId> + Clone {
        self.numbers(span).iter().map(|&node| NodeId(node))
    }

    /// Checks that every number in it points at something, that operands come before what they are operands of, and that
    /// what must be in order is. Time is linear in the table.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.strings.validate("targeting strings")?;
        self.attributes.validate("targeting attributes")?;
        if self.attribute_uses.len() != self.attributes.len() {
            return Err("targeting attributes: not each has its uses".to_owned());
        }
        if self.roots.len() != self.sources.len() {
            return Err("targeting sources: not each has a root".to_owned());
        }
        if self.roots.iter().any(|root| root.0 as usize >= self.nodes.len()) {
            return Err("targeting sources: a root that does not exist".to_owned());
        }
        for (number, node) in (0..).zip(&self.nodes) {
            let wrong = |what: &str| format!("targeting node {number}: {what}");
            let step = node.decoded().ok_or_else(|| wrong("no such kind"))?;
            self.validate_step(NodeId(number), step).map_err(wrong)?;
        }
        Ok(())
    }

    fn validate_step(&self, id: NodeId, step: Step) -> Result<(), &'static str> {
        let attribute = |x: AttributeId| {
            let is_there = (x.0 as usize) < self.attributes.len();
            is_there.then_some(()).ok_or("an attribute that does not exist")
        };
        let string = |x: StringId| {
            let is_there = (x.0 as usize) < self.strings.len();
            is_there.then_some(()).ok_or("a text that does not exist")
        };
        let operand =
            |x: NodeId| (x < id).then_some(()).ok_or("an operand does not come before it");
        match step {
            Step::Constant(_) => Ok(()),
            Step::Attribute(x) | Step::Has(x) | Step::InNothing(x) => attribute(x),
            Step::Not(inner) => operand(inner),
            Step::And(span) | Step::Or(span) => {
                let operands = ascending(span, &self.numbers)?;
                operands.iter().try_for_each(|&x| operand(NodeId(x)))
            }
            Step::Compare(_, x, constant) => {
                attribute(x)?;
                if let Constant::String(text) = constant { string(text) } else { Ok(()) }
            }
            Step::CompareAttributes(_, x, y) | Step::AttributeIn(x, y) => {
                attribute(x).and(attribute(y))
            }
            Step::CompareTruths(_, x, y) => operand(x).and(operand(y)),
            Step::InStrings(x, span) => {
                let list = ascending(span, &self.numbers)?;
                list.iter().try_for_each(|&text| string(StringId(text)))?;
                attribute(x)
            }
            Step::InInts(x, span) => ascending(span, &self.ints).and(attribute(x)),
            Step::InDoubles(x, span) => ascending(span, &self.doubles).and(attribute(x)),
            Step::StringIn(text, xs) => string(text).and(attribute(xs)),
        }
    }
}

/// The elements of a span of at least two, if all are there and ascend.
fn ascending<T: PartialOrd>(span: Span, array: &[T]) -> Result<&[T], &'static str> {
    let elements = span.of(array).ok_or("elements that do not exist")?;
    if elements.len() < 2 || !elements.is_sorted_by(|a, b| a < b) {
        return Err("its elements are not at least two, ascending");
    }
    Ok(elements)
}

#[cfg(test)]
mod tests;
