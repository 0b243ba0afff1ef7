//! The ids of what an export names: listings, groups and negative lists.
//!
//! | of | is |
//! |---|---|
//! | a keyword | `Campaign > Ad group > [keyword]`, the keyword in the notation |
//! | an ad group | `Campaign > Ad group` |
//! | the negatives of a campaign | `Campaign` |
//! | a shared set | `Shared set > Name` |
//!
//! They follow from the names alone, so that a keyword keeps its id from export to export.

use std::fmt::Write as _;

use broadside_core::MatchType;
use broadside_core::limits::{
    GROUP_ID_BYTES_MAX, LISTING_ID_BYTES_MAX, NEGATIVE_LIST_NAME_BYTES_MAX,
};
use sha2::{Digest, Sha256};

use crate::fault::cut_to;

const BETWEEN: &str = " > ";
/// Between what is left of a name that is too long and the digits that stand for the whole of it.
const CUT: &str = "…#";
/// Bytes of the hash that stands for a whole name; each has two digits.
const HASH_BYTES: usize = 8;

/// The id of a keyword's listing. The keyword is taken as its cell has it, so that `+a` and `a` are two.
pub(crate) fn listing_id(
    campaign: &str,
    ad_group: &str,
    match_type: MatchType,
    cell: &str,
) -> String {
    let (open, close) = match match_type {
        MatchType::Exact if !cell.starts_with('[') => ("[", "]"),
        MatchType::Phrase if !cell.starts_with('"') => ("\"", "\""),
        _ => ("", ""),
    };
    fitted(
        format!("{campaign}{BETWEEN}{ad_group}{BETWEEN}{open}{cell}{close}"),
        LISTING_ID_BYTES_MAX,
    )
}

pub(crate) fn group_id(campaign: &str, ad_group: &str) -> String {
    fitted(format!("{campaign}{BETWEEN}{ad_group}"), GROUP_ID_BYTES_MAX)
}

pub(crate) fn campaign_list(campaign: &str) -> String {
    fitted(campaign.to_owned(), NEGATIVE_LIST_NAME_BYTES_MAX)
}

pub(crate) fn shared_list(name: &str) -> String {
    fitted(format!("Shared set{BETWEEN}{name}"), NEGATIVE_LIST_NAME_BYTES_MAX)
}

/// A name that is too long is cut between two characters, and digits of its SHA-256 are what tells it from others that
/// start alike.
fn fitted(name: String, bytes_max: usize) -> String {
    if name.len() <= bytes_max {
        return name;
    }
    let kept = cut_to(&name, bytes_max - CUT.len() - 2 * HASH_BYTES);
    let mut short = format!("{kept}{CUT}");
    for byte in Sha256::digest(&name).iter().take(HASH_BYTES) {
        write!(short, "{byte:02x}").expect("a String takes whatever is written to it");
    }
    short
}

#[cfg(test)]
mod tests {
    use broadside_core::MatchType;
    use broadside_core::limits::LISTING_ID_BYTES_MAX;

    use super::{campaign_list, group_id, listing_id, shared_list};

    #[test]
    fn names_that_fit_are_whole() {
        for (match_type, cell, expected) in [
            (MatchType::Broad, "+a b", "c > g > +a b"),
            (MatchType::Phrase, "a b", "c > g > \"a b\""),
            (MatchType::Phrase, "\"a b\"", "c > g > \"a b\""),
            (MatchType::Exact, "a b", "c > g > [a b]"),
            (MatchType::Exact, "[a b]", "c > g > [a b]"),
        ] {
            assert_eq!(listing_id("c", "g", match_type, cell), expected);
        }
        assert_eq!(group_id("c", "g"), "c > g");
        assert_eq!(
            (campaign_list("c"), shared_list("s")),
            ("c".to_owned(), "Shared set > s".to_owned())
        );
    }

    #[test]
    fn names_that_are_too_long_are_cut_and_told_apart_by_a_hash() {
        let campaign = "語".repeat(40);
        let id = |cell: &str| listing_id(&campaign, "g", MatchType::Broad, cell);
        assert_eq!(id("ab").len(), LISTING_ID_BYTES_MAX, "120 + 6 + 2 bytes");
        let long = id("abc");
        assert_eq!(long, format!("{}…#02817eec3cd61a08", "語".repeat(36)));
        assert_ne!(long, id("abd"));
    }
}
