//! Numbers that look random and are the same in each run.

/// A linear congruential generator; its upper bits are good enough for choosing words.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 31 bits.
    pub fn bits(&mut self) -> u64 {
        let product = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = product.wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// A number below `end`, which is at most 2³¹.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.bits() * end) >> 31
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len() as u64);
        &from[usize::try_from(at).expect("a place in a slice")]
    }

    /// A number above 0 and up to 1.
    #[expect(clippy::cast_precision_loss, reason = "31 bits")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() + 1) as f64 / (1u64 << 31) as f64
    }

    /// A bid of median 400,000 micros with a sigma of 0.8.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bids are small")]
    pub fn log_normal_micros(&mut self) -> u64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.unit()).cos();
        (400_000.0 * (0.8 * normal).exp()) as u64
    }
}
