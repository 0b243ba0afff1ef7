//! What is remembered from query to query, what is not, and what it costs.

use super::{EPOCH_MAX, Evaluator};
use crate::targeting::{
    Attribute, AttributeValue, Attributes, Expressions, ExpressionsBuilder, TargetingId, Truth,
};

fn table(sources: &[&str]) -> (Expressions, Vec<TargetingId>) {
    let mut builder = ExpressionsBuilder::new();
    let add = |source: &&str| builder.add(source).expect("it is good").expect("it is not blank");
    let ids = sources.iter().map(add).collect();
    (builder.finish(), ids)
}

fn int(value: i64) -> [Attribute<'static>; 1] {
    [Attribute { name: "n", value: AttributeValue::Int(value) }]
}

fn shared<'a>(shared: &'a [Attribute<'a>]) -> Attributes<'a> {
    Attributes { shared, own: &[] }
}

/// How much work each expression is, one after the other.
fn check_work(sources: &[&str], expected: &[u32]) {
    let list: Vec<_> = (0..8).map(|nth| nth.to_string()).collect();
    let sent = |name, value| Attribute { name, value };
    let own = [
        sent("n", AttributeValue::Int(5)),
        sent("s", AttributeValue::String("s")),
        sent("t", AttributeValue::Bool(true)),
        sent("f", AttributeValue::Bool(false)),
        sent("xs", AttributeValue::Strings(&list)),
    ];
    let (expressions, ids) = table(sources);
    let attributes = Attributes { shared: &[], own: &own };
    let mut evaluator = Evaluator::default();
    evaluator.begin(&expressions, attributes, false);
    let work: Vec<_> =
        ids.iter().map(|&id| evaluator.evaluate(&expressions, attributes, id).1).collect();
    assert_eq!(work, expected, "{sources:?}");
}

#[test]
fn work_is_nodes_operands_and_elements() {
    check_work(&["n == 5", "n == 5 && t", "t && n == 5 && s == 's'"], &[1, 4, 5]);
    check_work(&["!t", "!(t && f)"], &[2, 5]);
    check_work(&["f && t", "t"], &[3, 1]);
    check_work(&["t || f", "f"], &[3, 1]);
    check_work(&["n in [1, 2, 3, 4, 5, 6, 7, 8]"], &[5]);
    check_work(&["n in [0.5, 1.5, 2.5]"], &[3]);
    check_work(&["s in ['a', 'b', 'c', 'd']"], &[4]);
    check_work(&["'0' in xs"], &[5]);
    check_work(&["s in xs"], &[9]);
}

#[test]
fn a_node_is_evaluated_once_a_query() {
    let (expressions, ids) = table(&["n > 3 && n < 9", "n < 9 && n > 3 || n == 0"]);
    let mut evaluator = Evaluator::default();
    for value in [5, 20, 0] {
        let own = int(value);
        let attributes = Attributes { shared: &[], own: &own };
        evaluator.begin(&expressions, attributes, false);
        let first = evaluator.evaluate(&expressions, attributes, ids[0]);
        assert_eq!(first.0, Truth::from(value == 5));
        assert!(first.1 > 0);
        assert_eq!(evaluator.evaluate(&expressions, attributes, ids[0]), (first.0, 0));
        let second = evaluator.evaluate(&expressions, attributes, ids[1]);
        assert_eq!(second.0, Truth::from(value != 20));
    }
}

#[test]
fn the_same_shared_attributes_keep_what_was_evaluated() {
    let (expressions, ids) = table(&["n == 5", "'5' in xs"]);
    let mut evaluator = Evaluator::default();
    let list = ["5".to_owned()];
    let five = [int(5)[0], Attribute { name: "xs", value: AttributeValue::Strings(&list) }];
    let mut check = |attributes: Attributes<'_>, same: bool, expected: (Truth, u32)| {
        evaluator.begin(&expressions, attributes, same);
        assert_eq!(evaluator.evaluate(&expressions, attributes, ids[0]), expected);
        let in_list = evaluator.evaluate(&expressions, attributes, ids[1]).0;
        assert_eq!(in_list == Truth::True, attributes.get("xs").is_some());
    };
    let (six, seven) = (int(6), int(7));
    check(shared(&five), true, (Truth::True, 1));
    check(shared(&five), true, (Truth::True, 0));
    check(shared(&five), false, (Truth::True, 1));
    check(Attributes { shared: &five, own: &six }, true, (Truth::False, 1));
    check(Attributes { shared: &five, own: &six }, true, (Truth::False, 1));
    check(shared(&five), true, (Truth::True, 1));
    check(shared(&five), true, (Truth::True, 0));
    check(shared(&seven), false, (Truth::False, 1));
    check(shared(&[]), false, (Truth::Error, 1));
}

