//! Numbers for distinct byte strings, in the order in which they are first seen. Used while an index is built.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

/// See the module's text.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    table: HashTable<u32>,
    bytes: Vec<u8>,
    ends: Vec<u64>,
    hasher: RandomState,
}

impl Interner {
    /// The number of a string; it gets the next one if it is new.
    pub(crate) fn intern(&mut self, string: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(string);
        let Interner { table, bytes, ends, hasher } = self;
        let get = |number: u32| value(bytes, ends, number);
        if let Some(&number) = table.find(hash, |&number| get(number) == string) {
            return number;
        }
        let number = u32::try_from(ends.len()).expect("the builder bounds what it interns");
        table.insert_unique(hash, number, |&number| hasher.hash_one(get(number)));
        bytes.extend_from_slice(string);
        ends.push(bytes.len() as u64);
        number
    }

    /// The number of a string, if it has one.
    pub(crate) fn find(&self, string: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(string);
        self.table.find(hash, |&number| self.get(number) == string).copied()
    }

    /// The string of a number that was given.
    pub(crate) fn get(&self, number: u32) -> &[u8] {
        value(&self.bytes, &self.ends, number)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places in memory")]
fn value<'a>(bytes: &'a [u8], ends: &[u64], number: u32) -> &'a [u8] {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    &bytes[start as usize..ends[number] as usize]
}
