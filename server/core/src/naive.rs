//! The matching contract written as plainly as possible: the oracle of tests, fuzzing and benches.
//!
//! Nothing here is fast and nothing is shared with the index: texts are split by [`analyze`], listings are looked at one
//! by one, keywords compared token by token, expressions tried one by one with the `regex` crate, targeting evaluated
//! by walking its tree. Only the plain data types and the parser of targeting are common to both.

mod analysis;
pub mod targeting;

use std::collections::{BTreeMap, HashMap};

use regex::{Regex, RegexBuilder};

pub use analysis::{Token, analyze};

use crate::answer::Query;
use crate::group::Group;
use crate::keyword::{Keyword, MatchType};
use crate::listing::{Listing, Status, Time};
use crate::negative_list::NegativeList;
use crate::targeting::{Attributes, Truth};

/// An inventory whose keywords were analysed.
#[derive(Debug)]
pub struct Inventory {
    listings: Vec<Analysed>,
    groups: HashMap<String, AnalysedGroup>,
    lists: HashMap<String, Vec<Matcher>>,
}

/// A listing with its keywords.
#[derive(Debug)]
struct Analysed {
    listing: Listing,
    keywords: Vec<Matcher>,
    negatives: Vec<Matcher>,
}

/// A group with its negatives.
#[derive(Debug)]
struct AnalysedGroup {
    group: Group,
    negatives: Vec<Matcher>,
}

/// A keyword, ready to be compared with a text.
#[derive(Debug)]
struct Matcher {
    keyword: Keyword,
    tokens: Vec<Token>,
    regex: Option<Regex>,
}

/// A text in both of its forms.
struct Text<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

/// One match.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The listing.
    pub listing_id: String,
    /// Bid times quality.
    pub score: f64,
    /// How the keyword matched.
    pub match_type: MatchType,
    /// Its index in the listing.
    pub keyword: usize,
}

/// The answer to one query.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The first matches.
    pub matches: Vec<Match>,
    /// How many there are in all.
    pub total: u64,
}

impl Inventory {
    /// Analyses all records. The index's builder must have accepted them.
    pub fn new(
        listings: impl IntoIterator<Item = Listing>,
        groups: impl IntoIterator<Item = Group>,
        lists: impl IntoIterator<Item = NegativeList>,
    ) -> Inventory {
        let matchers = |keywords: &[Keyword]| keywords.iter().map(Matcher::new).collect();
        let listings = listings.into_iter().map(|listing| Analysed {
            keywords: matchers(&listing.keywords),
            negatives: matchers(&listing.negatives),
            listing,
        });
        let groups = groups.into_iter().map(|group| {
            let negatives = matchers(&group.negatives);
            (group.id.clone(), AnalysedGroup { group, negatives })
        });
        let lists = lists.into_iter().map(|list| (list.name, matchers(&list.negatives)));
        Inventory { listings: listings.collect(), groups: groups.collect(), lists: lists.collect() }
    }

    /// The listings that match, best first.
    pub fn matches(&self, query: &Query<'_>) -> Answer {
        let text = Text { text: query.text, tokens: analyze(query.text) };
        let mut found: Vec<(&Listing, Match)> = Vec::new();
        for analysed in &self.listings {
            if let Some(best) = self.best_match(analysed, &text)
                && self.admits(analysed, &text, query)
            {
                found.push((&analysed.listing, best));
            }
        }
        found.sort_by(|(_, a), (_, b)| {
            let scores = b.score.partial_cmp(&a.score).expect("scores are finite");
            let types = a.match_type.cmp(&b.match_type);
            scores.then(types).then_with(|| a.listing_id.as_bytes().cmp(b.listing_id.as_bytes()))
        });
        let total = found.len() as u64;
        let mut of_group: BTreeMap<&str, u32> = BTreeMap::new();
        let capped = found.into_iter().filter(|(listing, _)| {
            let Some(group) = &listing.group else {
                return true;
            };
            let count = of_group.entry(group).or_default();
            *count += 1;
            query.max_per_group == 0 || *count <= query.max_per_group
        });
        let matches = capped.map(|(_, found)| found).take(query.limit as usize).collect();
        Answer { matches, total }
    }

    /// Whether all rules hold but the one that a keyword must match.
    fn admits(&self, analysed: &Analysed, text: &Text<'_>, query: &Query<'_>) -> bool {
        let Analysed { listing, negatives, .. } = analysed;
        let of_listing = is_live(listing.status, listing.start_time, listing.end_time, query.at)
            && !self.is_blocked(negatives, &listing.negative_lists, text)
            && is_true(&listing.targeting, query.attributes);
        let Some(id) = &listing.group else {
            return of_listing;
        };
        let AnalysedGroup { group, negatives } = &self.groups[id];
        of_listing
            && is_live(group.status, group.start_time, group.end_time, query.at)
            && !self.is_blocked(negatives, &group.negative_lists, text)
            && is_true(&group.targeting, query.attributes)
    }

