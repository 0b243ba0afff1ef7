//! `MatchStream` over real connections: order, refusals, reloads, back-pressure, the end.

use std::time::Duration;

use broadside_client::{
    BatchOptions, Code, Include, MatchOptions, Query, ReloadRequest, StreamReceiver, StreamSender,
    Version,
};
use broadside_proto::v1;
use broadside_proto::v1::match_service_client::MatchServiceClient;
use broadside_proto::v1::match_stream_response::Outcome;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{PATIENCE, Server, ids, line, runtime};

async fn open(server: &Server, options: &BatchOptions) -> (StreamSender, StreamReceiver) {
    server.client().match_stream(options).await.expect("the server serves")
}

fn queries(texts: &[&str]) -> Vec<Query> {
    texts.iter().map(|text| Query::from(*text)).collect()
}

/// The outcome of the next batch, with its number.
async fn next(receiver: &mut StreamReceiver) -> (u64, Result<Vec<Vec<String>>, String>) {
    let answer = receiver.try_next().await.expect("the stream goes on").expect("an answer");
    let outcome = answer.outcome.map(|batch| ids(&batch));
    (answer.number, outcome.map_err(|error| error.reason.expect("a reason")))
}

#[test]
fn batches_are_answered_in_order_and_a_bad_one_fails_alone() {
    let server = Server::start_with("a.txt", "shoes\nboots\n", &["--max-batch-queries", "3"]);
    runtime().block_on(async {
        let (mut sender, mut receiver) = open(&server, &BatchOptions::default()).await;
        let batches: [&[&str]; 5] =
            [&["shoes", "boots"], &[], &["hats"], &["shoes"; 4], &["boots shoes"]];
        for (batch, number) in batches.iter().zip(1..) {
            assert_eq!(sender.send(&queries(batch)).await, Ok(number));
        }
        let mut wrong = Query::from("shoes");
        wrong.options = Some(MatchOptions { limit: 1_001, ..MatchOptions::default() });
        assert_eq!(sender.send(&[wrong]).await, Ok(6));
        drop(sender);
        let refused = |reason: &str| Err(reason.to_owned());
        let found = |found: &[&[&str]]| {
            Ok(found.iter().map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()).collect())
        };
        for (number, expected) in [
            (1, found(&[&["1"], &["2"]])),
            (2, refused("NO_QUERIES")),
            (3, found(&[&[]])),
            (4, refused("TOO_MANY_QUERIES")),
            (5, found(&[&["1", "2"]])),
            (6, refused("FIELD_INVALID")),
        ] {
            assert_eq!(next(&mut receiver).await, (number, expected));
        }
        assert_eq!(receiver.try_next().await, Ok(None), "all is answered and nothing more comes");
    });
}

#[test]
fn a_reload_shows_within_a_stream() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        let (mut sender, mut receiver) = open(&server, &BatchOptions::default()).await;
        sender.send(&queries(&["boots shoes"])).await.expect("the stream is open");
        assert_eq!(next(&mut receiver).await.1, Ok(vec![vec!["1".to_owned()]]));
        server.write("a.txt", "shoes\nboots\n");
        server.admin().reload(&ReloadRequest::default()).await.expect("the file is good");
        sender.send(&queries(&["boots shoes"])).await.expect("the stream is open");
        assert_eq!(next(&mut receiver).await.1, Ok(vec![vec!["1".to_owned(), "2".to_owned()]]));
    });
}

#[test]
fn a_version_that_is_not_served_refuses_each_batch() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        let version = Version { generation: "0123456789abcdef".to_owned(), sequence: 0 };
        let options = BatchOptions { min_version: Some(version), ..BatchOptions::default() };
        let (mut sender, mut receiver) = open(&server, &options).await;
        for number in 1..=2 {
            sender.send(&queries(&["shoes"])).await.expect("the stream is open");
            let refused = Err("INVENTORY_VERSION_NOT_SERVED".to_owned());
            assert_eq!(next(&mut receiver).await, (number, refused));
        }
    });
}

#[test]
fn what_a_stream_cannot_carry_is_not_sent() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        let (mut sender, mut receiver) = open(&server, &BatchOptions::default()).await;
        for batch in [queries(&["x"; 4_097]), vec![Query::from("x".repeat(2 << 20))]] {
            let error = sender.send(&batch).await.expect_err("it is too large");
            assert_eq!(error.reason.as_deref(), Some("BATCH_TOO_LARGE"));
        }
        assert_eq!(sender.send(&queries(&["shoes"])).await, Ok(1));
        assert_eq!(next(&mut receiver).await.1, Ok(vec![vec!["1".to_owned()]]));
    });
}

