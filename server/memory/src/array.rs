//! An immutable array that does not say where it lies.

use std::fmt;
use std::ops::{Deref, Range};
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;

use zerocopy::{ConvertError, FromBytes as _, IntoBytes as _};

use crate::element::Plain;
use crate::huge_pages;
use crate::mapping::Mapping;

/// An immutable array of plain numbers, in memory of its own or in a [`Mapping`].
///
/// It is read as a slice, and as fast: pointer and length are in it. A clone is another reference to the same elements
/// and costs one atomic increment.
pub struct Array<T> {
    start: NonNull<T>,
    len: usize,
    /// What the elements lie in. It is only kept, so that they stay.
    owner: Arc<dyn Send + Sync>,
}

/// Why bytes of a mapping are not an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrayError {
    /// The range ends before it starts, or behind the mapping.
    OutOfBounds {
        /// Where the range starts.
        start: usize,
        /// Where it ends.
        end: usize,
        /// How long the mapping is.
        mapping_bytes: usize,
    },
    /// The address of the first byte is not one where an element may start.
    Misaligned {
        /// Where the range starts.
        start: usize,
        /// What an element's address must be a multiple of.
        alignment_bytes: usize,
    },
    /// The range does not end where an element ends.
    PartialElement {
        /// How long the range is.
        bytes: usize,
        /// How long an element is.
        element_bytes: usize,
    },
}

impl<T: Plain> Array<T> {
    /// The array that a range of a mapping's bytes is. Nothing is copied or read.
    ///
    /// # Errors
    /// [`ArrayError`] if the range is not within the mapping, or not one of whole and aligned elements.
    pub fn from_mapping(
        mapping: &Arc<Mapping>,
        range: Range<usize>,
    ) -> Result<Array<T>, ArrayError> {
        let Some(bytes) = mapping.bytes().get(range.clone()) else {
            return Err(ArrayError::OutOfBounds {
                start: range.start,
                end: range.end,
                mapping_bytes: mapping.bytes().len(),
            });
        };
        let elements = <[T]>::ref_from_bytes(bytes).map_err(|error| match error {
            ConvertError::Alignment(_) => {
                ArrayError::Misaligned { start: range.start, alignment_bytes: align_of::<T>() }
            }
            ConvertError::Size(_) => {
                ArrayError::PartialElement { bytes: bytes.len(), element_bytes: size_of::<T>() }
            }
        })?;
        let owner = Arc::clone(mapping);
        Ok(Array { start: NonNull::from(elements).cast(), len: elements.len(), owner })
    }

    /// The array of these elements, on huge pages if it has more than 4 MiB and the system takes the advice.
    ///
    /// The elements are copied once, and `elements` is freed afterwards, so that for a moment both exist. What is
    /// smaller, or cannot be copied for want of memory, stays where it is.
    pub fn with_huge_pages(elements: Vec<T>) -> Array<T> {
        Array::from(elements).on_huge_pages()
    }

    /// This array as [`with_huge_pages`](Array::with_huge_pages) makes it, wherever it lies: whether a mapped file gets
    /// huge pages depends on its file system and on how it came into the system's cache.
    pub fn on_huge_pages(&self) -> Array<T> {
        match huge_pages::copy(self.as_bytes()) {
            Some((mapping, range)) => Array::from_mapping(&Arc::new(mapping), range)
                .expect("the copy starts at a page and has the bytes of these elements"),
            None => self.clone(),
        }
    }

    /// The elements as they lie in memory.
    pub fn as_bytes(&self) -> &[u8] {
        (**self).as_bytes()
    }
}

impl<T> Array<T> {
    /// Bytes of the elements.
    pub fn size_bytes(&self) -> usize {
        size_of_val(&**self)
    }
}

impl<T: Plain> From<Vec<T>> for Array<T> {
    /// Takes the vector's memory as it is, with what it has allocated beyond its length.
    fn from(elements: Vec<T>) -> Array<T> {
        let owner = Arc::new(elements);
        // The pointer is taken where the vector stays from now on, by the shared reference that is all there ever is.
        let elements = owner.as_slice();
        Array { start: NonNull::from(elements).cast(), len: elements.len(), owner }
    }
}

impl<T: Plain> Default for Array<T> {
    fn default() -> Array<T> {
        Array::from(Vec::new())
    }
}

impl<T> Deref for Array<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: `start` and `len` are those of a slice that lies in the vector or the mapping that `owner` keeps, at
        // an address that moves with neither. Nothing changes that slice: the vector is only seen by shared references,
        // and of a mapping see its documentation.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> Clone for Array<T> {
    fn clone(&self) -> Array<T> {
        Array { start: self.start, len: self.len, owner: Arc::clone(&self.owner) }
    }
}

impl<T> fmt::Debug for Array<T> {
    /// The length alone: there may be a hundred million elements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({} elements)", self.len)
    }
}

impl<'a, T> IntoIterator for &'a Array<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

// SAFETY: an array is a shared reference to elements that do not change, and an owner that is `Send` and `Sync`. To
// send it is to share the elements and perhaps to free them elsewhere, which `T: Send + Sync` allows.
unsafe impl<T: Send + Sync> Send for Array<T> {}

// SAFETY: a shared array gives shared references to elements, and clones, which are as above.
unsafe impl<T: Send + Sync> Sync for Array<T> {}

impl fmt::Display for ArrayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArrayError::OutOfBounds { start, end, mapping_bytes } => {
                write!(f, "bytes {start}..{end} are not within a mapping of {mapping_bytes} bytes")
            }
            ArrayError::Misaligned { start, alignment_bytes } => {
                write!(
                    f,
                    "an element cannot start at byte {start}: its address must be a multiple of {alignment_bytes}"
                )
            }
            ArrayError::PartialElement { bytes, element_bytes } => {
                write!(
                    f,
                    "{bytes} bytes are not a whole number of elements of {element_bytes} bytes"
                )
            }
        }
    }
}

impl std::error::Error for ArrayError {}

#[cfg(test)]
mod tests;
