//! The real binary: exit codes, signals, and what it says. Everything else is tested in process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::{Duration, Instant};

use broadside_proto::v1::inventory_service_client::InventoryServiceClient;
use broadside_proto::v1::match_service_client::MatchServiceClient;
use broadside_proto::v1::{GetStatusRequest, MatchBatchRequest, Query};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// The drain timeout of the servers here.
const DRAIN: Duration = Duration::from_millis(2_000);
/// What the end may take on top of it: the promised second, and what a busy machine needs to notice.
const SLACK: Duration = Duration::from_millis(5_000);

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_broadside-server"));
    command.env_clear().stdin(Stdio::null());
    command
}

#[track_caller]
fn check(arguments: &[&str], variables: &[(&str, &str)], code: i32, said: &[&str]) -> Output {
    let output =
        binary().args(arguments).envs(variables.iter().copied()).output().expect("it runs");
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    for part in said {
        assert!(text.contains(part), "{arguments:?}: expected {part:?} in: {text}");
    }
    output
}

/// A server that is ready. It is killed when it is dropped.
struct Server {
    child: Child,
    lines: BufReader<ChildStderr>,
    listen: SocketAddr,
    admin_listen: SocketAddr,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        Server::draining(DRAIN, arguments)
    }

    fn draining(drain: Duration, arguments: &[&str]) -> Server {
        let drain = drain.as_millis().to_string();
        let free = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--workers", "2"];
        let mut command = binary();
        command
            .args(free)
            .args(["--drain-timeout-ms", &drain, "--lame-duck-ms", "0", "--log-format", "json"])
            .args(arguments);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it runs");
        let mut lines = BufReader::new(child.stderr.take().expect("piped"));
        let ready = wait_for(&mut lines, "ready");
        let address = |field: &str| ready[field].as_str().expect(field).parse().expect(field);
        Server { listen: address("listen"), admin_listen: address("admin_listen"), child, lines }
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it lives");
    }

    fn wait_for(&mut self, message: &str) -> Value {
        wait_for(&mut self.lines, message)
    }

    /// The exit code, and how long it took.
    fn exit(mut self) -> (Option<i32>, Duration) {
        let clock = Instant::now();
        let mut rest = String::new();
        // The end of its standard error is the end of the process.
        self.lines.read_to_string(&mut rest).expect("UTF-8");
        let status = self.child.wait().expect("a status");
        (status.code(), clock.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next log line with this message.
fn wait_for(lines: &mut BufReader<ChildStderr>, message: &str) -> Value {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).expect("UTF-8") > 0, "ended before {message:?}: {seen}");
        seen.push_str(&line);
        match serde_json::from_str::<Value>(&line) {
            Ok(value) if value["message"] == message => return value,
            _ => {}
        }
    }
}

fn inventory(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("inventory.txt");
    std::fs::write(&path, text).expect("written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

async fn channel(address: SocketAddr) -> tonic::transport::Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("a URI");
    endpoint.connect().await.expect("connected")
}

#[test]
fn usage_errors_end_with_2_and_say_what_to_do() {
    check(&[], &[], 2, &["no inventory", "--inventory FILE", "--sample"]);
    check(&["--samples"], &[], 2, &["--samples", "--sample"]);
    check(&["--sample"], &[("BROADSIDE_WORKER", "1")], 2, &["did you mean BROADSIDE_WORKERS?"]);
    check(&["--sample", "--admin-listen", "0.0.0.0:0"], &[], 2, &["--allow-remote-admin"]);
}

#[test]
fn printing_ends_with_0() {
    let said = ["workers = 3", "# from BROADSIDE_WORKERS", "# from --sample", "# default"];
    check(&["--print-config", "--sample"], &[("BROADSIDE_WORKERS", "3")], 0, &said);
    check(&["--help"], &[], 0, &["--inventory", "SIGHUP"]);
    check(&["--version"], &[], 0, &[env!("CARGO_PKG_VERSION")]);
}

#[test]
fn a_bad_inventory_at_the_start_ends_with_1_and_a_report() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines: String =
        (0..30).map(|number| if number == 0 { "good\n" } else { "...\n" }).collect();
    let path = inventory(directory.path(), &lines);
    let ports = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let arguments = |name| [&ports[..], &["--inventory", name]].concat();
    let place = format!("{}:2", text(&path));
    let said = ["29 of 30 records are bad", &place, "KEYWORD_EMPTY", "9 are not shown"];
    let output = check(&arguments(text(&path)), &[], 1, &said);
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(report.lines().filter(|line| line.starts_with("  /")).count(), 20, "{report}");

    check(&arguments("/does/not/exist.txt"), &[], 1, &["/does/not/exist.txt"]);
    check(&arguments("inventory.docx"), &[], 1, &["inventory.docx", ".jsonl"]);
    check(&arguments(text(&inventory(directory.path(), ""))), &[], 1, &["was not loaded"]);
}

