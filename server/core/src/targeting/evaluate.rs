//! What expressions are for the attributes of one query. The hot path.
//!
//! [`Evaluator::begin`] looks each attribute that was sent up once, its name and its texts, so that afterwards equality
//! is a comparison of numbers. What a node is for the query is kept until the attributes change, so that a
//! sub-expression of a million listings is evaluated once. Keeping it is a stamp beside the answer: forgetting all
//! answers takes no time.
//!
//! Nothing is allocated once it has seen the table and attributes of the size at hand. It never recurses deeper than
//! expressions are nested.

use super::expressions::{Expressions, TargetingId};
use super::node::{AttributeId, Constant, NodeId, Span, Step, StringId};
use super::tree::Comparison;
use super::value::{Attribute, AttributeValue, Attributes, Truth, compare_int_double};

/// Reused from query to query; of what a request lends it keeps numbers only.
#[derive(Debug, Default)]
pub(crate) struct Evaluator {
    /// Of the query at hand; answers and own attributes of other epochs do not count. 0 before the first.
    epoch: u32,
    /// When the shared attributes at hand were bound.
    shared_epoch: u32,
    has_own: bool,
    /// By node: the epoch of its answer, and the answer in the lowest two bits.
    answers: Vec<u32>,
    /// By attribute.
    slots: Vec<Slot>,
    /// Numbers of the texts of lists, ascending within each; first those of shared attributes.
    elements: Vec<StringId>,
    shared_elements: usize,
}

/// What was sent for an attribute.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    shared: Bound,
    own: Bound,
}

#[derive(Debug, Clone, Copy)]
struct Bound {
    /// When it was bound; it counts in that epoch only.
    epoch: u32,
    /// Its index in the shared or own attributes.
    place: u32,
    value: Value,
}

/// A value by numbers.
#[derive(Debug, Clone, Copy)]
enum Value {
    /// [`StringId::NONE`] if no expression holds it.
    String(StringId),
    Int(i64),
    Double(f64),
    Bool(bool),
    /// Places in [`Evaluator::elements`].
    Strings(Span),
}

/// One evaluation under way.
struct Run<'a> {
    expressions: &'a Expressions,
    attributes: Attributes<'a>,
    work: u32,
}

const ANSWER_BITS: u32 = 2;
const EPOCH_MAX: u32 = u32::MAX >> ANSWER_BITS;

impl Default for Bound {
    fn default() -> Self {
        Bound { epoch: 0, place: 0, value: Value::Bool(false) }
    }
}

impl Evaluator {
    /// Takes the attributes of the next query. Takes time linear in what was sent, whatever the table holds.
    ///
    /// `same_shared` says that the table and the shared attributes are those of the last call: they are not bound again,
    /// and if neither query has own attributes, what was evaluated counts for this one too.
    pub(crate) fn begin(
        &mut self,
        expressions: &Expressions,
        attributes: Attributes<'_>,
        same_shared: bool,
    ) {
        let same_shared = same_shared && self.epoch > 0 && self.epoch < EPOCH_MAX;
        if same_shared && !self.has_own && attributes.own.is_empty() {
            return;
        }
        self.has_own = !attributes.own.is_empty();
        if self.epoch == EPOCH_MAX {
            self.epoch = 0;
            self.answers.fill(0);
            self.slots.fill(Slot::default());
        }
        self.epoch += 1;
        // What is left of another table is of older epochs.
        self.answers.resize(expressions.nodes.len(), 0);
        self.slots.resize(expressions.attributes.len(), Slot::default());
        if !same_shared {
            self.shared_epoch = self.epoch;
            self.elements.clear();
            self.bind(expressions, attributes.shared, |slot| &mut slot.shared);
            self.shared_elements = self.elements.len();
        }
        self.elements.truncate(self.shared_elements);
        self.bind(expressions, attributes.own, |slot| &mut slot.own);
    }

