//! From the source of an expression to its tree: recursive descent with the precedence of CEL.
//!
//! `||` binds less than `&&`, that less than the comparisons and `in`, which do not chain, and those less than `!`.
//! Recursion is bounded by [`TARGETING_DEPTH_MAX`]. Whatever the source holds, the answer is a tree or an error.

use super::check::check;
use super::error::TargetingError;
use super::lexer::{Symbol, Token, TokenKind, is_white_space, shown, tokens};
use super::tree::{Kind, Literal, Tree};
use crate::limits::{
    ATTRIBUTE_NAME_BYTES_MAX, TARGETING_BYTES_MAX, TARGETING_DEPTH_MAX, TARGETING_LIST_ELEMENTS_MAX,
};

/// Reads an expression and checks its types. Nothing for a blank one, which is always true.
///
/// # Errors
/// The first thing that is wrong: what cannot be read before what has wrong types.
pub(crate) fn parse(source: &str) -> Result<Option<Tree<'_>>, TargetingError> {
    if source.trim_matches(is_white_space).is_empty() {
        return Ok(None);
    }
    if source.len() > TARGETING_BYTES_MAX {
        let message = format!(
            "expected at most {TARGETING_BYTES_MAX} bytes, got {}; split the listing, or send one attribute that says it",
            source.len()
        );
        return Err(TargetingError::new(source, 0, message));
    }
    let mut parser = Parser { source, tokens: tokens(source), at: 0, depth: 0 };
    let tree = parser.any_of()?;
    if parser.peek().kind != TokenKind::End {
        return Err(parser.no_operator());
    }
    check(source, &tree)?;
    Ok(Some(tree))
}

struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Token<'s>>,
    at: usize,
    depth: usize,
}

const OPERAND: &str = "an attribute, a literal, `has(...)`, `!` or `(`";

