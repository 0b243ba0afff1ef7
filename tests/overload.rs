//! More work than can be done in time: what is refused is refused at once and says when to come again, what is not is
//! answered, and health answers all the while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use broadside_client::{BatchOptions, Client, Code, Priority, Query};

use crate::support::{PATIENCE, Server, line, runtime};

/// Queries that cost some milliseconds together.
fn batch() -> Vec<Query> {
    let text = "red running shoes for long trails and short tracks in the rain";
    vec![Query::from(text); 4_096]
}

fn inventory() -> String {
    let words = ["red", "running", "shoes", "long", "trails", "short", "tracks", "rain"];
    let listing = |number: usize| {
        let (first, second) = (words[number % 8], words[(number / 8) % 8]);
        line(&format!("l{number}"), &[&format!("{first} {second}")], "")
    };
    (0..64).map(listing).collect()
}

#[test]
fn under_overload_some_are_refused_at_once_and_told_when_to_come_again() {
    let flags = ["--workers", "1", "--max-queue-ms", "2"];
    let server = Server::start_with("a.jsonl", &inventory(), &flags);
    let (answered, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let over = Arc::new(AtomicBool::new(false));
    let began = Instant::now();
    runtime().block_on(async {
        let mut crowd = Vec::new();
        for _ in 0..24 {
            let client = Client::builder(&server.address).max_attempts(1).deadline(PATIENCE);
            let client = client.build().expect("the address is good");
            let counts = (Arc::clone(&answered), Arc::clone(&refused), Arc::clone(&over));
            crowd.push(tokio::spawn(async move {
                let (answered, refused, over) = counts;
                while !over.load(Ordering::Relaxed) {
                    match client.match_batch(&batch(), &BatchOptions::default()).await {
                        Ok(answer) => {
                            assert!(answer.results.iter().all(Result::is_ok), "whole answers");
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => {
                            assert_eq!(error.code, Code::ResourceExhausted, "{error:?}");
                            assert_eq!(error.reason.as_deref(), Some("OVERLOADED"));
                            assert!(error.retryable && error.retry_after.is_some(), "{error:?}");
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            }));
        }
        let enough =
            || answered.load(Ordering::Relaxed) >= 20 && refused.load(Ordering::Relaxed) >= 20;
        while !enough() {
            assert!(began.elapsed() < PATIENCE, "answered {answered:?}, refused {refused:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        over.store(true, Ordering::Relaxed);
        for one in crowd {
            one.await.expect("no panic");
        }
        let calm = server.client().match_one("red running shoes").await;
        assert!(calm.is_ok_and(|answer| !answer.matches.is_empty()), "it is over when it is over");
    });
}

#[test]
fn bulk_is_answered_as_everything_else_when_there_is_time() {
    let server = Server::start_with("a.jsonl", &inventory(), &["--workers", "1"]);
    runtime().block_on(async {
        let options = BatchOptions { priority: Priority::Bulk, ..BatchOptions::default() };
        let answer = server.client().match_batch(&batch()[..3], &options).await.expect("an answer");
        assert!(answer.results.iter().all(Result::is_ok));
    });
}
