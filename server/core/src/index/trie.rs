//! The trie over sorted word sets: which keywords have all of their words in a text.
//!
//! A keyword of any match type is filed under its distinct words in ascending order of their ids, that is from the
//! rarest to the most frequent. The words of a text in the same order are walked along it: a keyword is reached if and
//! only if all of its words are there. Because the first step is the rarest word, few keywords hang below a frequent one.
//!
//! Where at most [`LEAF_PATTERNS_MAX`] patterns remain, no more nodes are made: they are a *leaf*, a run in
//! [`Patterns`](super::patterns::Patterns), and are compared one by one. Most keywords end so after one or two words.
//!
//! Every way down carries a 32-bit *filter* of words, one bit a word: for a leaf the words that each of its patterns
//! still needs, for a node those that lead on from it. Most ways that would end in nothing are not taken.

use super::word::{WordId, filter_bit};

/// Patterns that are compared one by one rather than divided further.
pub(crate) const LEAF_PATTERNS_MAX: usize = 4;
/// Edges of a node that are searched one by one rather than by hash.
const SCANNED_EDGES_MAX: usize = 8;

/// Where a way down leads: nowhere, to a node, or to a leaf.
///
/// A leaf has bit 31 set, its number of patterns less one in bits 29 and 30, and the place of the first below. A node
/// has bit 30 set if patterns end at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target(u32);

/// [`Target`], taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// These patterns remain.
    Leaf {
        /// Place of the first.
        first: u32,
        /// How many there are, at least 1.
        count: u32,
    },
    /// The node of this number.
    Node {
        /// Its number.
        number: u32,
        /// Whether patterns end at it.
        terminal: bool,
    },
}

/// The way down from a word that a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Root {
    /// Where it leads.
    pub(crate) target: Target,
    /// The filter of what it leads to.
    pub(crate) filter: u32,
}

/// A node: patterns that end here, and edges to longer ones.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Node {
    /// Place of the first pattern that ends here.
    pub(crate) first_pattern: u32,
    /// How many do.
    pub(crate) patterns: u32,
    /// The words of its edges.
    pub(crate) filter: u32,
    first_edge: u32,
    /// Slots of its edges; empty ones included.
    edge_slots: u32,
}

/// An edge: the next word, and where it leads. A slot without word is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    /// The next word.
    pub(crate) word: WordId,
    /// Where it leads, and the filter.
    pub(crate) root: Root,
}

/// Nodes and their edges, in flat arrays. Each node's edges are a small open-addressing table of their own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trie {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Target {
    /// Nowhere: in an empty slot.
    pub(crate) const NONE: Target = Target(u32::MAX);
    const LEAF: u32 = 1 << 31;
    const TERMINAL: u32 = 1 << 30;
    const COUNT_SHIFT: u32 = 29;
    /// Places of patterns, and numbers of nodes, are below this.
    pub(crate) const PLACES_MAX: u32 = (1 << Target::COUNT_SHIFT) - 1;

    /// A leaf of 1 to [`LEAF_PATTERNS_MAX`] patterns.
    pub(crate) fn leaf(first: u32, count: usize) -> Target {
        assert!(first < Target::PLACES_MAX && (1..=LEAF_PATTERNS_MAX).contains(&count));
        #[expect(clippy::cast_possible_truncation, reason = "at most 3")]
        let count = (count - 1) as u32;
        Target(Target::LEAF | count << Target::COUNT_SHIFT | first)
    }

    /// A node.
    pub(crate) fn node(number: u32, terminal: bool) -> Target {
        assert!(number < Target::PLACES_MAX);
        Target(if terminal { Target::TERMINAL } else { 0 } | number)
    }

    /// Takes it apart. [`Target::NONE`] has no place.
    #[inline]
    pub(crate) fn place(self) -> Place {
        if self.0 & Target::LEAF != 0 {
            let count = (self.0 >> Target::COUNT_SHIFT & 3) + 1;
            Place::Leaf { first: self.0 & Target::PLACES_MAX, count }
        } else {
            let number = self.0 & (Target::TERMINAL - 1);
            Place::Node { number, terminal: self.0 & Target::TERMINAL != 0 }
        }
    }
}

