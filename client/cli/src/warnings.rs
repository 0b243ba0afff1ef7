//! What is odd about an inventory, for people and for programs.

use broadside_client::{Warning, Warnings};
use serde::Serialize;

use crate::number;
use crate::paint::Paint;
use crate::printable::printable;
use crate::table::{Align, Table};

/// Warnings that are shown to a person; `--json` has as many as the server tells.
const WARNINGS_SHOWN_MAX: usize = 5;

/// Warnings for programs.
#[derive(Debug, Serialize)]
pub(crate) struct JsonWarnings<'a> {
    counts: Vec<JsonCount<'a>>,
    warnings: Vec<JsonWarning<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonCount<'a> {
    code: &'a str,
    count: u64,
}

#[derive(Debug, Serialize)]
struct JsonWarning<'a> {
    source: &'a str,
    line: u64,
    code: &'a str,
    field: &'a str,
    id: &'a str,
    message: &'a str,
}

impl<'a> JsonWarnings<'a> {
    pub(crate) fn new(warnings: &'a Warnings) -> JsonWarnings<'a> {
        let warning = |warning: &'a Warning| JsonWarning {
            source: &warning.source,
            line: warning.line,
            code: &warning.code,
            field: &warning.field,
            id: &warning.id,
            message: &warning.message,
        };
        let counts = warnings.counts.iter();
        JsonWarnings {
            counts: counts
                .map(|count| JsonCount { code: &count.code, count: count.count })
                .collect(),
            warnings: warnings.warnings.iter().map(warning).collect(),
        }
    }
}

/// How many there are of each code, and the first of them. Nothing if there is none.
pub(crate) fn human(warnings: &Warnings, paint: Paint) -> String {
    let mut table = Table::new(&[("", Align::Left), ("", Align::Right)]);
    for count in &warnings.counts {
        table.row([count.code.clone(), number::grouped(count.count)]);
    }
    let mut text = table.render(paint);
    for warning in warnings.warnings.iter().take(WARNINGS_SHOWN_MAX) {
        text.push_str(&format!("  {}\n", line(warning)));
    }
    let shown = warnings.warnings.len().min(WARNINGS_SHOWN_MAX) as u64;
    let left = warnings.total().saturating_sub(shown);
    if left > 0 {
        text.push_str(&format!("  … {} more\n", number::grouped(left)));
    }
    text
}

/// `file:line: id: field: message (CODE)`, the form of a bad record; what is not known is left out.
fn line(warning: &Warning) -> String {
    let mut places = vec![warning.source.clone(), warning.id.clone(), warning.field.clone()];
    if warning.line > 0 {
        places[0].push_str(&format!(":{}", warning.line));
    }
    places.retain(|place| !place.is_empty());
    places.push(warning.message.clone());
    printable(&format!("{} ({})", places.join(": "), warning.code)).into_owned()
}

#[cfg(test)]
mod tests {
    use broadside_client::{Warning, WarningCount, Warnings};

    use super::{JsonWarnings, human};
    use crate::paint::{ColorChoice, Paint};

    fn warning(line: u64, field: &str) -> Warning {
        Warning {
            source: "/data/shop.jsonl".to_owned(),
            line,
            code: "NEVER_IN_FLIGHT".to_owned(),
            field: field.to_owned(),
            id: "l1".to_owned(),
            message: "ends before its group\x1b starts".to_owned(),
        }
    }

    fn check(count: u64, warnings: &[Warning], expected: &str) {
        let counts = vec![WarningCount { code: "NEVER_IN_FLIGHT".to_owned(), count }];
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let warnings = Warnings { counts, warnings: warnings.to_vec() };
        assert_eq!(human(&warnings, plain), expected);
    }

    #[test]
    fn for_people() {
        let end = "ends before its group\u{fffd} starts (NEVER_IN_FLIGHT)";
        check(
            1,
            &[warning(7, "end_time")],
            &format!("  NEVER_IN_FLIGHT  1\n  /data/shop.jsonl:7: l1: end_time: {end}\n"),
        );
        let line = format!("  /data/shop.jsonl: l1: {end}\n");
        check(
            1_234,
            &vec![warning(0, ""); 7],
            &format!("  NEVER_IN_FLIGHT  1,234\n{}  … 1,229 more\n", line.repeat(5)),
        );
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        assert_eq!(human(&Warnings::default(), plain), "");
    }

    #[test]
    fn for_programs() {
        let counts = vec![WarningCount { code: "NEVER_IN_FLIGHT".to_owned(), count: 9 }];
        let warnings = Warnings { counts, warnings: vec![warning(7, "end_time"); 6] };
        let value = serde_json::to_value(JsonWarnings::new(&warnings)).expect("it is JSON");
        assert_eq!(value["counts"][0], serde_json::json!({"code": "NEVER_IN_FLIGHT", "count": 9}));
        assert_eq!(value["warnings"].as_array().map(Vec::len), Some(6), "all of them");
        assert_eq!(
            value["warnings"][5],
            serde_json::json!({
                "source": "/data/shop.jsonl", "line": 7, "code": "NEVER_IN_FLIGHT", "field": "end_time", "id": "l1",
                "message": "ends before its group\x1b starts"
            })
        );
    }
}
