//! What is just short, flat and small enough, and what is not.

use super::errors::check;
use crate::limits::{
    ATTRIBUTE_NAME_BYTES_MAX, TARGETING_BYTES_MAX, TARGETING_DEPTH_MAX, TARGETING_LIST_ELEMENTS_MAX,
};
use crate::targeting::parse;

#[test]
fn bytes_are_bounded() {
    let source = format!("a == \"{}\"", "x".repeat(TARGETING_BYTES_MAX - 7));
    assert_eq!(source.len(), TARGETING_BYTES_MAX);
    parse(&source).expect("it is just short enough");
    check(
        &format!("^{source} "),
        "expected at most 4096 bytes, got 4097; split the listing, or send one attribute that says it",
    );
}

#[test]
fn nesting_is_bounded() {
    let message = "expected at most 32 levels of parentheses and `!`; write it flatter";
    let nested = |open: &str, marked: &str, close: &str| {
        format!("{}{marked}{}", open.repeat(TARGETING_DEPTH_MAX), close.repeat(TARGETING_DEPTH_MAX))
    };
    parse(&nested("(", "a", ")")).expect("it is just flat enough");
    parse(&nested("!", "a", "")).expect("it is just flat enough");
    parse(&nested("(!", "a", ")").replacen("(!", "", 16).replacen(')', "", 16))
        .expect("it is just flat enough");
    check(&nested("(", "^(a)", ")"), message);
    check(&nested("!", "^!a", ""), message);
    check(&nested("(", "^!a", ")"), message);
    check(&nested("!", "^(a)", ""), message);
    // What is closed does not count.
    parse("(((a))) && !!!a && ".repeat(40).trim_end_matches("&& ")).expect("it is flat");
}

#[test]
fn lists_are_bounded() {
    let list = |count: usize, end: &str| format!("a in [{}{end}]", "1,".repeat(count));
    parse(&list(TARGETING_LIST_ELEMENTS_MAX, "")).expect("it is just short enough");
    check(
        &list(TARGETING_LIST_ELEMENTS_MAX, "^1"),
        "expected at most 1000 elements in a list; send an attribute that groups them",
    );
}

#[test]
fn names_are_bounded() {
    let name = "x".repeat(ATTRIBUTE_NAME_BYTES_MAX);
    parse(&name).expect("it is just short enough");
    check(&format!("has(^{name}x)"), "expected an attribute name of at most 64 bytes, got 65");
}
