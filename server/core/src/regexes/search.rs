//! Which expressions match a text.
//!
//! The text is folded and read by the automaton of all literals, in one pass. Each literal that is found opens a window
//! for each expression that requires it: from the first to the last character at which a match with the literal at this
//! place can begin. Then each expression that has windows is run, in the order of their numbers.

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton as _, StateID};

use super::fold::fold;
use super::literals::UNBOUNDED;
use super::machine::{Machine, Task, Window};
use super::steps::{Spent, spend};
use super::{Posting, Regexes};

/// Bytes of a text that are folded and read for one step.
const BYTES_PER_STEP: u64 = 16;
/// Characters that a window goes back for one step, and what a window counts for beside those.
const CHARS_BACK_PER_STEP: u64 = 64;
const WINDOW_CHARS: u64 = 16;

/// What a thread reuses from text to text. It keeps nothing of a text or of the expressions.
#[derive(Debug, Default)]
pub struct RegexScratch {
    /// Each with its expression.
    windows: Vec<(u32, Window)>,
    /// Those of one expression.
    own: Vec<Window>,
    machine: Machine,
}

impl RegexScratch {
    /// A scratch that grows with the texts it sees.
    pub fn new() -> RegexScratch {
        RegexScratch::default()
    }

    /// Finds the expressions that match a text of at most 4 GiB, and leaves their numbers in `matched`, ascending.
    ///
    /// Takes steps of 0.03 to 0.15 µs from `steps_left`: for the bytes of the text, for each place of a literal, and
    /// for the work of each expression whose literal the text has. The same expressions and text always take the same.
    ///
    /// # Errors
    /// If the steps do not suffice. None are left then, and `matched` has some of the expressions that match, and no
    /// other.
    pub fn run(
        &mut self,
        regexes: &Regexes,
        text: &str,
        steps_left: &mut u32,
        matched: &mut Vec<u32>,
    ) -> Result<(), Spent> {
        matched.clear();
        if regexes.is_empty() {
            return Ok(());
        }
        self.open_windows(regexes, text, steps_left)?;
        self.windows.sort_unstable();
        for windows in self.windows.chunk_by(|a, b| a.0 == b.0) {
            let expression = windows[0].0;
            self.own.clear();
            self.own.extend(windows.iter().map(|&(_, window)| window));
            let task = Task { program: regexes.program(expression), text, leftmost: false };
            if self.machine.run(&task, &self.own, steps_left)?.is_some() {
                matched.push(expression);
            }
        }
        Ok(())
    }

    /// The leftmost match of one expression, as the `regex` crate finds it: its first byte and the byte after its last.
    ///
    /// # Errors
    /// If the steps do not suffice.
    ///
    /// # Panics
    /// If there is no expression of this number.
    pub fn find(
        &mut self,
        regexes: &Regexes,
        number: u32,
        text: &str,
        steps_left: &mut u32,
    ) -> Result<Option<(usize, usize)>, Spent> {
        let task = Task { program: regexes.program(number), text, leftmost: true };
        let until = u32::try_from(text.len()).expect("texts are bounded");
        self.machine.run(&task, &[Window { from: 0, until }], steps_left)
    }

    /// Bytes of memory.
    pub fn memory_bytes(&self) -> usize {
        self.windows.capacity() * size_of::<(u32, Window)>()
            + self.own.capacity() * size_of::<Window>()
            + self.machine.bytes()
    }

    /// Finds the literals in the folded text.
    fn open_windows(
        &mut self,
        regexes: &Regexes,
        text: &str,
        steps_left: &mut u32,
    ) -> Result<(), Spent> {
        self.windows.clear();
        spend(steps_left, (text.len() as u64).div_ceil(BYTES_PER_STEP))?;
        let literals = &regexes.literals;
        let mut state = literals.start_state(Anchored::No).expect("it is built for all places");
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            if byte.is_ascii() {
                state = literals.next_state(Anchored::No, state, byte.to_ascii_lowercase());
                at += 1;
            } else {
                let character = text[at..].chars().next().expect("there is a byte");
                for byte in fold(character).encode_utf8(&mut [0; 4]).bytes() {
                    state = literals.next_state(Anchored::No, state, byte);
                }
                at += character.len_utf8();
            }
            if literals.is_special(state) && literals.is_match(state) {
                self.found(regexes, text, state, at, steps_left)?;
            }
        }
        Ok(())
    }

    /// Opens the windows for the literals that end here.
    fn found(
        &mut self,
        regexes: &Regexes,
        text: &str,
        state: StateID,
        end: usize,
        steps_left: &mut u32,
    ) -> Result<(), Spent> {
        for nth in 0..regexes.literals.match_len(state) {
            let literal = regexes.literals.match_pattern(state, nth);
            let postings = regexes.postings_of(literal.as_usize());
            let chars_back = postings.iter().map(|posting| WINDOW_CHARS + posting.chars_back());
            spend(steps_left, chars_back.sum::<u64>().div_ceil(CHARS_BACK_PER_STEP))?;
            self.windows.extend(
                postings.iter().map(|posting| (posting.expression, posting.window(text, end))),
            );
        }
        Ok(())
    }
}

impl Posting {
    /// How many characters its windows go back.
    fn chars_back(&self) -> u64 {
        let before = if self.before == UNBOUNDED { 0 } else { self.before };
        u64::from(self.chars) + u64::from(before)
    }

    /// Where a match can begin if its literal ends at this byte.
    fn window(&self, text: &str, end: usize) -> Window {
        let last = back(text, end, self.chars);
        let from = if self.before == UNBOUNDED { 0 } else { back(text, last, self.before) };
        let place = |at| u32::try_from(at).expect("texts are bounded");
        Window { from: place(from), until: place(last) + 1 }
    }
}

/// The place so many characters before, or the begin of the text.
#[inline]
fn back(text: &str, mut at: usize, chars: u8) -> usize {
    for _ in 0..chars {
        at = at.saturating_sub(1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
    }
    at
}
