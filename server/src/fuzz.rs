//! What fuzzers feed. With the feature `fuzz` alone, which no build of the server has.
//!
//! Each function takes anything and panics if something does not hold that must.

use std::cell::RefCell;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use broadside_proto::v1;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use prost::Message as _;
use tokio::runtime::Runtime as Tokio;

use crate::access::{Access, AccessTable, Role};
use crate::config::{Command, Config};
use crate::limits::Limits;
use crate::rpc::fuzz::{Admission, Bounds, Deadline, Matches, Terms, ThreadBounds};
use crate::runtime::{self, ReadOptions, Runtime};
use crate::serve::lane::{Lane, LaneLimits, Priority, thread_clock};
use crate::serve::peer::Peer;
use crate::telemetry::Metrics;

/// SHA-256 of `secret`.
const SECRET: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/// A service over the sample, and what runs it.
struct Service {
    tokio: Tokio,
    matches: Matches,
    bounds: Bounds,
}

impl Service {
    fn new() -> Service {
        let metrics = Arc::new(Metrics::new());
        let loading =
            Runtime::new(vec![runtime::sample()], ReadOptions::default(), Arc::clone(&metrics));
        let limits = LaneLimits { wait_max: Duration::from_secs(1), waiting_max: usize::MAX };
        let lane = Lane::new(limits, thread_clock);
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let tokio = tokio.expect("the system gives a runtime");
        let runs = lane.clone();
        tokio.spawn(async move { runs.run().await });
        let matches = Matches::new(loading.catalog.clone(), Limits::default(), lane, metrics);
        assert!(loading.load_and_end().outcome.is_success(), "the sample is good");
        let bounds = ThreadBounds::new(Limits::default().request_bytes_max).connection();
        Service { tokio, matches, bounds }
    }
}

/// Any bytes as a request of `MatchBatch`, of `MatchStream`, of `Explain` and of `Analyze`.
pub fn request(bytes: &[u8]) {
    thread_local! {
        static SERVICE: RefCell<Option<Service>> = const { RefCell::new(None) };
    }
    SERVICE.with_borrow_mut(|service| {
        let Service { tokio, matches, bounds } = service.get_or_insert_with(Service::new);
        let deadline = Deadline::default();
        let terms = Terms { deadline, priority: Priority::Stream };
        let answered = tokio.block_on(matches.match_batch(bytes, terms, bounds));
        let decoded = v1::MatchBatchRequest::decode(bytes);
        if let Ok(reply) = answered {
            let request = decoded.expect("what prost does not read is not answered");
            let reply = v1::MatchBatchResponse::decode(&reply[5..]).expect("a reply is one");
            assert_eq!(reply.results.len(), request.queries.len(), "aligned with the queries");
        }
        let mut out = b"before".to_vec();
        let _ = tokio.block_on(matches.match_stream(bytes, terms, bounds, &mut out));
        assert!(out.starts_with(b"before"), "what was written stays");
        let _ = tokio.block_on(matches.explain(bytes, terms, bounds));
        let _ = tokio.block_on(matches.analyze(bytes, terms, bounds));
    });
}

/// Any bytes as an authorization header.
pub fn authorization(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let table =
        format!("[[principal]]\nname = \"a\"\nroles = [\"match\"]\ntoken_sha256 = [\"{SECRET}\"]");
    let access = Access::with(AccessTable::parse(&table).expect("a table"));
    let peer = Peer { address: None, certificate_names: Vec::new() };
    let metrics = Arc::new(Metrics::new());
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, value);
    let admission = Admission::new(access, peer, metrics);
    if admission.judge(&headers, &[Role::Match]).is_ok() {
        let token = bytes.get(7..).unwrap_or_default();
        assert_eq!(token.trim_ascii(), b"secret", "somebody else was let in");
    }
    assert!(admission.judge(&headers, &[Role::Admin]).is_err(), "nobody has this role");
}

/// Any text as flags, one a line, and as a table of access.
pub fn settings(text: &str) {
    let flags = text.lines().map(OsString::from);
    // A file would be whatever lies there.
    if !text.contains("config") {
        let program = std::iter::once(OsString::from("broadside-server"));
        match Config::read(program.chain(flags), []) {
            Ok(Command::Serve(config)) => assert!(config.workers > 0, "somebody matches"),
            Ok(_) => {}
            Err(error) => assert!(!error.to_string().is_empty(), "an error says what"),
        }
    }
    if let Err(error) = AccessTable::parse(text) {
        assert!(!error.to_string().is_empty(), "an error says what");
    }
}