#[test]
fn at_the_end_of_the_server_streams_end_as_unavailable() {
    let mut server = Server::start_with("a.txt", "shoes\n", &["--drain-timeout-ms", "20000"]);
    let runtime = runtime();
    let (mut sender, mut receiver) = runtime.block_on(open(&server, &BatchOptions::default()));
    runtime.block_on(async {
        sender.send(&queries(&["shoes"])).await.expect("the stream is open");
        assert_eq!(next(&mut receiver).await.0, 1);
    });
    let began = std::time::Instant::now();
    let stopping = std::thread::spawn(move || server.stop());
    let error = runtime.block_on(receiver.try_next()).expect_err("the server goes away");
    assert_eq!((error.code, error.reason.as_deref()), (Code::Unavailable, Some("SHUTTING_DOWN")));
    assert!(error.retryable && error.retry_after.is_some());
    assert_eq!(runtime.block_on(receiver.try_next()), Ok(None), "an error is the last word");
    // The client's connection has to be driven for GOAWAY to be answered.
    let stopped = runtime.spawn_blocking(move || stopping.join());
    runtime.block_on(stopped).expect("no panic").expect("the server does not panic");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "nobody waits for streams to end by themselves"
    );
    let error = runtime.block_on(async { sender.send(&queries(&["shoes"])).await });
    assert_eq!(error.expect_err("it has ended").reason.as_deref(), Some("STREAM_ENDED"));
}

fn request(request_id: u64, text: &str) -> v1::MatchStreamRequest {
    let query = v1::Query { text: text.to_owned(), ..v1::Query::default() };
    let batch = v1::MatchBatchRequest { queries: vec![query], ..v1::MatchBatchRequest::default() };
    v1::MatchStreamRequest { request_id, batch: Some(batch) }
}

#[test]
fn other_clients_number_as_they_like_and_a_deadline_ends_the_stream() {
    let server = Server::start("a.txt", "shoes\n");
    runtime().block_on(async {
        let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", server.address))
            .expect("an address")
            .connect_lazy();
        let mut client = MatchServiceClient::new(channel);
        let (requests, queue) = tokio::sync::mpsc::channel(8);
        let mut queue = queue;
        let queue = futures_util::stream::poll_fn(move |context| queue.poll_recv(context));
        let mut call = tonic::Request::new(queue);
        call.set_timeout(Duration::from_millis(500));
        let mut responses = client.match_stream(call).await.expect("a stream").into_inner();
        for request_id in [7, 7, 0, u64::MAX] {
            requests.send(request(request_id, "shoes")).await.expect("it is open");
            let response = responses.message().await.expect("a response").expect("one");
            assert_eq!(response.request_id, request_id);
            assert!(matches!(response.outcome, Some(Outcome::Batch(batch)) if batch.results[0].total == 1));
        }
        requests.send(v1::MatchStreamRequest { request_id: 9, batch: None }).await.expect("open");
        let response = responses.message().await.expect("a response").expect("one");
        assert!(matches!(response.outcome, Some(Outcome::Error(status)) if status.code == 3));

        let ended = tokio::time::timeout(PATIENCE, responses.message()).await.expect("it ends");
        let code = ended.expect_err("the deadline").code();
        // The client's own timer may be the first to notice.
        let expected = [tonic::Code::DeadlineExceeded, tonic::Code::Cancelled];
        assert!(expected.contains(&code), "{code}");
    });
}

/// Bytes that this process has in memory.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("a number") * 4_096
}

