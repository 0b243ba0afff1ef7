//! That a table which is not one is found out.

use super::{Expressions, Node, NodeId};
use crate::targeting::ExpressionsBuilder;

/// A table with a node of every kind.
fn table() -> Expressions {
    let mut builder = ExpressionsBuilder::new();
    for source in [
        "a && !b || has(c)",
        "true",
        "s == 'x' && s in ['y', 'z'] && 's' in l && s in l && s in []",
        "n < 5 && n > 0.5 && n in [1, 2] && n in [0.5, 1.5]",
        "n < s && (a && b) == (a || c)",
    ] {
        builder.add(source).expect("it is good");
    }
    builder.finish()
}

fn check(change: impl FnOnce(&mut Expressions), wrong: &str) {
    let mut expressions = table();
    expressions.validate().expect("a table just built is valid");
    change(&mut expressions);
    let error = expressions.validate().expect_err(wrong);
    assert!(error.contains(wrong), "{error}");
}

/// Changes every node of one kind.
fn check_nodes(code: u32, change: impl Fn(&mut Node), wrong: &str) {
    check(
        |expressions| {
            let of_kind = |node: &&mut Node| node.kind & 0xff == code;
            let nodes: Vec<_> = expressions.nodes.iter_mut().filter(of_kind).collect();
            assert!(!nodes.is_empty(), "no node has the code {code}");
            nodes.into_iter().for_each(&change);
        },
        wrong,
    );
}

#[test]
fn numbers_that_point_nowhere_are_found() {
    check(|table| table.roots.push(NodeId(0)), "not each has a root");
    check(|table| table.roots[0] = NodeId(9_999), "a root that does not exist");
    check(|table| table.attribute_uses.truncate(1), "not each has its uses");
    check(|table| table.numbers.truncate(3), "elements that do not exist");
    check(|table| table.ints.clear(), "elements that do not exist");
    check(|table| table.doubles.clear(), "elements that do not exist");
    check(|table| table.numbers.reverse(), "ascending");
    check(|table| table.ints.reverse(), "ascending");
    check(|table| table.doubles.reverse(), "ascending");
    check(|table| table.doubles[0] = f64::NAN, "ascending");
    check(|table| table.nodes.reverse(), "node");
}

#[test]
fn nodes_that_are_none_are_found() {
    check_nodes(0, |node| node.kind = 17, "no such kind");
    check_nodes(6, |node| node.kind |= 5 << 8, "no such kind");
    for code in [1, 2, 6, 7, 8, 9, 11, 12, 13, 14, 16] {
        check_nodes(code, |node| node.left = 9_999, "an attribute that does not exist");
    }
    for code in [9, 15, 16] {
        check_nodes(code, |node| node.right = 9_999, "an attribute that does not exist");
    }
    for code in [3, 10] {
        check_nodes(code, |node| node.left = 9_999, "an operand does not come before it");
    }
    check_nodes(10, |node| node.right = 9_999, "an operand does not come before it");
    check_nodes(6, |node| node.right = 9_999, "a text that does not exist");
    check_nodes(15, |node| node.left = 9_999, "a text that does not exist");
    for code in [4, 5, 12, 13, 14] {
        check_nodes(code, |node| node.right = 1 << 32, "at least two");
        check_nodes(code, |node| node.right |= 9_999, "elements that do not exist");
    }
}

#[test]
fn a_node_is_no_operand_of_itself() {
    check(
        |table| {
            for (number, node) in (0..).zip(&mut table.nodes) {
                if node.kind == 3 {
                    node.left = number;
                }
            }
        },
        "an operand does not come before it",
    );
}

#[test]
fn bytes_are_those_of_all_arrays() {
    assert_eq!(Expressions::default().bytes(), 0);
    let expressions = table();
    assert!(expressions.bytes() > 16 * expressions.nodes() + 4 * expressions.len());
}
