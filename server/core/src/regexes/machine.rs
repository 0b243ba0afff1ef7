//! Runs programs: Thompson's simulation, all ways through a program at once, one character after the other.
//!
//! Threads are kept in the order of preference, each with the place where it began, so that the same machine says
//! whether something matches and finds what the `regex` crate finds: the leftmost match, and the preferred one of
//! those. A new thread begins only inside the windows that it is given. Where no thread lives, the text is skipped up
//! to a character with which a match can begin.
//!
//! A run takes at most characters × instructions, and stops when its steps are spent. What it takes depends on program,
//! text and windows alone.

use super::looks;
use super::program::{Instruction, Program};
use super::steps::{Spent, spend};

/// Instructions visited for one step.
const VISITS_PER_STEP: u64 = 24;
/// Visits that a look at the surroundings counts for.
const LOOK_VISITS: u64 = 4;
/// Visits that an instruction counts for that is asked whether it takes a character: one that is ASCII, and any other,
/// which has to be searched for in the ranges of a class.
const TAKES_VISITS: [u64; 2] = [1, 3];
/// Bytes skipped for one visit.
const SKIPPED_PER_VISIT: usize = 8;

/// Bytes of a text where a match may begin: `from..until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Window {
    pub(super) from: u32,
    pub(super) until: u32,
}

/// A run's program, text, and whether it looks for the leftmost match or for the end of any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) program: Program<'a>,
    pub(super) text: &'a str,
    pub(super) leftmost: bool,
}

/// What is reused from run to run.
#[derive(Debug, Default)]
pub(super) struct Machine {
    now: Vec<Thread>,
    next: Vec<Thread>,
    ways: Ways,
}

/// One way through a program.
#[derive(Debug, Clone, Copy)]
struct Thread {
    /// An instruction that takes a character, or [`Instruction::Match`].
    at: u32,
    /// Where the match begins.
    start: u32,
}

/// The instructions that can be reached at one place in the text without taking a character.
#[derive(Debug, Default)]
struct Ways {
    /// For each instruction the stamp of the place at which it was last reached.
    seen: Vec<u32>,
    stamp: u32,
    stack: Vec<u32>,
    visits: u64,
}

/// Windows that are used up from the left. They are sorted by where they begin.
struct Windows<'a> {
    rest: &'a [Window],
    until: usize,
}

impl Machine {
    /// Finds a match that begins in one of the windows. If any match will do, only its end has a meaning.
    pub(super) fn run(
        &mut self,
        task: &Task<'_>,
        windows: &[Window],
        steps_left: &mut u32,
    ) -> Result<Option<(usize, usize)>, Spent> {
        self.ways.begin(task.program);
        let found = self.walk(task, windows, u64::from(*steps_left) * VISITS_PER_STEP);
        spend(steps_left, 1 + self.ways.visits / VISITS_PER_STEP)?;
        Ok(found)
    }

    /// The same, but gives up after so many visits.
    fn walk(
        &mut self,
        task: &Task<'_>,
        windows: &[Window],
        visits_max: u64,
    ) -> Option<(usize, usize)> {
        let Machine { now, next, ways } = self;
        let mut windows = Windows { rest: windows, until: 0 };
        let mut found = None;
        let mut at = 0;
        now.clear();
        while ways.visits < visits_max {
            if now.is_empty() {
                if found.is_some() {
                    break;
                }
                at = windows.next_start(task, at, &mut ways.visits)?;
                ways.next_place();
            }
            if found.is_none() && windows.have(at) && task.may_begin(at) {
                ways.follow(task, Thread { at: 0, start: place(at) }, at, now);
            }
            let character = task.text[at..].chars().next();
            let after = at + character.map_or(0, char::len_utf8);
            ways.next_place();
            let ascii = character.is_none_or(|character| character.is_ascii());
            ways.visits += 1 + now.len() as u64 * TAKES_VISITS[usize::from(!ascii)];
            next.clear();
            for thread in now.iter() {
                if task.program.instructions[thread.at as usize] == Instruction::Match {
                    found = Some((thread.start as usize, at));
                    break;
                }
                if task.takes(thread.at, character) {
                    let thread = Thread { at: thread.at + 1, ..*thread };
                    if ways.follow(task, thread, after, next) && !task.leftmost {
                        return Some((thread.start as usize, after));
                    }
                }
            }
            std::mem::swap(now, next);
            at = after;
        }
        found
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        let threads = self.now.capacity() + self.next.capacity();
        let numbers = self.ways.seen.capacity() + self.ways.stack.capacity();
        threads * size_of::<Thread>() + numbers * size_of::<u32>()
    }
}

