//! Cuts the source of an expression into tokens.
//!
//! What is not a token of the subset becomes one token [`TokenKind::Bad`], the last one, with advice; the parser reports
//! it when it gets there, so that errors come in the order in which they stand in the source.

use super::error::TargetingError;
use super::tree::{Comparison, Literal};

/// A token and its bytes in the source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind<'s> {
    /// Letters, digits, `_` and dots: a name, a reserved word or a mistake.
    Word(&'s str),
    /// A string or a number.
    Literal(Literal),
    Symbol(Symbol),
    End,
    Bad(TargetingError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Compare(Comparison),
    And,
    Or,
    Not,
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
}

/// What a run of punctuation is.
#[derive(Debug, Clone, Copy)]
enum Entry {
    Token(Symbol),
    /// What was expected instead, and what to do.
    Mistake(&'static str),
}

const ARITHMETIC: &str =
    "arithmetic is not in the subset; expressions compare attributes with literals";
const CONDITIONAL: &str = "`? :` is not in the subset; write it with `&&` and `||`";
const MAP: &str = "maps are not in the subset; lists of literals are written `[...]`";
const QUOTES: &str = "expected straight quotation marks (\" or '), got typographic ones";

/// Punctuation, longer runs before their beginnings.
const SYMBOLS: [(&str, Entry); 40] = [
    ("===", Entry::Mistake("expected `==`, got `===`; equality is written `==`")),
    ("!==", Entry::Mistake("expected `!=`, got `!==`; inequality is written `!=`")),
    ("==", Entry::Token(Symbol::Compare(Comparison::Equal))),
    ("=>", Entry::Mistake("expected `>=`, got `=>`; write `>=` for \"at least\"")),
    ("=<", Entry::Mistake("expected `<=`, got `=<`; write `<=` for \"at most\"")),
    (
        "=~",
        Entry::Mistake("regular expressions are not in the subset; list values with `in [...]`"),
    ),
    ("=", Entry::Mistake("expected `==`, got `=`; equality is written `==`")),
    ("!=", Entry::Token(Symbol::Compare(Comparison::NotEqual))),
    (
        "!~",
        Entry::Mistake("regular expressions are not in the subset; list values with `in [...]`"),
    ),
    ("!", Entry::Token(Symbol::Not)),
    ("<>", Entry::Mistake("expected `!=`, got `<>`; inequality is written `!=`")),
    ("<=", Entry::Token(Symbol::Compare(Comparison::LessOrEqual))),
    ("<", Entry::Token(Symbol::Compare(Comparison::Less))),
    (">=", Entry::Token(Symbol::Compare(Comparison::GreaterOrEqual))),
    (">", Entry::Token(Symbol::Compare(Comparison::Greater))),
    ("&&", Entry::Token(Symbol::And)),
    ("&", Entry::Mistake("expected `&&`, got `&`; \"and\" is written `&&`")),
    ("||", Entry::Token(Symbol::Or)),
    ("|", Entry::Mistake("expected `||`, got `|`; \"or\" is written `||`")),
    ("(", Entry::Token(Symbol::Open)),
    (")", Entry::Token(Symbol::Close)),
    ("[", Entry::Token(Symbol::OpenList)),
    ("]", Entry::Token(Symbol::CloseList)),
    (",", Entry::Token(Symbol::Comma)),
    ("//", Entry::Mistake("comments are not in the subset; remove it")),
    ("+", Entry::Mistake(ARITHMETIC)),
    (
        "-",
        Entry::Mistake("`-` stands directly before a number, and arithmetic is not in the subset"),
    ),
    ("*", Entry::Mistake(ARITHMETIC)),
    ("/", Entry::Mistake(ARITHMETIC)),
    ("%", Entry::Mistake(ARITHMETIC)),
    ("?", Entry::Mistake(CONDITIONAL)),
    (":", Entry::Mistake(CONDITIONAL)),
    ("{", Entry::Mistake(MAP)),
    ("}", Entry::Mistake(MAP)),
    (".", Entry::Mistake("a dot stands inside an attribute name (`geo.city`) or a number (`0.5`)")),
    ("\u{201c}", Entry::Mistake(QUOTES)),
    ("\u{201d}", Entry::Mistake(QUOTES)),
    ("\u{2018}", Entry::Mistake(QUOTES)),
    ("\u{2019}", Entry::Mistake(QUOTES)),
    ("`", Entry::Mistake("expected quotation marks (\" or '), got a backtick")),
];

/// The tokens of a source. The last one, and no other, is [`TokenKind::End`] or [`TokenKind::Bad`].
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_white_space();
        let start = lexer.at;
        let kind = lexer.next().unwrap_or_else(TokenKind::Bad);
        let is_last = matches!(kind, TokenKind::End | TokenKind::Bad(_));
        tokens.push(Token { kind, start, end: lexer.at });
        if is_last {
            return tokens;
        }
    }
}