    fn is_blocked(&self, negatives: &[Matcher], lists: &[String], text: &Text<'_>) -> bool {
        let lists = lists.iter().flat_map(|list| &self.lists[list]);
        negatives.iter().chain(lists).any(|negative| negative.matches(text))
    }

    /// The best keyword of a listing that matches: narrower type, higher bid, more tokens, earlier.
    fn best_match(&self, analysed: &Analysed, text: &Text<'_>) -> Option<Match> {
        let listing = &analysed.listing;
        let group = listing.group.as_ref().map(|id| &self.groups[id].group);
        let mut best: Option<(MatchType, u64, usize, usize)> = None;
        for (index, matcher) in analysed.keywords.iter().enumerate() {
            if !matcher.matches(text) {
                continue;
            }
            let match_type = type_of(&matcher.keyword);
            let bid = matcher.keyword.bid_micros.or(listing.bid_micros);
            let bid = bid.or(group.and_then(|group| group.bid_micros)).unwrap_or(0);
            let count = match match_type {
                MatchType::Broad => distinct(&matcher.tokens).len(),
                MatchType::Regex => 0,
                MatchType::Exact | MatchType::Phrase => matcher.tokens.len(),
            };
            let is_better = best.is_none_or(|(best_type, best_bid, best_count, _)| {
                if match_type != best_type {
                    return match_type < best_type;
                }
                if bid != best_bid {
                    return bid > best_bid;
                }
                count > best_count
            });
            if is_better {
                best = Some((match_type, bid, count, index));
            }
        }
        let (match_type, bid, _, keyword) = best?;
        #[expect(clippy::cast_precision_loss, reason = "a score has the precision of its type")]
        let score = bid as f64 * listing.quality.abs();
        Some(Match { listing_id: listing.id.clone(), score, match_type, keyword })
    }
}

fn is_live(status: Status, start: Option<Time>, end: Option<Time>, at: Time) -> bool {
    status == Status::Active
        && start.is_none_or(|start| at >= start)
        && end.is_none_or(|end| at < end)
}

fn is_true(targeting: &str, attributes: Attributes<'_>) -> bool {
    targeting::evaluate(targeting, attributes).expect("the builder accepted it") == Truth::True
}

impl Matcher {
    fn new(keyword: &Keyword) -> Matcher {
        let is_regex = keyword.match_type == MatchType::Regex;
        let regex = is_regex.then(|| {
            let regex = RegexBuilder::new(&keyword.text).case_insensitive(true).build();
            regex.expect("the builder accepted it")
        });
        let tokens = if is_regex { Vec::new() } else { analyze(&keyword.text) };
        Matcher { keyword: keyword.clone(), tokens, regex }
    }

    /// Whether the keyword matches a text.
    fn matches(&self, text: &Text<'_>) -> bool {
        let Matcher { keyword, tokens, regex } = self;
        let there = &text.tokens;
        match type_of(keyword) {
            MatchType::Exact => starts_with(there, tokens) && there.len() == tokens.len(),
            MatchType::Phrase => (0..there.len()).any(|start| {
                starts_with(&there[start..], tokens)
                    && (!keyword.anchor_start || start == 0)
                    && (!keyword.anchor_end || start + tokens.len() == there.len())
            }),
            MatchType::Broad => {
                tokens.iter().all(|token| there.iter().any(|other| token_matches(token, other)))
            }
            MatchType::Regex => regex.as_ref().is_some_and(|regex| regex.is_match(text.text)),
        }
    }
}

/// A phrase with both anchors is an EXACT.
fn type_of(keyword: &Keyword) -> MatchType {
    if keyword.match_type == MatchType::Phrase && keyword.anchor_start && keyword.anchor_end {
        return MatchType::Exact;
    }
    keyword.match_type
}

fn starts_with(text: &[Token], tokens: &[Token]) -> bool {
    tokens.len() <= text.len()
        && tokens.iter().zip(text).all(|(token, there)| token_matches(token, there))
}

/// A keyword's token with a sigil matches that sigil only; one without matches the word whatever it carries.
fn token_matches(keyword: &Token, text: &Token) -> bool {
    keyword.word == text.word && (keyword.sigil.is_none() || keyword.sigil == text.sigil)
}

fn distinct(tokens: &[Token]) -> Vec<(Option<char>, &str)> {
    let mut distinct: Vec<_> =
        tokens.iter().map(|token| (token.sigil, token.word.as_str())).collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}
