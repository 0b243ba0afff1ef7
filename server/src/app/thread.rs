//! A thread whose end can be waited for.

use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

/// A thread that was started.
pub(super) struct Thread {
    name: String,
    ended: oneshot::Receiver<()>,
}

impl Thread {
    /// Runs a future, on a single-threaded runtime of its own, and drops what it has spawned when it is done.
    pub(super) fn start(
        name: &str,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Thread> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        Thread::spawn(name, move || runtime.block_on(work))
    }

    /// Runs a function.
    pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Thread> {
        let (alive, ended) = oneshot::channel::<()>();
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            // Dropped when the work is, however it ends; the other side takes it as the end of the thread.
            let _alive = alive;
            work();
        })?;
        Ok(Thread { name: name.to_owned(), ended })
    }

    /// Waits for all of them, but no longer than this. What has not ended then is left to itself.
    pub(super) async fn all_ended(threads: &mut Vec<Thread>, patience: Duration) {
        let all = async {
            for thread in threads.iter_mut() {
                let _ = (&mut thread.ended).await;
            }
        };
        if tokio::time::timeout(patience, all).await.is_err() {
            let names: Vec<&str> = threads.iter().map(|thread| thread.name.as_str()).collect();
            tracing::warn!(?names, "not all of these threads ended in time; they are left behind");
        }
        threads.clear();
    }

    /// The name of the first of them that ends.
    pub(super) async fn any_ended(threads: impl Iterator<Item = &mut Thread>) -> String {
        let mut threads: Vec<&mut Thread> = threads.collect();
        std::future::poll_fn(|context| {
            for thread in &mut threads {
                if Pin::new(&mut thread.ended).poll(context).is_ready() {
                    return Poll::Ready(thread.name.clone());
                }
            }
            Poll::Pending
        })
        .await
    }
}
