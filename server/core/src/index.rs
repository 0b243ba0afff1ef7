//! The index: an inventory in the form in which it is matched. Immutable once built, shared by all threads.
//!
//! Read in this order: [`vocabulary`] (words to ids), [`trie`] (which keywords have all of their words in a text),
//! [`leaves`] (what is then compared), [`listings`] (who it belongs to), [`rules`] (what else must hold), [`shared_keywords`]
//! (keywords of very many listings), [`build`] (how all of it is made). Expressions over texts are in [`crate::regexes`],
//! those over attributes in [`crate::targeting`]. The search itself is in [`crate::matching`].

pub(crate) mod arena;
mod build;
mod describe;
pub(crate) mod interner;
pub(crate) mod keyword_texts;
pub(crate) mod leaves;
pub(crate) mod listings;
pub(crate) mod pattern;
pub(crate) mod rules;
mod sections;
pub(crate) mod shared_keywords;
pub(crate) mod trie;
mod validate;
pub(crate) mod vocabulary;
pub(crate) mod word;
mod word_interner;

pub use build::IndexBuilder;
pub use listings::ListingId;
pub use sections::{Section, Sections, SectionsError};

use crate::answer::Hit;
use crate::regexes::Regexes;
use crate::targeting::Expressions;

use broadside_memory::Array;

use arena::Arena;
use leaves::{Leaves, PatternId};
use listings::{Listings, Posting};
use rules::RulesTable;
use shared_keywords::SharedKeywords;
use trie::Trie;
use vocabulary::Vocabulary;

/// See the module's text.
#[derive(Debug, Clone)]
pub struct Index {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) trie: Trie,
    pub(crate) leaves: Leaves,
    pub(crate) postings: Array<Posting>,
    pub(crate) shared: SharedKeywords,
    pub(crate) listings: Listings,
    pub(crate) rules: RulesTable,
    /// Texts of negatives as they were written first, by the order of their patterns.
    pub(crate) negatives: Arena,
    /// The patterns that are negatives, ascending.
    pub(crate) negative_patterns: Array<PatternId>,
    pub(crate) regexes: Regexes,
    /// The pattern of each regular expression; [`PatternId::NONE`] if only a refused record had it.
    pub(crate) regex_patterns: Array<PatternId>,
    pub(crate) targetings: Expressions,
    counts: Counts,
}

/// How much an index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Listings, paused ones included.
    pub listings: u64,
    /// Positive keywords, after duplicates within a listing were merged.
    pub keywords: u64,
    /// Negatives of listings, groups and lists, after duplicates within each were merged.
    pub negatives: u64,
    /// Keywords and negatives that were the same as another one of their record after analysis, and were merged.
    pub duplicate_keywords: u64,
    /// Distinct words; a word with a sigil counts apart.
    pub words: u64,
    /// Distinct (tokens, match type, anchors).
    pub patterns: u64,
    /// Groups.
    pub groups: u64,
    /// Negative lists.
    pub negative_lists: u64,
    /// Distinct regular expressions.
    pub regexes: u64,
    /// Distinct targeting expressions.
    pub targetings: u64,
}

/// Memory of one part of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryPart {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: u64,
}

impl Index {
    /// How much it holds.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Bytes of memory, part by part, largest first.
    pub fn memory(&self) -> Vec<MemoryPart> {
        let listings = &self.listings;
        let parts = [
            ("vocabulary", self.vocabulary.bytes()),
            ("trie", self.trie.bytes()),
            ("patterns", self.leaves.size_bytes()),
            ("postings", self.postings.size_bytes() + self.shared.bytes()),
            ("listings", listings.judged_bytes()),
            ("ids", listings.ids.bytes()),
            ("payloads", listings.payloads.bytes()),
            ("keyword_texts", listings.keywords.bytes()),
            ("negative_texts", self.negatives.bytes() + self.negative_patterns.size_bytes()),
            ("rules", self.rules.bytes()),
            ("targeting", self.targetings.bytes()),
            ("regexes", self.regexes.bytes() + self.regex_patterns.size_bytes()),
        ];
        let mut parts =
            parts.map(|(name, bytes)| MemoryPart { name, bytes: bytes as u64 }).to_vec();
        parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
        parts
    }

    /// A listing's id.
    pub fn listing_id(&self, listing: ListingId) -> &str {
        self.listings.ids.get_str(listing.0 as usize)
    }

    /// Asks memory for the ids of these hits, which are about to be read.
    pub fn prefetch_ids(&self, hits: &[Hit]) {
        let numbers = hits.iter().map(|hit| hit.listing.0 as usize);
        numbers.clone().for_each(|number| self.listings.ids.prefetch(number));
        numbers.for_each(|number| self.listings.ids.prefetch_value(number));
    }

    /// A listing's payload; empty if it has none.
    pub fn payload(&self, listing: ListingId) -> &[u8] {
        let payloads = &self.listings.payloads;
        if payloads.len() == 0 { &[] } else { payloads.get(listing.0 as usize) }
    }
}
