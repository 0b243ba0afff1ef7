//! The single values of a listing, read alike in every format: bids, qualities, statuses, times, match types.

use broadside_core::{MatchType, Status, Time};
use jiff::Timestamp;

use crate::reason::Reason;
use crate::suggestion::did_you_mean;

/// Why a value is refused: the reason, and the rest of a sentence that starts with the field's name.
pub(crate) type Refusal = (Reason, String);

/// A match type, and whether it is one of a negative.
pub(crate) type SignedMatchType = (MatchType, bool);

const MATCH_TYPES: [(&str, SignedMatchType); 8] = [
    ("EXACT", (MatchType::Exact, false)),
    ("PHRASE", (MatchType::Phrase, false)),
    ("BROAD", (MatchType::Broad, false)),
    ("REGEX", (MatchType::Regex, false)),
    ("NEGATIVE_EXACT", (MatchType::Exact, true)),
    ("NEGATIVE_PHRASE", (MatchType::Phrase, true)),
    ("NEGATIVE_BROAD", (MatchType::Broad, true)),
    ("NEGATIVE_REGEX", (MatchType::Regex, true)),
];

/// A bid: a whole number of millionths, which an int64 holds.
pub(crate) fn bid(number: &str) -> Result<u64, Refusal> {
    let bid = number.parse::<i64>().ok().and_then(|bid| u64::try_from(bid).ok());
    bid.ok_or_else(|| {
        let what = "must be a whole number of millionths of the currency unit";
        (Reason::OutOfRange, format!("{what}, from 0 to {}", i64::MAX))
    })
}

/// A quality. Whether it makes a score is the index's to say.
pub(crate) fn quality(number: &str) -> Result<f64, Refusal> {
    number.parse().map_err(|_| (Reason::WrongType, "must be a number, such as 1.5".to_owned()))
}

pub(crate) fn status(name: &str) -> Result<Status, Refusal> {
    match name {
        "ACTIVE" => Ok(Status::Active),
        "PAUSED" => Ok(Status::Paused),
        _ => {
            let hint = did_you_mean(name, &["ACTIVE", "PAUSED"]);
            Err((Reason::UnknownValue, format!("must be ACTIVE or PAUSED{hint}")))
        }
    }
}

/// A point in time in the form of RFC 3339.
pub(crate) fn time(text: &str) -> Result<Time, Refusal> {
    let timestamp: Timestamp = text.parse().map_err(|_| {
        let what =
            "must be a time with its offset from UTC as in RFC 3339, such as 2026-01-31T18:00:00Z";
        (Reason::InvalidTime, what.to_owned())
    })?;
    let (mut seconds, mut nanos) = (timestamp.as_second(), timestamp.subsec_nanosecond());
    if nanos < 0 {
        // jiff rounds towards zero, the matcher towards the past.
        seconds -= 1;
        nanos += 1_000_000_000;
    }
    let nanos = u32::try_from(nanos).expect("less than a second, and made positive above");
    Ok(Time { seconds, nanos })
}

/// The time as a report shows it.
pub(crate) fn show_time(time: Time) -> String {
    let nanos = i32::try_from(time.nanos).unwrap_or(0);
    Timestamp::new(time.seconds, nanos)
        .map_or_else(|_| format!("{time:?}"), |time| time.to_string())
}

/// A match type by its name, in capitals. `negatives` says whether the `NEGATIVE_` ones have a meaning here.
pub(crate) fn match_type(name: &str, negatives: bool) -> Result<SignedMatchType, Refusal> {
    let known = if negatives { &MATCH_TYPES[..] } else { &MATCH_TYPES[..4] };
    if let Some((_, found)) = known.iter().find(|(known, _)| *known == name) {
        return Ok(*found);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let hint = did_you_mean(name, &names);
    Err((Reason::UnknownValue, format!("must be one of {}{hint}", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use broadside_core::Time;

    use super::{bid, show_time, time};

    #[test]
    fn times_are_rounded_towards_the_past() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1970-01-01T01:00:00.5+01:00", 0, 500_000_000),
            ("1969-12-31T23:59:59.25Z", -1, 250_000_000),
            ("2026-01-31T18:00:00Z", 1_769_882_400, 0),
        ];
        for (text, seconds, nanos) in cases {
            let found = time(text).expect(text);
            assert_eq!(found, Time { seconds, nanos }, "{text}");
            assert_eq!(time(&show_time(found)), Ok(found));
        }
        for text in ["", "2026-01-31", "2026-01-31T18:00:00", "2026-02-30T00:00:00Z", "yesterday"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bids_are_whole_and_fit_an_int64() {
        assert_eq!(bid("0"), Ok(0));
        assert_eq!(bid("9223372036854775807"), Ok(i64::MAX as u64));
        for text in ["-1", "1.5", "1e3", "9223372036854775808", "", " 1", "one"] {
            assert!(bid(text).is_err(), "{text}");
        }
    }
}
