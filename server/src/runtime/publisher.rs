//! Reads, builds, publishes and frees inventories, one at a time, on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use broadside_inventory::{Loaded, ReadError, ReadOptions, Source};

use super::catalog::Catalog;
use super::gate::{self, Verdict};
use super::priority;
use super::readiness::{Phase, Readiness};
use super::reload::{
    Failure, Inventory, Job, Next, Outcome, ReloadHandle, Report, Request, Warnings,
};
use super::retire::Retired;
use super::snapshot::{Snapshot, Version};
use crate::limits::RETIRE_POLL_INTERVAL;
use crate::telemetry::Metrics;
use crate::telemetry::metrics::{Published, ReloadLabel};

/// Does what is asked for through the [`ReloadHandle`].
pub struct Publisher {
    asked: ReloadHandle,
    catalog: Catalog,
    readiness: Readiness,
    /// Where the last success was read from; before that, what the settings say.
    sources: Vec<Source>,
    options: ReadOptions,
    metrics: Arc<Metrics>,
    retired: Retired<Snapshot>,
    before_serving: Option<Box<dyn FnOnce() + Send>>,
}

impl Publisher {
    pub(super) fn new(
        (asked, catalog, readiness): (ReloadHandle, Catalog, Readiness),
        sources: Vec<Source>,
        options: ReadOptions,
        metrics: Arc<Metrics>,
    ) -> Publisher {
        let (retired, before_serving) = (Retired::new(), None);
        Publisher { asked, catalog, readiness, sources, options, metrics, retired, before_serving }
    }

    /// Does this when the first inventory is there, before anyone is told.
    pub fn before_serving(&mut self, work: impl FnOnce() + Send + 'static) {
        self.before_serving = Some(Box::new(work));
    }

    /// Works, and blocks the thread, until the handle is closed.
    pub fn run(mut self) {
        loop {
            let patience = (!self.retired.is_empty()).then_some(RETIRE_POLL_INTERVAL);
            match self.asked.next(patience) {
                Next::Run(job) => self.reload(job),
                Next::Idle => {}
                Next::Stop => return,
            }
            self.retired.sweep();
        }
    }

    fn reload(&mut self, job: Job) {
        // The first inventory has nobody to yield to: nothing is served before it.
        if self.catalog.current().is_some() {
            priority::yield_to_calls();
        }
        let (started_at, clock) = (SystemTime::now(), Instant::now());
        let outcome = self.outcome(&job.request);
        let report =
            Report { cause: job.request.cause, started_at, duration: clock.elapsed(), outcome };
        // Whoever sees the line or gets the answer finds the reload in the history already.
        self.asked.remember(report.clone());
        self.record(&report);
        job.tell(&report);
    }

    fn outcome(&mut self, request: &Request) -> Outcome {
        let read = catch_unwind(AssertUnwindSafe(|| self.read(request)));
        let (sources, loaded) = match read {
            Ok(Ok(read)) => read,
            Ok(Err(ReadError::Rejected(rejection))) => {
                return Outcome::Rejected(Arc::new(rejection));
            }
            Ok(Err(ReadError::Unreadable { source, message })) => {
                return Outcome::Failed(Failure::Unreadable { source, message });
            }
            Err(payload) => return Outcome::Failed(Failure::Panicked(panic_message(&*payload))),
        };
        let next = Version::loaded(loaded.generation.clone());
        let inventory = Inventory {
            version: next.clone(),
            counts: loaded.index.counts(),
            left_out: Arc::new(loaded.rejected.clone()),
            warnings: Arc::new(loaded.warnings.clone()),
        };
        let verdict = {
            let current = self.catalog.current();
            let served = current.as_ref().map(|current| &current.version);
            gate::judge(served, &next, &loaded.index, loaded.validated)
        };
        match verdict {
            Verdict::Refuse(refusal) => Outcome::Refused(refusal, next),
            Verdict::Publish | Verdict::Unchanged if request.validate_only => {
                Outcome::Validated(inventory)
            }
            Verdict::Unchanged => {
                self.sources = sources;
                Outcome::Unchanged(inventory)
            }
            Verdict::Publish => {
                self.sources = sources;
                self.publish(loaded, &inventory);
                Outcome::Published(inventory)
            }
        }
    }

