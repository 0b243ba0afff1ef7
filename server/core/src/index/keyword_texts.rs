//! Keywords as they were written, for those who ask for them: packed, since nothing of it is read to match.
//!
//! The texts are cut at single spaces into *pieces*. Each distinct piece is kept once, numbered from the most frequent, and
//! a text is the numbers of its pieces, of which the first thousands take one or two bytes. So a keyword takes about a
//! third of what its text takes, and gives it back byte for byte.
//!
//! An entry is a byte for match type, anchors, whether it has a bid of its own and whether it is the last of its listing;
//! the bid; and the number of pieces, if that does not fit into the first byte. The entries of a listing follow each other.
//! To find the nth of them without reading all before, there is a mark for every [`MARKED_ENTRIES`] entries of the index.

use broadside_memory::Array;

use super::ListingId;
use super::arena::{Arena, ArenaBuilder};
use super::leaves::Kind;
use super::word_interner::WordInterner;
use crate::keyword::Keyword;

/// Entries between two marks.
const MARKED_ENTRIES: usize = 16;
/// Bytes that all entries may have: marks are 32 bits wide.
pub(crate) const ENTRIES_BYTES_MAX: usize = u32::MAX as usize;

/// See the module's text.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeywordTexts {
    pub(crate) pieces: Arena,
    pub(crate) entries: Array<u8>,
    /// Where every [`MARKED_ENTRIES`]th entry begins.
    pub(crate) marks: Array<u32>,
    /// By listing: the number of its first entry.
    pub(crate) first_entry: Array<u32>,
}

/// Texts that are collected.
#[derive(Debug, Default)]
pub(crate) struct KeywordTextsBuilder {
    pieces: WordInterner,
    /// How often each piece is used.
    uses: Vec<u32>,
    entries: Vec<u8>,
    marks: Vec<u32>,
    count: u32,
}

/// A keyword without its text, and where that is.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: Kind,
    bid_micros: Option<u64>,
    last: bool,
    pieces: usize,
    first_piece: usize,
}

const OWN_BID: u8 = 1 << Kind::BITS;
const LAST: u8 = 1 << 5;
/// The number of pieces, if there are 1 to 3; 0 says that it follows.
const PIECES_SHIFT: u32 = 6;
/// The number of pieces does not fit into the byte, and follows in two.
const MANY_PIECES: usize = 0xff;
/// Numbers below this take one byte, and two bytes below [`TWO_BYTES`].
const ONE_BYTE: u32 = 0x80;
const TWO_BYTES: u32 = ONE_BYTE + (0x40 << 8);
const THREE_BYTES: u32 = TWO_BYTES + (0x20 << 16);

impl KeywordTexts {
    /// The keywords of a listing, in the order in which they were written.
    pub(crate) fn of(&self, listing: ListingId) -> impl Iterator<Item = Keyword> {
        let mut next = Some(self.seek(self.first_entry[listing.0 as usize]));
        std::iter::from_fn(move || {
            let entry = self.entry(next?);
            let (keyword, end) = self.keyword(&entry);
            next = (!entry.last).then_some(end);
            Some(keyword)
        })
    }

    /// One of a listing's keywords.
    pub(crate) fn get(&self, listing: ListingId, keyword: u32) -> Keyword {
        let place = self.seek(self.first_entry[listing.0 as usize] + keyword);
        self.keyword(&self.entry(place)).0
    }

    /// Where an entry begins.
    fn seek(&self, entry: u32) -> usize {
        let entry = entry as usize;
        let mut place = self.marks[entry / MARKED_ENTRIES] as usize;
        for _ in 0..entry % MARKED_ENTRIES {
            let entry = self.entry(place);
            place = (0..entry.pieces).fold(entry.first_piece, |at, _| self.piece(at).1);
        }
        place
    }

