//! Which expressions nothing can make true, so that whoever wrote one is told.
//!
//! What it says is so; it does not find all of them. An expression is never true if it is false after folding, if an
//! operand of an `&&` is never true or two of them contradict each other, or if no operand of an `||` can be true.
//! `!` turns the question round.

use std::cmp::Ordering;

use super::expressions::{Expressions, TargetingId};
use super::node::{AttributeId, Constant, NodeId, Step, StringId};
use super::tree::Comparison;
use super::value::compare_int_double;

/// A node that must be true, or must be false, for the whole to be what is asked for. In either case it is no error.
#[derive(Debug, Clone, Copy)]
struct Demand {
    node: NodeId,
    step: Step,
    truth: bool,
}

/// Types that a value may have, as bits.
type Types = u8;
const STRING: Types = 1;
const NUMBER: Types = 2;
const BOOL: Types = 4;
const STRINGS: Types = 8;
const NOT_SENT: Types = 16;

impl Expressions {
    /// Whether no attributes can make an expression true. If it says no, there may still be none.
    pub fn is_never_true(&self, id: TargetingId) -> bool {
        self.is_never(self.root(id), true)
    }

    /// Whether a node can never be this truth.
    fn is_never(&self, node: NodeId, truth: bool) -> bool {
        let mut demands = Vec::new();
        self.demand(node, truth, &mut demands) || self.contradict(&mut demands)
    }

    /// Collects what must all hold for a node to be this truth. Returns whether it is clear already that it never is.
    fn demand(&self, node: NodeId, truth: bool, demands: &mut Vec<Demand>) -> bool {
        let step = self.step(node);
        demands.push(Demand { node, step, truth });
        match (step, truth) {
            (Step::Constant(constant), _) => constant != truth,
            (Step::Not(inner), _) => self.demand(inner, !truth, demands),
            (Step::InNothing(_), true) => true,
            (Step::And(operands), true) | (Step::Or(operands), false) => {
                self.operands(operands).any(|operand| self.demand(operand, truth, demands))
            }
            (Step::And(operands), false) | (Step::Or(operands), true) => {
                self.operands(operands).all(|operand| self.is_never(operand, truth))
            }
            _ => false,
        }
    }

    /// Whether no attributes can meet all of these demands.
    fn contradict(&self, demands: &mut [Demand]) -> bool {
        demands.sort_unstable_by_key(|demand| (demand.attribute(), demand.node, demand.truth));
        let both = |two: &[Demand]| two[0].node == two[1].node && two[0].truth != two[1].truth;
        demands.windows(2).any(both)
            || demands
                .chunk_by(|a, b| a.attribute() == b.attribute())
                .any(|of_one| of_one[0].attribute().is_some() && self.exclude(of_one))
    }

    /// Whether no value of the one attribute of these demands can meet them.
    fn exclude(&self, demands: &[Demand]) -> bool {
        if demands.iter().fold(Types::MAX, |types, demand| types & demand.types()) == 0 {
            return true;
        }
        // One of few values is demanded: is there one that meets all?
        let few =
            demands.iter().filter(|demand| demand.truth).find_map(|d| self.candidates(d.step));
        if let Some(candidates) = few {
            return !candidates.into_iter().any(|candidate| self.admits_all(demands, candidate));
        }
        self.is_empty_range(demands)
    }

