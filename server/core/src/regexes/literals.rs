//! The literals that an expression requires: a few strings of which every text with a match contains at least one.
//!
//! The expression is walked from below. A part that matches few strings is known *exactly*; neighbours that are known
//! exactly are put together, each string of one with each of the other, as long as they stay few. Where that ends (at
//! `\w+`, at `.*`, at what would be too many) the piece is set down as a candidate, and the next one begins. The few
//! most telling candidates are kept; any of them will do. All of it is in folded characters ([`super::fold`]).
//!
//! What is kept is never wrong, only longer or shorter. Each literal carries how many characters of a match may come
//! before it, so that a match is looked for where it can begin.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::limits::{REGEX_LITERAL_CHARS_MAX, REGEX_LITERAL_CHARS_MIN, REGEX_LITERALS_MAX};

use super::compile::ranges;
use super::fold::fold;

/// More characters than are counted.
pub(super) const UNBOUNDED: u8 = u8::MAX;

/// Strings of a piece that is put together from several parts, unless one of these has more already.
const PRODUCT_MAX: usize = 16;
/// Characters of a class that is taken for its characters: before and after folding.
const CLASS_CHARS_MAX: usize = 24;
const CLASS_FOLDED_MAX: usize = 8;
/// Candidates that are kept of an expression, and of each part of it.
const CANDIDATES_MAX: usize = 4;
/// A literal does not tell more if it is longer.
const TELLING_CHARS_MAX: u8 = 12;
/// Parts of these, and what has no letter and no number, tell as much as so many characters.
const WEAK_CHARS: u8 = 2;
const WEAK: [&str; 3] = ["https://www.", "http://www.", ".com/"];

/// The literals of which a text with a match contains at least one, ascending. There is none if nothing ever matches.
#[derive(Debug, Clone)]
pub(super) struct Required {
    pub(super) literals: Vec<Literal>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) folded: String,
    /// Characters of a match that come before it, at most. [`UNBOUNDED`] if there is no bound.
    pub(super) before: u8,
}

/// What is known of a part of an expression.
#[derive(Debug, Clone)]
struct Known {
    /// All that it matches, if that is few strings: ascending, without repeats.
    exact: Option<Vec<String>>,
    /// Otherwise: what a match of it contains, as far as that is known. Most telling first.
    candidates: Vec<Required>,
    /// Characters that it matches at most.
    chars: u8,
}

/// Parts one after the other.
#[derive(Debug)]
struct Sequence {
    /// What the piece at the end matches.
    piece: Vec<String>,
    /// Characters before the piece, at most.
    before_piece: u8,
    /// Whether the piece is all there is.
    whole: bool,
    /// The candidates of the pieces before, most telling first.
    candidates: Vec<Required>,
    /// Characters of all of it, at most.
    chars: u8,
}

/// The literals that an expression requires: candidates of which any will do, the most telling one first. There is none
/// if what is required is too short, or one of too many.
pub(super) fn required(hir: &Hir) -> Vec<Required> {
    known(hir).candidates().into_iter().map(Required::without_longer_ones).collect()
}

/// How little a literal tells: about how often it is found in texts.
pub(super) fn cost(literal: &str) -> u64 {
    let weak = !literal.chars().any(char::is_alphanumeric)
        || WEAK.iter().any(|common| common.contains(literal));
    cost_of_chars(if weak { WEAK_CHARS } else { saturated(literal.chars().count()) })
}

/// The same of one that has so many characters, as if each had one of four values.
pub(super) const fn cost_of_chars(chars: u8) -> u64 {
    1 << (2 * TELLING_CHARS_MAX.saturating_sub(chars))
}

impl Required {
    /// Strings of which a match contains one. `None` if they are too short or too many.
    fn one_of(strings: &[String], before: u8) -> Option<Required> {
        let fits = |string: &String| string.chars().count() >= REGEX_LITERAL_CHARS_MIN;
        let literal = |folded: &String| Literal { folded: folded.clone(), before };
        (strings.len() <= REGEX_LITERALS_MAX && strings.iter().all(fits))
            .then(|| Required { literals: strings.iter().map(literal).collect() })
    }