    fn bind(
        &mut self,
        expressions: &Expressions,
        sent: &[Attribute<'_>],
        bound: impl Fn(&mut Slot) -> &mut Bound,
    ) {
        for (place, attribute) in (0..).zip(sent) {
            let Some(number) = expressions.attributes.find(attribute.name) else {
                continue;
            };
            let value = self.value(expressions, attribute.value);
            *bound(&mut self.slots[number as usize]) = Bound { epoch: self.epoch, place, value };
        }
    }

    fn value(&mut self, expressions: &Expressions, value: AttributeValue<'_>) -> Value {
        let number = |text: &str| expressions.strings.find(text).map_or(StringId::NONE, StringId);
        match value {
            AttributeValue::String(text) => Value::String(number(text)),
            AttributeValue::Int(int) => Value::Int(int),
            AttributeValue::Double(double) => Value::Double(double),
            AttributeValue::Bool(truth) => Value::Bool(truth),
            AttributeValue::Strings(texts) => {
                let first = self.elements.len();
                self.elements.extend(texts.iter().map(|text| number(text)));
                self.elements[first..].sort_unstable();
                let place = |at: usize| u32::try_from(at).expect("requests are bounded");
                Value::Strings(Span { first: place(first), count: place(texts.len()) })
            }
        }
    }

    /// What an expression is for the attributes that [`begin`](Evaluator::begin) took; the same must be given again.
    ///
    /// Also returns the work: nodes evaluated now, operands looked at, elements of lists compared.
    pub(crate) fn evaluate(
        &mut self,
        expressions: &Expressions,
        attributes: Attributes<'_>,
        id: TargetingId,
    ) -> (Truth, u32) {
        self.evaluate_node(expressions, attributes, expressions.root(id))
    }

    /// The same for any node.
    pub(super) fn evaluate_node(
        &mut self,
        expressions: &Expressions,
        attributes: Attributes<'_>,
        node: NodeId,
    ) -> (Truth, u32) {
        let mut run = Run { expressions, attributes, work: 0 };
        (self.node(node, &mut run), run.work)
    }

    #[inline]
    fn node(&mut self, node: NodeId, run: &mut Run<'_>) -> Truth {
        let answer = self.answers[node.0 as usize];
        if answer >> ANSWER_BITS == self.epoch {
            return unpacked(answer);
        }
        run.work += 1;
        let truth = self.step(run.expressions.step(node), run);
        self.answers[node.0 as usize] = self.epoch << ANSWER_BITS | packed(truth);
        truth
    }

    fn step(&mut self, step: Step, run: &mut Run<'_>) -> Truth {
        match step {
            Step::Constant(truth) => Truth::from(truth),
            Step::Attribute(x) => match self.get(x) {
                Some(Value::Bool(truth)) => Truth::from(truth),
                _ => Truth::Error,
            },
            Step::Has(x) => Truth::from(self.get(x).is_some()),
            Step::Not(inner) => !self.node(inner, run),
            Step::And(operands) => self.join(operands, Truth::False, run),
            Step::Or(operands) => self.join(operands, Truth::True, run),
            Step::Compare(how, x, constant) => self.compare(how, x, constant, run),
            Step::CompareAttributes(how, x, y) => self.compare_attributes(how, x, y, run),
            Step::CompareTruths(how, x, y) => match (self.node(x, run), self.node(y, run)) {
                (Truth::Error, _) | (_, Truth::Error) => Truth::Error,
                (x, y) => Truth::from(how.holds(Some((x == Truth::True).cmp(&(y == Truth::True))))),
            },
            Step::InNothing(x) => match self.get(x) {
                None | Some(Value::Strings(_)) => Truth::Error,
                Some(_) => Truth::False,
            },
            Step::InStrings(x, list) => match self.get(x) {
                Some(Value::String(text)) => {
                    run.work += search_work(list.count as usize);
                    Truth::from(run.expressions.numbers(list).binary_search(&text.0).is_ok())
                }
                _ => Truth::Error,
            },
            Step::InInts(x, list) => self.in_ints(x, list, run),
            Step::InDoubles(x, list) => self.in_doubles(x, list, run),
            Step::StringIn(text, xs) => self.string_in(text, xs, run),
            Step::AttributeIn(x, xs) => self.attribute_in(x, xs, run),
        }
    }

    /// `&&` is decided by false and `||` by true; short of that an error is an error.
    fn join(&mut self, operands: Span, deciding: Truth, run: &mut Run<'_>) -> Truth {
        let mut joined = !deciding;
        for &operand in run.expressions.numbers(operands) {
            run.work += 1;
            let truth = self.node(NodeId(operand), run);
            if truth == deciding {
                return truth;
            }
            if truth == Truth::Error {
                joined = truth;
            }
        }
        joined
    }

    /// What was sent for an attribute.
    #[inline]
    fn get(&self, x: AttributeId) -> Option<Value> {
        let Slot { own, shared } = &self.slots[x.0 as usize];
        if own.epoch == self.epoch {
            return Some(own.value);
        }
        (shared.epoch == self.shared_epoch).then_some(shared.value)
    }

    /// The same as it was sent.
    fn sent<'a>(&self, x: AttributeId, attributes: Attributes<'a>) -> Option<AttributeValue<'a>> {
        let Slot { own, shared } = &self.slots[x.0 as usize];
        if own.epoch == self.epoch {
            return Some(attributes.own[own.place as usize].value);
        }
        let is_sent = shared.epoch == self.shared_epoch;
        is_sent.then(|| attributes.shared[shared.place as usize].value)
    }

    fn compare(&self, how: Comparison, x: AttributeId, constant: Constant, run: &Run<'_>) -> Truth {
        let ordering = match (self.get(x), constant) {
            (Some(Value::String(text)), Constant::String(other)) if how == Comparison::Equal => {
                return Truth::from(text == other);
            }
            (Some(Value::String(_)), Constant::String(other)) => {
                let Some(AttributeValue::String(text)) = self.sent(x, run.attributes) else {
                    unreachable!("the attributes are those that were bound");
                };
                Some(text.cmp(run.expressions.strings.get(other.0)))
            }
            (Some(Value::Int(a)), Constant::Int(b)) => Some(a.cmp(&b)),
            (Some(Value::Int(a)), Constant::Double(b)) => compare_int_double(a, b),
            (Some(Value::Double(a)), Constant::Int(b)) => {
                compare_int_double(b, a).map(std::cmp::Ordering::reverse)
            }
            (Some(Value::Double(a)), Constant::Double(b)) => a.partial_cmp(&b),
            _ => return Truth::Error,
        };
        Truth::from(how.holds(ordering))
    }

    fn compare_attributes(
        &self,
        how: Comparison,
        x: AttributeId,
        y: AttributeId,
        run: &Run<'_>,
    ) -> Truth {
        use AttributeValue::{Bool, Double, Int, String};
        let (Some(x), Some(y)) = (self.sent(x, run.attributes), self.sent(y, run.attributes))
        else {
            return Truth::Error;
        };
        let ordering = match (x, y) {
            (String(a), String(b)) => Some(a.cmp(b)),
            (Int(a), Int(b)) => Some(a.cmp(&b)),
            (Int(a), Double(b)) => compare_int_double(a, b),
            (Double(a), Int(b)) => compare_int_double(b, a).map(std::cmp::Ordering::reverse),
            (Double(a), Double(b)) => a.partial_cmp(&b),
            (Bool(a), Bool(b)) => Some(a.cmp(&b)),
            _ => return Truth::Error,
        };
        Truth::from(how.holds(ordering))
    }

    fn in_ints(&self, x: AttributeId, list: Span, run: &mut Run<'_>) -> Truth {
        run.work += search_work(list.count as usize);
        let ints = run.expressions.ints(list);
        match self.get(x) {
            Some(Value::Int(sought)) => Truth::from(ints.binary_search(&sought).is_ok()),
            Some(Value::Double(sought)) => is_found(ints, |&int| compare_int_double(int, sought)),
            _ => Truth::Error,
        }
    }

    fn in_doubles(&self, x: AttributeId, list: Span, run: &mut Run<'_>) -> Truth {
        run.work += search_work(list.count as usize);
        let doubles = run.expressions.doubles(list);
        match self.get(x) {
            Some(Value::Double(sought)) => is_found(doubles, |double| double.partial_cmp(&sought)),
            Some(Value::Int(sought)) => is_found(doubles, |&double| {
                compare_int_double(sought, double).map(std::cmp::Ordering::reverse)
            }),
            _ => Truth::Error,
        }
    }

    fn string_in(&self, text: StringId, xs: AttributeId, run: &mut Run<'_>) -> Truth {
        let Some(Value::Strings(list)) = self.get(xs) else {
            return Truth::Error;
        };
        let list = list.of(&self.elements).expect("it was bound");
        run.work += search_work(list.len());
        Truth::from(list.binary_search(&text).is_ok())
    }

    fn attribute_in(&self, x: AttributeId, xs: AttributeId, run: &mut Run<'_>) -> Truth {
        let sent = (self.sent(x, run.attributes), self.sent(xs, run.attributes));
        let (Some(AttributeValue::String(text)), Some(AttributeValue::Strings(list))) = sent else {
            return Truth::Error;
        };
        let compared = u32::try_from(list.len()).unwrap_or(u32::MAX);
        run.work = run.work.saturating_add(compared);
        Truth::from(list.iter().any(|element| element == text))
    }
}

/// Whether an ascending list has an element that compares as equal. Nothing does with a number that is none.
fn is_found<T>(list: &[T], compare: impl Fn(&T) -> Option<std::cmp::Ordering>) -> Truth {
    // Without an ordering anywhere, the answer to each question of the search is the same, and the end is not found.
    let order = |element: &T| compare(element).unwrap_or(std::cmp::Ordering::Less);
    Truth::from(list.binary_search_by(order).is_ok())
}

/// How many elements of so many a binary search compares at most.
fn search_work(elements: usize) -> u32 {
    usize::BITS - elements.leading_zeros()
}

fn packed(truth: Truth) -> u32 {
    match truth {
        Truth::False => 0,
        Truth::True => 1,
        Truth::Error => 2,
    }
}

fn unpacked(answer: u32) -> Truth {
    match answer & ((1 << ANSWER_BITS) - 1) {
        0 => Truth::False,
        1 => Truth::True,
        _ => Truth::Error,
    }
}

#[cfg(test)]
mod tests;
