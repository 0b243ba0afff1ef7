//! Random inventories, loaded one after the other into one running server from files: what comes back through the wire
//! is what the oracle says.

use broadside_client::{BatchOptions, MatchOptions, MatchType, Query, ReloadRequest};
use broadside_core::{Keyword, Listing, Time, naive};

use crate::support::{Server, runtime};

const INVENTORIES: u64 = 40;
const TEXTS: u64 = 50;

/// A small generator of our own, so that a seed says all (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ value >> 31) % bound
    }

    fn text(&mut self, most: u64) -> String {
        let words = ["a", "b", "c", "#a", "@b", "É", "c++", "東", "🔥"];
        let count = 1 + self.below(most);
        let picked: Vec<_> =
            (0..count).map(|_| words[usize::try_from(self.below(9)).expect("small")]).collect();
        picked.join(" ")
    }

    fn notation(&mut self) -> String {
        let words = self.text(3);
        match self.below(6) {
            0 => format!("[{words}]"),
            1 => format!("\"{words}\""),
            2 => format!("\"^{words}\""),
            3 => format!("-{words} a"),
            _ => words,
        }
    }
}

/// Records and the listings that they say.
fn inventory(random: &mut Random) -> (String, Vec<Listing>) {
    let (mut file, mut listings) = (String::new(), Vec::new());
    for number in 0..1 + random.below(30) {
        let mut listing = Listing::new(format!("l{number}"));
        let mut notations: Vec<_> = (0..random.below(3)).map(|_| random.notation()).collect();
        notations.push(random.text(2));
        for notation in &notations {
            let parsed = Keyword::parse(notation).expect("it is no regular expression");
            let list = if parsed.negative { &mut listing.negatives } else { &mut listing.keywords };
            list.push(parsed.keyword);
        }
        listing.bid_micros = Some(random.below(3));
        file.push_str(&crate::support::line(
            &listing.id,
            &notations.iter().map(String::as_str).collect::<Vec<_>>(),
            &format!(", \"bid_micros\": {}", listing.bid_micros.unwrap_or(0)),
        ));
        listings.push(listing);
    }
    (file, listings)
}

#[test]
fn random_inventories_answer_through_the_wire_as_the_oracle_does() {
    let server = Server::start("model.jsonl", &crate::support::line("first", &["first"], ""));
    let random = &mut Random(1);
    let options = BatchOptions {
        matching: MatchOptions { limit: 5, ..MatchOptions::default() },
        ..BatchOptions::default()
    };
    runtime().block_on(async {
        let (client, admin) = (server.client(), server.admin());
        for round in 0..INVENTORIES {
            let (file, listings) = inventory(random);
            server.write("model.jsonl", &file);
            let reload =
                admin.reload(&ReloadRequest::default()).await.expect("the inventory is good");
            let oracle = naive::Inventory::new(listings);
            let texts: Vec<_> = (0..TEXTS).map(|_| random.text(5)).collect();
            let queries: Vec<_> = texts.iter().map(|text| Query::from(text.as_str())).collect();
            let answer = client.match_batch(&queries, &options).await.expect("the call succeeds");
            assert_eq!(
                answer.version, reload.version,
                "round {round}: a reload is visible when it is answered"
            );
            for (text, result) in texts.iter().zip(&answer.results) {
                let found = result.as_ref().expect("the text is short");
                let expected = oracle.matches(text, 5, 0, Time { seconds: 0, nanos: 0 });
                let type_of = |name: MatchType| name.as_str().to_owned();
                let matches: Vec<_> = found
                    .matches
                    .iter()
                    .map(|found| {
                        (
                            found.listing_id.clone(),
                            found.score,
                            type_of(found.match_type),
                            found.keyword_index as usize,
                        )
                    })
                    .collect();
                let expected_matches: Vec<_> = expected
                    .matches
                    .iter()
                    .map(|found| {
                        (
                            found.listing_id.clone(),
                            found.score,
                            found.match_type.to_string(),
                            found.keyword,
                        )
                    })
                    .collect();
                assert_eq!(
                    (matches, found.total),
                    (expected_matches, expected.total),
                    "round {round}: {text:?}\n{file}"
                );
            }
        }
    });
}