#[test]
fn a_port_that_is_taken_ends_with_1() {
    let server = Server::start(&["--sample"]);
    let taken = server.listen.to_string();
    let arguments = ["--sample", "--listen", &taken, "--admin-listen", "127.0.0.1:0"];
    check(&arguments, &[], 1, &["it is taken", &taken, "--listen"]);
}

#[test]
fn sigterm_ends_it_in_bounded_time_whoever_is_connected() {
    let server = Server::start(&["--sample"]);
    let silent = TcpStream::connect(server.listen).expect("connected");
    let mut half_preface = TcpStream::connect(server.listen).expect("connected");
    half_preface.write_all(b"PRI * HTTP/2.0\r\n").expect("sent");
    let silent_admin = TcpStream::connect(server.admin_listen).expect("connected");
    let mut half_sent = TcpStream::connect(server.listen).expect("connected");
    half_sent.write_all(&half_a_request()).expect("sent");

    let clock = block_on(async {
        let mut health = HealthClient::new(channel(server.listen).await);
        let mut watch =
            health.watch(HealthCheckRequest::default()).await.expect("a stream").into_inner();
        assert_eq!(watch.message().await.expect("told").expect("a status").status, 1, "SERVING");
        server.signal(Signal::TERM);
        let clock = Instant::now();
        assert_eq!(
            watch.message().await.expect("told").expect("a status").status,
            2,
            "NOT_SERVING"
        );
        let end = watch.message().await.expect_err("the watch ends");
        assert_eq!(end.code(), tonic::Code::Unavailable);
        assert!(clock.elapsed() < DRAIN, "a watch does not wait for the drain");
        clock
    });
    let (code, _) = server.exit();
    assert_eq!(code, Some(0));
    assert!(clock.elapsed() < DRAIN + SLACK, "{:?}", clock.elapsed());
    drop((silent, half_preface, silent_admin, half_sent));
}

#[test]
fn sigterm_ends_an_idle_server_at_once() {
    let server = Server::draining(Duration::from_secs(60), &["--sample"]);
    let silent = TcpStream::connect(server.listen).expect("connected");
    let mut deaf = TcpStream::connect(server.listen).expect("connected");
    // A preface and SETTINGS, and no answer to anything: GOAWAY included.
    deaf.write_all(&preface()).expect("sent");
    server.signal(Signal::TERM);
    let (code, took) = server.exit();
    assert_eq!(code, Some(0));
    assert!(took < SLACK, "{took:?}");
    drop((silent, deaf));
}

#[test]
fn a_second_signal_ends_it_on_the_spot() {
    let mut server = Server::draining(Duration::from_secs(60), &["--sample"]);
    let mut half_sent = TcpStream::connect(server.listen).expect("connected");
    half_sent.write_all(&half_a_request()).expect("sent");
    // The reply to the preface says that the worker has the connection.
    half_sent.read_exact(&mut [0; 9]).expect("a frame");
    server.signal(Signal::TERM);
    server.wait_for("shutting down");
    server.signal(Signal::INT);
    server.wait_for("asked again; stopping at once");
    assert_eq!(server.exit().0, Some(1));
}

