//! The program as an operator has it: signals, the lame duck, health checks, what it says to Ctrl-C, its audit lines and
//! traces.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use broadside_client::{AdminClient, BatchOptions, Client, ReloadRequest};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{PATIENCE, runtime};

/// The program in a process of its own, killed if a test forgets it.
struct Program {
    child: Child,
    lines: Receiver<Value>,
    seen: Vec<Value>,
    address: String,
    admin_address: String,
}

impl Program {
    /// Starts it on the sample and waits until it is ready. Nothing if it was not built, which is said.
    fn start(flags: &[&str], variables: &[(&str, &str)]) -> Option<Program> {
        let path = program()?;
        let ports = ["--sample", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        let mut child = Command::new(path)
            .args(ports)
            .args(["--log-format", "json"])
            .args(flags)
            .env_clear()
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let errors = BufReader::new(child.stderr.take().expect("it is piped"));
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                if let Ok(line) = serde_json::from_str(&line) {
                    let _ = send.send(line);
                }
            }
        });
        let (address, admin_address) = (String::new(), String::new());
        let mut program = Program { child, lines, seen: Vec::new(), address, admin_address };
        let ready = program.wait_for("ready");
        let text = |name: &str| ready[name].as_str().unwrap_or_default().to_owned();
        (program.address, program.admin_address) = (text("listen"), text("admin_listen"));
        Some(program)
    }

    /// The next line with this message.
    fn wait_for(&mut self, message: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no line {message:?} after {:?}", self.seen));
            self.seen.push(line.clone());
            if line["message"] == message {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("it has one");
        kill_process(pid, signal).expect("it lives");
    }

    /// How it ended, and how long that took from now on.
    fn end(&mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return (status, began.elapsed());
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::yield_now();
        }
    }

    fn client(&self) -> Client {
        Client::builder(&self.address).max_attempts(1).build().expect("the address is good")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, beside the tests. A run of these tests alone may not have built it.
fn program() -> Option<PathBuf> {
    let tests = std::env::current_exe().expect("the system knows");
    let path = tests.parent()?.parent()?.join("broadside-server");
    if !path.exists() {
        println!("LEFT OUT: {} was not built", path.display());
        return None;
    }
    Some(path)
}

fn healthcheck(arguments: &[&str]) -> (Option<i32>, String) {
    let path = program().expect("it was there a moment ago");
    let output = Command::new(path).arg("healthcheck").args(arguments).env_clear().output();
    let output = output.expect("it can be started");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn after_sigterm_calls_are_answered_until_the_lame_duck_is_over() {
    let Some(mut server) = Program::start(&["--lame-duck-ms", "3000"], &[]) else { return };
    let admin = server.admin_address.clone();
    assert_eq!(healthcheck(&["--address", &admin]).0, Some(0));
    runtime().block_on(async {
        let client = server.client();
        client.match_one("shoes").await.expect("an answer");
        let began = Instant::now();
        server.signal(Signal::TERM);
        server.wait_for("health says NOT_SERVING; calls are still answered");
        let (code, error) = healthcheck(&["--address", &admin]);
        assert!(code == Some(1) && error.contains("503"), "{code:?} {error}");
        assert_eq!(healthcheck(&["--live", "--address", &admin]).0, Some(0), "and it is alive");
        let mut answered = 0;
        while began.elapsed() < Duration::from_millis(1_500) {
            client.match_one("shoes").await.expect("an answer");
            server.client().match_one("shoes").await.expect("also to who comes now");
            answered += 2;
        }
        assert!(answered > 10, "{answered}");
        let (status, _) = server.end();
        let took = began.elapsed();
        assert!(status.success(), "{status:?}");
        assert!(
            took >= Duration::from_millis(3_000) && took < Duration::from_millis(10_000),
            "{took:?}"
        );
    });
    let (code, error) = healthcheck(&["--address", &admin]);
    assert!(code == Some(1) && error.contains("cannot ask"), "{code:?} {error}");
}

#[test]
fn ctrl_c_does_not_wait_for_load_balancers() {
    let Some(mut server) = Program::start(&["--lame-duck-ms", "20000"], &[]) else { return };
    server.signal(Signal::INT);
    let (status, took) = server.end();
    assert!(status.success() && took < Duration::from_secs(5), "{status:?} after {took:?}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let Some(mut server) = Program::start(&["--lame-duck-ms", "20000"], &[]) else { return };
    server.signal(Signal::TERM);
    server.wait_for("asked to stop");
    server.signal(Signal::TERM);
    let (status, took) = server.end();
    assert!(!status.success() && took < Duration::from_secs(5), "{status:?} after {took:?}");
}

#[test]
fn health_alone_can_be_asked_on_a_port_of_its_own() {
    let Some(mut server) = Program::start(&["--health-listen", "127.0.0.1:0"], &[]) else { return };
    let ready = server.seen.last().expect("the line that says ready").clone();
    let health = ready["health_listen"].as_str().expect("its address").to_owned();
    assert_eq!(healthcheck(&["--address", &health]).0, Some(0));
    assert_eq!(healthcheck(&["--health-listen", &health]).0, Some(0), "as in the settings");
    let page = |path: &str| {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(&health).expect("it is open");
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("text");
        reply
    };
    assert!(page("/readyz").starts_with("HTTP/1.1 200"));
    assert!(page("/metrics").starts_with("HTTP/1.1 404"), "nothing else is there");
    server.signal(Signal::INT);
    assert!(server.end().0.success());
}

#[test]
fn who_changes_the_inventory_is_written_down() {
    let Some(mut server) = Program::start(&[], &[]) else { return };
    runtime().block_on(async {
        let admin = AdminClient::builder(&server.admin_address).build_admin().expect("good");
        let missing =
            ReloadRequest { sources: vec!["/no/such.txt".to_owned()], ..Default::default() };
        admin.reload(&missing).await.expect_err("there is no such file");
        let line = server.wait_for("audit");
        assert_eq!((&line["who"], &line["action"]), (&"anybody".into(), &"Reload".into()));
        assert_eq!(line["what"], "/no/such.txt");
        assert!(line["from"].as_str().is_some_and(|from| from.starts_with("127.0.0.1:")), "{line}");
        assert!(
            line["outcome"].as_str().is_some_and(|text| text.contains("/no/such.txt")),
            "{line}"
        );
        assert_eq!(line["version_before"], line["version_after"]);
    });
    server.signal(Signal::HUP);
    let line = server.wait_for("audit");
    assert_eq!((&line["who"], &line["what"]), (&"signal".into(), &"the same sources".into()));
    assert!(line["outcome"].as_str().is_some_and(|text| text.contains("served already")), "{line}");
}

/// Takes spans as a collector does.
struct Collector(tokio::sync::mpsc::UnboundedSender<ExportTraceServiceRequest>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let _ = self.0.send(request.into_inner());
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

#[test]
fn spans_reach_a_collector_with_the_trace_of_the_caller() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    runtime().block_on(async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("set");
        let address = listener.local_addr().expect("bound");
        let (spans, mut taken) = tokio::sync::mpsc::unbounded_channel();
        let incoming = tokio::net::TcpListener::from_std(listener).expect("registered");
        let incoming = tonic::transport::server::TcpIncoming::from(incoming);
        let collector = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(Collector(spans)))
            .serve_with_incoming(incoming);
        let collector = tokio::spawn(collector);
        let endpoint = format!("http://{address}");
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ];
        let Some(mut server) = Program::start(&[], &variables) else { return };
        let options = BatchOptions {
            traceparent: Some(format!("00-{TRACE}-00f067aa0ba902b7-01")),
            ..BatchOptions::default()
        };
        server.client().match_batch(&["shoes".into()], &options).await.expect("an answer");
        let request = tokio::time::timeout(PATIENCE, taken.recv()).await;
        let request = request.expect("spans come").expect("the collector lives");
        let resource = format!("{:?}", request.resource_spans[0].resource);
        assert!(resource.contains("broadside-server") && resource.contains("test"), "{resource}");
        let span = &request.resource_spans[0].scope_spans[0].spans[0];
        assert_eq!(span.name, "broadside.v1.MatchService/MatchBatch");
        let hex: String = span.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, TRACE);
        server.signal(Signal::INT);
        assert!(server.end().0.success(), "it does not wait for its collector for ever");
        collector.abort();
    });
}
