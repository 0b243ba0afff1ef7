//! Lowers trees into the one table of an inventory, where equal sub-expressions are one node.
//!
//! The forms are made canonical on the way, none of which changes what an expression is for any attributes, error or
//! not: `&&` and `||` are flattened, their operands sorted and each taken once; constants are folded; comparisons have
//! the attribute on the left; lists are sorted; a list of one element is an equality.

use std::hash::{BuildHasher as _, Hash, RandomState};

use hashbrown::HashTable;

use super::error::TargetingError;
use super::expressions::{Expressions, TargetingId};
use super::node::{AttributeId, Constant, Node, NodeId, Span, Step, StringId};
use super::parse;
use super::strings::{Strings, arena};
use super::tree::{Comparison, Kind, Literal, Tree};
use super::value::compare_int_double;
use crate::index::interner::Interner;
use crate::limits::{TARGETING_BYTES_MAX, TARGETING_TABLE_MAX};

/// Takes expressions one by one and makes an [`Expressions`] of them.
#[derive(Debug)]
pub struct ExpressionsBuilder {
    nodes: Distinct<Node>,
    numbers: DistinctLists<u32>,
    ints: DistinctLists<i64>,
    /// As bits, so that they can be hashed.
    doubles: DistinctLists<u64>,
    strings: Interner,
    attributes: Interner,
    attribute_uses: Vec<u32>,
    /// The attributes of the expression at hand.
    used: Vec<AttributeId>,
    roots: Vec<NodeId>,
    sources: Interner,
    /// What none of the arrays may exceed.
    table_max: usize,
}

/// Values, each once, numbered in the order in which they are first seen.
#[derive(Debug)]
struct Distinct<T> {
    values: Vec<T>,
    table: HashTable<u32>,
    hasher: RandomState,
}

/// Lists in one array, each once.
#[derive(Debug)]
struct DistinctLists<T> {
    elements: Vec<T>,
    table: HashTable<Span>,
    hasher: RandomState,
}

impl ExpressionsBuilder {
    /// A builder without expressions.
    pub fn new() -> ExpressionsBuilder {
        ExpressionsBuilder {
            nodes: Distinct::new(),
            numbers: DistinctLists::new(),
            ints: DistinctLists::new(),
            doubles: DistinctLists::new(),
            strings: Interner::default(),
            attributes: Interner::default(),
            attribute_uses: Vec::new(),
            used: Vec::new(),
            roots: Vec::new(),
            sources: Interner::default(),
            table_max: TARGETING_TABLE_MAX,
        }
    }

    /// Adds an expression. The same source has the same id; a blank one, which is always true, has none.
    ///
    /// # Errors
    /// What is wrong with the source. Nothing was added then.
    pub fn add(&mut self, source: &str) -> Result<Option<TargetingId>, TargetingError> {
        if let Some(known) = self.sources.find(source.as_bytes()) {
            return Ok(Some(TargetingId(known)));
        }
        let Some(tree) = parse(source)? else {
            return Ok(None);
        };
        self.has_room(source)?;
        self.used.clear();
        let root = self.lower(&tree);
        self.used.sort_unstable();
        self.used.dedup();
        for attribute in &self.used {
            self.attribute_uses[attribute.0 as usize] += 1;
        }
        self.roots.push(root);
        Ok(Some(TargetingId(self.sources.intern(source.as_bytes()))))
    }

    /// Whether one more expression fits, whatever it is: no array grows by more elements than a source has bytes.
    fn has_room(&self, source: &str) -> Result<(), TargetingError> {
        let longest = [
            self.nodes.values.len(),
            self.numbers.elements.len(),
            self.ints.elements.len(),
            self.doubles.elements.len(),
            self.strings.len(),
            self.attributes.len(),
            self.sources.len(),
        ];
        let longest = longest.into_iter().max().unwrap_or(0);
        if longest + TARGETING_BYTES_MAX <= self.table_max {
            return Ok(());
        }
        let message = format!(
            "expected at most {} distinct parts of all targeting expressions; split the inventory, or use the same expressions",
            self.table_max
        );
        Err(TargetingError::new(source, 0, message))
    }

