//! Attributes as people write them: `NAME=VALUE`.
//!
//! | written | value |
//! |---|---|
//! | `age=34` | an integer of 64 bits |
//! | `ctr=0.25`, `ctr=1e-3` | a double |
//! | `mobile=true` | a boolean |
//! | `country=US`, `zip=01234` | a text: whatever is none of the above |
//! | `age="34"`, `title="a, b"` | the text between the quotation marks, to the letter; `""` in it is one `"` |
//! | `interests=sports,music` | a list of texts |
//! | `interests=sports,` | a list of one text: a comma at the end adds none |
//!
//! A name that is given several times has the list of all its texts.

use broadside_client::{AttributeValue, Attributes};
use serde::de::IgnoredAny;

/// One `NAME=VALUE`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attribute {
    name: String,
    /// The texts of the value, one unless there is a comma.
    texts: Vec<String>,
    /// What the value is if the name is not given again.
    value: AttributeValue,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Quoted,
    List,
}

/// Reads `NAME=VALUE`.
///
/// # Errors
/// A sentence that says what was expected.
pub(crate) fn parse(text: &str) -> Result<Attribute, String> {
    let (name, written) = text
        .split_once('=')
        .ok_or_else(|| "it has no `=`; write NAME=VALUE, such as country=US".to_owned())?;
    if name.is_empty() {
        return Err("it has no name before the `=`".to_owned());
    }
    let (texts, form) = read(written)?;
    let value = match form {
        Form::Plain => scalar(written)?,
        Form::Quoted => AttributeValue::String(texts.concat()),
        Form::List => AttributeValue::StringList(texts.clone()),
    };
    Ok(Attribute { name: name.to_owned(), texts, value })
}

/// All attributes that were given.
pub(crate) fn collect(given: &[Attribute]) -> Attributes {
    given
        .iter()
        .map(|attribute| {
            let same: Vec<&Attribute> =
                given.iter().filter(|other| other.name == attribute.name).collect();
            let value = match same.as_slice() {
                [alone] => alone.value.clone(),
                several => AttributeValue::StringList(
                    several.iter().flat_map(|attribute| attribute.texts.iter().cloned()).collect(),
                ),
            };
            (attribute.name.as_str(), value)
        })
        .collect()
}

/// The value as people read it: texts in quotation marks, lists in brackets.
pub(crate) fn display(value: &AttributeValue) -> String {
    json(value).to_string()
}

/// The value in JSON.
pub(crate) fn json(value: &AttributeValue) -> serde_json::Value {
    match value {
        AttributeValue::String(text) => text.as_str().into(),
        AttributeValue::Int(number) => (*number).into(),
        AttributeValue::Double(number) => (*number).into(),
        AttributeValue::Bool(truth) => (*truth).into(),
        AttributeValue::StringList(texts) => texts.as_slice().into(),
    }
}

/// The texts of a value, and how it is written.
fn read(written: &str) -> Result<(Vec<String>, Form), String> {
    let (first, mut rest, form) = read_text(written)?;
    let mut texts = vec![first];
    let is_list = !rest.is_empty();
    while let Some(next) = rest.strip_prefix(',').filter(|next| !next.is_empty()) {
        let (text, after, _) = read_text(next)?;
        texts.push(text);
        rest = after;
    }
    Ok((texts, if is_list { Form::List } else { form }))
}

/// One text, what follows it (nothing, or what starts with a comma), and how it is written.
fn read_text(written: &str) -> Result<(String, &str, Form), String> {
    let Some(mut quoted) = written.strip_prefix('"') else {
        let end = written.find(',').unwrap_or(written.len());
        return Ok((written[..end].to_owned(), &written[end..], Form::Plain));
    };
    let mut text = String::new();
    loop {
        let Some((before, after)) = quoted.split_once('"') else {
            return Err(
                "its quotation is not closed; write \"…\", and \"\" for a \" in it".to_owned()
            );
        };
        text.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                text.push('"');
                quoted = more;
            }
            None if after.is_empty() || after.starts_with(',') => {
                return Ok((text, after, Form::Quoted));
            }
            None => {
                return Err(
                    "after its quotation only a comma may follow; write \"\" for a \" in it"
                        .to_owned(),
                );
            }
        }
    }
}

