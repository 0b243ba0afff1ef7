//! Bytes that the connections of one thread may hold together, and each of them alone.
//!
//! What is kept between two polls counts against a quota. One connection may hold a part of it. When the whole is used up
//! those who hold much are refused and those who hold little are not: whoever fills it harms himself first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A bound on bytes. Clones share it, on one thread.
#[derive(Debug, Clone)]
pub struct Quota(Arc<Bound>);

/// The part of a quota that one connection may have. Clones share it.
#[derive(Debug, Clone)]
pub struct Share {
    all: Quota,
    own: Quota,
    /// Bytes that it may always hold.
    small: usize,
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub struct Held {
    share: Share,
    bytes: usize,
}

#[derive(Debug)]
struct Bound {
    held: AtomicUsize,
    most: usize,
    /// Tells those who wait that there is room again.
    has_room: Notify,
}

impl Quota {
    /// At most so many bytes.
    pub fn new(most: usize) -> Quota {
        Quota(Arc::new(Bound { held: AtomicUsize::new(0), most, has_room: Notify::new() }))
    }

    /// A connection's part: it may have so many bytes, and this few even when the whole is used up.
    pub fn share(&self, most: usize, small: usize) -> Share {
        Share { all: self.clone(), own: Quota::new(most), small }
    }

    fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    /// Not one operation, since one thread alone writes: that is what it costs least.
    fn set(&self, held: usize) {
        self.0.held.store(held, Ordering::Relaxed);
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.held().saturating_add(bytes) <= self.0.most
    }
}

impl Share {
    /// Whether so many bytes more may be held.
    pub fn has_room(&self, bytes: usize) -> bool {
        let few = self.own.held().saturating_add(bytes) <= self.small;
        self.own.has_room(bytes) && (few || self.all.has_room(bytes))
    }

    /// Whether the whole is used up, whoever has it.
    pub fn is_used_up(&self) -> bool {
        !self.all.has_room(1)
    }

    /// Returns when the connection's part has room.
    pub async fn own_room(&self) {
        loop {
            let notified = self.own.0.has_room.notified();
            if self.own.has_room(1) {
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
        for quota in [&self.share.own, &self.share.all] {
            quota.set(quota.held() + bytes);
        }
        self.bytes += bytes;
    }

    /// Gives all back.
    pub fn release(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        let own = &self.share.own;
        let had_room = own.has_room(1);
        for quota in [own, &self.share.all] {
            quota.set(quota.held() - bytes);
        }
        if !had_room {
            own.0.has_room.notify_waiters();
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
