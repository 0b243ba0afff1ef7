//! The program as a shell sees it: exit codes, and what goes to stdout and stderr. No server is needed.

use std::net::TcpListener;
use std::process::{Command, Output};

/// Runs the program in an environment that says nothing.
fn run(arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().expect("a temporary directory");
    Command::new(env!("CARGO_BIN_EXE_broadside"))
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .output()
        .expect("the program starts")
}

fn check(arguments: &[&str], exit: i32, stdout: &str, stderr: &str) {
    let output = run(arguments);
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {out}{err}");
    assert!(out.contains(stdout) && (!stdout.is_empty() || out.is_empty()), "{arguments:?}: {out}");
    assert!(err.contains(stderr) && (!stderr.is_empty() || err.is_empty()), "{arguments:?}: {err}");
}

/// An address at which nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").to_string()
}

fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join(name);
    std::fs::write(&path, text).expect("it can be written");
    let path = path.to_str().expect("temporary names are UTF-8").to_owned();
    (directory, path)
}

#[test]
fn help_and_version_are_answers() {
    check(&["--version"], 0, concat!("broadside ", env!("CARGO_PKG_VERSION")), "");
    check(&["--help"], 0, "Exit codes: 0 done", "");
    for command in
        ["match", "explain", "analyze", "get", "list", "check", "reload", "status", "bench"]
    {
        check(&[command, "--help"], 0, "Examples:", "");
    }
    check(&["match", "--help"], 0, "\"payload_base64\"", "");
    check(&["explain", "--help"], 0, "\"LACKING_TOKENS\"", "");
    for command in ["match", "explain"] {
        check(&[command, "--help"], 0, "interests=sports,music", "");
        check(&[command, "--help"], 0, "'age=\"34\"'", "");
    }
}

#[test]
fn what_cannot_be_understood_is_usage() {
    check(&[], 2, "", "Usage: broadside");
    check(&["mach", "cat"], 2, "", "similar subcommand exists: 'match'");
    check(&["match"], 2, "", "required");
    let long = "id=9223372036854775808";
    check(&["match", "cat", "--attr", long], 2, "", "write \"9223372036854775808\" for a text");
    check(&["match", "cat", "--address", "ftp://a:1"], 2, "", "none of http, https and unix");
    check(&["match", "cat", "--address", "localhost"], 2, "", "it has no port");
    check(&["match", "cat", "--context", "x"], 2, "", "no context `x`");
    let (_directory, path) = file("config.toml", "adress = 'a:1'");
    check(&["match", "cat", "--config", &path], 2, "", "unknown field `adress`");
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let address = nobody();
    check(&["match", "cat", "--address", &address], 3, "", "Is a server running there?");
    check(&["analyze", "cat", "--address", &address], 3, "", &address);
    check(&["explain", "cat", "--address", &address], 3, "", &address);
    check(&["explain", "cat", "--listing", "l1", "--address", &address], 3, "", &address);
    check(&["status", "--admin-address", &address], 3, "", &address);
    check(&["get", "l1", "--admin-address", &address], 3, "", &address);
    check(&["list", "--admin-address", &address], 3, "", &address);
    check(&["reload", "--admin-address", &address], 3, "", &address);
    let (_directory, path) = file("texts.txt", "cat\ndog\n");
    check(&["match", "--file", &path, "--address", &address], 3, "", &address);
    check(&["bench", "--file", &path, "--address", &address], 3, "", &address);
}

#[test]
fn a_silent_server_costs_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("it is bound").to_string();
    let arguments = ["match", "cat", "--address", &address, "--deadline", "200ms"];
    check(&arguments, 3, "", "no answer within the deadline of 200ms");
}

#[test]
fn the_configuration_file_says_where_the_server_is() {
    let address = nobody();
    let (_directory, path) =
        file("config.toml", &format!("[contexts.here]\naddress = '{address}'"));
    check(&["match", "cat", "--config", &path, "--context", "here"], 3, "", &address);
}

#[test]
fn check_judges_files_without_a_server() {
    let (_directory, good) = file("good.txt", "running shoes\n[gift]\n");
    check(&["check", &good], 0, "good: 2 listings, 2 keywords", "");
    check(&["check", &good, "--json"], 0, "{\"good\":true,\"records\":2,", "");
    let (_directory, bad) = file("bad.txt", "running shoes\n!\n");
    check(&["check", &bad], 1, &format!("{bad}:2:"), "");
    check(&["check", &bad, "--json"], 1, "\"reason\":\"KEYWORD_EMPTY\"", "");
    check(&["check", "/nonexistent/a.txt"], 1, "", "/nonexistent/a.txt");
    check(&["check", "inventory.doc"], 1, "", ".jsonl");
}

#[test]
fn a_bad_file_of_texts_is_named() {
    check(&["match", "--file", "/nonexistent"], 1, "", "/nonexistent: cannot be opened");
    let (_directory, empty) = file("empty.txt", "");
    check(&["bench", "--file", &empty], 1, "", "has no text in it");
    check(&["match", "--file", &empty], 0, "0 queries", "");
}

#[test]
fn output_that_is_no_terminal_is_not_coloured_unless_it_must_be() {
    let (_directory, good) = file("good.txt", "running shoes\n");
    check(&["check", &good], 0, "good: 1 listing", "");
    check(&["check", &good, "--color", "always"], 0, "\x1b[32mgood:\x1b[0m 1 listing", "");
}
