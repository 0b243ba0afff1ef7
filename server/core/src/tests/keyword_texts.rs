//! Keywords as they were written: packed and read again, whatever the numbers of their pieces need.

use crate::index::ListingId;
use crate::index::arena::ArenaBuilder;
use crate::index::keyword_texts::{KeywordTexts, KeywordTextsBuilder};
use crate::index::leaves::Kind;
use crate::keyword::{Keyword, MatchType};

fn pack(listings: &[Vec<Keyword>]) -> KeywordTexts {
    let mut builder = KeywordTextsBuilder::default();
    let mut first_entry = Vec::new();
    for keywords in listings {
        first_entry.push(builder.next_entry());
        for (nth, keyword) in keywords.iter().enumerate() {
            builder.push(keyword, Kind::of(keyword), nth + 1 == keywords.len());
        }
    }
    builder.finish(first_entry)
}

/// Each listing gives its keywords back: all of them in order, and each by its number.
fn check(listings: &[Vec<Keyword>]) {
    let texts = pack(listings);
    texts.validate().expect("what was just packed is valid");
    for (listing, keywords) in (0..).map(ListingId).zip(listings) {
        assert!(texts.of(listing).eq(keywords.iter().cloned()), "{listing:?}");
        for (nth, keyword) in (0..).zip(keywords) {
            assert_eq!(texts.get(listing, nth), *keyword, "{listing:?}, {nth}");
        }
    }
}

fn broad(text: impl Into<String>) -> Keyword {
    Keyword::new(text, MatchType::Broad)
}

#[test]
fn texts_are_given_back_byte_for_byte() {
    let texts = ["a", "a b", " a", "a ", "  ", "a  b c d", "é 東 🔥", "a\tb"];
    let mut all: Vec<_> = texts.map(broad).into();
    for (nth, match_type) in (0..).zip([MatchType::Exact, MatchType::Phrase, MatchType::Regex]) {
        all.push(Keyword { bid_micros: Some(nth), ..Keyword::new("a b", match_type) });
    }
    let anchored = Keyword::new("a b", MatchType::Phrase);
    all.push(Keyword { anchor_start: true, bid_micros: Some(u64::MAX), ..anchored.clone() });
    all.push(Keyword { anchor_end: true, ..anchored });
    check(&[all.clone(), vec![all[1].clone()], all]);
}

#[test]
fn a_text_may_have_any_number_of_pieces() {
    let of = |pieces: usize| broad(vec!["a"; pieces].join(" "));
    let all = [1, 2, 3, 4, 5, 127, 128, 253, 254, 255, 256, 257, 511, 512, 2_048, 4_097];
    let keywords: Vec<_> = all.map(of).into();
    check(&[keywords.clone(), keywords[9..10].to_vec(), keywords]);
}

#[test]
fn each_of_many_keywords_is_found() {
    let of = |number: usize| broad(format!("{} of {number} pieces", number % 7));
    let listings: Vec<_> = (0..200).map(|number| (0..number % 50 + 1).map(of).collect()).collect();
    check(&listings);
}

/// The most frequent pieces are as many as fit into one byte, and so on; each number of bytes is needed.
#[test]
fn there_may_be_millions_of_pieces() {
    const PIECES: u32 = (0x20 << 16) + (0x40 << 8) + 0x80 + 1_000;
    let pieces: Vec<String> = (0..PIECES).map(|number| format!("{number:x}")).collect();
    let listings: Vec<_> =
        pieces.chunks(50_000).map(|pieces| vec![broad(pieces.join(" "))]).collect();
    check(&listings);
}

#[test]
fn values_of_an_arena_are_its_values_in_each_of_its_chunks() {
    for count in [0, 1, 4_095, 4_096, 4_097, 8_192, 9_000] {
        let value = |number: usize| vec![b'x'; number % 11];
        let mut builder = ArenaBuilder::default();
        (0..count).for_each(|number| builder.push(&value(number)));
        assert!((0..count).all(|number| builder.get(number) == value(number)), "{count}");
        let mut arena = builder.finish();
        arena.validate().expect("what was just built is valid");
        assert_eq!(arena.len(), count);
        assert!((0..count).all(|number| arena.get(number) == value(number)), "{count}");
        arena.chunks = [&*arena.chunks, &[0]].concat().into();
        assert_eq!(arena.validate(), Err("not a beginning for each chunk"), "{count}");
    }
}

#[test]
fn an_arena_whose_numbers_are_wrong_is_refused() {
    let check = |change: fn(&mut [u32], &mut [u64]), expected| {
        let mut builder = ArenaBuilder::default();
        (0..5_000).for_each(|_| builder.push(b"xy"));
        let mut arena = builder.finish();
        let (mut ends, mut chunks) = (arena.ends.to_vec(), arena.chunks.to_vec());
        change(&mut ends, &mut chunks);
        (arena.ends, arena.chunks) = (ends.into(), chunks.into());
        assert_eq!(arena.validate(), expected);
    };
    check(|_, _| (), Ok(()));
    check(|_, chunks| chunks[1] -= 1, Err("a chunk does not begin where the one before ends"));
    check(|ends, _| ends[7] = 13, Err("a value ends before it begins"));
    check(|ends, _| ends[4_999] += 1, Err("values and bytes do not end together"));
}
