//! What the server tells about itself: [`log`] lines for people and collectors, [`metrics`] for Prometheus.
//!
//! Texts of users appear in neither.

mod histogram;
pub mod log;
pub mod metrics;
mod traces;

pub use metrics::{Method, Metrics};
pub use traces::{CallSpan, Exporter, Traces};
