//! Durations as people write them: `500ms`, `10s`, `2m`, `1h`.

use std::time::Duration;

/// The longest duration that is taken, so that sums of them cannot overflow.
const DURATION_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Reads a whole or decimal number and its unit.
///
/// # Errors
/// A sentence that says what was expected.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let unit_start = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_start);
    let unit_seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => {
            return Err(format!(
                "`{text}` is not a number with a unit (us, ms, s, m or h), such as 500ms or 2m"
            ));
        }
    };
    let number: f64 = number
        .parse()
        .map_err(|_| format!("`{text}` does not start with a number, such as 500ms or 2m"))?;
    match Duration::try_from_secs_f64(number * unit_seconds) {
        Ok(duration) if duration <= DURATION_MAX => Ok(duration),
        _ => Err(format!("`{text}` is longer than a week")),
    }
}

/// The same, for durations that must not be zero.
///
/// # Errors
/// A sentence that says what was expected.
pub(crate) fn parse_positive(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err(format!("`{text}` is no time at all; give more than zero")),
        duration => Ok(duration),
    }
}

/// Writes a duration with three significant digits and the unit that suits it.
pub(crate) fn display(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (number, unit) = match seconds {
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s if s < 120.0 => (s, "s"),
        _ => {
            let whole = duration.as_secs();
            return match (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60) {
                (0, 0, minutes, seconds) => format!("{minutes}m {seconds:02}s"),
                (0, hours, minutes, _) => format!("{hours}h {minutes:02}m"),
                (days, hours, _, _) => format!("{days}d {hours:02}h"),
            };
        }
    };
    let decimals = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    format!("{number:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{display, parse, parse_positive};

    #[test]
    fn what_people_write() {
        let check = |text: &str, micros: u64| {
            assert_eq!(parse(text), Ok(Duration::from_micros(micros)), "{text}");
        };
        check("500ms", 500_000);
        check("10s", 10_000_000);
        check("2m", 120_000_000);
        check("1h", 3_600_000_000);
        check("1.5s", 1_500_000);
        check("250us", 250);
        check("0s", 0);
        for bad in ["", "10", "s", "10 s", "-1s", "1d", "1.2.3s", "1e3s", "9999999h", "ten s", "٣s"]
        {
            let message = parse(bad).expect_err(bad);
            assert!(message.contains(bad), "{message}");
        }
        assert!(parse_positive("0ms").is_err());
        assert!(parse_positive("1ms").is_ok());
    }

    #[test]
    fn what_people_read() {
        let check = |micros: u64, text: &str| {
            assert_eq!(display(Duration::from_micros(micros)), text);
        };
        check(0, "0.00 µs");
        check(12, "12.0 µs");
        check(999, "999 µs");
        check(1_234, "1.23 ms");
        check(345_678, "346 ms");
        check(12_345_678, "12.3 s");
        check(119_900_000, "120 s");
        check(125_000_000, "2m 05s");
        check(7_384_000_000, "2h 03m");
        check(200_000_000_000, "2d 07h");
    }
}