    /// What is required if one of several alternatives is. `None` if it is too much.
    fn any_of(alternatives: impl Iterator<Item = Option<Required>>) -> Option<Required> {
        let mut all = BTreeMap::new();
        for alternative in alternatives {
            for literal in alternative?.literals {
                let before = all.entry(literal.folded).or_insert(0);
                *before = literal.before.max(*before);
            }
        }
        let literals = all.into_iter().map(|(folded, before)| Literal { folded, before });
        (literals.len() <= REGEX_LITERALS_MAX).then(|| Required { literals: literals.collect() })
    }

    /// The same after so many characters more.
    fn after(mut self, chars: u8) -> Required {
        for literal in &mut self.literals {
            literal.before = literal.before.saturating_add(chars);
        }
        self
    }

    /// How little it tells.
    fn cost(&self) -> u64 {
        self.literals.iter().map(|literal| cost(&literal.folded)).sum()
    }

    /// Leaves out literals that contain another one: it is found in each text in which they are.
    fn without_longer_ones(mut self) -> Required {
        self.literals.sort_by_cached_key(|literal| literal.folded.chars().count());
        let mut kept: Vec<Literal> = Vec::with_capacity(self.literals.len());
        for literal in self.literals {
            let inside = kept.iter_mut().find_map(|short| {
                let start = literal.folded.find(&short.folded)?;
                Some((short, literal.folded[..start].chars().count()))
            });
            match inside {
                Some((short, chars)) => {
                    short.before =
                        short.before.max(literal.before.saturating_add(saturated(chars)));
                }
                None => kept.push(literal),
            }
        }
        kept.sort_by(|a, b| a.folded.cmp(&b.folded));
        Required { literals: kept }
    }
}

impl Known {
    /// Nothing but how long it may be.
    fn opaque(chars: u8) -> Known {
        Known { exact: None, candidates: Vec::new(), chars }
    }

    fn exact(strings: Vec<String>) -> Known {
        let chars = saturated(longest(&strings));
        Known { exact: Some(strings), candidates: Vec::new(), chars }
    }

    fn candidates(self) -> Vec<Required> {
        match self.exact {
            Some(strings) => Required::one_of(&strings, 0).into_iter().collect(),
            None => self.candidates,
        }
    }
}

fn known(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::exact(vec![String::new()]),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).expect("what matches is UTF-8");
            let mut sequence = Sequence::default();
            for character in text.chars() {
                sequence.push(&Known::exact(vec![fold(character).to_string()]));
            }
            sequence.finish()
        }
        HirKind::Class(class) => known_class(class),
        HirKind::Repetition(repetition) => {
            let mut sequence = Sequence::default();
            sequence.push_repetition(repetition);
            sequence.finish()
        }
        HirKind::Capture(capture) => known(&capture.sub),
        HirKind::Concat(parts) => {
            let mut sequence = Sequence::default();
            for part in parts {
                match part.kind() {
                    HirKind::Repetition(repetition) => sequence.push_repetition(repetition),
                    _ => sequence.push(&known(part)),
                }
            }
            sequence.finish()
        }
        HirKind::Alternation(branches) => known_alternation(branches),
    }
}

fn known_class(class: &Class) -> Known {
    let ranges = ranges(class);
    let characters = ranges.iter().flat_map(|&(first, last)| first..=last);
    let mut folded: Vec<String> = Vec::new();
    for (nth, character) in characters.enumerate() {
        if nth == CLASS_CHARS_MAX {
            return Known::opaque(1);
        }
        folded.push(fold(character).to_string());
    }
    make_set(&mut folded);
    if folded.len() <= CLASS_FOLDED_MAX { Known::exact(folded) } else { Known::opaque(1) }
}

fn known_alternation(branches: &[Hir]) -> Known {
    let known: Vec<_> = branches.iter().map(known).collect();
    let mut strings = Vec::new();
    let exact = known.iter().all(|branch| {
        strings.extend(branch.exact.iter().flatten().cloned());
        branch.exact.is_some()
    });
    make_set(&mut strings);
    if exact && strings.len() <= REGEX_LITERALS_MAX {
        return Known::exact(strings);
    }
    let chars = known.iter().map(|branch| branch.chars).max().unwrap_or(0);
    let best = known.into_iter().map(|branch| branch.candidates().into_iter().next());
    Known { exact: None, candidates: Required::any_of(best).into_iter().collect(), chars }
}

impl Default for Sequence {
    fn default() -> Sequence {
        let piece = vec![String::new()];
        Sequence { piece, before_piece: 0, whole: true, candidates: Vec::new(), chars: 0 }
    }
}