    fn entry(&self, place: usize) -> Entry {
        let head = self.entries[place];
        let mut at = place + 1;
        let bid_micros = (head & OWN_BID != 0).then(|| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&self.entries[at..at + 8]);
            at += 8;
            u64::from_le_bytes(bytes)
        });
        let mut pieces = usize::from(head >> PIECES_SHIFT);
        if pieces == 0 {
            pieces = usize::from(self.entries[at]);
            at += 1;
            if pieces == MANY_PIECES {
                pieces = usize::from(u16::from_le_bytes([self.entries[at], self.entries[at + 1]]));
                at += 2;
            }
        }
        let kind = Kind::of_bits(head);
        Entry { kind, bid_micros, last: head & LAST != 0, pieces, first_piece: at }
    }

    /// A keyword, and where the next entry begins.
    fn keyword(&self, entry: &Entry) -> (Keyword, usize) {
        let mut text = String::new();
        let mut at = entry.first_piece;
        for nth in 0..entry.pieces {
            if nth > 0 {
                text.push(' ');
            }
            let (piece, end) = self.piece(at);
            text.push_str(self.pieces.get_str(piece as usize));
            at = end;
        }
        let Kind { match_type, anchor_start, anchor_end } = entry.kind;
        let bid_micros = entry.bid_micros;
        (Keyword { text, match_type, bid_micros, anchor_start, anchor_end }, at)
    }

    /// The number of a piece, and where the next one begins.
    #[inline]
    fn piece(&self, at: usize) -> (u32, usize) {
        let byte = |nth: usize| u32::from(self.entries[at + nth]);
        match self.entries[at] {
            ..0x80 => (byte(0), at + 1),
            0x80..0xc0 => (ONE_BYTE + ((byte(0) & 0x3f) << 8 | byte(1)), at + 2),
            0xc0..0xe0 => (TWO_BYTES + ((byte(0) & 0x1f) << 16 | byte(1) << 8 | byte(2)), at + 3),
            _ => (byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4), at + 5),
        }
    }

    /// How many entries there are, by their marks: not more than this.
    pub(crate) fn entries_max(&self) -> usize {
        self.marks.len() * MARKED_ENTRIES
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.pieces.bytes()
            + self.entries.size_bytes()
            + self.marks.size_bytes()
            + self.first_entry.size_bytes()
    }

    /// Says what is wrong with it, if anything is: every entry is read.
    pub(crate) fn validate(&self) -> Result<(), String> {
        self.pieces.validate_texts().map_err(|what| format!("keyword texts: pieces: {what}"))?;
        let mut starts = vec![false; self.entries_max() + 1];
        for &first in &self.first_entry {
            match starts.get_mut(first as usize) {
                Some(start) if !*start => *start = true,
                _ => {
                    return Err(format!("keyword texts: entry {first} is of two listings or none"));
                }
            }
        }
        let (mut place, mut count, mut ended) = (0, 0usize, true);
        while place < self.entries.len() {
            if count.is_multiple_of(MARKED_ENTRIES)
                && self.marks.get(count / MARKED_ENTRIES).map(|&mark| mark as usize) != Some(place)
            {
                return Err(format!("keyword texts: entry {count} is not where its mark is"));
            }
            if starts[count] != ended {
                return Err(format!("keyword texts: entry {count} is nobody's"));
            }
            let Some(end) = self.checked_end(place) else {
                return Err(format!("keyword texts: entry {count} cannot be read"));
            };
            ended = self.entry(place).last;
            (place, count) = (end, count + 1);
        }
        if ended
            && self.marks.len() == count.div_ceil(MARKED_ENTRIES)
            && !starts[count..].contains(&true)
        {
            return Ok(());
        }
        Err("keyword texts: entries, marks and listings do not end together".to_owned())
    }

    /// Where an entry ends, if it lies within the bytes and its pieces are there.
    fn checked_end(&self, place: usize) -> Option<usize> {
        let head = *self.entries.get(place)?;
        let mut at = place + 1 + if head & OWN_BID != 0 { 8 } else { 0 };
        if head >> PIECES_SHIFT == 0 && usize::from(*self.entries.get(at)?) == MANY_PIECES {
            at += 2;
        }
        self.entries.get(at)?;
        let entry = self.entry(place);
        let mut at = entry.first_piece;
        for _ in 0..entry.pieces {
            let bytes = match self.entries.get(at)? {
                ..0x80 => 1,
                0x80..0xc0 => 2,
                0xc0..0xe0 => 3,
                _ => 5,
            };
            self.entries.get(at + bytes - 1)?;
            let (piece, end) = self.piece(at);
            if piece as usize >= self.pieces.len() {
                return None;
            }
            at = end;
        }
        Some(at)
    }
}

impl KeywordTextsBuilder {
    /// The number that the next entry will have.
    pub(crate) fn next_entry(&self) -> u32 {
        self.count
    }

