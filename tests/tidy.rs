//! What a machine can hold of STYLE.md: layering, file docs, sizes, names, documented protocol, and
//! paths in documents that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines of code of one file, its tests and comments left out, above which it says why in its first
/// lines.
const FILE_CODE_LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 40;
const LONG_FILE_EXCUSE: &str = "This file is long because";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root").to_owned()
}

/// Every file of the project with one of these extensions, relative to the root.
fn files(extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is readable").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let skipped =
                ["target", "generated", "_generated", "corpus", "node_modules", "__pycache__"];
            if path.is_dir() {
                let hidden = name.starts_with('.') && name != ".ci";
                if !hidden && !skipped.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if extensions
                .iter()
                .any(|extension| path.extension().is_some_and(|it| it == *extension))
            {
                found.push(path.strip_prefix(root()).expect("it is below the root").to_owned());
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no {extensions:?} file was found");
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

/// Lines with code on them, up to the file's own tests.
fn code_lines(text: &str) -> usize {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[test]
fn every_file_says_what_it_is_and_is_of_a_size_to_read() {
    let mut wrong = Vec::new();
    for path in files(&["rs"]) {
        let text = read(&path);
        let head: Vec<_> = text.lines().take(20).collect();
        if !text.starts_with("//!") && !text.starts_with("#!") {
            wrong.push(format!("{}: starts without a module doc", path.display()));
        }
        let lines = code_lines(&text);
        if lines > FILE_CODE_LINES_MAX && !head.join("\n").contains(LONG_FILE_EXCUSE) {
            wrong.push(format!(
                "{}: {lines} lines of code; split it, or say why not",
                path.display()
            ));
        }
        if path.ends_with("src/main.rs") && text.lines().count() > MAIN_LINES_MAX {
            wrong.push(format!(
                "{}: a main decides nothing in {MAIN_LINES_MAX} lines",
                path.display()
            ));
        }
    }
    assert_none("files", &wrong);
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let banned = ["mod", "util", "utils", "common", "helper", "helpers", "misc", "shared"];
    let is_banned = |path: &PathBuf| {
        path.file_stem().is_some_and(|stem| banned.iter().any(|name| stem == *name))
    };
    let found: Vec<_> = files(&["rs", "py"])
        .into_iter()
        .filter(is_banned)
        .map(|path| path.display().to_string())
        .collect();
    assert_none("names", &found);
}

/// Folders or files, and what their `use` lines and paths may not name.
const WALLS: [(&str, &[&str]); 12] = [
    (
        "server/memory/src",
        &["broadside_core", "broadside_inventory", "tokio", "tracing", "std::net", "std::env"],
    ),
    (
        "server/core/src",
        &[
            "tokio",
            "tonic",
            "prost",
            "tracing",
            "serde",
            "std::fs",
            "std::net",
            "std::env",
            "std::time",
        ],
    ),
    (
        "server/inventory/src",
        &["tokio", "tonic", "prost", "tracing", "broadside_proto", "std::env"],
    ),
    (
        "server/src/config",
        &["crate::runtime", "crate::rpc", "crate::app", "broadside_proto", "tonic"],
    ),
    (
        "server/src/telemetry",
        &["crate::runtime", "crate::rpc", "crate::app", "broadside_proto", "tonic"],
    ),
    ("server/src/runtime", &["crate::rpc", "crate::app", "broadside_proto", "tonic"]),
    ("server/src/rpc", &["crate::app", "crate::config", "broadside_inventory"]),
    (
        "server/src/access",
        &["crate::runtime", "crate::rpc", "crate::serve", "crate::app", "broadside_proto", "tonic"],
    ),
    (
        "client/cli/src",
        &["broadside_server", "crate::server", "broadside_proto", "h2", "hyper", "rustls", "tonic"],
    ),
    (
        "client/load/src",
        &[
            "broadside_client",
            "broadside_cli",
            "broadside_core",
            "broadside_inventory",
            "broadside_server",
            "clap",
            "tokio::signal",
            "std::env",
            "std::fs",
        ],
    ),
    (
        "server/src/serve",
        &[
            "crate::access",
            "crate::config",
            "crate::runtime",
            "crate::rpc",
            "crate::app",
            "broadside_core",
            "tonic",
        ],
    ),
    ("client/rust/src", &["broadside_core", "broadside_server", "broadside_inventory"]),
];

#[test]
fn nothing_looks_up() {
    let mut wrong = Vec::new();
    for (wall, banned) in WALLS {
        let inside = |path: &PathBuf| {
            path.starts_with(wall) || *path == Path::new(wall).with_extension("rs")
        };
        let walled: Vec<_> = files(&["rs"]).into_iter().filter(inside).collect();
        assert!(!walled.is_empty(), "{wall} has no file: the wall stands around nothing");
        for path in walled {
            let is_test = path.components().any(|part| part.as_os_str() == "tests")
                || path.file_stem().is_some_and(|stem| stem == "tests");
            let text = read(&path);
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate().filter(|_| !is_test) {
                let line_code = line.split("//").next().unwrap_or_default();
                let names = |name: &&&str| {
                    let use_of = |at: usize| {
                        let before = line_code[..at].chars().next_back();
                        let after = line_code[at + name.len()..].chars().next();
                        let part = |character: Option<char>| {
                            character.is_some_and(|character| {
                                character.is_alphanumeric() || character == '_'
                            })
                        };
                        !part(before) && !part(after) && (name.contains("::") || after == Some(':'))
                    };
                    line_code.match_indices(**name).any(|(at, _)| use_of(at))
                };
                if let Some(name) = banned.iter().find(names) {
                    wrong.push(format!("{}:{}: names `{name}`", path.display(), number + 1));
                }
            }
        }
    }
    assert_none("layering", &wrong);
}

#[test]
fn the_cores_dependencies_prove_that_it_is_pure() {
    let allowed = [
        "aho-corasick",
        "broadside-memory",
        "hashbrown",
        "icu_casemap",
        "icu_normalizer",
        "icu_properties",
        "regex",
        "regex-syntax",
        "unicode-segmentation",
        "writeable",
        "zerocopy",
    ];
    let manifest = read(Path::new("server/core/Cargo.toml"));
    let section = manifest.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next());
    let names = section
        .expect("it has dependencies")
        .lines()
        .filter_map(|line| line.split(['.', ' ']).next());
    let found: BTreeSet<_> = names.filter(|name| !name.is_empty()).collect();
    assert_eq!(found, BTreeSet::from(allowed), "server/core/Cargo.toml");
}

/// Manifests that do not take the lints of the workspace, and why not.
const OWN_LINTS: [&str; 4] = [
    "server/memory/Cargo.toml", // all the unsafe code
    "server/core/fuzz/Cargo.toml",
    "server/fuzz/Cargo.toml",        // the fuzzer's macros, in no product
    "benches/peers/rust/Cargo.toml", // a workspace of its own, which forbids unsafe code itself
];

#[test]
fn unsafe_code_is_forbidden_everywhere_but_in_the_crate_for_it() {
    let workspace = read(Path::new("Cargo.toml"));
    assert!(workspace.contains("\nunsafe_code = \"forbid\"\n"), "Cargo.toml");
    let is_member =
        |path: &PathBuf| path.ends_with("Cargo.toml") && *path != Path::new("Cargo.toml");
    let without: BTreeSet<_> = files(&["toml"])
        .into_iter()
        .filter(is_member)
        .filter(|path| !read(path).contains("\n[lints]\nworkspace = true\n"))
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(without, OWN_LINTS.map(str::to_owned).into());
}

#[test]
fn every_part_of_the_protocol_is_documented() {
    let mut wrong = Vec::new();
    for path in files(&["proto"]) {
        let text = read(&path);
        let mut documented = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.starts_with("//") {
                documented = true;
                continue;
            }
            let declares = ["message ", "enum ", "service ", "rpc ", "oneof "]
                .iter()
                .any(|word| line.starts_with(word));
            let is_field = line.ends_with(';')
                && line.contains(" = ")
                && !line.starts_with("option ")
                && !line.starts_with("syntax");
            if (declares || is_field) && !documented {
                wrong.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
            documented = false;
        }
    }
    assert_none("without a comment", &wrong);
}

/// What a document puts between back-ticks, or links to, if it looks like a path of this project.
fn paths_named_by(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut named = BTreeSet::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        named.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        named.extend(
            line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned),
        );
    }
    named
}

#[test]
fn every_path_that_a_document_names_exists() {
    let tops = ["proto/", "server/", "client/", "tests/", "benches/", "deploy/", ".ci/"];
    let mut wrong = Vec::new();
    let mut checked = 0;
    for document in files(&["md"]) {
        let folder = root().join(document.parent().expect("a file is in a folder"));
        for named in paths_named_by(&read(&document)) {
            let path = named.split(['#', ' ']).next().unwrap_or_default().trim_end_matches('/');
            let plain = path
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "_-./".contains(character));
            let top_file = ["md", "toml"].iter().any(|extension| path.ends_with(extension))
                && !path.contains('/');
            let relative = path.starts_with("./") || path.starts_with("../");
            let is_ours = relative || top_file || tops.iter().any(|top| named.starts_with(top));
            if !plain || !is_ours || path.is_empty() {
                continue;
            }
            checked += 1;
            if !root().join(path).exists() && !folder.join(path).exists() {
                wrong.push(format!("{}: `{named}`", document.display()));
            }
        }
    }
    assert_none("documents name what is not there", &wrong);
    assert!(
        checked > 20,
        "only {checked} paths were found: the documents, or this test, are broken"
    );
}

#[test]
fn every_module_of_these_tests_is_run() {
    let main = read(Path::new("tests/main.rs"));
    let folder = fs::read_dir(root().join("tests")).expect("it is readable").flatten();
    let names = folder.filter_map(|entry| entry.file_name().into_string().ok());
    let modules = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned));
    let forgotten: Vec<_> = modules
        .filter(|module| module != "main" && !main.contains(&format!("mod {module};")))
        .collect();
    assert_none("forgotten", &forgotten);
}
