//! The budget of a search: work is counted in steps, and stops when they are spent.

use std::fmt;

/// The steps are spent: something may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent;

/// Takes steps, or says that there are not enough; then none are left.
#[inline]
pub(super) fn spend(steps_left: &mut u32, steps: u64) -> Result<(), Spent> {
    let left = u32::try_from(steps).ok().and_then(|steps| steps_left.checked_sub(steps));
    *steps_left = left.unwrap_or(0);
    left.map(|_| ()).ok_or(Spent)
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the steps of the search are spent; give it more, or a shorter text")
    }
}

impl std::error::Error for Spent {}
