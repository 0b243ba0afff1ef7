//! Mapped files. All of it needs files, which Miri does not map.

#![cfg(not(miri))]

use std::fs;
use std::io::ErrorKind;

use super::{Advice, Mapping};

#[test]
fn the_bytes_are_the_files_whatever_advice_is_given() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("numbers");
    for length in [0, 1, 4095, 4096, 4097, 1_000_003] {
        let expected: Vec<u8> = (0..=250).cycle().take(length).collect();
        fs::write(&path, &expected).expect("it is written");
        let mapping = Mapping::open(&path).expect("it is mapped");
        mapping.advise(Advice::WillNeed).expect("every Linux takes it");
        if let Err(error) = mapping.advise(Advice::Populate) {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "a kernel before 5.14 knows it not");
        }
        assert_eq!(mapping.bytes(), expected);
        assert_eq!(format!("{mapping:?}"), format!("Mapping({length} bytes)"));
        fs::remove_file(&path).expect("it is removed");
        assert_eq!(mapping.bytes(), expected, "the file stays while it is mapped");
    }
}

#[test]
fn a_file_that_a_rename_replaces_stays_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, next) = (folder.path().join("numbers"), folder.path().join("next"));
    fs::write(&path, b"old").expect("it is written");
    let mapping = Mapping::open(&path).expect("it is mapped");
    fs::write(&next, b"changed").expect("it is written");
    fs::rename(&next, &path).expect("it is renamed");
    assert_eq!(mapping.bytes(), b"old");
    assert_eq!(Mapping::open(&path).expect("it is mapped").bytes(), b"changed");
}

#[test]
fn processes_share_the_pages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("numbers");
    fs::write(&path, [1; 8192]).expect("it is written");
    let mapping = Mapping::open(&path).expect("it is mapped");
    let address = format!("{:x}-", mapping.bytes().as_ptr().addr());
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux has it");
    let line = maps.lines().find(|line| line.starts_with(&address)).expect("it is mapped there");
    assert_eq!(line.split(' ').nth(1), Some("r--s"), "read-only and shared");
}

#[test]
fn what_cannot_be_mapped_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = Mapping::open(&folder.path().join("missing")).map(|_| ());
    assert_eq!(missing.expect_err("there is no file").kind(), ErrorKind::NotFound);
    assert!(Mapping::open(folder.path()).is_err(), "a folder has no bytes");
}
