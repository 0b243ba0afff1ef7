//! Walks a whole index and says what is wrong with it, if anything is. Used by tests and fuzzing, and before an index
//! is published.

use crate::listing::score;

use super::Index;
use super::listings::GroupId;
use super::patterns::{PatternId, Patterns};
use super::trie::{Place, Root, find_edge};
use super::word::{WordId, filter_bit};

impl Index {
    /// Checks that every number in it points at something, that each pattern is reached once, and that what must be in
    /// order is. Time is linear in the index.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.vocabulary.validate()?;
        self.validate_patterns()?;
        self.validate_trie()?;
        self.validate_listings()?;
        self.validate_rules()?;
        self.validate_shared()?;
        self.regexes.validate()?;
        self.targetings.validate()
    }

    fn validate_patterns(&self) -> Result<(), String> {
        let mut next_posting = 0;
        let mut negatives = self.negative_patterns.iter();
        for (id, pattern) in self.patterns.iter() {
            let wrong = |what: &str| Err(format!("pattern {}: {what}", id.0));
            let words = pattern.regex().is_none();
            if words && pattern.tokens().any(|word| word.0 >= self.vocabulary.words()) {
                return wrong("a word that does not exist");
            }
            if pattern
                .regex()
                .is_some_and(|number| self.regex_patterns.get(number as usize) != Some(&id))
            {
                return wrong("an expression that is another pattern's");
            }
            if pattern.is_negative() && negatives.next() != Some(&id) {
                return wrong("a negative without a text");
            }
            if pattern.first_posting != next_posting {
                return wrong("its postings do not follow those before");
            }
            next_posting += pattern.postings;
            if pattern.postings == 0 && !pattern.is_negative() {
                return wrong("nobody's");
            }
            let postings = pattern.first_posting as usize..next_posting as usize;
            let Some(postings) = self.postings.get(postings) else {
                return wrong("postings that do not exist");
            };
            if !postings.is_sorted_by(|a, b| a.listing < b.listing) {
                return wrong("its postings are not in order");
            }
            if postings.iter().any(|posting| posting.listing.0 as usize >= self.listings.len()) {
                return wrong("a listing that does not exist");
            }
        }
        if negatives.next().is_some() || self.negatives.len() != self.negative_patterns.len() {
            return Err("negatives: some belong to no pattern".to_owned());
        }
        if next_posting as usize != self.postings.len() {
            return Err("postings: some belong to no pattern".to_owned());
        }
        Ok(())
    }

    /// Each pattern is reached exactly once, by its words in ascending order, through filters that let it through.
    fn validate_trie(&self) -> Result<(), String> {
        let mut reached = 0;
        for (word, root) in self.vocabulary.roots() {
            self.validate_part(root, &mut vec![word], &mut reached)?;
        }
        let words = self.patterns.iter().filter(|(_, pattern)| pattern.regex().is_none()).count();
        if reached as usize != words {
            return Err(format!("trie: {reached} patterns of {words}"));
        }
        Ok(())
    }

    fn validate_part(
        &self,
        root: Root,
        path: &mut Vec<WordId>,
        reached: &mut u32,
    ) -> Result<(), String> {
        let (first, count) = match root.target.place() {
            Place::Leaf { first, count } => (first, count),
            Place::Node { number, terminal } => {
                let node =
                    self.trie.nodes().get(number as usize).ok_or("trie: a node is missing")?;
                if terminal != (node.patterns > 0) || root.filter != node.filter {
                    return Err(format!("node {number}: its parent has it wrong"));
                }
                let edges = self.trie.edges(node);
                for edge in edges.iter().filter(|edge| edge.word != WordId::NONE) {
                    let found = find_edge(edges, edge.word) == Some(edge.root);
                    let passes = node.filter & filter_bit(edge.word) != 0;
                    if !found || !passes || path.last().is_none_or(|&last| edge.word <= last) {
                        return Err(format!("node {number}: edge {} is out of place", edge.word.0));
                    }
                    path.push(edge.word);
                    self.validate_part(edge.root, path, reached)?;
                    path.pop();
                }
                (node.first_pattern, node.patterns)
            }
        };
        let leaf = matches!(root.target.place(), Place::Leaf { .. });
        let mut id = PatternId(first);
        for _ in 0..count {
            let pattern = self.patterns.get(id);
            let mut set: Vec<_> = pattern.tokens().collect();
            set.sort_unstable();
            set.dedup();
            let rest = set.strip_prefix(path.as_slice());
            let needs =
                |rest: &[WordId]| rest.iter().fold(0, |bits, &word| bits | filter_bit(word));
            let fits = rest.is_some_and(|rest| match leaf {
                true => root.filter & !needs(rest) == 0,
                false => rest.is_empty(),
            });
            if !fits {
                return Err(format!("pattern {}: it is filed under other words", id.0));
            }
            *reached += 1;
            id = Patterns::after(id, &pattern);
        }
        Ok(())
    }

    fn validate_listings(&self) -> Result<(), String> {
        let listings = &self.listings;
        let count = listings.len();
        let lengths = [listings.ids.len(), listings.payloads.len(), listings.first_keyword.len()];
        if lengths.iter().any(|&length| length != count) {
            return Err(format!("listings: {lengths:?} values for {count}"));
        }
        for number in (0..).take(count) {
            let id = super::ListingId(number);
            let wrong = |what: &str| Err(format!("listing {number}: {what}"));
            if number > 0 && self.listing_id(super::ListingId(number - 1)) >= self.listing_id(id) {
                return wrong("its id is not after the one before");
            }
            let judged = listings.judged[number as usize];
            if !(judged.quality.is_finite() && judged.quality >= 0.0) {
                return wrong("its quality makes no score");
            }
            let keywords = listings.keywords_of(id);
            let patterns = listings.keyword_patterns.get(keywords.clone());
            if keywords.is_empty() || patterns.is_none() {
                return wrong("it has no keyword");
            }
            if patterns
                .is_some_and(|patterns| patterns.iter().any(|&id| !self.has_posting(id, number)))
            {
                return wrong("a keyword of it is nobody's");
            }
            let rows = self.rules.rows.len();
            if judged.own_rules().is_some_and(|row| row.0 as usize >= rows) {
                return wrong("its rules do not exist");
            }
            let group = self.rules.group_rules.get(judged.group.0 as usize);
            if group.is_none() != (judged.group == GroupId::NONE)
                || group.is_some_and(Option::is_some) != judged.has_group_rules()
            {
                return wrong("its group does not exist, or its rules are not announced");
            }
        }
        Ok(())
    }

    /// Whether a pattern brings up a listing.
    fn has_posting(&self, pattern: PatternId, listing: u32) -> bool {
        let pattern = self.patterns.get(pattern);
        let first = pattern.first_posting as usize;
        let postings = &self.postings[first..first + pattern.postings as usize];
        postings.binary_search_by_key(&listing, |posting| posting.listing.0).is_ok()
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
        let sets = rules.list_sets.iter().chain(rules.rows.iter().map(|row| &row.negatives));
        for set in sets.flatten() {
            if set.0 as usize >= rules.sets.len() {
                return Err(format!("negatives: set {} does not exist", set.0));
            }
            let negatives = rules.sets.get(*set);
            if negatives.is_empty()
                || !negatives.is_sorted_by(|a, b| a < b)
                || negatives
                    .iter()
                    .any(|negative| self.negative_patterns.binary_search(negative).is_err())
            {
                return Err(format!("negatives: set {} is empty or out of order", set.0));
            }
        }
        for (number, row) in rules.rows.iter().enumerate() {
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
        let rows = rules.group_rules.iter().flatten();
        match rows.into_iter().find(|row| row.0 as usize >= rules.rows.len()) {
            Some(row) => Err(format!("groups: rules {} do not exist", row.0)),
            None => Ok(()),
        }
    }

    /// Each pattern of very many listings has all of them in the order of their scores.
    fn validate_shared(&self) -> Result<(), String> {
        let mut places = 0;
        for (id, pattern) in self.patterns.iter() {
            if pattern.postings <= self.shared.listings_max {
                continue;
            }
            let wrong = |what: &str| Err(format!("pattern {}: {what}", id.0));
            let Some(start) = self.shared.start(pattern.first_posting) else {
                return wrong("its listings have no order");
            };
            let order = start..start + pattern.postings;
            if start as usize != places || order.end as usize > self.shared.places() {
                return wrong("its order is somewhere else");
            }
            places = order.end as usize;
            let ordered = order.map(|place| {
                let posting = self.shared.posting(place, &self.postings);
                let quality = self.listings.judged[posting.listing.0 as usize].quality;
                (score(posting.bid_micros, quality), posting.listing)
            });
            let ordered: Vec<_> = ordered.collect();
            if !ordered.is_sorted_by(|a, b| a.0 > b.0 || a.0 == b.0 && a.1 < b.1) {
                return wrong("its listings are not in order, or not each once");
            }
        }
        if places == self.shared.places() {
            return Ok(());
        }
        Err("shared keywords: an order is nobody's".to_owned())
    }
}
