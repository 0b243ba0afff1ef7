//! What a row says of its keyword: match type, whom it counts for, and its text.

use broadside_core::{Keyword, MatchType};

use crate::reason::Reason;
use crate::scalar::Refusal;
use crate::suggestion::did_you_mean;

/// What `Criterion Type` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Criterion {
    pub(crate) match_type: MatchType,
    pub(crate) scope: Scope,
}

/// Whom a keyword counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// It is a keyword and no negative.
    Keyword,
    /// It is a negative of its ad group, or of its campaign if the row names no ad group.
    Negative,
    /// It is a negative of its campaign, whatever ad group the row names.
    CampaignNegative,
}

const NAMES: [(&str, Criterion); 9] = [
    ("Broad", Criterion { match_type: MatchType::Broad, scope: Scope::Keyword }),
    ("Phrase", Criterion { match_type: MatchType::Phrase, scope: Scope::Keyword }),
    ("Exact", Criterion { match_type: MatchType::Exact, scope: Scope::Keyword }),
    ("Negative Broad", Criterion { match_type: MatchType::Broad, scope: Scope::Negative }),
    ("Negative Phrase", Criterion { match_type: MatchType::Phrase, scope: Scope::Negative }),
    ("Negative Exact", Criterion { match_type: MatchType::Exact, scope: Scope::Negative }),
    (
        "Campaign Negative Broad",
        Criterion { match_type: MatchType::Broad, scope: Scope::CampaignNegative },
    ),
    (
        "Campaign Negative Phrase",
        Criterion { match_type: MatchType::Phrase, scope: Scope::CampaignNegative },
    ),
    (
        "Campaign Negative Exact",
        Criterion { match_type: MatchType::Exact, scope: Scope::CampaignNegative },
    ),
];
/// The marks that a keyword may have around it although its type is said beside it.
const MARKS: [(MatchType, char, char); 2] =
    [(MatchType::Phrase, '"', '"'), (MatchType::Exact, '[', ']')];

impl Criterion {
    /// Reads a criterion type, whatever its case. A `match` after it, as reports write it, has no meaning.
    pub(crate) fn read(cell: &str) -> Result<Criterion, Refusal> {
        let words: Vec<&str> = cell.split_whitespace().collect();
        let name = match &words[..] {
            [name @ .., last] if last.eq_ignore_ascii_case("match") => name.join(" "),
            name => name.join(" "),
        };
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
        known.map(|(_, criterion)| *criterion).ok_or_else(|| {
            let hint = did_you_mean(&name, &NAMES.map(|(known, _)| known));
            let what = "must be Broad, Phrase or Exact, with Negative or Campaign Negative before it for a negative";
            (Reason::UnknownValue, format!("{what}{hint}"))
        })
    }

    /// The keyword of a row of this type. Marks around it must be those of its type, and are taken off; so are the plus
    /// signs before the words of what once was modified broad match, since BROAD asks for each word anyway.
    pub(crate) fn keyword(self, cell: &str) -> Result<Keyword, Refusal> {
        let mut text = cell.trim();
        for (match_type, open, close) in MARKS {
            let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
            match inner {
                None => {}
                Some(inner) if match_type == self.match_type => {
                    text = inner.trim();
                    break;
                }
                Some(_) => {
                    let what = format!(
                        "has the marks of {match_type} around it and another Criterion Type beside it; write it without them"
                    );
                    return Err((Reason::ConflictingValue, what));
                }
            }
        }
        if self.match_type == MatchType::Broad && text.contains('+') {
            let words = text.split_whitespace().map(|word| word.trim_start_matches('+'));
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            return Ok(Keyword::new(words.join(" "), self.match_type));
        }
        Ok(Keyword::new(text, self.match_type))
    }
}

#[cfg(test)]
mod tests {
    use broadside_core::MatchType;

    use super::{Criterion, NAMES, Scope};
    use crate::reason::Reason;

    #[test]
    fn types_are_read_whatever_their_case_and_space() {
        for (name, criterion) in NAMES {
            for cell in [
                name.to_owned(),
                name.to_uppercase(),
                name.to_lowercase(),
                format!(" {} match", name.replace(' ', "  ")),
            ] {
                assert_eq!(Criterion::read(&cell), Ok(criterion), "{cell}");
            }
        }
        for cell in
            ["", "match", "Campaign Broad", "Negative", "Campaign Negative", "Regex", "Braod"]
        {
            assert!(
                Criterion::read(cell).is_err_and(|(reason, _)| reason == Reason::UnknownValue),
                "{cell}"
            );
        }
        assert!(Criterion::read("Braod").is_err_and(|(_, what)| what.ends_with("`Broad`?")));
    }

    #[test]
    fn keywords_are_taken_as_they_are_but_for_marks_of_their_type() {
        use MatchType::{Broad, Exact, Phrase};
        for (match_type, cell, text) in [
            (Broad, " running  shoes ", Some("running  shoes")),
            (Broad, "+running +shoes", Some("running shoes")),
            (Broad, "+c++ a+b + 1+", Some("c++ a+b 1+")),
            (Broad, "12\" monitor", Some("12\" monitor")),
            (Broad, "-free", Some("-free")),
            (Broad, "\"running shoes\"", None),
            (Broad, "[running shoes]", None),
            (Phrase, "running shoes", Some("running shoes")),
            (Phrase, "\" running shoes\"", Some("running shoes")),
            (Phrase, "+running shoes", Some("+running shoes")),
            (Phrase, "^a$", Some("^a$")),
            (Phrase, "\"[a]\"", Some("[a]")),
            (Exact, "[\"a\"]", Some("\"a\"")),
            (Phrase, "[running shoes]", None),
            (Exact, "[running shoes]", Some("running shoes")),
            (Exact, "\"running shoes\"", None),
            (Exact, "/a/", Some("/a/")),
            (Exact, "\"", Some("\"")),
        ] {
            let keyword = Criterion { match_type, scope: Scope::Keyword }.keyword(cell);
            assert_eq!(keyword.as_ref().ok().map(|keyword| keyword.text.as_str()), text, "{cell}");
            assert!(
                keyword.is_ok_and(|keyword| keyword.match_type == match_type) || text.is_none()
            );
        }
    }
}
