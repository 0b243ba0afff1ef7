//! What is refused because its types cannot be right, with which words.

use super::errors::check_all;

#[test]
fn lists() {
    check_all(
        r##"
a in ("x"^, "y")
    expected `)`, got `,`; a list stands in brackets, as in `x in [1, 2]`
a in ^"x"
    `in` takes a list or an attribute on its right, got `"x"`; write `["x"]`
a in ^5
    `in` takes a list or an attribute on its right, got `5`; write `[5]`
a in (^b == 1)
    `in` takes a list or an attribute on its right, got `b == 1`; compare bools with `==`
a in [1, ^"x"]
    expected a list of one type, got a string after an int; write all elements alike (`1.0` is a double, `"1"` a string)
a in [1, ^2.0]
    expected a list of one type, got a double after an int; write all elements alike (`1.0` is a double, `"1"` a string)
a in [true, ^1]
    expected a list of one type, got an int after a bool; write all elements alike (`1.0` is a double, `"1"` a string)
a in [1 ^2]
    expected `,` or `]`, got `2`
a in [1,^
    expected a literal or `]` in this list, got the end
a in [^,]
    expected a literal or `]` in this list, got `,`
a in [1,^,2]
    expected a literal or `]` in this list, got `,`
a in [^[1]]
    expected a literal or `]` in this list, got `[`
a in [^b]
    expected a literal in this list, got `b`; put quotation marks around a text: "b"
a in [^-b]
    `-` stands directly before a number, and arithmetic is not in the subset
a in ["x", ^(1)]
    expected a literal or `]` in this list, got `(`
^["x"] in a
    a list stands right of `in` only; write `x in [...]`, or `"v" in xs` for a list that is sent
^[1, 2]
    a list stands right of `in` only; write `x in [...]`, or `"v" in xs` for a list that is sent
a == ^["x"]
    a list stands right of `in` only; write `x in [...]`, or `"v" in xs` for a list that is sent
a && ^["x"]
    a list stands right of `in` only; write `x in [...]`, or `"v" in xs` for a list that is sent
^["x"] == a
    a list stands right of `in` only; write `x in [...]`, or `"v" in xs` for a list that is sent
"##,
    );
}

#[test]
fn types() {
    check_all(
        r##"
^"x"
    expected an expression that is a bool, got a string (`"x"`); compare it with an attribute
^5
    expected an expression that is a bool, got an int (`5`); compare it with an attribute
^0.5
    expected an expression that is a bool, got a double (`0.5`); compare it with an attribute
a && ^"x"
    expected bools around `&&`, got a string (`"x"`); compare it with an attribute
^5 || a
    expected bools around `||`, got an int (`5`); compare it with an attribute
!^"x"
    expected a bool after `!`, got a string (`"x"`); compare it with an attribute
!^5
    expected a bool after `!`, got an int (`5`); compare it with an attribute
a == 1 ^== true
    comparisons do not chain, got a second operator `==`; join two with `&&`, as in `a < b && b < c`
^1 == "x"
    expected two values of one type around `==`, got an int and a string; write both sides in the same type
^"x" < 5
    expected two values of one type around `<`, got a string and an int; write both sides in the same type
^true == 1
    expected two values of one type around `==`, got a bool and an int; write both sides in the same type
^1.5 != "x"
    expected two values of one type around `!=`, got a double and a string; write both sides in the same type
^true < "x"
    expected two values of one type around `<`, got a bool and a string; write both sides in the same type
^!a == "US"
    expected two values of one type around `==`, got a bool and a string; `!` binds first, so write `!(a == "US")`
^!a == 5
    expected two values of one type around `==`, got a bool and an int; `!` binds first, so write `!(a == 5)`
^(a == 1) == 5
    expected two values of one type around `==`, got a bool and an int; write both sides in the same type
^"x" == (a && b)
    expected two values of one type around `==`, got a string and a bool; write both sides in the same type
^!a in ["x"]
    `!` binds before `in`; write `!(a in ["x"])`
(^a == 1) in [true]
    `in` takes an attribute or a literal on its left, got `a == 1`; compare bools with `==`
^has(a) in [true]
    `in` takes an attribute or a literal on its left, got `has(a)`; compare bools with `==`
^5 in xs
    expected a string left of `in`, got an int; lists that are sent hold strings, so write it in quotation marks
^0.5 in xs
    expected a string left of `in`, got a double; lists that are sent hold strings, so write it in quotation marks
^true in xs
    expected a string left of `in`, got a bool; lists that are sent hold strings, so write it in quotation marks
^5 in ["x"]
    expected a value of the type of the list, got an int and a list that holds a string
^"x" in [1]
    expected a value of the type of the list, got a string and a list that holds an int
^1.5 in ["x"]
    expected a value of the type of the list, got a double and a list that holds a string
^true in [1]
    expected a value of the type of the list, got a bool and a list that holds an int
"##,
    );
}