    fn read(&self, request: &Request) -> Result<(Vec<Source>, Loaded), ReadError> {
        let sources = if request.sources.is_empty() {
            self.sources.clone()
        } else {
            request.sources.iter().map(|name| Source::parse(name)).collect::<Result<_, _>>()?
        };
        let loaded = broadside_inventory::read(&sources, &self.options)?;
        Ok((sources, loaded))
    }

    fn publish(&mut self, loaded: Loaded, inventory: &Inventory) {
        let memory = loaded.index.memory();
        let parts: Vec<_> = memory.iter().map(|part| (part.name, part.bytes)).collect();
        let at = SystemTime::now();
        let snapshot = Arc::new(Snapshot {
            index: loaded.index,
            version: inventory.version.clone(),
            sources: loaded.sources,
            counts: inventory.counts,
            warnings: Arc::clone(&inventory.warnings),
            published_at: at,
        });
        if let Some(replaced) = self.catalog.publish(snapshot) {
            self.retired.add(replaced);
        }
        self.metrics.inventory_published(&Published {
            generation: &inventory.version.generation,
            at,
            listings: inventory.counts.listings,
            keywords: inventory.counts.keywords,
            patterns: inventory.counts.patterns,
            parts: &parts,
        });
        if let Some(work) = self.before_serving.take() {
            work();
        }
        self.readiness.advance(Phase::Serving);
    }

    /// The one log line and the one count of a reload; and one line more if what is new in it probably has mistakes.
    fn record(&self, report: &Report) {
        let label = match &report.outcome {
            Outcome::Published(_) => ReloadLabel::Published,
            Outcome::Unchanged(_) => ReloadLabel::Unchanged,
            Outcome::Validated(_) => ReloadLabel::Validated,
            Outcome::Rejected(_) | Outcome::Refused(gate::Refusal::Empty, _) => {
                ReloadLabel::Rejected
            }
            Outcome::Refused(gate::Refusal::Inconsistent(_), _) | Outcome::Failed(_) => {
                ReloadLabel::Failed
            }
        };
        self.metrics.reload_ended(label);
        let duration_ms = u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX);
        let cause = report.cause;
        match &report.outcome {
            Outcome::Published(inventory)
            | Outcome::Unchanged(inventory)
            | Outcome::Validated(inventory) => {
                tracing::info!(
                    outcome = ?label,
                    %cause,
                    duration_ms,
                    version = %inventory.version,
                    listings = inventory.counts.listings,
                    keywords = inventory.counts.keywords,
                    left_out = inventory.left_out.bad_records_total,
                    warnings = report.warnings_total(),
                    "reload"
                );
                if report.warnings_total() > 0 && !matches!(label, ReloadLabel::Unchanged) {
                    tracing::warn!(
                        version = %inventory.version,
                        warnings = by_code(&inventory.warnings),
                        "the inventory probably has mistakes; GetStatus lists the first of them"
                    );
                }
            }
            failure if self.asked.is_closed() => {
                tracing::info!(outcome = ?label, %cause, duration_ms, reason = %failure, "reload while shutting down");
            }
            failure => {
                tracing::error!(outcome = ?label, %cause, duration_ms, reason = %failure, "reload; what was served stays");
            }
        }
    }
}

/// How many warnings there are of each code.
fn by_code(warnings: &Warnings) -> String {
    let counts: Vec<String> =
        warnings.counts.iter().map(|(code, count)| format!("{code} {count}")).collect();
    counts.join(", ")
}

/// What a panic said, if it said anything.
fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
        .to_owned()
}
