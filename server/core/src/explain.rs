//! Why a listing matches a text, or why it does not: for people who ask about one listing, so it reads much again that
//! the hot path would not.
//!
//! The stages, in the order in which the first that fails is the reason: the listing exists; it and its group are active;
//! the time is inside the flights of both; a keyword matches; no negative does, of the listing, its group, or a list that
//! either refers to; the targeting of both is true.

mod keywords;
mod listing;
mod text;

use std::collections::HashMap;

use crate::index::leaves::PatternId;
use crate::index::rules::NegativeListId;
use crate::keyword::{Keyword, MatchType};
use crate::listing::Time;
use crate::matching::Scratch;
use crate::matching::steps::Steps;
use crate::spans::{Highlighter, Span};
use crate::targeting::Unmet;

/// Explains, one text after the other. Reused.
#[derive(Debug)]
pub struct Explainer {
    scratch: Scratch,
    highlighter: Highlighter,
    /// Which negative of a list the text at hand fires, of the lists that were asked about.
    lists: HashMap<NegativeListId, Option<PatternId>>,
    /// What explaining a whole text may still take.
    steps: Steps,
}

/// What is to be said of one listing and one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The listing's id, as it was asked for.
    pub listing_id: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// All that a text brings up.
#[derive(Debug, Clone, PartialEq)]
pub struct TextExplanation {
    /// The answer: listings that match, best first.
    pub matches: Vec<Explanation>,
    /// Listings of which a keyword matches and that do not match, by their ids; at most
    /// [`EXPLAINED_MISSES_MAX`](crate::limits::EXPLAINED_MISSES_MAX).
    pub misses: Vec<Explanation>,
    /// Whether there are more misses than those.
    pub more_misses: bool,
    /// How many listings match.
    pub total: u64,
    /// Whether `total` was counted; if not, it is a lower bound.
    pub total_exact: bool,
    /// A work limit stopped the search: a match may be missing.
    pub incomplete: bool,
}

/// What became of a listing.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It matches.
    Matched(Matched),
    /// It does not, for this reason.
    Missed(Miss),
}

/// How a listing matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Bid times quality, in millionths of the currency unit.
    pub score: f64,
    /// Index of the best of its matching keywords.
    pub keyword_index: u32,
    /// That keyword.
    pub keyword: Keyword,
    /// Where it stands in the text.
    pub spans: Vec<Span>,
}

/// The first reason for which a listing does not match.
#[derive(Debug, Clone, PartialEq)]
pub enum Miss {
    /// There is no listing of this id.
    NotFound,
    /// It is paused.
    Paused(Level),
    /// The time is not inside its flight.
    OutsideFlight {
        /// Whose flight.
        level: Level,
        /// The flight's start, if it has one.
        start: Option<Time>,
        /// The flight's end, if it has one.
        end: Option<Time>,
        /// The time that was asked for.
        at: Time,
    },
    /// None of its keywords matches.
    NoKeyword(Nearest),
    /// A negative matches.
    Blocked {
        /// Whose negative, or who refers to the list that has it.
        level: Level,
        /// The list that has it, if it is not the level's own.
        list: Option<String>,
        /// The negative.
        negative: Keyword,
        /// Where it stands in the text.
        spans: Vec<Span>,
    },
    /// The targeting is not true.
    Targeting {
        /// Whose targeting.
        level: Level,
        /// The smallest part that is to blame, and the attributes in it.
        unmet: Unmet,
    },
    /// A work limit stopped the search before it was known.
    Incomplete,
}

/// Whose rule it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// The listing's own.
    Listing,
    /// That of its group, by its id.
    Group(String),
}

/// The keyword that is nearest to matching, and what it lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// Its index in the listing's keywords.
    pub keyword_index: u32,
    /// The keyword.
    pub keyword: Keyword,
    /// What is in its way.
    pub obstacle: Obstacle,
}

/// Why a keyword does not match a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// These of its tokens, with their sigils, are not in the text.
    Lacks(Vec<String>),
    /// All of its tokens are there, but not next to each other in this order, or not where its anchor wants them.
    NotInOrder,
    /// It is EXACT, its tokens are there in order, and the text has more.
    MoreInText,
    /// It is a regular expression that finds nothing.
    NothingFound,
}

impl Obstacle {
    /// Whether this type of keyword can have it.
    pub fn is_of(&self, match_type: MatchType) -> bool {
        match self {
            Obstacle::Lacks(_) => match_type != MatchType::Regex,
            Obstacle::NotInOrder => matches!(match_type, MatchType::Exact | MatchType::Phrase),
            Obstacle::MoreInText => match_type == MatchType::Exact,
            Obstacle::NothingFound => match_type == MatchType::Regex,
        }
    }
}
