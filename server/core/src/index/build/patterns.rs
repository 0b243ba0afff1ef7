//! Patterns and trie from drafts, one bucket after the other: a range of words by itself, so that threads share them.

use std::ops::Range;

use crate::keyword::MatchType;

use super::super::leaves::{Kind, LeafId, LeafWriter, NewRecord, Owners, PatternId, needs};
use super::super::listings::{ListingId, Posting};
use super::super::trie::{Edge, Root, Target, push_node};
use super::super::word::{WordFilter, WordId};
use super::buckets::Buckets;
use super::drafts::{Draft, Drafts, Owner};
use super::order::make_set;
use super::records::ListingDraft;
use super::rows::Negative;

/// What all parts read.
#[derive(Clone, Copy)]
pub(super) struct Source<'b> {
    pub(super) drafts: &'b Drafts,
    pub(super) buckets: &'b Buckets,
    /// By number in the drafts: the final number of a word.
    pub(super) words: &'b [u32],
    /// By ordinal: the final number of a listing.
    pub(super) listing_numbers: &'b [u32],
    pub(super) listings: &'b [ListingDraft],
    /// Patterns that make no node.
    pub(super) leaf_patterns_max: usize,
}

/// What is laid out of a range of words.
pub(super) struct Part {
    pub(super) leaves: LeafWriter,
    pub(super) edges: Vec<Edge>,
    /// By word, from the first of the range on.
    pub(super) roots: Vec<Root>,
    pub(super) postings: Vec<Posting>,
    /// Runs of postings: the first of each and how many there are.
    pub(super) runs: Vec<(u32, u32)>,
    pub(super) negatives: Vec<Negative>,
    /// Patterns that are negatives, each with the number of the text of the first draft that has it.
    pub(super) negative_patterns: Vec<(PatternId, Kind, u32)>,
    /// Listings that have keywords that are the same.
    pub(super) with_duplicates: Vec<u32>,
    pub(super) counts: PartCounts,
}

/// How much of it there is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PartCounts {
    pub(super) patterns: u64,
    pub(super) keywords: u64,
    pub(super) duplicates: u64,
}

/// The drafts of one bucket, unpacked.
#[derive(Default)]
struct Bucket {
    items: Vec<Item>,
    /// Distinct words of all items, ascending, and tokens of those that have an order.
    words: Vec<u32>,
    /// Runs of items that are one pattern.
    patterns: Vec<Range<usize>>,
    leaf_patterns_max: usize,
}

/// A draft of a bucket.
struct Item {
    draft: Draft,
    /// The bid that counts.
    bid_micros: u64,
    set: Range<usize>,
    tokens: Range<usize>,
}

impl Item {
    fn set<'b>(&self, words: &'b [u32]) -> &'b [u32] {
        &words[self.set.clone()]
    }

    fn tokens<'b>(&self, words: &'b [u32]) -> &'b [u32] {
        &words[self.tokens.clone()]
    }

    fn is_same_pattern(&self, other: &Item, words: &[u32]) -> bool {
        self.draft.kind == other.draft.kind
            && self.set(words) == other.set(words)
            && self.tokens(words) == other.tokens(words)
    }
}

