//! Pages of 2 MiB: with them a random read of a large array finds its address in the processor's own table.
//!
//! The system gives them for memory of our own that is aligned to them and for which they were asked, and at best when
//! the memory is first touched. On other systems than Linux none of this does anything.

use std::ops::Range;

use crate::mapping::Mapping;

#[cfg(all(target_os = "linux", not(miri)))]
#[expect(unsafe_code, reason = "advice is given for addresses")]
mod linux;
#[cfg(not(all(target_os = "linux", not(miri))))]
mod portable;

#[cfg(all(target_os = "linux", not(miri)))]
use linux as system;
#[cfg(not(all(target_os = "linux", not(miri))))]
use portable as system;

/// What Linux has on x86-64 and on most builds for aarch64. Where it is another size the advice is for fewer pages, or
/// for none.
const HUGE_PAGE_BYTES: usize = 2 << 20;

/// Up to here, too few pages are gained for a mapping of its own.
const COPY_BYTES_MIN: usize = 2 * HUGE_PAGE_BYTES;

/// Copies bytes to memory of their own that starts at a huge page, and of which all pages are huge if the system takes
/// the advice; only what fills less than half of a last one stays on small pages, so that at most half a page is
/// wasted.
///
/// None if there are at most [`COPY_BYTES_MIN`], if there is not the memory, or if the system has no huge pages.
pub(crate) fn copy(bytes: &[u8]) -> Option<(Mapping, Range<usize>)> {
    if bytes.len() > COPY_BYTES_MIN { system::copy(bytes) } else { None }
}

/// Asks the system to use huge pages for the memory of a slice, as far as whole pages lie in it; says whether it took
/// the advice. Systems other than Linux never do.
///
/// What is touched for the first time afterwards gets them at once, what was touched before gets them little by little,
/// if at all. So the time to ask is when memory has been allocated and not filled: [`Vec::spare_capacity_mut`] is such
/// a slice, as far as the allocator has not used it before. [`Array::with_huge_pages`](crate::Array::with_huge_pages)
/// is for what is filled already.
pub fn advise_huge_pages<T>(elements: &[T]) -> bool {
    system::advise(elements)
}

#[cfg(test)]
mod tests;
