//! What only the whole inventory tells: references and their targets.

use crate::IndexBuilder;
use crate::group::Group;
use crate::limits::TextLimits;
use crate::listing::Listing;
use crate::matching::{Scratch, match_batch};
use crate::negative_list::NegativeList;
use crate::record::{Field, Reason, Record, RecordError, Unresolved};

use super::records::{listing, negatives, query};

fn unresolved(record: Record, field: Field, reason: Reason) -> Unresolved {
    Unresolved { record, error: RecordError { field, reason } }
}

#[test]
fn what_does_not_exist_refuses_the_inventory() {
    let mut builder = IndexBuilder::new();
    builder.add(&listing("good", &["a"])).expect("it is good");
    let mut bad = listing("bad", &["a"]);
    bad.group = Some("nobody".to_owned());
    bad.negative_lists = vec!["brand".to_owned(), "nothing".to_owned()];
    builder.add(&bad).expect("what it refers to may come later");
    let group = Group { negative_lists: vec!["gone".to_owned()], ..Group::new("g") };
    builder.add_group(&group).expect("what it refers to may come later");
    builder.add_negative_list(&NegativeList::new("brand")).expect("it is good");
    let expected = [
        unresolved(Record::Listing(1), Field::Group, Reason::UnknownGroup("nobody".to_owned())),
        unresolved(
            Record::Listing(1),
            Field::NegativeList(1),
            Reason::UnknownNegativeList("nothing".to_owned()),
        ),
        unresolved(
            Record::Group(0),
            Field::NegativeList(0),
            Reason::UnknownNegativeList("gone".to_owned()),
        ),
    ];
    assert_eq!(builder.finish().map(|_| ()), Err(expected.to_vec()));
    assert_eq!(Reason::UnknownGroup(String::new()).code(), "UNKNOWN_REFERENCE");
}

#[test]
fn a_group_that_was_refused_does_not_exist() {
    let mut builder = IndexBuilder::new();
    let mut bad = listing("l", &["a"]);
    bad.group = Some("g".to_owned());
    builder.add(&bad).expect("what it refers to may come later");
    let group = Group { negatives: negatives(&["?!"]), ..Group::new("g") };
    let error = RecordError { field: Field::Negative(0), reason: Reason::KeywordEmpty };
    assert_eq!(builder.add_group(&group), Err(vec![error]));
    assert!(builder.finish().is_err());
}

#[test]
fn a_group_that_is_only_named_asks_nothing_and_may_be_described_before_or_after() {
    for described_first in [false, true] {
        let mut builder = IndexBuilder::new();
        let mut grouped = listing("l", &["a"]);
        grouped.group = Some("g".to_owned());
        let group = Group { bid_micros: Some(5), ..Group::new("g") };
        if described_first {
            builder.add_group(&group).expect("it is good");
        }
        builder.name_group("g");
        builder.add(&grouped).expect("it is good");
        if !described_first {
            builder.add_group(&group).expect("it was only named before");
        }
        let index = builder.finish().expect("all exists");
        assert_eq!(index.group("g").and_then(|group| group.bid_micros), Some(5));
        assert_eq!(index.counts().groups, 1);
    }
}

#[test]
fn names_are_used_once() {
    let mut builder = IndexBuilder::new();
    for ordinal in 0..2 {
        let group = builder.add_group(&Group::new("g"));
        let list = builder.add_negative_list(&NegativeList::new("l"));
        if ordinal == 0 {
            assert_eq!((group, list), (Ok(()), Ok(())));
            continue;
        }
        let again = |field| vec![RecordError { field, reason: Reason::DuplicateId(0) }];
        assert_eq!((group, list), (Err(again(Field::Id)), Err(again(Field::Name))));
    }
}

