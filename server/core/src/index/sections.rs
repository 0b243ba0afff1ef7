//! An index as the flat arrays that it is, for a file that is mapped and matched from where it lies.
//!
//! This module knows which arrays there are and what they are called, and nothing of files. What is not an array of plain
//! numbers is small: regular expressions and targetings are given as their sources, and compiled again.

use broadside_memory::{Array, Plain};
use zerocopy::IntoBytes as _;

use super::arena::{Arena, ArenaBuilder};
use super::keyword_texts::KeywordTexts;
use super::leaves::Leaves;
use super::listings::Listings;
use super::rules::{NegativeSets, RulesTable};
use super::shared_keywords::SharedKeywords;
use super::trie::Trie;
use super::vocabulary::Vocabulary;
use super::{Counts, Index};
use crate::regexes::{Regexes, RegexesBuilder};
use crate::targeting::{Expressions, ExpressionsBuilder};

/// An array of an index.
#[derive(Debug, Clone, Copy)]
pub struct Section<'i> {
    /// Its name, which no other section of an index has.
    pub name: &'static str,
    /// Bytes of an element.
    pub element_bytes: usize,
    /// The elements.
    pub bytes: &'i [u8],
}

/// Gives arrays by the names of their sections.
pub trait Sections {
    /// Why there is none, or why it is not one.
    type Error;

    /// The array of a section, whose elements must be of the size of `T`.
    ///
    /// # Errors
    /// If it is not there or its elements are of another size.
    fn array<T: Plain>(&self, name: &str) -> Result<Array<T>, Self::Error>;
}

/// Why sections are not an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionsError<E> {
    /// A section is not there, or not an array of what it should hold.
    Section(E),
    /// The section of this name holds what no index has.
    Content(&'static str),
}

