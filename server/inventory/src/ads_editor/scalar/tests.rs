//! Amounts to the millionth, statuses and days, and what is refused.

use proptest::prelude::*;

use super::{Standing, amount, day_end, day_start, standing};
use crate::reason::Reason;

fn check(cell: &str, expected: Result<u64, Reason>) {
    assert_eq!(amount(cell).map_err(|(reason, _)| reason), expected, "{cell}");
}

#[test]
fn amounts_are_exact() {
    for (cell, micros) in [
        ("1", 1_000_000),
        ("0", 0),
        ("0.00", 0),
        ("1.5", 1_500_000),
        ("1,50", 1_500_000),
        ("0.01", 10_000),
        ("0.07", 70_000),
        ("0.125", 125_000),
        ("0,125", 125_000),
        ("1.234567", 1_234_567),
        ("1.2300000000", 1_230_000),
        ("1234.5", 1_234_500_000),
        ("1234.567", 1_234_567_000),
        ("1,234.50", 1_234_500_000),
        ("1.234,50", 1_234_500_000),
        ("1,234,567", 1_234_567_000_000),
        ("1.234.567", 1_234_567_000_000),
        ("1,234,567.891", 1_234_567_891_000),
        ("1\u{a0}234,50", 1_234_500_000),
        ("1\u{202f}234", 1_234_000_000),
        ("1'234.50", 1_234_500_000),
        ("9223372036854.775807", i64::MAX.unsigned_abs()),
    ] {
        check(cell, Ok(micros));
    }
}

#[test]
fn amounts_that_are_none_or_could_be_two_are_refused() {
    for cell in [
        "",
        "-1",
        "+1",
        "$1.50",
        "1.50 EUR",
        "auto",
        ".5",
        "5.",
        "1.2.3",
        "12,34.5",
        "1,2345.6",
        "1234,567.8",
        "1 23",
        "1,234 567.8",
        "1,,234.5",
        "1.5e3",
        "\u{661}",
    ] {
        check(cell, Err(Reason::WrongType));
    }
    for cell in ["1,234", "1.234", "999,999"] {
        check(cell, Err(Reason::WrongType));
        assert!(amount(cell).is_err_and(|(_, what)| what.starts_with("could be")), "{cell}");
    }
    for cell in ["1.2345678", "9223372036854.775808", "9223372036855", "99999999999999999999"] {
        check(cell, Err(Reason::OutOfRange));
    }
}

#[test]
fn statuses() {
    for (cell, expected) in [
        ("Enabled", Some(Standing::Enabled)),
        ("ACTIVE", Some(Standing::Enabled)),
        ("paused", Some(Standing::Paused)),
        ("Removed", Some(Standing::Removed)),
        ("deleted", Some(Standing::Removed)),
        ("Pasued", None),
        ("on", None),
    ] {
        assert_eq!(standing(cell).ok(), expected, "{cell}");
    }
    assert!(standing("Pasued").is_err_and(|(_, what)| what.ends_with("did you mean `Paused`?")));
}

#[test]
fn a_flight_has_its_last_day() {
    for (cell, start, end) in [
        ("1970-01-01", 0, 86_400),
        ("20260131", 1_769_817_600, 1_769_904_000),
        ("2026/01/31", 1_769_817_600, 1_769_904_000),
    ] {
        assert_eq!(day_start(cell).map(|time| time.seconds), Ok(start), "{cell}");
        assert_eq!(day_end(cell).map(|time| time.seconds), Ok(end), "{cell}");
    }
    for cell in ["1/31/2026", "31.01.2026", "2026-02-30", "soon", "2026-01-31 12:00", "260131"] {
        assert!(day_start(cell).is_err() && day_end(cell).is_err(), "{cell}");
    }
    assert!(day_start("9999-12-30").is_ok() && day_end("9999-12-30").is_err());
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(micros in 0..=i64::MAX.unsigned_abs()) {
        let (units, rest) = (micros / 1_000_000, micros % 1_000_000);
        prop_assert_eq!(amount(&format!("{units}.{rest:06}")), Ok(micros));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[0-9., '\u{a0}-]{0,12}|\\PC{0,20}") {
        let _ = (amount(&text).is_ok(), standing(&text).is_ok(), day_start(&text).is_ok(), day_end(&text).is_ok());
    }
}
