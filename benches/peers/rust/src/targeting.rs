//! Targeting: which of many boolean expressions are true for the attributes of an event. `a-tree`, and Broadside.
//!
//! `a-tree` evaluates all of its expressions for each event. Broadside evaluates those of the listings that a text
//! brings up, so it is asked in two ways: `ours` sends, for each event, as many texts as it takes to bring up every
//! listing, which is the same question; `ours-10`, `ours-100` and `ours-1000` bring up so many, which is what its users ask.

use a_tree::{ATree, AttributeDefinition};
use broadside_benches::random::Random;
use broadside_core::{
    Attribute, AttributeValue, Attributes, Index, IndexBuilder, Keyword, Listing, MatchType, Query,
    Scratch, TextLimits, Time, limits, match_batch,
};

use crate::peer::{self, Answers, Peer, number};

const EVENTS: usize = 1_000;
const COUNTRIES: [&str; 6] = ["US", "CA", "FR", "DE", "JP", "BR"];
const DEVICES: [&str; 3] = ["phone", "tv", "desktop"];

struct Event {
    country: &'static str,
    age: i64,
    device: &'static str,
    hour: i64,
    interests: Vec<String>,
    vip: bool,
}

struct Tree {
    tree: ATree<u32>,
    count: usize,
    events: Vec<Event>,
}

struct Ours {
    index: Index,
    scratch: Scratch,
    count: usize,
    /// How many listings one text brings up.
    candidates: usize,
    /// Whether each event asks for all listings, and not only for those of one text.
    all: bool,
    texts: Vec<String>,
    events: Vec<Event>,
}

/// Serves so many distinct expressions; the texts are the events' numbers.
///
/// # Errors
/// Those of [`peer::serve`].
pub(crate) fn serve(name: &str, count: &str) -> Result<(), String> {
    let count: usize = number(count)?;
    let texts: Vec<_> = (0..EVENTS).map(|event| event.to_string()).collect();
    let events = events(count);
    match name.strip_prefix("ours") {
        Some("") => peer::serve(&texts, || Ours::build(count, 1_000, true, events)),
        Some(rest) => {
            let candidates = number(rest.trim_start_matches('-'))?;
            peer::serve(&texts, || Ours::build(count, candidates, false, events))
        }
        None => peer::serve(&texts, || Tree::build(count, events)),
    }
}

fn events(count: usize) -> Vec<Event> {
    let mut random = Random::new(3);
    let mut event = || Event {
        country: random.pick::<&str>(&COUNTRIES),
        age: 15 + random.below(60).cast_signed(),
        device: random.pick::<&str>(&DEVICES),
        hour: random.below(24).cast_signed(),
        interests: (0..3).map(|_| format!("i{}", random.below(count as u64))).collect(),
        vip: random.below(5) == 0,
    };
    (0..EVENTS).map(|_| event()).collect()
}

/// The parts of an expression that differ.
fn parts(number: usize) -> (&'static str, &'static str, usize, usize) {
    (COUNTRIES[number % 6], COUNTRIES[number / 6 % 6], 18 + number % 50, number % 24)
}

fn event_of<'e>(events: &'e [Event], text: &str) -> &'e Event {
    let number: usize = text.parse().expect("the texts are numbers of events");
    &events[number]
}

impl Tree {
    fn build(count: usize, events: Vec<Event>) -> Result<Tree, String> {
        let definitions = [
            AttributeDefinition::string("country"),
            AttributeDefinition::integer("age"),
            AttributeDefinition::string("device"),
            AttributeDefinition::integer("hour"),
            AttributeDefinition::string_list("interests"),
            AttributeDefinition::boolean("vip"),
        ];
        let tree = ATree::new(&definitions).map_err(|error| error.to_string())?;
        let mut tree = Tree { tree, count: 0, events };
        for number in 0..count {
            tree.insert(number)?;
        }
        Ok(tree)
    }

    fn insert(&mut self, number: usize) -> Result<(), String> {
        let (one, other, age, hour) = parts(number);
        let expression = format!(
            r#"country in ["{one}", "{other}"] and age >= {age} and not (device = "tv" and hour > {hour}) and (interests one of ["i{number}"] or vip)"#
        );
        let id = u32::try_from(number).expect("expressions are counted in 32 bits");
        self.tree.insert(&id, &expression).map_err(|error| error.to_string())?;
        self.count += 1;
        Ok(())
    }

