//! Building an index: listings come in one by one, and are laid out when all of them are there.
//!
//! While they come, each keyword is analysed once and kept as the numbers of its words ([`Draft`]). At the end:
//! 1. words are numbered from the rarest to the most frequent (ties by bytes), listings by their ids;
//! 2. drafts are sorted by (their distinct words ascending, kind, tokens), so that equal ones are neighbours and those
//!    of a part of the trie are a range;
//! 3. each run of equal drafts becomes a pattern with its postings, each range a node or a leaf.
//!
//! The same listings in the same order give the same index, bit for bit.

use crate::keyword::{Keyword, MatchType};
use crate::limits::{
    GROUP_ID_BYTES_MAX, KEYWORD_BYTES_MAX, KEYWORD_TOKENS_MAX, LISTING_ID_BYTES_MAX,
    LISTING_KEYWORDS_MAX, LISTING_NEGATIVES_MAX, LISTINGS_MAX, PAYLOAD_BYTES_MAX,
};
use crate::listing::{Field, Listing, ListingError, Reason, Status, score};
use crate::text::{self, Sigil, Sink};

use super::Index;
use super::interner::Interner;
use super::listings::{
    Arena, Flight, GroupId, HAS_FLIGHT, HAS_NEGATIVES, Judged, ListingId, PAUSED,
};
use super::patterns::{Kind, Patterns};
use super::trie::Target;

mod layout;
mod order;

/// Collects listings and makes an [`Index`] of them.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    /// Words; the first byte is the sigil, 0 for none.
    words: Interner,
    ids: Interner,
    groups: Interner,
    judged: Vec<Judged>,
    flights: Vec<Flight>,
    payloads: Arena,
    /// Texts of positive keywords.
    keywords: Arena,
    first_keyword: Vec<u32>,
    drafts: Vec<Draft>,
    /// Tokens of all drafts, as numbers of `words`.
    tokens: Vec<u32>,
    /// What the patterns would take if all of them were distinct, in words of 32 bits.
    pattern_words: usize,
    buffers: text::Buffers,
    /// The keyword that is being analysed.
    analysed: Analysed,
}

/// A keyword or negative that was analysed.
#[derive(Debug, Clone, Copy)]
struct Draft {
    /// First of its tokens in [`IndexBuilder::tokens`].
    first_token: u32,
    tokens: u16,
    role: Role,
    kind: Kind,
    /// Ordinal of its listing.
    listing: u32,
    /// Index in the listing's keywords.
    keyword: u32,
    bid_micros: u64,
}

/// What a draft does for its listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Positive { own_bid: bool },
    Negative,
}

/// Words of one keyword, with their sigils in front, and where each ends.
#[derive(Debug, Default)]
struct Analysed {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Sink for Analysed {
    fn token(&mut self, sigil: Option<Sigil>, word: &[u8], _start: u32, _end: u32) -> bool {
        if self.ends.len() == KEYWORD_TOKENS_MAX {
            return false;
        }
        self.bytes.push(sigil.map_or(0, |sigil| sigil as u8));
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len());
        true
    }
}

impl IndexBuilder {
    /// An empty one.
    pub fn new() -> IndexBuilder {
        IndexBuilder::default()
    }

    /// How many listings were added.
    pub fn listings(&self) -> usize {
        self.judged.len()
    }

    /// Adds a listing.
    ///
    /// # Errors
    /// All that is wrong with it; nothing of it was added then.
    pub fn add(&mut self, listing: &Listing) -> Result<(), Vec<ListingError>> {
        let drafts = self.drafts.len();
        let tokens = self.tokens.len();
        let pattern_words = self.pattern_words;
        let mut errors = self.check(listing);
        for (nth, keyword) in listing.keywords.iter().enumerate() {
            let own_bid = keyword.bid_micros.is_some();
            let bid_micros = keyword.bid_micros.or(listing.bid_micros).unwrap_or(0);
            let role = Role::Positive { own_bid };
            self.draft(keyword, role, bid_micros, nth, Field::Keyword(nth), &mut errors);
        }
        for (nth, negative) in listing.negatives.iter().enumerate() {
            self.draft(negative, Role::Negative, 0, nth, Field::Negative(nth), &mut errors);
        }
        if self.pattern_words >= Target::PLACES_MAX as usize {
            let reason = Reason::TooManyListings(self.listings());
            errors.push(ListingError { field: Field::Keywords, reason });
        }
        if errors.is_empty() {
            self.commit(listing);
            return Ok(());
        }
        self.drafts.truncate(drafts);
        self.tokens.truncate(tokens);
        self.pattern_words = pattern_words;
        Err(errors)
    }

