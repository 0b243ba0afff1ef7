//! The budget of a query: work is counted, and stops when it is spent. What a step is, and how many a query has, is in
//! [`crate::limits`].

/// What is left of a budget.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) left: u32,
}

/// The steps of a query are spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent;

impl Steps {
    /// Takes some, or says that there are not enough; then nothing is left.
    #[inline]
    pub(crate) fn spend(&mut self, steps: u32) -> Result<(), Spent> {
        if let Some(left) = self.left.checked_sub(steps) {
            self.left = left;
            return Ok(());
        }
        self.left = 0;
        Err(Spent)
    }

    /// The same for what was counted as a length.
    #[inline]
    pub(crate) fn spend_length(&mut self, steps: usize) -> Result<(), Spent> {
        self.spend(u32::try_from(steps).unwrap_or(u32::MAX))
    }
}