#[test]
fn lists_of_own_attributes_do_not_disturb_shared_ones() {
    let (expressions, ids) = table(&["'a' in xs && 'b' in ys"]);
    let mut evaluator = Evaluator::default();
    let (a, b) = (["a".to_owned()], ["z".to_owned(), "b".to_owned(), "a".to_owned()]);
    let shared = [Attribute { name: "xs", value: AttributeValue::Strings(&a) }];
    let own = [Attribute { name: "ys", value: AttributeValue::Strings(&b) }];
    for nth in 0..4 {
        let attributes = Attributes { shared: &shared, own: &own };
        evaluator.begin(&expressions, attributes, nth % 2 == 1);
        assert_eq!(evaluator.evaluate(&expressions, attributes, ids[0]).0, Truth::True);
        assert_eq!(evaluator.elements.len(), 4);
    }
}

#[test]
fn the_last_epoch_is_followed_by_the_first() {
    let (expressions, ids) = table(&["n == 5", "m == 6", "n < 9"]);
    let mut evaluator = Evaluator::default();
    let (five, six) = (int(5), [Attribute { name: "m", value: AttributeValue::Int(6) }]);
    evaluator.begin(&expressions, shared(&five), false);
    assert_eq!(evaluator.evaluate(&expressions, shared(&five), ids[0]).0, Truth::True);
    assert_eq!(evaluator.evaluate(&expressions, shared(&five), ids[2]).0, Truth::True);
    // As if so many queries had passed; what was sent and answered in epoch 1 must not count in the next epoch 1.
    evaluator.epoch = EPOCH_MAX - 1;
    evaluator.begin(&expressions, shared(&six), false);
    assert_eq!(evaluator.epoch, EPOCH_MAX);
    assert_eq!(evaluator.evaluate(&expressions, shared(&six), ids[1]).0, Truth::True);
    assert_eq!(evaluator.evaluate(&expressions, shared(&six), ids[0]).0, Truth::Error);
    evaluator.begin(&expressions, shared(&six), true);
    assert_eq!(evaluator.epoch, 1);
    assert_eq!(evaluator.evaluate(&expressions, shared(&six), ids[0]), (Truth::Error, 1));
    assert_eq!(evaluator.evaluate(&expressions, shared(&six), ids[1]), (Truth::True, 1));
    assert_eq!(evaluator.evaluate(&expressions, shared(&six), ids[2]), (Truth::Error, 1));
}

#[test]
fn another_table_starts_anew() {
    let (large, large_ids) = table(&["a", "n == 5 && n != 6", "b", "n == 7"]);
    let (small, small_ids) = table(&["n == 8"]);
    let mut evaluator = Evaluator::default();
    let five = int(5);
    for _ in 0..2 {
        evaluator.begin(&large, shared(&five), false);
        assert_eq!(evaluator.evaluate(&large, shared(&five), large_ids[1]).0, Truth::True);
        assert_eq!(evaluator.evaluate(&large, shared(&five), large_ids[3]).0, Truth::False);
        evaluator.begin(&small, shared(&five), false);
        assert_eq!(evaluator.evaluate(&small, shared(&five), small_ids[0]), (Truth::False, 1));
    }
}
