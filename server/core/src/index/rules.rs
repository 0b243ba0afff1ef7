//! Rules: what must hold for a listing to match besides its keywords. Groups have the same ones.
//!
//! Most listings have none. Those that have some refer to a row of a table; equal rows are stored once, and judged once a
//! query ([`crate::judge`]), so that a million listings with one targeting are one evaluation.

use crate::listing::Time;
use crate::targeting::TargetingId;

use super::arena::Arena;
use super::patterns::PatternId;

/// A row of the table of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RulesId(pub(crate) u32);

/// A set of negatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NegativeSetId(pub(crate) u32);

/// A negative list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NegativeListId(pub(crate) u32);

/// What a listing or a group asks of a query, apart from keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Rules {
    /// It never matches.
    pub(crate) paused: bool,
    /// From when until when it matches.
    pub(crate) flight: Flight,
    /// What must be true of the query's attributes.
    pub(crate) targeting: Option<TargetingId>,
    /// Its own negatives.
    pub(crate) negatives: Option<NegativeSetId>,
    /// Where its references to negative lists begin and end in [`RulesTable::list_references`].
    pub(crate) lists: (u32, u32),
}

/// When a listing or group matches: from `start` on, before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Flight {
    pub(crate) start: Option<Time>,
    pub(crate) end: Option<Time>,
}

/// Sets of negatives, each ascending, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct NegativeSets {
    patterns: Vec<PatternId>,
    ends: Vec<u32>,
}

/// All rules of an index, and what they refer to.
#[derive(Debug, Clone, Default)]
pub(crate) struct RulesTable {
    pub(crate) rows: Vec<Rules>,
    pub(crate) sets: NegativeSets,
    pub(crate) list_references: Vec<NegativeListId>,
    /// By [`NegativeListId`].
    pub(crate) list_names: Arena,
    /// By [`NegativeListId`]; a list may be empty.
    pub(crate) list_sets: Vec<Option<NegativeSetId>>,
    /// By [`GroupId`](super::listings::GroupId).
    pub(crate) group_ids: Arena,
    /// By [`GroupId`](super::listings::GroupId).
    pub(crate) group_rules: Vec<Option<RulesId>>,
    /// By [`GroupId`](super::listings::GroupId): the bid of listings that have none.
    pub(crate) group_bids: Vec<Option<u64>>,
}

impl Rules {
    /// Asks nothing.
    pub(crate) const NONE: Rules = Rules {
        paused: false,
        flight: Flight { start: None, end: None },
        targeting: None,
        negatives: None,
        lists: (0, 0),
    };
}

impl Flight {
    /// Whether a time is within it.
    #[inline]
    pub(crate) fn holds(&self, at: Time) -> bool {
        self.start.is_none_or(|start| start <= at) && self.end.is_none_or(|end| at < end)
    }
}

impl NegativeSets {
    /// Adds a set; its patterns are ascending.
    pub(crate) fn push(&mut self, patterns: impl IntoIterator<Item = PatternId>) -> NegativeSetId {
        let number = u32::try_from(self.ends.len()).expect("fewer than listings, groups and lists");
        self.patterns.extend(patterns);
        self.ends.push(u32::try_from(self.patterns.len()).expect("fewer than tokens"));
        NegativeSetId(number)
    }

    /// A set's patterns, ascending.
    #[inline]
    pub(crate) fn get(&self, set: NegativeSetId) -> &[PatternId] {
        let at = set.0 as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.patterns[start as usize..self.ends[at] as usize]
    }

    /// How many sets there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

impl RulesTable {
    /// A row.
    #[inline]
    pub(crate) fn get(&self, rules: RulesId) -> &Rules {
        &self.rows[rules.0 as usize]
    }

    /// The negative lists that a row refers to.
    #[inline]
    pub(crate) fn lists_of(&self, rules: &Rules) -> &[NegativeListId] {
        &self.list_references[rules.lists.0 as usize..rules.lists.1 as usize]
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.rows.as_slice())
            + size_of_val(self.sets.patterns.as_slice())
            + size_of_val(self.sets.ends.as_slice())
            + size_of_val(self.list_references.as_slice())
            + self.list_names.bytes()
            + size_of_val(self.list_sets.as_slice())
            + self.group_ids.bytes()
            + size_of_val(self.group_rules.as_slice())
            + size_of_val(self.group_bids.as_slice())
    }
}
