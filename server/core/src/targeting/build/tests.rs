//! What is shared, what is counted, what is refused.

use super::{ExpressionsBuilder, TargetingId};
use crate::limits::TARGETING_BYTES_MAX;

/// Whether two sources are one node.
fn check(a: &str, b: &str, same: bool) {
    let mut builder = ExpressionsBuilder::new();
    let first = builder.add(a).expect(a).expect(a);
    let second = builder.add(b).expect(b).expect(b);
    let expressions = builder.finish();
    expressions.validate().expect("a table just built is valid");
    assert_eq!(expressions.root(first) == expressions.root(second), same, "{a} | {b}");
    assert_eq!((expressions.source(first), expressions.source(second)), (a, b));
}

#[test]
fn equal_expressions_are_one_node_however_they_are_written() {
    check("a && b", "b && a", true);
    check("a && b", "a  &&\n(b)", true);
    check("a && b && c", "c && (a && b)", true);
    check("a || b || c", "(a || c) || (a || b)", true);
    check("a && a", "a", true);
    check("a && b && a", "a && b", true);
    check("a && b", "a || b", false);
    check("a && true", "a", true);
    check("a || false", "a", true);
    check("a && false", "false", true);
    check("a || 1 < 2", "true", true);
    check("!!a", "a", true);
    check("a != 'x'", "!(a == 'x')", true);
    check("5 < a", "a > 5", true);
    check("5 >= a", "a <= 5", true);
    check("a < 5", "a > 5", false);
    check("b < a", "a > b", true);
    check("b == a", "a == b", true);
    check("a == 'x'", "a == \"x\"", true);
    check("a in ['x', 'y']", "a in [\"y\", 'x', 'x']", true);
    check("a in [1, 2]", "a in [2, 1, 1]", true);
    check("a in [0.5, 1.5]", "a in [1.5, 0.5,]", true);
    check("a in [0.0, 1.5]", "a in [1.5, -0.0, 0.0]", true);
    check("a in ['x']", "a == 'x'", true);
    check("a in ['x', 'x']", "a == 'x'", true);
    check("a in [1, 1]", "a == 1", true);
    check("a in [1.5, 1.5]", "a == 1.5", true);
    check("a in [true]", "a", true);
    check("a == false", "!a", true);
    check("a == true", "a", true);
    check("a > true", "a < false", true);
    // An error stays an error.
    check("a <= true", "true", false);
    check("a && !a", "false", false);
    check("a == a", "true", false);
    check("a in []", "false", false);
    check("a in [1, 2]", "a in [1.0, 2.0]", false);
    check("has(a)", "a", false);
}

#[test]
fn parts_are_shared_across_expressions() {
    let mut builder = ExpressionsBuilder::new();
    for nth in 0..100 {
        builder.add(&format!("n == {nth} && (b || c)")).expect("it is good");
    }
    // For each its equality and its `&&`; b, c and `b || c` once.
    assert_eq!(builder.finish().nodes(), 203);
}

#[test]
fn a_source_is_kept_once_and_blank_is_none() {
    let mut builder = ExpressionsBuilder::new();
    assert_eq!(builder.add("a"), Ok(Some(TargetingId(0))));
    assert_eq!(builder.add(" "), Ok(None));
    assert_eq!(builder.add("b"), Ok(Some(TargetingId(1))));
    assert_eq!(builder.add("a"), Ok(Some(TargetingId(0))));
    assert_eq!(builder.add(" a"), Ok(Some(TargetingId(2))));
    let expressions = builder.finish();
    assert_eq!((expressions.len(), expressions.nodes(), expressions.is_empty()), (3, 2, false));
    assert!(ExpressionsBuilder::new().finish().is_empty());
}

#[test]
fn attributes_are_counted_once_a_source() {
    let mut builder = ExpressionsBuilder::new();
    for source in ["geo.x == 1 && geo.x != 2", "false && has(b)", "geo.x in b", "geo.x in b"] {
        builder.add(source).expect("it is good");
    }
    let expressions = builder.finish();
    let attributes: Vec<_> = expressions.attributes().collect();
    assert_eq!(attributes, [("geo.x", 2), ("b", 2)]);
}

#[test]
fn what_is_refused_leaves_nothing() {
    let mut builder = ExpressionsBuilder::new();
    builder.add("a == 'x'").expect("it is good");
    let before = format!("{builder:?}");
    for source in ["b == 'y' &&", "b == 'y' && 5", "b == 'y' && 'z'"] {
        builder.add(source).expect_err(source);
    }
    assert_eq!(format!("{builder:?}"), before);
}

#[test]
fn a_table_that_is_full_takes_no_more() {
    let mut builder = ExpressionsBuilder::new();
    builder.table_max = TARGETING_BYTES_MAX + 3;
    builder.add("a == 1").expect("there is room");
    builder.add("a == 2 || a == 3").expect("there is room");
    let error = builder.add("a == 4").expect_err("there are four nodes");
    assert_eq!(error.position(), 0);
    assert_eq!(
        error.message(),
        "expected at most 4099 distinct parts of all targeting expressions; split the inventory, or use the same expressions"
    );
    builder.add("a == 1").expect("it is there");
    assert_eq!(builder.finish().len(), 2);
}

/// `largest` is how many elements the largest of the arrays has then.
fn check_room(sources: &[&str], largest: usize) {
    for (room, is_taken) in [(largest, true), (largest - 1, false)] {
        let mut builder = ExpressionsBuilder::new();
        for source in sources {
            builder.add(source).expect("there is room");
        }
        builder.table_max = TARGETING_BYTES_MAX + room;
        assert_eq!(builder.add("has(another)").is_ok(), is_taken, "{sources:?} {room}");
    }
}

#[test]
fn every_array_counts_for_room() {
    check_room(&["!!!a"], 2);
    check_room(&["a in ['x', 'y']", "a in ['x', 'z']", "a in ['y', 'z']"], 6);
    check_room(&["a in [1, 2, 3]"], 3);
    check_room(&["a in [0.5, 1.5, 2.5]"], 3);
    check_room(&["'x' in a", "'y' in a", "a in ['z', 'w']"], 4);
    check_room(&["a == b"], 2);
    check_room(&["a", "(a)", "((a))"], 3);
}
