//! Numbers for distinct words, in the order in which they are first seen: an [`Interner`](super::interner::Interner) for what
//! is short and comes again and again.
//!
//! An inventory has ten words for each of its keywords to look up here while it is built, and each look-up waits for memory.
//! So a word of at most [`HEAD_BYTES`] bytes stands in the table itself, beside its number, of a longer one its beginning, and
//! the table is one array on huge pages: a look-up reads one line of it.

use std::hash::{BuildHasher as _, RandomState};

use broadside_memory::advise_huge_pages;

use super::arena::ArenaBuilder;
use super::vocabulary::hash_bytes;

/// See the module's text.
#[derive(Debug)]
pub(crate) struct WordInterner {
    /// An open-addressing table, a power of two long and at most three quarters full.
    table: Vec<Entry>,
    words: ArenaBuilder,
    seed: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    head: Head,
    number: u32,
}

/// The beginning of a word, then zeros, and in the last byte how long it is, if that is below 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head([u8; HEAD_BYTES + 1]);

const HEAD_BYTES: usize = 11;
/// Entries of the first table.
const ENTRIES_MIN: usize = 64;

const _: () = assert!(size_of::<Entry>() == 16, "four entries to a cache line");

impl Default for WordInterner {
    fn default() -> WordInterner {
        WordInterner {
            table: vec![Entry::NONE; ENTRIES_MIN],
            words: ArenaBuilder::default(),
            seed: RandomState::new().hash_one(0),
        }
    }
}

impl Entry {
    /// No entry.
    const NONE: Entry = Entry { head: Head([u8::MAX; HEAD_BYTES + 1]), number: u32::MAX };
}

impl Head {
    #[inline]
    fn of(word: &[u8]) -> Head {
        let mut head = [0; HEAD_BYTES + 1];
        let bytes = word.len().min(HEAD_BYTES);
        head[..bytes].copy_from_slice(&word[..bytes]);
        head[HEAD_BYTES] = u8::try_from(word.len()).unwrap_or(u8::MAX);
        Head(head)
    }
}

impl WordInterner {
    /// The number of a word; it gets the next one if it is new.
    pub(crate) fn intern(&mut self, word: &[u8]) -> u32 {
        let (head, hash) = (Head::of(word), hash_bytes(word, self.seed));
        let is_short = word.len() <= HEAD_BYTES;
        let mut at = first_place(hash, self.table.len());
        loop {
            let entry = self.table[at];
            if entry.number == u32::MAX {
                break;
            }
            if entry.head == head && (is_short || self.get(entry.number) == word) {
                return entry.number;
            }
            at = (at + 1) & (self.table.len() - 1);
        }
        let number = u32::try_from(self.words.len()).expect("the builder bounds what it interns");
        self.table[at] = Entry { head, number };
        self.words.push(word);
        if 4 * self.words.len() > 3 * self.table.len() {
            self.grow();
        }
        number
    }

    /// Puts all entries into a table twice as long.
    fn grow(&mut self) {
        let entries = 2 * self.table.len();
        let mut table: Vec<Entry> = Vec::with_capacity(entries);
        advise_huge_pages(table.spare_capacity_mut());
        table.resize(entries, Entry::NONE);
        for entry in self.table.iter().filter(|entry| entry.number != u32::MAX) {
            let mut at = first_place(hash_bytes(self.get(entry.number), self.seed), entries);
            while table[at].number != u32::MAX {
                at = (at + 1) & (entries - 1);
            }
            table[at] = *entry;
        }
        self.table = table;
    }

    /// The word of a number that was given.
    pub(crate) fn get(&self, number: u32) -> &[u8] {
        self.words.get(number as usize)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

/// Where a search for this hash begins in a table of so many entries, a power of two.
#[inline]
fn first_place(hash: u64, entries: usize) -> usize {
    (hash >> 20) as usize & (entries - 1)
}

#[cfg(test)]
mod tests {
    use super::WordInterner;

    #[test]
    fn words_that_differ_in_a_byte_or_in_length_have_numbers_of_their_own() {
        let mut interner = WordInterner::default();
        let mut words = vec![String::new()];
        for length in (1..30).chain([254, 255, 256, 4_096]) {
            words.push("x".repeat(length));
            words.push("x".repeat(length - 1) + "y");
            words.push("y".to_owned() + &"x".repeat(length));
        }
        words.sort_unstable();
        words.dedup();
        for _ in 0..2 {
            for (number, word) in (0..).zip(&words) {
                assert_eq!(interner.intern(word.as_bytes()), number, "{}", word.len());
                assert_eq!(interner.get(number), word.as_bytes());
            }
        }
        assert_eq!(interner.len(), words.len());
    }

    #[test]
    fn zeros_at_the_end_count() {
        let mut interner = WordInterner::default();
        let words: [&[u8]; 4] = [b"a", b"a\0", b"a\0\0", b"\0"];
        let numbers = words.map(|word| interner.intern(word));
        assert_eq!(numbers, [0, 1, 2, 3]);
    }
}
