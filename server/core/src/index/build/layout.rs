//! Laying the index out: patterns and trie from sorted drafts, then everything else in the order of listings.

use crate::keyword::MatchType;
use crate::text::Sigil;

use super::super::listings::{Arena, Listings, Posting};
use super::super::patterns::{PatternId, Patterns};
use super::super::trie::{Edge, LEAF_PATTERNS_MAX, Root, Target, Trie};
use super::super::vocabulary::Vocabulary;
use super::super::word::{WordId, filter_bit};
use super::super::{Counts, Index};
use super::order::{Renumbered, Sets, drafts_by_pattern, listings_by_id, words_by_frequency};
use super::{Draft, IndexBuilder, ListingId, Role};

impl Draft {
    pub(super) fn tokens_in<'a>(&self, tokens: &'a [u32]) -> &'a [u32] {
        let start = self.first_token as usize;
        &tokens[start..start + usize::from(self.tokens)]
    }

    /// The order of equal patterns: a listing's best use of it comes before its other uses of the same role.
    pub(super) fn within_pattern(&self) -> impl Ord + use<> {
        let negative = self.role == Role::Negative;
        (negative, self.listing, std::cmp::Reverse(self.bid_micros), self.keyword)
    }
}

/// See the text of [`super`].
pub(super) fn lay_out(mut builder: IndexBuilder) -> Index {
    let mut sets = Sets::of(&builder.drafts, &builder.tokens);
    let words = words_by_frequency(&builder.words, &sets.words);
    let listings = listings_by_id(&builder.ids);
    renumber(&mut builder, &words, &listings);
    sets.renumber(&words.new);
    let order = drafts_by_pattern(&builder.drafts, &sets, &builder.tokens);

    let mut counts = Counts::default();
    let written = write_patterns(&builder, &sets, &order, &mut counts);
    let mut trie = Trie::default();
    let roots = roots(&written, &sets, words.old.len(), &mut trie);
    let old_words = words.old.iter().map(|&word| split(builder.words.get(word)));
    let vocabulary = Vocabulary::build(&old_words, &roots);
    let listings = gather(&builder, &listings, written.negatives);
    counts.listings = listings.len() as u64;
    counts.words = words.old.len() as u64;
    counts.patterns = u64::from(written.patterns.count());
    counts.groups = builder.groups.len() as u64;
    Index {
        vocabulary,
        trie,
        patterns: written.patterns,
        postings: written.postings,
        listings,
        counts,
    }
}

/// The sigil and the bytes of an interned word.
fn split(interned: &[u8]) -> (Option<Sigil>, &[u8]) {
    let sigil = match interned[0] {
        1 => Some(Sigil::Hash),
        2 => Some(Sigil::At),
        3 => Some(Sigil::Dollar),
        _ => None,
    };
    (sigil, &interned[1..])
}

/// Gives words and listings their final numbers. A BROAD's tokens are a set and are sorted again.
fn renumber(builder: &mut IndexBuilder, words: &Renumbered, listings: &Renumbered) {
    for token in &mut builder.tokens {
        *token = words.new[*token as usize];
    }
    for draft in &mut builder.drafts {
        draft.listing = listings.new[draft.listing as usize];
        if draft.kind.match_type == MatchType::Broad {
            let start = draft.first_token as usize;
            builder.tokens[start..start + usize::from(draft.tokens)].sort_unstable();
        }
    }
    for flight in &mut builder.flights {
        flight.listing = ListingId(listings.new[flight.listing.0 as usize]);
    }
    builder.flights.sort_unstable_by_key(|flight| flight.listing);
}

/// What the sorted drafts were written to.
struct Written {
    patterns: Patterns,
    postings: Vec<Posting>,
    /// Listings and the patterns that they have as negatives.
    negatives: Vec<(ListingId, PatternId)>,
    /// For each pattern in order: where it is, and a draft that has its set.
    places: Vec<(PatternId, u32)>,
}

