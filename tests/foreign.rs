//! A client that nobody here wrote: `grpcurl`, which learns the API by server reflection.
//!
//! `BROADSIDE_GRPCURL` names the program; `make test` installs it. Without it, these tests say what they leave out.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Server, line};

fn grpcurl(arguments: &[&str]) -> Option<Result<String, String>> {
    let Some(program) = std::env::var_os("BROADSIDE_GRPCURL") else {
        println!("LEFT OUT: grpcurl as a client: BROADSIDE_GRPCURL is not set (make test sets it)");
        return None;
    };
    let output =
        Command::new(program).args(["-plaintext", "-max-time", "20"]).args(arguments).output();
    let output = output.expect("BROADSIDE_GRPCURL names a program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    Some(if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) })
}

#[test]
fn grpcurl_finds_the_services_and_calls_them() {
    let inventory = line("trail", &["\"trail shoes\""], ", \"bid_micros\": 7, \"payload\": \"hi\"");
    let server = Server::start("a.jsonl", &inventory);
    let Some(listed) = grpcurl(&[&server.address, "list"]) else { return };
    let listed = listed.expect("reflection is served");
    for service in ["broadside.v1.MatchService", "grpc.health.v1.Health"] {
        assert!(listed.lines().any(|line| line == service), "{service} is not in\n{listed}");
    }
    assert!(
        !listed.contains("InventoryService"),
        "administration is on the admin listener only\n{listed}"
    );

    let request = json!({
        "queries": [{"text": "Trail shoes!"}, {"text": "boots"}],
        "options": {"include": ["INCLUDE_PAYLOAD", "INCLUDE_SPANS", "INCLUDE_KEYWORD"]},
    });
    let call = |address: &str, data: &str, method: &str| -> Result<Value, String> {
        let answer = grpcurl(&["-d", data, address, method]).expect("it was there before")?;
        Ok(serde_json::from_str(&answer).expect("grpcurl prints JSON"))
    };
    let answer =
        call(&server.address, &request.to_string(), "broadside.v1.MatchService/MatchBatch");
    let answer = answer.expect("the call succeeds");
    let expected = json!([
        {
            "matches": [{
                "listingId": "trail", "score": 7, "matchType": "MATCH_TYPE_PHRASE",
                "keyword": {"text": "trail shoes", "matchType": "MATCH_TYPE_PHRASE"},
                "payload": "aGk=", "spans": [{"end": 11}],
            }],
            "total": "1", "totalExact": true,
        },
        {"totalExact": true},
    ]);
    assert_eq!(answer["results"], expected);

    let status = call(&server.admin_address, "{}", "broadside.v1.InventoryService/GetStatus");
    let status = status.expect("the call succeeds");
    assert_eq!(status["version"], answer["version"]);
    let reload = call(&server.admin_address, "{}", "broadside.v1.InventoryService/Reload");
    assert_eq!(reload.expect("the call succeeds")["outcome"], "RELOAD_OUTCOME_UNCHANGED");

    let health = call(
        &server.address,
        "{\"service\": \"broadside.v1.MatchService\"}",
        "grpc.health.v1.Health/Check",
    );
    assert_eq!(health.expect("the call succeeds")["status"], "SERVING");

    let error =
        call(&server.address, "{}", "broadside.v1.MatchService/MatchBatch").expect_err("no query");
    for part in ["InvalidArgument", "NO_QUERIES", "fieldViolations", "queries"] {
        assert!(error.contains(part), "{part} is not in\n{error}");
    }
}
