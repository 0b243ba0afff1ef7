//! Laying the index out: patterns and trie from buckets of drafts, then everything else in the order of listings.

use std::num::NonZero;
use std::thread;

use crate::limits::SHARED_KEYWORD_LISTINGS_MAX;
use crate::text::Sigil;

use super::super::arena::{Arena, ArenaBuilder};
use super::super::leaves::{LEAF_PATTERNS_MAX, Leaves, PatternId};
use super::super::listings::{GroupId, Judged, Listings};
use super::super::shared_keywords::SharedKeywords;
use super::super::trie::Trie;
use super::super::vocabulary::Vocabulary;
use super::super::{Counts, Index};
use super::IndexBuilder;
use super::buckets::Buckets;
use super::keywords::Keywords;
use super::order::{Renumbered, listings_by_id, words_by_frequency};
use super::patterns::{Part, Source};
use super::rows::Rows;
use broadside_memory::Array;

/// Drafts for which a thread is worth its start.
const THREAD_DRAFTS_MIN: usize = 100_000;

/// What the layout tells beside the index.
pub(super) struct LaidOut {
    pub(super) index: Index,
    /// Numbers of the listings in the order in which they were added.
    pub(super) listings: Vec<u32>,
    /// Numbers of the listings that have keywords that are the same, ascending.
    pub(super) with_duplicates: Vec<u32>,
}

/// See the text of [`super`].
pub(super) fn lay_out(mut builder: IndexBuilder) -> LaidOut {
    let listing_order = listings_by_id(&builder.ids);
    let words = words_by_frequency(&builder.keywords.words, &builder.keywords.drafts);
    let (mut part, regex_patterns) = lay_out_patterns(&mut builder, &words, &listing_order);
    let keywords = &builder.keywords;
    let split_words = words.old.iter().map(|&word| split(keywords.words.get(word)));
    let vocabulary = Vocabulary::build(&split_words, &part.roots);
    let (negatives, negative_patterns) = negative_texts(&part, &builder.keywords);
    let negative_uses = std::mem::take(&mut part.negatives);
    let negatives_count = negative_uses.len() as u64;
    let mut rows = Rows::new(&builder, negative_uses);
    let mut listings = gather(&builder, &listing_order, &mut rows);
    let (rules, classes) = rows.finish();
    listings.classes = classes.into();
    let texts = std::mem::take(&mut builder.keyword_texts);
    let first = |&old: &u32| builder.first_keyword[old as usize];
    listings.keywords = texts.finish(listing_order.old.iter().map(first).collect());
    let regexes = std::mem::take(&mut builder.keywords.regexes).finish();
    let targetings = std::mem::take(&mut builder.targetings).finish();
    let counts = Counts {
        listings: listings.len() as u64,
        keywords: part.counts.keywords,
        negatives: negatives_count,
        duplicate_keywords: part.counts.duplicates,
        words: words.old.len() as u64,
        patterns: part.counts.patterns,
        groups: builder.groups.iter().flatten().count() as u64,
        negative_lists: u64::from(builder.lists_added),
        regexes: regex_patterns.iter().filter(|&&id| id != PatternId::NONE).count() as u64,
        targetings: targetings.len() as u64,
    };
    part.leaves.bytes.shrink_to_fit();
    part.edges.shrink_to_fit();
    let most = builder.shared_listings_max.unwrap_or(SHARED_KEYWORD_LISTINGS_MAX);
    let vocabulary_words = vocabulary.words();
    let index = Index {
        vocabulary,
        trie: Trie { edges: Array::with_huge_pages(part.edges) },
        shared: SharedKeywords::of(&part.runs, &part.postings, &listings, most),
        leaves: Leaves {
            bytes: Array::with_huge_pages(part.leaves.bytes),
            words: vocabulary_words,
        },
        postings: Array::with_huge_pages(part.postings),
        listings,
        rules,
        negatives,
        negative_patterns: negative_patterns.into(),
        regexes,
        regex_patterns: regex_patterns.into(),
        targetings,
        counts,
    };
    let mut with_duplicates = part.with_duplicates;
    with_duplicates.sort_unstable();
    with_duplicates.dedup();
    LaidOut { index, listings: listing_order.new, with_duplicates }
}

