//! From a parsed expression to its program.
//!
//! The order of preference is that of the `regex` crate, so that a program finds the same match among those that begin
//! at one place.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::limits::REGEX_PROGRAM_BYTES_MAX;

use super::error::RegexReason;
use super::program::{Beginning, Instruction, Ranges};

/// A program whose classes are its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Compiled {
    pub(super) instructions: Vec<Instruction>,
    pub(super) classes: Vec<Ranges>,
}

/// Compiles an expression.
///
/// # Errors
/// [`RegexReason::TooLarge`]. It is found while the program grows, so that no more is ever allocated.
pub(super) fn compile(hir: &Hir) -> Result<Compiled, RegexReason> {
    let mut compiler = Compiler::default();
    compiler.expression(hir)?;
    compiler.push(Instruction::Match)?;
    Ok(compiler.compiled)
}

#[derive(Debug, Default)]
struct Compiler {
    compiled: Compiled,
    bytes: usize,
}

impl Compiled {
    /// The characters with which a match can begin. It must not match without any character.
    pub(super) fn beginning(&self) -> Beginning {
        let mut beginning = Beginning::default();
        let mut seen = vec![false; self.instructions.len()];
        let mut stack = vec![0];
        while let Some(at) = stack.pop() {
            if std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            match self.instructions[at as usize] {
                Instruction::Match => {}
                Instruction::Char(character) => beginning.add_char(character),
                Instruction::Class(class) => beginning.add_ranges(&self.classes[class as usize]),
                Instruction::Look(_) => stack.push(at + 1),
                Instruction::Jump(there) => stack.push(there),
                Instruction::Split(there) | Instruction::SplitBack(there) => {
                    stack.extend([there, at + 1]);
                }
            }
        }
        beginning
    }
}

impl Compiler {
    fn expression(&mut self, hir: &Hir) -> Result<(), RegexReason> {
        match hir.kind() {
            HirKind::Empty => Ok(()),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).expect("what matches is UTF-8");
                text.chars().try_for_each(|character| self.push(Instruction::Char(character)))
            }
            HirKind::Class(class) => self.class(class),
            HirKind::Look(look) => self.push(Instruction::Look(*look)),
            HirKind::Repetition(repetition) => self.repetition(repetition),
            HirKind::Capture(capture) => self.expression(&capture.sub),
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.expression(part)),
            HirKind::Alternation(branches) => self.alternation(branches),
        }
    }

    fn class(&mut self, class: &Class) -> Result<(), RegexReason> {
        let ranges = ranges(class);
        let classes = &mut self.compiled.classes;
        let number = classes.iter().position(|known| *known == ranges).unwrap_or(classes.len());
        if number == classes.len() {
            self.bytes += size_of_val(&*ranges);
            classes.push(ranges);
        }
        self.push(Instruction::Class(place(number)))
    }

    fn alternation(&mut self, branches: &[Hir]) -> Result<(), RegexReason> {
        let (last, others) = branches.split_last().expect("an alternation has branches");
        let mut ends = Vec::new();
        for branch in others {
            let split = self.hole()?;
            self.expression(branch)?;
            ends.push(self.hole()?);
            self.fill(split, Instruction::Split(self.here()));
        }
        self.expression(last)?;
        for end in ends {
            self.fill(end, Instruction::Jump(self.here()));
        }
        Ok(())
    }

    fn repetition(&mut self, repetition: &Repetition) -> Result<(), RegexReason> {
        let Repetition { min, max, greedy, ref sub } = *repetition;
        match max {
            None if min == 0 => self.any_number(sub, greedy),
            None => {
                (1..min).try_for_each(|_| self.expression(sub))?;
                self.once_or_more(sub, greedy)
            }
            Some(max) => {
                (0..min).try_for_each(|_| self.expression(sub))?;
                self.up_to(sub, greedy, max - min)
            }
        }
    }

    /// `x*`. If `x` can be empty it is `(x+)?`: a loop whose first round may be empty would prefer to leave at once.
    fn any_number(&mut self, sub: &Hir, greedy: bool) -> Result<(), RegexReason> {
        let split = self.hole()?;
        if sub.properties().minimum_len().is_some_and(|length| length > 0) {
            self.expression(sub)?;
            self.push(Instruction::Jump(split))?;
        } else {
            self.once_or_more(sub, greedy)?;
        }
        self.fill(split, or_else(greedy, self.here()));
        Ok(())
    }

    /// `x+`
    fn once_or_more(&mut self, sub: &Hir, greedy: bool) -> Result<(), RegexReason> {
        let start = self.here();
        self.expression(sub)?;
        self.push(or_else(!greedy, start))
    }

    /// `x{0,most}`: each time it may end.
    fn up_to(&mut self, sub: &Hir, greedy: bool, most: u32) -> Result<(), RegexReason> {
        let mut splits = Vec::new();
        for _ in 0..most {
            splits.push(self.hole()?);
            self.expression(sub)?;
        }
        for split in splits {
            self.fill(split, or_else(greedy, self.here()));
        }
        Ok(())
    }

    fn here(&self) -> u32 {
        place(self.compiled.instructions.len())
    }

    fn push(&mut self, instruction: Instruction) -> Result<(), RegexReason> {
        self.bytes += size_of::<Instruction>();
        if self.bytes > REGEX_PROGRAM_BYTES_MAX {
            return Err(RegexReason::TooLarge);
        }
        self.compiled.instructions.push(instruction);
        Ok(())
    }

    /// Leaves room for an instruction that is known later.
    fn hole(&mut self) -> Result<u32, RegexReason> {
        let hole = self.here();
        self.push(Instruction::Match)?;
        Ok(hole)
    }

    fn fill(&mut self, hole: u32, instruction: Instruction) {
        self.compiled.instructions[hole as usize] = instruction;
    }
}

/// Goes on with the next instruction or there; `next_first` says which of the two is preferred.
fn or_else(next_first: bool, there: u32) -> Instruction {
    if next_first { Instruction::Split(there) } else { Instruction::SplitBack(there) }
}

fn place(number: usize) -> u32 {
    u32::try_from(number).expect("programs are bounded")
}

/// The characters of a class.
pub(super) fn ranges(class: &Class) -> Ranges {
    match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (range.start(), range.end())).collect()
        }
        Class::Bytes(class) => {
            debug_assert!(class.is_ascii(), "what matches is UTF-8");
            let ranges = class.ranges().iter();
            ranges.map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    }
}