impl Source<'_> {
    /// Lays out a range of words.
    pub(super) fn lay_out(&self, words: Range<u32>) -> Part {
        let mut part = Part::new(self.buckets.words());
        let leaf_patterns_max = self.leaf_patterns_max;
        let mut bucket = Bucket { leaf_patterns_max, ..Bucket::default() };
        for word in words {
            let root = if self.buckets.get(word).is_empty() {
                Root::NONE
            } else {
                self.unpack(word, &mut bucket);
                part.divide(&bucket, &bucket.patterns, 1).root()
            };
            part.roots.push(root);
        }
        part
    }

    /// Lays out the regular expressions, each in a leaf of its own. Gives the pattern of each of `count`.
    pub(super) fn lay_out_regexes(
        &self,
        drafts: &[(u32, Draft)],
        count: usize,
    ) -> (Part, Vec<PatternId>) {
        let mut part = Part::new(self.buckets.words());
        let mut places = vec![PatternId::NONE; count];
        let items = drafts.iter().map(|&(number, draft)| (number, self.item(draft, 0..0, 0..0)));
        let mut items: Vec<_> = items.collect();
        items.sort_unstable_by(|(a, item_a), (b, item_b)| {
            let within = |item: &Item| item.draft.within_pattern(item.bid_micros);
            a.cmp(b).then_with(|| within(item_a).cmp(&within(item_b)))
        });
        for run in items.chunk_by(|(a, _), (b, _)| a == b) {
            let number = run[0].0;
            let leaf = part.leaves.begin(1, false);
            let id = part.push(leaf, (0, 1), 0, run.iter().map(|(_, item)| item), &[number]);
            places[number as usize] = id;
        }
        (part, places)
    }

    /// Unpacks a bucket, and sorts it by the distinct words of each draft, then kind, then tokens.
    fn unpack(&self, word: u32, bucket: &mut Bucket) {
        let Bucket { items, words, patterns, .. } = bucket;
        items.clear();
        words.clear();
        patterns.clear();
        for &place in self.buckets.get(word) {
            let (draft, tokens) = self.drafts.get(place);
            let start = words.len();
            words.extend(tokens.map(|word| self.words[word as usize]));
            let tokens = start..words.len();
            let set = if draft.kind.match_type == MatchType::Broad {
                make_set(words, start);
                start..words.len()
            } else {
                words.extend_from_within(tokens.clone());
                make_set(words, tokens.end);
                tokens.end..words.len()
            };
            let tokens =
                if draft.kind.match_type == MatchType::Broad { set.clone() } else { tokens };
            items.push(self.item(draft, set, tokens));
        }
        items.sort_unstable_by(|a, b| {
            let sets = a.set(words).cmp(b.set(words)).then(a.draft.kind.cmp(&b.draft.kind));
            let patterns = sets.then_with(|| a.tokens(words).cmp(b.tokens(words)));
            let within = |item: &Item| item.draft.within_pattern(item.bid_micros);
            patterns.then_with(|| within(a).cmp(&within(b)))
        });
        let mut start = 0;
        for run in items.chunk_by(|a, b| a.is_same_pattern(b, words)) {
            patterns.push(start..start + run.len());
            start += run.len();
        }
    }

    /// A draft with its final numbers.
    fn item(&self, mut draft: Draft, set: Range<usize>, tokens: Range<usize>) -> Item {
        let mut bid_micros = 0;
        if draft.owner == Owner::Positive {
            let listing = &self.listings[draft.of as usize];
            bid_micros = draft.bid_micros.unwrap_or(listing.bid_micros);
        }
        if matches!(draft.owner, Owner::Positive | Owner::Listing) {
            draft.of = self.listing_numbers[draft.of as usize];
        }
        Item { draft, bid_micros, set, tokens }
    }
}

/// A way to what was laid out.
struct Way {
    target: Target,
    /// The words one of which must come along; none if some pattern needs none.
    needs: Option<WordFilter>,
}

impl Way {
    fn root(&self) -> Root {
        Root { target: self.target, filter: self.needs.map_or(u64::MAX, |needs| needs.of_64) }
    }

    fn edge(&self, word: WordId) -> Edge {
        let filter = self.needs.map_or(u32::MAX, |needs| needs.of_32);
        Edge { word, target: self.target, filter }
    }
}

impl Part {
    fn new(words: u32) -> Part {
        Part {
            leaves: LeafWriter::new(words),
            edges: Vec::new(),
            roots: Vec::new(),
            postings: Vec::new(),
            runs: Vec::new(),
            negatives: Vec::new(),
            negative_patterns: Vec::new(),
            with_duplicates: Vec::new(),
            counts: PartCounts::default(),
        }
    }

    /// The part of the trie for patterns that share their first `depth` words: a leaf if they are few, else a node.
    ///
    /// The depth of the recursion is at most the number of distinct words of a keyword, which is bounded.
    fn divide(&mut self, bucket: &Bucket, range: &[Range<usize>], depth: usize) -> Way {
        let rest =
            |pattern: &Range<usize>| &bucket.items[pattern.start].set(&bucket.words)[depth..];
        let ending = range.iter().take_while(|pattern| rest(pattern).is_empty()).count();
        let needs = (ending == 0)
            .then(|| WordFilter::of_all(range.iter().map(|pattern| WordId(rest(pattern)[0]))));
        if range.len() <= bucket.leaf_patterns_max {
            let leaf = self.push_leaf(bucket, range, depth, false);
            return Way { target: Target::leaf(leaf), needs };
        }
        let mut leaves = range[..ending].chunks(bucket.leaf_patterns_max).peekable();
        let mut first = None;
        while let Some(patterns) = leaves.next() {
            let leaf = self.push_leaf(bucket, patterns, depth, leaves.peek().is_some());
            first.get_or_insert(leaf);
        }
        let mut edges = Vec::new();
        for part in range[ending..].chunk_by(|a, b| rest(a)[0] == rest(b)[0]) {
            let word = WordId(rest(&part[0])[0]);
            edges.push(self.divide(bucket, part, depth + 1).edge(word));
        }
        Way { target: Target::node(push_node(&mut self.edges, first, &edges)), needs }
    }

