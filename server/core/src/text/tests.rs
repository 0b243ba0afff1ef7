//! Text analysis by tables and properties.

use proptest::prelude::*;

use super::fold::{self, fold_by_tables};
use super::{Analyzer, Buffers, OwnedTokens, TextLimits, TextRefused, analyze, analyze_as_unicode};
use crate::limits::TEXT_TOKENS_MAX;
use crate::naive;

/// The tokens as `sigil word@start..end`, the way the tables below write them.
fn tokens(text: &str) -> Vec<String> {
    let mut analyzer = Analyzer::default();
    let tokens = analyzer.analyze(text).expect("the text is within the limits");
    tokens
        .map(|token| {
            let sigil = token.sigil.map_or("", super::Sigil::as_str);
            format!("{sigil}{}@{}..{}", token.word, token.start, token.end)
        })
        .collect()
}

fn check(text: &str, expected: &str) {
    let expected: Vec<_> = expected.split_whitespace().collect();
    assert_eq!(tokens(text), expected, "{text:?}");
}

#[test]
fn words_and_separators() {
    check("", "");
    check("  ,;!? -- ", "");
    check("Cheap  RUNNING shoes", "cheap@0..5 running@7..14 shoes@15..20");
    check("T-rex/x", "t@0..1 rex@2..5 x@6..7");
    check("Fifth Ave.", "fifth@0..5 ave@6..9");
    check("men's 'n' o'", "men's@0..5 n@7..8 o@10..11");
    check(
        "example.com 3.5 1,000;5 a,b 1.x",
        "example.com@0..11 3.5@12..15 1,000;5@16..23 a@24..25 b@26..27 1@28..29 x@30..31",
    );
    check("foo_bar __ _a a_", "foo_bar@0..7 _a@11..13 a_@14..16");
    check("a:b 1:2 a:1", "a:b@0..3 1@4..5 2@6..7 a@8..9 1@10..11");
    check("東京タワー", "東@0..3 京@3..6 タワー@6..15");
    check("สวย", "ส@0..3 ว@3..6 ย@6..9");
    check("½ ⑴", "1⁄2@0..2 (1)@3..6");
}

#[test]
fn ampersand_is_a_word_alone() {
    check("bed & breakfast", "bed@0..3 &@4..5 breakfast@6..15");
    check("R&D", "r@0..1 &@1..2 d@2..3");
    check("r＆d", "r@0..1 &@1..4 d@4..5");
    check("&&", "&@0..1 &@1..2");
    check("&\u{301}", "");
    check("&+ #&", "&@0..1 &@4..5");
}

#[test]
fn suffixes_belong_to_the_word_they_follow() {
    check("C++ c# google+", "c++@0..3 c#@4..6 google+@7..14");
    check("rock+roll", "rock@0..4 roll@5..9");
    check("c++d", "c@0..1 d@3..4");
    check("c#d", "c@0..1 d@2..3");
    check("c## c+# c#+", "c#@0..2 c+@4..6 c#@8..10");
    check("c +", "c@0..1");
    check("c++_ c++_x", "c++@0..3 c@5..6 _x@8..10");
    check("é++ é+é", "é++@0..4 é@5..7 é@8..10");
    check("c＋", "c@0..1");
}

#[test]
fn sigils_are_carried_by_the_word_they_precede() {
    check("#Cat @cat $AAPL", "#cat@0..4 @cat@5..9 $aapl@10..15");
    check("＃cat ＠cat ＄cat", "#cat@0..6 @cat@7..13 $cat@14..20");
    check("##cat @#cat", "#cat@1..5 #cat@7..11");
    check("bob@cat", "bob@0..3 cat@4..7");
    check("é@cat", "é@0..2 cat@3..6");
    check("# cat", "cat@2..5");
    check("c##cat", "c#@0..2 #cat@2..6");
    check("a@@cat", "a@0..1 @cat@2..6");
    check("c++#cat é++#cat", "c++@0..3 #cat@3..7 é++@8..12 #cat@12..16");
    check("&#cat", "&@0..1 #cat@1..5");
    check("$c++", "$c++@0..4");
    check("#\u{fe0f}\u{20e3}1", "1@7..8");
    check("#東京", "#東@0..4 京@4..7");
}

#[test]
fn emoji_are_words() {
    check("🔥🔥", "🔥@0..4 🔥@4..8");
    check("I ❤️ it", "i@0..1 ❤@2..8 it@9..11");
    check("🇺🇸 🇺", "🇺🇸@0..8");
    check("👨‍👩‍👧", "👨👩👧@0..18");
    check("#🔥", "#🔥@0..5");
}

#[test]
fn folding() {
    check("ｓｈｏｅｓ", "shoes@0..15");
    check("STRASSE straße STRAẞE", "strasse@0..7 strasse@8..15 strasse@16..24");
    check("ﬁsh", "fish@0..5");
    check("cafe café CAFE\u{301}", "cafe@0..4 café@5..10 café@11..17");
    check("men’s men‘s menʼs", "men's@0..7 men's@8..15 men's@16..22");
    check("МОСКВА Ёлка Ѐ", "москва@0..12 ёлка@13..21 ѐ@22..24");
    check("co\u{ad}op e\u{34f}\u{301}", "coop@0..6 é@7..12");
    check("α\u{345}\u{301} ΑΙ\u{301}", "άι@0..6 αί@7..13");
    check("ﷺ", "صلى@0..3 الله@0..3 عليه@0..3 وسلم@0..3");
    check("#ﷺ", "#صلى@0..4 #الله@0..4 #عليه@0..4 #وسلم@0..4");
    check("\u{3164} x", "x@4..5");
}

