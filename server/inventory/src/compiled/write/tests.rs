//! Writing: a whole file or none.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{CompiledSection, WriteError, replace, table, write_compiled, write_to};
use crate::compiled::Compiled;

fn names_in(folder: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(folder).expect("it is readable");
    entries.map(|entry| entry.expect("it is readable").file_name()).collect()
}

fn section_of<'a>(numbers: &'a [u32; 3000]) -> [CompiledSection<'a>; 1] {
    [CompiledSection::new("numbers", numbers)]
}

#[test]
fn a_file_is_replaced_and_who_has_mapped_the_old_one_keeps_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("inventory.bsx");
    write_compiled(&path, &section_of(&[1; 3000])).expect("it is written");
    let old = Compiled::open(&path).expect("it is a compiled inventory");
    write_compiled(&path, &section_of(&[2; 3000])).expect("it is written");
    let new = Compiled::open(&path).expect("it is a compiled inventory");
    for (compiled, number) in [(&old, 1), (&new, 2)] {
        compiled.verify(&mut |_| {}).expect("it is as it was written");
        assert_eq!(*compiled.section::<u32>("numbers").expect("it is there"), [number; 3000]);
    }
    assert_eq!(names_in(folder.path()), ["inventory.bsx"]);
}

#[test]
fn others_may_read_the_file_as_they_may_read_any_new_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, plain) = (folder.path().join("inventory.bsx"), folder.path().join("plain"));
    write_compiled(&path, &[]).expect("it is written");
    fs::write(&plain, "").expect("it is written");
    let mode = |path| fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!(mode(&path), mode(&plain));
}

#[test]
fn a_file_may_have_no_section_or_the_most() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("inventory.bsx");
    let names: Vec<_> = (0..257).map(|number| format!("section_{number}")).collect();
    let sections: Vec<_> =
        names.iter().map(|name| CompiledSection::new(name, name.as_bytes())).collect();
    for count in [0, 256] {
        write_compiled(&path, &sections[..count]).expect("it is written");
        let compiled = Compiled::open(&path).expect("it is a compiled inventory");
        compiled.verify(&mut |_| {}).expect("it is as it was written");
        for name in &names[..count] {
            assert_eq!(*compiled.section::<u8>(name).expect("it is there"), *name.as_bytes());
        }
    }
    let error = write_compiled(&path, &sections).expect_err("one too many");
    let expected = "the section \"section_256\" is one too many: at most 256 are possible";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_section_that_cannot_be_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let check = |names: &[&str], reason: &str| {
        let sections: Vec<_> =
            names.iter().map(|name| CompiledSection::new(name, &[1u64])).collect();
        let path = folder.path().join("inventory.bsx");
        let error = write_compiled(&path, &sections).expect_err(reason);
        let section = names.last().map(|name| (*name).to_owned()).unwrap_or_default();
        assert_eq!(error, WriteError::InvalidSection { section, reason: reason.to_owned() });
        assert_eq!(names_in(folder.path()), [""; 0]);
    };
    let rule = "must have a name of 1 to 16 lower-case letters, digits and `_`";
    for name in ["", "Words", "two words", "wörter", "a_name_of_17_byte", "\0"] {
        check(&["words", name], rule);
    }
    check(&["a_name_of_16_byt", "a_name_of_16_byt"], "is there twice: give it another name");
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("inventory.bsx");
    write_compiled(&path, &section_of(&[1; 3000])).expect("it is written");
    let before = fs::read(&path).expect("it is readable");

    let sections = section_of(&[2; 3000]);
    let table = table(&sections).expect("the section is valid");
    let error = replace(&path, |file| {
        file.write_all(&[2; 5000])?;
        let mut full_disk = File::options().write(true).open("/dev/full")?;
        write_to(&mut full_disk, &table, &sections)
    })
    .expect_err("there is no space");
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    assert_eq!(fs::read(&path).expect("it is readable"), before);
    assert_eq!(names_in(folder.path()), ["inventory.bsx"]);
}

/// However little space there is, it is an error and not a shorter file.
#[test]
fn a_disk_that_is_full_somewhere_in_the_middle_is_an_error() {
    let sections = section_of(&[2; 3000]);
    let table = table(&sections).expect("the section is valid");
    let file_bytes = table[0].range.end;
    for space in (0..file_bytes).step_by(97).chain([87, 88, 4095, 4096, file_bytes - 1]) {
        let mut disk = vec![0; space];
        let error = write_to(&mut disk.as_mut_slice(), &table, &sections);
        assert_eq!(error.expect_err("it is full").kind(), ErrorKind::WriteZero, "{space}");
    }
    let mut disk = vec![0; file_bytes];
    write_to(&mut disk.as_mut_slice(), &table, &sections).expect("it fits");
}

#[test]
fn where_nothing_can_be_written_it_says_so_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let check = |path: &Path| {
        let error =
            write_compiled(path, &section_of(&[1; 3000])).expect_err("it cannot be written");
        assert!(matches!(error, WriteError::Unwritable { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.starts_with(&format!("{} cannot be written: ", path.display())));
        assert!(message.ends_with(
            "; nothing has changed there: name a folder with the space and the right to write"
        ));
    };
    check(&folder.path().join("missing").join("inventory.bsx"));
    // Nobody may create a file here, not even who may do everything.
    check(Path::new("/proc/inventory.bsx"));
    // A folder cannot be replaced by a file.
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).expect("it is created");
    check(&taken);
    assert_eq!(names_in(folder.path()), ["taken"]);

    let locked = folder.path().join("locked");
    fs::create_dir(&locked).expect("it is created");
    fs::set_permissions(&locked, Permissions::from_mode(0o500)).expect("it is ours");
    if File::create(locked.join("probe")).is_err() {
        check(&locked.join("inventory.bsx"));
        assert_eq!(names_in(&locked), [""; 0]);
    }
}

#[test]
fn a_write_error_says_what_to_do() {
    let error = WriteError::Unsynced { path: "a.bsx".to_owned(), reason: "no".to_owned() };
    let expected = "a.bsx is written, but after a power failure the old one may be there: its folder cannot be synced: \
                    no; write it again";
    assert_eq!(error.to_string(), expected);
}