/// A client that speaks HTTP/2 by hand: it sends and never reads an answer. Gives how many bytes the server took.
async fn send_without_reading(address: &str, text: &str) -> u64 {
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("connected");
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        let bytes = u32::try_from(payload.len()).expect("it is short").to_be_bytes();
        [&bytes[1..], &[kind, flags, 0, 0, 0, stream], payload].concat()
    };
    let text_header = |name: &str, value: &str| {
        let lengths = [name, value].map(|it| u8::try_from(it.len()).expect("it is short"));
        [&[0, lengths[0]][..], name.as_bytes(), &lengths[1..], value.as_bytes()].concat()
    };
    let headers = [
        text_header(":method", "POST"),
        text_header(":scheme", "http"),
        text_header(":path", "/broadside.v1.MatchService/MatchStream"),
        text_header(":authority", "a"),
        text_header("content-type", "application/grpc"),
        text_header("te", "trailers"),
    ];
    let begin = [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        frame(4, 0, 0, &[]),
        frame(1, 4, 1, &headers.concat()),
    ];
    socket.write_all(&begin.concat()).await.expect("sent");
    let message = prost::Message::encode_to_vec(&request(1, text));
    let bytes = u32::try_from(message.len()).expect("it is short").to_be_bytes();
    let payload = [&[0][..], &bytes, &message].concat().repeat(100);
    let data = frame(0, 0, 1, &payload);
    let payload_bytes = payload.len() as u64;
    let mut taken = 0;
    // Of the connection, and of the stream.
    let mut windows = [65_535_u64; 2];
    let mut read = vec![0; 64 * 1024];
    let mut frames = Vec::new();
    loop {
        // What the server allows is looked for in its WINDOW_UPDATE frames; its answers are not acknowledged, so that its
        // own window, 65,535 bytes, is soon used up.
        while windows.iter().all(|window| *window >= payload_bytes) {
            socket.write_all(&data).await.expect("sent");
            windows = windows.map(|window| window - payload_bytes);
            taken += payload_bytes;
        }
        let silence = Duration::from_millis(500);
        let Ok(got) = tokio::time::timeout(silence, socket.read(&mut read)).await else {
            return taken;
        };
        frames.extend_from_slice(&read[..got.expect("the connection lives")]);
        let mut rest = frames.as_slice();
        while let Some((head, after)) = rest.split_first_chunk::<9>() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            let Some((payload, after)) = after.split_at_checked(length) else { break };
            match (head[3], head[8]) {
                (8, stream) => {
                    let more = u32::from_be_bytes(payload.try_into().expect("four bytes"));
                    windows[usize::from(stream)] += u64::from(more);
                }
                (4, _) if length > 0 => {
                    let initial = payload.chunks(6).find(|setting| setting[..2] == [0, 4]);
                    let initial = initial.map(|setting| &setting[2..]).expect("it sets its window");
                    let initial = u32::from_be_bytes(initial.try_into().expect("four bytes"));
                    windows[1] += u64::from(initial) - 65_535;
                }
                _ => {}
            }
            rest = after;
        }
        frames = rest.to_vec();
    }
}

/// Runs one of the tests below in a process of its own, where nothing else takes memory.
fn alone(test: &str) {
    let program = std::env::current_exe().expect("the system knows");
    let name = format!("match_stream::{test}");
    let arguments = ["--ignored", "--exact", &name];
    let run = std::process::Command::new(program).args(arguments).output().expect("it runs");
    let output = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && output.contains("1 passed"), "{output}");
}

#[test]
fn memory_is_bounded() {
    alone("a_client_that_does_not_read_is_soon_not_read_from");
    alone("an_endless_stream_takes_no_more_memory_than_a_short_one");
}

#[test]
#[ignore = "it measures the memory of its process: `memory_is_bounded` runs it"]
fn a_client_that_does_not_read_is_soon_not_read_from() {
    let inventory = line("l", &["shoes"], &format!(r#", "payload": "{}""#, "p".repeat(1_000)));
    let server = Server::start("a.jsonl", &inventory);
    let runtime = runtime();
    let before = resident_bytes();
    let taken = runtime.block_on(send_without_reading(&server.address, "shoes"));
    let grown = resident_bytes().saturating_sub(before);
    // One stream's window, what of it was answered before the client's window was full, and no more.
    assert!(taken < 4 << 20, "{taken} bytes were taken from a client that does not read");
    assert!(grown < 32 << 20, "{grown} bytes more in memory");
    runtime.block_on(async {
        assert_eq!(server.ids("shoes").await, ["l"], "others are served meanwhile");
    });
}

#[test]
#[ignore = "it measures the memory of its process: `memory_is_bounded` runs it"]
fn an_endless_stream_takes_no_more_memory_than_a_short_one() {
    let server = Server::start("a.txt", "shoes\n");
    let options = BatchOptions {
        matching: MatchOptions { include: vec![Include::Keyword], ..MatchOptions::default() },
        ..BatchOptions::default()
    };
    runtime().block_on(async {
        let (mut sender, mut receiver) = open(&server, &options).await;
        let batch = queries(&["cheap running shoes"; 64]);
        let mut after_warm_up = 0;
        let sending = async {
            for _ in 0..4_000 {
                sender.send(&batch).await.expect("the stream is open");
            }
            drop(sender);
        };
        let receiving = async {
            for number in 1..=4_000 {
                let answer = receiver.try_next().await.expect("it goes on").expect("an answer");
                assert_eq!(answer.number, number);
                assert_eq!(answer.outcome.expect("it is good").results.len(), 64);
                if number == 500 {
                    after_warm_up = resident_bytes();
                }
            }
            assert_eq!(receiver.try_next().await, Ok(None));
        };
        tokio::join!(sending, receiving);
        let grown = resident_bytes().saturating_sub(after_warm_up);
        assert!(grown < 32 << 20, "{grown} bytes more after 3,500 batches more");
    });
}
