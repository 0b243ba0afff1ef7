//! How far a load of inventory files is, on a terminal. Where stderr is none, nothing is shown.

use std::time::{Duration, Instant};

use broadside_inventory::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::number::{self, counted};

/// Between two looks of the same line, so that it is seen to live.
const TICK: Duration = Duration::from_millis(200);

/// One line that tells of a load while it runs, and is gone afterwards.
pub(crate) struct LoadProgress {
    bar: ProgressBar,
    began: Instant,
}

impl LoadProgress {
    /// Begins with an empty line, on stderr.
    pub(crate) fn begin() -> LoadProgress {
        let bar = ProgressBar::no_length();
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        LoadProgress { bar, began: Instant::now() }
    }

    /// Shows how far it is: what was read, how fast, and how long the rest takes if the size of all is known.
    pub(crate) fn tell(&self, progress: Progress) {
        if let Some(total) = progress.bytes_total {
            self.bar.set_length(total);
        }
        self.bar.set_position(progress.bytes_read);
        self.bar.set_style(
            ProgressStyle::with_template(template(progress)).expect("the templates are constants"),
        );
        self.bar.set_message(message(progress, self.began.elapsed()));
    }

    /// Ends, and leaves nothing on the terminal.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn template(progress: Progress) -> &'static str {
    match progress {
        Progress { is_read: true, .. } => "{spinner} {msg}",
        Progress { bytes_total: Some(_), .. } => "{wide_bar} {percent:>3}%  {msg}, {eta} to read",
        Progress { bytes_total: None, .. } => "{spinner} {msg}",
    }
}

fn message(progress: Progress, elapsed: Duration) -> String {
    let records = counted(progress.records, "record", "records");
    if progress.is_read {
        return format!("{records} read, the index is being laid out");
    }
    let bytes = number::bytes(progress.bytes_read);
    let rate = number::rate(number::per_second(progress.records, elapsed.as_secs_f64()));
    format!("{records}, {bytes}, {rate}/s")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use broadside_inventory::Progress;
    use indicatif::ProgressStyle;

    use super::{message, template};

    #[test]
    fn says_what_was_read_how_fast_and_what_is_left() {
        let reading = Progress {
            records: 131_072,
            bytes_read: 3 << 20,
            bytes_total: Some(9 << 20),
            is_read: false,
        };
        let cases = [
            (reading, "131,072 records, 3.0 MiB, 65,536/s", true),
            (
                Progress { bytes_total: None, ..reading },
                "131,072 records, 3.0 MiB, 65,536/s",
                false,
            ),
            (
                Progress { records: 1, is_read: true, ..reading },
                "1 record read, the index is being laid out",
                false,
            ),
        ];
        for (progress, expected, tells_time_left) in cases {
            assert_eq!(message(progress, Duration::from_secs(2)), expected);
            assert_eq!(template(progress).contains("{eta}"), tells_time_left, "{progress:?}");
            assert!(ProgressStyle::with_template(template(progress)).is_ok());
        }
    }
}
