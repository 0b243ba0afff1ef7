//! Rules: what must hold for a listing to match besides its keywords. Groups have the same ones.
//!
//! Most listings have none. Those that have some refer to a row of a table; equal rows are stored once, and judged once a
//! query ([`crate::judge`]), so that a million listings with one targeting are one evaluation.

use broadside_memory::Array;
use zerocopy::{FromBytes, Immutable, IntoBytes};

use crate::listing::Time;
use crate::targeting::TargetingId;

use super::arena::Arena;
use super::leaves::PatternId;

/// A row of the table of rules.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable,
)]
#[repr(transparent)]
pub(crate) struct RulesId(pub(crate) u32);

/// A set of negatives.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable,
)]
#[repr(transparent)]
pub(crate) struct NegativeSetId(pub(crate) u32);

/// A negative list.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable,
)]
#[repr(transparent)]
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

/// [`Rules`], packed. What is absent is [`ABSENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct RulesRow {
    flight: u32,
    targeting: u32,
    negatives: u32,
    lists_start: u32,
    /// How many lists, and in the lowest bit whether it is paused.
    lists_and_paused: u32,
}

/// [`Flight`], packed. What is absent has [`ABSENT`] nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct FlightRow {
    start_seconds: i64,
    end_seconds: i64,
    start_nanos: u32,
    end_nanos: u32,
}

/// The bid of a group, if `has_one` is not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct GroupBid {
    micros: u64,
    has_one: u64,
}

/// Sets of negatives, each ascending, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct NegativeSets {
    pub(crate) patterns: Array<PatternId>,
    pub(crate) ends: Array<u32>,
}

/// All rules of an index, and what they refer to.
#[derive(Debug, Clone, Default)]
pub(crate) struct RulesTable {
    pub(crate) rows: Array<RulesRow>,
    pub(crate) flights: Array<FlightRow>,
    pub(crate) sets: NegativeSets,
    pub(crate) list_references: Array<NegativeListId>,
    /// By [`NegativeListId`].
    pub(crate) list_names: Arena,
    /// By [`NegativeListId`]; a list may be empty, and has none then.
    pub(crate) list_sets: Array<NegativeSetId>,
    /// By [`GroupId`](super::listings::GroupId).
    pub(crate) group_ids: Arena,
    /// By [`GroupId`](super::listings::GroupId).
    pub(crate) group_rules: Array<RulesId>,
    /// By [`GroupId`](super::listings::GroupId): the bid of listings that have none.
    pub(crate) group_bids: Array<GroupBid>,
}

/// What is not there.
const ABSENT: u32 = u32::MAX;

impl RulesId {
    /// No rules.
    pub(crate) const NONE: RulesId = RulesId(ABSENT);

    /// The rules, if there are any.
    #[inline]
    pub(crate) fn some(self) -> Option<RulesId> {
        (self != RulesId::NONE).then_some(self)
    }
}

impl NegativeSetId {
    /// No set.
    pub(crate) const NONE: NegativeSetId = NegativeSetId(ABSENT);

    /// The set, if there is one.
    #[inline]
    pub(crate) fn some(self) -> Option<NegativeSetId> {
        (self != NegativeSetId::NONE).then_some(self)
    }
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

impl FlightRow {
    pub(crate) fn new(flight: Flight) -> FlightRow {
        let seconds = |time: Option<Time>| time.map_or(0, |time| time.seconds);
        let nanos = |time: Option<Time>| time.map_or(ABSENT, |time| time.nanos);
        FlightRow {
            start_seconds: seconds(flight.start),
            end_seconds: seconds(flight.end),
            start_nanos: nanos(flight.start),
            end_nanos: nanos(flight.end),
        }
    }

    fn flight(&self) -> Flight {
        let time = |seconds, nanos| (nanos != ABSENT).then_some(Time { seconds, nanos });
        Flight {
            start: time(self.start_seconds, self.start_nanos),
            end: time(self.end_seconds, self.end_nanos),
        }
    }
}

impl RulesRow {
    /// Packs rules, whose flight has this number if it has any bound.
    pub(crate) fn new(rules: &Rules, flight: Option<u32>) -> RulesRow {
        let (start, end) = rules.lists;
        RulesRow {
            flight: flight.unwrap_or(ABSENT),
            targeting: rules.targeting.map_or(ABSENT, |id| id.0),
            negatives: rules.negatives.map_or(ABSENT, |id| id.0),
            lists_start: start,
            lists_and_paused: (end - start) << 1 | u32::from(rules.paused),
        }
    }
}

impl GroupBid {
    pub(crate) fn new(bid: Option<u64>) -> GroupBid {
        GroupBid { micros: bid.unwrap_or(0), has_one: u64::from(bid.is_some()) }
    }

    pub(crate) fn get(self) -> Option<u64> {
        (self.has_one != 0).then_some(self.micros)
    }
}

impl NegativeSets {
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
    /// A row, unpacked.
    #[inline]
    pub(crate) fn get(&self, rules: RulesId) -> Rules {
        let row = &self.rows[rules.0 as usize];
        let flight = match row.flight {
            ABSENT => Flight::default(),
            number => self.flights[number as usize].flight(),
        };
        let end = row.lists_start + (row.lists_and_paused >> 1);
        Rules {
            paused: row.lists_and_paused & 1 != 0,
            flight,
            targeting: (row.targeting != ABSENT).then_some(TargetingId(row.targeting)),
            negatives: NegativeSetId(row.negatives).some(),
            lists: (row.lists_start, end),
        }
    }

    /// The negative lists that a row refers to.
    #[inline]
    pub(crate) fn lists_of(&self, rules: &Rules) -> &[NegativeListId] {
        &self.list_references[rules.lists.0 as usize..rules.lists.1 as usize]
    }

    /// Whether what a row refers to in here is there.
    pub(crate) fn is_valid(&self, row: &RulesRow) -> bool {
        let end = row.lists_start.checked_add(row.lists_and_paused >> 1);
        (row.flight == ABSENT || (row.flight as usize) < self.flights.len())
            && (row.negatives == ABSENT || (row.negatives as usize) < self.sets.len())
            && end.is_some_and(|end| end as usize <= self.list_references.len())
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.rows.size_bytes()
            + self.flights.size_bytes()
            + self.sets.patterns.size_bytes()
            + self.sets.ends.size_bytes()
            + self.list_references.size_bytes()
            + self.list_names.bytes()
            + self.list_sets.size_bytes()
            + self.group_ids.bytes()
            + self.group_rules.size_bytes()
            + self.group_bids.size_bytes()
    }
}
