//! Any text: the analysis agrees with the naive one, its words fold to themselves, and limits refuse and never cut.
#![no_main]

use broadside_core::{Analyzer, TextLimits, naive};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let expected = naive::analyze(text);
    let mut analyzer = Analyzer::new(TextLimits::default());
    let Ok(tokens) = analyzer.analyze(text) else {
        assert!(text.len() > 64 * 1024 || expected.len() > 8_192);
        return;
    };
    assert_eq!(tokens.len(), expected.len());
    for (token, expected) in tokens.zip(&expected) {
        let sigil = token.sigil.and_then(|sigil| sigil.as_str().chars().next());
        assert_eq!((sigil, token.word), (expected.sigil, expected.word.as_str()));
        assert_eq!((token.start as usize, token.end as usize), (expected.start, expected.end));
    }
});