/// Names of the sections of an arena: bytes, ends, chunks.
type ArenaNames = [&'static str; 3];

const IDS: ArenaNames = ["ids", "id_ends", "id_chunks"];
const PAYLOADS: ArenaNames = ["payloads", "payload_ends", "payload_chunks"];
const PIECES: ArenaNames = ["pieces", "piece_ends", "piece_chunks"];
const NEGATIVES: ArenaNames = ["negative_texts", "negative_ends", "negative_chunks"];
const LISTS: ArenaNames = ["list_names", "list_ends", "list_chunks"];
const GROUPS: ArenaNames = ["groups", "group_ends", "group_chunks"];
const REGEXES: ArenaNames = ["regexes", "regex_ends", "regex_chunks"];
const TARGETINGS: ArenaNames = ["targetings", "targeting_ends", "targ_chunks"];

/// Numbers of an index that are not in arrays: of the vocabulary, of shared keywords, and all counts.
const NUMBERS: usize = 3 + 10;

impl Index {
    /// Lends all of its arrays.
    pub fn with_sections<R>(&self, take: impl FnOnce(&[Section<'_>]) -> R) -> R {
        let numbers = self.numbers();
        let mut expressions = ArenaBuilder::default();
        for number in (0..).take(self.regexes.len()) {
            expressions.push(self.regexes.source(number).as_bytes());
        }
        let expressions = expressions.finish();
        let (listings, rules, texts) = (&self.listings, &self.rules, &self.listings.keywords);
        let mut all = Vec::new();
        push(&mut all, "numbers", &numbers);
        push(&mut all, "words", &self.vocabulary.slots);
        push(&mut all, "long_words", &self.vocabulary.long_words);
        push(&mut all, "edges", &self.trie.edges);
        push(&mut all, "leaves", &self.leaves.bytes);
        push(&mut all, "postings", &self.postings);
        push(&mut all, "shared_first", &self.shared.first_postings);
        push(&mut all, "shared_starts", &self.shared.starts);
        push(&mut all, "shared_orders", &self.shared.by_score);
        push(&mut all, "listings", &listings.judged);
        push(&mut all, "qualities", &listings.qualities);
        push(&mut all, "classes", &listings.classes);
        push_arena(&mut all, IDS, &listings.ids);
        push_arena(&mut all, PAYLOADS, &listings.payloads);
        push_arena(&mut all, PIECES, &texts.pieces);
        push(&mut all, "texts", &texts.entries);
        push(&mut all, "text_marks", &texts.marks);
        push(&mut all, "first_texts", &texts.first_entry);
        push(&mut all, "negatives", &self.negative_patterns);
        push_arena(&mut all, NEGATIVES, &self.negatives);
        push(&mut all, "rules", &rules.rows);
        push(&mut all, "flights", &rules.flights);
        push(&mut all, "sets", &rules.sets.patterns);
        push(&mut all, "set_ends", &rules.sets.ends);
        push(&mut all, "list_references", &rules.list_references);
        push_arena(&mut all, LISTS, &rules.list_names);
        push(&mut all, "list_sets", &rules.list_sets);
        push_arena(&mut all, GROUPS, &rules.group_ids);
        push(&mut all, "group_rules", &rules.group_rules);
        push(&mut all, "group_bids", &rules.group_bids);
        push(&mut all, "regex_patterns", &self.regex_patterns);
        push_arena(&mut all, REGEXES, &expressions);
        push_arena(&mut all, TARGETINGS, self.targetings.sources());
        take(&all)
    }

    /// The index that these sections are.
    ///
    /// The arrays are taken as they are. What is looked at is what costs little: that arrays which belong together are of
    /// one length, and expressions and targetings, which are compiled. [`Index::validate`] looks at the rest.
    ///
    /// # Errors
    /// A section is missing, has elements of another size, or does not fit to the others.
    pub fn from_sections<S: Sections>(sections: &S) -> Result<Index, SectionsError<S::Error>> {
        let numbers: Array<u64> = array(sections, "numbers")?;
        let wrong = SectionsError::Content("numbers");
        let Ok(numbers) = <[u64; NUMBERS]>::try_from(&*numbers) else {
            return Err(wrong);
        };
        let [seed, words, listings_max, ..] = numbers;
        let (Ok(words), Ok(listings_max)) = (u32::try_from(words), u32::try_from(listings_max))
        else {
            return Err(wrong);
        };
        let regexes = regexes(&arena(sections, REGEXES)?);
        let targetings = targetings(&arena(sections, TARGETINGS)?);
        let index = Index {
            vocabulary: Vocabulary {
                slots: array(sections, "words")?,
                long_words: array(sections, "long_words")?,
                seed,
                words,
            },
            trie: Trie { edges: array(sections, "edges")? },
            leaves: Leaves { bytes: array(sections, "leaves")?, words },
            postings: array(sections, "postings")?,
            shared: SharedKeywords {
                listings_max,
                first_postings: array(sections, "shared_first")?,
                starts: array(sections, "shared_starts")?,
                by_score: array(sections, "shared_orders")?,
            },
            listings: listings(sections)?,
            rules: rules(sections)?,
            negatives: arena(sections, NEGATIVES)?,
            negative_patterns: array(sections, "negatives")?,
            regexes: regexes.ok_or(SectionsError::Content("regexes"))?,
            regex_patterns: array(sections, "regex_patterns")?,
            targetings: targetings.ok_or(SectionsError::Content("targetings"))?,
            counts: counts(&numbers),
        };
        match index.unequal_lengths() {
            Some(section) => Err(SectionsError::Content(section)),
            None => Ok(index),
        }
    }

    fn numbers(&self) -> [u64; NUMBERS] {
        let Counts {
            listings,
            keywords,
            negatives,
            duplicate_keywords,
            words,
            patterns,
            groups,
            negative_lists,
            regexes,
            targetings,
        } = self.counts;
        [
            self.vocabulary.seed,
            u64::from(self.vocabulary.words),
            u64::from(self.shared.listings_max),
            listings,
            keywords,
            negatives,
            duplicate_keywords,
            words,
            patterns,
            groups,
            negative_lists,
            regexes,
            targetings,
        ]
    }

    /// The first section that is not as long as those that it belongs to.
    fn unequal_lengths(&self) -> Option<&'static str> {
        let (listings, rules) = (&self.listings, &self.rules);
        let (count, groups) = (listings.len(), rules.group_ids.len());
        let arenas = [
            (IDS, &listings.ids),
            (PAYLOADS, &listings.payloads),
            (PIECES, &listings.keywords.pieces),
            (NEGATIVES, &self.negatives),
            (LISTS, &rules.list_names),
            (GROUPS, &rules.group_ids),
        ];
        let arenas = arenas.map(|([.., chunks], arena)| (chunks, arena.has_its_chunks()));
        let checks = [
            ("words", self.vocabulary.slots.len() > self.vocabulary.words as usize),
            ("shared_starts", self.shared.starts.len() == self.shared.first_postings.len()),
            ("id_ends", listings.ids.len() == count),
            ("payload_ends", [0, count].contains(&listings.payloads.len())),
            ("first_texts", listings.keywords.first_entry.len() == count),
            ("negative_ends", self.negatives.len() == self.negative_patterns.len()),
            ("list_sets", rules.list_sets.len() == rules.list_names.len()),
            ("group_rules", rules.group_rules.len() == groups),
            ("group_bids", rules.group_bids.len() == groups),
            ("regex_patterns", self.regex_patterns.len() == self.regexes.len()),
        ];
        let mut checks = checks.into_iter().chain(arenas);
        checks.find(|&(_, holds)| !holds).map(|(name, _)| name)
    }
}

fn push<'i, T: Plain>(all: &mut Vec<Section<'i>>, name: &'static str, elements: &'i [T]) {
    all.push(Section { name, element_bytes: size_of::<T>(), bytes: elements.as_bytes() });
}

fn push_arena<'i>(all: &mut Vec<Section<'i>>, [bytes, ends, chunks]: ArenaNames, arena: &'i Arena) {
    push(all, bytes, &arena.bytes);
    push(all, ends, &arena.ends);
    push(all, chunks, &arena.chunks);
}

