//! Compiled inventories as sources: written from a load, mapped, and matched; refused if anything in them is not as it was.

use std::fs;

use broadside_core::{Attributes, Query, Scratch, TextLimits, Time, match_batch};

use super::{load, source};
use crate::{
    CompiledSection, Format, Loaded, ReadError, ReadOptions, Source, read, write_compiled,
    write_loaded,
};

const INVENTORY: &str = r##"{"group": {"id": "g", "bid_micros": 7, "negatives": ["-used"], "targeting": "has(country)"}}
{"negative_list": {"name": "safety", "keywords": ["-casino", "-[poker chips]"]}}
{"listing": {"id": "shoes", "group": "g", "keywords": ["running shoes", "\"trail  Shoes\"", "[#shoes]", "/run(ning)? shoes?/"], "payload": "<a>"}}
{"listing": {"id": "chips", "keywords": [{"text": "poker chips", "match_type": "BROAD", "bid_micros": 3}, "chips"], "bid_micros": 2, "quality": 0.5, "negative_lists": ["safety"], "start_time": "2026-01-01T00:00:00Z"}}
{"listing": {"id": "paused", "status": "PAUSED", "keywords": ["chips"], "targeting": "country == \"US\""}}
"##;

/// Two inventories answer alike, and give the same records.
fn check_same(a: &Loaded, b: &Loaded) {
    assert_eq!(a.index.counts(), b.index.counts());
    let listings = |loaded: &Loaded| {
        let ids = loaded.index.listings_after(None);
        ids.map(|id| loaded.index.listing(id)).collect::<Vec<_>>()
    };
    assert_eq!(listings(a), listings(b));
    assert_eq!(a.index.group("g"), b.index.group("g"));
    assert_eq!(a.index.negative_list("safety"), b.index.negative_list("safety"));
    let (at, attributes) = (Time { seconds: 1_800_000_000, nanos: 0 }, Attributes::default());
    for text in ["running shoes", "chips", "poker chips", "trail shoes #shoes", "nothing", ""] {
        let query = Query { text, limit: 10, max_per_group: 0, at, attributes };
        let answer = |loaded: &Loaded| {
            let mut scratch = Scratch::new(TextLimits::default());
            match_batch(&loaded.index, &[query], &mut scratch);
            let answer = scratch.answers().next().expect("one query has one answer");
            let hits = answer.hits.iter().map(|hit| (hit.listing, hit.score, hit.keyword));
            (hits.collect::<Vec<_>>(), answer.total)
        };
        assert_eq!(answer(a), answer(b), "{text}");
    }
}

fn refusal(source: &Source) -> String {
    match read(std::slice::from_ref(source), &ReadOptions::default()) {
        Ok(_) => panic!("{source} was loaded"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_compiled_inventory_is_what_it_was_built_from() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("a.bsx");
    let loaded = load(Format::JsonLines, INVENTORY).expect("it is good");
    write_loaded(&path, &loaded).expect("the folder is writable");
    let source = Source::parse(&path.display().to_string()).expect("the name says the format");
    let mapped = read(&[source], &ReadOptions::default()).expect("it was just written");
    mapped.index.validate().expect("it is valid");
    check_same(&loaded, &mapped);
    assert!(mapped.validated && !loaded.validated, "only what was written was walked");
    assert_eq!(
        (mapped.generation, mapped.records, mapped.bytes),
        (loaded.generation, loaded.records, loaded.bytes)
    );
    // The file may go: what is mapped stays.
    fs::remove_file(&path).expect("it is there");
    mapped.index.validate().expect("it is still there");
}

#[test]
fn a_compiled_inventory_stands_alone() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("a.bsx");
    write_loaded(&path, &load(Format::JsonLines, INVENTORY).expect("it is good"))
        .expect("the folder is writable");
    let compiled = Source::parse(&path.display().to_string()).expect("the name says the format");
    let others = [source(Format::KeywordList, "shoes"), compiled];
    let error = read(&others, &ReadOptions::default()).expect_err("nothing can be added");
    assert!(error.to_string().contains("to which nothing can be added"), "{error}");
    assert!(matches!(error, ReadError::Unreadable { .. }));
}

#[test]
fn what_is_not_a_compiled_inventory_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("a.bsx");
    let source = Source::parse(&path.display().to_string()).expect("the name says the format");
    assert!(refusal(&source).contains("cannot be read"), "{}", refusal(&source));
    for content in ["", "not an index", INVENTORY] {
        fs::write(&path, content).expect("the folder is writable");
        assert!(refusal(&source).contains("broadside build"), "{}", refusal(&source));
    }
    assert!(Source::parse("a.bsx.gz").is_err());
}

/// What this program does not know might be a rule.
#[test]
fn a_section_that_is_not_known_is_refused_and_each_that_is_must_be_there() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("a.bsx");
    let source = Source::parse(&path.display().to_string()).expect("the name says the format");
    let loaded = load(Format::JsonLines, INVENTORY).expect("it is good");
    let numbers = [loaded.records, loaded.bytes];
    let (generation, load) = (
        CompiledSection::new("generation", loaded.generation.as_bytes()),
        CompiledSection::new("load", &numbers),
    );
    let bent = CompiledSection::new("generation", &[0xff_u8]);
    let short = CompiledSection::new("load", &numbers[..1]);
    let other = CompiledSection::new("extra", &numbers);
    for (beside, expected) in [
        (&[generation, load, other][..], "a section extra that is not known"),
        (&[generation], "no section load"),
        (&[load], "no section generation"),
        (&[bent, load], "generation or load of others"),
        (&[generation, short], "generation or load of others"),
    ] {
        loaded.index.with_sections(|sections| {
            let all: Vec<_> = sections.iter().map(CompiledSection::from).collect();
            write_compiled(&path, &[beside, &all].concat()).expect("the folder is writable");
        });
        assert!(refusal(&source).contains(expected), "{}", refusal(&source));
    }
}

/// Every bit of an index is under some checksum.
#[test]
fn each_of_ten_thousand_mutations_is_refused() {
    const MUTATIONS: u64 = 10_000;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("a.bsx");
    write_loaded(&path, &load(Format::JsonLines, INVENTORY).expect("it is good"))
        .expect("the folder is writable");
    let good = fs::read(&path).expect("it was just written");
    let source = Source::parse(&path.display().to_string()).expect("the name says the format");
    let mut seed = 1u64;
    let mut below = |end: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % end
    };
    for mutation in 0..MUTATIONS {
        let mut bad = good.clone();
        let at = below(good.len());
        match mutation % 4 {
            0 | 1 => bad[at] ^= 1 << below(8),
            2 => bad.truncate(at),
            _ => {
                let from = below(good.len() - 8);
                let to = below(good.len() - 8);
                bad.copy_within(from..from + 8, to);
            }
        }
        if bad == good {
            continue;
        }
        // The disk is flushed when a truncated file is closed; when a new one is closed it is not.
        fs::remove_file(&path).expect("the folder is writable");
        fs::write(&path, &bad).expect("the folder is writable");
        let refused = read(std::slice::from_ref(&source), &ReadOptions::default());
        assert!(
            matches!(refused, Err(ReadError::Unreadable { .. })),
            "mutation {mutation} at {at}"
        );
    }
}
