//! Reloads through a real publisher, and the queue on its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use broadside_inventory::{ReadOptions, Source};

use super::{Cause, Failure, Next, NotTaken, Outcome, ReloadHandle, Report, Request};
use crate::runtime::{Catalog, Phase, Readiness, Runtime};
use crate::telemetry::Metrics;

fn request(sources: &[&Path]) -> Request {
    let sources = sources.iter().map(|path| path.display().to_string()).collect();
    Request { sources, validate_only: false, cause: Cause::Rpc }
}

/// A runtime over files of a directory that goes away with it.
struct Bench {
    catalog: Catalog,
    reload: ReloadHandle,
    readiness: Readiness,
    publisher: Option<std::thread::JoinHandle<()>>,
    metrics: Arc<Metrics>,
    directory: tempfile::TempDir,
}

impl Bench {
    fn new(text: &str) -> Bench {
        Bench::admitting(0, text)
    }

    fn admitting(max_rejected_records: u64, text: &str) -> Bench {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("first.txt");
        std::fs::write(&path, text).expect("written");
        let source = Source::parse(path.to_str().expect("UTF-8")).expect("a source");
        let metrics = Arc::new(Metrics::new());
        let options = ReadOptions { max_rejected_records };
        let runtime = Runtime::new(vec![source], options, Arc::clone(&metrics));
        let (catalog, reload) = (runtime.catalog.clone(), runtime.reload.clone());
        let readiness = runtime.readiness.clone();
        let publisher = Some(std::thread::spawn(move || runtime.publisher.run()));
        Bench { catalog, reload, readiness, publisher, metrics, directory }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    fn reload(&self, request: Request) -> Report {
        let pending = self.reload.ask(request).expect("taken");
        pending.0.blocking_recv().expect("an outcome")
    }

    fn served(&self) -> Option<String> {
        self.catalog.current().map(|current| current.version.generation.clone())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.reload.close();
    }
}

#[test]
fn a_good_inventory_is_published_and_the_same_one_is_not_again() {
    let bench = Bench::new("running shoes\n");
    assert_eq!(bench.readiness.phase(), Phase::Starting);
    let first = bench.reload(request(&[]));
    assert!(matches!(&first.outcome, Outcome::Published(_)), "{first:?}");
    assert_eq!(bench.served().as_ref(), first.version().map(|version| &version.generation));
    assert_eq!(bench.readiness.phase(), Phase::Serving);
    assert!(matches!(bench.reload(request(&[])).outcome, Outcome::Unchanged(_)));
    let text = bench.metrics.render();
    assert!(text.contains("broadside_reloads_total{outcome=\"published\"} 1"), "{text}");
    assert!(text.contains("broadside_reloads_total{outcome=\"unchanged\"} 1"), "{text}");
    assert!(text.contains("broadside_inventory_listings 1"), "{text}");
}

#[test]
fn whatever_fails_what_is_served_stays() {
    let bench = Bench::new("running shoes\n");
    bench.reload(request(&[]));
    let served = bench.served();

    let bad = bench.write("bad.txt", "good\n...\n");
    let report = bench.reload(request(&[&bad]));
    assert!(
        matches!(&report.outcome, Outcome::Rejected(it) if it.bad_records_total == 1),
        "{report:?}"
    );
    assert_eq!((bench.served(), report.version()), (served.clone(), None));

    let report = bench.reload(request(&[Path::new("/does/not/exist.txt")]));
    assert!(matches!(&report.outcome, Outcome::Failed(Failure::Unreadable { .. })), "{report:?}");
    let report = bench.reload(request(&[Path::new("what.is.this")]));
    assert!(matches!(&report.outcome, Outcome::Failed(Failure::Unreadable { .. })), "{report:?}");
    assert_eq!(bench.served(), served);

    // A failure does not change where the next reload reads from.
    assert!(matches!(bench.reload(request(&[])).outcome, Outcome::Unchanged(_)));
}

#[test]
fn the_sources_of_a_success_stay_the_sources() {
    let bench = Bench::new("running shoes\n");
    bench.reload(request(&[]));
    let second = bench.write("second.txt", "trail shoes\n");
    let checked = bench.reload(Request { validate_only: true, ..request(&[&second]) });
    assert!(matches!(checked.outcome, Outcome::Validated(_)), "{checked:?}");
    assert_ne!(bench.served().as_ref(), checked.version().map(|version| &version.generation));
    assert!(
        matches!(bench.reload(request(&[])).outcome, Outcome::Unchanged(_)),
        "checking does not change the sources"
    );

    assert!(matches!(bench.reload(request(&[&second])).outcome, Outcome::Published(_)));
    assert!(
        matches!(bench.reload(request(&[])).outcome, Outcome::Unchanged(_)),
        "it reads the second file now"
    );
}

#[test]
fn records_that_were_left_out_are_reported() {
    let bench = Bench::admitting(1, "good\n...\n");
    let report = bench.reload(request(&[]));
    assert!(
        matches!(&report.outcome, Outcome::Published(it) if it.left_out.bad_records.len() == 1),
        "{report:?}"
    );
}

#[test]
fn warnings_are_reported_and_kept_with_what_is_served() {
    let bench = Bench::new("good\n");
    let total = |report: &Report| report.warnings_total();
    assert_eq!(total(&bench.reload(request(&[]))), 0);
    let record = r#"{"listing": {"id": "1", "keywords": ["shoes", "hats", "Shoes", "SHOES"]}}"#;
    let odd = bench.write("odd.jsonl", record);
    let checked = bench.reload(Request { validate_only: true, ..request(&[&odd]) });
    assert_eq!(total(&checked), 2, "{checked:?}");
    assert_eq!(total(&bench.reload(request(&[&odd]))), 2);
    assert_eq!(total(&bench.reload(request(&[]))), 2, "what is served already has them still");
    let served = bench.catalog.current().expect("served");
    assert_eq!(served.warnings.counts, [("DUPLICATE_KEYWORD", 2)]);
    let bad = bench.write("bad.txt", "...\n");
    assert_eq!(total(&bench.reload(request(&[&bad]))), 0, "nothing was read");
}

#[test]
fn history_is_newest_first_and_keeps_the_bad_records_of_the_newest() {
    let bench = Bench::new("good\n");
    let bad = bench.write("bad.txt", "...\n");
    for _ in 0..crate::limits::RELOAD_HISTORY_MAX + 1 {
        bench.reload(request(&[&bad]));
    }
    let history = bench.reload.history();
    assert_eq!(history.len(), crate::limits::RELOAD_HISTORY_MAX);
    assert!(history.windows(2).all(|pair| pair[0].started_at >= pair[1].started_at));
    let bad_records =
        |report: &Report| report.rejection().map(|it| (it.bad_records_total, it.bad_records.len()));
    assert_eq!(bad_records(&history[0]).map(|(_, kept)| kept > 0), Some(true));
    assert_eq!(bad_records(&history[1]).map(|(total, kept)| (total > 0, kept)), Some((true, 0)));
}

#[test]
fn a_reader_keeps_the_snapshot_that_it_took() {
    let bench = Bench::new("running shoes\n");
    bench.reload(request(&[]));
    let current = bench.catalog.current().expect("served");
    let second = bench.write("second.txt", "trail shoes\n");
    bench.reload(request(&[&second]));
    assert_eq!(current.counts.listings, 1, "a reader keeps what it took");
    assert_ne!(Some(&current.version.generation), bench.served().as_ref());
}

#[test]
fn one_runs_one_waits_and_the_same_joins() {
    // No publisher: the queue alone.
    let handle = ReloadHandle::default();
    let one =
        Request { sources: vec!["a.txt".to_owned()], validate_only: false, cause: Cause::Rpc };
    let other =
        Request { sources: vec!["b.txt".to_owned()], validate_only: false, cause: Cause::Rpc };
    let _running = handle.ask(one.clone()).expect("taken");
    assert!(matches!(handle.next(None), Next::Run(job) if job.request == one));
    let _waiting = handle.ask(other.clone()).expect("waits while the first one runs");
    let joined = handle.ask(Request { cause: Cause::Sighup, ..other.clone() });
    assert!(joined.is_ok(), "the same joins, whoever asks");
    assert!(matches!(handle.ask(one), Err(NotTaken::Busy)));
    assert!(matches!(handle.ask(Request { validate_only: true, ..other }), Err(NotTaken::Busy)));
    assert!(matches!(handle.next(None), Next::Run(job) if job.askers.len() == 2));
    assert!(matches!(handle.next(Some(Duration::ZERO)), Next::Idle));
}

#[test]
fn closing_ends_the_publisher_and_whoever_waits() {
    let mut bench = Bench::new("running shoes\n");
    bench.reload.close();
    assert!(matches!(bench.reload.ask(request(&[])), Err(NotTaken::ShuttingDown)));
    bench.publisher.take().expect("it was started").join().expect("it ends in order");

    let handle = ReloadHandle::default();
    let pending = handle.ask(request(&[])).expect("taken");
    handle.close();
    assert!(pending.0.blocking_recv().is_err());
    assert!(matches!(handle.next(None), Next::Stop));
}

/// How far back the publisher's thread is after so many loads.
#[cfg(target_os = "linux")]
fn nice_after(loads: usize) -> i32 {
    let runtime = Runtime::new(
        vec![crate::runtime::sample()],
        ReadOptions::default(),
        Arc::new(Metrics::new()),
    );
    let reload = runtime.reload.clone();
    let publisher = std::thread::spawn(move || {
        runtime.publisher.run();
        let thread = Some(rustix::thread::gettid());
        rustix::process::getpriority_process(thread).expect("a thread has a priority")
    });
    for _ in 0..loads {
        let pending = reload.ask(request(&[])).expect("taken");
        pending.0.blocking_recv().expect("an outcome");
    }
    reload.close();
    publisher.join().expect("it ends in order")
}

#[cfg(target_os = "linux")]
#[test]
fn the_first_load_yields_to_nobody_and_those_after_it_yield_to_calls() {
    let before = nice_after(0);
    assert_eq!(nice_after(1), before);
    assert_eq!(nice_after(2), crate::runtime::priority::NICE.max(before));
}
