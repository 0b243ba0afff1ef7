//! Tests of the whole: parsing, meaning, agreement with the oracle. Every evaluation is done by both.

mod bounds;
mod errors;
mod explain;
mod meaning;
mod never;
mod numbers;
mod properties;
mod types;

use super::{Attribute, AttributeValue, Attributes, Evaluator, ExpressionsBuilder, Truth};
use crate::naive;

/// An attribute.
fn sent<'a>(name: &'a str, value: AttributeValue<'a>) -> Attribute<'a> {
    Attribute { name, value }
}

/// What both the table and the oracle say.
fn evaluate(source: &str, own: &[Attribute<'_>]) -> Truth {
    let attributes = Attributes { shared: &[], own };
    let mut builder = ExpressionsBuilder::new();
    let id = builder.add(source).expect(source);
    let expressions = builder.finish();
    expressions.validate().expect(source);
    let mut evaluator = Evaluator::default();
    evaluator.begin(&expressions, attributes, false);
    let truth = id.map_or(Truth::True, |id| evaluator.evaluate(&expressions, attributes, id).0);
    let expected = naive::targeting::evaluate(source, attributes).expect(source);
    assert_eq!(truth, expected, "{source} {own:?}");
    truth
}
