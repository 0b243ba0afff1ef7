//! Explanations: each outcome, and that they agree with the answer.

use crate::answer::Query;
use crate::explain::{Explainer, Explanation, Level, Miss, Obstacle, Outcome};
use crate::group::Group;
use crate::limits::TextLimits;
use crate::listing::{Listing, Status, Time};
use crate::negative_list::NegativeList;
use crate::targeting::{Attribute, AttributeValue, Attributes};

use super::records::{Records, listing, negatives, query};

/// What becomes of the listing `l`, in short.
fn outcome(records: &Records, query: Query<'_>) -> String {
    let index = records.index();
    let mut explainer = Explainer::new(TextLimits::default());
    let explanation = explainer.explain(&index, &query, "l").expect("the text is short");
    let spans = |spans: &[crate::Span]| {
        let texts = spans.iter().map(|span| &query.text[span.start as usize..span.end as usize]);
        texts.collect::<Vec<_>>().join("|")
    };
    let level = |level: &Level| match level {
        Level::Listing => "own".to_owned(),
        Level::Group(id) => format!("of {id}"),
    };
    match &explanation.outcome {
        Outcome::Matched(found) => format!(
            "{} {} {} at {}",
            found.score,
            found.keyword_index,
            found.keyword,
            spans(&found.spans)
        ),
        Outcome::Missed(miss) => match miss {
            Miss::NotFound => "not found".to_owned(),
            Miss::Paused(of) => format!("paused: {}", level(of)),
            Miss::OutsideFlight { level: of, start, end, at } => {
                let second = |time: &Option<Time>| time.map(|time| time.seconds);
                format!(
                    "flight {}: {:?} {:?} {}",
                    level(of),
                    second(start),
                    second(end),
                    at.seconds
                )
            }
            Miss::NoKeyword(nearest) => {
                assert!(nearest.obstacle.is_of(nearest.keyword.match_type));
                let obstacle = match &nearest.obstacle {
                    Obstacle::Lacks(tokens) => format!("lacks {}", tokens.join(" ")),
                    other => format!("{other:?}"),
                };
                format!("{} {}: {obstacle}", nearest.keyword_index, nearest.keyword)
            }
            Miss::Blocked { level: of, list, negative, spans: at } => {
                let list = list.as_ref().map_or(String::new(), |list| format!(" list {list}"));
                format!("blocked {}{list}: {negative} at {}", level(of), spans(at))
            }
            Miss::Targeting { level: of, unmet } => {
                let sent = unmet.attributes.iter().map(|(name, value)| match value {
                    Some(value) => format!("{name}={value:?}"),
                    None => format!("{name} not sent"),
                });
                let sent: Vec<_> = sent.collect();
                format!("targeting {}: {} [{}]", level(of), unmet.expression, sent.join(", "))
            }
            Miss::Incomplete => "incomplete".to_owned(),
        },
    }
}

fn of(listing: Listing) -> Records {
    Records::from(&[listing][..])
}

#[track_caller]
fn check(keywords: &[&str], text: &str, expected: &str) {
    assert_eq!(
        outcome(&of(listing("l", keywords)), query(text)),
        expected,
        "{keywords:?} {text:?}"
    );
}

#[test]
fn a_hit_has_its_keyword_and_spans() {
    check(&["x", "cheap shoes"], "Shoes, cheap #shoes", "0 1 cheap shoes at Shoes|cheap|#shoes");
    check(&["\"cheap shoes\""], "very cheap shoes", "0 0 \"cheap shoes\" at cheap shoes");
    check(&["[cheap shoes]"], "Cheap-SHOES!", "0 0 [cheap shoes] at Cheap-SHOES");
    check(&["/shoe(s|box)/"], "my Shoebox", "0 0 /shoe(s|box)/ at Shoebox");
}

