//! Log lines, on standard error: text on a terminal, JSON otherwise.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogConfig, LogFormat, LogLevel};

/// Starts logging for the process. Only the first call of a process has an effect, so that servers in one process,
/// and tests that bring a subscriber of their own, do not fight over it.
pub fn start(config: &LogConfig) {
    let text = match config.format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if text {
        lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).boxed()
    } else {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter(config.level)));
    // The only error is that a subscriber exists already, which the doc above allows.
    if subscriber.try_init().is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// One line for a panic, in the form of all others. It says where and not what: the message may quote a user's text.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(
        thread = thread.name(),
        location,
        "panic, which is a bug; what was being done has failed"
    );
}

/// Our own lines from the level on. Those of libraries from `error` on, unless everything is asked for: h2 warns of each
/// connection that it ends for its client's misbehaviour, so that any client could fill a disk with lines.
fn filter(level: LogLevel) -> Targets {
    let ours = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let theirs = if level == LogLevel::Trace { ours } else { ours.min(LevelFilter::ERROR) };
    Targets::new().with_default(theirs).with_target("broadside", ours)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::filter;
    use crate::config::LogLevel;

    #[test]
    fn libraries_are_quiet_unless_everything_is_asked_for() {
        for (level, ours, theirs) in [
            (LogLevel::Error, Level::ERROR, Level::ERROR),
            (LogLevel::Info, Level::INFO, Level::ERROR),
            (LogLevel::Debug, Level::DEBUG, Level::ERROR),
            (LogLevel::Trace, Level::TRACE, Level::TRACE),
        ] {
            let filter = filter(level);
            for candidate in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE] {
                let enabled = |target| filter.would_enable(target, &candidate);
                assert_eq!(
                    enabled("broadside_server::app"),
                    candidate <= ours,
                    "{level:?} {candidate}"
                );
                assert_eq!(enabled("h2::proto"), candidate <= theirs, "{level:?} {candidate}");
            }
        }
    }
}
