//! How an inventory gets in and stays fresh.
//!
//! One thread, the publisher, does it all: it reads the sources, builds the index, asks the [`gate`] whether it may
//! replace what is served, publishes it with one store into the [`Catalog`], and frees the old one when its last reader
//! is done. Whatever fails, what is served does not change. Readers never wait for it and never pay for it.
//!
//! The rest of the server sees three handles: the [`Catalog`] to match against, the [`ReloadHandle`] to ask for a reload
//! and to see how the last ones ended, and [`Readiness`]. Nothing here knows of gRPC.

use std::sync::Arc;

use crate::telemetry::Metrics;

pub mod catalog;
pub mod gate;
mod priority;
pub mod publisher;
pub mod readiness;
pub mod reload;
mod retire;
pub mod snapshot;

pub use broadside_inventory::{Format, ReadError, ReadOptions, Source};
pub use catalog::Catalog;
pub use publisher::Publisher;
pub use readiness::{Phase, Readiness};
pub use reload::ReloadHandle;
pub use snapshot::{Snapshot, Version};

/// The three handles, and the publisher behind them.
pub struct Runtime {
    /// What is served.
    pub catalog: Catalog,
    /// Asks for reloads.
    pub reload: ReloadHandle,
    /// Whether anything is served.
    pub readiness: Readiness,
    /// Does the work, on whatever thread runs it.
    pub publisher: Publisher,
}

impl Runtime {
    /// A runtime that will load from these sources. What is asked of it waits until the publisher runs.
    pub fn new(sources: Vec<Source>, options: ReadOptions, metrics: Arc<Metrics>) -> Runtime {
        let (catalog, reload, readiness) =
            (Catalog::default(), ReloadHandle::default(), Readiness::new());
        let handles = (reload.clone(), catalog.clone(), readiness.clone());
        Runtime {
            catalog,
            reload,
            readiness,
            publisher: Publisher::new(handles, sources, options, metrics),
        }
    }
}

/// The sample inventory that is built in: a plausible shop and news site, to try the server with.
pub fn sample() -> Source {
    Source::from_text("sample", Format::JsonLines, include_str!("../sample/inventory.jsonl"))
}

#[cfg(any(test, feature = "fuzz"))]
impl Runtime {
    /// Loads what it was made with and ends; what was loaded is still served.
    pub(crate) fn load_and_end(self) -> reload::Report {
        let cause = reload::Cause::Start;
        let first = reload::Request { sources: Vec::new(), validate_only: false, cause };
        let pending = self.reload.ask(first).expect("nobody else has asked");
        let (reload, publisher) = (self.reload, self.publisher);
        let publisher = std::thread::spawn(move || publisher.run());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let report = runtime.block_on(pending.ended()).expect("an outcome");
        reload.close();
        publisher.join().expect("it ends in order");
        report
    }
}