#[test]
fn texts_beyond_the_limits_are_refused_and_not_cut() {
    let limits = TextLimits { text_bytes_max: 10, text_tokens_max: 2 };
    let mut analyzer = Analyzer::new(limits);
    assert!(analyzer.analyze("0123456789").is_ok());
    let refused = analyzer.analyze("01234567890").map(|_| ()).expect_err("eleven bytes");
    assert_eq!(refused, TextRefused::TooLong { bytes: 11, most: 10 });
    assert_eq!(analyzer.analyze("a b").expect("two tokens").len(), 2);
    let refused = analyzer.analyze("a b c").map(|_| ()).expect_err("three tokens");
    assert_eq!(refused, TextRefused::TooManyTokens { most: 2 });
    assert!(analyzer.analyze("é b c").is_err(), "the same on the other path");
}

#[test]
fn folding_every_character_is_idempotent_and_the_fast_fold_agrees_with_the_tables() {
    let (mut one, mut two) = (fold::Buffers::default(), fold::Buffers::default());
    for character in '\0'..=char::MAX {
        let word = character.to_string();
        let folded = fold_by_tables(&word, &mut one);
        assert_eq!(fold_by_tables(folded, &mut two), folded, "{character:?} is not idempotent");
        assert_eq!(fold::fold(&word, &mut two), folded, "{character:?} on the fast path");
    }
}

/// Characters of every kind that the rules tell apart, many of them in the same few words.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => prop::sample::select("abAB01_+#@$&.,';:- ".chars().collect::<Vec<_>>()),
        2 => prop::sample::select("éÉßſİıΣςﬁ＃＆＋ａ’ʼ東ァ가ᄀ각ё½ⅧⅠ①ﷺ".chars().collect::<Vec<_>>()),
        1 => prop::sample::select(
            "\u{301}\u{34f}\u{345}\u{200d}\u{fe0f}\u{ad}\u{3164}\u{1d160}\u{20e3}🔥❤👍🏽🇺🇸\u{3099}\u{11a8}\u{5d0}\u{22}"
                .chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop::collection::vec(character(), 0..16).prop_map(String::from_iter)
}

fn as_strings(tokens: &OwnedTokens) -> Vec<(Option<super::Sigil>, &str, u32, u32)> {
    tokens
        .tokens
        .iter()
        .map(|token| (token.sigil, &tokens.words[token.word.clone()], token.start, token.end))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_paths_agree_on_ascii(text in "[a-cA-C01_+#@$&.,';: -]{0,24}|[ -~\\t\\n\\r]{0,24}") {
        let (mut ascii, mut unicode) = (OwnedTokens::default(), OwnedTokens::default());
        (ascii.most, unicode.most) = (usize::MAX, usize::MAX);
        analyze(&text, &mut Buffers::default(), &mut ascii);
        analyze_as_unicode(&text, &mut Buffers::default(), &mut unicode);
        prop_assert_eq!(as_strings(&ascii), as_strings(&unicode));
    }

    #[test]
    fn analysis_agrees_with_the_naive_one(text in word()) {
        let mut analyzer = Analyzer::default();
        let fast: Vec<_> = analyzer.analyze(&text).expect("short").map(|token| naive::Token {
            sigil: token.sigil.and_then(|sigil| sigil.as_str().chars().next()),
            word: token.word.to_owned(),
            start: token.start as usize,
            end: token.end as usize,
        }).collect();
        prop_assert_eq!(fast, naive::analyze(&text));
    }

    #[test]
    fn folding_words_is_idempotent(word in word()) {
        let (mut one, mut two) = (fold::Buffers::default(), fold::Buffers::default());
        let folded = fold::fold(&word, &mut one);
        prop_assert_eq!(fold::fold(folded, &mut two), folded);
    }

    #[test]
    fn the_fast_fold_agrees_with_the_tables_on_words(word in "[a-zA-ZÀ-ÿßА-яЀ-џぁ-ゖァ-ヺー一-丠가-깋’‘']{0,12}") {
        let (mut one, mut two) = (fold::Buffers::default(), fold::Buffers::default());
        prop_assert_eq!(fold::fold(&word, &mut one), fold_by_tables(&word, &mut two));
    }

    #[test]
    fn spans_are_in_order_and_at_character_boundaries(text in word()) {
        let mut analyzer = Analyzer::default();
        let mut after = 0;
        let mut last = (0, 0);
        for token in analyzer.analyze(&text).expect("short") {
            let span = (token.start as usize, token.end as usize);
            prop_assert!(span == last || span.0 >= after, "{:?} overlaps", span);
            prop_assert!(span.0 < span.1 && text.get(span.0..span.1).is_some());
            prop_assert!(!token.word.is_empty());
            (after, last) = (span.1, span);
        }
    }
}

/// One character that is four words: a text of it took 35 ms to be refused once.
#[test]
fn a_text_of_characters_that_are_four_words_each_is_refused_soon() {
    let refused = |count: usize| {
        let text = "\u{fdfa}".repeat(count);
        let mut analyzer = Analyzer::default();
        let tokens = analyzer.analyze(&text).map(Iterator::count);
        assert_eq!(tokens.is_err(), naive::analyze(&text).len() > TEXT_TOKENS_MAX, "{count}");
        if let Ok(tokens) = tokens {
            assert_eq!(tokens, 3 * count + 1);
        }
        tokens.is_err()
    };
    let most = (TEXT_TOKENS_MAX - 1) / 3;
    assert!(!refused(most) && refused(most + 1) && refused(most + 2));
    assert!(refused(21_845), "as many as fit into a text");
}