/// The value of a single text that is not quoted.
fn scalar(text: &str) -> Result<AttributeValue, String> {
    let refused = |what: &str| format!("{text} is not {what}; write \"{text}\" for a text");
    if let Ok(truth) = text.parse::<bool>() {
        return Ok(truth.into());
    }
    if !is_number(text) {
        return Ok(text.into());
    }
    if text.contains(['.', 'e', 'E']) {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        return number.map(AttributeValue::from).ok_or_else(|| refused("a double"));
    }
    text.parse::<i64>().map(AttributeValue::from).map_err(|_| refused("an integer of 64 bits"))
}

/// Whether it is a number as JSON writes them, which have no leading zeros: an article number is a text.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use broadside_client::{AttributeValue, Attributes};

    use super::{collect, display, parse};

    fn check(written: &[&str], expected: &Attributes) {
        let given: Vec<_> = written.iter().map(|text| parse(text).expect(text)).collect();
        assert_eq!(&collect(&given), expected, "{written:?}");
    }

    fn check_one(written: &str, name: &str, value: impl Into<AttributeValue>) {
        check(&[written], &Attributes::new().with(name, value));
    }

    #[test]
    fn a_value_is_a_number_or_a_truth_if_it_is_written_as_one_and_else_a_text() {
        check_one("country=US", "country", "US");
        check_one("query=a=b", "query", "a=b");
        check_one("empty=", "empty", "");
        check_one("age=21", "age", 21);
        check_one("low=-9223372036854775808", "low", i64::MIN);
        check_one("ctr=0.25", "ctr", 0.25);
        check_one("ctr=-1e3", "ctr", -1000.0);
        check_one("mobile=true", "mobile", true);
        check_one("mobile=false", "mobile", false);
        for text in ["01234", "+1", "1.", ".5", "0x1f", "1 ", " 1", "True", "null", "NaN", "-", "٣"]
        {
            check_one(&format!("x={text}"), "x", text);
        }
    }

    #[test]
    fn what_is_quoted_is_a_text_to_the_letter() {
        check_one("age=\"21\"", "age", "21");
        check_one("mobile=\"true\"", "mobile", "true");
        check_one("empty=\"\"", "empty", "");
        check_one("title=\"a, b\"", "title", "a, b");
        check_one("title=\"the \"\"best\"\"\"", "title", "the \"best\"");
        check_one("size=12\"", "size", "12\"");
    }

    #[test]
    fn a_comma_makes_a_list_of_texts() {
        check_one("xs=a,b", "xs", ["a", "b"]);
        check_one("xs=1,true", "xs", ["1", "true"]);
        check_one("xs=a,", "xs", ["a"]);
        check_one("xs=\"a, b\",c", "xs", ["a, b", "c"]);
        check_one("xs=a,\"b\"", "xs", ["a", "b"]);
        check_one("xs=\"a\",", "xs", ["a"]);
        check_one("xs=a,,b", "xs", ["a", "", "b"]);
        check_one("xs=99999999999999999999,1", "xs", ["99999999999999999999", "1"]);
    }

    #[test]
    fn a_repeated_name_makes_a_list_of_texts() {
        check(&["xs=a", "xs=b"], &Attributes::new().with("xs", ["a", "b"]));
        check(&["xs=1", "y=2", "xs=\"3\""], &Attributes::new().with("xs", ["1", "3"]).with("y", 2));
        check(&["xs=a,b", "xs=c"], &Attributes::new().with("xs", ["a", "b", "c"]));
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let check = |text: &str, expected: &str| {
            let message = parse(text).expect_err(text);
            assert!(message.contains(expected), "{message}");
        };
        check("country", "no `=`");
        check("=US", "no name");
        check("id=9223372036854775808", "not an integer of 64 bits; write \"9223372036854775808\"");
        check("x=1e999", "not a double");
        check("x=\"a", "not closed");
        check("x=a,\"b", "not closed");
        check("x=\"a\"b", "only a comma may follow");
    }

    #[test]
    fn values_as_people_read_them() {
        let check = |value: AttributeValue, expected: &str| assert_eq!(display(&value), expected);
        check("a \"b\"\u{1b}".into(), r#""a \"b\"\u001b""#);
        check(21.into(), "21");
        check(1.0.into(), "1.0");
        check(false.into(), "false");
        check(["a", "b"].into(), r#"["a","b"]"#);
    }
}
