//! Keywords and negatives that were analysed, packed one after the other while the records come.
//!
//! There may be a hundred million of them, and beside them there must be room for the index: a draft takes some sixteen
//! bytes, in chunks that are never moved.

use super::super::leaves::Kind;

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    chunks: Vec<Vec<u8>>,
    /// Where each draft begins, in the order in which they were added.
    pub(super) places: Vec<DraftPlace>,
}

/// Where a draft begins: the number of its chunk, and the byte in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DraftPlace(u32);

/// A draft without its tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft {
    pub(super) owner: Owner,
    pub(super) kind: Kind,
    /// Ordinal of its listing, or number of its group's or negative list's name.
    pub(super) of: u32,
    /// Index in the listing's keywords; of a negative, the number of its text.
    pub(super) keyword: u32,
    /// The keyword's own bid.
    pub(super) bid_micros: Option<u64>,
}

/// Whose a draft is, and what it does there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A keyword of a listing.
    Positive,
    /// A negative of a negative list.
    List,
    /// A negative of a group.
    Group,
    /// A negative of a listing.
    Listing,
}

/// How far the drafts were, to go back there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    chunks: usize,
    bytes: usize,
    drafts: usize,
}

/// The tokens of a draft, as numbers of words.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'d> {
    bytes: &'d [u8],
    left: u8,
}

/// Large enough for an allocator to give it back to the system as a whole. What is not written to is no memory yet.
const CHUNK_SHIFT: u32 = 26;
const CHUNK_BYTES: usize = 1 << CHUNK_SHIFT;
/// More than any draft takes: its head, and five bytes for each token.
const DRAFT_BYTES_MAX: usize = 32 + 5 * crate::limits::KEYWORD_TOKENS_MAX;
/// Chunks that there may be.
const CHUNKS_MAX: usize = 1 << (32 - CHUNK_SHIFT);

const OWNER_SHIFT: u32 = Kind::BITS;
const OWN_BID: u8 = 1 << 6;

impl Owner {
    /// Whether it is a negative.
    pub(super) fn is_negative(self) -> bool {
        self != Owner::Positive
    }
}

impl Drafts {
    /// How far it is.
    pub(super) fn mark(&self) -> Mark {
        let bytes = self.chunks.last().map_or(0, Vec::len);
        Mark { chunks: self.chunks.len(), bytes, drafts: self.places.len() }
    }

    /// Forgets all drafts since the mark.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        self.chunks.truncate(mark.chunks);
        if let Some(last) = self.chunks.last_mut() {
            last.truncate(mark.bytes);
        }
        self.places.truncate(mark.drafts);
    }

    /// Forgets everything, once the index is laid out.
    pub(super) fn forget_all(&mut self) {
        *self = Drafts::default();
    }

    /// Whether there is room for another draft.
    pub(super) fn has_room(&self) -> bool {
        self.chunks.len() < CHUNKS_MAX
    }

    /// Adds a draft of at most [`KEYWORD_TOKENS_MAX`](crate::limits::KEYWORD_TOKENS_MAX) tokens.
    pub(super) fn push(&mut self, draft: &Draft, tokens: &[u32]) {
        if self.chunks.last().is_none_or(|last| last.len() + DRAFT_BYTES_MAX > CHUNK_BYTES) {
            self.chunks.push(Vec::with_capacity(CHUNK_BYTES));
        }
        let number = self.chunks.len() - 1;
        let chunk = &mut self.chunks[number];
        let place = u32::try_from(number << CHUNK_SHIFT | chunk.len());
        self.places.push(DraftPlace(place.expect("whoever adds drafts asks for room")));
        let own_bid = if draft.bid_micros.is_some() { OWN_BID } else { 0 };
        chunk.push(draft.kind.bits() | (draft.owner as u8) << OWNER_SHIFT | own_bid);
        chunk.extend_from_slice(&draft.of.to_le_bytes());
        push_number(chunk, draft.keyword);
        if let Some(bid) = draft.bid_micros {
            chunk.extend_from_slice(&bid.to_le_bytes());
        }
        chunk.push(u8::try_from(tokens.len()).expect("a keyword has at most 255 tokens"));
        for &token in tokens {
            push_number(chunk, token);
        }
    }

    /// A draft and its tokens.
    pub(super) fn get(&self, place: DraftPlace) -> (Draft, Tokens<'_>) {
        let mut bytes = self.bytes(place);
        let head = bytes[0];
        let of = u32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
        bytes = &bytes[5..];
        let keyword = take_number(&mut bytes);
        let bid_micros = (head & OWN_BID != 0).then(|| {
            let (bid, rest) = bytes.split_first_chunk().expect("a bid has eight bytes");
            bytes = rest;
            u64::from_le_bytes(*bid)
        });
        let owner = match head >> OWNER_SHIFT & 3 {
            0 => Owner::Positive,
            1 => Owner::List,
            2 => Owner::Group,
            _ => Owner::Listing,
        };
        let draft = Draft { owner, kind: Kind::of_bits(head), of, keyword, bid_micros };
        (draft, Tokens { bytes: &bytes[1..], left: bytes[0] })
    }

    /// The tokens of a draft.
    pub(super) fn tokens(&self, place: DraftPlace) -> Tokens<'_> {
        self.get(place).1
    }

    fn bytes(&self, DraftPlace(place): DraftPlace) -> &[u8] {
        let place = place as usize;
        &self.chunks[place >> CHUNK_SHIFT][place & (CHUNK_BYTES - 1)..]
    }
}

impl Iterator for Tokens<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        Some(take_number(&mut self.bytes))
    }
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
#[expect(clippy::cast_possible_truncation, reason = "each byte by itself")]
#[inline]
fn push_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[inline]
fn take_number(bytes: &mut &[u8]) -> u32 {
    let mut number = 0;
    let mut shift = 0;
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return number;
        }
        shift += 7;
    }
}
