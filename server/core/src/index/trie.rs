//! The trie over sorted word sets: which keywords have all of their words in a text.
//!
//! A keyword of any match type is filed under its distinct words in ascending order of their ids, that is from the
//! rarest to the most frequent. The words of a text in the same order are walked along it: a keyword is reached if and
//! only if all of its words are there. Because the first step is the rarest word, few keywords hang below a frequent one.
//!
//! Where at most [`LEAF_PATTERNS_MAX`](super::leaves::LEAF_PATTERNS_MAX) patterns remain, no more nodes are made: they are
//! a leaf ([`super::leaves`]). Most keywords end so after one or two words, so that a keyword's last words need no nodes of
//! their own.
//!
//! A node is a run of the one array of edges: first a head, then its edges as a small open-addressing table. Every way down
//! carries a *filter*: the words one of which the text must have to go on, one bit a word. Most ways that would end in
//! nothing are not taken.

use broadside_memory::{Array, prefetch};
use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::leaves::LeafId;
use super::word::{WordFilter, WordId};

/// Edges of a node that are searched one by one rather than by hash.
const SCANNED_EDGES_MAX: usize = 8;

/// Where a way down leads: nowhere, to a node, or to a leaf. A leaf has bit 31 set, and its place below; a node has the
/// place of its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable)]
#[repr(transparent)]
pub(crate) struct Target(u32);

/// [`Target`], taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing is there.
    Nowhere,
    /// The leaf at this place.
    Leaf(LeafId),
    /// The node whose head is at this place.
    Node(u32),
}

/// The way down from the first word of keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Root {
    /// Where it leads.
    pub(crate) target: Target,
    /// The words one of which must come along, of 64; all bits if some keyword needs none.
    pub(crate) filter: u64,
}

/// An edge: the next word, and where it leads. A slot without word is empty.
///
/// In the head of a node `word` is the number of its slots, `target` the leaf of the patterns that end there, and `filter`
/// the words of its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct Edge {
    /// The next word.
    pub(crate) word: WordId,
    /// Where it leads.
    pub(crate) target: Target,
    /// The words one of which must come along, of 32; all bits if some keyword needs none.
    pub(crate) filter: u32,
}

/// Nodes and their edges.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trie {
    pub(crate) edges: Array<Edge>,
}

/// A node of the trie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'t> {
    /// The leaf of the patterns that end here.
    pub(crate) ending: Option<LeafId>,
    /// The words of its edges, of 32.
    pub(crate) filter: u32,
    /// The slots of its edges; empty ones have no word.
    pub(crate) slots: &'t [Edge],
}

impl Target {
    /// Nowhere: in an empty slot, and for a word that is never the first of a keyword.
    pub(crate) const NONE: Target = Target(u32::MAX);
    const LEAF: u32 = 1 << 31;

    /// A leaf.
    pub(crate) fn leaf(leaf: LeafId) -> Target {
        assert!(leaf.0 < Target::LEAF - 1, "the builder bounds leaves");
        Target(Target::LEAF | leaf.0)
    }

    /// A node.
    pub(crate) fn node(place: u32) -> Target {
        assert!(place < Target::LEAF, "the builder bounds edges");
        Target(place)
    }

    /// Takes it apart.
    #[inline]
    pub(crate) fn place(self) -> Place {
        if self == Target::NONE {
            Place::Nowhere
        } else if self.0 & Target::LEAF != 0 {
            Place::Leaf(LeafId(self.0 & !Target::LEAF))
        } else {
            Place::Node(self.0)
        }
    }

    /// The same for what lies this much further behind.
    pub(crate) fn moved(self, leaves: u32, edges: u32) -> Target {
        match self.place() {
            Place::Nowhere => self,
            Place::Leaf(LeafId(place)) => Target::leaf(LeafId(place + leaves)),
            Place::Node(place) => Target::node(place + edges),
        }
    }
}

impl Root {
    /// Nowhere.
    pub(crate) const NONE: Root = Root { target: Target::NONE, filter: 0 };

    /// Whether it can lead to a match in a text with these later words.
    #[inline]
    pub(crate) fn may_match(&self, later: &WordFilter) -> bool {
        self.filter & later.of_64 != 0 || self.filter == u64::MAX
    }
}

