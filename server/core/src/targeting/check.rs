//! Whether the types of an expression can be right, as far as that is known without attributes.
//!
//! What could only ever be an error is refused here: a text where a truth belongs, an int compared with a text, a number
//! looked for in an attribute (lists that are sent hold texts).

use super::error::TargetingError;
use super::lexer::shown;
use super::tree::{Comparison, Kind, Literal, Tree};

/// Checks a whole expression, which must be a truth.
pub(super) fn check(source: &str, tree: &Tree<'_>) -> Result<(), TargetingError> {
    Check { source }.truth(tree, "expected an expression that is a bool")
}

/// What is known of the type of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    /// An attribute: whatever is sent.
    Unknown,
    Bool,
    Number,
    String,
}

struct Check<'s> {
    source: &'s str,
}

impl Check<'_> {
    fn text(&self, tree: &Tree<'_>) -> String {
        shown(&self.source[tree.span.clone()])
    }

    fn error(&self, tree: &Tree<'_>, message: impl Into<String>) -> TargetingError {
        TargetingError::new(self.source, tree.span.start, message)
    }

    /// An operand that must be a bool, as `rule` says.
    fn truth(&self, tree: &Tree<'_>, rule: &str) -> Result<(), TargetingError> {
        match &tree.kind {
            Kind::Literal(Literal::Bool(_)) | Kind::Attribute(_) | Kind::Has(_) => Ok(()),
            Kind::Literal(literal) => {
                let (text, kind) = (self.text(tree), literal.type_name());
                Err(self.error(
                    tree,
                    format!("{rule}, got {kind} (`{text}`); compare it with an attribute"),
                ))
            }
            Kind::List(_) => Err(self.misplaced_list(tree)),
            Kind::Not(inner) => self.truth(inner, "expected a bool after `!`"),
            Kind::And(operands) => operands
                .iter()
                .try_for_each(|operand| self.truth(operand, "expected bools around `&&`")),
            Kind::Or(operands) => operands
                .iter()
                .try_for_each(|operand| self.truth(operand, "expected bools around `||`")),
            Kind::Compare(comparison, sides) => self.comparison(tree, *comparison, sides),
            Kind::In(sides) => self.membership(sides),
        }
    }

    fn comparison(
        &self,
        tree: &Tree<'_>,
        comparison: Comparison,
        [left, right]: &[Tree<'_>; 2],
    ) -> Result<(), TargetingError> {
        let types = (self.comparand(left)?, self.comparand(right)?);
        if types.0 == types.1 || types.0 == Type::Unknown || types.1 == Type::Unknown {
            return Ok(());
        }
        let name = |tree: &Tree<'_>| match &tree.kind {
            Kind::Literal(literal) => literal.type_name(),
            _ => "a bool",
        };
        let advice = match &left.kind {
            Kind::Not(inner) => {
                let (inner, right) = (self.text(inner), self.text(right));
                format!("`!` binds first, so write `!({inner} {} {right})`", comparison.symbol())
            }
            _ => "write both sides in the same type".to_owned(),
        };
        let (left, right) = (name(left), name(right));
        Err(self.error(
            tree,
            format!(
                "expected two values of one type around `{}`, got {left} and {right}; {advice}",
                comparison.symbol()
            ),
        ))
    }

    /// The type of one side of a comparison.
    fn comparand(&self, tree: &Tree<'_>) -> Result<Type, TargetingError> {
        match &tree.kind {
            Kind::Attribute(_) => Ok(Type::Unknown),
            Kind::Literal(literal) => Ok(type_of(literal)),
            _ => self.truth(tree, "expected a bool").map(|()| Type::Bool),
        }
    }

    fn membership(&self, [left, right]: &[Tree<'_>; 2]) -> Result<(), TargetingError> {
        let sought = match &left.kind {
            Kind::Attribute(_) => None,
            Kind::Literal(literal) => Some(literal),
            Kind::List(_) => return Err(self.misplaced_list(left)),
            Kind::Not(inner) => {
                let (inner, list) = (self.text(inner), self.text(right));
                return Err(self
                    .error(left, format!("`!` binds before `in`; write `!({inner} in {list})`")));
            }
            _ => {
                return Err(self.error(
                    left,
                    format!(
                        "`in` takes an attribute or a literal on its left, got `{}`; compare bools with `==`",
                        self.text(left)
                    ),
                ));
            }
        };
        match (&right.kind, sought) {
            (Kind::List(elements), Some(sought)) => match elements.first() {
                Some(first) if type_of(first) != type_of(sought) => {
                    let (sought, first) = (sought.type_name(), first.type_name());
                    Err(self.error(
                        left,
                        format!(
                            "expected a value of the type of the list, got {sought} and a list that holds {first}"
                        ),
                    ))
                }
                _ => Ok(()),
            },
            (Kind::Attribute(_), Some(sought)) if type_of(sought) != Type::String => {
                let sought = sought.type_name();
                Err(self.error(
                    left,
                    format!(
                        "expected a string left of `in`, got {sought}; lists that are sent hold strings, so write it in quotation marks"
                    ),
                ))
            }
            (Kind::List(_) | Kind::Attribute(_), _) => Ok(()),
            _ => {
                let text = self.text(right);
                let advice = match &right.kind {
                    Kind::Literal(_) => format!("write `[{text}]`"),
                    _ => "compare bools with `==`".to_owned(),
                };
                Err(self.error(
                    right,
                    format!(
                        "`in` takes a list or an attribute on its right, got `{text}`; {advice}"
                    ),
                ))
            }
        }
    }

    fn misplaced_list(&self, tree: &Tree<'_>) -> TargetingError {
        self.error(tree, "a list stands right of `in` only; write `x in [...]`, or `\"v\" in xs` for a list that is sent")
    }
}

fn type_of(literal: &Literal) -> Type {
    match literal {
        Literal::String(_) => Type::String,
        Literal::Int(_) | Literal::Double(_) => Type::Number,
        Literal::Bool(_) => Type::Bool,
    }
}
