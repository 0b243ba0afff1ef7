//! A histogram as Prometheus has it: how many samples were at most so large, for each of a few bounds.
//!
//! The exporter's own keeps every sample, with the time at which it came, until somebody folds them into buckets. That is
//! made for buckets that are not known in advance; here it cost a unary call 2 % of its time for each histogram, and memory
//! that grew with the load. This one is a row of counters: a sample is two additions, and nothing is kept.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the samples of a histogram are, and its buckets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Its name, with its unit.
    pub(super) name: &'static str,
    /// What it says, in a sentence.
    pub(super) help: &'static str,
    /// The bounds of its buckets, from low to high: the largest sample of each.
    pub(super) bounds: &'static [u64],
    /// How many of what is recorded are one of what is shown: samples may be nanoseconds where the name says seconds.
    pub(super) per_unit: u32,
}

/// Counts samples by their size.
#[derive(Debug)]
pub struct Histogram {
    shape: Shape,
    /// For each bound the samples above the one before it, and at the end those above all.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Without a sample.
    pub(super) fn new(shape: Shape) -> Histogram {
        debug_assert!(shape.bounds.is_sorted(), "buckets lie in order");
        let counts = (0..=shape.bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Histogram { shape, counts, sum: AtomicU64::new(0) }
    }

    /// Counts a sample.
    pub fn record(&self, sample: u64) {
        let bucket = self.shape.bounds.partition_point(|bound| *bound < sample);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(sample, Ordering::Relaxed);
    }

    /// Counts a time, in nanoseconds.
    pub fn record_time(&self, time: Duration) {
        self.record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Writes the lines of it, in the text format of Prometheus, with this label if there is one. The lines of what it is
    /// are [`Shape::describe`]'s.
    pub(super) fn render(&self, label: Option<(&str, &str)>, out: &mut String) {
        let Shape { name, bounds, per_unit, .. } = self.shape;
        let label = label.map(|(key, value)| format!("{key}=\"{value}\""));
        let (before_le, alone) = match &label {
            Some(label) => (format!("{label},"), format!("{{{label}}}")),
            None => (String::new(), String::new()),
        };
        let mut so_far = 0;
        for (ordinal, count) in self.counts.iter().enumerate() {
            so_far += count.load(Ordering::Relaxed);
            let bound = bounds.get(ordinal).map(|bound| shown(*bound, per_unit).to_string());
            let le = bound.as_deref().unwrap_or("+Inf");
            put(out, format_args!("{name}_bucket{{{before_le}le=\"{le}\"}} {so_far}\n"));
        }
        let sum = shown(self.sum.load(Ordering::Relaxed), per_unit);
        put(out, format_args!("{name}_sum{alone} {sum}\n{name}_count{alone} {so_far}\n"));
    }
}

impl Shape {
    /// Writes the lines that stand before all histograms of this name.
    pub(super) fn describe(&self, out: &mut String) {
        let Shape { name, help, .. } = self;
        put(out, format_args!("# HELP {name} {help}\n# TYPE {name} histogram\n"));
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the last digits of a sum of years are nobody's concern"
)]
fn shown(sample: u64, per_unit: u32) -> f64 {
    sample as f64 / f64::from(per_unit)
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    out.write_fmt(line).expect("a string takes whatever is written");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Histogram, Shape};

    const NANOS: Shape = Shape {
        name: "wait_seconds",
        help: "What was waited.",
        bounds: &[50_000, 100_000, 10_000_000_000],
        per_unit: 1_000_000_000,
    };

    #[test]
    fn samples_are_counted_up_to_each_bound() {
        let histogram = Histogram::new(NANOS);
        for nanos in [0, 49_999, 50_000, 50_001, 100_000, 11_000_000_000] {
            histogram.record_time(Duration::from_nanos(nanos));
        }
        let mut text = String::new();
        NANOS.describe(&mut text);
        histogram.render(None, &mut text);
        let expected = "# HELP wait_seconds What was waited.\n\
             # TYPE wait_seconds histogram\n\
             wait_seconds_bucket{le=\"0.00005\"} 3\n\
             wait_seconds_bucket{le=\"0.0001\"} 5\n\
             wait_seconds_bucket{le=\"10\"} 5\n\
             wait_seconds_bucket{le=\"+Inf\"} 6\n\
             wait_seconds_sum 11.00025\n\
             wait_seconds_count 6\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_label_stands_in_every_line() {
        let sizes = Shape { name: "size", help: "", bounds: &[1], per_unit: 1 };
        let histogram = Histogram::new(sizes);
        histogram.record(2);
        let mut text = String::new();
        histogram.render(Some(("method", "Get")), &mut text);
        let expected = "size_bucket{method=\"Get\",le=\"1\"} 0\n\
             size_bucket{method=\"Get\",le=\"+Inf\"} 1\n\
             size_sum{method=\"Get\"} 2\n\
             size_count{method=\"Get\"} 1\n";
        assert_eq!(text, expected);
    }
}
