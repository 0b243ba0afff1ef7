//! Random inventories, loaded one after the other into one running server from files: what comes back through the wire
//! is what the oracle says.

use broadside_client::{
    Attributes as Sent, BatchOptions, MatchOptions, Outcome, Query as Asked, ReloadRequest,
};
use broadside_core::{
    Attribute, AttributeValue, Attributes, Group, Keyword, Listing, NegativeList, Query, Time,
    naive,
};
use serde_json::{Value, json};

use crate::support::{Server, runtime};

const INVENTORIES: u64 = 40;
const TEXTS: u64 = 50;
const GROUPS: [&str; 2] = ["g", "h"];
const LISTS: [&str; 2] = ["brand", "legal"];

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
        match self.below(8) {
            0 => format!("[{words}]"),
            1 => format!("\"{words}\""),
            2 => format!("\"^{words}\""),
            3 => format!("-{words} a"),
            4 => self.pick(&["/b c+/", "/a +#a/", "/(É|東) [a-c]/", "-/c\\+\\+ b/"]).to_owned(),
            _ => words,
        }
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }

    fn targeting(&mut self) -> String {
        let all = [
            "",
            "",
            "",
            "x == 1",
            "y in [\"a\", \"b\"] || x > 1.5",
            "!(\"a\" in zs)",
            "has(y) && w",
        ];
        self.pick(&all).to_owned()
    }

    /// Up to `most` texts that are negatives in the notation without their sign.
    fn negatives(&mut self, most: u64) -> Vec<String> {
        (0..self.below(most + 1)).map(|_| self.text(2)).collect()
    }

    fn lists(&mut self) -> Vec<String> {
        if self.below(4) == 0 { vec![self.pick(&LISTS).to_owned()] } else { Vec::new() }
    }

    /// The same attributes as a client sends them and as core takes them.
    fn attributes(&mut self) -> (Sent, Vec<(&'static str, Value)>) {
        let mut sent = Sent::new();
        let mut values = Vec::new();
        if self.below(2) == 0 {
            let x = 1 + self.below(2).cast_signed();
            sent.insert("x", x);
            values.push(("x", json!(x)));
        }
        if self.below(2) == 0 {
            let y = self.pick(&["a", "c"]);
            sent.insert("y", y);
            values.push(("y", json!(y)));
        }
        if self.below(2) == 0 {
            let w = self.below(2) == 0;
            sent.insert("w", w);
            values.push(("w", json!(w)));
        }
        (sent, values)
    }
}

/// Records and what they say.
struct Inventory {
    file: String,
    listings: Vec<Listing>,
    groups: Vec<Group>,
    lists: Vec<NegativeList>,
}

fn keywords(notations: &[String]) -> Vec<Keyword> {
    notations.iter().map(|notation| Keyword::parse(notation).keyword).collect()
}

fn inventory(random: &mut Random) -> Inventory {
    let mut lines = Vec::new();
    let (mut listings, mut groups, mut lists) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..1 + random.below(30) {
        let mut listing = Listing::new(format!("l{number}"));
        let mut notations: Vec<_> = (0..random.below(3)).map(|_| random.notation()).collect();
        notations.push(random.text(2));
        for notation in &notations {
            let parsed = Keyword::parse(notation);
            let list = if parsed.negative { &mut listing.negatives } else { &mut listing.keywords };
            list.push(parsed.keyword);
        }
        listing.bid_micros = (random.below(2) == 0).then(|| random.below(3));
        listing.group = (random.below(2) == 0).then(|| random.pick(&GROUPS).to_owned());
        listing.targeting = random.targeting();
        listing.negative_lists = random.lists();
        let mut record = json!({
            "id": listing.id, "keywords": notations, "targeting": listing.targeting,
            "negative_lists": listing.negative_lists,
        });
        if let Some(bid_micros) = listing.bid_micros {
            record["bid_micros"] = json!(bid_micros);
        }
        if let Some(group) = &listing.group {
            record["group"] = json!(group);
        }
        lines.push(json!({ "listing": record }));
        listings.push(listing);
    }
    for id in GROUPS {
        let negatives = random.negatives(1);
        let group = Group {
            targeting: random.targeting(),
            negatives: keywords(&negatives),
            negative_lists: random.lists(),
            bid_micros: Some(random.below(3)),
            ..Group::new(id)
        };
        lines.push(json!({ "group": {
            "id": id, "targeting": group.targeting, "negatives": negatives,
            "negative_lists": group.negative_lists, "bid_micros": group.bid_micros,
        }}));
        groups.push(group);
    }
    for name in LISTS {
        let negatives = random.negatives(2);
        lines.push(json!({ "negative_list": { "name": name, "keywords": negatives } }));
        lists.push(NegativeList { name: name.to_owned(), negatives: keywords(&negatives) });
    }
    let file = lines.iter().map(|line| format!("{line}\n")).collect();
    Inventory { file, listings, groups, lists }
}

