//! Listings whose flight ends before that of their group starts, or the other way round.

use crate::index::rules::Rules;
use crate::record::Field;

use super::{Found, Subject, WarningKind};

pub(super) fn warn(found: &mut Found, subject: Subject<'_>, own: &Rules, group: &Rules) {
    let start = own.flight.start.max(group.flight.start);
    let ends = [own.flight.end, group.flight.end];
    let end = ends.into_iter().flatten().min();
    if let (Some(start), Some(end)) = (start, end)
        && end <= start
    {
        found.warn(WarningKind::NeverInFlight, subject, Field::EndTime, || {
            "the flight of the listing has no time in common with the flight of its group, so it never matches"
                .to_owned()
        });
    }
}