#[test]
fn bad_groups_and_lists_are_refused_with_field_and_reason() {
    let check_group = |change: fn(&mut Group), field, reason| {
        let mut group = Group::new("g");
        change(&mut group);
        assert_eq!(IndexBuilder::new().add_group(&group), Err(vec![RecordError { field, reason }]));
    };
    check_group(|group| group.id.clear(), Field::Id, Reason::Empty);
    check_group(|group| group.id = "x".repeat(129), Field::Id, Reason::TooLong(128));
    check_group(
        |group| group.negative_lists = vec![String::new()],
        Field::NegativeList(0),
        Reason::Empty,
    );
    check_group(
        |group| group.negative_lists = vec!["x".to_owned(); 101],
        Field::NegativeLists,
        Reason::TooLong(100),
    );
    check_group(
        |group| group.negatives = negatives(&["a", "!"]),
        Field::Negative(1),
        Reason::KeywordEmpty,
    );
    let time = |seconds| Some(crate::Time { seconds, nanos: 0 });
    let at = time(5);
    let mut ended = Group::new("g");
    (ended.start_time, ended.end_time) = (at, at);
    let error = RecordError { field: Field::EndTime, reason: Reason::EndsBeforeStart };
    assert_eq!(IndexBuilder::new().add_group(&ended), Err(vec![error]));
    let unnamed = NegativeList::new("");
    let error = RecordError { field: Field::Name, reason: Reason::Empty };
    assert_eq!(IndexBuilder::new().add_negative_list(&unnamed), Err(vec![error]));
}

#[test]
fn a_bad_targeting_is_refused_with_its_position() {
    let mut bad = listing("l", &["a"]);
    bad.targeting = "country = \"US\"".to_owned();
    let errors = IndexBuilder::new().add(&bad).expect_err("it is bad");
    let [RecordError { field: Field::Targeting, reason: Reason::Targeting(error) }] = &errors[..]
    else {
        panic!("{errors:?}");
    };
    assert_eq!(error.position(), 8);
    let group = Group { targeting: "1 + 1".to_owned(), ..Group::new("g") };
    assert!(IndexBuilder::new().add_group(&group).is_err());
}

#[test]
fn a_score_that_the_bid_of_a_group_makes_infinite_refuses_the_inventory() {
    let mut builder = IndexBuilder::new();
    for (id, bid_micros) in [("uses it", None), ("has its own", Some(1))] {
        let mut listing = listing(id, &["a", "b"]);
        (listing.quality, listing.group, listing.bid_micros) =
            (1e300, Some("g".to_owned()), bid_micros);
        builder.add(&listing).expect("its own score is finite");
    }
    for (id, bids) in [("a keyword uses it", [Some(1), None]), ("no keyword does", [Some(1); 2])] {
        let mut listing = listing(id, &["a", "b"]);
        (listing.quality, listing.group) = (1e300, Some("g".to_owned()));
        listing.keywords.iter_mut().zip(bids).for_each(|(keyword, bid)| keyword.bid_micros = bid);
        builder.add(&listing).expect("its own score is finite");
    }
    let group = Group { bid_micros: Some(1_000_000_000), ..Group::new("g") };
    builder.add_group(&group).expect("it is good");
    let refused =
        |ordinal| unresolved(Record::Listing(ordinal), Field::Quality, Reason::ScoreNotFinite);
    assert_eq!(builder.finish().map(|_| ()), Err(vec![refused(0), refused(2)]));
}

#[test]
fn nothing_of_a_refused_group_or_list_stays() {
    let mut grouped = listing("l", &["shoes"]);
    grouped.group = Some("g".to_owned());
    grouped.negative_lists = vec!["brand".to_owned()];
    let bad = negatives(&["red", "/cas+ino/", "?!"]);
    let mut builder = IndexBuilder::new();
    builder.add(&grouped).expect("what it refers to may come later");
    let bad_group = Group { negatives: bad.clone(), ..Group::new("g") };
    builder.add_group(&bad_group).expect_err("a negative is empty");
    let bad_list = NegativeList { name: "brand".to_owned(), negatives: bad };
    builder.add_negative_list(&bad_list).expect_err("a negative is empty");
    builder.add_group(&Group::new("g")).expect("the bad one was not added");
    builder.add_negative_list(&NegativeList::new("brand")).expect("the bad one was not added");
    let index = builder.finish().expect("all exists");
    index.validate().expect("an index just built is valid");
    let counts = index.counts();
    assert_eq!((counts.negatives, counts.patterns, counts.regexes), (0, 1, 0));
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &[query("red shoes"), query("casino")], &mut scratch);
    let totals: Vec<_> = scratch.answers().map(|answer| answer.total).collect();
    assert_eq!(totals, [1, 0]);
}