#[test]
fn the_nearest_keyword_says_what_is_in_its_way() {
    check(&["a b c", "a b", "x y"], "b", "1 a b: lacks a");
    check(&["a #b c++"], "a b", "0 a #b c++: lacks #b c++");
    check(&["x y", "p q"], "a", "0 x y: lacks x y");
    check(&["\"a b\""], "b a", "0 \"a b\": NotInOrder");
    check(&["\"a b\""], "a x b", "0 \"a b\": NotInOrder");
    check(&["\"^a b\""], "x a b", "0 \"^a b\": NotInOrder");
    check(&["[a b]"], "a b c", "0 [a b]: MoreInText");
    check(&["[a b]"], "b a", "0 [a b]: NotInOrder");
    check(&["/abc+/"], "ab", "0 /abc+/: NothingFound");
    check(&["/abc+/", "x y z"], "ab", "1 x y z: lacks x y z");
}

#[test]
fn the_first_stage_that_fails_is_the_reason() {
    let time = |seconds| Some(Time { seconds, nanos: 0 });
    let mut all = listing("l", &["shoes", "-red"]);
    all.group = Some("g".to_owned());
    all.status = Status::Paused;
    (all.start_time, all.end_time) = (time(2_000), time(3_000));
    all.targeting = "age >= 21 && (country == \"US\" || vip)".to_owned();
    all.negative_lists = vec!["brand".to_owned()];
    let mut group = Group::new("g");
    group.status = Status::Paused;
    group.end_time = time(500);
    group.negatives = negatives(&["old"]);
    group.targeting = "has(device)".to_owned();
    let brand =
        NegativeList { name: "brand".to_owned(), negatives: negatives(&["\"free trial\""]) };
    let mut records = Records { listings: vec![all], groups: vec![group], lists: vec![brand] };
    let attributes = [
        Attribute { name: "age", value: AttributeValue::Int(20) },
        Attribute { name: "country", value: AttributeValue::String("FR") },
    ];
    let sent = |text, count: usize| Query {
        attributes: Attributes { shared: &attributes[..count], own: &[] },
        ..query(text)
    };
    assert_eq!(outcome(&records, query("boots")), "paused: own");
    records.listings[0].status = Status::Active;
    assert_eq!(outcome(&records, query("boots")), "paused: of g");
    records.groups[0].status = Status::Active;
    assert_eq!(outcome(&records, query("boots")), "flight own: Some(2000) Some(3000) 1000");
    records.listings[0].start_time = None;
    assert_eq!(outcome(&records, query("boots")), "flight of g: None Some(500) 1000");
    records.groups[0].end_time = None;
    assert_eq!(outcome(&records, query("red boots")), "0 shoes: lacks shoes");
    let everything = "red old shoes free trial";
    assert_eq!(outcome(&records, query(everything)), "blocked own: red at red");
    records.listings[0].negatives.clear();
    let blocked = "blocked own list brand: \"free trial\" at free trial";
    assert_eq!(outcome(&records, query(everything)), blocked);
    records.listings[0].negative_lists.clear();
    assert_eq!(outcome(&records, query(everything)), "blocked of g: old at old");
    records.groups[0].negatives.clear();
    records.groups[0].negative_lists = vec!["brand".to_owned()];
    let blocked = "blocked of g list brand: \"free trial\" at free trial";
    assert_eq!(outcome(&records, query(everything)), blocked);
    let shoes = "shoes";
    assert_eq!(outcome(&records, sent(shoes, 0)), "targeting own: age >= 21 [age not sent]");
    assert_eq!(outcome(&records, sent(shoes, 1)), "targeting own: age >= 21 [age=Int(20)]");
    records.listings[0].targeting = "country == \"US\" || vip".to_owned();
    assert_eq!(
        outcome(&records, sent(shoes, 2)),
        "targeting own: country == \"US\" || vip [country=String(\"FR\"), vip not sent]"
    );
    records.listings[0].targeting.clear();
    assert_eq!(outcome(&records, query(shoes)), "targeting of g: has(device) [device not sent]");
    records.groups[0].targeting.clear();
    assert_eq!(outcome(&records, query(shoes)), "0 0 shoes at shoes");
    records.listings[0].id = "another".to_owned();
    assert_eq!(outcome(&records, query(shoes)), "not found");
}