impl Sequence {
    /// Adds a part.
    fn push(&mut self, part: &Known) {
        match &part.exact {
            Some(strings) => self.push_exact(strings),
            None => {
                for required in &part.candidates {
                    self.offer(required.clone().after(self.chars));
                }
                self.cut(part.chars);
            }
        }
    }

    fn push_exact(&mut self, strings: &[String]) {
        if !can_join(&self.piece, strings) {
            self.cut(0);
        }
        self.piece = joined(&self.piece, strings);
        self.chars = self.chars.saturating_add(saturated(longest(strings)));
    }

    /// Adds `x{min,max}`: `x` as often as it must be, then as often as it may be. What then follows comes after an `x`
    /// again, so `lo+l` requires `lo` and `ol`.
    fn push_repetition(&mut self, repetition: &Repetition) {
        let part = known(&repetition.sub);
        let copies = repetition.min.min(saturated(REGEX_LITERAL_CHARS_MAX).into());
        for _ in 0..copies {
            self.push(&part);
        }
        let rest = repetition.max.map(|max| max - copies);
        if rest == Some(0) {
            return;
        }
        let exact = part.exact.as_deref();
        if let Some(strings) = exact.zip(rest).and_then(|(strings, rest)| up_to(strings, rest)) {
            self.push_exact(&strings);
            return;
        }
        self.cut(times(part.chars, rest));
        if let Some(strings) = exact.filter(|_| copies > 0) {
            self.piece = strings.to_vec();
        }
    }

    /// Sets the piece down, and begins a new one after so many characters that are not known.
    fn cut(&mut self, chars: u8) {
        let piece = std::mem::replace(&mut self.piece, vec![String::new()]);
        if let Some(required) = Required::one_of(&piece, self.before_piece) {
            self.offer(required);
        }
        self.chars = self.chars.saturating_add(chars);
        self.before_piece = self.chars;
        self.whole = false;
    }

    /// Keeps a candidate if it is one of the most telling.
    fn offer(&mut self, required: Required) {
        let cost = required.cost();
        let at = self.candidates.partition_point(|better| better.cost() <= cost);
        self.candidates.insert(at, required);
        self.candidates.truncate(CANDIDATES_MAX);
    }

    fn finish(mut self) -> Known {
        if self.whole {
            return Known::exact(self.piece);
        }
        let chars = self.chars;
        self.cut(0);
        Known { exact: None, candidates: self.candidates, chars }
    }
}

/// Whether the product of two sets is small.
fn can_join(a: &[String], b: &[String]) -> bool {
    let few = PRODUCT_MAX.max(a.len()).max(b.len());
    a.len() * b.len() <= few && longest(a) + longest(b) <= REGEX_LITERAL_CHARS_MAX
}

/// Each string of one set with each of the other.
fn joined(a: &[String], b: &[String]) -> Vec<String> {
    let mut product: Vec<_> =
        a.iter().flat_map(|start| b.iter().map(move |end| format!("{start}{end}"))).collect();
    make_set(&mut product);
    product
}

/// What `x{0,most}` matches, if that is few strings.
fn up_to(strings: &[String], most: u32) -> Option<Vec<String>> {
    let mut power = vec![String::new()];
    let mut all = power.clone();
    for _ in 0..most {
        if !can_join(&power, strings) {
            return None;
        }
        power = joined(&power, strings);
        all.extend_from_slice(&power);
        if all.len() > PRODUCT_MAX {
            return None;
        }
    }
    make_set(&mut all);
    Some(all)
}

fn make_set(strings: &mut Vec<String>) {
    strings.sort_unstable();
    strings.dedup();
}

/// Characters of the longest.
fn longest(strings: &[String]) -> usize {
    strings.iter().map(|string| string.chars().count()).max().unwrap_or(0)
}

fn saturated(chars: usize) -> u8 {
    u8::try_from(chars).unwrap_or(UNBOUNDED)
}

/// Characters of so many copies; without a number there is no bound.
fn times(chars: u8, copies: Option<u32>) -> u8 {
    match copies {
        _ if chars == 0 => 0,
        Some(copies) => chars.saturating_mul(u8::try_from(copies).unwrap_or(UNBOUNDED)),
        None => UNBOUNDED,
    }
}
