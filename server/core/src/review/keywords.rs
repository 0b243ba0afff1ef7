//! Keywords that no text can match, and those that are another one of their listing.

use crate::index::{Index, ListingId};
use crate::record::Field;

use super::{Found, Subject, WarningKind};

/// `never_matching` are the regular expressions that no text matches, ascending.
pub(super) fn warn(
    found: &mut Found,
    subject: Subject<'_>,
    index: &Index,
    listing: ListingId,
    never_matching: &[u32],
) {
    let keywords = index.listings.keywords_of(listing);
    let patterns = &index.listings.keyword_patterns[keywords.clone()];
    for (nth, &id) in patterns.iter().enumerate() {
        let regex = index.patterns.get(id).regex();
        if regex.is_some_and(|number| never_matching.binary_search(&number).is_ok()) {
            found.warn(WarningKind::KeywordNeverMatches, subject, Field::Keyword(nth), || {
                let keyword = index.listing_keyword(listing, keywords.start + nth);
                format!("no text can match {keyword}: the expression contradicts itself")
            });
        }
    }
    if patterns.len() < 2 {
        return;
    }
    let mut uses: Vec<_> = patterns.iter().copied().zip(0..).collect();
    uses.sort_unstable();
    let mut duplicates: Vec<(usize, usize)> = uses
        .windows(2)
        .filter(|pair| pair[0].0 == pair[1].0)
        .map(|pair| (pair[1].1, pair[0].1))
        .collect();
    duplicates.sort_unstable();
    for (nth, earlier) in duplicates {
        found.warn(WarningKind::DuplicateKeyword, subject, Field::Keyword(nth), || {
            let keyword = index.listing_keyword(listing, keywords.start + nth);
            format!(
                "{keyword} is the same as keyword {earlier} after analysis: they are one keyword"
            )
        });
    }
}
