//! Which layer wins.

use std::path::PathBuf;

use super::{Environment, File, Flags, IdentityFiles, Place, Settings, TokenSource};
use crate::failure::Exit;
use crate::secret::Secret;

const FILE: &str = r#"
    address = "file:1"
    deadline = "3s"
    context = "staging"

    [contexts.staging]
    address = "staging:1"

    [contexts.production]
    address = "production:1"
    admin_address = "production:2"
    deadline = "250ms"
"#;

fn flags(address: Option<&str>, context: Option<&str>) -> Flags {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let place = Place { address: owned(address), ..Place::default() };
    Flags { place, context: owned(context), ..Flags::default() }
}

fn environment(address: Option<&str>) -> Environment {
    let place = Place { address: address.map(str::to_owned), ..Place::default() };
    Environment { place, ..Environment::default() }
}

fn check(flags: &Flags, environment: &Environment, file: &str, expected: (&str, &str, u64)) {
    let file = File::parse(file).expect("the file is good");
    let settings = Settings::layer(flags, environment, &file).expect("the settings are good");
    let found = (settings.address.as_str(), settings.admin_address.as_str());
    let deadline_ms = settings.call_deadline().as_millis();
    assert_eq!((found.0, found.1, deadline_ms), (expected.0, expected.1, expected.2.into()));
}

#[test]
fn flags_before_environment_before_file_before_defaults() {
    let (admin, none) = ("127.0.0.1:50052", environment(None));
    check(&flags(None, None), &none, "", ("127.0.0.1:50051", admin, 2000));
    check(&flags(None, None), &none, "address = 'file:1'", ("file:1", admin, 2000));
    check(&flags(None, None), &none, FILE, ("staging:1", admin, 3000));
    check(&flags(None, None), &environment(Some("env:1")), FILE, ("env:1", admin, 3000));
    check(&flags(Some("flag:1"), None), &environment(Some("env:1")), FILE, ("flag:1", admin, 3000));
}

#[test]
fn a_context_named_by_a_flag_stands_above_the_environment_and_below_a_flag() {
    let production = "production:2";
    let named = flags(None, Some("production"));
    check(&named, &environment(Some("env:1")), FILE, ("production:1", production, 250));
    let both = flags(Some("flag:1"), Some("production"));
    check(&both, &environment(None), FILE, ("flag:1", production, 250));
    // What the named context leaves open comes from the layers below, but not from the file's own context.
    let file = "context = 'a'\n[contexts.a]\nadmin_address = 'a:2'\n[contexts.b]\naddress = 'b:1'";
    let named = flags(None, Some("b"));
    check(&named, &environment(None), file, ("b:1", "127.0.0.1:50052", 2000));
}

#[test]
fn what_cannot_be_understood_is_refused() {
    let check = |flags: &Flags, environment: &Environment, file: &str, expected: &str| {
        let message = match File::parse(file) {
            Err(message) => message,
            Ok(file) => {
                let failure = Settings::layer(flags, environment, &file).expect_err(expected);
                assert_eq!(failure.exit, Exit::Usage);
                failure.message
            }
        };
        assert!(message.contains(expected), "{message}");
    };
    let (no_flags, nothing) = (Flags::default(), Environment::default());
    check(&no_flags, &nothing, "adress = 'x:1'", "unknown field `adress`");
    check(&no_flags, &nothing, "[contexts.a]\ncontext = 'b'", "unknown field `context`");
    check(&no_flags, &nothing, "address = 1", "expected a string");
    check(
        &no_flags,
        &nothing,
        "deadline = '3'",
        "the file's deadline: `3` is not a number with a unit",
    );
    check(&no_flags, &nothing, "context = 'x'", "no context `x`; it has: none");
    check(&flags(None, Some("x")), &nothing, FILE, "no context `x`; it has: production, staging");
    let slow = read(&[("BROADSIDE_DEADLINE", "0s")]);
    check(&no_flags, &slow, "", "BROADSIDE_DEADLINE: `0s` is no time at all");

    check(&no_flags, &nothing, "a = 1\n\nb =", "line 3: ");
    let unquoted = File::parse("address = 'a:1'\ntoken = s3cr3t").expect_err("it is no string");
    assert!(unquoted.starts_with("line 2: ") && !unquoted.contains("s3cr3t"), "{unquoted}");
    let missing = "BROADSIDE_CLIENT_CERTIFICATE is given without BROADSIDE_CLIENT_KEY; give both";
    check(&no_flags, &read(&[("BROADSIDE_CLIENT_CERTIFICATE", "c")]), "", missing);
    let missing = "the file's tls_key is given without the file's tls_certificate";
    check(&no_flags, &nothing, "tls_key = 'k'", missing);
    let both = "the context's token and the context's token_file are both given; keep one";
    let file = "context = 'a'\n[contexts.a]\ntoken = 't'\ntoken_file = 'f'";
    check(&no_flags, &nothing, file, both);
    let place = Place { tls_key: Some(PathBuf::from("k")), ..Place::default() };
    let half = Flags { place, ..Flags::default() };
    check(&half, &nothing, "", "--tls-key is given without --tls-certificate");
}