#[test]
fn a_whole_text_has_its_answer_and_what_was_brought_up_in_vain() {
    let mut listings = [
        listing("best", &["shoes"]),
        listing("blocked", &["shoes", "-red"]),
        listing("other", &["boots"]),
        listing("paused", &["red shoes"]),
        listing("worst", &["red"]),
    ];
    listings[0].bid_micros = Some(5);
    listings[3].status = Status::Paused;
    let index = Records::from(&listings[..]).index();
    let mut explainer = Explainer::new(TextLimits::default());
    let ids = |limit, explainer: &mut Explainer| {
        let query = Query { limit, ..query("red shoes") };
        let all = explainer.explain_text(&index, &query).expect("the text is short");
        assert_eq!((all.total, all.total_exact, all.incomplete), (2, true, false));
        assert!(!all.more_misses);
        let ids = |of: &[crate::Explanation]| {
            of.iter().map(|of| of.listing_id.clone()).collect::<Vec<_>>().join(" ")
        };
        (ids(&all.matches), ids(&all.misses))
    };
    let misses = "blocked paused".to_owned();
    assert_eq!(ids(10, &mut explainer), ("best worst".to_owned(), misses.clone()));
    assert_eq!(ids(1, &mut explainer), ("best".to_owned(), misses));
    let long = "x".repeat(70_000);
    assert!(explainer.explain_text(&index, &query(&long)).is_err());
    assert!(explainer.explain(&index, &query(&long), "best").is_err());
}

#[test]
fn records_are_read_back_as_they_were_loaded() {
    let time = |seconds| Some(Time { seconds, nanos: 5 });
    let mut full = listing("l", &["Cheap  Shoes", "\"^a b\"", "[c]", "/d+efg/", "-\"x y\"", "-Z"]);
    full.keywords[1].bid_micros = Some(9);
    full.group = Some("g".to_owned());
    full.negative_lists = vec!["brand".to_owned()];
    full.targeting = "x == 1".to_owned();
    full.bid_micros = Some(4);
    full.quality = 0.5;
    full.status = Status::Paused;
    (full.start_time, full.end_time) = (time(1), time(2));
    full.payload = b"payload".to_vec();
    let plain = listing("m", &["only"]);
    let group = Group {
        id: "g".to_owned(),
        status: Status::Paused,
        start_time: time(3),
        end_time: time(4),
        targeting: "y".to_owned(),
        negatives: negatives(&["Old"]),
        negative_lists: vec!["brand".to_owned(), "empty".to_owned()],
        bid_micros: Some(3),
    };
    let brand = NegativeList { name: "brand".to_owned(), negatives: negatives(&["casino"]) };
    let records = Records {
        listings: vec![plain.clone(), full.clone()],
        groups: vec![group.clone()],
        lists: vec![brand.clone(), NegativeList::new("empty")],
    };
    let index = records.index();
    let by_notation = |mut listing: Listing| {
        listing.negatives.sort_by_key(ToString::to_string);
        listing
    };
    let read = |id: &str| index.find_listing(id).map(|found| by_notation(index.listing(found)));
    assert_eq!(read("l"), Some(by_notation(full)));
    assert_eq!(read("m"), Some(plain));
    assert_eq!((read("k"), read("n"), read("")), (None, None, None));
    assert_eq!(index.group("g"), Some(group));
    assert_eq!(index.negative_list("brand"), Some(brand));
    assert_eq!(index.negative_list("empty"), Some(NegativeList::new("empty")));
    assert_eq!((index.group("h"), index.negative_list("x")), (None, None));
    let after = |id| {
        let listings = index.listings_after(id).map(|listing| index.listing_id(listing).to_owned());
        listings.collect::<Vec<_>>()
    };
    assert_eq!(after(None), ["l", "m"]);
    assert_eq!(
        (after(Some("l")), after(Some("lx")), after(Some("m"))),
        (vec!["m".into()], vec!["m".into()], vec![])
    );
    assert_eq!(index.find_listing("l").and_then(|found| index.group_of(found)), Some("g"));
}

