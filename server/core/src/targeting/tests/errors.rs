//! What is refused: where, and with which words.

use crate::targeting::{ExpressionsBuilder, TargetingError, parse};

fn refused(source: &str) -> TargetingError {
    let mut builder = ExpressionsBuilder::new();
    let error = builder.add(source).expect_err(source);
    assert_eq!((builder.finish().len(), parse(source)), (0, Err(error.clone())), "{source}");
    error
}

/// `marked` is the source with a `^` in front of where the error is.
pub(super) fn check(marked: &str, message: &str) {
    let position = marked.find('^').expect("the place is marked");
    let error = refused(&marked.replacen('^', "", 1));
    assert_eq!(error.message(), message, "{marked}");
    assert_eq!(error.position(), position, "{marked}");
    let column = marked[..position].chars().count() + 1;
    assert_eq!(error.column(), column, "{marked}");
    assert_eq!(error.to_string(), format!("column {column}: {message}"));
}

/// Pairs of lines: a marked source, and the message.
pub(super) fn check_all(cases: &str) {
    let lines: Vec<_> = cases.trim_matches('\n').lines().collect();
    for pair in lines.chunks(2) {
        check(pair[0], pair[1].trim_start());
    }
}

#[test]
fn operators_of_other_languages() {
    check_all(
        r##"
a ^= 1
    expected `==`, got `=`; equality is written `==`
a ^=== 1
    expected `==`, got `===`; equality is written `==`
a ^!== 1
    expected `!=`, got `!==`; inequality is written `!=`
a ^=> 1
    expected `>=`, got `=>`; write `>=` for "at least"
a ^=< 1
    expected `<=`, got `=<`; write `<=` for "at most"
a ^=~ "x"
    regular expressions are not in the subset; list values with `in [...]`
a ^!~ "x"
    regular expressions are not in the subset; list values with `in [...]`
a ^<> 1
    expected `!=`, got `<>`; inequality is written `!=`
a ^& b
    expected `&&`, got `&`; "and" is written `&&`
a ^| b
    expected `||`, got `|`; "or" is written `||`
"é" == a ^and b
    expected `&&`, got `and`; "and" is written `&&`
a ^or b
    expected `||`, got `or`; "or" is written `||`
a ^AND b
    expected `&&`, got `AND`; "and" is written `&&`
a ^Or b
    expected `||`, got `Or`; "or" is written `||`
^not a
    expected `!`, got `not`; "not x" is written `!x`
^not (a)
    expected `!`, got `not`; "not x" is written `!x`
^NOT a == 1
    expected `!`, got `NOT`; "not x" is written `!x`
a ^not in ["x"]
    expected an operator, got `not`; "not in" is written `!(x in [...])`
a ^!in ["x"]
    expected an operator, got `!`; "not in" is written `!(x in [...])`
a ^! b
    expected an operator, got `!`; "not in" is written `!(x in [...])`
a ^IN ["x"]
    expected `in`, got `IN`; write it in lower case
"##,
    );
}

#[test]
fn names_and_values_without_quotation_marks() {
    check_all(
        r##"
a == ^US
    expected an attribute name in lower case, got `US`; if it is a text, put quotation marks around it: "US"
country in [^US, "CA"]
    expected a literal in this list, got `US`; put quotation marks around a text: "US"
^Country == "US"
    expected an attribute name in lower case, got `Country`; if it is a text, put quotation marks around it: "Country"
^geo.City == "x"
    expected an attribute name in lower case, got `geo.City`; if it is a text, put quotation marks around it: "geo.City"
^größe == 1
    expected an attribute name ([a-z_][a-z0-9_]* and dots between such parts, none of them a reserved word), got `größe`; put quotation marks around a text
^a..b == 1
    expected an attribute name ([a-z_][a-z0-9_]* and dots between such parts, none of them a reserved word), got `a..b`; put quotation marks around a text
^a. == 1
    expected an attribute name ([a-z_][a-z0-9_]* and dots between such parts, none of them a reserved word), got `a.`; put quotation marks around a text
^geo.1 == 1
    expected an attribute name ([a-z_][a-z0-9_]* and dots between such parts, none of them a reserved word), got `geo.1`; put quotation marks around a text
"##,
    );
}