impl Task<'_> {
    /// Whether a match can begin with what is here.
    #[inline]
    fn may_begin(&self, at: usize) -> bool {
        self.text.as_bytes().get(at).is_some_and(|&byte| self.program.beginning.has(byte))
    }

    /// Whether an instruction takes this character.
    #[inline]
    fn takes(&self, at: u32, character: Option<char>) -> bool {
        let Some(character) = character else { return false };
        match self.program.instructions[at as usize] {
            Instruction::Char(wanted) => character == wanted,
            Instruction::Class(class) => self.program.classes.has(class, character),
            _ => false,
        }
    }
}

impl Ways {
    fn begin(&mut self, program: Program<'_>) {
        self.visits = 0;
        if self.seen.len() < program.instructions.len() {
            self.seen.resize(program.instructions.len(), 0);
        }
    }

    /// Forgets what was reached.
    fn next_place(&mut self) {
        if self.stamp == u32::MAX {
            self.seen.fill(0);
            self.stamp = 0;
        }
        self.stamp += 1;
    }

    /// Adds the threads that a way leads to, in the order of preference. Says whether a match ends at this place.
    fn follow(
        &mut self,
        task: &Task<'_>,
        way: Thread,
        place: usize,
        into: &mut Vec<Thread>,
    ) -> bool {
        let Ways { seen, stamp, stack, visits } = self;
        let mut matches = false;
        stack.push(way.at);
        while let Some(mut at) = stack.pop() {
            *visits += 1;
            while std::mem::replace(&mut seen[at as usize], *stamp) != *stamp {
                *visits += 1;
                match task.program.instructions[at as usize] {
                    Instruction::Jump(there) => at = there,
                    Instruction::Split(there) => {
                        stack.push(there);
                        at += 1;
                    }
                    Instruction::SplitBack(there) => {
                        stack.push(at + 1);
                        at = there;
                    }
                    Instruction::Look(look) => {
                        *visits += LOOK_VISITS;
                        if !looks::holds(look, task.text, place) {
                            break;
                        }
                        at += 1;
                    }
                    taking
                    @ (Instruction::Char(_) | Instruction::Class(_) | Instruction::Match) => {
                        matches |= taking == Instruction::Match;
                        into.push(Thread { at, ..way });
                        break;
                    }
                }
            }
        }
        matches
    }
}

impl Windows<'_> {
    /// Whether a match may begin here. Places are asked for in ascending order.
    #[inline]
    fn have(&mut self, at: usize) -> bool {
        while let Some((first, rest)) = self.rest.split_first()
            && first.from as usize <= at
        {
            self.until = self.until.max(first.until as usize);
            self.rest = rest;
        }
        at < self.until
    }

    /// The next place, from this one on, where a match may begin and where there is a character to begin with.
    fn next_start(&mut self, task: &Task<'_>, mut at: usize, visits: &mut u64) -> Option<usize> {
        loop {
            if self.have(at) {
                let rest = &task.text.as_bytes()[at..self.until];
                let skipped = rest.iter().position(|&byte| task.program.beginning.has(byte));
                *visits += (skipped.unwrap_or(rest.len()) / SKIPPED_PER_VISIT) as u64;
                match skipped {
                    Some(skipped) => return Some(at + skipped),
                    None => at = self.until,
                }
            } else {
                at = self.rest.first()?.from as usize;
            }
        }
    }
}

/// A place in a text.
fn place(at: usize) -> u32 {
    u32::try_from(at).expect("texts are bounded")
}

#[cfg(test)]
mod tests;
