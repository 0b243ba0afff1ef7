//! Leaves: the patterns that remain where the trie ends, each a run of bytes.
//!
//! A pattern is what a keyword asks of a text; equal keywords of many listings are one pattern. A leaf is read front to
//! back, as little of it as can be:
//! 1. a byte, the number of its patterns, and in its top bit whether another leaf follows that belongs to it;
//! 2. for each pattern four bytes, its *summary*: the filter of the words that it needs beside those of the way to the
//!    leaf, of 16 bits, and where its record ends. Most patterns are ruled out by it;
//! 3. the records.
//!
//! A record is a byte for match type, anchors and so on, whose it is, and its tokens. EXACT and PHRASE have all of their
//! tokens, in the order of the text; BROAD has those that the way to the leaf does not have, ascending. A token takes two
//! bytes if it is one of the most frequent words, which most tokens are, and else three or five. Whose it is takes four
//! bytes where one listing has it, which is the rule, and eight more if the keyword has a bid of its own; else it is the
//! place of a run of postings.
//!
//! The patterns of regular expressions have leaves of their own, to which no way leads; in the place of tokens they have
//! the number of the expression.

use broadside_memory::{Array, prefetch};

use super::ListingId;
use super::word::{WordFilter, WordId};
use crate::keyword::MatchType;

/// Patterns of a leaf, at most. More make a node, unless they all have the same words.
pub(crate) const LEAF_PATTERNS_MAX: usize = 32;
const _: () = assert!(LEAF_PATTERNS_MAX <= u32::BITS as usize, "each pattern of a leaf has a bit");
/// Bytes that all leaves may have: the places of leaves are 31 bits wide.
pub(crate) const LEAVES_BYTES_MAX: usize = (1 << 31) - 2;

/// Where a leaf begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeafId(pub(crate) u32);

/// Where the record of a pattern begins. Also its identity.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    zerocopy::FromBytes,
    zerocopy::IntoBytes,
    zerocopy::Immutable,
)]
#[repr(transparent)]
pub(crate) struct PatternId(pub(crate) u32);

impl PatternId {
    /// No pattern.
    pub(crate) const NONE: PatternId = PatternId(u32::MAX);
}

/// All leaves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leaves {
    pub(crate) bytes: Array<u8>,
    /// Distinct words of the index.
    pub(crate) words: u32,
}

/// A leaf whose summaries were read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf<'l> {
    summaries: &'l [[u8; 4]],
    /// Where its records begin.
    records: u32,
    /// Whether the leaf behind it belongs to it.
    pub(crate) goes_on: bool,
}

/// Where a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordRange {
    pub(crate) start: PatternId,
    pub(crate) end: u32,
}

/// A pattern's record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'l> {
    kind: u8,
    /// Who has it as a positive keyword.
    pub(crate) owners: Owners,
    tokens: Tokens<'l>,
}

/// The tokens of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens<'l> {
    bytes: &'l [u8],
    words: u32,
}

/// What a pattern is made of, apart from its tokens and owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    /// How it is compared.
    pub(crate) match_type: MatchType,
    /// It must start at the first token.
    pub(crate) anchor_start: bool,
    /// It must end at the last token.
    pub(crate) anchor_end: bool,
}

/// Who has a pattern as a positive keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owners {
    /// Nobody: it is a negative.
    None,
    /// One listing.
    One {
        /// The listing.
        listing: ListingId,
        /// Index of the keyword in the listing.
        keyword: u32,
        /// The keyword's own bid.
        bid_micros: Option<u64>,
    },
    /// A run of postings.
    Many {
        /// The first.
        first: u32,
        /// How many there are.
        count: u32,
    },
}

const GOES_ON: u8 = 1 << 7;
const NEGATIVE: u8 = 1 << Kind::BITS;
const OWNERS_SHIFT: u32 = 5;
const OWNERS_ONE: u8 = 1;
const OWNERS_ONE_WITH_BID: u8 = 2;
const OWNERS_MANY: u8 = 3;
/// Bits of the index of a keyword where it shares 32 bits with its listing.
const KEYWORD_BITS: u32 = 7;
/// Codes of tokens below this take two bytes, and three below [`THREE_BYTES`]. The most frequent word has the code 0.
const TWO_BYTES: u32 = 1 << 15;
const THREE_BYTES: u32 = 1 << 22;

