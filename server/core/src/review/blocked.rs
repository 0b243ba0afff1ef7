//! Keywords that a negative of their own listing always blocks.

use std::collections::HashMap;

use crate::answer::Query;
use crate::index::leaves::PatternId;
use crate::index::pattern::{Pattern, PatternReader};
use crate::index::rules::{NegativeListId, NegativeSetId, Rules};
use crate::index::word::WordId;
use crate::index::{Index, ListingId};
use crate::judge::first_shared;
use crate::keyword::{Keyword, MatchType};
use crate::limits::TextLimits;
use crate::listing::Time;
use crate::matching::{Scratch, find_negatives};
use crate::record::Field;
use crate::targeting::Attributes;
use crate::text::Sigil;

use super::{Found, Subject, WarningKind};

/// Searches keywords as if they were texts, to see which negatives they fire.
#[derive(Debug)]
pub(super) struct Blocking {
    scratch: Scratch,
    reader: PatternReader,
    fired: Vec<PatternId>,
    /// Negatives by their patterns, as they are compared.
    negatives: HashMap<PatternId, Pattern>,
    /// Regular expressions that are negatives.
    expressions: HashMap<String, PatternId>,
    /// By word: whether it is the rarest one of a negative. A keyword without any of those fires none.
    rarest: Vec<bool>,
}

impl Blocking {
    pub(super) fn new(index: &Index) -> Blocking {
        let mut rarest = vec![false; index.vocabulary.words() as usize];
        let mut reader = PatternReader::default();
        let (mut negatives, mut expressions) = (HashMap::new(), HashMap::new());
        for &id in &index.negative_patterns {
            let keyword = index.negative(id);
            let negative = reader.read(index, &keyword);
            if keyword.match_type == MatchType::Regex {
                expressions.insert(keyword.text, id);
            } else {
                // Words are numbered from the rarest on.
                let first = negative.tokens().min().unwrap_or(WordId::NONE);
                rarest[first.0 as usize] = true;
            }
            negatives.insert(id, negative);
        }
        let scratch = Scratch::new(TextLimits::default());
        Blocking { scratch, reader, fired: Vec::new(), negatives, expressions, rarest }
    }

    pub(super) fn warn(
        &mut self,
        found: &mut Found,
        subject: Subject<'_>,
        index: &Index,
        listing: ListingId,
        rules: &[Rules],
    ) {
        let lists = rules.iter().flat_map(|rules| index.rules.lists_of(rules));
        let lists = lists.map(|&list| (Some(list), index.rules.list_sets[list.0 as usize].some()));
        let sets = rules.iter().map(|rules| (None, rules.negatives)).chain(lists);
        let sets: Vec<(Option<NegativeListId>, NegativeSetId)> =
            sets.filter_map(|(list, set)| Some((list, set?))).collect();
        if sets.is_empty() {
            return;
        }
        for (nth, keyword) in index.listings.keywords.of(listing).enumerate() {
            self.fire(index, &keyword);
            let blocks = |&(list, set): &(_, NegativeSetId)| {
                Some((list, first_shared(index.rules.sets.get(set), &self.fired)?))
            };
            let Some((list, negative)) = sets.iter().find_map(blocks) else {
                continue;
            };
            found.warn(WarningKind::NegativeBlocksKeyword, subject, Field::Keyword(nth), || {
                let negative = index.negative(negative);
                let of_list = list.map(|list| format!(" of the list {:?}", index.list_name(list)));
                let of_list = of_list.unwrap_or_default();
                format!("{keyword} never brings the listing up: the negative {negative}{of_list} matches whatever it matches")
            });
        }
    }

    /// Finds the negatives that match whatever a keyword matches.
    fn fire(&mut self, index: &Index, keyword: &Keyword) {
        self.fired.clear();
        if keyword.match_type == MatchType::Regex {
            // Nothing else is known of the texts that it matches.
            self.fired.extend(self.expressions.get(&keyword.text));
            return;
        }
        let pattern = self.reader.read(index, keyword);
        // A token with a sigil is also found by its word without, which has another number.
        let has_sigils =
            keyword.text.chars().any(|character| Sigil::from_char(character).is_some());
        if !has_sigils && !pattern.tokens().any(|word| self.rarest[word.0 as usize]) {
            return;
        }
        let at = Time { seconds: 0, nanos: 0 };
        let attributes = Attributes::default();
        let query = Query { text: &keyword.text, limit: 0, max_per_group: 0, at, attributes };
        let fired = find_negatives(index, &query, &mut self.scratch).iter().copied();
        let negatives = &self.negatives;
        self.fired.extend(fired.filter(|id| always_fires(&pattern, &negatives[id])));
    }
}

/// Whether a negative that matches the keyword's own words matches every text that the keyword does: those may have more
/// words around or, for BROAD, in between and in another order.
fn always_fires(keyword: &Pattern, negative: &Pattern) -> bool {
    match (keyword.kind.match_type, negative.kind.match_type) {
        (_, MatchType::Regex) => false,
        (MatchType::Exact, _) | (_, MatchType::Broad) => true,
        (MatchType::Phrase, MatchType::Phrase) => {
            (keyword.kind.anchor_start || !negative.kind.anchor_start)
                && (keyword.kind.anchor_end || !negative.kind.anchor_end)
        }
        (MatchType::Broad, MatchType::Phrase) => {
            negative.tokens.len() == 1 && !negative.kind.anchor_start && !negative.kind.anchor_end
        }
        _ => false,
    }
}
