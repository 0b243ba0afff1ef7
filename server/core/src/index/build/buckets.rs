//! Drafts by their rarest words: the first order of the trie.

use super::drafts::{DraftPlace, Drafts};

/// Drafts in the order of their rarest words.
pub(super) struct Buckets {
    places: Vec<DraftPlace>,
    /// By word: where its drafts end.
    ends: Vec<u32>,
}

impl Buckets {
    /// Takes the places of all drafts. `new` are the final numbers of words, which count from the rarest.
    pub(super) fn of(drafts: &mut Drafts, new: &[u32]) -> Buckets {
        let unordered = std::mem::take(&mut drafts.places);
        let rarest = unordered.iter().map(|&place| {
            let words = drafts.tokens(place).map(|word| new[word as usize]);
            words.min().expect("a draft has a token")
        });
        let rarest: Vec<u32> = rarest.collect();
        let mut ends = vec![0u32; new.len()];
        for &word in &rarest {
            ends[word as usize] += 1;
        }
        // Where each bucket begins; each of its drafts moves that on, and in the end it is where the bucket ends.
        let mut start = 0;
        for count in &mut ends {
            start += std::mem::replace(count, start);
        }
        let mut places = unordered.clone();
        for (&place, word) in unordered.iter().zip(rarest) {
            let end = &mut ends[word as usize];
            places[*end as usize] = place;
            *end += 1;
        }
        Buckets { places, ends }
    }

    /// The drafts whose rarest word this is.
    pub(super) fn get(&self, word: u32) -> &[DraftPlace] {
        let word = word as usize;
        let start = word.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.places[start as usize..self.ends[word] as usize]
    }

    /// How many words there are.
    pub(super) fn words(&self) -> u32 {
        u32::try_from(self.ends.len()).expect("words are numbered by 32 bits")
    }

    /// Cuts the words into so many ranges of about as many drafts each.
    pub(super) fn parts(&self, parts: usize) -> Vec<std::ops::Range<u32>> {
        let words = self.words();
        let mut start = 0;
        let mut ranges = Vec::new();
        for part in 1..=parts {
            let drafts = self.places.len() * part / parts;
            let end = self.ends.partition_point(|&end| (end as usize) < drafts);
            let end = u32::try_from(end + 1).map_or(words, |end| end.min(words)).max(start);
            let end = if part == parts { words } else { end };
            ranges.push(start..end);
            start = end;
        }
        ranges
    }
}