impl Kind {
    /// Bits that it takes in the low end of a byte.
    pub(crate) const BITS: u32 = 4;
    const TYPE_MASK: u8 = 3;
    const ANCHOR_START: u8 = 1 << 2;
    const ANCHOR_END: u8 = 1 << 3;

    /// In the low bits of a byte.
    pub(crate) fn bits(self) -> u8 {
        let Kind { match_type, anchor_start, anchor_end } = self;
        match_type as u8
            | if anchor_start { Kind::ANCHOR_START } else { 0 }
            | if anchor_end { Kind::ANCHOR_END } else { 0 }
    }

    /// What stands in the low bits of a byte, whatever stands above.
    #[inline]
    pub(crate) fn of_bits(byte: u8) -> Kind {
        Kind {
            match_type: match byte & Kind::TYPE_MASK {
                0 => MatchType::Exact,
                1 => MatchType::Phrase,
                2 => MatchType::Broad,
                _ => MatchType::Regex,
            },
            anchor_start: byte & Kind::ANCHOR_START != 0,
            anchor_end: byte & Kind::ANCHOR_END != 0,
        }
    }
}

impl Leaves {
    /// The leaf at this place.
    #[inline]
    pub(crate) fn leaf(&self, id: LeafId) -> Leaf<'_> {
        let start = id.0 as usize;
        let head = self.bytes[start];
        let count = usize::from(head & !GOES_ON);
        let records = start + 1 + 4 * count;
        let (summaries, _) = self.bytes[start + 1..records].as_chunks();
        #[expect(clippy::cast_possible_truncation, reason = "places of leaves are 31 bits wide")]
        let records = records as u32;
        Leaf { summaries, records, goes_on: head & GOES_ON != 0 }
    }

    /// Asks memory for the summaries of a leaf of average size.
    #[inline]
    pub(crate) fn prefetch(&self, id: LeafId) {
        prefetch(&self.bytes, id.0 as usize);
        prefetch(&self.bytes, id.0 as usize + 64);
    }

    /// Asks memory for a record.
    #[inline]
    pub(crate) fn prefetch_record(&self, range: RecordRange) {
        prefetch(&self.bytes, range.start.0 as usize);
    }

    /// The record in this range.
    #[inline]
    pub(crate) fn record(&self, range: RecordRange) -> Record<'_> {
        let bytes = &self.bytes[range.start.0 as usize..range.end as usize];
        let (kind, rest) = (bytes[0], &bytes[1..]);
        let (owners, tokens) = match kind >> OWNERS_SHIFT {
            OWNERS_ONE => (one(number(rest), None), &rest[4..]),
            OWNERS_ONE_WITH_BID => {
                let bid = u64::from(number(&rest[4..])) | u64::from(number(&rest[8..])) << 32;
                (one(number(rest), Some(bid)), &rest[12..])
            }
            OWNERS_MANY => {
                (Owners::Many { first: number(rest), count: number(&rest[4..]) }, &rest[8..])
            }
            _ => (Owners::None, rest),
        };
        Record { kind, owners, tokens: Tokens { bytes: tokens, words: self.words } }
    }

    /// The record of a pattern that is the only one of its leaf, as those of regular expressions are.
    pub(crate) fn only_record(&self, id: PatternId) -> Record<'_> {
        // The head and the one summary stand before it.
        let leaf = self.leaf(LeafId(id.0 - 5));
        self.record(leaf.range(0))
    }

    /// Bytes of memory.
    pub(crate) fn size_bytes(&self) -> usize {
        self.bytes.size_bytes()
    }
}

#[inline]
fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[inline]
fn one(packed: u32, bid_micros: Option<u64>) -> Owners {
    let listing = ListingId(packed >> KEYWORD_BITS);
    Owners::One { listing, keyword: packed & ((1 << KEYWORD_BITS) - 1), bid_micros }
}

