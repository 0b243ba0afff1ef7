//! The single values of an export: amounts, statuses and days.

use broadside_core::Time;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::reason::Reason;
use crate::scalar::Refusal;
use crate::suggestion::did_you_mean;

/// Whether a campaign, an ad group or a keyword takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Enabled,
    Paused,
    Removed,
}

const STANDINGS: [(&str, Standing); 5] = [
    ("Enabled", Standing::Enabled),
    ("Paused", Standing::Paused),
    ("Removed", Standing::Removed),
    ("Active", Standing::Enabled),
    ("Deleted", Standing::Removed),
];
/// Decimals of an amount in millionths.
const DECIMALS: usize = 6;
/// The largest whole amount whose millionths an int64 holds.
const AMOUNT_MAX: i64 = i64::MAX / 1_000_000;
/// The forms of a day in which nobody confuses day and month.
const DAYS: [&str; 3] = ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"];

pub(crate) fn standing(cell: &str) -> Result<Standing, Refusal> {
    let known = STANDINGS.iter().find(|(name, _)| name.eq_ignore_ascii_case(cell));
    known.map(|(_, standing)| *standing).ok_or_else(|| {
        let hint = did_you_mean(cell, &STANDINGS.map(|(name, _)| name));
        (Reason::UnknownValue, format!("must be Enabled, Paused or Removed{hint}"))
    })
}

/// The start of a day in UTC. The export does not say in which zone its days are.
pub(crate) fn day_start(cell: &str) -> Result<Time, Refusal> {
    day(cell).and_then(midnight)
}

/// The end of a day, which is the start of the next: an end date is the last day of a flight.
pub(crate) fn day_end(cell: &str) -> Result<Time, Refusal> {
    day(cell)?.tomorrow().map_err(|_| not_a_day()).and_then(midnight)
}

fn day(cell: &str) -> Result<Date, Refusal> {
    let day = DAYS.iter().find_map(|form| Date::strptime(form, cell).ok());
    day.ok_or_else(not_a_day)
}

fn midnight(day: Date) -> Result<Time, Refusal> {
    let start = day.to_zoned(TimeZone::UTC).map_err(|_| not_a_day())?;
    Ok(Time { seconds: start.timestamp().as_second(), nanos: 0 })
}

fn not_a_day() -> Refusal {
    let what = "must be a day with its year first, such as 2026-01-31, which says what is month and what is day";
    (Reason::InvalidTime, what.to_owned())
}

/// An amount of the account's currency in millionths, exactly. Its integer part may be in groups of three, and point and
/// comma may each be the decimal mark; what could be read in two ways is refused.
pub(crate) fn amount(cell: &str) -> Result<u64, Refusal> {
    let (integer, fraction) = parts(cell)?;
    let fraction = fraction.trim_end_matches('0');
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_an_amount());
    }
    let micros = (fraction.len() <= DECIMALS).then(|| format!("{integer}{fraction:0<DECIMALS$}"));
    let micros = micros.and_then(|micros| micros.parse::<i64>().ok());
    micros.and_then(|micros| u64::try_from(micros).ok()).ok_or_else(|| {
        let what = format!("must be at most {AMOUNT_MAX}, with {DECIMALS} decimals at most");
        (Reason::OutOfRange, what)
    })
}

/// The digits before the decimal mark, without what separates groups of them, and those after it.
fn parts(cell: &str) -> Result<(String, &str), Refusal> {
    let marks: Vec<(usize, char)> =
        cell.char_indices().filter(|(_, mark)| matches!(mark, '.' | ',')).collect();
    let decimal = match marks[..] {
        [] => None,
        [(at, _)] => Some(at),
        // The same mark twice separates groups, another mark after it decimals.
        [.., (_, before), (at, last)] => (before != last).then_some(at),
    };
    let (integer, fraction) = decimal.map_or((cell, ""), |at| (&cell[..at], &cell[at + 1..]));
    if decimal.is_some() && fraction.is_empty() {
        return Err(not_an_amount());
    }
    let one_group = matches!(integer.len(), 1..=3) && !integer.starts_with('0');
    if marks.len() == 1 && one_group && fraction.len() == 3 {
        let what = "could be meant with decimals or in groups of three; write it without groups and with two decimals, \
                    such as 1234.00 or 1.23";
        return Err((Reason::WrongType, what.to_owned()));
    }
    Ok((ungrouped(integer).ok_or_else(not_an_amount)?, fraction))
}

/// The digits of an integer without what stands between groups of three, if it is the same between all.
fn ungrouped(integer: &str) -> Option<String> {
    let groups: Vec<&str> = integer.split(|character: char| !character.is_ascii_digit()).collect();
    let [first, rest @ ..] = &groups[..] else {
        return None;
    };
    let mut separators = integer.chars().filter(|character| !character.is_ascii_digit());
    let separator = separators.next();
    let grouped = separator.is_none_or(|separator| {
        let known = matches!(separator, '.' | ',' | '\'' | '\u{2019}') || separator.is_whitespace();
        known && separators.all(|other| other == separator)
    });
    let even = matches!(first.len(), 1..=3) || rest.is_empty() && !first.is_empty();
    (grouped && even && rest.iter().all(|group| group.len() == 3)).then(|| groups.concat())
}

fn not_an_amount() -> Refusal {
    let what = "must be an amount of the account's currency, digits only and no sign, such as 1.25";
    (Reason::WrongType, what.to_owned())
}

#[cfg(test)]
mod tests;
