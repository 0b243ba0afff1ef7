//! What goes with every call.

use broadside_client::{BatchOptions, Client, Priority, Query};

use crate::server::Server;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OTHER_TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// The calls of a client, in the order in which they are checked below: a batch of two parts is two of them.
async fn call_everything(client: &Client, options: &BatchOptions) {
    let queries = vec![Query::from("cat"); 4_097];
    client.match_batch(&queries, options).await.expect("it is answered");
    let (mut sender, mut receiver) = client.match_stream(options).await.expect("it opens");
    sender.send(&queries[..1]).await.expect("it is sent");
    receiver.try_next().await.expect("it is read").expect("it is answered");
    client.explain_text("cat", options).await.expect("it is answered");
    client.analyze("cat").await.expect("it is answered");
}

#[tokio::test]
async fn token_trace_and_priority_go_with_every_call_and_nothing_goes_unasked() {
    let server = Server::plain(|_| Ok(())).await;
    let client = Client::builder(&server.address).build().expect("it is good");
    call_everything(&client, &BatchOptions::default()).await;
    for name in ["authorization", "traceparent", "x-broadside-priority"] {
        assert_eq!(server.header(name), vec![None; 5], "{name}");
    }

    let server = Server::plain(|_| Ok(())).await;
    let client = Client::builder(&server.address).token("s3cr3t").traceparent(TRACE);
    let client = client.build().expect("it is good");
    let options = BatchOptions {
        priority: Priority::Bulk,
        traceparent: Some(OTHER_TRACE.to_owned()),
        ..BatchOptions::default()
    };
    call_everything(&client, &options).await;
    let all = |value: &str| vec![Some(value.to_owned()); 5];
    assert_eq!(server.header("authorization"), all("Bearer s3cr3t"));
    let mut traces = all(OTHER_TRACE);
    let mut priorities = all("bulk");
    // Splitting a text has no options.
    traces[4] = Some(TRACE.to_owned());
    priorities[4] = None;
    assert_eq!(server.header("traceparent"), traces);
    assert_eq!(server.header("x-broadside-priority"), priorities);
}

#[tokio::test]
async fn a_trace_that_cannot_be_sent_is_refused_before_anything_is_sent() {
    let server = Server::plain(|_| Ok(())).await;
    let client = Client::builder(&server.address).build().expect("it is good");
    let options = BatchOptions { traceparent: Some("00-\n".to_owned()), ..BatchOptions::default() };
    let error = client.match_batch(&[Query::from("cat")], &options).await.expect_err("no header");
    assert_eq!(error.reason.as_deref(), Some("TRACEPARENT_INVALID"));
    let error = client.match_stream(&options).await.expect_err("no header");
    assert_eq!(error.reason.as_deref(), Some("TRACEPARENT_INVALID"));
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn secrets_are_in_no_debug_output() {
    let builder = Client::builder("https://127.0.0.1:1")
        .token("s3cr3t-token")
        .tls_identity("certificate", "s3cr3t-key");
    let shown = format!("{builder:?}");
    assert!(!shown.contains("s3cr3t") && !shown.contains("115, 51"), "{shown}");
    let client = Client::builder("127.0.0.1:1").token("s3cr3t-token").max_attempts(1);
    let client = client.build().expect("it is good");
    let error = client.match_one("cat").await.expect_err("nobody listens");
    let shown = format!("{client:?} {error:?} {error}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
}