impl Leaf<'_> {
    /// How many patterns it has.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.summaries.len()
    }

    /// The records of patterns that need no other words than these.
    #[inline]
    pub(crate) fn needing_only(&self, words: u16) -> impl Iterator<Item = RecordRange> {
        let others = u32::from(!words);
        // All summaries at once, each a bit: there are at most 32, and this has no branches.
        let mut fitting = 0u32;
        for (nth, summary) in self.summaries.iter().enumerate() {
            let fits = u32::from_le_bytes(*summary) & others == 0;
            fitting |= u32::from(fits) << nth;
        }
        std::iter::from_fn(move || {
            let nth = fitting.trailing_zeros() as usize;
            fitting &= fitting.wrapping_sub(1);
            (nth < u32::BITS as usize).then(|| self.range(nth))
        })
    }

    /// All records.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = RecordRange> {
        (0..self.len()).map(|nth| self.range(nth))
    }

    /// The words that a pattern needs, of 16.
    pub(crate) fn filter(&self, nth: usize) -> u16 {
        let [low, high, ..] = self.summaries[nth];
        u16::from_le_bytes([low, high])
    }

    /// Where the leaf ends.
    pub(crate) fn end(&self) -> u32 {
        self.record_end(self.len() - 1)
    }

    #[inline]
    fn range(&self, nth: usize) -> RecordRange {
        let start = nth.checked_sub(1).map_or(self.records, |before| self.record_end(before));
        RecordRange { start: PatternId(start), end: self.record_end(nth) }
    }

    #[inline]
    fn record_end(&self, nth: usize) -> u32 {
        let [.., low, high] = self.summaries[nth];
        self.records + u32::from(u16::from_le_bytes([low, high]))
    }
}

impl<'l> Record<'l> {
    /// How it is compared.
    #[inline]
    pub(crate) fn match_type(&self) -> MatchType {
        self.kind().match_type
    }

    /// What it is apart from its tokens.
    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        Kind::of_bits(self.kind)
    }

    /// Some record has it as a negative.
    #[inline]
    pub(crate) fn is_negative(&self) -> bool {
        self.kind & NEGATIVE != 0
    }

    /// Its tokens: all of them in order, or for BROAD those that the way to the leaf does not have, ascending.
    #[inline]
    pub(crate) fn tokens(&self) -> Tokens<'l> {
        self.tokens
    }

    /// The number of its expression, if it is one.
    pub(crate) fn regex(&self) -> u32 {
        number(self.tokens.bytes)
    }
}

impl Iterator for Tokens<'_> {
    type Item = WordId;

    #[inline]
    fn next(&mut self) -> Option<WordId> {
        let (&first, _) = self.bytes.split_first()?;
        let byte = |nth: usize| u32::from(self.bytes[nth]);
        let (code, bytes) = match first {
            ..0x80 => (byte(0) << 8 | byte(1), 2),
            0x80..0xc0 => ((byte(0) & 0x3f) << 16 | byte(1) << 8 | byte(2), 3),
            _ => (byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4), 5),
        };
        self.bytes = &self.bytes[bytes..];
        Some(WordId(self.words - 1 - code))
    }
}

/// Writes leaves one after the other.
#[derive(Debug)]
pub(crate) struct LeafWriter {
    pub(crate) bytes: Vec<u8>,
    /// Places of the first posting of every pattern that has many, to be moved when leaves are put together.
    pub(crate) places_of_postings: Vec<u32>,
    words: u32,
}

/// What is written of a pattern.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRecord<'a> {
    pub(crate) kind: Kind,
    pub(crate) negative: bool,
    pub(crate) owners: Owners,
    /// Tokens, or the number of an expression.
    pub(crate) tokens: &'a [u32],
}

impl LeafWriter {
    /// For an index of so many distinct words.
    pub(crate) fn new(words: u32) -> LeafWriter {
        LeafWriter { bytes: Vec::new(), places_of_postings: Vec::new(), words }
    }

