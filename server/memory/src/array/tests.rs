//! Arrays, owned and in mapped files.

use std::io::Write as _;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::{Array, ArrayError};
use crate::mapping::Mapping;

/// What the index has arrays of: a struct with a fixed layout and elements of two sizes.
#[derive(Debug, Clone, Copy, PartialEq, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
struct Entry {
    key: u64,
    first: u32,
    tags: [u16; 2],
}

fn entries(count: u32) -> Vec<Entry> {
    let entry = |number| Entry { key: u64::from(number) << 33, first: number, tags: [7, 9] };
    (0..count).map(entry).collect()
}

/// A mapped file with these bytes. It is removed at once, which a mapping does not mind.
fn mapped(bytes: &[u8]) -> Arc<Mapping> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("it is written");
    Arc::new(Mapping::open(file.path()).expect("it is mapped"))
}

#[test]
fn a_vector_becomes_an_array_without_a_copy() {
    let vector = entries(1000);
    let (address, expected) = (vector.as_ptr(), vector.clone());
    let array = Array::from(vector);
    assert_eq!(array.as_ptr(), address);
    assert_eq!(*array, expected);
    assert_eq!((array.len(), array.size_bytes()), (1000, 16_000));
    assert_eq!(array.as_bytes(), expected.as_bytes());
    assert_eq!((&array).into_iter().map(|entry| entry.first).max(), Some(999));
    assert_eq!(format!("{array:?}"), "Array(1000 elements)");
}

#[test]
fn a_default_array_is_empty() {
    let array = Array::<u64>::default();
    assert!(array.is_empty() && array.as_bytes().is_empty());
    assert_eq!(array.size_bytes(), 0);
}

#[test]
fn a_clone_is_the_same_elements_and_outlives_the_original() {
    let array = Array::from(entries(100));
    let clone = array.clone();
    assert_eq!(clone.as_ptr(), array.as_ptr());
    drop(array);
    assert_eq!(*clone, entries(100));
}

#[test]
fn elements_are_freed_with_the_last_array() {
    let array = Array::from(entries(100));
    let vector = Arc::downgrade(&array.owner);
    let clone = array.clone();
    drop(array);
    assert!(vector.upgrade().is_some(), "the clone still reads them");
    drop(clone);
    assert!(vector.upgrade().is_none(), "nobody reads them");
}

#[test]
fn threads_share_an_array() {
    let array = Array::from((0..1000u64).collect::<Vec<_>>());
    thread::scope(|scope| {
        let sum = scope.spawn(|| array.iter().sum::<u64>());
        let clone = array.clone();
        let freed_elsewhere = scope.spawn(move || clone.len());
        assert_eq!(sum.join().expect("it does not panic"), 499_500);
        assert_eq!(freed_elsewhere.join().expect("it does not panic"), 1000);
    });
}

#[test]
#[cfg_attr(miri, ignore = "maps a file")]
fn a_mapped_array_is_the_files_bytes_and_outlives_the_handle() {
    let expected = entries(5000);
    let mapping = mapped(expected.as_bytes());
    let array = Array::<Entry>::from_mapping(&mapping, 1600..80_000).expect("whole elements");
    assert_eq!(array.as_ptr().cast(), &raw const mapping.bytes()[1600]);
    drop(mapping);
    let clone = array.clone();
    drop(array);
    assert_eq!(*clone, expected[100..]);
    assert_eq!(clone.as_bytes(), expected[100..].as_bytes());
}

#[test]
#[cfg_attr(miri, ignore = "maps a file")]
fn a_range_is_refused_that_is_not_of_whole_aligned_elements_within_the_file() {
    let mapping = mapped(&[1; 4096]);
    let check = |range: Range<usize>, expected: Result<usize, ArrayError>| {
        let found = Array::<Entry>::from_mapping(&mapping, range.clone()).map(|array| array.len());
        assert_eq!(found, expected, "{range:?}");
    };
    let out_of_bounds =
        |start, end| Err(ArrayError::OutOfBounds { start, end, mapping_bytes: 4096 });
    let misaligned = |start| Err(ArrayError::Misaligned { start, alignment_bytes: 8 });
    let partial = |bytes| Err(ArrayError::PartialElement { bytes, element_bytes: 16 });
    check(0..4096, Ok(256));
    check(8..4088, Ok(255));
    check(4096..4096, Ok(0));
    check(0..4097, out_of_bounds(0, 4097));
    check(4112..4112, out_of_bounds(4112, 4112));
    check(Range { start: 32, end: 16 }, out_of_bounds(32, 16));
    check(0..usize::MAX, out_of_bounds(0, usize::MAX));
    check(usize::MAX - 15..usize::MAX, out_of_bounds(usize::MAX - 15, usize::MAX));
    check(4..20, misaligned(4));
    check(1..1, misaligned(1));
    check(0..15, partial(15));
    check(16..40, partial(24));
}

#[test]
fn an_error_says_what_is_wrong() {
    let check = |error: ArrayError, expected: &str| assert_eq!(error.to_string(), expected);
    check(
        ArrayError::OutOfBounds { start: 32, end: 4097, mapping_bytes: 4096 },
        "bytes 32..4097 are not within a mapping of 4096 bytes",
    );
    check(
        ArrayError::Misaligned { start: 4, alignment_bytes: 8 },
        "an element cannot start at byte 4: its address must be a multiple of 8",
    );
    check(
        ArrayError::PartialElement { bytes: 15, element_bytes: 16 },
        "15 bytes are not a whole number of elements of 16 bytes",
    );
}
