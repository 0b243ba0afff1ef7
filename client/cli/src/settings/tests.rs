//! Which layer wins.

use std::path::PathBuf;
use std::time::Duration;

use super::{Environment, File, Flags, Settings};
use crate::failure::Exit;

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
    Flags { address: owned(address), context: owned(context), ..Flags::default() }
}

fn environment(address: Option<&str>) -> Environment {
    Environment { address: address.map(str::to_owned), ..Environment::default() }
}

fn check(flags: &Flags, environment: &Environment, file: &str, expected: (&str, &str, u64)) {
    let file = File::parse(file).expect("the file is good");
    let settings = Settings::layer(flags, environment, &file).expect("the settings are good");
    let (address, admin_address, deadline_ms) = expected;
    let expected = Settings {
        address: address.to_owned(),
        admin_address: admin_address.to_owned(),
        deadline: Duration::from_millis(deadline_ms),
    };
    assert_eq!(settings, expected);
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
    let slow = Environment { deadline: Some("0s".to_owned()), ..Environment::default() };
    check(&no_flags, &slow, "", "BROADSIDE_DEADLINE: `0s` is no time at all");
}

#[test]
fn where_the_file_is() {
    let check = |variables: &[(&str, &str)], expected: Option<&str>| {
        let environment = Environment::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        });
        assert_eq!(environment.config_path(), expected.map(PathBuf::from), "{variables:?}");
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