/// Attributes as core takes them.
fn core_attributes<'a>(values: &'a [(&'static str, Value)]) -> Vec<Attribute<'a>> {
    let attribute = |(name, value): &'a (&'static str, Value)| Attribute {
        name,
        value: match value {
            Value::Bool(truth) => AttributeValue::Bool(*truth),
            Value::Number(number) => AttributeValue::Int(number.as_i64().expect("it is whole")),
            other => AttributeValue::String(other.as_str().expect("it is a text")),
        },
    };
    values.iter().map(attribute).collect()
}

#[test]
fn random_inventories_answer_through_the_wire_as_the_oracle_does() {
    let server = Server::start("model.jsonl", &crate::support::line("first", &["first"], ""));
    let random = &mut Random(1);
    runtime().block_on(async {
        let (client, admin) = (server.client(), server.admin());
        for round in 0..INVENTORIES {
            let inventory = inventory(random);
            server.write("model.jsonl", &inventory.file);
            let reload =
                admin.reload(&ReloadRequest::default()).await.expect("the inventory is good");
            let oracle =
                naive::Inventory::new(inventory.listings, inventory.groups, inventory.lists);
            let texts: Vec<_> = (0..TEXTS).map(|_| random.text(5)).collect();
            let (shared, shared_values) = random.attributes();
            let (own, own_values) = random.attributes();
            let options = BatchOptions {
                matching: MatchOptions { limit: 5, ..MatchOptions::default() },
                attributes: shared,
                ..BatchOptions::default()
            };
            let asked = |(nth, text): (usize, &String)| Asked {
                attributes: if nth % 2 == 0 { own.clone() } else { Sent::new() },
                ..Asked::from(text.as_str())
            };
            let queries: Vec<_> = texts.iter().enumerate().map(asked).collect();
            let answer = client.match_batch(&queries, &options).await.expect("the call succeeds");
            assert_eq!(
                answer.version, reload.version,
                "round {round}: a reload is visible when it is answered"
            );
            let (shared, own) = (core_attributes(&shared_values), core_attributes(&own_values));
            for (nth, (text, result)) in texts.iter().zip(&answer.results).enumerate() {
                let attributes =
                    Attributes { shared: &shared, own: if nth % 2 == 0 { &own } else { &[] } };
                let at = Time { seconds: 0, nanos: 0 };
                let query = Query { text, limit: 5, max_per_group: 0, at, attributes };
                let found = result.as_ref().expect("the text is short");
                let expected = oracle.matches(&query);
                let matches = found.matches.iter().map(|found| {
                    let match_type = found.match_type.as_str().to_owned();
                    let keyword = found.keyword_index as usize;
                    (found.listing_id.clone(), found.score, match_type, keyword)
                });
                let expected_matches = expected.matches.iter().map(|found| {
                    let match_type = found.match_type.to_string();
                    (found.listing_id.clone(), found.score, match_type, found.keyword)
                });
                let matches: Vec<_> = matches.collect();
                assert_eq!(
                    (&matches, found.total),
                    (&expected_matches.collect(), expected.total),
                    "round {round}: {text:?}\n{}",
                    inventory.file
                );
                // One text of each round is explained: the same listings, in the same order.
                if nth == 1 {
                    let explained = client.explain_text(text, &options).await;
                    let explained = explained.expect("the call succeeds");
                    let ids = explained.matches.iter().map(|listing| listing.listing_id.as_str());
                    assert!(ids.eq(matches.iter().map(|found| found.0.as_str())));
                    for miss in &explained.misses {
                        assert!(matches!(miss.outcome, Outcome::Missed(_)));
                        assert!(matches.iter().all(|found| found.0 != miss.listing_id));
                    }
                }
            }
        }
    });
}
