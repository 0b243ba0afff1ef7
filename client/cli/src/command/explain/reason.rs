//! An outcome in words: a sentence for people, and what there is to know about it.

use std::time::SystemTime;

use broadside_client::{
    ExplainedMatch, Explanation, Keyword, Level, Miss, NearestKeyword, Obstacle, Outcome,
    SeenAttribute, Span,
};

use crate::attribute;
use crate::time;

/// Why a targeting that is an error is not true.
const IS_ERROR: &str = ", since an attribute is missing or has a type that does not fit";

/// An outcome in words.
#[derive(Debug)]
pub(super) struct Reason<'e> {
    /// Whether the listing matches.
    pub(super) is_match: bool,
    /// The sentence.
    pub(super) sentence: String,
    /// The reason with what there is to know about it, on one line.
    pub(super) line: String,
    /// What there is to know, by name.
    pub(super) details: Vec<(String, String)>,
    /// What of the text it is about.
    pub(super) spans: &'e [Span],
}

impl<'e> Reason<'e> {
    /// Puts an outcome into words.
    pub(super) fn of(explanation: &'e Explanation) -> Reason<'e> {
        let id = &explanation.listing_id;
        match &explanation.outcome {
            Outcome::Matched(matched) => {
                let keyword = &matched.keyword;
                let line = format!("by its {} keyword {keyword}", keyword.match_type);
                Reason {
                    is_match: true,
                    sentence: format!("{id} matches {line}."),
                    line,
                    details: of_match(matched),
                    spans: &matched.spans,
                }
            }
            Outcome::Missed(miss) => {
                let (clause, details) = of_miss(miss);
                let sentence = match miss {
                    Miss::Incomplete => format!("Whether {id} matches is not known: {clause}."),
                    _ => format!("{id} does not match: {clause}."),
                };
                let line = match miss {
                    Miss::Targeting { expression, attributes, .. } => {
                        let seen: Vec<String> = attributes
                            .iter()
                            .map(|attribute| format!("; {}: {}", attribute.name, value(attribute)))
                            .collect();
                        format!("{clause}: {expression}{}", seen.concat())
                    }
                    _ => clause,
                };
                let spans = match miss {
                    Miss::Blocked { spans, .. } => spans.as_slice(),
                    _ => &[],
                };
                Reason { is_match: false, sentence, line, details, spans }
            }
        }
    }
}

fn of_match(matched: &ExplainedMatch) -> Vec<(String, String)> {
    let mut details = vec![
        row("keyword", format!("keywords[{}]", matched.keyword_index)),
        row("score", matched.score.to_string()),
    ];
    details.extend(matched.keyword.bid_micros.map(|bid| row("own bid", bid.to_string())));
    details
}

/// The reason, and what there is to know about it.
fn of_miss(miss: &Miss) -> (String, Vec<(String, String)>) {
    match miss {
        Miss::NotFound => ("the inventory has no listing of this id".to_owned(), Vec::new()),
        Miss::Paused { level: Level::Listing } => ("it is paused".to_owned(), Vec::new()),
        Miss::Paused { level: Level::Group(group) } => {
            (format!("its group {group} is paused"), Vec::new())
        }
        Miss::OutsideFlight { level, start, end, as_of } => {
            let rows = [("start", start), ("end", end), ("as of", as_of)];
            let details = rows
                .into_iter()
                .map(|(name, at)| row(name, at.map_or_else(|| "none".to_owned(), time::exact)));
            (outside_flight(level, *start, *end, *as_of), details.collect())
        }
        Miss::NoKeyword(nearest) => {
            ("none of its keywords matches".to_owned(), in_the_way(nearest))
        }
        Miss::Blocked { level, negative_list, negative, .. } => {
            let mut details =
                vec![row("negative", format!("-{negative}  {}", negative.match_type))];
            details.extend(negative_list.iter().map(|list| row("list", list.clone())));
            details.push(match level {
                Level::Listing => row("of", "the listing itself"),
                Level::Group(group) => row("of", format!("its group {group}")),
            });
            (blocked(level, negative_list.as_deref(), negative), details)
        }
        Miss::Targeting { level, expression, is_error, attributes } => {
            let whose = of_level("targeting", level);
            let why = if *is_error { IS_ERROR } else { "" };
            let mut details = vec![row("failing part", expression.clone())];
            details.extend(attributes.iter().map(|seen| row(&seen.name, value(seen))));
            (format!("{whose} is not true{why}"), details)
        }
        Miss::Incomplete => {
            ("a work limit stopped the search before it was found out".to_owned(), Vec::new())
        }
        _ => {
            ("the reason is one that this version does not know; update it".to_owned(), Vec::new())
        }
    }
}

fn row(name: &str, said: impl Into<String>) -> (String, String) {
    (name.to_owned(), said.into())
}

/// A noun with whose it is.
fn of_level(noun: &str, level: &Level) -> String {
    match level {
        Level::Listing => format!("its {noun}"),
        Level::Group(group) => format!("the {noun} of its group {group}"),
    }
}

fn outside_flight(
    level: &Level,
    start: Option<SystemTime>,
    end: Option<SystemTime>,
    as_of: Option<SystemTime>,
) -> String {
    let flight = of_level("flight", level);
    match (start, end) {
        (Some(start), _) if as_of.is_some_and(|as_of| as_of < start) => {
            format!("{flight} begins at {}", time::exact(start))
        }
        (_, Some(end)) => format!("{flight} ended at {}", time::exact(end)),
        _ => format!("{flight} is at another time"),
    }
}

fn blocked(level: &Level, list: Option<&str>, negative: &Keyword) -> String {
    match (level, list) {
        (level, None) => {
            let whose = of_level(&format!("negative -{negative}"), level);
            format!("{whose} matches")
        }
        (Level::Listing, Some(list)) => {
            format!("the negative -{negative} of its negative list {list} matches")
        }
        (Level::Group(group), Some(list)) => {
            format!("the negative -{negative} of its group {group}'s negative list {list} matches")
        }
    }
}

/// The nearest keyword, and what is in its way.
fn in_the_way(nearest: &NearestKeyword) -> Vec<(String, String)> {
    let NearestKeyword { keyword_index, keyword, obstacle } = nearest;
    let nearest = format!("{keyword}  {}, keywords[{keyword_index}]", keyword.match_type);
    let obstacle = match obstacle {
        Obstacle::LackingTokens(tokens) => row("lacks", tokens.join(", ")),
        Obstacle::NotInOrder => {
            let place = match (keyword.anchor_start, keyword.anchor_end) {
                (true, _) => " at the text's start",
                (false, true) => " at the text's end",
                (false, false) => "",
            };
            row("but", format!("its words are not next to each other in this order{place}"))
        }
        Obstacle::MoreInText => row("but", "the text has more words than these"),
        Obstacle::NothingFound => row("but", "the expression finds nothing in the text"),
        _ => row("but", "something is in its way that this version does not know; update it"),
    };
    vec![row("nearest", nearest), obstacle]
}

fn value(seen: &SeenAttribute) -> String {
    seen.value.as_ref().map_or_else(|| "not sent".to_owned(), attribute::display)
}