    /// What is wrong with the listing, apart from single keywords.
    fn check(&self, listing: &Listing) -> Vec<ListingError> {
        let mut errors = Vec::new();
        let mut refuse = |field, reason| errors.push(ListingError { field, reason });
        let too_long =
            |length: usize, most: usize| (length > most).then_some(Reason::TooLong(most));
        let empty = |text: &str| text.is_empty().then_some(Reason::Empty);
        if let Some(reason) =
            empty(&listing.id).or(too_long(listing.id.len(), LISTING_ID_BYTES_MAX))
        {
            refuse(Field::Id, reason);
        } else if let Some(earlier) = self.ids.find(listing.id.as_bytes()) {
            refuse(Field::Id, Reason::DuplicateId(earlier));
        }
        if let Some(group) = &listing.group
            && let Some(reason) = empty(group).or(too_long(group.len(), GROUP_ID_BYTES_MAX))
        {
            refuse(Field::Group, reason);
        }
        if listing.keywords.is_empty() {
            refuse(Field::Keywords, Reason::NoKeyword);
        }
        let lengths = [
            (Field::Keywords, listing.keywords.len(), LISTING_KEYWORDS_MAX),
            (Field::Negatives, listing.negatives.len(), LISTING_NEGATIVES_MAX),
            (Field::Payload, listing.payload.len(), PAYLOAD_BYTES_MAX),
        ];
        for (field, length, most) in lengths {
            if let Some(reason) = too_long(length, most) {
                refuse(field, reason);
            }
        }
        let bids = listing.keywords.iter().filter_map(|keyword| keyword.bid_micros);
        let highest_bid = bids.chain(listing.bid_micros).max().unwrap_or(0);
        if !(listing.quality >= 0.0 && score(highest_bid, listing.quality).is_finite()) {
            refuse(Field::Quality, Reason::ScoreNotFinite);
        }
        if let (Some(start), Some(end)) = (listing.start_time, listing.end_time)
            && end <= start
        {
            refuse(Field::EndTime, Reason::EndsBeforeStart);
        }
        if self.listings() == LISTINGS_MAX {
            refuse(Field::Id, Reason::TooManyListings(LISTINGS_MAX));
        }
        errors
    }

    /// Analyses one keyword or negative and keeps it.
    fn draft(
        &mut self,
        keyword: &Keyword,
        role: Role,
        bid_micros: u64,
        nth: usize,
        field: Field,
        errors: &mut Vec<ListingError>,
    ) {
        let mut refuse = |reason| errors.push(ListingError { field, reason });
        if keyword.text.len() > KEYWORD_BYTES_MAX {
            return refuse(Reason::TooLong(KEYWORD_BYTES_MAX));
        }
        self.analysed.bytes.clear();
        self.analysed.ends.clear();
        if !text::analyze(&keyword.text, &mut self.buffers, &mut self.analysed) {
            return refuse(Reason::KeywordTooManyTokens(KEYWORD_TOKENS_MAX));
        }
        if self.analysed.ends.is_empty() {
            return refuse(Reason::KeywordEmpty);
        }
        let Ok(first_token) = u32::try_from(self.tokens.len()) else {
            return refuse(Reason::TooManyListings(self.judged.len()));
        };
        let mut start = 0;
        for &end in &self.analysed.ends {
            self.tokens.push(self.words.intern(&self.analysed.bytes[start..end]));
            start = end;
        }
        let kind = Kind::of(keyword);
        if kind.match_type == MatchType::Broad {
            order::make_set(&mut self.tokens, first_token as usize);
        }
        let tokens = self.tokens.len() - first_token as usize;
        self.pattern_words += Patterns::words_of(tokens);
        self.drafts.push(Draft {
            first_token,
            tokens: u16::try_from(tokens).expect("at most KEYWORD_TOKENS_MAX"),
            role,
            kind,
            listing: u32::try_from(self.judged.len()).expect("at most LISTINGS_MAX"),
            keyword: u32::try_from(nth).unwrap_or(u32::MAX),
            bid_micros,
        });
    }

    /// Keeps what was checked.
    fn commit(&mut self, listing: &Listing) {
        let ordinal = self.ids.intern(listing.id.as_bytes());
        let group =
            listing.group.as_ref().map(|group| GroupId(self.groups.intern(group.as_bytes())));
        let mut flags = 0;
        if listing.status == Status::Paused {
            flags |= PAUSED;
        }
        if !listing.negatives.is_empty() {
            flags |= HAS_NEGATIVES;
        }
        if listing.start_time.is_some() || listing.end_time.is_some() {
            flags |= HAS_FLIGHT;
            let (start, end) = (listing.start_time, listing.end_time);
            self.flights.push(Flight { listing: ListingId(ordinal), start, end });
        }
        let group = group.unwrap_or(GroupId::NONE);
        // A quality of -0.0 would make scores of -0.0, which are sorted after 0.0.
        let quality = listing.quality.abs();
        self.judged.push(Judged { quality, group, flags });
        self.payloads.push(&listing.payload);
        let first = u32::try_from(self.keywords.len()).expect("fewer than tokens");
        self.first_keyword.push(first);
        for keyword in &listing.keywords {
            self.keywords.push(keyword.text.as_bytes());
        }
    }

    /// Lays the index out. Time is that of sorting all keywords.
    pub fn finish(self) -> Index {
        layout::lay_out(self)
    }
}

impl Kind {
    /// What a keyword is apart from its words.
    fn of(keyword: &Keyword) -> Kind {
        let (match_type, anchor_start, anchor_end) = keyword.canonical();
        Kind { match_type, anchor_start, anchor_end }
    }
}
