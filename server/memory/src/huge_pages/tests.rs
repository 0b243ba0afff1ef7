//! Huge pages, as far as the kernel gives them. Where it does not, the elements are the same.

use std::fs;

use memmap2::MmapMut;

use super::{COPY_BYTES_MIN, HUGE_PAGE_BYTES, advise_huge_pages};
use crate::Array;

/// What the kernel says of the mapping in which an address lies: the value of one field.
fn smaps_field(address: usize, field: &str) -> String {
    let smaps = fs::read_to_string("/proc/self/smaps").expect("Linux has it");
    let mut inside = false;
    for line in smaps.lines() {
        let (name, value) = line.split_once(' ').unwrap_or_default();
        if let Some((start, end)) = name.split_once('-') {
            let number = |digits| usize::from_str_radix(digits, 16).expect("an address");
            inside = (number(start)..number(end)).contains(&address);
        } else if inside && name.strip_suffix(':') == Some(field) {
            return value.trim().to_owned();
        }
    }
    panic!("{address:x} is not mapped, or has no {field}");
}

fn huge_kib(address: usize) -> u64 {
    let value = smaps_field(address, "AnonHugePages");
    value.strip_suffix(" kB").expect("in KiB").trim().parse().expect("a number")
}

fn is_advised(address: usize) -> bool {
    smaps_field(address, "VmFlags").split(' ').any(|flag| flag == "hg")
}

/// Whether this kernel gives huge pages to those who ask.
fn kernel_gives_huge_pages() -> bool {
    fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled")
        .is_ok_and(|setting| !setting.contains("[never]"))
}

#[test]
#[cfg_attr(miri, ignore = "maps memory")]
fn a_large_array_is_copied_to_huge_pages() {
    // A last page that is not half full, and one that is: it is huge too.
    for (tail_bytes, tail_is_huge) in
        [(HUGE_PAGE_BYTES / 2 - 8, false), (HUGE_PAGE_BYTES / 2, true)]
    {
        let count = u64::try_from((8 * HUGE_PAGE_BYTES + tail_bytes) / 8).expect("it is small");
        let expected: Vec<u64> = (0..count).map(|number| number * 0x9e37_79b9).collect();
        let array = Array::with_huge_pages(expected.clone());
        assert_eq!(*array, expected);
        assert_eq!(array.as_ptr().addr() % HUGE_PAGE_BYTES, 0);
        if kernel_gives_huge_pages() {
            assert!(is_advised(array.as_ptr().addr()));
            assert!(huge_kib(array.as_ptr().addr()) >= 4 * 2048, "half of them at the least");
            let last = &raw const array[array.len() - 1];
            assert_eq!(is_advised(last.addr()), tail_is_huge, "{tail_bytes}");
        }
        assert_eq!(array.on_huge_pages().as_bytes(), array.as_bytes());
    }
}

#[test]
fn a_small_array_stays_where_it_is() {
    let elements = vec![7u8; COPY_BYTES_MIN];
    let address = elements.as_ptr();
    assert_eq!(Array::with_huge_pages(elements).as_ptr(), address);
    let empty = Array::<u32>::with_huge_pages(Vec::new());
    assert!(empty.is_empty());
}

#[test]
#[cfg_attr(miri, ignore = "gives advice to a kernel")]
fn memory_that_was_not_touched_gets_huge_pages() {
    // From the kernel itself: an allocator might give memory that another test has touched.
    let mut memory = MmapMut::map_anon(16 * HUGE_PAGE_BYTES).expect("there is memory");
    let taken = advise_huge_pages(&memory);
    memory.fill(7);
    let middle = (&raw const memory[8 * HUGE_PAGE_BYTES]).addr();
    assert_eq!(taken, is_advised(middle));
    if kernel_gives_huge_pages() {
        assert!(taken && huge_kib(middle) > 0);
    }
}

#[test]
fn no_advice_is_given_for_less_than_a_page() {
    assert!(!advise_huge_pages::<u64>(&[]));
    assert!(!advise_huge_pages(&[7u8; 1000]));
    // From the second byte of a page to the last but one of the next.
    let pages = vec![7u8; 3 * 4096];
    let start = pages.as_ptr().align_offset(4096) + 1;
    assert!(!advise_huge_pages(&pages[start..start + 2 * 4096 - 2]));
}
