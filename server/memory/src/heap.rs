//! The allocator's own memory.

/// Gives memory back to the system that was freed a while ago, by any thread. The allocator does so by itself as it is
/// used; this is for when it is not, after a burst. What was freed just now stays, since it is probably needed again.
pub fn give_back_freed() {
    // SAFETY: it takes no pointer, may be called at any time on any thread, and touches only what nobody uses.
    unsafe { libmimalloc_sys::mi_collect(false) }
}
