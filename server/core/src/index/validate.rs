//! Walks a whole index and says what is wrong with it, if anything is. Used by tests and fuzzing, and before an index
//! is published.

use super::Index;
use super::listings::{HAS_FLIGHT, HAS_NEGATIVES};
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
        self.validate_listings()
    }

    fn validate_patterns(&self) -> Result<(), String> {
        let mut next_posting = 0;
        for (id, pattern) in self.patterns.iter() {
            let wrong = |what: &str| Err(format!("pattern {}: {what}", id.0));
            if pattern.tokens().any(|word| word.0 >= self.vocabulary.words()) {
                return wrong("a word that does not exist");
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
        if reached != self.patterns.count() {
            return Err(format!("trie: {reached} patterns of {}", self.patterns.count()));
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
        let lengths = [
            listings.ids.len(),
            listings.payloads.len(),
            listings.first_keyword.len(),
            listings.negatives_end.len(),
        ];
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
            let negatives = listings.negatives_of(id);
            if negatives.is_empty() != (judged.flags & HAS_NEGATIVES == 0) {
                return wrong("its negatives are not announced");
            }
            if !negatives.is_sorted_by(|a, b| a < b)
                || negatives.iter().any(|&negative| !self.patterns.get(negative).is_negative())
            {
                return wrong("its negatives are not in order, or are none");
            }
            let flight = listings.flights.binary_search_by_key(&id, |flight| flight.listing);
            if flight.is_ok() != (judged.flags & HAS_FLIGHT != 0) {
                return wrong("its flight is not announced");
            }
        }
        Ok(())
    }
}
