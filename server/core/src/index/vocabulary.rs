//! The vocabulary: from a folded word and its sigil to the word's id and to the root of its part of the trie.
//!
//! One open-addressing table of 32-byte slots, two to a cache line. A word of at most 15 bytes stands in its slot, so a
//! look-up reads one line, hit or miss, and compares the whole word; a longer one stands in an arena, and its slot holds
//! 64 bits of hash, so the arena is read only when the word is there but for a chance of 2⁻⁶⁴. What follows a hit in the
//! search (where the trie goes on, and what words must come along) is in the slot as well.
//!
//! Texts only probe this table, they never grow it: what a stranger sends cannot make probes longer. An inventory could;
//! [`Vocabulary::build`] tries other seeds if a run of slots becomes longer than it should be.

use broadside_memory::{Array, prefetch};
use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::trie::{Root, Target};
use super::word::WordId;
use crate::text::Sigil;

/// Bytes of a word that stands in its slot.
const INLINE_BYTES: usize = 15;
/// The longest run of slots that a look-up may have to walk, if any of a few seeds keeps it below.
const PROBES_MAX: usize = 64;
const SEEDS_MAX: u64 = 8;

/// See the module's text.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    pub(crate) slots: Array<Slot>,
    /// The bytes of words too long for their slots.
    pub(crate) long_words: Array<u8>,
    pub(crate) seed: u64,
    pub(crate) words: u32,
}

/// A word, and the [`Root`] that it leads to.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct Slot {
    filter: u64,
    key: Key,
    word: WordId,
    target: Target,
}

const _: () = assert!(size_of::<Slot>() == 32, "two slots to a cache line");

/// Words are equal if their keys are, and for long words their bytes in the arena too.
///
/// `bytes` is the word followed by zeros; the last byte holds its length and its sigil. For a long word: 8 bytes of
/// hash, 4 of its place in the arena (zero in a key that is looked for), 2 of its length, 1 unused, and the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable)]
#[repr(transparent)]
struct Key([u8; 16]);

impl Slot {
    #[inline]
    fn root(&self) -> Root {
        Root { target: self.target, filter: self.filter }
    }
}

/// A word that is looked for: its key and its hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probe {
    key: Key,
    hash: u64,
}

impl Probe {
    /// Whether the key does not hold the whole word, so that its bytes must be at hand when it is looked up.
    #[inline]
    pub(crate) fn is_long(&self) -> bool {
        self.key.is_long()
    }
}

const LENGTH_LONG: u8 = 0x0f + 1;
const SIGIL_SHIFT: u32 = 5;

impl Key {
    /// The key of a word, and the hash of all of it.
    #[inline]
    fn of(sigil: Option<Sigil>, word: &[u8], seed: u64) -> (Key, u64) {
        let sigil = sigil.map_or(0, |sigil| sigil as u8) << SIGIL_SHIFT;
        let mut bytes = [0; 16];
        if let Some(head) = bytes.get_mut(..word.len()).filter(|_| word.len() <= INLINE_BYTES) {
            head.copy_from_slice(word);
            #[expect(clippy::cast_possible_truncation, reason = "at most 15")]
            let length = word.len() as u8;
            bytes[15] = sigil | length;
            return (Key(bytes), mix(bytes, seed));
        }
        let hash = hash_bytes(word, seed);
        bytes[..8].copy_from_slice(&hash.to_le_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "a text has at most 64 KiB")]
        let length = (word.len() as u64).min(u64::from(u16::MAX)) as u16;
        bytes[12..14].copy_from_slice(&length.to_le_bytes());
        bytes[15] = sigil | LENGTH_LONG;
        (Key(bytes), mix(bytes, seed))
    }

    fn is_long(self) -> bool {
        self.0[15] & LENGTH_LONG != 0
    }

    /// The key of a long word at its place in the arena.
    fn at(mut self, place: u32) -> Key {
        self.0[8..12].copy_from_slice(&place.to_le_bytes());
        self
    }

    fn place(self) -> usize {
        u32::from_le_bytes([self.0[8], self.0[9], self.0[10], self.0[11]]) as usize
    }
}

