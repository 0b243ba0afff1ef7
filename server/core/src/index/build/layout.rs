//! Laying the index out: patterns and trie from sorted drafts, then everything else in the order of listings.

use crate::keyword::MatchType;
use crate::limits::SHARED_KEYWORD_LISTINGS_MAX;
use crate::text::Sigil;

use super::super::arena::Arena;
use super::super::listings::{GroupId, Judged, Listings, Posting};
use super::super::patterns::{PatternId, Patterns};
use super::super::shared_keywords::SharedKeywords;
use super::super::trie::{Edge, LEAF_PATTERNS_MAX, Root, Target, Trie};
use super::super::vocabulary::Vocabulary;
use super::super::word::{WordId, filter_bit};
use super::super::{Counts, Index, ListingId};
use super::IndexBuilder;
use super::keywords::{Bid, Draft, Keywords, Owner};
use super::order::{Renumbered, Sets, drafts_by_pattern, listings_by_id, words_by_frequency};
use super::rows::{Negative, Rows};

/// See the text of [`super`]. Also gives the numbers of the listings in the order in which they were added.
pub(super) fn lay_out(mut builder: IndexBuilder) -> (Index, Vec<u32>) {
    let mut sets = Sets::of(&builder.keywords.drafts, &builder.keywords.tokens);
    let words = words_by_frequency(&builder.keywords.words, &sets.words);
    let listing_order = listings_by_id(&builder.ids);
    renumber(&mut builder.keywords, &words, &listing_order);
    sets.renumber(&words.new);
    let order = drafts_by_pattern(&builder.keywords.drafts, &sets, &builder.keywords.tokens);

    let keywords = &builder.keywords;
    let mut written = Written::of(&builder, &listing_order);
    written.words(keywords, &sets, &order);
    let mut trie = Trie::default();
    let roots = roots(&written, &sets, words.old.len(), &mut trie);
    let regex_patterns = written.regexes(keywords);
    let old_words = words.old.iter().map(|&word| split(keywords.words.get(word)));
    let vocabulary = Vocabulary::build(&old_words, &roots);
    let mut rows = Rows::new(&builder, std::mem::take(&mut written.negatives));
    let mut listings = gather(&builder, &listing_order, &mut rows);
    let rules = rows.finish();
    listings.keyword_patterns = written.keyword_patterns;
    written.negative_texts.shrink();
    let regexes = std::mem::take(&mut builder.keywords.regexes).finish();
    let targetings = std::mem::take(&mut builder.targetings).finish();
    let index = Index {
        vocabulary,
        trie,
        shared: SharedKeywords::of(
            &written.patterns,
            &written.postings,
            &listings,
            builder.shared_listings_max.unwrap_or(SHARED_KEYWORD_LISTINGS_MAX),
        ),
        counts: Counts {
            listings: listings.len() as u64,
            words: words.old.len() as u64,
            patterns: u64::from(written.patterns.count()),
            groups: builder.groups.iter().flatten().count() as u64,
            negative_lists: u64::from(builder.lists_added),
            regexes: regex_patterns.iter().filter(|&&id| id != PatternId::NONE).count() as u64,
            targetings: targetings.len() as u64,
            ..written.counts
        },
        patterns: written.patterns,
        postings: written.postings,
        listings,
        rules,
        negatives: written.negative_texts,
        negative_patterns: written.negative_patterns,
        regexes,
        regex_patterns,
        targetings,
    };
    (index, listing_order.new)
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
fn renumber(keywords: &mut Keywords, words: &Renumbered, listings: &Renumbered) {
    for token in &mut keywords.tokens {
        *token = words.new[*token as usize];
    }
    for draft in keywords.drafts.iter_mut().chain(&mut keywords.regex_drafts) {
        if matches!(draft.owner, Owner::Positive(_) | Owner::Listing) {
            draft.of = listings.new[draft.of as usize];
        }
    }
    for draft in keywords.drafts.iter().filter(|draft| draft.kind.match_type == MatchType::Broad) {
        let start = draft.first_token as usize;
        keywords.tokens[start..start + usize::from(draft.tokens)].sort_unstable();
    }
}

/// What the sorted drafts were written to.
#[derive(Default)]
struct Written {
    patterns: Patterns,
    postings: Vec<Posting>,
    negatives: Vec<Negative>,
    /// Texts of the patterns that are negatives, and those patterns.
    negative_texts: Arena,
    negative_patterns: Vec<PatternId>,
    /// For each pattern of words in order: where it is, and a draft that has its set.
    places: Vec<(PatternId, u32)>,
    /// By listing: where its keywords begin.
    first_keyword: Vec<u32>,
    /// By keyword, in the order of listings.
    keyword_patterns: Vec<PatternId>,
    counts: Counts,
}

impl Written {
    fn of(builder: &IndexBuilder, listings: &Renumbered) -> Written {
        let mut next = 0;
        let first_keyword = listings.old.iter().map(|&old| {
            let first = next;
            next += u32::try_from(builder.keywords_of(old).len()).expect("fewer than tokens");
            first
        });
        let first_keyword = first_keyword.collect();
        let keyword_patterns = vec![PatternId::NONE; next as usize];
        Written { first_keyword, keyword_patterns, ..Written::default() }
    }

    /// Makes a pattern of each run of equal drafts of words.
    fn words(&mut self, keywords: &Keywords, sets: &Sets, order: &[u32]) {
        let draft_of = |number: u32| &keywords.drafts[number as usize];
        let same = |a: &u32, b: &u32| {
            let (draft_a, draft_b) = (draft_of(*a), draft_of(*b));
            sets.get(*a) == sets.get(*b)
                && draft_a.kind == draft_b.kind
                && draft_a.tokens_in(&keywords.tokens) == draft_b.tokens_in(&keywords.tokens)
        };
        for run in order.chunk_by(same) {
            let tokens = draft_of(run[0]).tokens_in(&keywords.tokens);
            let drafts = run.iter().map(|&number| draft_of(number));
            let place = self.pattern(keywords, drafts, tokens);
            self.places.push((place, run[0]));
        }
    }

    /// Makes a pattern of each regular expression that a draft has, in the order of their numbers.
    fn regexes(&mut self, keywords: &Keywords) -> Vec<PatternId> {
        let mut drafts = keywords.regex_drafts.clone();
        drafts.sort_unstable_by(|a, b| {
            let numbers = a.first_token.cmp(&b.first_token);
            numbers.then_with(|| a.within_pattern().cmp(&b.within_pattern()))
        });
        let mut places = vec![PatternId::NONE; keywords.regexes.len()];
        for run in drafts.chunk_by(|a, b| a.first_token == b.first_token) {
            let number = run[0].first_token;
            places[number as usize] = self.pattern(keywords, run.iter(), &[number]);
        }
        places
    }

    /// Writes one pattern, with whose it is.
    fn pattern<'d>(
        &mut self,
        keywords: &Keywords,
        drafts: impl Iterator<Item = &'d Draft>,
        tokens: &[u32],
    ) -> PatternId {
        let place = self.patterns.next_place();
        let first_posting = self.postings.len();
        let mut negative = false;
        let mut previous: Option<&Draft> = None;
        let mut kind = None;
        for draft in drafts {
            kind = Some(draft.kind);
            if let Owner::Positive(_) = draft.owner {
                let at = self.first_keyword[draft.of as usize] + draft.keyword;
                self.keyword_patterns[at as usize] = place;
            }
            if previous.replace(draft).is_some_and(|previous| previous.is_same_use(draft)) {
                self.counts.duplicate_keywords += 1;
                continue;
            }
            if let Owner::Positive(bid) = draft.owner {
                let (listing, own_bid) = (ListingId(draft.of), bid == Bid::Keyword);
                let posting = Posting::new(listing, draft.keyword, draft.bid_micros, own_bid);
                self.postings.push(posting);
                continue;
            }
            if !negative {
                self.negative_texts.push(keywords.negative_text(draft));
                self.negative_patterns.push(place);
            }
            negative = true;
            self.negatives.push((draft.owner, draft.of, place));
        }
        let postings = self.postings.len() - first_posting;
        self.counts.keywords += postings as u64;
        self.counts.negatives = self.negatives.len() as u64;
        let bounded = |number: usize| u32::try_from(number).expect("fewer than tokens");
        let postings = (bounded(first_posting), bounded(postings));
        let kind = kind.expect("a run has a draft");
        self.patterns.push(kind, tokens, postings, negative)
    }
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
fn gather(builder: &IndexBuilder, order: &Renumbered, rows: &mut Rows<'_>) -> Listings {
    let mut listings = Listings::default();
    for (number, &old) in (0..).zip(&order.old) {
        let draft = &builder.listings[old as usize];
        let group = draft.group.map_or(GroupId::NONE, GroupId);
        let rules = rows.row(&draft.rules, Owner::Listing, number);
        let of_group = rows.group_has_rules(group);
        listings.judged.push(Judged::new(draft.quality, group, rules, of_group));
        listings.ids.push(builder.ids.get(old));
        listings.payloads.push(builder.payloads.get(old as usize));
        let first = u32::try_from(listings.keywords.len()).expect("fewer than tokens");
        listings.first_keyword.push(first);
        for keyword in builder.keywords_of(old) {
            listings.keywords.push(builder.keyword_texts.get(keyword));
        }
    }
    for arena in [&mut listings.ids, &mut listings.payloads, &mut listings.keywords] {
        arena.shrink();
    }
    listings
}