#[test]
fn texts() {
    check_all(
        r##"
a == ^“x”
    expected straight quotation marks (" or '), got typographic ones
a == ^‘x’
    expected straight quotation marks (" or '), got typographic ones
a == ^`x`
    expected quotation marks (" or '), got a backtick
a == ^"x
    expected a closing " for the string that begins here; write \" for a " inside it
a == ^'x
    expected a closing ' for the string that begins here; write \' for a ' inside it
a == ^"x\"
    expected a closing " for the string that begins here; write \" for a " inside it
a == ^"""x"""
    strings in three quotation marks are not in the subset; write one on each side
a == ^r"x"
    strings with the prefix `r` are not in the subset; write a plain one in quotation marks
a == "^\q"
    expected an escape of CEL (\\ \" \' \n \r \t \xHH \uHHHH \UHHHHHHHH \ooo ...); write \\ for a backslash
a == "^\x4"
    expected 2 hexadecimal digits in this escape
a == "^\xé0"
    expected 2 hexadecimal digits in this escape
a == "^\u12"
    expected 4 hexadecimal digits in this escape
a == "^\ud800"
    U+D800 is not a character that a text may hold
a == "^\U00110000"
    U+110000 is not a character that a text may hold
a == "^\400"
    expected an escape of CEL (\\ \" \' \n \r \t \xHH \uHHHH \UHHHHHHHH \ooo ...); write \\ for a backslash
a == "^\39"
    expected 3 octal digits in this escape
"##,
    );
}

#[test]
fn what_is_not_in_the_subset() {
    check_all(
        r##"
a ^+ 1 == 2
    arithmetic is not in the subset; expressions compare attributes with literals
a ^- 1 == 2
    `-` stands directly before a number, and arithmetic is not in the subset
a ^-1 == 2
    expected an operator, got `-1`; arithmetic is not in the subset
^-a == 2
    `-` stands directly before a number, and arithmetic is not in the subset
a ^* 2 == 2
    arithmetic is not in the subset; expressions compare attributes with literals
a ^/ 2 == 2
    arithmetic is not in the subset; expressions compare attributes with literals
a ^// c
    comments are not in the subset; remove it
a ^% 2 == 2
    arithmetic is not in the subset; expressions compare attributes with literals
a ^? b : c
    `? :` is not in the subset; write it with `&&` and `||`
a == ^{"x": 1}
    maps are not in the subset; lists of literals are written `[...]`
a^[0] == 1
    an index `x[...]` is not in the subset; ask `"v" in x`, or send `x.y` as an attribute
^.a
    a dot stands inside an attribute name (`geo.city`) or a number (`0.5`)
a^; b
    `;` (U+003B) has no meaning here; put quotation marks around a text
a == ^@
    `@` (U+0040) has no meaning here; put quotation marks around a text
^size(a) == 1
    the function `size` is not in the subset; the only one is `has(x)`, and texts are compared with `==` and `in`
^name.startsWith("x")
    the function `startsWith` is not in the subset; the only one is `has(x)`, and texts are compared with `==` and `in`
^xs.exists(x, x == 1)
    the function `exists` is not in the subset; the only one is `has(x)`, and texts are compared with `==` and `in`
^matches(a, "x")
    the function `matches` is not in the subset; the only one is `has(x)`, and texts are compared with `==` and `in`
"##,
    );
}

#[test]
fn has() {
    check_all(
        r##"
has(^"x")
    expected an attribute name without quotation marks, as in `has(geo.city)`, got `"x"`
has(^)
    expected an attribute name without quotation marks, as in `has(geo.city)`, got `)`
has(a^, b)
    expected `)` after the one attribute name of `has`, got `,`
has(a^
    expected `)` after the one attribute name of `has`, got the end
has(a ^== 1)
    expected `)` after the one attribute name of `has`, got `==`
"##,
    );
}

#[test]
fn reserved_words() {
    check_all(
        r##"
a == ^null
    `null` is not in the subset; `has(x)` says whether x was sent
a == ^NULL
    `NULL` is not in the subset; `has(x)` says whether x was sent
a == ^None
    `None` is not in the subset; `has(x)` says whether x was sent
a == ^True
    expected `true`, got `True`; write it in lower case
^TRUE
    expected `true`, got `TRUE`; write it in lower case
^in == 1
    expected an attribute, a literal, `has(...)`, `!` or `(`, got `in`
a == ^in
    expected an attribute, a literal, `has(...)`, `!` or `(`, got `in`
^a.in == 1
    expected an attribute name ([a-z_][a-z0-9_]* and dots between such parts, none of them a reserved word), got `a.in`; put quotation marks around a text
^null.x == 1
    expected an attribute name ([a-z_][a-z0-9_]* and dots between such parts, none of them a reserved word), got `null.x`; put quotation marks around a text
"##,
    );
}

#[test]
fn shape() {
    check_all(
        r##"
a < b ^< c
    comparisons do not chain, got a second operator `<`; join two with `&&`, as in `a < b && b < c`
a == b ^== c
    comparisons do not chain, got a second operator `==`; join two with `&&`, as in `a < b && b < c`
a in b ^in c
    comparisons do not chain, got a second operator `in`; join two with `&&`, as in `a < b && b < c`
a == 1 ^in [2]
    comparisons do not chain, got a second operator `in`; join two with `&&`, as in `a < b && b < c`
(a == 1^
    expected `)` for the `(` in column 1, got the end
((a)^
    expected `)` for the `(` in column 1, got the end
a^)
    expected an operator or the end, got `)` without a `(` before it
(a ^b)
    expected an operator (`&&`, `||`, `==`, `in`, ...) or the end, got `b`
a ^b
    expected an operator (`&&`, `||`, `==`, `in`, ...) or the end, got `b`
a ^"x"
    expected an operator (`&&`, `||`, `==`, `in`, ...) or the end, got `"x"`
"x" ^"y"
    expected an operator (`&&`, `||`, `==`, `in`, ...) or the end, got `"y"`
a ^1
    expected an operator (`&&`, `||`, `==`, `in`, ...) or the end, got `1`
a && ^
    expected an attribute, a literal, `has(...)`, `!` or `(`, got the end
^&& a
    expected an attribute, a literal, `has(...)`, `!` or `(`, got `&&`
a ==^
    expected an attribute, a literal, `has(...)`, `!` or `(`, got the end
a == ^&& b
    expected an attribute, a literal, `has(...)`, `!` or `(`, got `&&`
(^)
    expected an attribute, a literal, `has(...)`, `!` or `(`, got `)`
!^
    expected an attribute, a literal, `has(...)`, `!` or `(`, got the end
a || ^|| b
    expected an attribute, a literal, `has(...)`, `!` or `(`, got `||`
"##,
    );
}

#[test]
fn numbers() {
    check_all(
        r##"
^99999999999999999999 == a
    `99999999999999999999` does not fit into 64 bits; write `99999999999999999999.0` for a double
^-9223372036854775809 == a
    `-9223372036854775809` does not fit into 64 bits; write `-9223372036854775809.0` for a double
^1e999 == a
    `1e999` is too large for a double
^5. == a
    expected a digit after the dot; write `1.0` for `1.`
^5.x == a
    expected a digit after the dot; write `1.0` for `1.`
^5u == a
    expected a decimal number, got `5u`; put quotation marks around a text
^0x1F == a
    expected a decimal number, got `0x1F`; put quotation marks around a text
^1.5.2 == a
    expected a decimal number, got `1.5.2`; put quotation marks around a text
^1e == a
    expected digits in the exponent, as in `1e6`
^1e+ == a
    expected digits in the exponent, as in `1e6`
^21st == a
    expected a decimal number, got `21st`; put quotation marks around a text
"##,
    );
}

#[test]
fn strings_end_with_their_line() {
    let message =
        r#"expected a closing " for the string that begins here; write \" for a " inside it"#;
    check("a == ^\"x\ny\"", message);
    check("a == ^\"x\ry\"", message);
    check("a == \"x^\\", "expected a character after the backslash, got the end");
}

#[test]
fn long_pieces_of_the_source_are_cut_in_messages() {
    let word = "é".repeat(50);
    let shown = "é".repeat(40);
    check(
        &format!("a ^{word}"),
        &format!("expected an operator (`&&`, `||`, `==`, `in`, ...) or the end, got `{shown}...`"),
    );
}