#[test]
fn an_explanation_says_what_an_answer_that_was_cut_short_says() {
    // The keyword's word is rare and comes first.
    let mut careful = listing("l", &["rare"]);
    careful.negative_lists = vec!["empty".to_owned()];
    let lists = vec![NegativeList::new("empty")];
    let mut listings = vec![careful];
    listings
        .extend((0..50).map(|n| listing(&format!("x{n}"), &["common", &format!("common {n}")])));
    let records = Records { listings, lists, ..Records::default() };
    let index = records.index();
    let query = Query { limit: 100, ..query("rare common") };
    let (mut cut_short, mut matched) = (0, 0);
    for steps in 0..200 {
        let mut scratch = crate::Scratch::with_steps(TextLimits::default(), steps);
        crate::match_batch(&index, &[query], &mut scratch);
        let answer = scratch.answers().next().expect("one query has one answer");
        let is_hit = answer.hits.iter().any(|hit| index.listing_id(hit.listing) == "l");
        let mut explainer = Explainer::with_steps(TextLimits::default(), steps);
        let outcome = explainer.explain(&index, &query, "l").expect("the text is short").outcome;
        assert_eq!(matches!(outcome, Outcome::Matched(_)), is_hit, "{steps} steps: {outcome:?}");
        cut_short += usize::from(is_hit && answer.incomplete);
        matched += usize::from(is_hit && !answer.incomplete);
    }
    assert!(cut_short > 0 && matched > 0, "some of these limits are too low and some are not");
}

#[test]
fn what_a_keyword_lacks_is_told_once() {
    check(&["[new york new york]"], "york", "0 [new york new york]: lacks new");
    check(&["\"c #c c d\""], "d", "0 \"c #c c d\": lacks c #c");
}

#[test]
fn attributes_are_told_as_they_count() {
    let records = of(Listing { targeting: "age >= 21".to_owned(), ..listing("l", &["a"]) });
    let age = |value| Attribute { name: "age", value: AttributeValue::Int(value) };
    let check = |shared: &[Attribute<'_>], own: &[Attribute<'_>], expected: i64| {
        let query = Query { attributes: Attributes { shared, own }, ..query("a") };
        let expected = format!("targeting own: age >= 21 [age=Int({expected})]");
        assert_eq!(outcome(&records, query), expected);
    };
    check(&[age(1), age(2)], &[], 2);
    check(&[age(1)], &[age(3), age(4)], 4);
}

/// Their ids, in order.
fn ids(explained: &[Explanation]) -> String {
    let ids = explained.iter().map(|of| of.listing_id.as_str());
    ids.collect::<Vec<_>>().join(" ")
}

#[test]
fn listings_of_shared_keywords_are_explained() {
    let mut listings = [
        listing("a", &["shoes"]),
        listing("b", &["shoes"]),
        listing("c", &["shoes", "[red shoes]"]),
    ];
    listings[1].status = Status::Paused;
    let builder = Records::from(&listings[..]).builder().with_shared_listings_max(1);
    let index = builder.finish().expect("nothing is referred to");
    let mut explainer = Explainer::new(TextLimits::default());
    for (text, keyword) in [("shoes", 0), ("red shoes", 1)] {
        let explained = explainer.explain(&index, &query(text), "c").expect("the text is short");
        let Outcome::Matched(matched) = explained.outcome else {
            panic!("{explained:?}");
        };
        assert_eq!(matched.keyword_index, keyword, "{text}");
    }
    let all = explainer.explain_text(&index, &query("red shoes")).expect("the text is short");
    assert_eq!((ids(&all.matches), ids(&all.misses)), ("c a".to_owned(), "b".to_owned()));
}

#[test]
fn misses_are_told_up_to_the_most() {
    let mut explainer = Explainer::new(TextLimits::default());
    for (count, more) in [(100, false), (101, true)] {
        let paused = |number: u32| Listing {
            status: Status::Paused,
            ..listing(&format!("{number:03}"), &["a"])
        };
        let listings: Vec<_> = (0..count).map(paused).collect();
        let index = Records::from(&listings[..]).index();
        let all = explainer.explain_text(&index, &query("a")).expect("the text is short");
        assert_eq!((all.misses.len(), all.more_misses), (100, more), "{count} misses");
        assert_eq!(all.misses[99].listing_id, "099");
    }
}