/// White space of CEL.
pub(super) fn is_white_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn error<T>(&self, position: usize, message: impl Into<String>) -> Result<T, TargetingError> {
        Err(TargetingError::new(self.source, position, message))
    }

    fn skip_white_space(&mut self) {
        self.at = self.source.len() - self.rest().trim_start_matches(is_white_space).len();
    }

    /// Takes the characters at hand for which this holds.
    fn take_while(&mut self, holds: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(holds).len();
        self.at += length;
        &rest[..length]
    }

    fn next(&mut self) -> Result<TokenKind<'s>, TargetingError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(TokenKind::End);
        };
        if begins_number(rest) {
            return self.number().map(TokenKind::Literal);
        }
        if matches!(first, '"' | '\'') {
            return self.string(first).map(|text| TokenKind::Literal(Literal::String(text)));
        }
        if first.is_alphabetic() || first == '_' {
            return self.word();
        }
        match SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
            Some((symbol, Entry::Token(token))) => {
                self.at += symbol.len();
                Ok(TokenKind::Symbol(*token))
            }
            Some((_, Entry::Mistake(advice))) => self.error(self.at, *advice),
            None => {
                let (shown, code) = (first.escape_debug(), u32::from(first));
                self.error(
                    self.at,
                    format!("`{shown}` (U+{code:04X}) has no meaning here; put quotation marks around a text"),
                )
            }
        }
    }

    fn word(&mut self) -> Result<TokenKind<'s>, TargetingError> {
        let start = self.at;
        let word = self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if self.rest().starts_with(['"', '\'']) && word.len() <= 2 && word.is_ascii() {
            return self.error(
                start,
                format!("strings with the prefix `{word}` are not in the subset; write a plain one in quotation marks"),
            );
        }
        Ok(TokenKind::Word(word))
    }

    fn number(&mut self) -> Result<Literal, TargetingError> {
        let start = self.at;
        self.at += usize::from(self.rest().starts_with('-'));
        let is_digit = |c: char| c.is_ascii_digit();
        self.take_while(is_digit);
        let mut is_double = false;
        if self.rest().starts_with('.') {
            is_double = true;
            self.at += 1;
            if self.take_while(is_digit).is_empty() {
                return self.error(start, "expected a digit after the dot; write `1.0` for `1.`");
            }
        }
        if self.rest().starts_with(['e', 'E']) {
            is_double = true;
            self.at += 1;
            self.at += usize::from(self.rest().starts_with(['+', '-']));
            if self.take_while(is_digit).is_empty() {
                return self.error(start, "expected digits in the exponent, as in `1e6`");
            }
        }
        if self.rest().starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.')) {
            self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
            let text = &self.source[start..self.at];
            return self.error(
                start,
                format!(
                    "expected a decimal number, got `{}`; put quotation marks around a text",
                    shown(text)
                ),
            );
        }
        let text = &self.source[start..self.at];
        if is_double {
            return match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Literal::Double(number)),
                _ => self.error(start, format!("`{}` is too large for a double", shown(text))),
            };
        }
        match text.parse::<i64>() {
            Ok(number) => Ok(Literal::Int(number)),
            Err(_) => self.error(
                start,
                format!(
                    "`{}` does not fit into 64 bits; write `{}.0` for a double",
                    shown(text),
                    shown(text)
                ),
            ),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, TargetingError> {
        let start = self.at;
        if self.rest().starts_with("\"\"\"") || self.rest().starts_with("'''") {
            return self.error(
                start,
                "strings in three quotation marks are not in the subset; write one on each side",
            );
        }
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.rest().chars().next() {
                None | Some('\n' | '\r') => {
                    return self.error(
                        start,
                        format!(
                            "expected a closing {quote} for the string that begins here; write \\{quote} for a {quote} inside it"
                        ),
                    );
                }
                Some('\\') => text.push(self.escape()?),
                Some(character) => {
                    self.at += character.len_utf8();
                    if character == quote {
                        return Ok(text);
                    }
                    text.push(character);
                }
            }
        }
    }

    /// The character of an escape that begins at a backslash.
    fn escape(&mut self) -> Result<char, TargetingError> {
        let start = self.at;
        self.at += 1;
        let Some(kind) = self.rest().chars().next() else {
            return self.error(start, "expected a character after the backslash, got the end");
        };
        self.at += kind.len_utf8();
        let (digits, radix) = match kind {
            '\\' | '?' | '"' | '\'' | '`' => return Ok(kind),
            'a' => return Ok('\u{7}'),
            'b' => return Ok('\u{8}'),
            'f' => return Ok('\u{c}'),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'v' => return Ok('\u{b}'),
            'x' | 'X' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='3' => {
                self.at -= 1;
                (3, 8)
            }
            _ => {
                return self.error(
                    start,
                    "expected an escape of CEL (\\\\ \\\" \\' \\n \\r \\t \\xHH \\uHHHH \\UHHHHHHHH \\ooo ...); write \\\\ for a backslash",
                );
            }
        };
        let code = self.rest().get(..digits).filter(|text| text.chars().all(|c| c.is_digit(radix)));
        let Some(code) = code.and_then(|text| u32::from_str_radix(text, radix).ok()) else {
            let base = if radix == 16 { "hexadecimal" } else { "octal" };
            return self.error(start, format!("expected {digits} {base} digits in this escape"));
        };
        self.at += digits;
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => {
                self.error(start, format!("U+{code:04X} is not a character that a text may hold"))
            }
        }
    }
}

/// Whether a number begins here: perhaps a sign, perhaps a dot, a digit.
fn begins_number(rest: &str) -> bool {
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    rest.starts_with(|c: char| c.is_ascii_digit())
}

/// A piece of the source for a message: its beginning, if it is long.
pub(super) fn shown(text: &str) -> String {
    const SHOWN_CHARACTERS: usize = 40;
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
