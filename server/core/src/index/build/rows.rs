//! The table of rules: equal rows once, negatives as sets of patterns.

use std::collections::HashMap;

use super::super::listings::GroupId;
use super::super::patterns::PatternId;
use super::super::rules::{NegativeListId, NegativeSetId, Rules, RulesId, RulesTable};
use super::keywords::Owner;
use super::records::RulesDraft;
use super::{Arena, IndexBuilder};

/// A negative: whose it is, and its pattern.
pub(super) type Negative = (Owner, u32, PatternId);

/// Makes the table.
pub(super) struct Rows<'b> {
    builder: &'b IndexBuilder,
    table: RulesTable,
    known: HashMap<Rules, RulesId>,
    /// Ascending by owner.
    sets: Vec<(Owner, u32, NegativeSetId)>,
}

impl<'b> Rows<'b> {
    /// With negative lists and groups in it. `negatives` have listings' final numbers.
    pub(super) fn new(builder: &'b IndexBuilder, mut negatives: Vec<Negative>) -> Rows<'b> {
        negatives.sort_unstable();
        let mut rows =
            Rows { builder, table: RulesTable::default(), known: HashMap::new(), sets: Vec::new() };
        for set in negatives.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let id = rows.table.sets.push(set.iter().map(|&(.., pattern)| pattern));
            rows.sets.push((set[0].0, set[0].1, id));
        }
        for number in (0..).take(builder.lists.len()) {
            rows.table.list_names.push(builder.list_names.get(number));
            let set = rows.set(Owner::List, number);
            rows.table.list_sets.push(set);
        }
        for (number, group) in (0..).zip(&builder.groups) {
            rows.table.group_ids.push(builder.group_names.get(number));
            let rules = group.and_then(|group| rows.row(&group.rules, Owner::Group, number));
            rows.table.group_rules.push(rules);
            rows.table.group_bids.push(group.and_then(|group| group.bid_micros));
        }
        rows
    }

    /// The row of a group or listing, if it asks anything.
    pub(super) fn row(&mut self, draft: &RulesDraft, owner: Owner, of: u32) -> Option<RulesId> {
        let rules = Rules {
            paused: draft.paused,
            flight: draft.flight,
            targeting: draft.targeting,
            negatives: self.set(owner, of),
            lists: self.lists(draft),
        };
        if rules == Rules::NONE {
            return None;
        }
        let rows = &mut self.table.rows;
        Some(*self.known.entry(rules).or_insert_with(|| {
            rows.push(rules);
            RulesId(u32::try_from(rows.len() - 1).expect("fewer than listings and groups"))
        }))
    }

    /// Whether a group has rules.
    pub(super) fn group_has_rules(&self, group: GroupId) -> bool {
        self.table.group_rules.get(group.0 as usize).is_some_and(Option::is_some)
    }

    pub(super) fn finish(mut self) -> RulesTable {
        let RulesTable { rows, list_references, list_names, group_ids, .. } = &mut self.table;
        rows.shrink_to_fit();
        list_references.shrink_to_fit();
        for arena in [list_names, group_ids] {
            Arena::shrink(arena);
        }
        self.table
    }

    fn set(&self, owner: Owner, of: u32) -> Option<NegativeSetId> {
        let at =
            self.sets.binary_search_by_key(&(owner, of), |&(owner, of, _)| (owner, of)).ok()?;
        Some(self.sets[at].2)
    }

    /// The references of a record to negative lists, each once. Those of the record before serve it as well if they are
    /// the same, which they are where a tool wrote them.
    fn lists(&mut self, draft: &RulesDraft) -> (u32, u32) {
        let (start, end) = draft.lists;
        let references = &self.builder.list_references[start as usize..end as usize];
        if references.is_empty() {
            return (0, 0);
        }
        let mut lists: Vec<_> = references.iter().map(|&number| NegativeListId(number)).collect();
        lists.sort_unstable();
        lists.dedup();
        let all = &mut self.table.list_references;
        let place = |length: usize| u32::try_from(length).expect("fewer than were referred to");
        if !all.ends_with(&lists) {
            all.extend_from_slice(&lists);
        }
        (place(all.len() - lists.len()), place(all.len()))
    }
}