impl Edge {
    /// An empty slot.
    pub(crate) const EMPTY: Edge = Edge { word: WordId::NONE, target: Target::NONE, filter: 0 };

    /// Whether it can lead to a match in a text with these later words.
    #[inline]
    pub(crate) fn may_match(&self, later: &WordFilter) -> bool {
        self.filter & later.of_32 != 0 || self.filter == u32::MAX
    }
}

impl Trie {
    /// The node whose head is at this place.
    #[inline]
    pub(crate) fn node(&self, place: u32) -> Node<'_> {
        let place = place as usize;
        let head = &self.edges[place];
        let slots = &self.edges[place + 1..place + 1 + head.word.0 as usize];
        let ending = match head.target.place() {
            Place::Leaf(leaf) => Some(leaf),
            _ => None,
        };
        Node { ending, filter: head.filter, slots }
    }

    /// Asks memory for the head of a node.
    #[inline]
    pub(crate) fn prefetch(&self, place: u32) {
        prefetch(&self.edges, place as usize);
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.edges.size_bytes()
    }
}

/// Adds a node with its edges, and gives its place.
pub(crate) fn push_node(all: &mut Vec<Edge>, ending: Option<LeafId>, edges: &[Edge]) -> u32 {
    let slots = match edges.len() {
        count if count <= SCANNED_EDGES_MAX => count,
        count => count + count / 2,
    };
    let place = u32::try_from(all.len()).expect("edges are at most three halves of patterns");
    let word = WordId(u32::try_from(slots).expect("edges are at most three halves of patterns"));
    let target = ending.map_or(Target::NONE, Target::leaf);
    let filter = WordFilter::of_all(edges.iter().map(|edge| edge.word)).of_32;
    all.push(Edge { word, target, filter });
    let first = all.len();
    all.resize(first + slots, Edge::EMPTY);
    let table = &mut all[first..];
    for (nth, edge) in edges.iter().enumerate() {
        let mut at = if slots <= SCANNED_EDGES_MAX { nth } else { slot_of(edge.word, slots) };
        while table[at].word != WordId::NONE {
            at = if at + 1 == slots { 0 } else { at + 1 };
        }
        table[at] = *edge;
    }
    place
}

/// Where a search for this word begins among a node's slots.
#[inline]
pub(crate) fn first_slot(slots: usize, word: WordId) -> usize {
    if slots <= SCANNED_EDGES_MAX { 0 } else { slot_of(word, slots) }
}

/// Finds a word among a node's slots.
#[inline]
pub(crate) fn find_edge(slots: &[Edge], word: WordId) -> Option<&Edge> {
    if slots.len() <= SCANNED_EDGES_MAX {
        return slots.iter().find(|edge| edge.word == word);
    }
    let mut at = slot_of(word, slots.len());
    loop {
        let edge = &slots[at];
        if edge.word == word {
            return Some(edge);
        }
        if edge.word == WordId::NONE {
            return None;
        }
        at = if at + 1 == slots.len() { 0 } else { at + 1 };
    }
}

/// A word's share of the whole range of slots.
#[inline]
fn slot_of(word: WordId, slots: usize) -> usize {
    let hash = word.0.wrapping_mul(0x9e37_79b1);
    ((u64::from(hash) * slots as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::{Edge, LeafId, Target, Trie, WordId, find_edge, push_node};

    /// A node with edges of these words; each must be found, and their neighbours must not.
    fn check(words: impl Iterator<Item = u32> + Clone) {
        let edge =
            |word| Edge { word: WordId(word), target: Target::leaf(LeafId(word)), filter: word };
        let edges: Vec<_> = words.clone().map(edge).collect();
        let mut all = Vec::new();
        let place = push_node(&mut all, None, &edges);
        let trie = Trie { edges: all.into() };
        let node = trie.node(place);
        for word in words {
            let found = find_edge(node.slots, WordId(word));
            assert_eq!(found, Some(&edge(word)), "{word} of {}", edges.len());
            let found = find_edge(node.slots, WordId(word + 1));
            assert_eq!(found, None, "{} of {}", word + 1, edges.len());
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
