//! Leaves byte for byte: what is written is what is read, whatever the numbers in it need.

use broadside_memory::Array;

use crate::index::ListingId;
use crate::index::leaves::{Kind, Leaf, LeafId, LeafWriter, Leaves, NewRecord, Owners};
use crate::keyword::MatchType;

const WORDS: u32 = u32::MAX;
const BROAD: Kind = Kind { match_type: MatchType::Broad, anchor_start: false, anchor_end: false };

fn read(writer: LeafWriter) -> Leaves {
    Leaves { bytes: writer.bytes.into(), words: WORDS }
}

/// Writes one pattern and reads it again; gives the bytes of its record.
fn check(kind: Kind, negative: bool, owners: Owners, tokens: &[u32]) -> usize {
    let mut writer = LeafWriter::new(WORDS);
    let leaf = writer.begin(1, false);
    let id = writer.push(leaf, (0, 1), 0x8001, &NewRecord { kind, negative, owners, tokens });
    let leaves = read(writer);
    let leaf = leaves.leaf(leaf);
    let range = leaf.ranges().next().expect("it has a pattern");
    assert_eq!((range.start, range.end, leaf.filter(0)), (id, leaf.end(), 0x8001));
    let record = leaves.record(range);
    assert_eq!((record.kind(), record.is_negative(), record.owners), (kind, negative, owners));
    assert_eq!(record.tokens().map(|word| word.0).collect::<Vec<_>>(), tokens);
    (range.end - range.start.0) as usize
}

#[test]
fn tokens_take_two_three_or_five_bytes() {
    // The most frequent word is the last one, and has the least code.
    let token = |code: u32| WORDS - 1 - code;
    for (code, bytes) in [
        (0, 2),
        (0x7f, 2),
        (0x80, 2),
        (0x7fff, 2),
        (0x8000, 3),
        (0x1f_ffff, 3),
        (0x20_0000, 3),
        (0x3f_ffff, 3),
        (0x40_0000, 5),
        (0x7f_ffff, 5),
        (0x0100_0000, 5),
        (WORDS - 1, 5),
    ] {
        assert_eq!(check(BROAD, true, Owners::None, &[token(code)]), 1 + bytes, "{code:#x}");
        check(BROAD, true, Owners::None, &[token(code), token(0), token(code)]);
    }
}

#[test]
fn a_pattern_is_of_nobody_of_one_or_of_many() {
    let one = |bid_micros| {
        let owners = Owners::one(ListingId((1 << 25) - 1), 127, bid_micros);
        owners.expect("both numbers fit")
    };
    for (owners, bytes) in [
        (Owners::None, 0),
        (one(None), 4),
        (one(Some(0)), 12),
        (one(Some(u64::MAX - 1)), 12),
        (Owners::Many { first: u32::MAX - 1, count: u32::MAX }, 8),
    ] {
        for negative in [false, true] {
            assert_eq!(check(BROAD, negative, owners, &[7]), 1 + bytes + 5);
        }
    }
    assert_eq!(Owners::one(ListingId(1 << 25), 0, None), None, "a listing too many");
    assert_eq!(Owners::one(ListingId(0), 128, None), None, "a keyword too many");
}

#[test]
fn a_pattern_has_its_type_and_its_anchors() {
    for match_type in [MatchType::Exact, MatchType::Phrase, MatchType::Broad] {
        for (anchor_start, anchor_end) in [(false, false), (true, false), (false, true)] {
            check(Kind { match_type, anchor_start, anchor_end }, false, Owners::None, &[1]);
        }
    }
}

/// A leaf of patterns that need these words, of 16, each with its number as its token.
fn push_leaf(writer: &mut LeafWriter, needs: &[u16], goes_on: bool) -> LeafId {
    let leaf = writer.begin(needs.len(), goes_on);
    for (nth, &needs_of) in (0..).zip(needs) {
        let owners = Owners::Many { first: nth, count: 2 };
        let tokens = [WORDS - 1 - nth];
        let record = NewRecord { kind: BROAD, negative: false, owners, tokens: &tokens };
        writer.push(leaf, (nth as usize, needs.len()), needs_of, &record);
    }
    leaf
}

/// The numbers of the patterns that need no words but these.
fn fitting(leaves: &Leaves, leaf: &Leaf<'_>, words: u16) -> Vec<u32> {
    let codes = leaf.needing_only(words).map(|range| {
        let token = leaves.record(range).tokens().next();
        WORDS - 1 - token.expect("it has one").0
    });
    codes.collect()
}

#[test]
fn the_patterns_that_need_no_other_words_are_given_and_what_follows_is_said() {
    let needs: Vec<u16> = (0..32).map(|nth| 1 << (nth % 16)).collect();
    let mut writer = LeafWriter::new(WORDS);
    let first = push_leaf(&mut writer, &needs, true);
    let second = push_leaf(&mut writer, &[0b11, 0b10, 0], false);
    let leaves = read(writer);
    let leaf = leaves.leaf(first);
    assert_eq!((leaf.len(), leaf.goes_on, leaf.end()), (32, true, second.0));
    assert_eq!(fitting(&leaves, &leaf, u16::MAX), (0..32).collect::<Vec<_>>());
    assert_eq!(fitting(&leaves, &leaf, 0x8001), [0, 15, 16, 31]);
    assert_eq!(fitting(&leaves, &leaf, 0), [0; 0]);
    let leaf = leaves.leaf(second);
    assert_eq!((leaf.len(), leaf.goes_on), (3, false));
    assert_eq!(leaf.end() as usize, leaves.bytes.len());
    assert_eq!(fitting(&leaves, &leaf, 0b10), [1, 2]);
}

#[test]
fn leaves_that_are_put_behind_others_have_their_own_postings() {
    let mut all = LeafWriter::new(WORDS);
    push_leaf(&mut all, &[0, 0], false);
    let mut other = LeafWriter::new(WORDS);
    push_leaf(&mut other, &[0, 0, 0], false);
    let behind = all.place();
    all.append(other, 100);
    let leaves = Leaves { bytes: Array::from(all.bytes), words: WORDS };
    let firsts = |place: u32| {
        let leaf = leaves.leaf(LeafId(place));
        let owners = leaf.ranges().map(|range| leaves.record(range).owners);
        owners.collect::<Vec<_>>()
    };
    let many = |first| Owners::Many { first, count: 2 };
    assert_eq!(firsts(0), [many(0), many(1)]);
    assert_eq!(firsts(behind), [many(100), many(101), many(102)]);
}