/// All patterns, in as many parts as there are processors, and the pattern of each regular expression. The parts put
/// together are what one thread makes.
fn lay_out_patterns(
    builder: &mut IndexBuilder,
    words: &Renumbered,
    listings: &Renumbered,
) -> (Part, Vec<PatternId>) {
    let Keywords { drafts, regex_drafts, regexes, .. } = &mut builder.keywords;
    let threads = drafts.places.len() / builder.thread_drafts_min.unwrap_or(THREAD_DRAFTS_MIN);
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.clamp(1, processors);
    let buckets = Buckets::of(drafts, &words.new);
    let source = Source {
        drafts,
        buckets: &buckets,
        words: &words.new,
        listing_numbers: &listings.new,
        listings: &builder.listings,
        leaf_patterns_max: builder.leaf_patterns_max.unwrap_or(LEAF_PATTERNS_MAX),
    };
    let (of_regexes, regex_patterns) = source.lay_out_regexes(regex_drafts, regexes.len());
    let parts = thread::scope(|scope| {
        let ranges = buckets.parts(threads).into_iter();
        let running: Vec<_> =
            ranges.map(|range| scope.spawn(move || source.lay_out(range))).collect();
        let parts = running.into_iter().map(|part| part.join());
        parts.collect::<Result<Vec<_>, _>>()
    });
    // What the parts were made of goes before they are put together.
    drop(buckets);
    drafts.forget_all();
    let mut parts = parts.unwrap_or_else(|panic| std::panic::resume_unwind(panic)).into_iter();
    let mut all = parts.next().expect("there is at least one thread");
    parts.for_each(|part| all.append(part));
    let behind = all.leaves.place();
    all.append(of_regexes);
    let moved = regex_patterns.into_iter().map(|id| match id {
        PatternId::NONE => id,
        PatternId(place) => PatternId(place + behind),
    });
    let regex_patterns = moved.collect();
    (all, regex_patterns)
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

/// Negatives as they were written first, each behind a byte for its kind, and their patterns.
fn negative_texts(part: &Part, keywords: &Keywords) -> (Arena, Vec<PatternId>) {
    let mut texts = ArenaBuilder::default();
    let mut value = Vec::new();
    for &(_, kind, text) in &part.negative_patterns {
        value.clear();
        value.push(kind.bits());
        value.extend_from_slice(keywords.negative_texts.get(text as usize));
        texts.push(&value);
    }
    let patterns = part.negative_patterns.iter().map(|&(id, ..)| id);
    (texts.finish(), patterns.collect())
}

/// Everything else of each listing but its keywords, in the order of their ids.
fn gather(builder: &IndexBuilder, order: &Renumbered, rows: &mut Rows<'_>) -> Listings {
    let mut judged = Vec::with_capacity(order.old.len());
    let (mut ids, mut payloads) = (ArenaBuilder::default(), ArenaBuilder::default());
    for (number, &old) in (0..).zip(&order.old) {
        let draft = &builder.listings[old as usize];
        let group = draft.group().map_or(GroupId::NONE, GroupId);
        let (class, has_rules) = rows.class(draft.rules, group, number);
        judged.push(Judged::new(draft.bid_micros, draft.quality, class, has_rules));
        ids.push(builder.ids.get(old));
        if !builder.payloads.holds_nothing() {
            payloads.push(builder.payloads.get(old as usize));
        }
    }
    let qualities = builder.qualities.values.iter().map(|&bits| f64::from_bits(bits));
    Listings {
        judged: Array::with_huge_pages(judged),
        qualities: qualities.collect::<Vec<_>>().into(),
        ids: ids.finish(),
        payloads: payloads.finish(),
        ..Listings::default()
    }
}
