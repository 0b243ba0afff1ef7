//! Indexes in which one number is wrong: each is refused, and for that.

use broadside_memory::{Array, Plain};
use zerocopy::{FromBytes as _, IntoBytes as _};

use crate::group::Group;
use crate::index::keyword_texts::KeywordTexts;
use crate::index::leaves::PatternId;
use crate::index::listings::{Class, GroupId, Judged};
use crate::index::rules::{NegativeListId, NegativeSetId, Rules, RulesId, RulesRow, RulesTable};
use crate::index::shared_keywords::SharedKeywords;
use crate::index::trie::Edge;
use crate::index::vocabulary::Slot;
use crate::index::word::WordId;
use crate::index::{Index, ListingId};
use crate::negative_list::NegativeList;
use crate::targeting::TargetingId;

use super::records::{NOW, Records, listing, negatives};

/// Something of everything: patterns of all kinds, rules of listings, groups and lists.
fn sample() -> Index {
    let mut rich = listing("rich", &["a b", "a c", "a d", "[a]", "/red\\d/", "-x", "-y"]);
    rich.group = Some("g".to_owned());
    rich.negative_lists = vec!["brand".to_owned()];
    rich.targeting = "has(country)".to_owned();
    rich.payload = b"payload".to_vec();
    let mut plain = listing("plain", &["a b", "a", "/blue\\d/", "#a"]);
    plain.quality = 2.0;
    let group = Group { negatives: negatives(&["used"]), ..Group::new("g") };
    let records = Records {
        listings: vec![rich, plain],
        groups: vec![group, Group { start_time: Some(NOW), ..Group::new("h") }],
        lists: vec![NegativeList { name: "brand".to_owned(), negatives: negatives(&["x", "z"]) }],
    };
    records.index()
}

/// An index of listings with these keywords alone, in leaves of one pattern; what two listings have is shared by many.
fn of(keywords: &[&[&str]]) -> Index {
    let ids = ["l", "m", "n"];
    let listings = ids.iter().zip(keywords).map(|(id, keywords)| listing(id, keywords));
    let builder = Records::from(&listings.collect::<Vec<_>>()[..]).builder();
    let builder = builder.with_shared_listings_max(1).with_leaf_patterns_max(1);
    let index = builder.finish().expect("all that is referred to exists");
    index.validate().expect("an index just built is valid");
    index
}

fn edit<T: Plain>(array: &mut Array<T>, change: impl FnOnce(&mut Vec<T>)) {
    let mut all = array.to_vec();
    change(&mut all);
    *array = all.into();
}

/// What is said of an index after a change of it.
fn check_index(mut index: Index, change: impl FnOnce(&mut Index), expected: &str) {
    change(&mut index);
    let error = index.validate().expect_err(expected);
    assert!(error.contains(expected), "{error:?} instead of {expected:?}");
}

fn check(change: impl FnOnce(&mut Index), expected: &str) {
    check_index(sample(), change, expected);
}

/// The place of the first slot with a word, and its bytes: the filter is the first eight, the target the last four.
fn first_slot(index: &Index) -> (usize, [u8; 32]) {
    let slots = index.vocabulary.slots.iter().map(|slot| {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(slot.as_bytes());
        bytes
    });
    let has_word = |bytes: &[u8; 32]| bytes[24..28] != [0xff; 4] && bytes[28..] != [0xff; 4];
    slots.enumerate().find(|(_, bytes)| has_word(bytes)).expect("there is a word")
}

fn edit_first_slot(index: &mut Index, change: impl FnOnce(&mut [u8; 32])) {
    let (at, mut bytes) = first_slot(index);
    change(&mut bytes);
    let slot = Slot::read_from_bytes(&bytes).expect("it has its size");
    edit(&mut index.vocabulary.slots, |slots| slots[at] = slot);
}

#[test]
fn a_vocabulary_has_each_word_once() {
    check(|index| index.vocabulary.words -= 1, "vocabulary: word ");
    check(|index| index.vocabulary.words += 1, "a word is missing");
    let twice = |index: &mut Index| {
        let (at, _) = first_slot(index);
        edit(&mut index.vocabulary.slots, |slots| slots.push(slots[at]));
    };
    check(twice, "stands twice");
    check(|index| edit_first_slot(index, |bytes| bytes[..8].fill(0)), "the filter of another");
    let full = |index: &mut Index| {
        edit(&mut index.vocabulary.slots, |slots| {
            slots.retain(|slot| slot.as_bytes()[24..28] != [0xff; 4]);
        });
    };
    check(full, "no slot is empty");
}

