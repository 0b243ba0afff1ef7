//! The matching contract written as plainly as possible: the oracle of tests, fuzzing and benches.
//!
//! Nothing here is fast and nothing is shared with the index: texts are split by [`analyze`], listings are looked at one
//! by one, keywords compared token by token. Only the plain data types of [`crate::listing`] and [`crate::keyword`] are
//! common to both.

mod analysis;

use std::collections::BTreeMap;

pub use analysis::{Token, analyze};

use crate::keyword::{Keyword, MatchType};
use crate::listing::{Listing, Status, Time};

/// An inventory whose keywords were analysed.
#[derive(Debug)]
pub struct Inventory {
    listings: Vec<Analysed>,
}

/// A listing with the tokens of its keywords.
#[derive(Debug)]
struct Analysed {
    listing: Listing,
    keywords: Vec<Vec<Token>>,
    negatives: Vec<Vec<Token>>,
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
    /// Analyses the keywords of all listings. Each must have been accepted by [`crate::IndexBuilder::add`].
    pub fn new(listings: impl IntoIterator<Item = Listing>) -> Inventory {
        let tokens =
            |keywords: &[Keyword]| keywords.iter().map(|keyword| analyze(&keyword.text)).collect();
        let analysed = |listing: Listing| Analysed {
            keywords: tokens(&listing.keywords),
            negatives: tokens(&listing.negatives),
            listing,
        };
        Inventory { listings: listings.into_iter().map(analysed).collect() }
    }

    /// The listings that match a text at a time, best first.
    pub fn matches(&self, text: &str, limit: u32, max_per_group: u32, at: Time) -> Answer {
        let text = analyze(text);
        let mut found: Vec<(&Listing, Match)> = Vec::new();
        for analysed in &self.listings {
            let listing = &analysed.listing;
            let blocked = listing
                .negatives
                .iter()
                .zip(&analysed.negatives)
                .any(|(negative, tokens)| matches(negative, tokens, &text));
            if is_live(listing, at)
                && !blocked
                && let Some(best) = best_match(analysed, &text)
            {
                found.push((listing, best));
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
            max_per_group == 0 || *count <= max_per_group
        });
        let matches = capped.map(|(_, found)| found).take(limit as usize).collect();
        Answer { matches, total }
    }
}

fn is_live(listing: &Listing, at: Time) -> bool {
    listing.status == Status::Active
        && listing.start_time.is_none_or(|start| at >= start)
        && listing.end_time.is_none_or(|end| at < end)
}

/// The best keyword of a listing that matches: narrower type, higher bid, more tokens, earlier.
fn best_match(analysed: &Analysed, text: &[Token]) -> Option<Match> {
    let listing = &analysed.listing;
    let mut best: Option<(MatchType, u64, usize, usize)> = None;
    for (index, (keyword, tokens)) in listing.keywords.iter().zip(&analysed.keywords).enumerate() {
        if !matches(keyword, tokens, text) {
            continue;
        }
        let match_type = type_of(keyword);
        let bid = keyword.bid_micros.or(listing.bid_micros).unwrap_or(0);
        let count = match match_type {
            MatchType::Broad => distinct(tokens).len(),
            _ => tokens.len(),
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

/// A phrase with both anchors is an EXACT.
fn type_of(keyword: &Keyword) -> MatchType {
    if keyword.match_type == MatchType::Phrase && keyword.anchor_start && keyword.anchor_end {
        return MatchType::Exact;
    }
    keyword.match_type
}

/// Whether a keyword matches a text.
fn matches(keyword: &Keyword, tokens: &[Token], text: &[Token]) -> bool {
    match type_of(keyword) {
        MatchType::Exact => starts_with(text, tokens) && text.len() == tokens.len(),
        MatchType::Phrase => (0..text.len()).any(|start| {
            starts_with(&text[start..], tokens)
                && (!keyword.anchor_start || start == 0)
                && (!keyword.anchor_end || start + tokens.len() == text.len())
        }),
        MatchType::Broad => {
            tokens.iter().all(|token| text.iter().any(|there| token_matches(token, there)))
        }
    }
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
