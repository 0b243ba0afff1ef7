//! Keywords that no text can match, and those that are another one of their listing.

use std::collections::HashSet;

use crate::index::pattern::Pattern;
use crate::index::{Index, ListingId};
use crate::keyword::{Keyword, MatchType};
use crate::record::Field;

use super::{Found, Subject, WarningKind};

/// `never_matching` are the regular expressions that no text matches, `has_duplicates` says whether the listing has keywords
/// that are the same.
pub(super) fn warn(
    found: &mut Found,
    subject: Subject<'_>,
    index: &Index,
    listing: ListingId,
    never_matching: &HashSet<&str>,
    has_duplicates: bool,
) {
    if never_matching.is_empty() && !has_duplicates {
        return;
    }
    let keywords: Vec<Keyword> = index.listings.keywords.of(listing).collect();
    for (nth, keyword) in keywords.iter().enumerate() {
        if keyword.match_type == MatchType::Regex && never_matching.contains(&*keyword.text) {
            found.warn(WarningKind::KeywordNeverMatches, subject, Field::Keyword(nth), || {
                format!("no text can match {keyword}: the expression contradicts itself")
            });
        }
    }
    if !has_duplicates {
        return;
    }
    let mut uses: Vec<(Pattern, Option<&str>, usize)> = Vec::with_capacity(keywords.len());
    for (nth, keyword) in keywords.iter().enumerate() {
        let expression = (keyword.match_type == MatchType::Regex).then_some(&*keyword.text);
        uses.push((Pattern::of(index, keyword), expression, nth));
    }
    uses.sort_unstable();
    let same = |a: &(Pattern, Option<&str>, usize), b: &(Pattern, Option<&str>, usize)| {
        (&a.0, a.1) == (&b.0, b.1)
    };
    let mut duplicates: Vec<(usize, usize)> = uses
        .windows(2)
        .filter(|pair| same(&pair[0], &pair[1]))
        .map(|pair| (pair[1].2, pair[0].2))
        .collect();
    duplicates.sort_unstable();
    for (nth, earlier) in duplicates {
        found.warn(WarningKind::DuplicateKeyword, subject, Field::Keyword(nth), || {
            let keyword = &keywords[nth];
            format!(
                "{keyword} is the same as keyword {earlier} after analysis: they are one keyword"
            )
        });
    }
}
