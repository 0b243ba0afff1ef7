//! Numbers for distinct byte strings, in the order in which they are first seen. Used while an index is built.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

use super::arena::ArenaBuilder;

/// See the module's text.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    table: HashTable<u32>,
    strings: ArenaBuilder,
    hasher: RandomState,
}

impl Interner {
    /// The number of a string; it gets the next one if it is new.
    pub(crate) fn intern(&mut self, string: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(string);
        let Interner { table, strings, hasher } = self;
        let get = |number: u32| strings.get(number as usize);
        if let Some(&number) = table.find(hash, |&number| get(number) == string) {
            return number;
        }
        let number = u32::try_from(strings.len()).expect("the builder bounds what it interns");
        table.insert_unique(hash, number, |&number| hasher.hash_one(get(number)));
        strings.push(string);
        number
    }

    /// The number of a string, if it has one.
    pub(crate) fn find(&self, string: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(string);
        self.table.find(hash, |&number| self.get(number) == string).copied()
    }

    /// The string of a number that was given.
    pub(crate) fn get(&self, number: u32) -> &[u8] {
        self.strings.get(number as usize)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.strings.len()
    }
}
