//! Whether two wrote the same answers.

use serde_json::json;

use crate::peer::lines;

/// Prints how many texts both answered, how many of them alike, how many keywords only one of them found, and the first
/// difference.
///
/// # Errors
/// If a file cannot be read, or one has fewer lines.
pub(crate) fn compare(ours: &str, theirs: &str) -> Result<(), String> {
    let (ours, theirs) = (lines(ours)?, lines(theirs)?);
    if ours.len() != theirs.len() {
        return Err(format!("{} texts against {}", ours.len(), theirs.len()));
    }
    let (mut equal, mut only_ours, mut only_theirs, mut found) = (0, 0, 0, 0);
    let mut first = None;
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let split =
            |line: &String| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
        let (left, right) = (split(ours), split(theirs));
        found += left.len();
        if left == right {
            equal += 1;
            continue;
        }
        only_ours += left.iter().filter(|it| !right.contains(it)).count();
        only_theirs += right.iter().filter(|it| !left.contains(it)).count();
        first.get_or_insert_with(|| json!({ "text": number, "ours": left, "theirs": right }));
    }
    println!(
        "{}",
        json!({
            "texts": ours.len(), "equal": equal, "found": found, "only_ours": only_ours,
            "only_theirs": only_theirs, "first": first,
        })
    );
    Ok(())
}