/// The environment with these variables.
fn read(variables: &[(&str, &str)]) -> Environment {
    Environment::read(|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

/// The settings for a file and these variables, without a flag.
fn settings(file: &str, variables: &[(&str, &str)]) -> Settings {
    let file = File::parse(file).expect("the file is good");
    Settings::layer(&Flags::default(), &read(variables), &file).expect("the settings are good")
}

#[test]
fn how_to_get_in_comes_from_the_layers_too() {
    let none = settings("", &[]);
    assert_eq!((&none.tls_ca, &none.tls_identity, &none.tls_server_name), (&None, &None, &None));
    assert_eq!((none.token, none.traceparent), (None, None));

    let file = "tls_ca = 'file-ca'\ntls_certificate = 'file-c'\ntls_key = 'file-k'\n\
                tls_server_name = 'file'\ntoken = 'file-token'";
    let identity = |prefix: &str| IdentityFiles {
        certificate: PathBuf::from(format!("{prefix}-c")),
        key: PathBuf::from(format!("{prefix}-k")),
    };
    let from_file = settings(file, &[]);
    assert_eq!(from_file.tls_ca, Some(PathBuf::from("file-ca")));
    assert_eq!(from_file.tls_identity, Some(identity("file")));
    assert_eq!(from_file.tls_server_name.as_deref(), Some("file"));
    assert_eq!(from_file.token, Some(TokenSource::Here(Secret("file-token".to_owned()))));

    let variables = [
        ("BROADSIDE_TLS_CA", "env-ca"),
        ("BROADSIDE_CLIENT_CERTIFICATE", "env-c"),
        ("BROADSIDE_CLIENT_KEY", "env-k"),
        ("BROADSIDE_TLS_SERVER_NAME", "env"),
        ("BROADSIDE_TOKEN_FILE", "env-token"),
        ("TRACEPARENT", "00-4bf9-00f0-01"),
    ];
    let from_environment = settings(file, &variables);
    assert_eq!(from_environment.tls_ca, Some(PathBuf::from("env-ca")));
    assert_eq!(from_environment.tls_identity, Some(identity("env")));
    assert_eq!(from_environment.tls_server_name.as_deref(), Some("env"));
    assert_eq!(from_environment.token, Some(TokenSource::File(PathBuf::from("env-token"))));
    assert_eq!(from_environment.traceparent.as_deref(), Some("00-4bf9-00f0-01"));
    assert_eq!(settings("", &[("TRACEPARENT", "00-\n")]).traceparent, None);

    let flag = Place { token: Some(Secret("flag".to_owned())), ..Place::default() };
    let flags = Flags { place: flag, ..Flags::default() };
    let layered = Settings::layer(&flags, &read(&variables), &File::default());
    let layered = layered.expect("the settings are good");
    assert_eq!(layered.token, Some(TokenSource::Here(Secret("flag".to_owned()))));
    assert_eq!(layered.tls_ca, Some(PathBuf::from("env-ca")));
}

#[test]
fn the_files_own_token_is_not_sent_to_the_server_of_a_context() {
    let file = "token = 'top'\n[contexts.a]\naddress = 'a:1'\n[contexts.b]\ntoken = 'b'";
    let token = |context: Option<&str>, chosen: &str| {
        let file = File::parse(&format!("{chosen}\n{file}")).expect("the file is good");
        let settings = Settings::layer(&flags(None, context), &Environment::default(), &file);
        settings.expect("the settings are good").token
    };
    let sent = |token: &str| Some(TokenSource::Here(Secret(token.to_owned())));
    assert_eq!(token(None, ""), sent("top"));
    assert_eq!(token(Some("a"), ""), None);
    assert_eq!(token(None, "context = 'a'"), None);
    assert_eq!(token(Some("b"), ""), sent("b"));
    assert_eq!(token(None, "context = 'b'"), sent("b"));
}

#[test]
fn files_that_the_file_names_are_relative_to_it() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("config.toml");
    let text = "tls_ca = 'ca.pem'\n[contexts.a]\ntoken_file = '/run/token'\ntls_ca = 'a/ca.pem'";
    std::fs::write(&path, text).expect("it can be written");
    let file = File::read(&path).expect("the file is good");
    assert_eq!(file.top.tls_ca, Some(folder.path().join("ca.pem")));
    let context = file.context("a").expect("it is there");
    assert_eq!(context.tls_ca, Some(folder.path().join("a/ca.pem")));
    assert_eq!(context.token_file, Some(PathBuf::from("/run/token")));
}

#[test]
fn where_the_file_is() {
    let check = |variables: &[(&str, &str)], expected: Option<&str>| {
        assert_eq!(read(variables).config_path(), expected.map(PathBuf::from), "{variables:?}");
    };
    let home = Some("/home/me/.config/broadside/config.toml");
    check(&[], None);
    check(&[("HOME", "/home/me")], home);
    check(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "")], home);
    check(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "relative")], home);
    check(
        &[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/etc/me")],
        Some("/etc/me/broadside/config.toml"),
    );
}

#[test]
fn a_file_that_was_named_must_exist() {
    let flags =
        Flags { config: Some(PathBuf::from("/nonexistent/config.toml")), ..Flags::default() };
    let failure = Settings::load(&flags, &Environment::default()).expect_err("it does not exist");
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.message.starts_with("/nonexistent/config.toml: cannot be read"), "{failure}");
}
