//! Real servers on ports of their own, each stopped by the test that started it.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use broadside_client::{AdminClient, BatchAnswer, BatchOptions, Client, MatchOptions, Query};
use broadside_server::app::{App, Farewell};
use broadside_server::config::{Command, Config};
use tokio::sync::oneshot;

/// How long anything here may take before a test says that it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server in this process, with threads and ports of its own. Stops, and is waited for, when it is dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) admin_address: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The files that it was started with.
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts a server on one inventory file with this name and content, and waits until it serves.
    pub(crate) fn start(name: &str, content: &str) -> Server {
        Server::start_with(name, content, &[])
    }

    /// The same with more flags.
    pub(crate) fn start_with(name: &str, content: &str, flags: &[&str]) -> Server {
        let server = Server::start_unready(name, flags, |path| {
            std::fs::write(path, content).expect("the temporary folder is writable");
        });
        server.wait_until_ready();
        server
    }

    /// Starts a server that asks for credentials, and waits until its port is open.
    pub(crate) fn start_guarded(content: &str, flags: &[&str]) -> Server {
        let server = Server::start_unready("a.jsonl", flags, |path| {
            std::fs::write(path, content).expect("the temporary folder is writable");
        });
        let started = Instant::now();
        while std::net::TcpStream::connect(&server.address).is_err() {
            assert!(started.elapsed() < PATIENCE, "the server does not get ready");
            std::thread::yield_now();
        }
        server
    }

    /// Starts a server whose inventory file `make` has made, and does not wait.
    pub(crate) fn start_unready(name: &str, flags: &[&str], make: impl FnOnce(&Path)) -> Server {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        let path = folder.path().join(name);
        make(&path);
        let config = config(&path, flags);
        let app = App::bind(config).expect("a port of the system's choice is free");
        let address = app.match_address().to_string();
        let admin_address = app.admin_address().to_string();
        let (stop, stopped) = oneshot::channel();
        let serve = move || {
            let run = app.run(async {
                let _ = stopped.await;
                Farewell::Now
            });
            if let Err(error) = runtime().block_on(run) {
                eprintln!("the server ended: {error}");
            }
        };
        let thread = std::thread::spawn(serve);
        Server { address, admin_address, stop: Some(stop), thread: Some(thread), folder }
    }

    fn wait_until_ready(&self) {
        runtime().block_on(async {
            let client = self.client();
            let started = Instant::now();
            while let Err(error) = client.match_one("ready?").await {
                assert!(started.elapsed() < PATIENCE, "the server does not get ready: {error}");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }

    /// A file beside the server's own.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the temporary folder is writable");
        path
    }

    /// A client, to be made inside a runtime.
    pub(crate) fn client(&self) -> Client {
        Client::builder(&self.address).deadline(PATIENCE).build().expect("the address is good")
    }

    /// A client of the admin listener, to be made inside a runtime.
    pub(crate) fn admin(&self) -> AdminClient {
        AdminClient::builder(&self.admin_address)
            .deadline(PATIENCE)
            .build_admin()
            .expect("the address is good")
    }

    /// The ids that a text finds, best first.
    pub(crate) async fn ids(&self, text: &str) -> Vec<String> {
        let options = BatchOptions {
            matching: MatchOptions { limit: 1_000, ..MatchOptions::default() },
            ..BatchOptions::default()
        };
        let answer = self.client().match_batch(&[Query::from(text)], &options).await;
        ids(&answer.expect("the call succeeds")).remove(0)
    }

    /// Stops the server and waits until it is gone.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server does not panic");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The ids of each result.
pub(crate) fn ids(answer: &BatchAnswer) -> Vec<Vec<String>> {
    let ids_of = |result: &Result<broadside_client::QueryAnswer, broadside_client::Error>| {
        let answer = result.as_ref().expect("the text is within the limits");
        answer.matches.iter().map(|found| found.listing_id.clone()).collect()
    };
    answer.results.iter().map(ids_of).collect()
}

/// A runtime for one test.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system gives a runtime")
}

fn config(inventory: &Path, flags: &[&str]) -> Config {
    let inventory = inventory.to_str().expect("the temporary folder's name is UTF-8");
    let defaults =
        [("--listen", "127.0.0.1:0"), ("--admin-listen", "127.0.0.1:0"), ("--workers", "2")];
    let defaults = defaults.iter().filter(|(flag, _)| !flags.contains(flag));
    let defaults = defaults.flat_map(|(flag, value)| [flag, value]);
    let fixed = ["broadside-server", "--inventory", inventory];
    let arguments = fixed.iter().chain(defaults).chain(flags).map(std::ffi::OsString::from);
    match Config::read(arguments, []).expect("the flags are good") {
        Command::Serve(config) => *config,
        other => panic!("the flags do not ask for a server: {other:?}"),
    }
}

/// Why a server with these flags does not start.
pub(crate) fn refusal(flags: &[&str]) -> String {
    let ports = ["broadside-server", "--sample", "--listen", "127.0.0.1:0"];
    let admin: &[&str] =
        if flags.contains(&"--admin-listen") { &[] } else { &["--admin-listen", "127.0.0.1:0"] };
    let arguments = ports.iter().chain(admin).chain(flags).map(std::ffi::OsString::from);
    match Config::read(arguments, []) {
        Err(error) => error.to_string(),
        Ok(Command::Serve(config)) => {
            App::bind(*config).expect_err("it should be refused").to_string()
        }
        Ok(other) => panic!("the flags do not ask for a server: {other:?}"),
    }
}

/// One listing in JSON Lines.
pub(crate) fn line(id: &str, keywords: &[&str], more: &str) -> String {
    let keywords = serde_json::to_string(keywords).expect("texts are JSON");
    format!("{{\"listing\": {{\"id\": \"{id}\", \"keywords\": {keywords}{more}}}}}\n")
}
