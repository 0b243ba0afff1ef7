//! The table, by examples.

use super::{Access, AccessTable, Credentials, Denied, Role};

/// SHA-256 of `alpha`, `beta` and `gamma`.
const ALPHA: &str = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";
const BETA: &str = "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753";

fn table() -> AccessTable {
    let text = format!(
        r#"
        anonymous_roles = ["metrics"]
        [[principal]]
        name = "frontend"
        roles = ["match"]
        token_sha256 = ["{ALPHA}"]
        certificate_names = ["frontend.example"]
        [[principal]]
        name = "operator"
        roles = ["admin"]
        token_sha256 = ["{}"]
        certificate_names = ["spiffe://example/operator"]
        "#,
        BETA.to_uppercase()
    );
    AccessTable::parse(&text).expect("a table")
}

#[test]
fn who_may_what() {
    let access = Access::with(table());
    let check =
        |token: Option<&str>, name: &str, roles: &[Role], expected: Result<&str, Denied>| {
            let names = [name.to_owned()];
            let token = token.map(str::as_bytes);
            let credentials = Credentials { token, certificate_names: &names };
            let judged = access.judge(credentials, roles);
            let judged = judged.as_ref().map(|who| who.as_deref().unwrap_or("anybody"));
            assert_eq!(judged, expected.as_ref().copied(), "{token:?} {name} {roles:?}");
        };
    use Role::{Admin, Match, Metrics};
    check(Some("alpha"), "", &[Match], Ok("frontend"));
    check(Some("beta"), "", &[Admin], Ok("operator"));
    check(Some("alpha"), "", &[Admin], Err(Denied::RoleMissing(Admin)));
    check(Some("gamma"), "", &[Match], Err(Denied::TokenUnknown));
    check(Some(""), "", &[Match], Err(Denied::TokenUnknown));
    check(Some("gamma"), "frontend.example", &[Match], Err(Denied::TokenUnknown));
    check(Some(&"alpha".repeat(1_000)), "", &[Match], Err(Denied::TokenUnknown));
    check(None, "frontend.example", &[Match], Ok("frontend"));
    check(None, "spiffe://example/operator", &[Admin], Ok("operator"));
    check(None, "other.example", &[Match], Err(Denied::NoCredentials));
    check(Some("alpha"), "spiffe://example/operator", &[Admin], Ok("operator"));
    check(None, "", &[Match], Err(Denied::NoCredentials));
    check(None, "", &[Metrics, Admin], Ok("anybody"));
    check(Some("beta"), "", &[Metrics, Admin], Ok("operator"));
    check(Some("alpha"), "", &[Metrics], Ok("anybody"));
}

#[test]
fn without_a_table_everybody_may_do_everything() {
    let access = Access::default();
    assert!(!access.is_restricted());
    assert_eq!(access.judge(Credentials::default(), &[Role::Admin]), Ok(None));
    access.replace(table());
    assert!(access.is_restricted());
    assert!(access.judge(Credentials::default(), &[Role::Admin]).is_err());
}

#[test]
fn bad_tables_say_what_and_where() {
    let check = |text: &str, expected: &str| {
        let error = AccessTable::parse(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    };
    check("principal = 3", "line 1");
    check("anonymous_roles = [\"root\"]", "unknown variant `root`");
    check("tokens = []", "unknown field `tokens`");
    check(
        "[[principal]]\nname = \"a\"\nroles = []\ntoken_sha265 = []",
        "unknown field `token_sha265`",
    );
    check("[[principal]]\nname = \"a\"\nroles = []", "expected token_sha256 or certificate_names");
    check("[[principal]]\nname = \"\"\nroles = []\ncertificate_names = [\"x\"]", "expected a name");
    for bad in ["12", "g", &ALPHA[..63], &format!("{ALPHA}0"), &format!("{}é", &ALPHA[..62])] {
        let text = format!("[[principal]]\nname = \"a\"\nroles = []\ntoken_sha256 = [\"{bad}\"]");
        check(&text, "expected the SHA-256 of a token in 64 hexadecimal digits");
    }
    let twice = |more: &str| {
        format!(
            "[[principal]]\nname = \"a\"\nroles = []\ntoken_sha256 = [\"{ALPHA}\"]\ncertificate_names = [\"x\"]\n\
             [[principal]]\nroles = []\n{more}"
        )
    };
    check(&twice("name = \"a\"\ncertificate_names = [\"y\"]"), "no other principal has");
    check(&twice(&format!("name = \"b\"\ntoken_sha256 = [\"{ALPHA}\"]")), "has this token");
    check(&twice("name = \"b\"\ncertificate_names = [\"x\"]"), "another principal has \"x\"");
}
