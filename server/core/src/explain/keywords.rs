//! The keyword of a listing that is nearest to matching a text.

use crate::index::pattern::Pattern;
use crate::index::{Index, ListingId};
use crate::keyword::{Keyword, MatchType};
use crate::spans::Highlighter;
use crate::text::{Analyzer, Sigil};

use super::{Nearest, Obstacle};

/// The keyword that lacks least: fewest tokens that are not in the text, then the earlier one. A regular expression lacks
/// more than any words do, since nothing says how far it is.
pub(super) fn nearest(
    index: &Index,
    listing: ListingId,
    highlighter: &Highlighter,
    text: &str,
) -> Nearest {
    let keywords = (0..).zip(index.listings.keywords.of(listing));
    let read = keywords.map(|(number, keyword)| (number, Pattern::of(index, &keyword), keyword));
    let lacks = |(_, pattern, _): &(u32, Pattern, Keyword)| match pattern.kind.match_type {
        MatchType::Regex => usize::MAX,
        _ => highlighter.missing(pattern).count(),
    };
    let nearest = read.min_by_key(lacks).expect("a listing has a keyword");
    let (keyword_index, pattern, keyword) = nearest;
    let obstacle = obstacle(&pattern, highlighter, &keyword.text, text);
    Nearest { keyword_index, keyword, obstacle }
}

/// What is in a keyword's way.
fn obstacle(pattern: &Pattern, highlighter: &Highlighter, keyword: &str, text: &str) -> Obstacle {
    if pattern.kind.match_type == MatchType::Regex {
        return Obstacle::NothingFound;
    }
    if highlighter.missing(pattern).next().is_some() {
        return Obstacle::Lacks(lacking(keyword, text));
    }
    if pattern.kind.match_type == MatchType::Exact && highlighter.has_in_order(pattern) {
        return Obstacle::MoreInText;
    }
    Obstacle::NotInOrder
}

/// The tokens of a keyword that no token of the text matches, each once, in the keyword's order.
fn lacking(keyword: &str, text: &str) -> Vec<String> {
    let (mut of_text, mut of_keyword) = (Analyzer::default(), Analyzer::default());
    let there: Vec<_> = of_text.analyze(text).map(Iterator::collect).unwrap_or_default();
    let mut lacking = Vec::new();
    for token in of_keyword.analyze(keyword).into_iter().flatten() {
        let found = there.iter().any(|other| {
            other.word == token.word && (token.sigil.is_none() || token.sigil == other.sigil)
        });
        let shown = format!("{}{}", token.sigil.map_or("", Sigil::as_str), token.word);
        if !found && !lacking.contains(&shown) {
            lacking.push(shown);
        }
    }
    lacking
}
