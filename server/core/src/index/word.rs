//! Words by their numbers, and filters of words.

use std::ops::BitOrAssign;

use zerocopy::{FromBytes, Immutable, IntoBytes};

/// The id of a word with its sigil. Ids are given from the rarest word to the most frequent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable,
)]
#[repr(transparent)]
pub(crate) struct WordId(pub(crate) u32);

/// A set of words, of which each is one of 64, of 32 and of 16 bits: of what there is much, the index keeps the narrow one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WordFilter {
    /// For the words that lead on from a word.
    pub(crate) of_64: u64,
    /// For the words that lead on from a node.
    pub(crate) of_32: u32,
    /// For the words that a pattern of a leaf needs.
    pub(crate) of_16: u16,
}

impl WordId {
    /// No word: in an empty slot, or for a token that the vocabulary does not hold.
    pub(crate) const NONE: WordId = WordId(u32::MAX);
}

impl WordFilter {
    /// The set of one word.
    #[inline]
    pub(crate) fn of(word: WordId) -> WordFilter {
        let hash = word.0.wrapping_mul(0x9e37_79b1);
        WordFilter { of_64: 1 << (hash >> 26), of_32: 1 << (hash >> 27), of_16: 1 << (hash >> 28) }
    }

    /// The set of several.
    pub(crate) fn of_all(words: impl IntoIterator<Item = WordId>) -> WordFilter {
        let mut all = WordFilter::default();
        for word in words {
            all |= WordFilter::of(word);
        }
        all
    }
}

impl BitOrAssign for WordFilter {
    #[inline]
    fn bitor_assign(&mut self, other: WordFilter) {
        self.of_64 |= other.of_64;
        self.of_32 |= other.of_32;
        self.of_16 |= other.of_16;
    }
}
