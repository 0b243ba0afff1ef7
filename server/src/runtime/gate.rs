//! May this replace that? Pure: it looks at the two and says so.

use std::fmt;

use broadside_core::Index;

use super::snapshot::Version;

/// What the gate says about an inventory that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be served.
    Publish,
    /// It is what is served already.
    Unchanged,
    /// It may not be served.
    Refuse(Refusal),
}

/// Why an inventory may not be served although every record of it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has no listing. An empty file is far more often an accident upstream than a wish.
    Empty,
    /// The index contradicts itself, which is a bug of ours.
    Inconsistent(String),
}

/// Judges an inventory that was read against the one that is served. `validated` says that the index was walked already,
/// and is what it was then.
pub fn judge(served: Option<&Version>, next: &Version, index: &Index, validated: bool) -> Verdict {
    if index.counts().listings == 0 {
        return Verdict::Refuse(Refusal::Empty);
    }
    if !validated && let Err(what) = index.validate() {
        return Verdict::Refuse(Refusal::Inconsistent(what));
    }
    match served {
        Some(served) if served == next => Verdict::Unchanged,
        _ => Verdict::Publish,
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Empty => {
                f.write_str("the sources hold no listing; an inventory needs at least one")
            }
            Refusal::Inconsistent(what) => {
                write!(f, "the index contradicts itself, which is a bug: {what}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use broadside_core::{Index, IndexBuilder, Keyword, Listing, MatchType};

    use super::{Refusal, Verdict, judge};
    use crate::runtime::Version;

    fn index(listings: usize) -> Index {
        let mut builder = IndexBuilder::new();
        for number in 0..listings {
            let mut listing = Listing::new(number.to_string());
            listing.keywords.push(Keyword::new("shoes", MatchType::Broad));
            builder.add(&listing).expect("a good listing");
        }
        builder.finish().expect("every reference has its target")
    }

    #[test]
    fn verdicts() {
        let check = |served: Option<(&str, u64)>, next: &str, listings, verdict| {
            let served = served.map(|(generation, sequence)| Version {
                generation: generation.to_owned(),
                sequence,
            });
            assert_eq!(
                judge(served.as_ref(), &Version::loaded(next), &index(listings), false),
                verdict,
                "{served:?} {next}"
            );
        };
        check(None, "a", 1, Verdict::Publish);
        check(Some(("a", 0)), "b", 1, Verdict::Publish);
        check(Some(("a", 0)), "a", 1, Verdict::Unchanged);
        check(Some(("a", 3)), "a", 1, Verdict::Publish);
        check(None, "a", 0, Verdict::Refuse(Refusal::Empty));
        check(Some(("a", 0)), "a", 0, Verdict::Refuse(Refusal::Empty));
    }
}
