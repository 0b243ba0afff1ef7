//! Nodes of the table of expressions: what one asks, and how it is packed into sixteen bytes.

use super::tree::Comparison;

/// A node of a table. A node's operands have smaller numbers than it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) u32);

/// An attribute by the number of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AttributeId(pub(super) u32);

/// A constant text by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct StringId(pub(super) u32);

impl StringId {
    /// A text that no expression holds.
    pub(super) const NONE: StringId = StringId(u32::MAX);
}

/// Elements of one of the table's arrays: the first, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Span {
    pub(super) first: u32,
    pub(super) count: u32,
}

/// A constant that an attribute is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Constant {
    String(StringId),
    Int(i64),
    Double(f64),
}

/// What a node asks.
///
/// `!=` is the [`Step::Not`] of an equality, and comparisons with `true` and `false` are made of [`Step::Attribute`], so
/// that there is one form of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// Nothing.
    Constant(bool),
    /// Whether an attribute is true.
    Attribute(AttributeId),
    /// Whether an attribute was sent.
    Has(AttributeId),
    Not(NodeId),
    /// Operands, ascending, at least two.
    And(Span),
    /// Operands, ascending, at least two.
    Or(Span),
    /// The attribute stands left.
    Compare(Comparison, AttributeId, Constant),
    CompareAttributes(Comparison, AttributeId, AttributeId),
    /// Compares the truths of two nodes.
    CompareTruths(Comparison, NodeId, NodeId),
    /// `x in []`: false, if x is no list.
    InNothing(AttributeId),
    /// Numbers of texts, ascending.
    InStrings(AttributeId, Span),
    /// Ascending.
    InInts(AttributeId, Span),
    /// Ascending.
    InDoubles(AttributeId, Span),
    /// A constant text in an attribute that is a list.
    StringIn(StringId, AttributeId),
    AttributeIn(AttributeId, AttributeId),
}

/// A [`Step`], packed: in `kind` a code, and above it the comparison; `left` and `right` as the code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) kind: u32,
    pub(super) left: u32,
    pub(super) right: u64,
}

const _: () = assert!(size_of::<Node>() == 16, "four nodes to a cache line");

const COMPARISON_SHIFT: u32 = 8;
const CODE_MASK: u32 = (1 << COMPARISON_SHIFT) - 1;

const CONSTANT: u32 = 0;
const ATTRIBUTE: u32 = 1;
const HAS: u32 = 2;
const NOT: u32 = 3;
const AND: u32 = 4;
const OR: u32 = 5;
const COMPARE_STRING: u32 = 6;
const COMPARE_INT: u32 = 7;
const COMPARE_DOUBLE: u32 = 8;
const COMPARE_ATTRIBUTES: u32 = 9;
const COMPARE_TRUTHS: u32 = 10;
const IN_NOTHING: u32 = 11;
const IN_STRINGS: u32 = 12;
const IN_INTS: u32 = 13;
const IN_DOUBLES: u32 = 14;
const STRING_IN: u32 = 15;
const ATTRIBUTE_IN: u32 = 16;