/// Makes a pattern of each run of equal drafts.
fn write_patterns(
    builder: &IndexBuilder,
    sets: &Sets,
    order: &[u32],
    counts: &mut Counts,
) -> Written {
    let mut written = Written {
        patterns: Patterns::default(),
        postings: Vec::new(),
        negatives: Vec::new(),
        places: Vec::new(),
    };
    let draft_of = |number: u32| &builder.drafts[number as usize];
    let same = |a: &u32, b: &u32| {
        let (draft_a, draft_b) = (draft_of(*a), draft_of(*b));
        sets.get(*a) == sets.get(*b)
            && draft_a.kind == draft_b.kind
            && draft_a.tokens_in(&builder.tokens) == draft_b.tokens_in(&builder.tokens)
    };
    for run in order.chunk_by(same) {
        let first = draft_of(run[0]);
        let first_posting = written.postings.len();
        let place = written.patterns.next_place();
        let mut negative = false;
        let mut previous: Option<(bool, u32)> = None;
        for draft in run.iter().map(|&number| draft_of(number)) {
            let use_of_it = (draft.role == Role::Negative, draft.listing);
            if previous.replace(use_of_it) == Some(use_of_it) {
                counts.duplicate_keywords += 1;
                continue;
            }
            let listing = ListingId(draft.listing);
            match draft.role {
                Role::Positive { own_bid } => {
                    let posting = Posting::new(listing, draft.keyword, draft.bid_micros, own_bid);
                    written.postings.push(posting);
                }
                Role::Negative => {
                    negative = true;
                    written.negatives.push((listing, place));
                }
            }
        }
        let first_posting_number = u32::try_from(first_posting).expect("fewer than tokens");
        let postings =
            u32::try_from(written.postings.len() - first_posting).expect("fewer than tokens");
        let tokens = first.tokens_in(&builder.tokens);
        let pushed =
            written.patterns.push(first.kind, tokens, (first_posting_number, postings), negative);
        debug_assert_eq!(pushed, place, "a pattern lies where it was announced");
        written.places.push((place, run[0]));
    }
    counts.keywords = written.postings.len() as u64;
    counts.negatives = written.negatives.len() as u64;
    written
}

/// What each word leads to as the first, that is rarest, word of a keyword. Words that are never first lead to a node
/// without patterns and edges.
fn roots(written: &Written, sets: &Sets, words: usize, trie: &mut Trie) -> Vec<Root> {
    let nothing = trie.push(0, 0, &[]);
    let nowhere = Root { target: Target::node(nothing, false), filter: 0 };
    let mut roots = vec![nowhere; words];
    let first_word = |&(_, draft): &(PatternId, u32)| sets.get(draft)[0];
    for range in written.places.chunk_by(|a, b| first_word(a) == first_word(b)) {
        roots[first_word(&range[0]) as usize] = divide(range, 1, sets, trie);
    }
    roots
}

/// The part of the trie for patterns that share their first `depth` words: a leaf if they are few, else a node.
///
/// The depth of the recursion is at most the number of distinct words of a keyword, which is bounded.
fn divide(range: &[(PatternId, u32)], depth: usize, sets: &Sets, trie: &mut Trie) -> Root {
    let rest = |&(_, draft): &(PatternId, u32)| &sets.get(draft)[depth..];
    let first = range[0].0.0;
    if range.len() <= LEAF_PATTERNS_MAX {
        let needs =
            |words: &[u32]| words.iter().fold(0, |bits, &word| bits | filter_bit(WordId(word)));
        let filter = range.iter().fold(u32::MAX, |all, pattern| all & needs(rest(pattern)));
        return Root { target: Target::leaf(first, range.len()), filter };
    }
    let ending = range.iter().take_while(|pattern| rest(pattern).is_empty()).count();
    let mut edges = Vec::new();
    for part in range[ending..].chunk_by(|a, b| rest(a)[0] == rest(b)[0]) {
        let word = WordId(rest(&part[0])[0]);
        edges.push(Edge { word, root: divide(part, depth + 1, sets, trie) });
    }
    let count = u32::try_from(ending).expect("fewer than tokens");
    let number = trie.push(first, count, &edges);
    Root { target: Target::node(number, ending > 0), filter: trie.node(number).filter }
}

/// Everything else of each listing, in the order of their ids.
fn gather(
    builder: &IndexBuilder,
    order: &Renumbered,
    mut negatives: Vec<(ListingId, PatternId)>,
) -> Listings {
    let mut listings = Listings { flights: builder.flights.clone(), ..Listings::default() };
    negatives.sort_unstable();
    let mut negatives = negatives.into_iter().peekable();
    for (number, &old) in (0..).zip(&order.old) {
        let old = old as usize;
        listings.judged.push(builder.judged[old]);
        listings.ids.push(builder.ids.get(order.old[number as usize]));
        listings.payloads.push(builder.payloads.get(old));
        let end = |keywords: &Arena| u32::try_from(keywords.len()).expect("fewer than tokens");
        let last = builder.first_keyword.get(old + 1).copied().unwrap_or(end(&builder.keywords));
        listings.first_keyword.push(end(&listings.keywords));
        for keyword in builder.first_keyword[old]..last {
            listings.keywords.push(builder.keywords.get(keyword as usize));
        }
        while let Some((_, pattern)) = negatives.next_if(|&(listing, _)| listing.0 == number) {
            listings.negatives.push(pattern);
        }
        let end = u32::try_from(listings.negatives.len()).expect("fewer than tokens");
        listings.negatives_end.push(end);
    }
    for arena in [&mut listings.ids, &mut listings.payloads, &mut listings.keywords] {
        arena.shrink();
    }
    listings
}
