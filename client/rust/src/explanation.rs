//! Why listings match a text, or why they do not.

use std::time::SystemTime;

use crate::answer::{Keyword, Span};
use crate::attributes::AttributeValue;
use crate::version::Version;

/// What became of the one listing that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingExplanation {
    /// The version that answered.
    pub version: Version,
    /// The listing.
    pub listing: Explanation,
}

/// All that a text brings up, from one version of the inventory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextExplanation {
    /// The version that answered.
    pub version: Version,
    /// The listings of the answer, best first, cut to `limit`: exactly those that matching returns.
    pub matches: Vec<Explanation>,
    /// Listings of which a keyword matches and that do not match all the same, ascending by id; at most 100.
    pub misses: Vec<Explanation>,
    /// Whether there are, or may be, more misses than those.
    pub more_misses: bool,
    /// How many listings matched, before `max_per_group` and `limit`.
    pub total: u64,
    /// Whether `total` was counted; if not, it is a lower bound.
    pub total_exact: bool,
    /// A work limit stopped the search early: a match may be missing.
    pub incomplete: bool,
}

/// What became of one listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The listing's id, as it was asked for.
    pub listing_id: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// Whether a listing matches.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It does. Whether it is among the first `limit` is not said.
    Matched(ExplainedMatch),
    /// It does not, for this reason.
    Missed(Miss),
}

/// How a listing matches.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedMatch {
    /// Bid times quality, in millionths of the currency unit.
    pub score: f64,
    /// Which of its keywords is the best that matches, starting at 0.
    pub keyword_index: u32,
    /// That keyword. Its match type is the one of the match.
    pub keyword: Keyword,
    /// Where it matched, ascending and without overlap.
    pub spans: Vec<Span>,
}

/// The first reason for which a listing does not match. They are judged in the order of this type, the listing's own
/// rules before its group's.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Miss {
    /// The inventory has no listing of this id.
    NotFound,
    /// It, or its group, is paused.
    Paused {
        /// Who is paused.
        level: Level,
    },
    /// The time is not inside a flight, which holds from its start on and ends before its end.
    OutsideFlight {
        /// Whose flight.
        level: Level,
        /// Its start, if it has one.
        start: Option<SystemTime>,
        /// Its end, if it has one.
        end: Option<SystemTime>,
        /// The time at which it was judged.
        as_of: Option<SystemTime>,
    },
    /// None of its keywords matches.
    NoKeyword(NearestKeyword),
    /// A negative matches.
    Blocked {
        /// Whose negative, or who refers to the list that has it.
        level: Level,
        /// The negative list that has it, if it is not the level's own.
        negative_list: Option<String>,
        /// The negative.
        negative: Keyword,
        /// Where it matched, ascending and without overlap.
        spans: Vec<Span>,
    },
    /// The targeting is not true.
    Targeting {
        /// Whose targeting.
        level: Level,
        /// The smallest part of the expression that is to blame.
        expression: String,
        /// Whether that part is an error (an attribute that was not sent, or has a type that does not fit) and not just
        /// false.
        is_error: bool,
        /// The attributes in that part, each once, as they were seen.
        attributes: Vec<SeenAttribute>,
    },
    /// A work limit stopped the search before it was known.
    Incomplete,
    /// A reason that this client is too old to know.
    Unknown,
}

/// Whose rule it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// The listing's own.
    Listing,
    /// That of its group, by the group's id.
    Group(String),
}

/// The keyword of a listing that is nearest to matching: the one with the fewest tokens that are not in the text, then the
/// earliest; a regular expression only if there is no other.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestKeyword {
    /// Which of the listing's keywords it is, starting at 0.
    pub keyword_index: u32,
    /// That keyword.
    pub keyword: Keyword,
    /// What is in its way.
    pub obstacle: Obstacle,
}

/// Why a keyword does not match a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// These of its tokens are not in the text: each once, folded and with their sigils, in the keyword's order.
    LackingTokens(Vec<String>),
    /// All of its tokens are in the text, but not next to each other in this order, or not where its anchor wants them.
    NotInOrder,
    /// It is an EXACT, its tokens are in the text in order, and the text has more.
    MoreInText,
    /// It is a regular expression that finds nothing.
    NothingFound,
    /// An obstacle that this client is too old to know.
    Unknown,
}

/// An attribute as targeting saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenAttribute {
    /// Its name.
    pub name: String,
    /// Its value; absent if it was not sent.
    pub value: Option<AttributeValue>,
}

impl Miss {
    /// The name for programs, as in the API without its prefix.
    pub fn as_str(&self) -> &'static str {
        match self {
            Miss::NotFound => "NOT_FOUND",
            Miss::Paused { .. } => "PAUSED",
            Miss::OutsideFlight { .. } => "OUTSIDE_FLIGHT",
            Miss::NoKeyword(_) => "NO_KEYWORD",
            Miss::Blocked { .. } => "BLOCKED",
            Miss::Targeting { .. } => "TARGETING",
            Miss::Incomplete => "INCOMPLETE",
            Miss::Unknown => "UNKNOWN",
        }
    }
}

impl Obstacle {
    /// The name for programs, as in the API without its prefix.
    pub fn as_str(&self) -> &'static str {
        match self {
            Obstacle::LackingTokens(_) => "LACKING_TOKENS",
            Obstacle::NotInOrder => "NOT_IN_ORDER",
            Obstacle::MoreInText => "MORE_IN_TEXT",
            Obstacle::NothingFound => "NOTHING_FOUND",
            Obstacle::Unknown => "UNKNOWN",
        }
    }
}