/// By their codes. `!=` has none: no node holds it.
const COMPARISONS: [Comparison; 5] = [
    Comparison::Equal,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

impl Node {
    /// Packs a step.
    pub(super) fn new(step: Step) -> Node {
        let node = |kind, left, right| Node { kind, left, right };
        let compare = |code, comparison, left, right| Node {
            kind: code | code_of(comparison) << COMPARISON_SHIFT,
            left,
            right,
        };
        match step {
            Step::Constant(truth) => node(CONSTANT, u32::from(truth), 0),
            Step::Attribute(x) => node(ATTRIBUTE, x.0, 0),
            Step::Has(x) => node(HAS, x.0, 0),
            Step::Not(inner) => node(NOT, inner.0, 0),
            Step::And(operands) => node(AND, 0, operands.packed()),
            Step::Or(operands) => node(OR, 0, operands.packed()),
            Step::Compare(how, x, Constant::String(y)) => {
                compare(COMPARE_STRING, how, x.0, y.0.into())
            }
            Step::Compare(how, x, Constant::Int(y)) => {
                compare(COMPARE_INT, how, x.0, y.cast_unsigned())
            }
            Step::Compare(how, x, Constant::Double(y)) => {
                compare(COMPARE_DOUBLE, how, x.0, y.to_bits())
            }
            Step::CompareAttributes(how, x, y) => compare(COMPARE_ATTRIBUTES, how, x.0, y.0.into()),
            Step::CompareTruths(how, x, y) => compare(COMPARE_TRUTHS, how, x.0, y.0.into()),
            Step::InNothing(x) => node(IN_NOTHING, x.0, 0),
            Step::InStrings(x, list) => node(IN_STRINGS, x.0, list.packed()),
            Step::InInts(x, list) => node(IN_INTS, x.0, list.packed()),
            Step::InDoubles(x, list) => node(IN_DOUBLES, x.0, list.packed()),
            Step::StringIn(text, xs) => node(STRING_IN, text.0, xs.0.into()),
            Step::AttributeIn(x, xs) => node(ATTRIBUTE_IN, x.0, xs.0.into()),
        }
    }

    /// What it asks.
    #[inline]
    pub(super) fn step(self) -> Step {
        self.decoded().expect("nodes are made by packing, or were validated")
    }

    /// What it asks, if it is a node at all.
    #[inline]
    pub(super) fn decoded(self) -> Option<Step> {
        let Node { left, right, .. } = self;
        let attribute = AttributeId(left);
        #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
        let other = right as u32;
        let span = Span::unpacked(right);
        let how = COMPARISONS.get((self.kind >> COMPARISON_SHIFT) as usize).copied();
        Some(match self.kind & CODE_MASK {
            CONSTANT => Step::Constant(left != 0),
            ATTRIBUTE => Step::Attribute(attribute),
            HAS => Step::Has(attribute),
            NOT => Step::Not(NodeId(left)),
            AND => Step::And(span),
            OR => Step::Or(span),
            COMPARE_STRING => Step::Compare(how?, attribute, Constant::String(StringId(other))),
            COMPARE_INT => Step::Compare(how?, attribute, Constant::Int(right.cast_signed())),
            COMPARE_DOUBLE => {
                Step::Compare(how?, attribute, Constant::Double(f64::from_bits(right)))
            }
            COMPARE_ATTRIBUTES => Step::CompareAttributes(how?, attribute, AttributeId(other)),
            COMPARE_TRUTHS => Step::CompareTruths(how?, NodeId(left), NodeId(other)),
            IN_NOTHING => Step::InNothing(attribute),
            IN_STRINGS => Step::InStrings(attribute, span),
            IN_INTS => Step::InInts(attribute, span),
            IN_DOUBLES => Step::InDoubles(attribute, span),
            STRING_IN => Step::StringIn(StringId(left), AttributeId(other)),
            ATTRIBUTE_IN => Step::AttributeIn(attribute, AttributeId(other)),
            _ => return None,
        })
    }
}

impl Span {
    fn packed(self) -> u64 {
        u64::from(self.first) | u64::from(self.count) << 32
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    fn unpacked(packed: u64) -> Span {
        Span { first: packed as u32, count: (packed >> 32) as u32 }
    }

    /// Its elements, if all of them are there.
    #[inline]
    pub(super) fn of<T>(self, array: &[T]) -> Option<&[T]> {
        array.get(self.first as usize..)?.get(..self.count as usize)
    }
}

fn code_of(comparison: Comparison) -> u32 {
    let code = COMPARISONS.iter().position(|&known| known == comparison);
    let code = code.expect("an inequality is the negation of an equality");
    u32::try_from(code).expect("there are five")
}