    fn search(&self, event: &Event, answers: &mut Answers) {
        let mut built = self.tree.make_event();
        let interests: Vec<_> = event.interests.iter().map(String::as_str).collect();
        let known = built
            .with_string("country", event.country)
            .and_then(|()| built.with_integer("age", event.age))
            .and_then(|()| built.with_string("device", event.device))
            .and_then(|()| built.with_integer("hour", event.hour))
            .and_then(|()| built.with_string_list("interests", &interests))
            .and_then(|()| built.with_boolean("vip", event.vip));
        known.expect("the attributes are those of the definition");
        let event = built.build().expect("the event is whole");
        let report = self.tree.search(&event).expect("the event is of this tree");
        report.matches().iter().for_each(|&&number| answers.push(number));
    }
}

impl Peer for Tree {
    const BATCH: usize = 1;

    fn keywords(&self) -> usize {
        self.count
    }

    fn answer(&mut self, texts: &[String], answers: &mut Answers) {
        for text in texts {
            self.search(event_of(&self.events, text), answers);
            answers.end_text();
        }
    }

    fn update(&mut self) -> Result<bool, String> {
        let (one, _, age, hour) = parts(self.count);
        self.insert(self.count)?;
        let interests = vec![format!("i{}", self.count - 1)];
        let (age, hour) = (age as u64, hour as u64);
        let event = Event {
            country: one,
            age: age.cast_signed(),
            device: "phone",
            hour: hour.cast_signed(),
            interests,
            vip: false,
        };
        let mut answers = Answers::default();
        self.search(&event, &mut answers);
        Ok(answers.found() == 1)
    }
}

impl Ours {
    fn build(
        count: usize,
        candidates: usize,
        all: bool,
        events: Vec<Event>,
    ) -> Result<Ours, String> {
        let index = Ours::index(count, candidates)?;
        let texts = (0..count.div_ceil(candidates)).map(|text| format!("w{text}")).collect();
        let scratch = Scratch::new(TextLimits::default());
        Ok(Ours { index, scratch, count, candidates, all, texts, events })
    }

    fn index(count: usize, candidates: usize) -> Result<Index, String> {
        let mut builder = IndexBuilder::new();
        for number in 0..count {
            let mut listing = Listing::new(number.to_string());
            listing
                .keywords
                .push(Keyword::new(format!("w{}", number / candidates), MatchType::Broad));
            let (one, other, age, hour) = parts(number);
            listing.targeting = format!(
                r#"country in ["{one}", "{other}"] && age >= {age} && !(device == "tv" && hour > {hour}) && ("i{number}" in interests || vip)"#
            );
            builder.add(&listing).map_err(|errors| errors[0].to_string())?;
        }
        builder.finish().map_err(|_| "nothing is referred to".to_owned())
    }
}

impl Peer for Ours {
    const BATCH: usize = 1;

    fn keywords(&self) -> usize {
        self.count
    }

    fn answer(&mut self, texts: &[String], answers: &mut Answers) {
        for text in texts {
            let event = event_of(&self.events, text);
            let attribute = |name, value| Attribute { name, value };
            let attributes = [
                attribute("country", AttributeValue::String(event.country)),
                attribute("age", AttributeValue::Int(event.age)),
                attribute("device", AttributeValue::String(event.device)),
                attribute("hour", AttributeValue::Int(event.hour)),
                attribute("interests", AttributeValue::Strings(&event.interests)),
                attribute("vip", AttributeValue::Bool(event.vip)),
            ];
            let number: usize = text.parse().expect("the texts are numbers of events");
            let one = number * 7 % self.texts.len();
            let asked = if self.all { &self.texts[..] } else { &self.texts[one..=one] };
            let queries: Vec<_> = asked
                .iter()
                .map(|text| Query {
                    text,
                    limit: limits::MATCHES_MAX,
                    max_per_group: 0,
                    at: Time { seconds: 1_800_000_000, nanos: 0 },
                    attributes: Attributes { shared: &attributes, own: &[] },
                })
                .collect();
            for batch in queries.chunks(limits::BATCH_QUERIES_MAX) {
                match_batch(&self.index, batch, &mut self.scratch);
                for hit in self.scratch.answers().flat_map(|answer| answer.hits) {
                    let id = self.index.listing_id(hit.listing);
                    answers.push(id.parse().expect("the ids are numbers"));
                }
            }
            answers.end_text();
        }
    }

    fn update(&mut self) -> Result<bool, String> {
        self.index = Ours::index(self.count + 1, self.candidates)?;
        Ok(usize::try_from(self.index.counts().keywords) == Ok(self.count + 1))
    }
}
