//! Inventories and texts that are built to hurt: each makes much work of one thing.

use std::collections::HashMap;

use broadside_core::{
    Attribute, AttributeValue, Attributes, Index, IndexBuilder, Keyword, Listing, NegativeList,
    Status,
};

/// Listings of the cases that have very many.
const MANY: u32 = 1_000_000;
/// Tokens of the longest text.
const TOKENS: usize = 8_192;

/// An inventory and texts.
pub struct Case {
    /// What hurts.
    pub name: &'static str,
    /// The inventory.
    pub inventory: Inventory,
    /// Texts with their names.
    pub texts: Vec<(&'static str, String)>,
}

/// Listings and negative lists.
#[derive(Debug, Default)]
pub struct Inventory {
    listings: Vec<Listing>,
    lists: Vec<NegativeList>,
}

/// Attributes that make none of the targetings here true.
pub struct OwnedAttributes(Vec<Attribute<'static>>);

impl Inventory {
    /// The index of it.
    ///
    /// # Panics
    /// If it is refused, which is a mistake in it.
    pub fn index(self) -> Index {
        let mut builder = IndexBuilder::new();
        for listing in &self.listings {
            builder.add(listing).expect("it is good");
        }
        for list in &self.lists {
            builder.add_negative_list(list).expect("it is good");
        }
        builder.finish().expect("all that is referred to exists")
    }
}

impl OwnedAttributes {
    /// As a query has them.
    pub fn borrow(&self) -> Attributes<'_> {
        Attributes { shared: &self.0, own: &[] }
    }
}

/// Attributes that are sent with every text.
pub fn attributes() -> OwnedAttributes {
    let attribute = |name, value| Attribute { name, value };
    OwnedAttributes(vec![
        attribute("country", AttributeValue::String("US")),
        attribute("age", AttributeValue::Int(30)),
    ])
}

/// The words that most phrases have, in one text.
pub fn frequent_words(phrases: &[String], count: usize) -> String {
    by_frequency(phrases, count, true)
}

/// The words that fewest phrases have, in one text.
pub fn rare_words(phrases: &[String], count: usize) -> String {
    by_frequency(phrases, count, false)
}

fn by_frequency(phrases: &[String], count: usize, descending: bool) -> String {
    let mut frequency: HashMap<String, u32> = HashMap::new();
    for phrase in phrases {
        for word in phrase.split(' ') {
            let word = word.to_lowercase();
            if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                *frequency.entry(word).or_default() += 1;
            }
        }
    }
    let mut words: Vec<_> = frequency.into_iter().collect();
    words.sort_unstable_by(|a, b| {
        if descending { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) }.then(a.0.cmp(&b.0))
    });
    let words: Vec<_> = words.into_iter().take(count).map(|(word, _)| word).collect();
    let mut text = words.join(" ");
    text.truncate(64 * 1024);
    text
}

/// All of them. Each is made when it is asked for, since some are large.
pub fn cases() -> impl Iterator<Item = Case> {
    let cases: [fn() -> Case; 12] = [
        subsets,
        one_word,
        one_word_paused,
        one_targeting,
        a_million_targetings,
        own_negatives,
        many_shared,
        long_phrases,
        long_exacts,
        many_fired_negatives,
        regexes,
        scripts,
    ];
    cases.into_iter().map(|case| case())
}

fn listing(id: u32, notation: &str) -> Listing {
    let mut listing = Listing::new(id.to_string());
    listing.keywords.push(Keyword::parse(notation).keyword);
    listing.bid_micros = Some(u64::from(id.wrapping_mul(2_654_435_761) % 1_000_003));
    listing
}

fn many(name: &'static str, change: impl Fn(&mut Listing, u32)) -> Case {
    let listings = (0..MANY).map(|id| {
        let mut listing = listing(id, "shoes");
        change(&mut listing, id);
        listing
    });
    let inventory = Inventory { listings: listings.collect(), ..Inventory::default() };
    Case { name, inventory, texts: vec![("asked", "red shoes".to_owned())] }
}

/// Every set of 20 words is a keyword.
fn subsets() -> Case {
    let words: Vec<_> = (0..20).map(|number| format!("w{number}")).collect();
    let listings = (1..1_u32 << 20).map(|set| {
        let chosen = words.iter().enumerate().filter(|(bit, _)| set >> bit & 1 != 0);
        let chosen: Vec<_> = chosen.map(|(_, word)| word.as_str()).collect();
        listing(set, &chosen.join(" "))
    });
    let inventory = Inventory { listings: listings.collect(), ..Inventory::default() };
    let texts = vec![("all 20", words.join(" ")), ("half", words[..10].join(" "))];
    Case { name: "all subsets of 20 words", inventory, texts }
}

fn one_word() -> Case {
    many("a word of a million listings", |_, _| {})
}

fn one_word_paused() -> Case {
    many("the same, paused but for one", |listing, id| {
        if id != 7 {
            listing.status = Status::Paused;
        }
    })
}

fn one_targeting() -> Case {
    many("a million listings with one targeting", |listing, _| {
        listing.targeting = "country == \"FR\" && age > 21".to_owned();
    })
}

fn a_million_targetings() -> Case {
    many("a million listings, each with its targeting", |listing, id| {
        listing.targeting = format!("country in [\"FR\", \"C{id}\"] || age == {}", id + 100);
    })
}

