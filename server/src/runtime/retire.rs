//! Where replaced snapshots wait until nobody reads them, so that no call ever pays for freeing one.

use std::sync::Arc;

/// What was replaced and may still be read.
pub(super) struct Retired<T>(Vec<Arc<T>>);

impl<T> Retired<T> {
    pub(super) fn new() -> Retired<T> {
        Retired(Vec::new())
    }

    /// Takes over what was replaced. It must not be reachable for new readers any more: then its count only falls.
    pub(super) fn add(&mut self, replaced: Arc<T>) {
        self.0.push(replaced);
    }

    /// Frees what nobody else holds, on the caller's thread.
    pub(super) fn sweep(&mut self) {
        self.0.retain(|held| Arc::strong_count(held) > 1);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Retired;

    #[test]
    fn what_is_read_stays_and_what_is_not_goes() {
        let (read, unread) = (Arc::new(1), Arc::new(2));
        let gone = Arc::downgrade(&unread);
        let mut retired = Retired::new();
        retired.add(Arc::clone(&read));
        retired.add(unread);
        retired.sweep();
        assert!(gone.upgrade().is_none() && !retired.is_empty());
        drop(read);
        retired.sweep();
        assert!(retired.is_empty());
    }
}
