//! Where each record of the index came from, for as long as the index is built: four bytes a record.

use crate::kind::Kind;

/// The source and line of each record, by its kind and its ordinal among those of its kind.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    of_kind: [Lines; Kind::ALL.len()],
}

/// The same of one kind.
#[derive(Debug, Default)]
struct Lines {
    /// The line, or `u32::MAX` for all lines from there on.
    lines: Vec<u32>,
    /// For each source that was begun, the ordinal of its first record.
    starts: Vec<usize>,
}

impl Origins {
    /// What is pushed from now on comes from the next source.
    pub(crate) fn begin_source(&mut self) {
        for Lines { lines, starts } in &mut self.of_kind {
            starts.push(lines.len());
        }
    }

    /// Notes the line of the record that was just added.
    pub(crate) fn push(&mut self, kind: Kind, line: u64) {
        self.of_kind[kind as usize].lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    /// The index of the source, and the line unless it is too large a number.
    pub(crate) fn find(&self, kind: Kind, ordinal: u32) -> Option<(usize, Option<u32>)> {
        let Lines { lines, starts } = &self.of_kind[kind as usize];
        let ordinal = ordinal as usize;
        let line = *lines.get(ordinal)?;
        let source = starts.partition_point(|&start| start <= ordinal).checked_sub(1)?;
        Some((source, (line < u32::MAX).then_some(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::Origins;
    use crate::kind::Kind;

    #[test]
    fn finds_source_and_line() {
        let mut origins = Origins::default();
        origins.begin_source();
        origins.push(Kind::Listing, 7);
        origins.begin_source();
        origins.push(Kind::Group, 3);
        origins.begin_source();
        origins.push(Kind::Listing, 1);
        origins.push(Kind::Listing, u64::from(u32::MAX) + 5);
        for (kind, ordinal, expected) in [
            (Kind::Listing, 0, Some((0, Some(7)))),
            // The source in between has no listing.
            (Kind::Listing, 1, Some((2, Some(1)))),
            (Kind::Listing, 2, Some((2, None))),
            (Kind::Listing, 3, None),
            (Kind::Group, 0, Some((1, Some(3)))),
            (Kind::Group, 1, None),
            (Kind::NegativeList, 0, None),
        ] {
            assert_eq!(origins.find(kind, ordinal), expected, "{kind:?} {ordinal}");
        }
    }
}
