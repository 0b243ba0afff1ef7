//! An index taken apart into sections and put together again, and what is refused on the way.

use std::collections::HashMap;

use broadside_memory::{Array, Plain};

use crate::index::{Index, Sections, SectionsError};
use crate::listing::Listing;

use super::cases::index;
use super::properties::inventory;
use super::random::Random;
use super::records::listing;

/// Sections by name, each with the bytes of an element.
struct Copied(HashMap<String, (usize, Vec<u8>)>);

impl Copied {
    fn of(index: &Index) -> Copied {
        index.with_sections(|sections| {
            let all = sections.iter().map(|section| {
                (section.name.to_owned(), (section.element_bytes, section.bytes.to_vec()))
            });
            let copied = Copied(all.collect());
            assert_eq!(copied.0.len(), sections.len(), "names are distinct");
            copied
        })
    }
}

impl Sections for Copied {
    type Error = String;

    fn array<T: Plain>(&self, name: &str) -> Result<Array<T>, String> {
        let (element_bytes, bytes) = self.0.get(name).ok_or(format!("{name} is missing"))?;
        assert_eq!(*element_bytes, size_of::<T>(), "{name}");
        let elements = bytes.chunks(*element_bytes).map(T::read_from_bytes);
        elements.collect::<Result<Vec<T>, _>>().map(Array::from).map_err(|_| name.to_owned())
    }
}

fn sample() -> Index {
    let mut rich = listing("rich", &["red shoes", "\"red shoes\"", "[red]", "-blue", "/red\\d/"]);
    rich.targeting = "country in [\"US\", \"GB\"]".to_owned();
    rich.payload = b"payload".to_vec();
    rich.keywords[0].bid_micros = Some(7);
    index(&[rich, listing("plain", &["red shoes", "pneumonoultramicroscopicsilico"])])
}

#[test]
fn an_index_put_together_from_its_sections_is_the_same() {
    let built = sample();
    let sections = Copied::of(&built);
    let again = Index::from_sections(&sections).expect("nothing was changed");
    again.validate().expect("it is valid");
    assert_eq!(Copied::of(&again).0, sections.0);
    assert_eq!(again.counts(), built.counts());
    for id in built.listings_after(None) {
        assert_eq!(again.listing(id), built.listing(id));
    }
}

#[test]
fn each_section_is_needed_and_belongs_to_the_others() {
    let sections = Copied::of(&sample());
    let names: Vec<_> = sections.0.keys().cloned().collect();
    for name in names {
        let mut without = Copied(sections.0.clone());
        without.0.remove(&name);
        let error = Index::from_sections(&without).expect_err(&name);
        assert_eq!(error, SectionsError::Section(format!("{name} is missing")));
    }
    let lengths = ["numbers", "id_ends", "payload_ends", "first_texts", "negative_ends"];
    let of_rules = ["list_sets", "group_ends", "group_rules", "group_bids", "shared_starts"];
    let others = ["listings", "negatives", "regex_patterns"];
    let of_arenas = ["id", "payload", "piece", "negative", "list", "group", "regex", "targ"];
    let chunks = of_arenas.map(|arena| format!("{arena}_chunks"));
    let names = lengths.into_iter().chain(of_rules).chain(others);
    for name in names.chain(chunks.iter().map(String::as_str)) {
        let mut longer = Copied(sections.0.clone());
        let (element_bytes, bytes) = longer.0.get_mut(name).expect("it is there");
        bytes.extend(vec![0; *element_bytes]);
        let error = Index::from_sections(&longer).expect_err(name);
        assert!(matches!(error, SectionsError::Content(_)), "{name}");
    }
    for (name, source) in [("regexes", &b"(("[..]), ("targetings", b"&&")] {
        let mut wrong = Copied(sections.0.clone());
        let bytes = &mut wrong.0.get_mut(name).expect("it is there").1;
        bytes[..2].copy_from_slice(source);
        assert_eq!(Index::from_sections(&wrong).err(), Some(SectionsError::Content(name)));
    }
}

#[test]
fn numbers_that_no_index_has_are_refused() {
    let sections = Copied::of(&sample());
    let slots = sections.0["words"].1.len() / sections.0["words"].0;
    let words = u64::try_from(slots).expect("there are few");
    for (number, value) in [(1, words), (1, 1 << 32), (2, 1 << 32)] {
        let mut wrong = Copied(sections.0.clone());
        let bytes = &mut wrong.0.get_mut("numbers").expect("it is there").1;
        bytes[8 * number..][..8].copy_from_slice(&value.to_ne_bytes());
        assert!(Index::from_sections(&wrong).is_err(), "{number}: {value}");
    }
}

/// Patterns and rules refer to expressions by their numbers: two that are equal would be one.
#[test]
fn expressions_that_would_have_other_numbers_are_refused() {
    let mut listing = listing("l", &["/red\\d/", "/tan\\d/"]);
    listing.targeting = "has(a)".to_owned();
    let mut other = Listing { id: "m".to_owned(), ..listing.clone() };
    other.targeting = "has(b)".to_owned();
    let sections = Copied::of(&index(&[listing, other]));
    for name in ["regexes", "targetings"] {
        let mut wrong = Copied(sections.0.clone());
        let bytes = &mut wrong.0.get_mut(name).expect("it is there").1;
        let half = bytes.len() / 2;
        bytes.copy_within(..half, half);
        assert_eq!(Index::from_sections(&wrong).err(), Some(SectionsError::Content(name)));
    }
}

/// What several threads lay out is what one does, bit for bit, and so is what is taken apart and put together.
#[test]
fn an_index_does_not_depend_on_how_many_threads_lay_it_out() {
    for seed in 0..300 {
        let records = inventory(&mut Random(seed));
        let one = records.builder().with_leaf_patterns_max(2);
        let several = records.builder().with_leaf_patterns_max(2).with_thread_keywords_min(1);
        let (one, review) = one.finish_with_review(100).expect("all that is referred to exists");
        let one = Copied::of(&one);
        let several = several.finish_with_review(100).expect("all that is referred to exists");
        let (several, review_of_several) = several;
        assert_eq!(review_of_several, review, "seed {seed}");
        several.validate().expect("an index just built is valid");
        assert_eq!(Copied::of(&several).0, one.0, "seed {seed}");
        let again = Index::from_sections(&one).expect("nothing was changed");
        assert_eq!(Copied::of(&again).0, one.0, "seed {seed}");
    }
}
