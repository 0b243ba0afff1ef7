//! Sockets of this machine.

use broadside_client::{Client, Code};

use crate::server::Server;

#[tokio::test]
async fn a_socket_of_this_machine_is_a_server_like_any_other() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let server = Server::unix(&directory.path().join("broadside.sock"));
    let path = server.address.strip_prefix("unix:").expect("it is a socket");
    for address in [server.address.clone(), format!("unix://{path}")] {
        let client = Client::builder(address).token("s3cr3t").build().expect("it is good");
        let answer = client.match_one("cat").await.expect("it is answered");
        assert_eq!(answer.matches[0].listing_id, "cat");
    }
    assert_eq!(server.header("authorization"), vec![Some("Bearer s3cr3t".to_owned()); 2]);
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_unavailable_with_its_path() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let address = format!("unix:{}/nobody.sock", directory.path().display());
    let client = Client::builder(&address).max_attempts(2).build().expect("it is good");
    let error = client.match_one("cat").await.expect_err("nobody listens");
    assert_eq!((error.code, error.retryable), (Code::Unavailable, true));
    assert!(error.message.contains(&address), "{}", error.message);
    assert!(error.message.contains("No such file"), "{}", error.message);
}
