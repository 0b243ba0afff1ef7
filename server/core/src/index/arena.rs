//! Texts and bytes of many records in flat arrays, instead of an allocation for each.

use broadside_memory::{Array, prefetch};

/// Values of varying length, one after the other.
///
/// Where a value ends takes four bytes: counted from the beginning of its chunk of [`CHUNK_VALUES`] values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    pub(crate) bytes: Array<u8>,
    pub(crate) ends: Array<u32>,
    /// Where each chunk begins.
    pub(crate) chunks: Array<u64>,
}

/// An [`Arena`] that grows.
#[derive(Debug, Clone, Default)]
pub(crate) struct ArenaBuilder {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    chunks: Vec<u64>,
}

/// Values of a chunk. Times the longest value, it fits into 32 bits.
const CHUNK_VALUES: usize = 4_096;

impl Arena {
    /// A value by its number.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> &[u8] {
        get(&self.bytes, &self.ends, &self.chunks, number)
    }

    /// A value that was put in as a text.
    pub(crate) fn get_str(&self, number: usize) -> &str {
        std::str::from_utf8(self.get(number)).expect("texts are put in as UTF-8")
    }

    /// Asks memory for where a value lies.
    #[inline]
    pub(crate) fn prefetch(&self, number: usize) {
        prefetch(&self.ends, number);
    }

    /// Asks memory for a value, if where it lies is near already.
    #[inline]
    pub(crate) fn prefetch_value(&self, number: usize) {
        prefetch(&self.bytes, start(&self.ends, &self.chunks, number));
    }

    /// How many values it holds.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len() + self.ends.size_bytes() + self.chunks.size_bytes()
    }

    /// Whether there is a beginning for each chunk of its values.
    pub(crate) fn has_its_chunks(&self) -> bool {
        self.chunks.len() == self.ends.len().div_ceil(CHUNK_VALUES)
    }

    /// Says what is wrong with it, if anything is: values that end before they begin, or behind the bytes.
    pub(crate) fn validate(&self) -> Result<(), &'static str> {
        if !self.has_its_chunks() {
            return Err("not a beginning for each chunk");
        }
        let mut last = 0;
        for (number, &end) in self.ends.iter().enumerate() {
            let chunk = self.chunks[number / CHUNK_VALUES];
            if number.is_multiple_of(CHUNK_VALUES) && chunk != last {
                return Err("a chunk does not begin where the one before ends");
            }
            let Some(end) = chunk.checked_add(u64::from(end)).filter(|&end| end >= last) else {
                return Err("a value ends before it begins");
            };
            last = end;
        }
        if last == self.bytes.len() as u64 {
            Ok(())
        } else {
            Err("values and bytes do not end together")
        }
    }

    /// The same, and that all values are texts.
    pub(crate) fn validate_texts(&self) -> Result<(), &'static str> {
        self.validate()?;
        let texts = (0..self.len()).all(|number| std::str::from_utf8(self.get(number)).is_ok());
        if texts { Ok(()) } else { Err("a text is not UTF-8") }
    }
}

impl ArenaBuilder {
    /// Adds a value; its number is how many there were.
    pub(crate) fn push(&mut self, value: &[u8]) {
        if self.ends.len().is_multiple_of(CHUNK_VALUES) {
            self.chunks.push(self.bytes.len() as u64);
        }
        self.bytes.extend_from_slice(value);
        let chunk = self.chunks.last().copied().unwrap_or(0);
        let end = u32::try_from(self.bytes.len() as u64 - chunk);
        self.ends.push(end.expect("values are at most 64 KiB"));
    }

    /// A value by its number.
    pub(crate) fn get(&self, number: usize) -> &[u8] {
        get(&self.bytes, &self.ends, &self.chunks, number)
    }

    /// How many values it holds.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no byte in it.
    pub(crate) fn holds_nothing(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The finished arena.
    pub(crate) fn finish(mut self) -> Arena {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
        Arena { bytes: self.bytes.into(), ends: self.ends.into(), chunks: self.chunks.into() }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places in memory")]
#[inline]
fn start(ends: &[u32], chunks: &[u64], number: usize) -> usize {
    let chunk = chunks[number / CHUNK_VALUES] as usize;
    if number.is_multiple_of(CHUNK_VALUES) { chunk } else { chunk + ends[number - 1] as usize }
}

#[expect(clippy::cast_possible_truncation, reason = "places in memory")]
#[inline]
fn get<'a>(bytes: &'a [u8], ends: &[u32], chunks: &[u64], number: usize) -> &'a [u8] {
    let end = chunks[number / CHUNK_VALUES] as usize + ends[number] as usize;
    &bytes[start(ends, chunks, number)..end]
}
