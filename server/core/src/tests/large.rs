//! Long words, and keywords of more than what is kept at one place.

use crate::limits::TextLimits;
use crate::matching::{Scratch, match_batch};

use super::cases::{check, index};
use super::records::{listing, query};

#[test]
fn each_of_several_long_words_is_found() {
    let [one, other] = ["pneumonoultramicroscopic", "supercalifragilistic"];
    let inventory = [listing("one", &[one]), listing("other", &[other])];
    check(&inventory, &format!("{other} {one}"), &["one", "other"]);
    check(&inventory, &format!("pneumonoultramicroscopid #{other}"), &["other"]);
}

/// Keywords are kept in chunks of a MiB until the index is laid out.
#[test]
fn keywords_of_many_tokens_fill_several_chunks() {
    let words: Vec<_> = (0..1_000).map(|number| format!("w{number}")).collect();
    let keyword = |number: usize| {
        let tokens =
            (0..60).map(|nth| words[(number * 7 + nth * (1 + number / 1_000)) % 1_000].as_str());
        format!("\"{}\"", tokens.collect::<Vec<_>>().join(" "))
    };
    let keywords: Vec<_> = (0..12_000).map(keyword).collect();
    let listings: Vec<_> = keywords
        .chunks(500)
        .enumerate()
        .map(|(number, keywords)| {
            let keywords: Vec<_> = keywords.iter().map(String::as_str).collect();
            listing(&format!("{number:02}"), &keywords)
        })
        .collect();
    let index = index(&listings);
    let mut scratch = Scratch::new(TextLimits::default());
    for number in (0..keywords.len()).step_by(997) {
        match_batch(&index, &[query(&keywords[number])], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        let found = answer.hits.iter().map(|hit| index.listing_id(hit.listing).to_owned());
        let found: Vec<_> = found.collect();
        assert!(found.contains(&format!("{:02}", number / 500)), "{number}: {found:?}");
    }
}

#[test]
fn a_batch_may_have_more_texts_than_are_worked_on_together() {
    let index = index(&[listing("l", &["a"])]);
    let queries: Vec<_> = (0..100).map(|nth| query(if nth % 3 == 0 { "a" } else { "b" })).collect();
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &queries, &mut scratch);
    let found: Vec<_> = scratch.answers().map(|answer| answer.total).collect();
    assert_eq!(found, (0..100).map(|nth| u64::from(nth % 3 == 0)).collect::<Vec<_>>());
}
