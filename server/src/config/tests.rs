//! Settings from arguments, variables and files, and what is said about wrong ones.

use std::io::Write as _;

use super::{Command, Config, InventoryChoice, LogFormat, LogLevel};

fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Command, String> {
    let arguments =
        std::iter::once("broadside-server").chain(arguments.iter().copied()).map(Into::into);
    let variables = variables.iter().map(|(name, text)| ((*name).into(), (*text).into()));
    Config::read(arguments, variables).map_err(|error| error.to_string())
}

fn config(arguments: &[&str], variables: &[(&str, &str)]) -> Config {
    match read(arguments, variables) {
        Ok(Command::Serve(config)) => *config,
        other => panic!("expected settings for {arguments:?} {variables:?}, got {other:?}"),
    }
}

fn printed(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    match read(arguments, variables) {
        Ok(Command::Print(text)) => text,
        other => panic!("expected a text for {arguments:?} {variables:?}, got {other:?}"),
    }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

#[track_caller]
fn refused(arguments: &[&str], variables: &[(&str, &str)], parts: &[&str]) {
    let message = read(arguments, variables).expect_err("an error");
    for part in parts {
        assert!(message.contains(part), "expected {part:?} in: {message}");
    }
}

#[test]
fn defaults() {
    let config = config(&["--sample"], &[]);
    assert_eq!(config.inventory, InventoryChoice::Sample);
    assert_eq!(config.listen.to_string(), "127.0.0.1:50051");
    assert_eq!(config.admin_listen.to_string(), "127.0.0.1:50052");
    assert!(config.workers >= 1);
    assert_eq!(config.limits, crate::limits::Limits::default());
    assert_eq!((config.log.format, config.log.level), (LogFormat::Auto, LogLevel::Info));
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let file = file(
        "sample = true\nworkers = 1\nmax_batch_queries = 1\nmax_text_tokens = 1\nlog_level = \"warn\"",
    );
    let path = file.path().to_str().expect("UTF-8");
    let variables = [
        ("BROADSIDE_WORKERS", "2"),
        ("BROADSIDE_MAX_BATCH_QUERIES", "2"),
        ("BROADSIDE_CONFIG", path),
    ];
    let got = config(&["--workers", "3"], &variables);
    assert_eq!(
        (got.workers, got.limits.batch_queries_max, got.limits.text.text_tokens_max),
        (3, 2, 1)
    );
    assert_eq!((got.inventory, got.log.level), (InventoryChoice::Sample, LogLevel::Warn));

    let elsewhere = [("BROADSIDE_CONFIG", "/does/not/exist.toml")];
    assert_eq!(config(&["--config", path], &elsewhere).workers, 1, "the flag names the file");
}

#[test]
fn inventories() {
    let sources = |texts: &[&str]| {
        InventoryChoice::Sources(texts.iter().map(|text| (*text).to_owned()).collect())
    };
    assert_eq!(
        config(&["--inventory", "a.txt", "--inventory=b,c.csv"], &[]).inventory,
        sources(&["a.txt", "b,c.csv"])
    );
    assert_eq!(
        config(&[], &[("BROADSIDE_INVENTORY", "a.txt, b.csv")]).inventory,
        sources(&["a.txt", "b.csv"])
    );
    let list = file("inventory = [\"a.txt\", \"b.csv\"]");
    let path = list.path().to_str().expect("UTF-8");
    assert_eq!(config(&["--config", path], &[]).inventory, sources(&["a.txt", "b.csv"]));
    refused(&[], &[], &["no inventory", "--inventory FILE", "--sample"]);
    refused(
        &["--sample"],
        &[("BROADSIDE_INVENTORY", "a.txt")],
        &["inventory (from BROADSIDE_INVENTORY)", "sample (from --sample)", "exclude"],
    );
}

#[test]
fn wrong_values_name_their_origin() {
    refused(
        &["--sample", "--workers", "many"],
        &[],
        &["workers", "from 0 to 1024", "\"many\"", "from --workers"],
    );
    refused(
        &["--sample"],
        &[("BROADSIDE_MAX_TEXT_BYTES", "65537")],
        &["from 1 to 65536", "from BROADSIDE_MAX_TEXT_BYTES"],
    );
    refused(
        &["--sample", "--listen", "localhost"],
        &[],
        &["listen", "127.0.0.1:50051", "\"localhost\""],
    );
    refused(&["--sample", "--log-format", "xml"], &[], &["one of auto, text, json"]);
    refused(&["--sample=maybe"], &[], &["sample", "one of true, false"]);
    let bent = file("workers = true");
    refused(
        &["--config", bent.path().to_str().expect("UTF-8")],
        &[],
        &["workers", "whole number", "got boolean"],
    );
    let broken = file("workers = ");
    refused(&["--config", broken.path().to_str().expect("UTF-8")], &[], &["is not TOML", "line 1"]);
    refused(&["--config", "/does/not/exist.toml"], &[], &["cannot read", "/does/not/exist.toml"]);
}

#[test]
fn unknown_keys_are_errors_that_suggest_the_nearest() {
    refused(
        &["--sample"],
        &[("BROADSIDE_WORKER", "2")],
        &["BROADSIDE_WORKER;", "did you mean BROADSIDE_WORKERS?"],
    );
    refused(
        &["--sample"],
        &[("BROADSIDE_COLOUR_OF_LOGS", "2")],
        &["BROADSIDE_COLOUR_OF_LOGS", "--help"],
    );
    let misspelt = file("max_text_byte = 4");
    let path = misspelt.path().to_str().expect("UTF-8");
    refused(&["--config", path], &[], &["max_text_byte", "did you mean max_text_bytes?"]);
    refused(&["--max-text-byte", "4"], &[], &["--max-text-byte", "--max-text-bytes"]);
    let clients =
        ["BROADSIDE_ADDRESS", "BROADSIDE_ADMIN_ADDRESS", "BROADSIDE_BENCH_DATA", "BROADSIDE_TOKEN"];
    config(&["--sample"], &clients.map(|name| (name, "anything")));
}

#[test]
fn an_admin_listener_beyond_this_machine_has_to_be_asked_for() {
    refused(
        &["--sample", "--admin-listen", "0.0.0.0:0"],
        &[],
        &["whoever reaches it can replace the inventory", "--allow-remote-admin"],
    );
    config(&["--sample", "--admin-listen", "0.0.0.0:0", "--allow-remote-admin"], &[]);
    config(&["--sample", "--admin-listen", "[::1]:0"], &[]);
}

#[test]
fn printing_says_where_each_value_came_from() {
    let text =
        printed(&["--print-config", "--workers", "3"], &[("BROADSIDE_INVENTORY", "a.txt,b.txt")]);
    let line = |key: &str| {
        text.lines()
            .find(|line| line.starts_with(&format!("{key} =")))
            .unwrap_or_else(|| panic!("{key} in {text}"))
    };
    for (key, value, origin) in [
        ("workers", "3", "from --workers"),
        ("inventory", "[\"a.txt\", \"b.txt\"]", "from BROADSIDE_INVENTORY"),
        ("listen", "\"127.0.0.1:50051\"", "default"),
        ("sample", "false", "default"),
    ] {
        assert!(line(key).starts_with(&format!("{key} = {value} ")), "{}", line(key));
        assert!(line(key).ends_with(&format!("# {origin}")), "{}", line(key));
    }
    assert!(
        text.parse::<toml::Table>().is_ok(),
        "what is printed can be the settings file: {text}"
    );
    assert!(printed(&["--help"], &[]).contains("--max-text-bytes"));
    assert!(printed(&["--version"], &[]).contains(env!("CARGO_PKG_VERSION")));
}
