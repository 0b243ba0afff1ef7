//! Keywords that a negative of their own listing always blocks.

use crate::index::patterns::{Pattern, PatternId};
use crate::index::rules::{NegativeListId, NegativeSetId, Rules};
use crate::index::word::WordId;
use crate::index::{Index, ListingId};
use crate::judge::first_shared;
use crate::keyword::MatchType;
use crate::limits::TextLimits;
use crate::matching::{Scratch, find_negatives};
use crate::record::Field;
use crate::text::Sigil;

use super::{Found, Subject, WarningKind};

/// Searches keywords as if they were texts, to see which negatives they fire.
#[derive(Debug)]
pub(super) struct Blocking {
    scratch: Scratch,
    fired: Vec<PatternId>,
    /// By word: whether it is the rarest one of a negative. A keyword without any of those fires none.
    rarest: Vec<bool>,
}

impl Blocking {
    pub(super) fn new(index: &Index) -> Blocking {
        let mut rarest = vec![false; index.vocabulary.words() as usize];
        for &id in &index.negative_patterns {
            let negative = index.patterns.get(id);
            if negative.regex().is_none() {
                // Words are numbered from the rarest on.
                let first = negative.tokens().min().unwrap_or(WordId::NONE);
                rarest[first.0 as usize] = true;
            }
        }
        let scratch = Scratch::new(TextLimits::default());
        Blocking { scratch, fired: Vec::new(), rarest }
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
        let lists = lists.map(|&list| (Some(list), index.rules.list_sets[list.0 as usize]));
        let sets = rules.iter().map(|rules| (None, rules.negatives)).chain(lists);
        let sets: Vec<(Option<NegativeListId>, NegativeSetId)> =
            sets.filter_map(|(list, set)| Some((list, set?))).collect();
        if sets.is_empty() {
            return;
        }
        for (nth, number) in index.listings.keywords_of(listing).enumerate() {
            self.fire(index, number);
            let blocks = |&(list, set): &(_, NegativeSetId)| {
                Some((list, first_shared(index.rules.sets.get(set), &self.fired)?))
            };
            let Some((list, negative)) = sets.iter().find_map(blocks) else {
                continue;
            };
            found.warn(WarningKind::NegativeBlocksKeyword, subject, Field::Keyword(nth), || {
                let keyword = index.listing_keyword(listing, number);
                let negative = index.negative(negative);
                let of_list = list.map(|list| format!(" of the list {:?}", index.list_name(list)));
                let of_list = of_list.unwrap_or_default();
                format!("{keyword} never brings the listing up: the negative {negative}{of_list} matches whatever it matches")
            });
        }
    }

    /// Finds the negatives that match whatever a keyword matches.
    fn fire(&mut self, index: &Index, number: usize) {
        self.fired.clear();
        let id = index.listings.keyword_patterns[number];
        let keyword = index.patterns.get(id);
        if keyword.match_type() == MatchType::Regex {
            // Nothing else is known of the texts that it matches.
            self.fired.extend(keyword.is_negative().then_some(id));
            return;
        }
        let text = index.listings.keywords.get_str(number);
        // A token with a sigil is also found by its word without, which has another number.
        let has_sigils = text.chars().any(|character| Sigil::from_char(character).is_some());
        if !has_sigils && !keyword.tokens().any(|word| self.rarest[word.0 as usize]) {
            return;
        }
        let fired = find_negatives(index, text, &mut self.scratch).iter().copied();
        self.fired.extend(fired.filter(|&id| always_fires(&keyword, &index.patterns.get(id))));
    }
}

/// Whether a negative that matches the keyword's own words matches every text that the keyword does: those may have more
/// words around or, for BROAD, in between and in another order.
fn always_fires(keyword: &Pattern<'_>, negative: &Pattern<'_>) -> bool {
    match (keyword.match_type(), negative.match_type()) {
        (_, MatchType::Regex) => false,
        (MatchType::Exact, _) | (_, MatchType::Broad) => true,
        (MatchType::Phrase, MatchType::Phrase) => {
            (keyword.anchor_start() || !negative.anchor_start())
                && (keyword.anchor_end() || !negative.anchor_end())
        }
        (MatchType::Broad, MatchType::Phrase) => {
            negative.token_count() == 1 && !negative.anchor_start() && !negative.anchor_end()
        }
        _ => false,
    }
}
