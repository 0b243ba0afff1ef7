//! Points in time as people write and read them: RFC 3339.

use std::time::SystemTime;

use prost_types::Timestamp;

/// Reads a time such as `2026-11-27T00:00:00Z`.
///
/// # Errors
/// A sentence that says what was expected.
pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    let refused =
        || format!("`{text}` is not a time as RFC 3339 writes it, such as 2026-11-27T00:00:00Z");
    // The parser below takes dates alone as well; a flight that begins at an unsaid hour helps nobody.
    if !text.contains(['T', 't']) {
        return Err(refused());
    }
    let timestamp: Timestamp = text.parse().map_err(|_| refused())?;
    SystemTime::try_from(timestamp).map_err(|_| refused())
}

/// Writes a time to the second, in UTC; `never` if there is none.
pub(crate) fn display(time: Option<SystemTime>) -> String {
    let Some(time) = time else {
        return "never".to_owned();
    };
    let timestamp = Timestamp::from(time);
    Timestamp { seconds: timestamp.seconds, nanos: 0 }.to_string()
}

/// Writes a time with all its digits, so that it can be read again.
pub(crate) fn exact(time: SystemTime) -> String {
    Timestamp::from(time).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{display, exact, parse};

    #[test]
    fn times() {
        let check = |text: &str, seconds: u64| {
            let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(parse(text), Ok(expected), "{text}");
        };
        check("1970-01-01T00:00:00Z", 0);
        check("2026-11-27T00:00:00Z", 1_795_737_600);
        check("2026-11-27T02:00:00+02:00", 1_795_737_600);
        for bad in ["", "now", "2026-11-27", "2026-13-01T00:00:00Z", "1795737600"] {
            assert!(parse(bad).expect_err(bad).contains("RFC 3339"));
        }
    }

    #[test]
    fn a_time_is_written_to_the_second() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_737_600_789);
        assert_eq!(display(Some(time)), "2026-11-27T00:00:00Z");
        assert_eq!(display(None), "never");
    }

    #[test]
    fn an_exact_time_can_be_read_again() {
        for text in
            ["2026-11-27T00:00:00Z", "2026-11-27T00:00:00.250Z", "1969-12-31T23:59:59.000000001Z"]
        {
            let time = parse(text).expect(text);
            assert_eq!(exact(time), text);
        }
    }
}
