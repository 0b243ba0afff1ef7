//! Which queries of a batch travel in which call. Pure.

use std::ops::Range;

use crate::attributes::AttributeValue;
use crate::limits::{CALL_QUERIES_BYTES_MAX, CALL_QUERIES_MAX};
use crate::query::Query;

/// Bytes that a field costs beside its content: its key and a length of up to five bytes, rounded up.
const FIELD_BYTES: usize = 8;
/// Bytes of a query's options: four small fields, every include given, and a time.
const OPTIONS_BYTES: usize = 64;

/// How a batch travels.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The queries of each call, ascending. What no part holds is in `too_large`.
    pub(crate) parts: Vec<Range<usize>>,
    /// Queries that no call can carry, with their bytes.
    pub(crate) too_large: Vec<(usize, usize)>,
}

/// Splits a batch into as few parts as the limits of a call allow, keeping the order. O(queries).
pub(crate) fn plan(queries: &[Query]) -> Plan {
    plan_sizes(queries.iter().map(bytes_at_most), CALL_QUERIES_MAX, CALL_QUERIES_BYTES_MAX)
}

/// The same for queries of which only the sizes are known.
fn plan_sizes(
    sizes: impl IntoIterator<Item = usize>,
    queries_max: usize,
    bytes_max: usize,
) -> Plan {
    let mut plan = Plan::default();
    let mut part = 0..0;
    let mut part_bytes = 0;
    for (index, bytes) in sizes.into_iter().enumerate() {
        let too_large = bytes > bytes_max;
        if too_large || part.len() == queries_max || part_bytes + bytes > bytes_max {
            plan.parts.extend((!part.is_empty()).then_some(part));
            part = index..index;
            part_bytes = 0;
        }
        if too_large {
            plan.too_large.push((index, bytes));
            part = index + 1..index + 1;
        } else {
            part.end = index + 1;
            part_bytes += bytes;
        }
    }
    plan.parts.extend((!part.is_empty()).then_some(part));
    plan
}

/// Bytes of the encoded query, or a few more.
fn bytes_at_most(query: &Query) -> usize {
    let attributes: usize = query
        .attributes
        .iter()
        .map(|(name, value)| 4 * FIELD_BYTES + name.len() + value_bytes_at_most(value))
        .sum();
    let options = query.options.as_ref().map_or(0, |options| OPTIONS_BYTES + options.include.len());
    2 * FIELD_BYTES + query.text.len() + attributes + options
}

/// Bytes of the encoded value, or a few more.
fn value_bytes_at_most(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::String(text) => FIELD_BYTES + text.len(),
        // A negative integer takes ten bytes.
        AttributeValue::Int(_) | AttributeValue::Double(_) | AttributeValue::Bool(_) => 11,
        AttributeValue::StringList(texts) => {
            FIELD_BYTES + texts.iter().map(|text| FIELD_BYTES + text.len()).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use prost::Message;

    use super::{Plan, bytes_at_most, plan, plan_sizes};
    use crate::attributes::Attributes;
    use crate::limits::{CALL_QUERIES_BYTES_MAX, CALL_QUERIES_MAX};
    use crate::query::{BatchOptions, Include, MatchOptions, Query};
    use crate::wire;

    /// At most 3 queries and 10 bytes a part.
    fn check(sizes: &[usize], parts: &[(usize, usize)], too_large: &[(usize, usize)]) {
        let expected = Plan {
            parts: parts.iter().map(|(start, end)| *start..*end).collect(),
            too_large: too_large.to_vec(),
        };
        assert_eq!(plan_sizes(sizes.iter().copied(), 3, 10), expected, "{sizes:?}");
    }

    #[test]
    fn parts_are_filled_in_order() {
        check(&[], &[], &[]);
        check(&[1], &[(0, 1)], &[]);
        check(&[1, 1, 1], &[(0, 3)], &[]);
        check(&[1, 1, 1, 1], &[(0, 3), (3, 4)], &[]);
        check(&[5, 5, 1], &[(0, 2), (2, 3)], &[]);
        check(&[10, 10], &[(0, 1), (1, 2)], &[]);
        check(&[0, 0, 0, 0, 0, 0, 0], &[(0, 3), (3, 6), (6, 7)], &[]);
    }

    #[test]
    fn a_query_that_no_call_can_carry_is_left_out_and_the_rest_travels() {
        check(&[11], &[], &[(0, 11)]);
        check(&[11, 12], &[], &[(0, 11), (1, 12)]);
        check(&[1, 11, 1], &[(0, 1), (2, 3)], &[(1, 11)]);
        check(&[11, 1, 1, 1, 1], &[(1, 4), (4, 5)], &[(0, 11)]);
        check(&[1, 11], &[(0, 1)], &[(1, 11)]);
    }

    #[test]
    fn real_queries_are_split_by_count_and_by_bytes() {
        let short = vec![Query::from("cheap running shoes"); 2 * CALL_QUERIES_MAX + 1];
        let lengths: Vec<usize> = plan(&short).parts.iter().map(ExactSizeIterator::len).collect();
        assert_eq!(lengths, [CALL_QUERIES_MAX, CALL_QUERIES_MAX, 1]);

        let long = vec![Query::from("x".repeat(60_000)); 100];
        let plan = plan(&long);
        assert_eq!(plan.parts.iter().map(ExactSizeIterator::len).sum::<usize>(), long.len());
        for part in plan.parts {
            let bytes =
                wire::batch_request(&long[part], &BatchOptions::default(), None).encoded_len();
            assert!(bytes <= CALL_QUERIES_BYTES_MAX, "{bytes}");
        }
    }

    #[test]
    fn the_estimate_is_never_too_small() {
        let attributes = Attributes::new()
            .with("country", "US".repeat(200))
            .with("age", -1)
            .with("ctr", 0.25)
            .with("mobile", true)
            .with("interests", ["sports"; 300]);
        let options = MatchOptions {
            limit: u32::MAX,
            max_per_group: u32::MAX,
            include: vec![Include::Payload, Include::Spans, Include::Keyword],
            as_of: Some(SystemTime::UNIX_EPOCH - Duration::from_nanos(1)),
        };
        let full = |text: &str| Query {
            text: text.to_owned(),
            attributes: attributes.clone(),
            options: Some(options.clone()),
        };
        for query in [
            Query::from(""),
            Query::from("cat"),
            Query::from("猫".repeat(30_000)),
            full(""),
            full("cheap running shoes"),
        ] {
            let bytes = bytes_at_most(&query);
            let shared = BatchOptions::default();
            let empty = wire::batch_request(&[], &shared, None).encoded_len();
            let encoded = wire::batch_request(std::slice::from_ref(&query), &shared, None)
                .encoded_len()
                - empty;
            assert!((encoded..2 * encoded + 100).contains(&bytes), "{bytes} for {encoded}");
        }
    }
}
