//! Keywords and their notation, which is the one of Google Ads Editor keyword lists.
//!
//! | notation | meaning |
//! |---|---|
//! | `running shoes` | BROAD |
//! | `"running shoes"` | PHRASE; `"^…"` must start and `"…$"` must end the text, both together are an EXACT |
//! | `[running shoes]` | EXACT |
//! | `/run(ning)?\s+shoes/` | REGEX: the expression finds something in the text as it was sent ([`crate::regexes`]) |
//! | a leading `-` | a negative of the type that follows |
//!
//! The marks count only as a pair around the whole keyword: `12" monitor` and `"weird al" yankovic` are BROAD, and their
//! quotation marks separate words as they do in any text.

use std::fmt;

/// How a keyword is compared with a text. The order is the order of preference: a narrower type comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum MatchType {
    /// The keyword's tokens are all of the text's tokens, in order.
    Exact = 0,
    /// The keyword's tokens appear next to each other, in order.
    Phrase = 1,
    /// Each distinct token of the keyword appears somewhere in the text.
    Broad = 2,
    /// The keyword is a regular expression that finds something in the text as it was sent.
    Regex = 3,
}

/// A keyword as it was written, without the marks of its notation. It may still be empty after analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// The words as they were written, or the regular expression.
    pub text: String,
    /// How they are compared with a text.
    pub match_type: MatchType,
    /// The keyword's own bid, in millionths of the currency unit.
    pub bid_micros: Option<u64>,
    /// PHRASE only: the phrase must start at the text's first token.
    pub anchor_start: bool,
    /// PHRASE only: the phrase must end at the text's last token.
    pub anchor_end: bool,
}

/// A keyword read from its notation, and whether it is a negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedKeyword {
    /// The keyword.
    pub keyword: Keyword,
    /// Whether it had a leading `-`.
    pub negative: bool,
}

impl Keyword {
    /// A keyword without bid and anchors.
    pub fn new(text: impl Into<String>, match_type: MatchType) -> Keyword {
        Keyword {
            text: text.into(),
            match_type,
            bid_micros: None,
            anchor_start: false,
            anchor_end: false,
        }
    }

    /// Reads a keyword in the notation above. White space around it and inside its marks has no meaning, but for an
    /// expression, which is taken to the letter.
    pub fn parse(notation: &str) -> ParsedKeyword {
        let notation = notation.trim();
        let (negative, body) = match notation.strip_prefix('-') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, notation),
        };
        let keyword = if let Some(inner) = between(body, '[', ']') {
            Keyword::new(inner, MatchType::Exact)
        } else if let Some(inner) = between(body, '"', '"') {
            Keyword::phrase(inner)
        } else if let Some(inner) = between(body, '/', '/').filter(|inner| !inner.is_empty()) {
            Keyword::new(inner, MatchType::Regex)
        } else {
            Keyword::new(body, MatchType::Broad)
        };
        ParsedKeyword { keyword, negative }
    }

    /// A phrase with its anchors, if it has any. `$` is an anchor at the end only: before a word it is a sigil.
    fn phrase(inner: &str) -> Keyword {
        let inner = inner.trim();
        let (inner, anchor_start) = match inner.strip_prefix('^') {
            Some(rest) => (rest, true),
            None => (inner, false),
        };
        let (inner, anchor_end) = match inner.strip_suffix('$') {
            Some(rest) => (rest, true),
            None => (inner, false),
        };
        let mut keyword = Keyword::new(inner.trim(), MatchType::Phrase);
        keyword.anchor_start = anchor_start;
        keyword.anchor_end = anchor_end;
        keyword.normalized()
    }

    /// The same keyword in its one canonical form.
    #[must_use]
    pub fn normalized(mut self) -> Keyword {
        (self.match_type, self.anchor_start, self.anchor_end) = self.canonical();
        self
    }

    /// Match type and anchors in their one canonical form: a phrase with both anchors is an EXACT, and only a phrase has
    /// any.
    pub(crate) fn canonical(&self) -> (MatchType, bool, bool) {
        match (self.match_type, self.anchor_start, self.anchor_end) {
            (MatchType::Phrase, true, true) => (MatchType::Exact, false, false),
            (MatchType::Phrase, start, end) => (MatchType::Phrase, start, end),
            (match_type, ..) => (match_type, false, false),
        }
    }
}

/// What stands between the two marks, if they enclose the whole.
fn between(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

impl fmt::Display for MatchType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MatchType::Exact => "EXACT",
            MatchType::Phrase => "PHRASE",
            MatchType::Broad => "BROAD",
            MatchType::Regex => "REGEX",
        })
    }
}

/// Writes the notation.
impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = if self.anchor_start { "^" } else { "" };
        let end = if self.anchor_end { "$" } else { "" };
        match self.match_type {
            MatchType::Exact => write!(f, "[{}]", self.text),
            MatchType::Phrase => write!(f, "\"{start}{}{end}\"", self.text),
            MatchType::Broad => f.write_str(&self.text),
            MatchType::Regex => write!(f, "/{}/", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Keyword, MatchType};

    fn check(notation: &str, text: &str, match_type: MatchType, marks: &str) {
        let parsed = Keyword::parse(notation);
        let keyword = &parsed.keyword;
        assert_eq!((keyword.text.as_str(), keyword.match_type), (text, match_type), "{notation}");
        assert_eq!(parsed.negative, marks.contains('-'), "{notation}");
        assert_eq!(keyword.anchor_start, marks.contains('^'), "{notation}");
        assert_eq!(keyword.anchor_end, marks.contains('$'), "{notation}");
    }

    #[test]
    fn notation() {
        check("running shoes", "running shoes", MatchType::Broad, "");
        check(" \"running shoes\" ", "running shoes", MatchType::Phrase, "");
        check("[running shoes]", "running shoes", MatchType::Exact, "");
        check("-free", "free", MatchType::Broad, "-");
        check("- free", "free", MatchType::Broad, "-");
        check("-\"free trial\"", "free trial", MatchType::Phrase, "-");
        check("-[free shoes]", "free shoes", MatchType::Exact, "-");
        check("\"^breaking news\"", "breaking news", MatchType::Phrase, "^");
        check("\"breaking news$\"", "breaking news", MatchType::Phrase, "$");
        check("\"^breaking news$\"", "breaking news", MatchType::Exact, "");
        check("\"$aapl\"", "$aapl", MatchType::Phrase, "");
        check("\"^$aapl$\"", "$aapl", MatchType::Exact, "");
    }

    #[test]
    fn marks_count_as_a_pair_around_the_whole_keyword_only() {
        check("12\" monitor", "12\" monitor", MatchType::Broad, "");
        check("\"weird al\" yankovic", "\"weird al\" yankovic", MatchType::Broad, "");
        check("[kẹrẹsí", "[kẹrẹsí", MatchType::Broad, "");
        check("\"", "\"", MatchType::Broad, "");
        check("/", "/", MatchType::Broad, "");
        check("//", "//", MatchType::Broad, "");
        check("", "", MatchType::Broad, "");
    }

    #[test]
    fn an_expression_is_taken_to_the_letter() {
        check("/tor+ent/", "tor+ent", MatchType::Regex, "");
        check("-/tor+ent/", "tor+ent", MatchType::Regex, "-");
        check("/ tor|ent /", " tor|ent ", MatchType::Regex, "");
        check("/a/b/", "a/b", MatchType::Regex, "");
        assert_eq!(Keyword::parse("-/tor+ent/").keyword.to_string(), "/tor+ent/");
    }
}
