//! Words by their numbers.

/// The id of a word with its sigil. Ids are given from the rarest word to the most frequent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct WordId(pub(crate) u32);

impl WordId {
    /// No word: in an empty slot, or for a token that the vocabulary does not hold.
    pub(crate) const NONE: WordId = WordId(u32::MAX);
}

/// A word's bit in a filter.
#[inline]
pub(crate) fn filter_bit(word: WordId) -> u32 {
    1 << (word.0.wrapping_mul(0x9e37_79b1) >> 27)
}
