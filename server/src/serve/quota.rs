//! Bytes that the connections of one thread may hold together, and each of them alone.
//!
//! What is kept between two polls counts against a quota. One connection may hold a part of it. When the whole is used up
//! those who hold much are refused and those who hold little are not: whoever fills it harms himself first.

use std::sync::Arc;

use tokio::sync::Notify;

use super::tally::Tally;

/// A bound on bytes. Clones share it, on one thread.
#[derive(Debug, Clone)]
pub struct Quota(Arc<Bound>);

/// The part of a quota that one connection may have. Clones share it.
#[derive(Debug, Clone)]
pub struct Share(Arc<Part>);

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub struct Held {
    share: Share,
    bytes: usize,
}

#[derive(Debug)]
struct Part {
    all: Quota,
    own: Bound,
    /// Bytes that it may always hold.
    small: usize,
    /// Tells those who wait that there is room again.
    own_room: Notify,
}

#[derive(Debug)]
struct Bound {
    held: Tally,
    most: u64,
}

impl Quota {
    /// At most so many bytes.
    pub fn new(most: usize) -> Quota {
        Quota(Arc::new(Bound::new(most)))
    }

    /// A connection's part: it may have so many bytes, and this few even when the whole is used up.
    pub fn share(&self, most: usize, small: usize) -> Share {
        let (all, own, own_room) = (self.clone(), Bound::new(most), Notify::new());
        Share(Arc::new(Part { all, own, small, own_room }))
    }
}

impl Bound {
    fn new(most: usize) -> Bound {
        Bound { held: Tally::default(), most: most as u64 }
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.held.get() + bytes as u64 <= self.most
    }
}

impl Share {
    /// Whether so many bytes more may be held.
    pub fn has_room(&self, bytes: usize) -> bool {
        let Part { all, own, small, .. } = &*self.0;
        let few = own.held.get() + bytes as u64 <= *small as u64;
        own.has_room(bytes) && (few || all.0.has_room(bytes))
    }

    /// Whether the whole is used up, whoever has it.
    pub fn is_used_up(&self) -> bool {
        !self.0.all.0.has_room(1)
    }

    /// Returns when the connection's part has room.
    pub async fn own_room(&self) {
        loop {
            let notified = self.0.own_room.notified();
            if self.0.own.has_room(1) {
                return;
            }
            notified.await;
        }
    }

    /// Holds nothing yet.
    pub fn hold(&self) -> Held {
        Held { share: self.clone(), bytes: 0 }
    }
}

impl Held {
    /// Holds so many bytes more, if they may be held.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let has_room = self.share.has_room(bytes);
        if has_room {
            self.add(bytes);
        }
        has_room
    }

    /// Holds so many bytes more, whether or not they may be: they are there already.
    pub fn add(&mut self, bytes: usize) {
        let Part { all, own, .. } = &*self.share.0;
        for bound in [own, &*all.0] {
            bound.held.add(bytes as u64);
        }
        self.bytes += bytes;
    }

    /// Gives all back.
    pub fn release(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes == 0 {
            return;
        }
        let Part { all, own, own_room, .. } = &*self.share.0;
        let had_room = own.has_room(1);
        for bound in [own, &*all.0] {
            bound.held.subtract(bytes as u64);
        }
        if !had_room {
            own_room.notify_waiters();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::Quota;

    #[test]
    fn what_is_held_counts_until_it_is_dropped() {
        let share = Quota::new(100).share(10, 0);
        let (mut first, mut second) = (share.hold(), share.hold());
        assert!(first.grow(6) && second.grow(4));
        assert!(!second.grow(1), "the connection's part is used up");
        first.release();
        assert!(second.grow(6) && !first.grow(1));
        drop(second);
        assert!(first.grow(10));
        first.add(5);
        assert!(!share.has_room(0), "more is there than may be");
        drop(first);
        assert!(share.hold().grow(10));
    }

    #[test]
    fn whoever_holds_little_is_not_refused_for_what_others_hold() {
        let quota = Quota::new(20);
        let mut many: Vec<_> = (0..2).map(|_| quota.share(10, 2).hold()).collect();
        assert!(many.iter_mut().all(|held| held.grow(10)));
        let small = quota.share(10, 2);
        let mut held = small.hold();
        assert!(held.grow(2) && !held.grow(1));
        many.pop();
        assert!(held.grow(1), "there is room again");
    }
}