fn array<S: Sections, T: Plain>(
    sections: &S,
    name: &str,
) -> Result<Array<T>, SectionsError<S::Error>> {
    sections.array(name).map_err(SectionsError::Section)
}

fn arena<S: Sections>(
    sections: &S,
    [bytes, ends, chunks]: ArenaNames,
) -> Result<Arena, SectionsError<S::Error>> {
    Ok(Arena {
        bytes: array(sections, bytes)?,
        ends: array(sections, ends)?,
        chunks: array(sections, chunks)?,
    })
}

fn listings<S: Sections>(sections: &S) -> Result<Listings, SectionsError<S::Error>> {
    Ok(Listings {
        judged: array(sections, "listings")?,
        qualities: array(sections, "qualities")?,
        classes: array(sections, "classes")?,
        ids: arena(sections, IDS)?,
        payloads: arena(sections, PAYLOADS)?,
        keywords: KeywordTexts {
            pieces: arena(sections, PIECES)?,
            entries: array(sections, "texts")?,
            marks: array(sections, "text_marks")?,
            first_entry: array(sections, "first_texts")?,
        },
    })
}

fn rules<S: Sections>(sections: &S) -> Result<RulesTable, SectionsError<S::Error>> {
    Ok(RulesTable {
        rows: array(sections, "rules")?,
        flights: array(sections, "flights")?,
        sets: NegativeSets {
            patterns: array(sections, "sets")?,
            ends: array(sections, "set_ends")?,
        },
        list_references: array(sections, "list_references")?,
        list_names: arena(sections, LISTS)?,
        list_sets: array(sections, "list_sets")?,
        group_ids: arena(sections, GROUPS)?,
        group_rules: array(sections, "group_rules")?,
        group_bids: array(sections, "group_bids")?,
    })
}

fn counts(numbers: &[u64; NUMBERS]) -> Counts {
    let [
        ..,
        listings,
        keywords,
        negatives,
        duplicate_keywords,
        words,
        patterns,
        groups,
        lists,
        regexes,
        targetings,
    ] = *numbers;
    Counts {
        listings,
        keywords,
        negatives,
        duplicate_keywords,
        words,
        patterns,
        groups,
        negative_lists: lists,
        regexes,
        targetings,
    }
}

/// The expressions of these sources, under the same numbers.
fn regexes(sources: &Arena) -> Option<Regexes> {
    let mut builder = RegexesBuilder::default();
    for (number, source) in checked_texts(sources)?.enumerate() {
        if builder.add(source).ok()? as usize != number {
            return None;
        }
    }
    Some(builder.finish())
}

/// The same for targetings.
fn targetings(sources: &Arena) -> Option<Expressions> {
    let mut builder = ExpressionsBuilder::default();
    for (number, source) in checked_texts(sources)?.enumerate() {
        if builder.add(source).ok()??.0 as usize != number {
            return None;
        }
    }
    Some(builder.finish())
}

/// The texts of an arena of which nothing is known yet.
fn checked_texts(arena: &Arena) -> Option<impl Iterator<Item = &str>> {
    arena.validate_texts().ok()?;
    Some((0..arena.len()).map(|number| arena.get_str(number)))
}
