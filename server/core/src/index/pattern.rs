//! A keyword in the form in which it is compared with texts, for those who explain: read again from its text, since the
//! index keeps of each pattern only what the search needs.

use super::Index;
use super::leaves::Kind;
use super::vocabulary::Vocabulary;
use super::word::WordId;
use crate::keyword::{Keyword, MatchType};
use crate::text::{self, Sigil, Sink};

/// See the module's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern {
    /// What it is apart from its tokens.
    pub(crate) kind: Kind,
    /// In the order of the text; for BROAD as a set, ascending. A regular expression has none.
    pub(crate) tokens: Vec<WordId>,
}

/// Reads patterns one after the other.
#[derive(Debug, Default)]
pub(crate) struct PatternReader {
    buffers: text::Buffers,
}

/// Looks each token of a keyword up.
struct Reader<'i> {
    vocabulary: &'i Vocabulary,
    tokens: Vec<WordId>,
}

impl Sink for Reader<'_> {
    fn token(&mut self, sigil: Option<Sigil>, word: &[u8], _start: u32, _end: u32) -> bool {
        let probe = self.vocabulary.probe(sigil, word);
        let found = self.vocabulary.find(&probe, word);
        self.tokens.push(found.map_or(WordId::NONE, |(word, _)| word));
        true
    }
}

impl PatternReader {
    /// Reads a keyword or negative of an index.
    pub(crate) fn read(&mut self, index: &Index, keyword: &Keyword) -> Pattern {
        let kind = Kind::of(keyword);
        let mut reader = Reader { vocabulary: &index.vocabulary, tokens: Vec::new() };
        if kind.match_type != MatchType::Regex {
            text::analyze(&keyword.text, &mut self.buffers, &mut reader);
        }
        let mut tokens = reader.tokens;
        if kind.match_type == MatchType::Broad {
            tokens.sort_unstable();
            tokens.dedup();
        }
        Pattern { kind, tokens }
    }
}

impl Pattern {
    /// Reads one keyword or negative of an index.
    pub(crate) fn of(index: &Index, keyword: &Keyword) -> Pattern {
        PatternReader::default().read(index, keyword)
    }

    /// Its tokens.
    pub(crate) fn tokens(&self) -> impl ExactSizeIterator<Item = WordId> + Clone {
        self.tokens.iter().copied()
    }
}