    /// Whether the bounds of these demands leave nothing between them.
    fn is_empty_range(&self, demands: &[Demand]) -> bool {
        // NaN is the one number for which `x < 3` is false and `x >= 3` is too. It meets no bound that must be true.
        let compares = |demand: &Demand| matches!(demand.step, Step::Compare(..));
        let is_number = |demand: &Demand| demand.types() == NUMBER;
        let may_be_nan = demands.iter().any(is_number)
            && !demands.iter().any(|demand| demand.truth && compares(demand));
        let (mut lower, mut upper) = (None, None);
        for demand in demands {
            let Step::Compare(how, _, bound) = demand.step else {
                continue;
            };
            let how = match demand.truth {
                true => how,
                false if may_be_nan => continue,
                false => how.negated(),
            };
            let (side, tighter) = match how {
                Comparison::Less | Comparison::LessOrEqual => (&mut upper, Ordering::Less),
                Comparison::Greater | Comparison::GreaterOrEqual => (&mut lower, Ordering::Greater),
                Comparison::Equal | Comparison::NotEqual => continue,
            };
            if side.is_none_or(|known| self.compare(bound, known) == Some(tighter)) {
                *side = Some(bound);
            }
        }
        let (Some(lower), Some(upper)) = (lower, upper) else {
            return false;
        };
        match self.compare(lower, upper) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => !self.admits_all(demands, lower),
            _ => false,
        }
    }

    /// The values for which a node can be true, if they are few.
    fn candidates(&self, step: Step) -> Option<Vec<Constant>> {
        match step {
            Step::Compare(Comparison::Equal, _, constant) => Some(vec![constant]),
            Step::InStrings(_, list) => {
                let texts = self.numbers(list).iter();
                Some(texts.map(|&text| Constant::String(StringId(text))).collect())
            }
            Step::InInts(_, list) => {
                Some(self.ints(list).iter().copied().map(Constant::Int).collect())
            }
            Step::InDoubles(_, list) => {
                Some(self.doubles(list).iter().copied().map(Constant::Double).collect())
            }
            _ => None,
        }
    }

    /// Whether a value of the right type meets all of these demands.
    fn admits_all(&self, demands: &[Demand], value: Constant) -> bool {
        demands.iter().all(|demand| match demand.step {
            Step::Compare(how, _, bound) => how.holds(self.compare(value, bound)) == demand.truth,
            step => self.candidates(step).is_none_or(|candidates| {
                let is_equal =
                    |&other: &Constant| self.compare(value, other) == Some(Ordering::Equal);
                candidates.iter().any(is_equal) == demand.truth
            }),
        })
    }

    fn compare(&self, a: Constant, b: Constant) -> Option<Ordering> {
        match (a, b) {
            (Constant::String(a), Constant::String(b)) => {
                Some(self.strings.get(a.0).cmp(self.strings.get(b.0)))
            }
            (Constant::Int(a), Constant::Int(b)) => Some(a.cmp(&b)),
            (Constant::Double(a), Constant::Double(b)) => a.partial_cmp(&b),
            (Constant::Int(a), Constant::Double(b)) => compare_int_double(a, b),
            (Constant::Double(a), Constant::Int(b)) => {
                compare_int_double(b, a).map(Ordering::reverse)
            }
            _ => None,
        }
    }
}

impl Demand {
    /// The attribute that it is about, if it is one.
    fn attribute(&self) -> Option<AttributeId> {
        match self.step {
            Step::Attribute(x)
            | Step::Has(x)
            | Step::Compare(_, x, _)
            | Step::InNothing(x)
            | Step::InStrings(x, _)
            | Step::InInts(x, _)
            | Step::InDoubles(x, _)
            | Step::StringIn(_, x) => Some(x),
            Step::Constant(_)
            | Step::Not(_)
            | Step::And(_)
            | Step::Or(_)
            | Step::CompareAttributes(..)
            | Step::CompareTruths(..)
            | Step::AttributeIn(..) => None,
        }
    }

    /// What its attribute may be for it to be met: it must not be an error, and `has` says whether it was sent.
    fn types(&self) -> Types {
        match self.step {
            Step::Attribute(_) => BOOL,
            Step::Has(_) if !self.truth => NOT_SENT,
            Step::Compare(_, _, Constant::String(_)) | Step::InStrings(..) => STRING,
            Step::Compare(..) | Step::InInts(..) | Step::InDoubles(..) => NUMBER,
            Step::InNothing(_) => STRING | NUMBER | BOOL,
            Step::StringIn(..) => STRINGS,
            _ => STRING | NUMBER | BOOL | STRINGS,
        }
    }
}