#[test]
fn sighup_reloads_and_a_bad_file_changes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = inventory(directory.path(), "running shoes\n");
    let mut server = Server::start(&["--inventory", text(&path)]);

    inventory(directory.path(), "running shoes\ntrail shoes\n");
    server.signal(Signal::HUP);
    let line = server.wait_for("reload");
    assert_eq!(
        (line["cause"].as_str(), line["listings"].as_u64()),
        (Some("sighup"), Some(2)),
        "{line}"
    );

    inventory(directory.path(), "...\n");
    server.signal(Signal::HUP);
    let line = server.wait_for("reload; what was served stays");
    assert_eq!(line["outcome"], "Rejected", "{line}");

    let (matches, status) = block_on(async {
        let mut client = MatchServiceClient::new(channel(server.listen).await);
        let query = Query { text: "trail shoes".to_owned(), ..Query::default() };
        let request = MatchBatchRequest { queries: vec![query], ..MatchBatchRequest::default() };
        let mut admin = InventoryServiceClient::new(channel(server.admin_listen).await);
        let status = admin.get_status(GetStatusRequest {}).await.expect("a status").into_inner();
        (client.match_batch(request).await.expect("an answer").into_inner(), status)
    });
    assert_eq!(matches.results[0].matches[0].listing_id, "2");
    assert_eq!(matches.version, status.version);
    let causes: Vec<&str> = status.reloads.iter().map(|reload| reload.cause.as_str()).collect();
    assert_eq!(causes, ["sighup", "sighup", "start"]);
    assert_eq!(status.reloads[0].bad_records.len(), 1);
}

#[test]
fn probable_mistakes_are_one_log_line_when_they_are_new() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("inventory.jsonl");
    let write = |keywords: &str| {
        let record = format!("{{\"listing\": {{\"id\": \"1\", \"keywords\": [{keywords}]}}}}\n");
        std::fs::write(&path, record).expect("written");
    };
    write("\"shoes\"");
    let mut server = Server::start(&["--inventory", text(&path)]);
    write("\"shoes\", \"Shoes\", \"SHOES\"");
    server.signal(Signal::HUP);
    assert_eq!(server.wait_for("reload")["warnings"], 2);
    let message = "the inventory probably has mistakes; GetStatus lists the first of them";
    let line = server.wait_for(message);
    assert_eq!(
        (&line["level"], &line["warnings"]),
        (&"WARN".into(), &"DUPLICATE_KEYWORD 2".into())
    );
    server.signal(Signal::HUP);
    assert_eq!(server.wait_for("reload")["outcome"], "Unchanged");
    server.signal(Signal::TERM);
    let mut rest = String::new();
    server.lines.read_to_string(&mut rest).expect("UTF-8");
    assert!(!rest.contains("mistakes"), "nothing is new: {rest}");
}

/// The preface of HTTP/2 and an empty SETTINGS frame.
fn preface() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    bytes
}

/// A call of `MatchBatch` whose body never comes.
fn half_a_request() -> Vec<u8> {
    let path = "/broadside.v1.MatchService/MatchBatch";
    // HPACK without compression: `:method POST` and `:scheme http` by their index, the rest as literals.
    let mut headers = vec![0x83, 0x86];
    for (name, value) in [
        (":path", path),
        (":authority", "test"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ] {
        headers.push(0);
        for text in [name, value] {
            headers.push(u8::try_from(text.len()).expect("short"));
            headers.extend(text.bytes());
        }
    }
    let mut bytes = preface();
    bytes.extend([0, 0, u8::try_from(headers.len()).expect("short"), 1, 4, 0, 0, 0, 1]);
    bytes.extend(headers);
    bytes
}