    /// The immutable table.
    pub fn finish(self) -> Expressions {
        let mut expressions = Expressions {
            nodes: self.nodes.values,
            numbers: self.numbers.elements,
            ints: self.ints.elements,
            doubles: self.doubles.elements.into_iter().map(f64::from_bits).collect(),
            strings: Strings::build(&self.strings),
            attributes: Strings::build(&self.attributes),
            attribute_uses: self.attribute_uses,
            roots: self.roots,
            sources: arena(&self.sources),
        };
        expressions.nodes.shrink_to_fit();
        expressions.numbers.shrink_to_fit();
        expressions.ints.shrink_to_fit();
        expressions.attribute_uses.shrink_to_fit();
        expressions.roots.shrink_to_fit();
        expressions
    }

    /// The node of a tree that is true or false.
    pub(super) fn lower(&mut self, tree: &Tree<'_>) -> NodeId {
        match &tree.kind {
            Kind::Literal(Literal::Bool(truth)) => self.node(Step::Constant(*truth)),
            Kind::Attribute(name) => {
                let attribute = self.attribute(name);
                self.node(Step::Attribute(attribute))
            }
            Kind::Has(name) => {
                let attribute = self.attribute(name);
                self.node(Step::Has(attribute))
            }
            Kind::Not(inner) => {
                let inner = self.lower(inner);
                self.not(inner)
            }
            Kind::And(operands) => self.join(operands, true),
            Kind::Or(operands) => self.join(operands, false),
            Kind::Compare(Comparison::NotEqual, sides) => {
                let equal = self.compare(Comparison::Equal, sides);
                self.not(equal)
            }
            Kind::Compare(comparison, sides) => self.compare(*comparison, sides),
            Kind::In(sides) => self.membership(sides),
            Kind::Literal(_) | Kind::List(_) => unreachable!("types were checked"),
        }
    }

    fn node(&mut self, step: Step) -> NodeId {
        NodeId(self.nodes.number(Node::new(step)))
    }

    fn step(&self, node: NodeId) -> Step {
        self.nodes.values[node.0 as usize].step()
    }

    fn attribute(&mut self, name: &str) -> AttributeId {
        let attribute = AttributeId(self.attributes.intern(name.as_bytes()));
        self.attribute_uses.resize(self.attributes.len(), 0);
        self.used.push(attribute);
        attribute
    }

    fn string(&mut self, text: &str) -> StringId {
        StringId(self.strings.intern(text.as_bytes()))
    }

    fn not(&mut self, inner: NodeId) -> NodeId {
        match self.step(inner) {
            Step::Constant(truth) => self.node(Step::Constant(!truth)),
            Step::Not(innermost) => innermost,
            _ => self.node(Step::Not(inner)),
        }
    }

