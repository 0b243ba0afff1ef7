//! Generates the code from the protocol files again and compares it with what is checked in.

use std::fs;
use std::path::Path;

use prost::Message as _;

const FILES: [&str; 4] = [
    "broadside/v1/version.proto",
    "broadside/v1/keyword.proto",
    "broadside/v1/match.proto",
    "broadside/v1/inventory.proto",
];

#[test]
fn generated_code_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let descriptors = protox::compile(FILES, [root]).expect("the protocol files compile");
    let descriptor_bytes = descriptors.encode_to_vec();
    let directory = tempdir();
    tonic_prost_build::configure()
        .out_dir(&directory)
        .extern_path(".google.rpc", "::tonic_types")
        .build_transport(false)
        .compile_fds(descriptors)
        .expect("the code is generated");
    let code = fs::read(directory.join("broadside.v1.rs")).expect("one file is generated");
    fs::remove_dir_all(&directory).expect("the temporary directory is ours");

    compare(&root.join("src/generated/broadside.v1.rs"), &code);
    compare(&root.join("src/generated/broadside.v1.bin"), &descriptor_bytes);
}

fn tempdir() -> std::path::PathBuf {
    let directory = std::env::temp_dir().join(format!("broadside-proto-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("the temporary directory can be made");
    directory
}

fn compare(path: &Path, expected: &[u8]) {
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("the file has a directory"))
            .expect("it can be made");
        fs::write(path, expected).expect("the generated file can be written");
    }
    let found = fs::read(path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is out of date: run `UPDATE=1 cargo test -p broadside-proto` and commit it",
        path.display()
    );
}
