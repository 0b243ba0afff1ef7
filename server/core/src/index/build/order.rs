//! The orders that the layout rests on: of words and of listings.

use super::super::word_interner::WordInterner;
use super::Interner;
use super::drafts::Drafts;

/// New numbers for old ones, and the old ones in their new order.
pub(super) struct Renumbered {
    /// By old number: the new one.
    pub(super) new: Vec<u32>,
    /// By new number: the old one.
    pub(super) old: Vec<u32>,
}

impl Renumbered {
    fn by(
        mut old: Vec<u32>,
        mut compare: impl FnMut(u32, u32) -> std::cmp::Ordering,
    ) -> Renumbered {
        old.sort_unstable_by(|&a, &b| compare(a, b));
        let mut new = vec![0; old.len()];
        for (number, &was) in (0..).zip(&old) {
            new[was as usize] = number;
        }
        Renumbered { new, old }
    }
}

/// Words from the rarest to the most frequent, counting the keywords that have them; ties by bytes.
pub(super) fn words_by_frequency(words: &WordInterner, drafts: &Drafts) -> Renumbered {
    let mut frequency = vec![0u32; words.len()];
    let mut set = Vec::new();
    for &place in &drafts.places {
        set.clear();
        set.extend(drafts.tokens(place));
        make_set(&mut set, 0);
        for &word in &set {
            frequency[word as usize] += 1;
        }
    }
    let all = (0..).take(words.len()).collect();
    Renumbered::by(all, |a, b| {
        let frequencies = frequency[a as usize].cmp(&frequency[b as usize]);
        frequencies.then_with(|| words.get(a).cmp(words.get(b)))
    })
}

/// Listings by the bytes of their ids.
pub(super) fn listings_by_id(ids: &Interner) -> Renumbered {
    let all = (0..).take(ids.len()).collect();
    Renumbered::by(all, |a, b| ids.get(a).cmp(ids.get(b)))
}

/// Makes a set of the numbers from `start` on: ascending, each once.
pub(super) fn make_set(numbers: &mut Vec<u32>, start: usize) {
    numbers[start..].sort_unstable();
    let mut kept = start;
    for at in start..numbers.len() {
        if kept == start || numbers[at] != numbers[kept - 1] {
            numbers[kept] = numbers[at];
            kept += 1;
        }
    }
    numbers.truncate(kept);
}
