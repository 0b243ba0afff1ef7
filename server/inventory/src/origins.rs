//! Where each listing of the index came from, for as long as the index is built: four bytes a listing.

/// The source and line of each listing, by its ordinal.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// The line, or `u32::MAX` for all lines from there on.
    lines: Vec<u32>,
    /// For each source that was begun, the ordinal of its first listing.
    starts: Vec<usize>,
}

impl Origins {
    /// What is pushed from now on comes from the next source.
    pub(crate) fn begin_source(&mut self) {
        self.starts.push(self.lines.len());
    }

    /// Notes the line of the listing that was just added.
    pub(crate) fn push(&mut self, line: u64) {
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    /// The index of the source, and the line unless it is too large a number.
    pub(crate) fn find(&self, ordinal: usize) -> Option<(usize, Option<u32>)> {
        let line = *self.lines.get(ordinal)?;
        let source = self.starts.partition_point(|&start| start <= ordinal).checked_sub(1)?;
        Some((source, (line < u32::MAX).then_some(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::Origins;

    #[test]
    fn finds_source_and_line() {
        let mut origins = Origins::default();
        origins.begin_source();
        origins.push(7);
        origins.begin_source();
        origins.begin_source();
        origins.push(1);
        origins.push(u64::from(u32::MAX) + 5);
        assert_eq!(origins.find(0), Some((0, Some(7))));
        assert_eq!(
            origins.find(1),
            Some((2, Some(1))),
            "the empty source in between has no listing"
        );
        assert_eq!(origins.find(2), Some((2, None)));
        assert_eq!(origins.find(3), None);
    }
}
