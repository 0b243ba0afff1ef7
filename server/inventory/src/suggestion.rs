//! The known name that somebody probably meant.

use crate::limits::SUGGESTION_BYTES_MAX;

/// `; did you mean "…"?` if one of the known names is close, else nothing. Ends a message.
pub(crate) fn did_you_mean(name: &str, known: &[&str]) -> String {
    closest(name, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}

/// The nearest name, if fewer than half of its characters (and three at most) are to be changed, whatever their case.
fn closest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() > SUGGESTION_BYTES_MAX {
        return None;
    }
    let name = name.to_lowercase();
    let distance = |known: &str| strsim::osa_distance(&name, &known.to_lowercase());
    let best = known.iter().copied().min_by_key(|known| distance(known))?;
    let most = (best.len() / 2).saturating_sub(usize::from(best.len() % 2 == 0)).clamp(1, 3);
    (distance(best) <= most).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let known = ["id", "keywords", "negatives", "bid_micros"];
        let cases = [
            ("keyword", Some("keywords")),
            ("Keywords", Some("keywords")),
            ("kewyords", Some("keywords")),
            ("bidMicros", Some("bid_micros")),
            ("ids", Some("id")),
            ("colour", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(closest(name, &known), expected, "{name}");
        }
        assert_eq!(closest(&"keywords".repeat(100), &known), None);
    }
}
