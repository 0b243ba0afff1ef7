//! Texts and bytes of many records in two flat arrays, instead of an allocation for each.

/// Values of varying length, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

impl Arena {
    /// Adds a value; its number is how many there were.
    pub(crate) fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len() as u64);
    }

    /// A value by its number.
    pub(crate) fn get(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        #[expect(clippy::cast_possible_truncation, reason = "places in memory")]
        let range = start as usize..self.ends[number] as usize;
        &self.bytes[range]
    }

    /// A value that was put in as a text.
    pub(crate) fn get_str(&self, number: usize) -> &str {
        std::str::from_utf8(self.get(number)).expect("texts are put in as UTF-8")
    }

    /// How many values it holds.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len() + size_of_val(self.ends.as_slice())
    }

    /// Gives back what was reserved for growth.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
