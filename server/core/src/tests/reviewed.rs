//! Warnings of whole inventories, in which one record's may hide another's.

use crate::WarningKind;
use crate::listing::Listing;
use crate::record::Field;

use super::records::{Records, listing};

/// The ids and fields of listings that have keywords that are the same.
fn duplicates(listings: &[Listing]) -> Vec<(String, Field)> {
    let builder = Records::from(listings).builder();
    let (_, review) = builder.finish_with_review(100).expect("nothing is referred to");
    let found = review.warnings.into_iter().filter_map(|warning| {
        (warning.kind == WarningKind::DuplicateKeyword).then_some((warning.id, warning.field))
    });
    found.collect()
}

#[test]
fn different_expressions_beside_a_duplicate_are_none() {
    let one = listing("l", &["/red\\d/", "a", "/blue\\d/", "A", "/red\\d/"]);
    let expected = [3, 4].map(|nth| ("l".to_owned(), Field::Keyword(nth)));
    assert_eq!(duplicates(&[one]), expected);
}

#[test]
fn each_listing_with_a_duplicate_is_told_whatever_the_order_of_its_words() {
    let of = |number: usize| {
        let word = format!("w{}", 19 - number);
        listing(&format!("{number:02}"), &[&word, "common", &word])
    };
    let expected: Vec<_> =
        (0..20).map(|number| (format!("{number:02}"), Field::Keyword(2))).collect();
    assert_eq!(duplicates(&(0..20).map(of).collect::<Vec<_>>()), expected);
}
