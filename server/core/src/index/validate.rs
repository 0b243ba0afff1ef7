//! Walks a whole index and says what is wrong with it, if anything is. Used by tests and fuzzing, and before an index
//! is published.

use crate::keyword::MatchType;
use crate::listing::score;

use super::Index;
use super::leaves::{LEAF_PATTERNS_MAX, LeafId, Owners, PatternId, Record, needs};
use super::listings::GroupId;
use super::rules::RulesId;
use super::trie::{Place, Target, find_edge};
use super::word::{WordFilter, WordId};

/// What a walk of the trie has reached.
#[derive(Default)]
struct Reached {
    patterns: u64,
    negatives: Vec<PatternId>,
    /// Runs of postings.
    runs: Vec<(u32, u32)>,
    /// Leaves: where each begins and ends.
    leaves: Vec<(u32, u32)>,
}

impl Index {
    /// Checks that every number in it points at something, that each pattern is reached once, and that what must be in
    /// order is. Time is linear in the index.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.vocabulary.validate()?;
        let mut reached = Reached::default();
        for (word, root) in self.vocabulary.roots() {
            let needs = self.validate_part(root.target, &mut vec![word], &mut reached)?;
            if root.target != Target::NONE && root.filter != needs.map_or(u64::MAX, |n| n.of_64) {
                return Err(format!("word {}: the filter of its way is another", word.0));
            }
        }
        self.validate_regexes(&mut reached)?;
        // Before what looks at listings and their qualities.
        self.validate_listings()?;
        self.validate_reached(reached)?;
        self.validate_rules()?;
        self.regexes.validate()?;
        self.targetings.validate()
    }

    /// Each pattern is reached exactly once, by its words in ascending order, through filters that let it through. Gives
    /// the words one of which must come along, or none if some pattern needs none.
    fn validate_part(
        &self,
        target: Target,
        path: &mut Vec<WordId>,
        reached: &mut Reached,
    ) -> Result<Option<WordFilter>, String> {
        match target.place() {
            Place::Nowhere => Ok(Some(WordFilter::default())),
            Place::Leaf(leaf) => self.validate_leaves(leaf, path, reached),
            Place::Node(place) => {
                let wrong = |what: &str| Err(format!("node {place}: {what}"));
                let node = self.trie.node(place);
                let mut words = WordFilter::default();
                for edge in node.slots.iter().filter(|edge| edge.word != WordId::NONE) {
                    let found = find_edge(node.slots, edge.word) == Some(edge);
                    if !found || path.last().is_none_or(|&last| edge.word <= last) {
                        return wrong("an edge is out of place");
                    }
                    words |= WordFilter::of(edge.word);
                    path.push(edge.word);
                    let needs = self.validate_part(edge.target, path, reached)?;
                    path.pop();
                    if edge.filter != needs.map_or(u32::MAX, |needs| needs.of_32) {
                        return wrong("the filter of an edge is another");
                    }
                }
                if node.filter != words.of_32 {
                    return wrong("its filter is not that of its edges");
                }
                let Some(leaf) = node.ending else {
                    return Ok(Some(words));
                };
                match self.validate_leaves(leaf, path, reached)? {
                    None => Ok(None),
                    Some(_) => wrong("what ends there does not"),
                }
            }
        }
    }

    fn validate_leaves(
        &self,
        first: LeafId,
        path: &[WordId],
        reached: &mut Reached,
    ) -> Result<Option<WordFilter>, String> {
        let mut seconds = Some(WordFilter::default());
        let mut id = first;
        loop {
            let wrong = |what: &str| Err(format!("leaf {}: {what}", id.0));
            let leaf = self.leaves.leaf(id);
            if !(1..=LEAF_PATTERNS_MAX).contains(&leaf.len()) {
                return wrong("it has too few or too many patterns");
            }
            reached.leaves.push((id.0, leaf.end()));
            for (nth, range) in leaf.ranges().enumerate() {
                let record = self.leaves.record(range);
                let Some(rest) = rest(&record, path) else {
                    return wrong("a pattern is filed under other words");
                };
                if rest.iter().any(|&word| word >= self.vocabulary.words()) {
                    return wrong("a word does not exist");
                }
                if leaf.filter(nth) != needs(&rest) {
                    return wrong("a summary is that of other words");
                }
                match (rest.first(), &mut seconds) {
                    (Some(&word), Some(seconds)) => *seconds |= WordFilter::of(WordId(word)),
                    _ => seconds = None,
                }
                self.validate_record(range.start, &record, reached)?;
            }
            if !leaf.goes_on {
                return Ok(seconds);
            }
            id = LeafId(leaf.end());
        }
    }

    fn validate_record(
        &self,
        id: PatternId,
        record: &Record<'_>,
        reached: &mut Reached,
    ) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("pattern {}: {what}", id.0));
        reached.patterns += 1;
        if record.is_negative() {
            reached.negatives.push(id);
        }
        match record.owners {
            Owners::None if !record.is_negative() => wrong("nobody's"),
            Owners::None => Ok(()),
            Owners::One { listing, .. } if listing.0 as usize >= self.listings.len() => {
                wrong("a listing that does not exist")
            }
            Owners::One { .. } => Ok(()),
            Owners::Many { first, count } => {
                reached.runs.push((first, count));
                let end = first.checked_add(count);
                let postings = end.and_then(|end| self.postings.get(first as usize..end as usize));
                let Some(postings) = postings else {
                    return wrong("postings that do not exist");
                };
                if !postings.is_sorted_by(|a, b| a.listing < b.listing) {
                    return wrong("its postings are not in order");
                }
                let last = postings.last().map(|posting| posting.listing.0 as usize);
                if last.is_none_or(|last| last >= self.listings.len()) {
                    return wrong("a listing that does not exist");
                }
                Ok(())
            }
        }
    }

    fn validate_regexes(&self, reached: &mut Reached) -> Result<(), String> {
        if self.regex_patterns.len() != self.regexes.len() {
            return Err(format!("regexes: not a pattern for each of {}", self.regexes.len()));
        }
        for (number, &id) in (0..).zip(&self.regex_patterns) {
            if id == PatternId::NONE {
                continue;
            }
            let record = self.leaves.only_record(id);
            let is_it = record.match_type() == MatchType::Regex && record.regex() == number;
            if !is_it {
                return Err(format!("regex {number}: its pattern is another one's"));
            }
            let leaf = self.leaves.leaf(LeafId(id.0 - 5));
            reached.leaves.push((id.0 - 5, leaf.end()));
            self.validate_record(id, &record, reached)?;
        }
        Ok(())
    }

    /// What was reached is all that there is.
    fn validate_reached(&self, mut reached: Reached) -> Result<(), String> {
        if reached.patterns != self.counts.patterns {
            return Err(format!("{} patterns of {}", reached.patterns, self.counts.patterns));
        }
        reached.negatives.sort_unstable();
        if reached.negatives[..] != self.negative_patterns[..]
            || self.negatives.len() != self.negative_patterns.len()
        {
            return Err("negatives: some belong to no pattern, or have no text".to_owned());
        }
        reached.leaves.sort_unstable();
        let mut end = 0;
        for (start, next) in reached.leaves {
            if start != end {
                return Err(format!("leaf {start}: it does not follow the one before"));
            }
            end = next;
        }
        if end as usize != self.leaves.bytes.len() {
            return Err("leaves: some belong to nothing".to_owned());
        }
        reached.runs.sort_unstable();
        let mut end = 0;
        for &(first, count) in &reached.runs {
            if first != end {
                return Err(format!("postings {first}: they do not follow those before"));
            }
            end = first + count;
        }
        if end as usize != self.postings.len() {
            return Err("postings: some belong to no pattern".to_owned());
        }
        self.validate_shared(&reached.runs)
    }

    fn validate_listings(&self) -> Result<(), String> {
        let listings = &self.listings;
        let count = listings.len();
        for arena in [&listings.ids, &self.rules.group_ids, &self.rules.list_names] {
            arena.validate_texts().map_err(|what| format!("ids: {what}"))?;
        }
        listings.payloads.validate().map_err(|what| format!("payloads: {what}"))?;
        self.negatives.validate().map_err(|what| format!("negatives: {what}"))?;
        listings.keywords.validate()?;
        let payloads = listings.payloads.len();
        let lengths = [listings.ids.len(), listings.keywords.first_entry.len()];
        if lengths.iter().any(|&length| length != count) || payloads != 0 && payloads != count {
            return Err(format!(
                "listings: {lengths:?} values and {payloads} payloads for {count}"
            ));
        }
        if listings.qualities.iter().any(|quality| !(quality.is_finite() && *quality >= 0.0)) {
            return Err("listings: a quality makes no score".to_owned());
        }
        for number in (0..).take(count) {
            let id = super::ListingId(number);
            let wrong = |what: &str| Err(format!("listing {number}: {what}"));
            if number > 0 && self.listing_id(super::ListingId(number - 1)) >= self.listing_id(id) {
                return wrong("its id is not after the one before");
            }
            let judged = listings.judged(id);
            if judged.quality as usize >= listings.qualities.len() {
                return wrong("its quality does not exist");
            }
            match listings.classes.get(judged.class()) {
                Some(class) if class.has_rules() != judged.is_free() => {}
                _ => return wrong("its class does not exist, or its rules are not announced"),
            }
        }
        for (number, class) in listings.classes.iter().enumerate() {
            let exists = |rules: RulesId| {
                rules == RulesId::NONE || (rules.0 as usize) < self.rules.rows.len()
            };
            let of_group = self.rules.group_rules.get(class.group.0 as usize);
            let of_group = of_group
                .copied()
                .or_else(|| (class.group == GroupId::NONE).then_some(RulesId::NONE));
            if !exists(class.own_rules) || of_group != Some(class.group_rules) {
                return Err(format!("class {number}: its rules or its group do not exist"));
            }
        }
        Ok(())
    }

    fn validate_rules(&self) -> Result<(), String> {
        let rules = &self.rules;
        let groups = rules.group_ids.len();
        if rules.group_rules.len() != groups || rules.group_bids.len() != groups {
            return Err(format!("groups: not {groups} of everything"));
        }
        if rules.list_sets.len() != rules.list_names.len() {
            return Err(format!("negative lists: not {} sets", rules.list_names.len()));
        }
        if let Some(number) = rules.rows.iter().position(|row| !rules.is_valid(row)) {
            return Err(format!("rules {number}: they refer to what does not exist"));
        }
        let rows = (0..).take(rules.rows.len()).map(|row| rules.get(RulesId(row)));
        let rows: Vec<_> = rows.collect();
        let of_lists = rules.list_sets.iter().filter_map(|set| set.some());
        for set in of_lists.chain(rows.iter().filter_map(|row| row.negatives)) {
            if set.0 as usize >= rules.sets.len() {
                return Err(format!("negatives: set {} does not exist", set.0));
            }
            let negatives = rules.sets.get(set);
            if negatives.is_empty()
                || !negatives.is_sorted_by(|a, b| a < b)
                || negatives
                    .iter()
                    .any(|negative| self.negative_patterns.binary_search(negative).is_err())
            {
                return Err(format!("negatives: set {} is empty or out of order", set.0));
            }
        }
        for (number, row) in rows.iter().enumerate() {
            let (start, end) = row.lists;
            let lists = rules.list_references.get(start as usize..end as usize);
            let exist = |lists: &[super::rules::NegativeListId]| {
                lists.iter().all(|list| (list.0 as usize) < rules.list_names.len())
            };
            if !lists.is_some_and(exist)
                || row.targeting.is_some_and(|id| id.0 as usize >= self.targetings.len())
            {
                return Err(format!("rules {number}: they refer to what does not exist"));
            }
        }
        let mut of_groups = rules.group_rules.iter().filter_map(|rules| rules.some());
        match of_groups.find(|row| row.0 as usize >= rules.rows.len()) {
            Some(row) => Err(format!("groups: rules {} do not exist", row.0)),
            None => Ok(()),
        }
    }

    /// Each run of very many postings has all of them in the order of their scores.
    fn validate_shared(&self, runs: &[(u32, u32)]) -> Result<(), String> {
        let mut places = 0;
        for &(first, count) in runs.iter().filter(|&&(_, count)| count > self.shared.listings_max) {
            let wrong = |what: &str| Err(format!("postings {first}: {what}"));
            let Some(start) = self.shared.start(first) else {
                return wrong("they have no order");
            };
            let order = start..start + count;
            if start as usize != places || order.end as usize > self.shared.places() {
                return wrong("their order is somewhere else");
            }
            places = order.end as usize;
            let ordered = order.map(|place| {
                let posting = self.shared.posting(place, &self.postings);
                (score(posting.bid_micros, self.listings.quality(posting.listing)), posting.listing)
            });
            let ordered: Vec<_> = ordered.collect();
            if !ordered.is_sorted_by(|a, b| a.0 > b.0 || a.0 == b.0 && a.1 < b.1) {
                return wrong("they are not in order, or not each once");
            }
        }
        if places == self.shared.places() {
            return Ok(());
        }
        Err("shared keywords: an order is nobody's".to_owned())
    }
}

/// The distinct words of a pattern beside those of the way to it, ascending; none if it is not filed under that way.
fn rest(record: &Record<'_>, path: &[WordId]) -> Option<Vec<u32>> {
    let mut words: Vec<_> = record.tokens().collect();
    if record.match_type() != MatchType::Broad {
        words.sort_unstable();
        words.dedup();
        words = words.strip_prefix(path)?.to_vec();
    }
    let ascending = words.is_sorted_by(|a, b| a < b);
    let behind = words.first().is_none_or(|first| path.last().is_some_and(|last| last < first));
    (ascending && behind).then(|| words.iter().map(|word| word.0).collect())
}
