//! The bound on what all expressions of an inventory take.

use crate::limits::REGEXES_BYTES_MAX;

use super::RegexesBuilder;

#[test]
fn what_an_inventory_takes_is_counted_before_it_is_built() {
    let mut builder = RegexesBuilder::default();
    for number in 0..20_000_u64 {
        let word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        builder.add(&format!(r"\b{word:x}\s+(day|night)\w*")).expect("it has a literal");
    }
    let counted = builder.bytes;
    let bytes = builder.finish().bytes();
    assert!(bytes <= counted, "{bytes} bytes of memory, {counted} were counted");
    assert!(bytes * 4 > counted, "{bytes} bytes of memory, {counted} were counted");
}

#[test]
fn an_inventory_that_takes_too_much_is_refused() {
    let mut builder =
        RegexesBuilder { bytes: REGEXES_BYTES_MAX - 100, ..RegexesBuilder::default() };
    let refused = builder.add("a long expression");
    assert_eq!(refused.map_err(|error| error.code()), Err("REGEX_BUDGET"));
    assert_eq!(builder.len(), 0);
    builder.bytes -= 1_000;
    assert_eq!(builder.add("a long expression"), Ok(0));
    assert_eq!(builder.add("a long expression"), Ok(0));
}

#[test]
fn what_is_kept_already_is_counted_once() {
    let mut builder = RegexesBuilder::default();
    let mut added = |expression: &str| {
        let before = builder.bytes;
        builder.add(expression).expect(expression);
        builder.bytes - before
    };
    let first = added(r"abcdefghijkl\w\d");
    assert_eq!(added(r"abcdefghijkl\w\d"), 0);
    let again = added(r"abcdefghijkl\d\w");
    let other_literal = added(r"mnopqrstuvwx\w\d");
    let other_class = added(r"abcdefghijkl\w\s");
    assert!(again < other_class && other_class < first, "{again}, {other_class}, {first}");
    assert!(again < other_literal && other_literal < first, "{again}, {other_literal}, {first}");
}