/// Mixes sixteen bytes into a hash whose upper bits choose the slot.
#[inline]
fn mix(bytes: [u8; 16], seed: u64) -> u64 {
    let value = u128::from_le_bytes(bytes);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let (low, high) = (value as u64, (value >> 64) as u64);
    let product = u128::from(low ^ 0x9e37_79b9_7f4a_7c15 ^ seed)
        .wrapping_mul(u128::from(high ^ 0xd1b5_4a32_d192_ed03));
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let folded = (product as u64) ^ ((product >> 64) as u64);
    folded.wrapping_mul(0xff51_afd7_ed55_8ccd) ^ low.wrapping_mul(0xc4ce_b9fe_1a85_ec53)
}

/// A hash of bytes of any length. Who chooses the bytes and knows the seed can make it collide.
pub(super) fn hash_bytes(word: &[u8], seed: u64) -> u64 {
    word.chunks(16).fold(seed ^ word.len() as u64, |hash, chunk| {
        let mut bytes = [0; 16];
        bytes[..chunk.len()].copy_from_slice(chunk);
        mix(bytes, hash.rotate_left(23).wrapping_add(0xa076_1d64_78bd_642f))
    })
}

impl Vocabulary {
    /// Builds the table. `words` gives each word's sigil and bytes, in the order of their ids; `roots` what each leads to.
    pub(crate) fn build<'a>(
        words: &(impl ExactSizeIterator<Item = (Option<Sigil>, &'a [u8])> + Clone),
        roots: &[Root],
    ) -> Vocabulary {
        assert_eq!(words.len(), roots.len(), "each word has a root");
        for seed in 0..SEEDS_MAX {
            let vocabulary = Vocabulary::build_with_seed(words.clone(), roots, seed);
            if vocabulary.longest_run() <= PROBES_MAX || seed + 1 == SEEDS_MAX {
                return vocabulary;
            }
        }
        unreachable!("the last seed is taken as it is");
    }

    fn build_with_seed<'a>(
        words: impl ExactSizeIterator<Item = (Option<Sigil>, &'a [u8])>,
        roots: &[Root],
        seed: u64,
    ) -> Vocabulary {
        let count = u32::try_from(words.len()).expect("words are counted in 32 bits");
        let empty = Slot { filter: 0, key: Key([0; 16]), word: WordId::NONE, target: Target::NONE };
        // At most two thirds full.
        let mut slots = vec![empty; words.len() + words.len() / 2 + 1];
        let mut long_words = Vec::new();
        for (id, (sigil, word)) in (0..count).zip(words) {
            let (mut key, hash) = Key::of(sigil, word, seed);
            if key.is_long() {
                let place = u32::try_from(long_words.len()).expect("an arena has at most 4 GiB");
                key = key.at(place);
                long_words.extend_from_slice(word);
            }
            let mut at = slot_of(hash, slots.len());
            while slots[at].word != WordId::NONE {
                at = if at + 1 == slots.len() { 0 } else { at + 1 };
            }
            let Root { target, filter } = roots[id as usize];
            slots[at] = Slot { filter, key, word: WordId(id), target };
        }
        Vocabulary {
            slots: Array::with_huge_pages(slots),
            long_words: long_words.into(),
            seed,
            words: count,
        }
    }

    /// What to look for, to be made as soon as a word is known.
    #[inline]
    pub(crate) fn probe(&self, sigil: Option<Sigil>, word: &[u8]) -> Probe {
        let (key, hash) = Key::of(sigil, word, self.seed);
        Probe { key, hash }
    }

    /// Asks memory for the slot where a look-up begins.
    #[inline]
    pub(crate) fn prefetch(&self, probe: &Probe) {
        prefetch(&self.slots, slot_of(probe.hash, self.slots.len()));
    }

    /// Finds a word, and what it leads to. `long_word` is the word itself if its probe [is long](Probe::is_long).
    #[inline]
    pub(crate) fn find(&self, probe: &Probe, long_word: &[u8]) -> Option<(WordId, Root)> {
        let mut at = slot_of(probe.hash, self.slots.len());
        loop {
            let slot = &self.slots[at];
            if slot.word == WordId::NONE {
                return None;
            }
            if self.is_same(slot.key, probe.key, long_word) {
                return Some((slot.word, slot.root()));
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    #[inline]
    fn is_same(&self, key: Key, sought: Key, long_word: &[u8]) -> bool {
        if !sought.is_long() {
            return key == sought;
        }
        let place = key.place();
        key.is_long()
            && key.at(0) == sought
            && self.long_words.get(place..place + long_word.len()) == Some(long_word)
    }

    /// Distinct words.
    pub(crate) fn words(&self) -> u32 {
        self.words
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.slots.size_bytes() + self.long_words.len()
    }

    /// Every word's id and what it leads to.
    pub(crate) fn roots(&self) -> impl Iterator<Item = (WordId, Root)> {
        self.slots
            .iter()
            .filter(|slot| slot.word != WordId::NONE)
            .map(|slot| (slot.word, slot.root()))
    }

    fn longest_run(&self) -> usize {
        let (mut longest, mut run) = (0, 0);
        for slot in &self.slots {
            run = if slot.word == WordId::NONE { 0 } else { run + 1 };
            longest = longest.max(run);
        }
        longest
    }

    /// Says what is wrong with the table, if anything is.
    pub(crate) fn validate(&self) -> Result<(), String> {
        let mut seen = vec![false; self.words as usize];
        for (word, root) in self.roots() {
            let Some(seen) = seen.get_mut(word.0 as usize) else {
                return Err(format!("vocabulary: word {} of {}", word.0, self.words));
            };
            if std::mem::replace(seen, true) {
                return Err(format!("vocabulary: word {} stands twice", word.0));
            }
            if (root.target == Target::NONE) != (root.filter == 0) {
                return Err(format!("vocabulary: word {} has the filter of another", word.0));
            }
        }
        if seen.contains(&false) || self.slots.len() <= self.words as usize {
            return Err("vocabulary: a word is missing, or no slot is empty".to_owned());
        }
        Ok(())
    }
}

/// The slot where a search for this hash begins: its share of the whole range.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "below the number of slots")]
fn slot_of(hash: u64, slots: usize) -> usize {
    ((u128::from(hash) * slots as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::{Root, Target, Vocabulary, WordId};
    use crate::index::leaves::LeafId;
    use crate::text::Sigil;

    fn vocabulary(words: &[(Option<Sigil>, &str)]) -> Vocabulary {
        let roots = vec![Root { target: Target::leaf(LeafId(0)), filter: 1 }; words.len()];
        let bytes: Vec<_> = words.iter().map(|&(sigil, word)| (sigil, word.as_bytes())).collect();
        let vocabulary = Vocabulary::build(&bytes.into_iter(), &roots);
        vocabulary.validate().expect("a vocabulary just built is valid");
        vocabulary
    }

    fn find(vocabulary: &Vocabulary, sigil: Option<Sigil>, word: &str) -> Option<WordId> {
        let probe = vocabulary.probe(sigil, word.as_bytes());
        vocabulary.find(&probe, word.as_bytes()).map(|(word, _)| word)
    }

    #[test]
    fn words_of_every_length_and_sigil_are_found_and_no_others() {
        let lengths = (1..80).flat_map(|length| {
            [None, Some(Sigil::Hash), Some(Sigil::At), Some(Sigil::Dollar)]
                .map(|sigil| (sigil, "x".repeat(length)))
        });
        let words: Vec<_> = lengths.collect();
        let (present, absent): (Vec<_>, Vec<_>) = words
            .iter()
            .map(|(sigil, word)| (*sigil, word.as_str()))
            .enumerate()
            .partition(|(at, _)| at % 3 > 0);
        let present: Vec<_> = present.into_iter().map(|(_, word)| word).collect();
        let vocabulary = vocabulary(&present);
        for (id, (sigil, word)) in (0..).zip(present) {
            assert_eq!(find(&vocabulary, sigil, word), Some(WordId(id)), "{sigil:?} {word}");
        }
        for (_, (sigil, word)) in absent {
            assert_eq!(find(&vocabulary, sigil, word), None, "{sigil:?} {word}");
        }
    }

    #[test]
    fn an_empty_vocabulary_holds_nothing() {
        assert_eq!(find(&vocabulary(&[]), None, "x"), None);
    }

    #[test]
    fn a_long_word_is_compared_to_its_last_byte() {
        let vocabulary = vocabulary(&[(None, "pneumonoultramicroscopic")]);
        assert_eq!(find(&vocabulary, None, "pneumonoultramicroscopid"), None);
        assert_eq!(find(&vocabulary, None, "pneumonoultramicroscopic"), Some(WordId(0)));
        assert_eq!(find(&vocabulary, Some(Sigil::At), "pneumonoultramicroscopic"), None);
    }
}