    fn push_leaf(
        &mut self,
        bucket: &Bucket,
        patterns: &[Range<usize>],
        depth: usize,
        goes_on: bool,
    ) -> LeafId {
        let leaf = self.leaves.begin(patterns.len(), goes_on);
        for (nth, pattern) in patterns.iter().enumerate() {
            let items = &bucket.items[pattern.clone()];
            let rest = &items[0].set(&bucket.words)[depth..];
            let tokens = match items[0].draft.kind.match_type {
                MatchType::Broad => rest,
                _ => items[0].tokens(&bucket.words),
            };
            self.push(leaf, (nth, patterns.len()), needs(rest), items.iter(), tokens);
        }
        leaf
    }

    /// Writes one pattern, with whose it is. The items are sorted.
    fn push<'i>(
        &mut self,
        leaf: LeafId,
        place: (usize, usize),
        needs: u16,
        items: impl Iterator<Item = &'i Item> + Clone,
        tokens: &[u32],
    ) -> PatternId {
        let mut previous: Option<&Draft> = None;
        let first_posting = self.postings.len();
        let mut negative = None;
        for item in items.clone() {
            let draft = &item.draft;
            if previous.replace(draft).is_some_and(|previous| previous.is_same_use(draft)) {
                self.counts.duplicates += 1;
                if draft.owner == Owner::Positive {
                    self.with_duplicates.push(draft.of);
                }
                continue;
            }
            if draft.owner == Owner::Positive {
                let (listing, own) = (ListingId(draft.of), draft.bid_micros.is_some());
                self.postings.push(Posting::new(listing, draft.keyword, item.bid_micros, own));
            } else {
                negative.get_or_insert(draft.keyword);
            }
        }
        let owners = self.owners(first_posting);
        let kind = items.clone().next().map(|item| item.draft.kind);
        let kind = kind.expect("a pattern has a draft");
        let record = NewRecord { kind, negative: negative.is_some(), owners, tokens };
        let id = self.leaves.push(leaf, place, needs, &record);
        self.counts.patterns += 1;
        if let Some(text) = negative {
            self.negative_patterns.push((id, kind, text));
            for item in items.filter(|item| item.draft.owner.is_negative()) {
                let negative = (item.draft.owner, item.draft.of, id);
                if self.negatives.last() != Some(&negative) {
                    self.negatives.push(negative);
                }
            }
        }
        id
    }

    /// Makes owners of the postings from the first on: a single one moves into the record.
    fn owners(&mut self, first: usize) -> Owners {
        let postings = &self.postings[first..];
        self.counts.keywords += postings.len() as u64;
        if let [one] = postings {
            let bid = one.has_own_bid().then_some(one.bid_micros);
            if let Some(owners) = Owners::one(one.listing, one.keyword(), bid) {
                self.postings.truncate(first);
                return owners;
            }
        }
        if postings.is_empty() {
            return Owners::None;
        }
        let bounded = |number: usize| u32::try_from(number).expect("fewer than bytes of leaves");
        let (first, count) = (bounded(first), bounded(postings.len()));
        self.runs.push((first, count));
        Owners::Many { first, count }
    }

    /// Puts another part behind this one.
    pub(super) fn append(&mut self, other: Part) {
        let moved = |length: usize| u32::try_from(length).expect("the builder bounds leaves");
        let (leaves, edges) = (self.leaves.place(), moved(self.edges.len()));
        let postings = moved(self.postings.len());
        let pattern = |id: PatternId| PatternId(id.0 + leaves);
        self.leaves.append(other.leaves, postings);
        self.edges.extend(
            other
                .edges
                .into_iter()
                .map(|edge| Edge { target: edge.target.moved(leaves, edges), ..edge }),
        );
        self.roots.extend(
            other
                .roots
                .into_iter()
                .map(|root| Root { target: root.target.moved(leaves, edges), ..root }),
        );
        self.postings.extend(other.postings);
        self.runs.extend(other.runs.into_iter().map(|(first, count)| (first + postings, count)));
        let negatives = other.negatives.into_iter();
        self.negatives.extend(negatives.map(|(owner, of, id)| (owner, of, pattern(id))));
        let negatives = other.negative_patterns.into_iter();
        self.negative_patterns.extend(negatives.map(|(id, kind, text)| (pattern(id), kind, text)));
        self.with_duplicates.extend(other.with_duplicates);
        self.counts.patterns += other.counts.patterns;
        self.counts.keywords += other.counts.keywords;
        self.counts.duplicates += other.counts.duplicates;
    }
}