#[test]
fn ways_have_the_filters_of_what_they_lead_to() {
    check(|index| edit_first_slot(index, |bytes| bytes[0] ^= 1), "the filter of its way");
    // Below the rarest word there is a node: its head, and then its edges.
    let check = |change: fn(&mut Vec<Edge>), expected| {
        let index = of(&[&["b c", "b d", "c w", "c x", "d y", "d z"]]);
        check_index(index, |index| edit(&mut index.trie.edges, change), expected);
    };
    check(|edges| edges[0].filter ^= 1, "that of its edges");
    check(|edges| edges[1].filter ^= 1, "filter of an edge");
    check(|edges| edges[1].word = WordId(0), "out of place");
}

#[test]
fn leaves_hold_the_patterns_of_their_ways() {
    // A leaf is its head, four bytes of summary, and the record: kind, listing and keyword, tokens.
    let check = |keywords: &[&[&str]], change: &dyn Fn(&mut Vec<u8>), expected| {
        check_index(of(keywords), |index| edit(&mut index.leaves.bytes, change), expected);
    };
    let broad: &[&[&str]] = &[&["a b"]];
    check(broad, &|bytes| bytes[0] = 0, "too few or too many");
    check(broad, &|bytes| bytes[1] ^= 1, "that of other words");
    check(broad, &|bytes| bytes[5] &= !3, "filed under other words");
    check(broad, &|bytes| bytes[9] = 0x80, "a listing that does not exist");
    check(&[&["x", "-a"]], &|bytes| bytes[5] &= !(1 << 4), "nobody's");
    check_index(of(broad), |index| index.leaves.words += 100, "a word does not exist");
    check(broad, &|bytes| bytes.push(0), "some belong to nothing");
    let moved = |index: &mut Index| {
        edit(&mut index.leaves.bytes, |bytes| bytes.insert(0, 0));
        edit_first_slot(index, |bytes| bytes[28] += 1);
    };
    check_index(of(broad), moved, "it does not follow the one before");
}

#[test]
fn postings_are_those_of_patterns_in_order() {
    let shared: &[&[&str]] = &[&["a"], &["a"]];
    let check = |change: &dyn Fn(&mut Index), expected| check_index(of(shared), change, expected);
    check(&|index| edit(&mut index.postings, |all| _ = all.pop()), "postings that do not exist");
    check(&|index| edit(&mut index.postings, |all| all.swap(0, 1)), "postings are not in order");
    let unknown = |index: &mut Index| {
        edit(&mut index.postings, |all| all[1].listing = ListingId(2));
    };
    check(&unknown, "a listing that does not exist");
    check(&|index| edit(&mut index.postings, |all| all.push(all[1])), "belong to no pattern");
    let moved = |index: &mut Index| {
        edit(&mut index.postings, |all| all.insert(0, all[0]));
        edit(&mut index.leaves.bytes, |bytes| bytes[6] += 1);
    };
    check(&moved, "they do not follow those before");
    let shared = |change: fn(&mut SharedKeywords), expected| {
        check(&|index| change(&mut index.shared), expected);
    };
    shared(|shared| edit(&mut shared.first_postings, |all| all[0] += 1), "they have no order");
    shared(|shared| edit(&mut shared.starts, |all| all[0] += 1), "somewhere else");
    shared(|shared| edit(&mut shared.by_score, |all| _ = all.pop()), "somewhere else");
    shared(|shared| edit(&mut shared.by_score, |all| all.swap(0, 1)), "they are not in order");
    shared(|shared| edit(&mut shared.by_score, |all| all.push(0)), "an order is nobody's");
}

#[test]
fn negatives_and_expressions_have_their_patterns() {
    let negative = |index: &mut Index| {
        edit(&mut index.negative_patterns, |all| all[0] = PatternId(all[0].0 + 1));
    };
    check(negative, "some belong to no pattern");
    check(|index| edit(&mut index.regex_patterns, |all| all.swap(0, 1)), "is another one's");
    check(
        |index| edit(&mut index.regex_patterns, |all| all.push(all[0])),
        "not a pattern for each",
    );
    let forgotten = |index: &mut Index| {
        edit(&mut index.regex_patterns, |all| all[0] = PatternId::NONE);
    };
    check(forgotten, "patterns of");
}

