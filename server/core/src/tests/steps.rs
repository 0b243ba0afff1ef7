//! How many steps the search of a text takes, to the last one: they are the same wherever it is searched.

use crate::limits::TextLimits;
use crate::listing::Listing;
use crate::matching::{Scratch, match_batch};

use super::records::{Records, listing, query};

/// What a search takes: for walking the trie, for summaries of leaves, and for what these have found.
struct Taken {
    walk: u32,
    leaves: u32,
    rest: u32,
}

impl Taken {
    /// The least steps of which a quarter, a quarter and what remains are enough.
    fn least_steps(&self) -> u32 {
        let enough = |steps: &u32| {
            let quarter = steps / 4;
            quarter >= self.walk && quarter >= self.leaves && steps - 2 * quarter >= self.rest
        };
        (0..).find(enough).expect("there are numbers enough")
    }
}

/// Leaves of one pattern, and keywords of more than nine listings are shared by many.
fn check_listings(listings: &[Listing], text: &str, [walk, leaves, rest]: [u32; 3]) {
    let expected = Taken { walk, leaves, rest }.least_steps();
    let builder = Records::from(listings).builder();
    let builder = builder.with_leaf_patterns_max(1).with_shared_listings_max(9);
    let index = builder.finish().expect("nothing is referred to");
    let is_complete = |steps: u32| {
        let mut scratch = Scratch::with_steps(TextLimits::default(), steps);
        match_batch(&index, &[query(text)], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        !answer.incomplete
    };
    let least = (0..1_000).find(|&steps| is_complete(steps));
    assert_eq!(least, Some(expected), "{text:?}");
}

fn check(keywords: &[&str], text: &str, expected: [u32; 3]) {
    check_listings(&[listing("l", keywords)], text, expected);
}

#[test]
fn comparing_takes_steps_for_summaries_tokens_places_and_listings() {
    check(&["a"], "b", [0, 0, 0]);
    // The leaf and the record that it lets through; the pattern, the listing.
    check(&["a"], "a", [0, 2, 2]);
    check(&["\"b\"", "-\"a\""], "a", [0, 2, 1 + 1]);
    // Each place of the phrase's rarest word.
    check(&["\"a b\""], "a b a b a b a b", [0, 2, 1 + 4 + 1]);
    // Sixteen tokens more, each time.
    let long = vec!["a"; 80].join(" ");
    check(&[&format!("[{long}]")], &long, [0, 2, 6 + 1]);
    let sharing = |count: u32| -> Vec<Listing> {
        (0..count).map(|number| listing(&number.to_string(), &["a"])).collect()
    };
    check_listings(&sharing(9), "a", [0, 2, 1 + 9]);
    check_listings(&sharing(10), "a", [0, 2, 1 + 1]);
}

/// The words `b` and `c0` to `c7` make a node of eight edges.
fn node(others: usize) -> Vec<Listing> {
    let mut keywords = Vec::new();
    for edge in 0..8 {
        keywords.push(format!("b c{edge}"));
        keywords.extend((0..9).map(|nth| format!("c{edge} u{edge}x{nth}")));
    }
    for other in 0..others {
        keywords.extend((0..9).map(|nth| format!("d{other} v{other}x{nth}")));
    }
    let keywords: Vec<_> = keywords.iter().map(String::as_str).collect();
    vec![listing("l", &keywords)]
}

/// A node takes one, and one for each edge or word, whichever are fewer.
#[test]
fn walking_takes_steps_for_nodes_and_their_edges() {
    let others: Vec<_> = (0..20).map(|number| format!("d{number}")).collect();
    check_listings(&node(20), &format!("b c3 {}", others.join(" ")), [1 + 8, 2, 2]);
    check_listings(&node(20), &format!("b c3 {}", others[..5].join(" ")), [1 + 6, 2, 2]);
    check_listings(&node(0), "b c3", [1 + 1, 2, 2]);
}

#[test]
fn a_search_that_was_cut_short_stays_so_whatever_its_expressions_take() {
    let index = Records::from(&[listing("l", &["a", "/red\\d/"])][..]).index();
    for steps in 0..100 {
        let mut scratch = Scratch::with_steps(TextLimits::default(), steps);
        match_batch(&index, &[query("a")], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        assert!(answer.incomplete || answer.total == 1, "{steps}");
    }
}
