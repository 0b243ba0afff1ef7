//! Numbered strings that are found by their bytes: the constants of all expressions, and the names of attributes.
//!
//! One open-addressing table of numbers, at most half full, over an arena. Queries only probe it, they never grow it;
//! [`Strings::build`] tries other seeds if a run of slots becomes longer than it should be.

use crate::index::arena::{Arena, ArenaBuilder};
use crate::index::interner::Interner;

/// See the module's text.
#[derive(Debug, Clone, Default)]
pub(super) struct Strings {
    slots: Vec<u32>,
    texts: Arena,
    seed: u64,
}

const EMPTY: u32 = u32::MAX;
/// The longest run of slots that a look-up may have to walk, if any of a few seeds keeps it below.
const RUN_MAX: usize = 64;
const SEEDS_MAX: u64 = 8;

impl Strings {
    /// The table of what was interned, under the same numbers.
    pub(super) fn build(interner: &Interner) -> Strings {
        let mut strings = Strings { texts: arena(interner), ..Strings::default() };
        for seed in 0..SEEDS_MAX {
            strings.seed = seed;
            strings.fill_slots();
            if strings.longest_run() <= RUN_MAX {
                break;
            }
        }
        strings
    }

    fn fill_slots(&mut self) {
        // One more than twice as many: some slot is empty, so that every search ends.
        self.slots = vec![EMPTY; 2 * self.len() + 1];
        for number in 0..numbers(self.len()) {
            let mut at = self.first_slot(self.get(number));
            while self.slots[at] != EMPTY {
                at = self.after(at);
            }
            self.slots[at] = number;
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The string of a number.
    pub(super) fn get(&self, number: u32) -> &str {
        self.texts.get_str(number as usize)
    }

    /// The number of a string, if it has one. Takes time linear in the string.
    pub(super) fn find(&self, string: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.first_slot(string);
        loop {
            let number = self.slots[at];
            if number == EMPTY {
                return None;
            }
            if self.get(number) == string {
                return Some(number);
            }
            at = self.after(at);
        }
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.slots.as_slice()) + self.texts.bytes()
    }

    /// Checks that each string is found, under its own number.
    pub(super) fn validate(&self, what: &str) -> Result<(), String> {
        let used = self.slots.iter().filter(|&&number| number != EMPTY);
        if used.clone().any(|&number| number as usize >= self.len()) || used.count() != self.len() {
            return Err(format!("{what}: the slots do not hold each number once"));
        }
        if self.slots.len() <= self.len() && self.len() > 0 {
            return Err(format!("{what}: no slot is empty"));
        }
        match (0..numbers(self.len())).find(|&number| self.find(self.get(number)) != Some(number)) {
            Some(number) => Err(format!("{what}: {number} is not found")),
            None => Ok(()),
        }
    }

    fn longest_run(&self) -> usize {
        let runs = self.slots.split(|&number| number == EMPTY);
        runs.map(<[u32]>::len).max().unwrap_or(0)
    }

    /// The slot where a search begins: the hash's share of the whole range.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "below the number of slots")]
    fn first_slot(&self, string: &str) -> usize {
        ((u128::from(hash(string.as_bytes(), self.seed)) * self.slots.len() as u128) >> 64) as usize
    }

    #[inline]
    fn after(&self, slot: usize) -> usize {
        if slot + 1 == self.slots.len() { 0 } else { slot + 1 }
    }
}

/// What was interned, by its numbers.
pub(super) fn arena(interner: &Interner) -> Arena {
    let mut arena = ArenaBuilder::default();
    for number in 0..numbers(interner.len()) {
        arena.push(interner.get(number));
    }
    arena.finish()
}

fn numbers(count: usize) -> u32 {
    u32::try_from(count).expect("the builder bounds how many strings there are")
}

/// Eight bytes at a time, each multiplied to twice its width and folded. Each seed has a multiplier of its own.
#[inline]
fn hash(string: &[u8], seed: u64) -> u64 {
    let multiplier = u128::from(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xd1b5_4a32_d192_ed03);
    string.chunks(8).fold(string.len() as u64, |hash, chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let mixed = hash.rotate_left(23) ^ u64::from_le_bytes(bytes) ^ 0xa076_1d64_78bd_642f;
        let product = u128::from(mixed) * multiplier;
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        let folded = (product as u64) ^ ((product >> 64) as u64);
        folded
    })
}

#[cfg(test)]
mod tests {
    use super::{Interner, Strings};

    #[test]
    fn what_was_interned_is_found_under_its_number_and_nothing_else_is() {
        let names: Vec<_> = (0..2_000).map(|n| "x".repeat(n % 40) + &n.to_string()).collect();
        let mut interner = Interner::default();
        for name in &names {
            interner.intern(name.as_bytes());
        }
        let strings = Strings::build(&interner);
        strings.validate("strings").expect("a table just built is valid");
        assert!(strings.longest_run() <= super::RUN_MAX);
        for (number, name) in (0..).zip(&names) {
            assert_eq!(strings.find(name), Some(number));
            assert_eq!(strings.get(number), name);
            assert_eq!(strings.find(&format!("{name}x")), None);
        }
    }

    #[test]
    fn another_seed_is_taken_if_strings_fall_together() {
        // Of many, those that a search under the first seed would all begin at the same few slots.
        let fall_together = |name: &String| super::hash(name.as_bytes(), 0) < u64::MAX / 200;
        let names = (0..50_000).map(|n| n.to_string()).filter(fall_together);
        let mut interner = Interner::default();
        for name in names {
            interner.intern(name.as_bytes());
        }
        assert!(interner.len() > 2 * super::RUN_MAX);
        let strings = Strings::build(&interner);
        strings.validate("strings").expect("a table just built is valid");
        assert!(strings.seed > 0 && strings.longest_run() <= super::RUN_MAX);
    }

    #[test]
    fn an_empty_table_holds_nothing() {
        assert_eq!(Strings::default().find("x"), None);
        assert_eq!(Strings::build(&Interner::default()).find(""), None);
        Strings::default().validate("strings").expect("it is valid");
    }

    #[test]
    fn a_torn_table_is_not_valid() {
        let mut interner = Interner::default();
        for name in ["a", "é", "ccc"] {
            interner.intern(name.as_bytes());
        }
        let check = |change: fn(&mut Strings), wrong: &str| {
            let mut strings = Strings::build(&interner);
            change(&mut strings);
            let error = strings.validate("strings").expect_err(wrong);
            assert!(error.contains(wrong), "{error}");
        };
        check(|strings| strings.slots.retain(|&number| number != 1), "each number once");
        check(|strings| strings.slots.retain(|&number| number != super::EMPTY), "no slot is empty");
        check(|strings| strings.slots.rotate_left(1), "not found");
    }
}
