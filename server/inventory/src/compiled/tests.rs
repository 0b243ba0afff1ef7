//! Compiled inventories: what comes out of them, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twox_hash::XxHash3_64;

use super::{Compiled, CompiledError, CompiledSection, VerifyProgress, write_compiled};

mod mutations;

const METADATA: &[u8] = b"generation=0123456789abcdef";
const NAMES: [&str; 4] = ["metadata", "words", "empty", "pairs"];

/// Where header and table of [`sample`] end.
const HEAD_BYTES: usize = 40 + 4 * 48;

/// A folder with a file of four sections: bytes, numbers, nothing, and pairs.
fn sample() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("inventory.bsx");
    write_compiled(
        &path,
        &[
            CompiledSection::new("metadata", METADATA),
            CompiledSection::new("words", &words()),
            CompiledSection::new::<u64>("empty", &[]),
            CompiledSection::new("pairs", &pairs()),
        ],
    )
    .expect("it is written");
    (folder, path)
}

fn words() -> Vec<u32> {
    (0..1500).map(|number: u32| number.wrapping_mul(0x9e37_79b9)).collect()
}

fn pairs() -> Vec<[u64; 2]> {
    (0..100).map(|number| [number, number << 40]).collect()
}

/// Everything that a reader does with a file.
fn read_all(path: &Path) -> Result<(), CompiledError> {
    let compiled = Compiled::open(path)?;
    compiled.refuse_other_sections(&NAMES)?;
    assert_eq!(compiled.section::<u64>("empty")?.len(), 0);
    let metadata = compiled.section::<u8>("metadata")?;
    let (words_read, pairs_read) =
        (compiled.section::<u32>("words")?, compiled.section::<[u64; 2]>("pairs")?);
    compiled.verify(&mut |_| {})?;
    assert_eq!(*metadata, *METADATA);
    assert_eq!(*words_read, words());
    assert_eq!(*pairs_read, pairs());
    Ok(())
}

/// Puts the checksum of header and table where it belongs: they lie, and say that they do not.
fn seal(file: &mut [u8]) {
    let sections = u64::from_ne_bytes(file[24..32].try_into().expect("eight bytes"));
    let end = usize::try_from(sections).ok().and_then(|count| count.checked_mul(48));
    let Some(table) = end.and_then(|bytes| file.get(40..bytes.checked_add(40)?)) else {
        return;
    };
    let checksum = XxHash3_64::oneshot(&[&file[..32], table].concat());
    file[32..40].copy_from_slice(&checksum.to_ne_bytes());
}

#[test]
fn every_section_comes_back_and_outlives_the_file() {
    let (folder, path) = sample();
    read_all(&path).expect("it is as it was written");
    let compiled = Compiled::open(&path).expect("it is a compiled inventory");
    assert_eq!(compiled.size_bytes(), 17_984);
    let (numbers, last) = (
        compiled.section::<u32>("words").expect("it is there"),
        compiled.section::<[u64; 2]>("pairs").expect("it is there"),
    );
    assert_eq!(numbers.as_ptr().addr() % 4096, 0);
    assert_eq!(last.as_ptr().addr() % 4096, 0);
    drop(compiled);
    drop(folder);
    assert!(!path.exists());
    assert_eq!((&*numbers, &*last), (&*words(), &*pairs()));
}

#[test]
fn verifying_reports_how_far_it_has_come() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("inventory.bsx");
    let large = vec![7u8; (16 << 20) + 5];
    write_compiled(
        &path,
        &[CompiledSection::new("small", &[1u32; 3]), CompiledSection::new("large", &large)],
    )
    .expect("it is written");
    let mut reports = Vec::new();
    let compiled = Compiled::open(&path).expect("it is a compiled inventory");
    compiled.verify(&mut |progress| reports.push(progress)).expect("it is as it was written");
    let report = |bytes_done| VerifyProgress { bytes_done, bytes_total: 12 + (16 << 20) + 5 };
    assert_eq!(reports, [report(12), report(12 + (16 << 20)), report(12 + (16 << 20) + 5)]);
}