#[test]
fn a_group_that_is_only_named_exists() {
    let mut grouped = listing("l", &["a"]);
    grouped.group = Some("g".to_owned());
    let mut builder = IndexBuilder::new();
    builder.add(&grouped).expect("what it refers to may come later");
    builder.name_group("g");
    let index = builder.finish().expect("all exists");
    assert_eq!((index.group("g"), index.counts().groups), (Some(Group::new("g")), 1));
}

#[test]
fn what_is_used_again_is_told_with_the_record_that_has_it() {
    let mut builder = IndexBuilder::new();
    for id in ["a", "b", "c"] {
        builder.add(&listing(id, &["x"])).expect("it is good");
        builder.add_group(&Group::new(id)).expect("it is good");
        builder.add_negative_list(&NegativeList::new(id)).expect("it is good");
    }
    let again = |field| Err(vec![RecordError { field, reason: Reason::DuplicateId(1) }]);
    assert_eq!(builder.add(&listing("b", &["x"])), again(Field::Id));
    assert_eq!(builder.add_group(&Group::new("b")), again(Field::Id));
    assert_eq!(builder.add_negative_list(&NegativeList::new("b")), again(Field::Name));
}

#[test]
fn names_and_references_of_just_the_most_are_taken() {
    let longest = "x".repeat(128);
    let mut list = NegativeList::new(longest.clone());
    let mut group = Group::new(longest.clone());
    group.negative_lists = vec![longest.clone(); 100];
    let mut grouped = listing("l", &["a"]);
    (grouped.group, grouped.negative_lists) = (Some(longest.clone()), group.negative_lists.clone());
    let mut builder = IndexBuilder::new();
    builder.add(&grouped).expect("it is just short enough");
    builder.add_group(&group).expect("it is just short enough");
    builder.add_negative_list(&list).expect("it is just short enough");
    builder.finish().expect("all exists");
    list.name.push('x');
    let error = RecordError { field: Field::Name, reason: Reason::TooLong(128) };
    assert_eq!(IndexBuilder::new().add_negative_list(&list), Err(vec![error]));
    grouped.negative_lists.push(longest);
    let error = RecordError { field: Field::NegativeLists, reason: Reason::TooLong(100) };
    assert_eq!(IndexBuilder::new().add(&grouped), Err(vec![error]));
}

#[test]
fn a_name_of_an_attribute_is_in_lower_case_to_its_end() {
    for (targeting, taken) in [("geo.city", true), ("geo.citY", false), ("geO.city", false)] {
        let bad = Listing { targeting: targeting.to_owned(), ..listing("l", &["a"]) };
        let added = IndexBuilder::new().add(&bad);
        let codes = added.map_err(|errors| errors.iter().map(|e| e.reason.code()).collect());
        assert_eq!(codes, if taken { Ok(()) } else { Err(vec!["TARGETING_INVALID"]) });
    }
}

#[test]
fn references_that_do_not_exist_are_told_up_to_the_most() {
    let mut builder = IndexBuilder::new();
    for id in 0..101 {
        let mut refers = listing(&id.to_string(), &["a"]);
        refers.negative_lists = (0..100).map(|n| format!("list {n}")).collect();
        builder.add(&refers).expect("what it refers to may come later");
    }
    assert_eq!(builder.unresolved().len(), 10_000);
    assert_eq!(builder.finish().map(|_| ()).map_err(|unresolved| unresolved.len()), Err(10_000));
}