fn own_negatives() -> Case {
    many("a million listings, each with negatives", |listing, id| {
        listing.negatives =
            ["red".to_owned(), format!("w{id}")].map(|text| Keyword::parse(&text).keyword).to_vec();
    })
}

/// Many keywords that match, each of just so many listings that they are all candidates.
fn many_shared() -> Case {
    let listings = (0..MANY).map(|id| listing(id, &format!("w{} x", id / 1_000)));
    let inventory = Inventory { listings: listings.collect(), ..Inventory::default() };
    let text = (0..1_000).map(|word| format!("w{word} ")).collect::<String>() + "x";
    Case { name: "a thousand words of a thousand listings", inventory, texts: vec![("all", text)] }
}

/// Phrases whose rarest word is everywhere in the text, and whose last word is what differs.
fn long_phrases() -> Case {
    let mut listings = Vec::new();
    for id in 0..20_000 {
        let body = "b a ".repeat(120);
        listings.push(listing(id, &format!("\"{body} c {}\"", "a ".repeat(id as usize % 10))));
    }
    listings.extend((0..100_000).map(|id| listing(100_000 + id, &format!("a c d{id}"))));
    let text = "b a ".repeat(TOKENS / 2 - 1) + "c";
    let inventory = Inventory { listings, ..Inventory::default() };
    Case { name: "phrases of 240 words", inventory, texts: vec![("everywhere", text)] }
}

fn long_exacts() -> Case {
    let listings = (0..100_000).map(|id| {
        let mut words: Vec<_> = "ab".repeat(100).chars().collect();
        let at = 20 + id as usize % 90;
        words.swap(at, at + 1);
        words.swap(at + id as usize / 90 % 70, at);
        let words: Vec<_> = words.iter().map(char::to_string).collect();
        listing(id, &format!("[{}]", words.join(" ")))
    });
    let inventory = Inventory { listings: listings.collect(), ..Inventory::default() };
    Case { name: "EXACT of 200 words", inventory, texts: vec![("one of them", "a b ".repeat(100))] }
}

/// A text that fires thousands of negatives, for listings with long lists of them.
fn many_fired_negatives() -> Case {
    let negative = |id: u32| Keyword::parse(&format!("n{id}")).keyword;
    let lists = (0..500).map(|list| NegativeList {
        name: list.to_string(),
        negatives: (0..4_000).map(|id| negative(list * 4_000 + id)).collect(),
    });
    let listings = (0..50_000).map(|id| {
        let mut listing = listing(id, "shoes");
        listing.negative_lists = (0..100).map(|list| ((id + list) % 500).to_string()).collect();
        listing
    });
    let inventory = Inventory { listings: listings.collect(), lists: lists.collect() };
    let text = (0..7_000).map(|id| format!("n{} ", 1_999_999 - id)).collect::<String>();
    let inside = (0..7_000).map(|id| format!("n{} ", id * 285)).collect::<String>();
    let texts = vec![
        ("of two lists", "shoes ".to_owned() + &text),
        ("of all", "shoes ".to_owned() + &inside),
    ];
    Case { name: "7,000 negatives fired, 100 lists each", inventory, texts }
}

/// Expressions that are slow, and texts that they nearly match.
fn regexes() -> Case {
    let expressions = [
        r"(a|a)*aaab",
        r"(\w+\s){3,10}foobar",
        r".*.*.*foobar",
        r"(x+x+)+foobar",
        r"\brun(ning)?\s+shoes\b",
        r"[\w\s]{50,200}foobar",
        r"(a?){40}a{40}foobar",
        r"\p{L}+\p{N}+\p{L}+aaa",
        r"foo(.|\n)*bar(.|\n)*foobar",
        r"(?s).*aaa.*aaa.*aaab",
    ];
    let mut listings: Vec<_> =
        (0..).zip(expressions).map(|(id, regex)| listing(id, &format!("/{regex}/"))).collect();
    listings.extend((100..20_100).map(|id| listing(id, &format!("/shoes\\s+{id}x*y/"))));
    let inventory = Inventory { listings, ..Inventory::default() };
    let words = |text: &str| text.repeat(64 * 1024 / text.len());
    let texts = vec![
        ("64 KiB of a", words("a")),
        ("foobar", words("foobar aaa 1 ").chars().take(34_000).collect()),
        ("foo", words("foo bar xxxx aaa1a ")[..36_000].to_owned() + "foobar"),
        ("shoes", words("running  shoes 7 ").chars().take(44_000).collect()),
        ("a long word of x", "x".repeat(65_000) + " foobar"),
        ("é", words("éa aaa é1é foobar ").chars().take(30_000).collect()),
        ("short", "running shoes 42".to_owned()),
    ];
    Case { name: "slow expressions", inventory, texts }
}

/// Texts that take long to be split.
fn scripts() -> Case {
    let inventory = Inventory { listings: vec![listing(0, "東")], ..Inventory::default() };
    let fill = |text: &str, bytes: usize| text.repeat(bytes / text.len());
    let texts = vec![
        ("Han", fill("東京都千", 24_000)),
        ("combining", fill("a\u{301}\u{323}\u{308}é ", 60_000)),
        ("emoji", fill("👩\u{200d}👩\u{200d}👧 🇫🇷", 64_000)),
        ("one word", fill("é", 65_536)),
        ("separators", fill("—…", 65_000)),
        ("ligatures", fill("\u{fdfa} ", 6_000)),
    ];
    Case { name: "scripts", inventory, texts }
}