#[test]
fn a_reader_is_told_of_sections_that_are_not_as_it_expects() {
    let (_folder, path) = sample();
    let compiled = Compiled::open(&path).expect("it is a compiled inventory");
    let check = |result: Result<(), CompiledError>, expected: &str| {
        let error = result.expect_err(expected);
        assert!(matches!(error, CompiledError::Unsuitable { .. }), "{error:?}");
        let path = path.display();
        let expected = format!("{path} {expected}; build it again with `broadside build`");
        assert_eq!(error.to_string(), expected);
    };
    check(compiled.section::<u32>("edges").map(|_| ()), "has no section edges");
    check(
        compiled.section::<u64>("words").map(|_| ()),
        "has a section words with elements of 4 bytes, and 8 are expected",
    );
    check(
        compiled.refuse_other_sections(&["metadata", "words", "pairs"]),
        "has a section empty that is not known",
    );
    compiled.refuse_other_sections(&NAMES).expect("it has no other");
}

/// The format is what its documentation says. If this fails, files of before cannot be read: raise the version.
#[test]
fn the_file_is_laid_out_as_it_is_documented() {
    let (_folder, path) = sample();
    let file = fs::read(&path).expect("it is readable");
    let number = |at: usize| u64::from_ne_bytes(file[at..at + 8].try_into().expect("eight bytes"));
    assert_eq!(file[..8], *b"\x89BSX\r\n\x1a\n");
    assert_eq!(file[8..16], [0x0102_0304_u32.to_ne_bytes(), 1_u32.to_ne_bytes()].concat());
    assert_eq!((number(16), number(24)), (file.len() as u64, 4));
    let head = [&file[..32], &file[40..HEAD_BYTES]].concat();
    assert_eq!(number(32), XxHash3_64::oneshot(&head));
    let expected = [
        ("metadata", 1, 4096, METADATA.len()),
        ("words", 4, 8192, 6000),
        ("empty", 8, 16_384, 0),
        ("pairs", 16, 16_384, 1600),
    ];
    for (place, (name, element_bytes, offset, bytes)) in (40..).step_by(48).zip(expected) {
        assert_eq!(file[place..place + 16], *format!("{name:\0<16}").as_bytes());
        assert_eq!(number(place + 16), element_bytes, "{name}");
        assert_eq!((number(place + 24), number(place + 32)), (offset as u64, bytes as u64));
        let content = &file[offset..offset + bytes];
        assert_eq!(number(place + 40), XxHash3_64::oneshot(content), "{name}");
    }
    // The algorithm is that of the reference implementation.
    assert_eq!(XxHash3_64::oneshot(b""), 0x2d06_8005_38d3_94c2);
}

#[test]
fn what_cannot_be_opened_is_unreadable() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in [folder.path().join("missing.bsx"), folder.path().to_owned()] {
        let error = Compiled::open(&path).expect_err("there is no such file");
        assert!(matches!(error, CompiledError::Unreadable { .. }), "{error:?}");
        assert!(error.to_string().starts_with(&format!("{} cannot be read: ", path.display())));
        assert!(error.to_string().ends_with("; name a file that `broadside build` wrote"));
    }
}

/// Changes a file, and compares what is said of it.
fn check_refused(expected: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let (_folder, path) = sample();
    let mut file = fs::read(&path).expect("it is readable");
    change(&mut file);
    fs::write(&path, file).expect("it is written");
    let message = read_all(&path).expect_err(expected).to_string();
    let message = message.strip_prefix(&format!("{} ", path.display())).expect("the file");
    let message = message.strip_suffix("; build it again with `broadside build`");
    assert_eq!(message, Some(expected));
}

/// Puts bytes somewhere, under a checksum that fits them.
fn put(at: usize, bytes: &[u8]) -> impl FnOnce(&mut Vec<u8>) {
    move |file| {
        file[at..at + bytes.len()].copy_from_slice(bytes);
        seal(file);
    }
}