    /// Whether there is room for a text of so many bytes.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.entries.len() + 16 + 5 * (bytes + 1) <= ENTRIES_BYTES_MAX
    }

    /// Adds a keyword.
    pub(crate) fn push(&mut self, keyword: &Keyword, kind: Kind, last: bool) {
        let mark = u32::try_from(self.entries.len()).expect("the builder asks for room");
        if (self.count as usize).is_multiple_of(MARKED_ENTRIES) {
            self.marks.push(mark);
        }
        self.count += 1;
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let pieces = keyword.text.split(' ').count();
        let inline = u8::try_from(pieces).ok().filter(|pieces| (1..=3).contains(pieces));
        self.entries.push(
            kind.bits()
                | flag(keyword.bid_micros.is_some(), OWN_BID)
                | flag(last, LAST)
                | inline.unwrap_or(0) << PIECES_SHIFT,
        );
        if let Some(bid) = keyword.bid_micros {
            self.entries.extend_from_slice(&bid.to_le_bytes());
        }
        if inline.is_none() {
            match u8::try_from(pieces).ok().filter(|&pieces| usize::from(pieces) != MANY_PIECES) {
                Some(pieces) => self.entries.push(pieces),
                None => {
                    let pieces = u16::try_from(pieces).expect("a keyword has at most 4,096 bytes");
                    self.entries.push(0xff);
                    self.entries.extend_from_slice(&pieces.to_le_bytes());
                }
            }
        }
        for piece in keyword.text.split(' ') {
            let number = self.pieces.intern(piece.as_bytes());
            self.uses.resize(self.pieces.len(), 0);
            self.uses[number as usize] = self.uses[number as usize].saturating_add(1);
            push_number(&mut self.entries, number);
        }
    }

    /// The finished texts. `first_entry` is by listing.
    pub(crate) fn finish(self, first_entry: Vec<u32>) -> KeywordTexts {
        let KeywordTextsBuilder { pieces: interned, uses, entries, marks, .. } = self;
        let mut order: Vec<u32> = (0..).take(interned.len()).collect();
        order.sort_by_key(|&piece| std::cmp::Reverse(uses[piece as usize]));
        let mut numbers = uses;
        let mut pieces = ArenaBuilder::default();
        for (number, &piece) in (0..).zip(&order) {
            numbers[piece as usize] = number;
            pieces.push(interned.get(piece));
        }
        drop(interned);
        let first_seen = KeywordTexts {
            pieces: pieces.finish(),
            entries: entries.into(),
            marks: marks.into(),
            first_entry: first_entry.into(),
        };
        let (entries, marks) = first_seen.renumbered(&numbers);
        KeywordTexts { entries: entries.into(), marks: marks.into(), ..first_seen }
    }
}

impl KeywordTexts {
    /// The same entries with other numbers of pieces, and their marks.
    fn renumbered(&self, numbers: &[u32]) -> (Vec<u8>, Vec<u32>) {
        let mut entries = Vec::with_capacity(self.entries.len());
        let mut marks = Vec::with_capacity(self.marks.len());
        let (mut place, mut count) = (0, 0usize);
        while place < self.entries.len() {
            if count.is_multiple_of(MARKED_ENTRIES) {
                marks.push(u32::try_from(entries.len()).expect("not longer than before"));
            }
            count += 1;
            let entry = self.entry(place);
            entries.extend_from_slice(&self.entries[place..entry.first_piece]);
            place = entry.first_piece;
            for _ in 0..entry.pieces {
                let (piece, end) = self.piece(place);
                push_number(&mut entries, numbers[piece as usize]);
                place = end;
            }
        }
        entries.shrink_to_fit();
        (entries, marks)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "each byte by itself")]
fn push_number(bytes: &mut Vec<u8>, number: u32) {
    match number {
        ..ONE_BYTE => bytes.push(number as u8),
        ONE_BYTE..TWO_BYTES => {
            let rest = number - ONE_BYTE;
            bytes.extend_from_slice(&[0x80 | (rest >> 8) as u8, rest as u8]);
        }
        TWO_BYTES..THREE_BYTES => {
            let rest = number - TWO_BYTES;
            bytes.extend_from_slice(&[0xc0 | (rest >> 16) as u8, (rest >> 8) as u8, rest as u8]);
        }
        _ => {
            bytes.push(0xe0);
            bytes.extend_from_slice(&number.to_be_bytes());
        }
    }
}