#[test]
fn so_many_listings_that_a_text_brings_up_are_looked_at() {
    let mut explainer = Explainer::new(TextLimits::default());
    for (count, more) in [(2_000, false), (2_001, true)] {
        let listings: Vec<_> = (0..count)
            .map(|number: u32| {
                let keyword = if number.is_multiple_of(2) { "even" } else { "odd" };
                listing(&number.to_string(), &[keyword])
            })
            .collect();
        let index = Records::from(&listings[..]).index();
        let all = explainer.explain_text(&index, &query("even odd")).expect("the text is short");
        assert_eq!((all.misses.len(), all.more_misses), (0, more), "{count} listings");
    }
}

#[test]
fn a_search_that_was_stopped_says_so() {
    // Each phrase is tried at each of 8,000 places.
    let phrases = (1..=14)
        .map(|words| listing(&words.to_string(), &[&format!("\"{}\"", "a ".repeat(words))]));
    let mut records = Records { listings: phrases.collect(), ..Records::default() };
    let text = "a ".repeat(8_000) + "b";
    records.listings.push(listing("l", &["b"]));
    assert_eq!(outcome(&records, query(&text)), "0 0 b at b", "nothing is against it");
    records.listings[14] = listing("l", &["b", "-c"]);
    assert_eq!(outcome(&records, query(&text)), "incomplete", "a negative might match");
    assert_eq!(outcome(&records, query("a b")), "0 0 b at b");
    records.listings[14] = listing("l", &["c"]);
    assert_eq!(outcome(&records, query(&text)), "incomplete", "another keyword might match");
    assert_eq!(outcome(&records, query("a b")), "0 c: lacks c");
}

#[test]
fn explaining_a_text_is_bounded() {
    // A step for each of 60 negatives that the text fires and that each listing is asked about.
    let notations = |letter: &str| (0..60).map(|n| format!("-{letter}{n}")).collect::<Vec<_>>();
    let (fired, others) = (notations("fired"), notations("other"));
    let with = |id: &str, negatives: &[String]| {
        let negatives: Vec<_> = negatives.iter().map(String::as_str).collect();
        listing(id, &[&["a"], &negatives[..]].concat())
    };
    let text = fired.join(" ") + " a";
    let mut explainer = Explainer::new(TextLimits::default());
    for (count, more) in [(1_600, false), (1_700, true)] {
        let mut listings = vec![with("blocked", &fired)];
        listings.extend((0..count).map(|number: u32| with(&number.to_string(), &others)));
        let index = Records::from(&listings[..]).index();
        let all = explainer.explain_text(&index, &query(&text)).expect("the text is short");
        assert_eq!((ids(&all.misses).is_empty(), all.more_misses), (more, more), "{count}");
    }
}

#[test]
fn what_a_list_fires_is_of_the_text_at_hand() {
    let mut refers = listing("l", &["a"]);
    refers.negative_lists = vec!["brand".to_owned()];
    let mut records = of(refers);
    records.lists = vec![NegativeList { name: "brand".to_owned(), negatives: negatives(&["red"]) }];
    let index = records.index();
    let mut explainer = Explainer::new(TextLimits::default());
    for (text, matches) in [("a", true), ("red a", false), ("a blue", true)] {
        let explained = explainer.explain(&index, &query(text), "l").expect("the text is short");
        assert_eq!(matches!(explained.outcome, Outcome::Matched(_)), matches, "{text}");
    }
}

#[test]
fn what_is_read_back_has_each_reference_once_and_anchors() {
    let twice = vec!["brand".to_owned(); 2];
    let mut anchored = listing("l", &["\"a b$\"", "[c]", "\"^d\"", "-\"^x y\"", "-\"x z$\""]);
    (anchored.group, anchored.negative_lists) = (Some("g".to_owned()), twice.clone());
    let group = Group { negative_lists: twice, bid_micros: Some(3), ..Group::new("g") };
    let lists = vec![NegativeList::new("brand")];
    let records = Records { listings: vec![anchored.clone()], groups: vec![group], lists };
    let index = records.index();
    let read = index.listing(index.find_listing("l").expect("it was added"));
    anchored.negative_lists.truncate(1);
    assert_eq!(read, anchored, "and no bid that is the group's");
    assert_eq!(index.group("g").map(|group| group.negative_lists), Some(vec!["brand".to_owned()]));
}
