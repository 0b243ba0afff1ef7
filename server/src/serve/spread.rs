//! Numbers that spread what would happen together: replies that tell clients when to come again, ages of connections.

use std::sync::atomic::{AtomicU64, Ordering};

/// Gives another number at each call: steps of the golden ratio, which fill an interval evenly however many there are.
#[derive(Debug, Default)]
pub struct Spread(AtomicU64);

impl Spread {
    /// Begins at zero.
    pub const fn new() -> Spread {
        Spread(AtomicU64::new(0))
    }

    /// The next number from zero up to this one.
    pub fn up_to(&self, most: u32) -> u32 {
        let step = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let scaled = ((step >> 32) * (u64::from(most) + 1)) >> 32;
        u32::try_from(scaled).unwrap_or(most)
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn numbers_fill_an_interval() {
        let spread = Spread::new();
        let mut seen = [0; 10];
        for _ in 0..100 {
            seen[spread.up_to(9) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (8..=12).contains(count)), "{seen:?}");
        assert_eq!(spread.up_to(0), 0);
        let all: Vec<u32> = (0..4).map(|_| spread.up_to(u32::MAX)).collect();
        let near = |a: u32, b: u32| a.abs_diff(b) < u32::MAX / 10;
        assert!(
            !all.windows(2).any(|two| near(two[0], two[1])),
            "neighbours are far apart: {all:?}"
        );
    }
}