#[test]
fn a_header_is_refused_with_what_is_wrong_with_it() {
    let number = |number: u64| number.to_ne_bytes();
    check_refused("is too short for a compiled inventory", |file| file.truncate(39));
    check_refused("is too short for a compiled inventory", Vec::clear);
    check_refused("is not a compiled inventory", put(0, b"{\"listing"));
    check_refused("is of a machine with another byte order", |file| file[8..12].reverse());
    let next_version = 2_u32.to_ne_bytes();
    check_refused("has format version 2, and this program reads 1", put(12, &next_version));
    check_refused("is damaged: it has 17983 bytes and should have 17984", |file| {
        file.truncate(17_983);
    });
    check_refused("is damaged: it has 17984 bytes and should have 17985", put(16, &number(17_985)));
    check_refused("is damaged: it has 8 bytes behind its last section", |file| {
        file.extend([0; 8]);
        put(16, &number(17_992))(file);
    });
    check_refused(
        "is damaged: it says that it has 257 sections, and at most 256 are possible",
        put(24, &number(257)),
    );
    check_refused("is damaged: it ends within its table of sections", |file| {
        file.truncate(HEAD_BYTES - 1);
        put(16, &number(HEAD_BYTES as u64 - 1))(file);
    });
    check_refused(
        "is damaged: it has another checksum of its header and table than it was written with",
        |file| file[HEAD_BYTES - 1] ^= 1,
    );
}

#[test]
fn a_table_is_refused_with_what_is_wrong_with_it() {
    let number = |number: u64| number.to_ne_bytes();
    let check = |expected: &str, at: usize, bytes: &[u8]| {
        check_refused(&format!("is damaged: its section {expected}"), put(at, bytes));
    };
    let [metadata, words, empty, pairs] = [40, 88, 136, 184];
    let (element_bytes, offset, bytes) = (16, 24, 32);
    check("Words has a name that no section can have", words, b"W");
    check(" has a name that no section can have", words, b"\0");
    check("words has a name that no section can have", words + 15, b"s");
    check("metadata is there twice", words, b"metadata");
    check("words starts at byte 12288 and should start at 8192", words + offset, &number(12_288));
    check("pairs starts at byte 16400 and should start at 16384", pairs + offset, &number(16_400));
    check("pairs has 1616 bytes, and the file ends after 1600", pairs + bytes, &number(1616));
    check(
        "metadata has 18446744073709551615 bytes, and the file ends after 13888",
        metadata + bytes,
        &number(u64::MAX),
    );
    check("words has 6002 bytes, which are no elements of 4 bytes", words + bytes, &number(6002));
    check("empty has 0 bytes, which are no elements of 0 bytes", empty + element_bytes, &number(0));
}

#[test]
fn a_section_is_refused_that_is_not_what_was_written() {
    let check = |expected: &str, change: fn(&mut Vec<u8>)| {
        check_refused(&format!("is damaged: its section {expected}"), change);
    };
    let other_checksum = "words has another checksum than it was written with";
    check(other_checksum, |file| file[8192] ^= 1);
    check(other_checksum, |file| file[8192 + 5999] ^= 128);
    check(other_checksum, |file| put(88 + 40, &[0; 8])(file));
    check("metadata has something else than zeros before it", |file| file[HEAD_BYTES] = 1);
    check("empty has something else than zeros before it", |file| file[8192 + 6000] = 1);
    check("empty has something else than zeros before it", |file| file[16_383] = 1);
}

/// A file that ends where the first section would have to be aligned, whether or not the section has any bytes.
#[test]
fn a_section_that_starts_behind_the_file_is_refused() {
    for bytes in [27_u64, 0] {
        let expected = "is damaged: its section metadata starts behind the end of the file";
        check_refused(expected, |file| {
            file.truncate(HEAD_BYTES);
            put(16, &(HEAD_BYTES as u64).to_ne_bytes())(file);
            put(40 + 32, &bytes.to_ne_bytes())(file);
        });
    }
}
