//! Why an expression is not true. Off the hot path: the source is read again, so that its parts are known.

use super::build::ExpressionsBuilder;
use super::evaluate::Evaluator;
use super::expressions::{Expressions, TargetingId};
use super::parse;
use super::tree::{Kind, Tree};
use super::value::{Attributes, OwnedAttributeValue, Truth};

/// The part of an expression that keeps it from being true.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmet {
    /// The part as it was written.
    pub expression: String,
    /// Whether it is an error rather than false: an attribute that matters is missing or of the wrong type.
    pub is_error: bool,
    /// The attributes in it in order of appearance, and what was sent for each, if anything was.
    pub attributes: Vec<(String, Option<OwnedAttributeValue>)>,
}

impl Expressions {
    /// The attributes that an expression reads, in order of appearance, each once.
    pub(crate) fn attributes_of(&self, id: TargetingId) -> Vec<&str> {
        let mut names = Vec::new();
        if let Some(tree) = parse(self.source(id)).expect("it was read when it was added") {
            collect_names(&tree, &mut names);
        }
        names
    }

    /// The smallest part that keeps an expression from being true; nothing if it is true.
    ///
    /// Of an `&&` it is the first false operand, else the first that is an error; of an `||` and of a false `!` the
    /// whole.
    pub fn explain(&self, id: TargetingId, attributes: Attributes<'_>) -> Option<Unmet> {
        let source = self.source(id);
        let tree = parse(source).expect("it was read when it was added")?;
        let truth = truth(&tree, attributes);
        if truth == Truth::True {
            return None;
        }
        let (part, truth) = smallest(&tree, truth, attributes);
        let mut names = Vec::new();
        collect_names(part, &mut names);
        let sent = |name: &str| attributes.get(name).map(OwnedAttributeValue::from);
        Some(Unmet {
            expression: source[part.span.clone()].to_owned(),
            is_error: truth == Truth::Error,
            attributes: names.into_iter().map(|name| (name.to_owned(), sent(name))).collect(),
        })
    }
}

/// What a part is. Makes a table of it alone.
fn truth(tree: &Tree<'_>, attributes: Attributes<'_>) -> Truth {
    let mut builder = ExpressionsBuilder::new();
    let root = builder.lower(tree);
    let expressions = builder.finish();
    let mut evaluator = Evaluator::default();
    evaluator.begin(&expressions, attributes, false);
    evaluator.evaluate_node(&expressions, attributes, root).0
}

/// The smallest part of one that is not true.
fn smallest<'t, 's>(
    tree: &'t Tree<'s>,
    of_tree: Truth,
    attributes: Attributes<'_>,
) -> (&'t Tree<'s>, Truth) {
    let operands = match &tree.kind {
        Kind::And(operands) => operands.as_slice(),
        Kind::Not(inner) if of_tree == Truth::Error => std::slice::from_ref(&**inner),
        _ => return (tree, of_tree),
    };
    // An `&&` is false because an operand is, and an error because none is false and one is an error.
    let decides = operands.iter().find(|operand| truth(operand, attributes) == of_tree);
    smallest(decides.expect("an operand decides"), of_tree, attributes)
}

/// Names of attributes in order of appearance, each once.
fn collect_names<'s>(tree: &Tree<'s>, names: &mut Vec<&'s str>) {
    match &tree.kind {
        Kind::Attribute(name) | Kind::Has(name) => {
            if !names.contains(name) {
                names.push(name);
            }
        }
        Kind::Literal(_) | Kind::List(_) => {}
        Kind::Not(inner) => collect_names(inner, names),
        Kind::And(parts) | Kind::Or(parts) => {
            parts.iter().for_each(|part| collect_names(part, names));
        }
        Kind::Compare(_, sides) | Kind::In(sides) => {
            sides.iter().for_each(|side| collect_names(side, names));
        }
    }
}