    /// `&&`, or else `||`.
    fn join(&mut self, operands: &[Tree<'_>], is_and: bool) -> NodeId {
        let nodes: Vec<_> = operands.iter().map(|operand| self.lower(operand)).collect();
        self.join_nodes(&nodes, is_and)
    }

    fn join_nodes(&mut self, operands: &[NodeId], is_and: bool) -> NodeId {
        let mut flat: Vec<u32> = Vec::with_capacity(operands.len());
        for &operand in operands {
            match self.step(operand) {
                // `x && true` is x and `x && false` is false, whatever x is, an error too. So for `||` the other way.
                Step::Constant(truth) if truth == is_and => {}
                Step::Constant(_) => return operand,
                Step::And(inner) if is_and => flat.extend_from_slice(self.numbers.get(inner)),
                Step::Or(inner) if !is_and => flat.extend_from_slice(self.numbers.get(inner)),
                _ => flat.push(operand.0),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match *flat {
            [] => self.node(Step::Constant(is_and)),
            [only] => NodeId(only),
            _ => {
                let span = self.numbers.span(&flat);
                self.node(if is_and { Step::And(span) } else { Step::Or(span) })
            }
        }
    }

    /// Any comparison but an inequality.
    fn compare(&mut self, how: Comparison, [left, right]: &[Tree<'_>; 2]) -> NodeId {
        match (&left.kind, &right.kind) {
            (Kind::Literal(left), Kind::Literal(right)) => {
                let ordering = compare_literals(left, right);
                self.node(Step::Constant(how.holds(ordering)))
            }
            (Kind::Attribute(x), Kind::Attribute(y)) => {
                let (x, y) = (self.attribute(x), self.attribute(y));
                // Of the two ways to write it, the one where the smaller number stands left.
                let (how, x, y) = if x <= y { (how, x, y) } else { (how.flipped(), y, x) };
                self.node(Step::CompareAttributes(how, x, y))
            }
            (Kind::Attribute(x), Kind::Literal(literal)) => self.compare_literal(how, x, literal),
            (Kind::Literal(literal), Kind::Attribute(x)) => {
                self.compare_literal(how.flipped(), x, literal)
            }
            _ => {
                let (left, right) = (self.lower(left), self.lower(right));
                match (self.step(left), self.step(right)) {
                    (_, Step::Constant(truth)) => self.compare_truth(how, left, truth),
                    (Step::Constant(truth), _) => self.compare_truth(how.flipped(), right, truth),
                    _ => self.node(Step::CompareTruths(how, left, right)),
                }
            }
        }
    }

    fn compare_literal(&mut self, how: Comparison, name: &str, literal: &Literal) -> NodeId {
        let x = self.attribute(name);
        let constant = match literal {
            Literal::Bool(truth) => {
                let x = self.node(Step::Attribute(x));
                return self.compare_truth(how, x, *truth);
            }
            Literal::String(text) => Constant::String(self.string(text)),
            Literal::Int(number) => Constant::Int(*number),
            Literal::Double(number) => Constant::Double(*number),
        };
        self.node(Step::Compare(how, x, constant))
    }

    /// Compares a node's truth with a constant.
    fn compare_truth(&mut self, how: Comparison, x: NodeId, truth: bool) -> NodeId {
        let if_false = how.holds(Some(false.cmp(&truth)));
        let if_true = how.holds(Some(true.cmp(&truth)));
        self.choose(x, if_false, if_true)
    }

    /// What is `if_false` where a node is false, `if_true` where it is true, and an error where it is one.
    fn choose(&mut self, x: NodeId, if_false: bool, if_true: bool) -> NodeId {
        if !if_false && if_true {
            return x;
        }
        let not = self.not(x);
        if if_false && !if_true {
            return not;
        }
        // Not a constant, which would hide an error.
        self.join_nodes(&[x, not], !if_true)
    }

    fn membership(&mut self, [left, right]: &[Tree<'_>; 2]) -> NodeId {
        match (&left.kind, &right.kind) {
            (Kind::Literal(sought), Kind::List(list)) => {
                let is_equal =
                    |element| compare_literals(sought, element).is_some_and(|o| o.is_eq());
                let is_in = list.iter().any(is_equal);
                self.node(Step::Constant(is_in))
            }
            (Kind::Attribute(x), Kind::List(list)) => self.in_list(x, list),
            (Kind::Literal(Literal::String(text)), Kind::Attribute(xs)) => {
                let (text, xs) = (self.string(text), self.attribute(xs));
                self.node(Step::StringIn(text, xs))
            }
            (Kind::Attribute(x), Kind::Attribute(xs)) => {
                let (x, xs) = (self.attribute(x), self.attribute(xs));
                self.node(Step::AttributeIn(x, xs))
            }
            _ => unreachable!("types were checked"),
        }
    }

    /// An attribute in a list of literals, which are of one type.
    fn in_list(&mut self, name: &str, list: &[Literal]) -> NodeId {
        let x = self.attribute(name);
        match list {
            [] => self.node(Step::InNothing(x)),
            [only] => self.compare_literal(Comparison::Equal, name, only),
            [Literal::Bool(_), ..] => {
                let x = self.node(Step::Attribute(x));
                let has = |truth| list.contains(&Literal::Bool(truth));
                self.choose(x, has(false), has(true))
            }
            [Literal::String(_), ..] => {
                let texts = list.iter().filter_map(|element| match element {
                    Literal::String(text) => Some(self.strings.intern(text.as_bytes())),
                    _ => None,
                });
                let mut texts: Vec<u32> = texts.collect();
                texts.sort_unstable();
                texts.dedup();
                if let [only] = *texts {
                    let only = Constant::String(StringId(only));
                    return self.node(Step::Compare(Comparison::Equal, x, only));
                }
                let span = self.numbers.span(&texts);
                self.node(Step::InStrings(x, span))
            }
            [Literal::Int(_), ..] => {
                let numbers = list.iter().filter_map(|element| match element {
                    Literal::Int(number) => Some(*number),
                    _ => None,
                });
                let mut numbers: Vec<i64> = numbers.collect();
                numbers.sort_unstable();
                numbers.dedup();
                if let [only] = *numbers {
                    return self.node(Step::Compare(Comparison::Equal, x, Constant::Int(only)));
                }
                let span = self.ints.span(&numbers);
                self.node(Step::InInts(x, span))
            }
            [Literal::Double(_), ..] => {
                let numbers = list.iter().filter_map(|element| match element {
                    // Of the two zeros, the one without a sign: the other is equal to it.
                    Literal::Double(number) => Some(number + 0.0),
                    _ => None,
                });
                let mut numbers: Vec<f64> = numbers.collect();
                numbers.sort_unstable_by(f64::total_cmp);
                numbers.dedup();
                if let [only] = *numbers {
                    return self.node(Step::Compare(Comparison::Equal, x, Constant::Double(only)));
                }
                let bits: Vec<u64> = numbers.into_iter().map(f64::to_bits).collect();
                let span = self.doubles.span(&bits);
                self.node(Step::InDoubles(x, span))
            }
        }
    }
}

impl Default for ExpressionsBuilder {
    fn default() -> Self {
        ExpressionsBuilder::new()
    }
}

impl<T: Copy + Eq + Hash> Distinct<T> {
    fn new() -> Distinct<T> {
        Distinct { values: Vec::new(), table: HashTable::new(), hasher: RandomState::new() }
    }

    /// The number of a value; it gets the next one if it is new.
    fn number(&mut self, value: T) -> u32 {
        let Distinct { values, table, hasher } = self;
        let hash = hasher.hash_one(value);
        if let Some(&number) = table.find(hash, |&number| values[number as usize] == value) {
            return number;
        }
        let number = u32::try_from(values.len()).expect("the builder bounds nodes");
        table.insert_unique(hash, number, |&number| hasher.hash_one(values[number as usize]));
        values.push(value);
        number
    }
}

impl<T: Copy + Eq + Hash> DistinctLists<T> {
    fn new() -> DistinctLists<T> {
        DistinctLists { elements: Vec::new(), table: HashTable::new(), hasher: RandomState::new() }
    }

    fn get(&self, span: Span) -> &[T] {
        span.of(&self.elements).expect("spans lie within")
    }

    /// Where a list lies; it is added if it is new.
    fn span(&mut self, list: &[T]) -> Span {
        let DistinctLists { elements, table, hasher } = self;
        let hash = hasher.hash_one(list);
        let of = |span: &Span, elements: &[T]| hasher.hash_one(span.of(elements).expect("known"));
        if let Some(&span) = table.find(hash, |span| span.of(elements) == Some(list)) {
            return span;
        }
        let place = |count: usize| u32::try_from(count).expect("the builder bounds lists");
        let span = Span { first: place(elements.len()), count: place(list.len()) };
        table.insert_unique(hash, span, |span| of(span, elements));
        elements.extend_from_slice(list);
        span
    }
}

/// Compares two literals of one type, or two numbers.
fn compare_literals(left: &Literal, right: &Literal) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Literal::String(a), Literal::String(b)) => Some(a.cmp(b)),
        (Literal::Int(a), Literal::Int(b)) => Some(a.cmp(b)),
        (Literal::Double(a), Literal::Double(b)) => a.partial_cmp(b),
        (Literal::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Literal::Int(a), Literal::Double(b)) => compare_int_double(*a, *b),
        (Literal::Double(a), Literal::Int(b)) => {
            compare_int_double(*b, *a).map(std::cmp::Ordering::reverse)
        }
        _ => unreachable!("types were checked"),
    }
}

#[cfg(test)]
mod tests;