    /// Begins a leaf of so many patterns. Their records must follow, in order.
    pub(crate) fn begin(&mut self, patterns: usize, goes_on: bool) -> LeafId {
        assert!((1..=LEAF_PATTERNS_MAX).contains(&patterns), "a leaf has some patterns");
        let place = self.place();
        let count = u8::try_from(patterns).expect("below 128");
        self.bytes.push(count | if goes_on { GOES_ON } else { 0 });
        self.bytes.resize(self.bytes.len() + 4 * patterns, 0);
        LeafId(place)
    }

    /// Writes the nth record of a leaf of so many, whose pattern needs these words.
    pub(crate) fn push(
        &mut self,
        leaf: LeafId,
        (nth, patterns): (usize, usize),
        needs: u16,
        record: &NewRecord<'_>,
    ) -> PatternId {
        let id = PatternId(self.place());
        self.push_record(record);
        let summaries = leaf.0 as usize + 1;
        let end = self.bytes.len() - summaries - 4 * patterns;
        let end = u16::try_from(end).expect("32 records of 255 tokens have fewer bytes");
        let summary = (u32::from(end) << 16 | u32::from(needs)).to_le_bytes();
        self.bytes[summaries + 4 * nth..][..4].copy_from_slice(&summary);
        id
    }

    fn push_record(&mut self, record: &NewRecord<'_>) {
        let owners = match record.owners {
            Owners::None => 0,
            Owners::One { bid_micros: None, .. } => OWNERS_ONE,
            Owners::One { bid_micros: Some(_), .. } => OWNERS_ONE_WITH_BID,
            Owners::Many { .. } => OWNERS_MANY,
        };
        let negative = if record.negative { NEGATIVE } else { 0 };
        self.bytes.push(record.kind.bits() | negative | owners << OWNERS_SHIFT);
        match record.owners {
            Owners::None => {}
            Owners::One { listing, keyword, bid_micros } => {
                let packed = listing.0 << KEYWORD_BITS | keyword;
                self.bytes.extend_from_slice(&packed.to_le_bytes());
                if let Some(bid) = bid_micros {
                    self.bytes.extend_from_slice(&bid.to_le_bytes());
                }
            }
            Owners::Many { first, count } => {
                self.places_of_postings.push(self.place());
                self.bytes.extend_from_slice(&first.to_le_bytes());
                self.bytes.extend_from_slice(&count.to_le_bytes());
            }
        }
        if record.kind.match_type == MatchType::Regex {
            let numbers = record.tokens.iter().flat_map(|number| number.to_le_bytes());
            return self.bytes.extend(numbers);
        }
        for &token in record.tokens {
            let code = self.words - 1 - token;
            let [first, second, third, fourth] = code.to_be_bytes();
            match code {
                ..TWO_BYTES => self.bytes.extend_from_slice(&[third, fourth]),
                TWO_BYTES..THREE_BYTES => {
                    self.bytes.extend_from_slice(&[0x80 | second, third, fourth]);
                }
                _ => self.bytes.extend_from_slice(&[0xc0, first, second, third, fourth]),
            }
        }
    }

    /// Puts the leaves of another writer behind these, whose postings then lie `postings` further behind.
    pub(crate) fn append(&mut self, other: LeafWriter, postings: u32) {
        let moved = self.place();
        self.bytes.extend_from_slice(&other.bytes);
        for place in other.places_of_postings {
            let at = (place + moved) as usize;
            let first = number(&self.bytes[at..]) + postings;
            self.bytes[at..at + 4].copy_from_slice(&first.to_le_bytes());
        }
    }

    /// Where the next byte will be.
    pub(crate) fn place(&self) -> u32 {
        u32::try_from(self.bytes.len()).expect("the builder bounds leaves")
    }
}

impl Owners {
    /// One listing, if it and the keyword fit into 32 bits.
    pub(crate) fn one(listing: ListingId, keyword: u32, bid_micros: Option<u64>) -> Option<Owners> {
        let fits = listing.0 >> (32 - KEYWORD_BITS) == 0 && keyword >> KEYWORD_BITS == 0;
        fits.then_some(Owners::One { listing, keyword, bid_micros })
    }
}

/// The filter of words, as a summary has it.
pub(crate) fn needs(words: &[u32]) -> u16 {
    WordFilter::of_all(words.iter().map(|&word| WordId(word))).of_16
}