impl<'s> Parser<'s> {
    /// The token at hand. The last one is never passed.
    fn peek(&self) -> &Token<'s> {
        &self.tokens[self.at]
    }

    /// The token after the one at hand, if there is one.
    fn next_kind(&self) -> Option<&TokenKind<'s>> {
        self.tokens.get(self.at + 1).map(|token| &token.kind)
    }

    fn is_at(&self, symbol: Symbol) -> bool {
        self.peek().kind == TokenKind::Symbol(symbol)
    }

    /// Passes a symbol if it is at hand.
    fn accept(&mut self, symbol: Symbol) -> bool {
        let is_there = self.is_at(symbol);
        self.at += usize::from(is_there);
        is_there
    }

    /// An error at the token at hand, or that token's own if it is bad.
    fn error(&self, message: impl Into<String>) -> TargetingError {
        let token = self.peek();
        match &token.kind {
            TokenKind::Bad(error) => error.clone(),
            _ => TargetingError::new(self.source, token.start, message),
        }
    }

    /// What is at hand, for a message.
    fn got(&self) -> String {
        let token = self.peek();
        match token.kind {
            TokenKind::End => "the end".to_owned(),
            _ => format!("`{}`", shown(&self.source[token.start..token.end])),
        }
    }

    fn expected(&self, what: &str) -> TargetingError {
        self.error(format!("expected {what}, got {}", self.got()))
    }

    /// The bytes from `start` to the end of the last token that was passed.
    fn tree(&self, start: usize, kind: Kind<'s>) -> Tree<'s> {
        Tree { span: start..self.tokens[self.at - 1].end, kind }
    }

    /// Operands joined by `||`.
    fn any_of(&mut self) -> Result<Tree<'s>, TargetingError> {
        let start = self.peek().start;
        let first = self.all_of()?;
        if !self.is_at(Symbol::Or) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.accept(Symbol::Or) {
            operands.push(self.all_of()?);
        }
        Ok(self.tree(start, Kind::Or(operands)))
    }

    /// Operands joined by `&&`.
    fn all_of(&mut self) -> Result<Tree<'s>, TargetingError> {
        let start = self.peek().start;
        let first = self.relation()?;
        if !self.is_at(Symbol::And) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.accept(Symbol::And) {
            operands.push(self.relation()?);
        }
        Ok(self.tree(start, Kind::And(operands)))
    }

    /// One operand, or two that are compared.
    fn relation(&mut self) -> Result<Tree<'s>, TargetingError> {
        let start = self.peek().start;
        let left = self.operand()?;
        let relation = match self.peek().kind {
            TokenKind::Symbol(Symbol::Compare(comparison)) => {
                self.at += 1;
                let right = self.operand()?;
                self.tree(start, Kind::Compare(comparison, Box::new([left, right])))
            }
            TokenKind::Word("in") => {
                self.at += 1;
                let right = self.operand()?;
                self.tree(start, Kind::In(Box::new([left, right])))
            }
            _ => return Ok(left),
        };
        if matches!(self.peek().kind, TokenKind::Symbol(Symbol::Compare(_)) | TokenKind::Word("in"))
        {
            let got = self.got();
            return Err(self.error(format!(
                "comparisons do not chain, got a second operator {got}; join two with `&&`, as in `a < b && b < c`"
            )));
        }
        Ok(relation)
    }

    /// What stands between operators.
    fn operand(&mut self) -> Result<Tree<'s>, TargetingError> {
        let start = self.peek().start;
        match &self.peek().kind {
            TokenKind::Literal(literal) => {
                let literal = literal.clone();
                self.at += 1;
                Ok(self.tree(start, Kind::Literal(literal)))
            }
            TokenKind::Symbol(Symbol::Not) => {
                self.enter()?;
                let inner = self.operand()?;
                self.depth -= 1;
                Ok(self.tree(start, Kind::Not(Box::new(inner))))
            }
            TokenKind::Symbol(Symbol::Open) => self.parenthesized(),
            TokenKind::Symbol(Symbol::OpenList) => self.list(),
            TokenKind::Word(word) => {
                let word = *word;
                self.word(word)
            }
            _ => Err(self.expected(OPERAND)),
        }
    }

    /// Passes a token that opens one more level.
    fn enter(&mut self) -> Result<(), TargetingError> {
        if self.depth == TARGETING_DEPTH_MAX {
            return Err(self.error(format!(
                "expected at most {TARGETING_DEPTH_MAX} levels of parentheses and `!`; write it flatter"
            )));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn parenthesized(&mut self) -> Result<Tree<'s>, TargetingError> {
        let open = self.peek().start;
        self.enter()?;
        let inner = self.any_of()?;
        if self.accept(Symbol::Close) {
            self.depth -= 1;
            return Ok(inner);
        }
        Err(match self.peek().kind {
            TokenKind::End => {
                let column = self.source[..open].chars().count() + 1;
                self.error(format!("expected `)` for the `(` in column {column}, got the end"))
            }
            TokenKind::Symbol(Symbol::Comma) => {
                self.error("expected `)`, got `,`; a list stands in brackets, as in `x in [1, 2]`")
            }
            _ => self.no_operator(),
        })
    }

    /// A list of literals of one type.
    fn list(&mut self) -> Result<Tree<'s>, TargetingError> {
        let start = self.peek().start;
        self.at += 1;
        let mut elements: Vec<Literal> = Vec::new();
        while !self.is_at(Symbol::CloseList) {
            let element = self.element()?;
            if let Some(first) = elements.first()
                && first.type_name() != element.type_name()
            {
                let (first, other) = (first.type_name(), element.type_name());
                return Err(self.error(format!(
                    "expected a list of one type, got {other} after {first}; write all elements alike (`1.0` is a double, `\"1\"` a string)"
                )));
            }
            if elements.len() == TARGETING_LIST_ELEMENTS_MAX {
                return Err(self.error(format!(
                    "expected at most {TARGETING_LIST_ELEMENTS_MAX} elements in a list; send an attribute that groups them"
                )));
            }
            elements.push(element);
            self.at += 1;
            if !self.accept(Symbol::Comma) && !self.is_at(Symbol::CloseList) {
                return Err(self.expected("`,` or `]`"));
            }
        }
        self.at += 1;
        Ok(self.tree(start, Kind::List(elements)))
    }

    /// The literal at hand, which is not passed.
    fn element(&self) -> Result<Literal, TargetingError> {
        match &self.peek().kind {
            TokenKind::Literal(literal) => Ok(literal.clone()),
            TokenKind::Word("true") => Ok(Literal::Bool(true)),
            TokenKind::Word("false") => Ok(Literal::Bool(false)),
            TokenKind::Word(word) => {
                let word = shown(word);
                Err(self.error(format!(
                    "expected a literal in this list, got `{word}`; put quotation marks around a text: \"{word}\""
                )))
            }
            _ => Err(self.expected("a literal or `]` in this list")),
        }
    }

    /// A word where an operand stands: a truth, a function, an attribute, or a mistake.
    fn word(&mut self, word: &'s str) -> Result<Tree<'s>, TargetingError> {
        let start = self.peek().start;
        if word.eq_ignore_ascii_case("not") && self.next_kind().is_some_and(begins_operand) {
            let got = self.got();
            return Err(self.error(format!("expected `!`, got {got}; \"not x\" is written `!x`")));
        }
        if self.next_kind() == Some(&TokenKind::Symbol(Symbol::Open)) {
            return self.call(word);
        }
        let kind = match word {
            "true" => Kind::Literal(Literal::Bool(true)),
            "false" => Kind::Literal(Literal::Bool(false)),
            "in" => return Err(self.expected(OPERAND)),
            _ => Kind::Attribute(self.attribute(word)?),
        };
        self.at += 1;
        Ok(self.tree(start, kind))
    }

    /// The word at hand as the name of an attribute. It is not passed.
    fn attribute(&self, word: &'s str) -> Result<&'s str, TargetingError> {
        let lower = word.to_lowercase();
        if matches!(lower.as_str(), "true" | "false" | "in") {
            return Err(self
                .error(format!("expected `{lower}`, got {}; write it in lower case", self.got())));
        }
        if matches!(lower.as_str(), "null" | "nil" | "none") {
            return Err(self.error(format!(
                "{} is not in the subset; `has(x)` says whether x was sent",
                self.got()
            )));
        }
        if word.len() > ATTRIBUTE_NAME_BYTES_MAX {
            return Err(self.error(format!(
                "expected an attribute name of at most {ATTRIBUTE_NAME_BYTES_MAX} bytes, got {}",
                word.len()
            )));
        }
        if word.split('.').all(is_name) {
            return Ok(word);
        }
        if lower.split('.').all(is_name) {
            return Err(self.error(format!(
                "expected an attribute name in lower case, got `{word}`; if it is a text, put quotation marks around it: \"{word}\""
            )));
        }
        Err(self.error(format!(
            "expected an attribute name ([a-z_][a-z0-9_]* and dots between such parts, none of them a reserved word), \
             got {}; put quotation marks around a text",
            self.got()
        )))
    }

    /// `has(name)`, the only function. The word is at hand.
    fn call(&mut self, word: &str) -> Result<Tree<'s>, TargetingError> {
        let start = self.peek().start;
        if word != "has" {
            let function = word.rsplit('.').next().unwrap_or(word);
            return Err(self.error(format!(
                "the function `{}` is not in the subset; the only one is `has(x)`, and texts are compared with `==` and `in`",
                shown(function)
            )));
        }
        self.at += 2;
        let TokenKind::Word(name) = self.peek().kind else {
            return Err(
                self.expected("an attribute name without quotation marks, as in `has(geo.city)`")
            );
        };
        let name = self.attribute(name)?;
        self.at += 1;
        if !self.accept(Symbol::Close) {
            return Err(self.expected("`)` after the one attribute name of `has`"));
        }
        Ok(self.tree(start, Kind::Has(name)))
    }

    /// Something stands where an operator, a closing parenthesis or the end belongs.
    fn no_operator(&self) -> TargetingError {
        let token = self.peek();
        let got = self.got();
        match &token.kind {
            TokenKind::Word(word) => match word.to_ascii_lowercase().as_str() {
                "and" => self.error(format!("expected `&&`, got {got}; \"and\" is written `&&`")),
                "or" => self.error(format!("expected `||`, got {got}; \"or\" is written `||`")),
                "in" => self.error(format!("expected `in`, got {got}; write it in lower case")),
                "not" => self.error("expected an operator, got `not`; \"not in\" is written `!(x in [...])`"),
                _ => self.expected("an operator (`&&`, `||`, `==`, `in`, ...) or the end"),
            },
            TokenKind::Symbol(Symbol::Not) => {
                self.error("expected an operator, got `!`; \"not in\" is written `!(x in [...])`")
            }
            TokenKind::Symbol(Symbol::OpenList) => {
                self.error("an index `x[...]` is not in the subset; ask `\"v\" in x`, or send `x.y` as an attribute")
            }
            TokenKind::Symbol(Symbol::Close) => {
                self.error("expected an operator or the end, got `)` without a `(` before it")
            }
            TokenKind::Literal(Literal::Int(_) | Literal::Double(_))
                if self.source[token.start..].starts_with('-') =>
            {
                self.error(format!("expected an operator, got {got}; arithmetic is not in the subset"))
            }
            _ => self.expected("an operator (`&&`, `||`, `==`, `in`, ...) or the end"),
        }
    }
}

/// Whether an operand begins with this token, so that a `not` before it is meant as an operator.
fn begins_operand(kind: &TokenKind<'_>) -> bool {
    match kind {
        TokenKind::Word(word) => !matches!(*word, "in" | "and" | "or"),
        TokenKind::Literal(_) => true,
        TokenKind::Symbol(symbol) => matches!(symbol, Symbol::Open | Symbol::Not),
        TokenKind::End | TokenKind::Bad(_) => false,
    }
}

/// Whether a text is one part of an attribute's name.
fn is_name(part: &str) -> bool {
    let is_reserved = matches!(part, "true" | "false" | "in" | "null");
    let starts = part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    starts && !is_reserved && part.chars().all(is_rest)
}