impl Root {
    /// Nowhere: in an empty slot.
    pub(crate) const NONE: Root = Root { target: Target::NONE, filter: 0 };

    /// Whether it can lead to a match in a text whose later words have this filter.
    #[inline]
    pub(crate) fn may_match(self, later_words: u32) -> bool {
        match self.target.place() {
            Place::Leaf { .. } => self.filter & !later_words == 0,
            Place::Node { terminal, .. } => terminal || self.filter & later_words != 0,
        }
    }
}

impl Trie {
    /// Adds a node with its edges and returns its number.
    pub(crate) fn push(&mut self, first_pattern: u32, patterns: u32, edges: &[Edge]) -> u32 {
        let slots = match edges.len() {
            count if count <= SCANNED_EDGES_MAX => count,
            count => count + count / 2,
        };
        let first = self.edges.len();
        self.edges.resize(first + slots, Edge { word: WordId::NONE, root: Root::NONE });
        let table = &mut self.edges[first..];
        let mut filter = 0;
        for (nth, edge) in edges.iter().enumerate() {
            filter |= filter_bit(edge.word);
            let mut at = if slots <= SCANNED_EDGES_MAX { nth } else { slot_of(edge.word, slots) };
            while table[at].word != WordId::NONE {
                at = if at + 1 == slots { 0 } else { at + 1 };
            }
            table[at] = *edge;
        }
        let number = u32::try_from(self.nodes.len()).expect("patterns, and so nodes, fit 29 bits");
        self.nodes.push(Node {
            first_pattern,
            patterns,
            filter,
            first_edge: u32::try_from(first).expect("edges are at most three halves of patterns"),
            edge_slots: u32::try_from(slots).expect("edges are at most three halves of patterns"),
        });
        number
    }

    /// The node of this number.
    #[inline]
    pub(crate) fn node(&self, number: u32) -> &Node {
        &self.nodes[number as usize]
    }

    /// The slots of a node's edges; empty ones have no word.
    #[inline]
    pub(crate) fn edges(&self, node: &Node) -> &[Edge] {
        let first = node.first_edge as usize;
        &self.edges[first..first + node.edge_slots as usize]
    }

    /// Nodes, for walking all of them.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.nodes.as_slice()) + size_of_val(self.edges.as_slice())
    }
}

/// Finds a word among a node's edges.
#[inline]
pub(crate) fn find_edge(edges: &[Edge], word: WordId) -> Option<Root> {
    if edges.len() <= SCANNED_EDGES_MAX {
        return edges.iter().find(|edge| edge.word == word).map(|edge| edge.root);
    }
    let mut at = slot_of(word, edges.len());
    loop {
        let edge = &edges[at];
        if edge.word == word {
            return Some(edge.root);
        }
        if edge.word == WordId::NONE {
            return None;
        }
        at = if at + 1 == edges.len() { 0 } else { at + 1 };
    }
}

/// The slot where a search for this word begins: its share of the whole range.
#[inline]
fn slot_of(word: WordId, slots: usize) -> usize {
    let hash = word.0.wrapping_mul(0x9e37_79b1);
    ((u64::from(hash) * slots as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::{Edge, Root, Target, Trie, WordId, find_edge};

    /// A node with edges of these words; each must be found, and their neighbours must not.
    fn check(words: impl Iterator<Item = u32> + Clone) {
        let root = |word| Root { target: Target::leaf(word, 1), filter: word };
        let edges: Vec<_> =
            words.clone().map(|word| Edge { word: WordId(word), root: root(word) }).collect();
        let mut trie = Trie::default();
        let number = trie.push(0, 0, &edges);
        let slots = trie.edges(trie.node(number));
        for word in words {
            assert_eq!(
                find_edge(slots, WordId(word)),
                Some(root(word)),
                "{word} of {}",
                edges.len()
            );
            assert_eq!(find_edge(slots, WordId(word + 1)), None, "{} of {}", word + 1, edges.len());
        }
    }

    #[test]
    fn each_edge_is_found_and_no_other_whatever_their_number() {
        for count in 1..200 {
            for stride in [2, 3, 97, 1_000] {
                check((0..count).map(|nth| 7 + nth * stride));
            }
        }
    }
}
