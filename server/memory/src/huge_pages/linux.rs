//! Transparent huge pages of Linux.

use std::ops::Range;

use memmap2::MmapMut;
use rustix::mm::{Advice, madvise};

use super::HUGE_PAGE_BYTES;
use crate::mapping::Mapping;

/// See [`super::copy`].
pub(super) fn copy(bytes: &[u8]) -> Option<(Mapping, Range<usize>)> {
    // What lies before the first huge page and behind the last one is never touched, so it costs addresses only.
    let mut memory = MmapMut::map_anon(bytes.len().checked_add(2 * HUGE_PAGE_BYTES)?).ok()?;
    let start = memory.as_ptr().align_offset(HUGE_PAGE_BYTES);
    let huge_bytes = (bytes.len() + HUGE_PAGE_BYTES / 2) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    // Where the kernel was built without huge pages it refuses, and the copy is as good as the original.
    let _ = memory.advise_range(memmap2::Advice::HugePage, start, huge_bytes);
    let range = start..start + bytes.len();
    memory[range.clone()].copy_from_slice(bytes);
    Some((Mapping::from_memory(memory.make_read_only().ok()?), range))
}

/// See [`super::advise_huge_pages`].
pub(super) fn advise<T>(elements: &[T]) -> bool {
    let page_bytes = rustix::param::page_size();
    let start = elements.as_ptr().cast::<u8>();
    let skipped = start.align_offset(page_bytes);
    let whole = size_of_val(elements).saturating_sub(skipped) / page_bytes * page_bytes;
    if whole == 0 {
        return false;
    }
    let first_page = start.wrapping_add(skipped).cast_mut().cast();
    // SAFETY: the range lies in a slice that is borrowed, so it is mapped, and huge pages change none of its bytes, nor
    // who may read or write them.
    unsafe { madvise(first_page, whole, Advice::LinuxHugepage) }.is_ok()
}
