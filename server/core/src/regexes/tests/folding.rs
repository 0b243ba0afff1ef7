//! The filter sees all characters that differ in case only as one.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, HirKind};

use super::super::{RegexScratch, RegexesBuilder};
use super::matched;

/// The characters that a character matches, if there are others than itself.
fn variants(character: char) -> Vec<char> {
    let mut parser = ParserBuilder::new().case_insensitive(true).build();
    let escaped = regex_syntax::escape(&character.to_string());
    let hir = parser.parse(&escaped).expect("it is one character");
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().flat_map(|range| range.start()..=range.end()).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_character_of_unicode_is_found_in_each_of_its_cases() {
    let cased = (char::MIN..=char::MAX).filter(|&letter| !letter.is_ascii_punctuation());
    let cased: Vec<_> = cased.map(|letter| (letter, variants(letter))).collect();
    let cased: Vec<_> = cased.into_iter().filter(|(_, variants)| variants.len() > 1).collect();
    assert!(cased.len() > 2_500, "there are {} characters with cases", cased.len());

    let mut builder = RegexesBuilder::default();
    for (letter, _) in &cased {
        builder.add(&letter.to_string().repeat(3)).expect("it is a literal");
    }
    let regexes = builder.finish();
    let mut scratch = RegexScratch::new();
    for (number, (letter, variants)) in (0..).zip(&cased) {
        for variant in variants {
            let (found, _) = matched(&regexes, &variant.to_string().repeat(3), &mut scratch);
            assert!(found.contains(&number), "{letter:?} is not found in {variant:?}");
        }
    }
}
