//! The orders that the layout rests on: of words, of listings, and of drafts.

use super::Interner;
use super::keywords::Draft;

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
pub(super) fn words_by_frequency(words: &Interner, sets: &[u32]) -> Renumbered {
    let mut frequency = vec![0u32; words.len()];
    for &word in sets {
        frequency[word as usize] += 1;
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

/// The distinct words of each draft, one after the other, and where each set ends.
pub(super) struct Sets {
    pub(super) words: Vec<u32>,
    pub(super) ends: Vec<u32>,
}

impl Sets {
    /// The sets of all drafts, each in ascending order of whatever numbers the tokens have.
    pub(super) fn of(drafts: &[Draft], tokens: &[u32]) -> Sets {
        let mut sets = Sets {
            words: Vec::with_capacity(tokens.len()),
            ends: Vec::with_capacity(drafts.len()),
        };
        for draft in drafts {
            let start = sets.words.len();
            sets.words.extend_from_slice(draft.tokens_in(tokens));
            make_set(&mut sets.words, start);
            let end = u32::try_from(sets.words.len()).expect("sets are not longer than tokens");
            sets.ends.push(end);
        }
        sets
    }

    /// The set of one draft.
    pub(super) fn get(&self, draft: u32) -> &[u32] {
        let draft = draft as usize;
        let start = draft.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start as usize..self.ends[draft] as usize]
    }

    /// Gives the words new numbers and restores the order within each set.
    pub(super) fn renumber(&mut self, new: &[u32]) {
        let mut start = 0;
        for &end in &self.ends {
            let set = &mut self.words[start..end as usize];
            for word in &mut *set {
                *word = new[*word as usize];
            }
            set.sort_unstable();
            start = end as usize;
        }
    }
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

/// Drafts in the order of the trie: by set, then kind, then tokens; equal patterns by listing, role, bid and keyword.
pub(super) fn drafts_by_pattern(drafts: &[Draft], sets: &Sets, tokens: &[u32]) -> Vec<u32> {
    // The first two words decide most comparisons; beside the number they are compared without a jump in memory.
    let prefix = |draft: u32| {
        let set = sets.get(draft);
        u64::from(set[0]) << 32 | u64::from(set.get(1).map_or(0, |&word| word + 1))
    };
    let mut order: Vec<(u64, u32)> =
        (0..).take(drafts.len()).map(|draft| (prefix(draft), draft)).collect();
    order.sort_unstable_by(|&(prefix_a, a), &(prefix_b, b)| {
        prefix_a.cmp(&prefix_b).then_with(|| {
            let (draft_a, draft_b) = (&drafts[a as usize], &drafts[b as usize]);
            let sets = sets.get(a).cmp(sets.get(b));
            let kinds = sets.then(draft_a.kind.cmp(&draft_b.kind));
            let patterns =
                kinds.then_with(|| draft_a.tokens_in(tokens).cmp(draft_b.tokens_in(tokens)));
            patterns.then_with(|| draft_a.within_pattern().cmp(&draft_b.within_pattern()))
        })
    });
    order.into_iter().map(|(_, draft)| draft).collect()
}
