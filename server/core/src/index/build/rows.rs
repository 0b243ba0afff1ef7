//! The table of rules: equal rows once, negatives as sets of patterns.

use super::super::arena::ArenaBuilder;
use super::super::leaves::PatternId;
use super::super::listings::{Class, GroupId};
use super::super::rules::{
    Flight, FlightRow, GroupBid, NegativeListId, NegativeSetId, NegativeSets, Rules, RulesId,
    RulesRow, RulesTable,
};
use super::IndexBuilder;
use super::drafts::Owner;
use super::records::Distinct;

/// A negative: whose it is, and its pattern.
pub(super) type Negative = (Owner, u32, PatternId);

/// Makes the table.
pub(super) struct Rows<'b> {
    builder: &'b IndexBuilder,
    rows: Distinct<RulesRow>,
    flights: Distinct<FlightRow>,
    classes: Distinct<Class>,
    /// By rules of the builder: where their references to lists begin and end.
    lists: Vec<(u32, u32)>,
    list_references: Vec<NegativeListId>,
    set_patterns: Vec<PatternId>,
    set_ends: Vec<u32>,
    /// Ascending by owner.
    sets: Vec<(Owner, u32, NegativeSetId)>,
    group_rules: Vec<RulesId>,
}

impl<'b> Rows<'b> {
    /// With groups in it. `negatives` have listings' final numbers.
    pub(super) fn new(builder: &'b IndexBuilder, mut negatives: Vec<Negative>) -> Rows<'b> {
        negatives.sort_unstable();
        let mut rows = Rows {
            builder,
            rows: Distinct::default(),
            flights: Distinct::default(),
            classes: Distinct::default(),
            lists: Vec::new(),
            list_references: Vec::new(),
            set_patterns: Vec::with_capacity(negatives.len()),
            set_ends: Vec::new(),
            sets: Vec::new(),
            group_rules: Vec::new(),
        };
        for set in negatives.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let id = NegativeSetId(place(rows.set_ends.len()));
            rows.set_patterns.extend(set.iter().map(|&(.., pattern)| pattern));
            rows.set_ends.push(place(rows.set_patterns.len()));
            rows.sets.push((set[0].0, set[0].1, id));
        }
        for rules in &builder.rules.values {
            let start = rows.list_references.len();
            let mut lists: Vec<_> = rules.lists.iter().copied().map(NegativeListId).collect();
            lists.sort_unstable();
            lists.dedup();
            rows.list_references.extend(lists);
            rows.lists.push((place(start), place(rows.list_references.len())));
        }
        for (number, group) in (0..).zip(&builder.groups) {
            let rules = group.map(|group| rows.row(group.rules, Owner::Group, number));
            rows.group_rules.push(rules.unwrap_or(RulesId::NONE));
        }
        rows
    }

    /// The number of the class of a listing, and whether there are rules in it.
    pub(super) fn class(&mut self, rules: u32, group: GroupId, listing: u32) -> (u32, bool) {
        let own_rules = self.row(rules, Owner::Listing, listing);
        let of_group = self.group_rules.get(group.0 as usize);
        let group_rules = of_group.copied().unwrap_or(RulesId::NONE);
        let class = Class { group, own_rules, group_rules };
        (self.classes.number(class), class.has_rules())
    }

    /// The finished table, and all classes.
    pub(super) fn finish(self) -> (RulesTable, Vec<Class>) {
        let builder = self.builder;
        let (mut list_names, mut group_ids) = (ArenaBuilder::default(), ArenaBuilder::default());
        let (mut list_sets, mut group_bids) = (Vec::new(), Vec::new());
        for number in (0..).take(builder.lists.len()) {
            list_names.push(builder.list_names.get(number));
            list_sets.push(self.set(Owner::List, number).unwrap_or(NegativeSetId::NONE));
        }
        for (number, group) in (0..).zip(&builder.groups) {
            group_ids.push(builder.group_names.get(number));
            group_bids.push(GroupBid::new(group.and_then(|group| group.bid_micros)));
        }
        let table = RulesTable {
            rows: self.rows.values.into(),
            flights: self.flights.values.into(),
            sets: NegativeSets { patterns: self.set_patterns.into(), ends: self.set_ends.into() },
            list_references: self.list_references.into(),
            list_names: list_names.finish(),
            list_sets: list_sets.into(),
            group_ids: group_ids.finish(),
            group_rules: self.group_rules.into(),
            group_bids: group_bids.into(),
        };
        (table, self.classes.values)
    }

    /// The row of a group or listing, if it asks anything.
    fn row(&mut self, draft: u32, owner: Owner, of: u32) -> RulesId {
        let draft_rules = &self.builder.rules.values[draft as usize];
        let (start, end) = self.lists[draft as usize];
        let rules = Rules {
            paused: draft_rules.paused,
            flight: draft_rules.flight,
            targeting: draft_rules.targeting,
            negatives: self.set(owner, of),
            lists: if start == end { (0, 0) } else { (start, end) },
        };
        if rules == Rules::NONE {
            return RulesId::NONE;
        }
        let bounded = rules.flight != Flight::default();
        let flight = bounded.then(|| self.flights.number(FlightRow::new(rules.flight)));
        RulesId(self.rows.number(RulesRow::new(&rules, flight)))
    }

    fn set(&self, owner: Owner, of: u32) -> Option<NegativeSetId> {
        let at =
            self.sets.binary_search_by_key(&(owner, of), |&(owner, of, _)| (owner, of)).ok()?;
        Some(self.sets[at].2)
    }
}

fn place(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than bytes of leaves, or references of records")
}
