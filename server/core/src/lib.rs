//! The Broadside matcher: which listings match a text, and in what order.
//!
//! **The problem.** An inventory holds millions of keywords, each of a listing; texts come by the hundred thousand a
//! second, and each wants the listings whose keywords match it, best first. What a match *is* says the matching
//! contract: EXACT, PHRASE and BROAD keywords over the words of Unicode, negatives that always win.
//!
//! **The steps, in order.**
//! 1. [`text`]: the same analysis splits keywords and texts into folded words.
//! 2. [`index`]: [`IndexBuilder`] takes [`Listing`]s and lays out an immutable [`Index`]: a vocabulary, a trie over
//!    sorted word sets, patterns, and who they belong to.
//! 3. [`matching`]: [`match_batch`] looks a text's words up, walks the trie rarest word first, compares what it reaches.
//!    What is asked and what is answered is in [`answer`].
//! 4. [`rank`]: one hit a listing, judged, ordered, cut.
//! 5. [`spans`]: where a hit's keyword stands in the text, for those who ask.
//!
//! **The invariants.**
//! - Pure: nothing here waits, logs, reads a clock, does I/O or serialises. The crate's dependencies prove it.
//! - An index never changes; [`Index::validate`] holds all that is said of it.
//! - The answer depends on index, text, options and time alone: the same on every machine, byte for byte.
//! - Matching cannot fail and cannot panic for what a text holds; what is too long is refused, never cut; what takes too
//!   long says that it is incomplete, and never returns a listing whose negatives were not judged in full.
//! - `naive` (feature `naive`) is the same contract written as plainly as possible. Tests and fuzzing compare the two.
//!
//! **Where to start reading.** [`matching`], then [`matching::search`](crate::matching), which decides what BROAD,
//! PHRASE and EXACT mean; then down from there.

pub mod answer;
pub mod explain;
pub mod group;
pub mod index;
mod judge;
pub mod keyword;
pub mod limits;
pub mod listing;
pub mod matching;
#[cfg(feature = "naive")]
pub mod naive;
pub mod negative_list;
mod rank;
pub mod record;
pub mod regexes;
pub mod review;
pub mod spans;
pub mod targeting;
pub mod text;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Hit, Query};
pub use explain::{Explainer, Explanation, TextExplanation};
pub use group::Group;
pub use index::{
    Counts, Index, IndexBuilder, ListingId, MemoryPart, Section, Sections, SectionsError,
};
pub use keyword::{Keyword, MatchType, ParsedKeyword};
pub use limits::TextLimits;
pub use listing::{Listing, Status, Time};

pub use matching::{Scratch, match_batch};
pub use negative_list::NegativeList;
pub use record::{Field, Reason, Record, RecordError, Unresolved};
pub use review::{Review, Warning, WarningKind};
pub use spans::{Highlighter, Span};
pub use targeting::{Attribute, AttributeValue, Attributes};
pub use text::{Analyzer, Sigil, TextRefused, Token};
