//! Every case of the matching contract, through the wire.

use broadside_client::{BatchOptions, MatchOptions, Query};
use broadside_core::{Keyword, naive};

use crate::support::{Server, ids, line, runtime};

const CASES: &str = include_str!("data/contract_v1.tsv");

#[test]
fn every_case_of_the_contract_holds_through_the_wire() {
    let mut inventory = String::new();
    let mut cases = Vec::new();
    for (number, case) in CASES.lines().enumerate().skip(1) {
        let fields: Vec<_> = case.split('\t').collect();
        let (notation, text, expected) = (fields[0], fields[1], fields[2]);
        let parsed = Keyword::parse(notation);
        let id = format!("case-{}", number + 1);
        if parsed.negative {
            // Negatives are tested beside a keyword that matches: any word of the text.
            let word = naive::analyze(text).swap_remove(0).word;
            inventory.push_str(&line(&id, &[&word, notation], ""));
        } else {
            inventory.push_str(&line(&id, &[notation], ""));
        }
        cases.push((id, text, expected == "match"));
    }
    let server = Server::start("contract.jsonl", &inventory);
    let queries: Vec<_> = cases.iter().map(|&(_, text, _)| Query::from(text)).collect();
    let options = BatchOptions {
        matching: MatchOptions { limit: 1_000, ..MatchOptions::default() },
        ..BatchOptions::default()
    };
    let answer =
        runtime().block_on(async { server.client().match_batch(&queries, &options).await });
    let found = ids(&answer.expect("the call succeeds"));
    for ((id, text, expected), found) in cases.iter().zip(&found) {
        assert_eq!(found.contains(id), *expected, "{id}: {text:?} found {found:?}");
    }
    assert_eq!(cases.len() + 1, CASES.lines().count(), "every line but the first is a case");
}
