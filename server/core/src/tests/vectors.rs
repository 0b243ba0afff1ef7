//! The cases of the matching contract, from its own file if it is there, and a copy of the product's own.

use crate::keyword::Keyword;
use crate::listing::Listing;

use super::cases::hits;

/// Cases in the contract's own format: keyword, text, `match` or `no`.
const CASES: &str = include_str!("../../../../tests/data/contract_v1.tsv");

#[test]
fn every_case_of_the_contract_holds() {
    let mut checked = 0;
    for (number, line) in CASES.lines().enumerate().skip(1) {
        let mut fields = line.split('\t');
        let (Some(notation), Some(text), Some(expected)) =
            (fields.next(), fields.next(), fields.next())
        else {
            panic!("line {}: not three fields: {line:?}", number + 1);
        };
        let parsed = Keyword::parse(notation);
        let mut listing = Listing::new("listing");
        if parsed.negative {
            // Negatives are tested with a keyword that matches: any word of the text.
            let word = crate::naive::analyze(text).swap_remove(0).word;
            listing.keywords.push(Keyword::new(word, crate::MatchType::Broad));
            listing.negatives.push(parsed.keyword);
        } else {
            listing.keywords.push(parsed.keyword);
        }
        let matched = !hits(&[listing], text).is_empty();
        assert_eq!(matched, expected == "match", "line {}: {line:?}", number + 1);
        checked += 1;
    }
    assert_eq!(checked + 1, CASES.lines().count(), "every line but the first is a case");
}
