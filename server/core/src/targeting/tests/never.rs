//! What nothing can make true. That it never says so of what some attributes make true is a property test.

use crate::targeting::ExpressionsBuilder;

fn check(source: &str, expected: bool) {
    let mut builder = ExpressionsBuilder::new();
    let id = builder.add(source).expect(source).expect(source);
    assert_eq!(builder.finish().is_never_true(id), expected, "{source}");
}

#[test]
fn constants() {
    check("false", true);
    check("1 > 2", true);
    check("a && false", true);
    check("!(a || true)", true);
    check("true", false);
    check("a", false);
}

#[test]
fn lists() {
    check("a in []", true);
    check("!(a in [])", false);
    check("a in ['x', 'y'] && a in ['z', 'w']", true);
    check("a in ['x', 'y'] && a in ['y', 'z']", false);
    check("a in [1, 2] && a in [2.5, 3.5]", true);
    check("a in [1, 2] && a in [2.0, 3.5]", false);
    check("a in [0.5, 1.5] && a == 2", true);
    check("a in ['x', 'y'] && !(a in ['x', 'y', 'z'])", true);
    check("a in ['x', 'y'] && a != 'x' && a != 'y'", true);
    check("a in ['x', 'y'] && a != 'x'", false);
    check("'x' in a && 'y' in a", false);
    check("'x' in a && !('x' in a)", true);
    check("'x' in a && a == 'x'", true);
    check("a in b && !(a in b)", true);
    check("a in b && !(b in a)", false);
}

#[test]
fn equalities() {
    check("a == 'x' && a == 'y'", true);
    check("a == 'x' && a == 'x'", false);
    check("a == 'x' && b == 'y'", false);
    check("a == 1 && a == 1.0", false);
    check("a == 1 && a == 1.5", true);
    check("a == 'x' && a != 'x'", true);
    check("a == 'x' && a > 'x'", true);
    check("a == 'x' && a >= 'x'", false);
    check("a != 'x' && a != 'y'", false);
}

#[test]
fn ranges() {
    check("a > 5 && a < 3", true);
    check("a > 5 && a <= 5", true);
    check("a >= 5 && a < 5", true);
    check("a >= 5 && a <= 5", false);
    check("a >= 5 && a <= 5 && a != 5", true);
    check("a > 5 && a < 6", false);
    check("a > 5 && a < 7 && a > 6 && a < 9", false);
    check("a > 5 && a < 9 && a > 8.5 && a < 8", true);
    check("a > 9007199254740993 && a < 9007199254740992.0", true);
    check("a == 4 && a > 5", true);
    check("a > 'x' && a < 'b'", true);
    check("a > 'b' && a < 'x'", false);
    check("!(a < 'x') && !(a > 'b')", true);
    check("!(a < 5) && a < 5.0", true);
    check("!(a < 5) && a < 3", true);
    // For what is no number (NaN), neither is so.
    check("!(a < 5) && !(a > 3)", false);
    check("!(a < 5) && !(a > 3) && a > 4", true);
    check("!(a < 5) && !(a > 3) && !(a in [1, 2])", false);
    check("t < false", true);
    check("true < t", true);
}

#[test]
fn types_and_presence() {
    check("a == 'x' && a == 5", true);
    check("a == 'x' && a", true);
    check("a == 'x' && !(a == 5)", true);
    check("a < 5 && 'x' in a", true);
    check("a && !a", true);
    check("a && !b", false);
    check("!has(a) && a == 'x'", true);
    check("!has(a) && has(a)", true);
    check("!has(a) && has(b)", false);
    check("has(a) && a == 'x'", false);
    check("!(a in []) && a == 'x'", false);
    check("!(a in []) && 'x' in a", true);
    check("a < b && !(a < b)", true);
    check("a < b && !(b > a)", true);
    check("a < b && a > b", false);
}

#[test]
fn all_sides_of_an_or() {
    check("a && !a || b in []", true);
    check("a && !a || b", false);
    check("(a && !a || b in []) && c", true);
    check("c && (a == 1 && a == 2 || b == 1 && b == 2)", true);
    check("!(a || !a)", true);
    check("!(a && b || !(a && b))", true);
    check("!((a || !a) && (b || !b))", true);
    check("!((a || !a) && b)", false);
    check("!(a == 'x' || a != 'x')", true);
}
