//! Any regular expression and any text: what is admitted matches what the `regex` crate matches, and finds it where that
//! finds it; what is refused is refused with a reason.
#![no_main]

use broadside_core::explain::Outcome;
use broadside_core::{
    Attributes, Explainer, Field, IndexBuilder, Keyword, Listing, MatchType, Query, Reason, TextLimits, Time,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|case: (String, String)| {
    let (expression, text) = case;
    let mut listing = Listing::new("l");
    listing.keywords.push(Keyword::new(expression.clone(), MatchType::Regex));
    let mut builder = IndexBuilder::new();
    if let Err(errors) = builder.add(&listing) {
        let [error] = &errors[..] else { panic!("{errors:?}") };
        assert_eq!(error.field, Field::Keyword(0));
        assert!(matches!(error.reason, Reason::Regex(_) | Reason::TooLong(_)));
        assert!(!error.to_string().is_empty());
        return;
    }
    let index = builder.finish().expect("nothing is referred to");
    index.validate().expect("an index just built is valid");
    let regex = regex::RegexBuilder::new(&expression).case_insensitive(true).build();
    // The crate has a size limit of its own, in other units.
    let Ok(regex) = regex else { return };
    let query = Query {
        text: &text,
        limit: 1,
        max_per_group: 0,
        at: Time { seconds: 0, nanos: 0 },
        attributes: Attributes::default(),
    };
    let mut explainer = Explainer::new(TextLimits::default());
    let Ok(explained) = explainer.explain(&index, &query, "l") else { return };
    let expected = regex.find(&text);
    match explained.outcome {
        Outcome::Matched(found) => {
            let expected = expected.expect("the regex crate finds nothing");
            let spans: Vec<_> = found.spans.iter().map(|span| (span.start as usize, span.end as usize)).collect();
            assert_eq!(spans, [(expected.start(), expected.end())]);
        }
        Outcome::Missed(broadside_core::explain::Miss::Incomplete) => {}
        Outcome::Missed(_) => assert_eq!(expected, None),
    }
});