#[test]
fn listings_have_all_that_is_known_of_them() {
    check(|index| edit(&mut index.listings.ids.bytes, |all| all[0] = 0xff), "ids: a text is not");
    check(|index| edit(&mut index.listings.ids.bytes, |all| all[0] = b'z'), "after the one before");
    check(|index| edit(&mut index.listings.ids.ends, |all| all.push(all[1])), "values and");
    check(|index| edit(&mut index.listings.payloads.bytes, |all| all.push(0)), "payloads: ");
    check(|index| edit(&mut index.listings.payloads.ends, |all| all.push(all[1])), "payloads for");
    check(|index| edit(&mut index.negatives.bytes, |all| all.push(0)), "negatives: ");
    for quality in [f64::NAN, f64::INFINITY, -1.0] {
        let change = |index: &mut Index| {
            edit(&mut index.listings.qualities, |all| all[0] = quality);
        };
        check_index(of(&[&["a"]]), change, "a quality makes no score");
    }
    let judged = |quality, class, has_rules| {
        move |index: &mut Index| {
            edit(&mut index.listings.judged, |all| {
                all[0] = Judged::new(0, quality, class, has_rules);
            });
        }
    };
    let listings = sample().listings;
    let [plain, rich] = [0, 1].map(|listing: usize| listings.judged[listing].class());
    let number = |class: usize| u32::try_from(class).expect("there are few classes");
    check(judged(99, number(plain), false), "its quality does not exist");
    check(judged(0, 99, false), "its class does not exist");
    check(judged(0, number(plain), true), "its rules are not announced");
    check(judged(0, number(rich), false), "its rules are not announced");
    let class = |change: fn(&mut Class)| {
        move |index: &mut Index| {
            edit(&mut index.listings.classes, |all| change(&mut all[rich]));
        }
    };
    check(class(|class| class.own_rules = RulesId(99)), "its rules or its group do not exist");
    check(class(|class| class.group_rules = RulesId::NONE), "its rules or its group do not exist");
    check(class(|class| class.group = GroupId(99)), "its rules or its group do not exist");
}

#[test]
fn rules_refer_to_what_is_there() {
    let check = |change: &dyn Fn(&mut RulesTable), expected| {
        check(|index| change(&mut index.rules), expected);
    };
    check(&|rules| edit(&mut rules.group_rules, |all| all.push(all[0])), "groups: not 2");
    check(&|rules| edit(&mut rules.group_bids, |all| all.push(all[0])), "groups: not 2");
    // No listing is in the second group.
    check(&|rules| edit(&mut rules.group_rules, |all| all[1] = RulesId(99)), "groups: rules 99");
    check(&|rules| edit(&mut rules.list_sets, |all| all.push(all[0])), "negative lists: not 1");
    let set = |to| {
        move |rules: &mut RulesTable| {
            edit(&mut rules.list_sets, |all| all[0] = to);
        }
    };
    check(&set(NegativeSetId(99)), "set 99 does not exist");
    let row = |change: fn(&mut Rules), flight| {
        move |rules: &mut RulesTable| {
            let mut first = rules.get(RulesId(0));
            change(&mut first);
            edit(&mut rules.rows, |all| all[0] = RulesRow::new(&first, flight));
        }
    };
    check(&row(|_| (), Some(99)), "rules 0: they refer");
    check(&row(|rules| rules.negatives = Some(NegativeSetId(99)), None), "rules 0: they refer");
    check(&row(|rules| rules.lists = (0, 99), None), "rules 0: they refer");
    check(&row(|rules| rules.targeting = Some(TargetingId(99)), None), "rules 0: they refer");
    let references = |rules: &mut RulesTable| {
        edit(&mut rules.list_references, |all| all[0] = NegativeListId(99));
    };
    check(&references, "they refer to what does not exist");
    check(&|rules| edit(&mut rules.sets.patterns, |all| all.reverse()), "out of order");
    check(&|rules| edit(&mut rules.sets.patterns, |all| all[0] = PatternId(0)), "out of order");
    check(&|rules| edit(&mut rules.sets.ends, |all| all[0] = 0), "is empty");
}

#[test]
fn keyword_texts_are_read_to_their_end() {
    let check = |change: &dyn Fn(&mut KeywordTexts), expected| {
        check(|index| change(&mut index.listings.keywords), expected);
    };
    check(&|texts| edit(&mut texts.pieces.bytes, |all| all[0] = 0xff), "pieces: a text is not");
    check(&|texts| edit(&mut texts.first_entry, |all| all[0] = all[1]), "of two listings or none");
    check(&|texts| edit(&mut texts.first_entry, |all| all[0] = 99), "of two listings or none");
    check(&|texts| edit(&mut texts.first_entry, |all| all[1] += 1), "is nobody's");
    check(&|texts| edit(&mut texts.marks, |all| all[0] = 1), "is not where its mark is");
    // The first entry is a byte for its kind, and the numbers of its two pieces.
    check(&|texts| edit(&mut texts.entries, |all| all[1] = 0x7f), "cannot be read");
    check(&|texts| edit(&mut texts.entries, |all| _ = all.pop()), "cannot be read");
    let cut = |texts: &mut KeywordTexts| {
        // The last number of a piece says that it has two bytes.
        edit(&mut texts.entries, |all| *all.last_mut().expect("there are entries") = 0x80);
    };
    check(&cut, "cannot be read");
    check(&|texts| edit(&mut texts.marks, |all| all.push(all[0])), "do not end together");
}

/// A listing of a shared keyword was scored before its quality was looked for, and that panicked.
#[test]
fn a_quality_that_does_not_exist_is_an_error_of_shared_keywords_too() {
    let index = of(&[&["a"], &["a"], &["a"]]);
    let without = |index: &mut Index| index.listings.qualities = Vec::new().into();
    check_index(index, without, "its quality does not exist");
}
