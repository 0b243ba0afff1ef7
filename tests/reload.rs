//! Reloads: what is served changes at once and as a whole, or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use broadside_client::{
    BatchOptions, Client, Code, Include, MatchOptions, Query, ReloadOutcome, ReloadRequest, Version,
};

use crate::support::{PATIENCE, Server, line, runtime};

#[test]
fn a_reload_serves_the_file_as_it_is_now() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        let admin = server.admin();
        assert_eq!(server.ids("shoes boots").await, ["1"]);
        server.write("a.txt", "shoes\nboots\n");
        let reload = admin.reload(&ReloadRequest::default()).await.expect("the file is good");
        assert_eq!((reload.outcome, reload.counts.listings), (ReloadOutcome::Published, 2));
        assert_eq!(server.ids("shoes boots").await, ["1", "2"]);

        let again = admin.reload(&ReloadRequest::default()).await.expect("the file is good");
        assert_eq!((again.outcome, again.version), (ReloadOutcome::Unchanged, reload.version));
    });
}

#[test]
fn a_reload_that_fails_keeps_what_is_served_and_says_why() {
    let server = Server::start("a.jsonl", &line("l", &["shoes"], ""));
    runtime().block_on(async {
        let admin = server.admin();
        let before = admin.status().await.expect("the call succeeds").version;

        server.write(
            "a.jsonl",
            &(line("l", &["shoes"], "") + "{\"listing\": {\"id\": \"m\", \"keywrods\": []}}\n"),
        );
        let error = admin.reload(&ReloadRequest::default()).await.expect_err("line 2 is bad");
        assert_eq!(
            (error.code, error.reason.as_deref()),
            (Code::FailedPrecondition, Some("INVENTORY_REJECTED"))
        );
        assert!(
            error.violations.iter().any(|violation| violation.description.contains("keywords")),
            "{error}"
        );

        std::fs::remove_file(server.path("a.jsonl")).expect("it is there");
        let error = admin.reload(&ReloadRequest::default()).await.expect_err("the file is gone");
        assert_eq!(
            (error.code, error.reason.as_deref()),
            (Code::FailedPrecondition, Some("SOURCE_UNREADABLE"))
        );
        assert!(error.message.contains("a.jsonl"), "{error}");

        assert_eq!(server.ids("shoes").await, ["l"]);
        let status = admin.status().await.expect("the call succeeds");
        assert_eq!(status.version, before);
        let outcomes: Vec<_> = status.reloads.iter().map(|reload| reload.outcome).collect();
        assert_eq!(
            outcomes,
            [ReloadOutcome::Failed, ReloadOutcome::Rejected, ReloadOutcome::Published]
        );
    });
}

#[test]
fn every_bad_record_is_in_the_status() {
    let server = Server::start("a.jsonl", &line("l", &["shoes"], ""));
    runtime().block_on(async {
        let admin = server.admin();
        let bad: String = (0..1_200).map(|_| line("", &["?!"], "")).collect();
        server.write("a.jsonl", &bad);
        admin.reload(&ReloadRequest::default()).await.expect_err("every line is bad");
        let status = admin.status().await.expect("the call succeeds");
        let newest = &status.reloads[0];
        assert_eq!(newest.bad_records_total, 1_200);
        assert_eq!(newest.bad_records.len(), 1_000);
        let first = &newest.bad_records[0];
        assert!(first.source.ends_with("a.jsonl"), "{first:?}");
        assert_eq!((first.line, first.field.as_str(), first.reason.as_str()), (1, "id", "EMPTY"));
    });
}

#[test]
fn validate_only_tells_and_changes_nothing() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        let plan = server.write("plan.txt", "boots\nhats\n");
        let request = ReloadRequest {
            sources: vec![plan.display().to_string()],
            validate_only: true,
            ..ReloadRequest::default()
        };
        let reload = server.admin().reload(&request).await.expect("the file is good");
        assert_eq!((reload.outcome, reload.counts.listings), (ReloadOutcome::Validated, 2));
        assert_eq!(server.ids("boots shoes").await, ["1"]);
        let sources = server.admin().status().await.expect("the call succeeds").sources;
        assert!(sources[0].ends_with("a.txt"), "{sources:?}");
    });
}

