//! Asks for a cache line ahead of its use.

/// Asks the processor for the cache line in which an element of a slice starts, and does not wait for it.
///
/// It pays where some tens of nanoseconds of other work lie between the hint and the read, and costs an instruction
/// where the line is near already. It changes no result and reads nothing: an index beyond the slice is a hint for
/// nothing.
#[inline]
pub fn prefetch<T>(elements: &[T], index: usize) {
    // Without a check of the bounds: it would cost as much as the hint.
    hint(elements.as_ptr().wrapping_add(index).cast());
}

#[cfg(all(target_arch = "x86_64", not(miri), not(feature = "portable")))]
#[expect(unsafe_code, reason = "the hint is an instruction")]
#[inline]
fn hint(address: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

    // SAFETY: the instruction is part of SSE, which every x86-64 has. It reads and writes nothing, and for an address
    // that is not mapped it does nothing.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address) }
}

/// The portable twin. For aarch64 too: its hint is not stable.
#[cfg(not(all(target_arch = "x86_64", not(miri), not(feature = "portable"))))]
#[inline]
fn hint(_address: *const i8) {}

#[cfg(test)]
mod tests;