#[test]
fn other_sources_stay_the_sources() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        let admin = server.admin();
        let other = server.write("other.txt", "boots\n");
        let request = ReloadRequest {
            sources: vec![other.display().to_string()],
            ..ReloadRequest::default()
        };
        admin.reload(&request).await.expect("the file is good");
        assert_eq!(server.ids("boots").await, ["1"]);
        server.write("other.txt", "hats\n");
        admin.reload(&ReloadRequest::default()).await.expect("the file is good");
        assert_eq!(server.ids("hats").await, ["1"]);
    });
}

const RELOADS: usize = 50;
/// Few enough that all listings of one keyword are counted.
const LISTINGS: usize = 1_000;
const BATCH: usize = 64;

/// An inventory whose every payload is its number.
fn inventory(number: usize) -> String {
    let more = format!(", \"payload\": \"{number}\"");
    (0..LISTINGS)
        .map(|listing| line(&format!("l{listing}"), &[&format!("word{listing}"), "every"], &more))
        .collect()
}

/// What the calls under load have seen.
#[derive(Default)]
struct Seen {
    calls: AtomicU64,
    stop: AtomicBool,
}

/// Calls until it is told to stop; each answer must be of one version, and of the content that its version names.
async fn load(address: String, seen: Arc<Seen>) -> Vec<(Version, String)> {
    // Without retries: a call that fails once fails.
    let client =
        Client::builder(address).max_attempts(1).deadline(PATIENCE).build().expect("it is good");
    let queries: Vec<_> =
        (0..BATCH).map(|number| Query::from(format!("every word{number}"))).collect();
    let options = BatchOptions {
        matching: MatchOptions {
            limit: 3,
            include: vec![Include::Payload],
            ..MatchOptions::default()
        },
        ..BatchOptions::default()
    };
    let mut versions: Vec<(Version, String)> = Vec::new();
    while !seen.stop.load(Ordering::Relaxed) {
        let answer =
            client.match_batch(&queries, &options).await.expect("no call fails during a reload");
        let mut payloads: Vec<_> = Vec::new();
        for result in &answer.results {
            let result = result.as_ref().expect("the text is short");
            assert_eq!(result.total, LISTINGS as u64);
            payloads.extend(
                result
                    .matches
                    .iter()
                    .map(|found| String::from_utf8_lossy(&found.payload).into_owned()),
            );
        }
        payloads.dedup();
        assert_eq!(payloads.len(), 1, "one answer mixes inventories: {payloads:?}");
        let saw = (answer.version, payloads.remove(0));
        if !versions.contains(&saw) {
            versions.push(saw);
        }
        seen.calls.fetch_add(1, Ordering::Relaxed);
    }
    versions
}

#[test]
fn fifty_reloads_under_load_fail_no_call_and_mix_no_versions() {
    let server = Server::start("a.jsonl", &inventory(0));
    let seen = Arc::new(Seen::default());
    let loads: Vec<_> = (0..3)
        .map(|_| {
            let (address, seen) = (server.address.clone(), Arc::clone(&seen));
            std::thread::spawn(move || runtime().block_on(load(address, seen)))
        })
        .collect();
    let mut published = Vec::new();
    runtime().block_on(async {
        let admin = server.admin();
        published
            .push(admin.status().await.expect("the call succeeds").version.expect("it serves"));
        for number in 1..=RELOADS {
            server.write("a.jsonl", &inventory(number));
            let before = seen.calls.load(Ordering::Relaxed);
            let reload =
                admin.reload(&ReloadRequest::default()).await.expect("the inventory is good");
            assert_eq!(reload.outcome, ReloadOutcome::Published);
            published.push(reload.version);
            // Each version answers some calls before the next one comes.
            while seen.calls.load(Ordering::Relaxed) < before + 3 {
                assert!(!loads.iter().any(JoinHandle::is_finished), "a load has failed");
                tokio::task::yield_now().await;
            }
        }
    });
    seen.stop.store(true, Ordering::Relaxed);
    let mut distinct = std::collections::BTreeSet::new();
    for load in loads {
        for (version, payload) in load.join().expect("no call fails and no answer is mixed") {
            let number: usize = payload.parse().expect("payloads are numbers");
            assert_eq!(
                version, published[number],
                "an answer names a version that did not give it"
            );
            distinct.insert(number);
        }
    }
    let calls = seen.calls.load(Ordering::Relaxed);
    println!(
        "{RELOADS} reloads, {calls} calls of {BATCH} queries, {} versions seen, 0 failed",
        distinct.len()
    );
    assert!(distinct.len() > RELOADS / 2, "only {} versions were seen under load", distinct.len());
}
