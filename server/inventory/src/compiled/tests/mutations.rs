//! Files that were changed, in 24,000 ways: every one is refused, and as early as promised.

use std::fs::{self, File};
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use super::{Compiled, CompiledError, HEAD_BYTES, read_all, sample, seal};

/// Of each kind of change.
const MUTATIONS: u32 = 4000;
/// More than the messages and the table of the largest file take; less than anything that follows a length in the file.
const ALLOCATED_BYTES_MAX: u64 = 64 * 1024;
const SEED: u64 = 0x0b5e_55ed;

/// SplitMix64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("it is below a usize")
    }

    /// A place in a file: every second one in its header and table, which are a small part of it.
    fn place(&mut self, file: &[u8]) -> usize {
        let bound = if self.next().is_multiple_of(2) { HEAD_BYTES } else { file.len() };
        self.below(bound)
    }

    /// What a number that lies might be: a boundary, close to the truth, or anything.
    fn lie(&mut self, truth: u64) -> u64 {
        let boundaries =
            [0, 1, 3, 8, 4095, 4096, 17_984, 1 << 31, 1 << 32, 1 << 47, 1 << 63, u64::MAX - 4095];
        match self.below(6) {
            0 => boundaries[self.below(boundaries.len())],
            1 => truth.wrapping_add(self.next() % 9).wrapping_sub(4),
            2 => truth.wrapping_add(4096 * (self.next() % 5)).wrapping_sub(8192),
            3 => truth ^ 1 << (self.next() % 64),
            4 => u64::MAX - self.next() % 3,
            _ => self.next(),
        }
    }
}

/// Who must refuse a file at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    AtOpen,
    AtVerify,
}

/// Changes the same file in many ways. `change` does one, and says who must refuse it.
fn check(change: &dyn Fn(&mut Random, &mut Vec<u8>) -> Refused) {
    let (_folder, path) = sample();
    let original = fs::read(&path).expect("it is readable");
    read_all(&path).expect("it is as it was written");
    let mut random = Random(SEED);
    let mut changed = 0;
    while changed < MUTATIONS {
        let mut file = original.clone();
        let refused = change(&mut random, &mut file);
        if file == original {
            continue;
        }
        changed += 1;
        overwrite(&path, &file);
        check_refused(&path, refused, changed);
    }
}

/// In place, which no writer may do and which is fast: nobody has it mapped. A file that is emptied first would be sent
/// to the disk each time.
fn overwrite(path: &Path, bytes: &[u8]) {
    let mut file = File::options().write(true).open(path).expect("it is writable");
    file.write_all(bytes).expect("it is written");
    file.set_len(bytes.len() as u64).expect("it is cut to its length");
}

fn check_refused(path: &Path, refused: Refused, number: u32) {
    let mut outcome = Ok(());
    let allocated = allocation_counter::measure(|| outcome = open_or_read(path, refused));
    assert!(outcome.is_err(), "change {number} is not refused {refused:?}");
    assert!(allocated.bytes_max < ALLOCATED_BYTES_MAX, "change {number}: {allocated:?}");
}

fn open_or_read(path: &Path, refused: Refused) -> Result<(), CompiledError> {
    match refused {
        Refused::AtOpen => Compiled::open(path).map(|_| ()),
        Refused::AtVerify => Compiled::open(path)?.verify(&mut |_| {}),
    }
}

/// Who must refuse a file in which these bytes were changed.
fn refused_for(changed: &Range<usize>) -> Refused {
    if changed.start < HEAD_BYTES { Refused::AtOpen } else { Refused::AtVerify }
}

#[test]
fn a_flipped_bit_is_refused() {
    check(&|random, file| {
        let place = random.place(file);
        file[place] ^= 1 << random.below(8);
        refused_for(&(place..place + 1))
    });
}

#[test]
fn a_run_of_other_bytes_is_refused() {
    check(&|random, file| {
        let start = random.place(file);
        let end = (start + 1 + random.below(5000)).min(file.len());
        let byte = [0, 0xff, b'\n'][random.below(3)];
        let first = file[start..end].iter().position(|old| *old != byte).unwrap_or(0);
        file[start..end].fill(byte);
        refused_for(&(start + first..end))
    });
}

#[test]
fn a_cut_file_is_refused() {
    check(&|random, file| {
        let place = random.place(file);
        file.truncate(place);
        Refused::AtOpen
    });
}

#[test]
fn an_extended_file_is_refused() {
    check(&|random, file| {
        let repeated = random.below(file.len());
        match random.below(3) {
            0 => file.resize(file.len() + 1 + random.below(10_000), 0),
            1 => file.extend_from_within(repeated..),
            _ => file.extend((0..=random.below(5000)).map(|place| place.to_le_bytes()[0])),
        }
        Refused::AtOpen
    });
}

#[test]
fn a_file_with_parts_that_are_swapped_is_refused() {
    check(&|random, file| {
        let length = [1, 8, 48, 512, 4096][random.below(5)];
        let (first, second) = (random.place(file), random.place(file));
        let (first, second) = (first.min(second), first.max(second));
        let length = length.min(second - first).min(file.len() - second);
        let (before, after) = file.split_at_mut(second);
        let (left, right) = (&mut before[first..first + length], &mut after[..length]);
        let same = left.iter().zip(&*right).position(|(left, right)| left != right);
        left.swap_with_slice(right);
        refused_for(&(first + same.unwrap_or(0)..second + length))
    });
}

/// Numbers of header and table that lie, under a checksum that was made for them.
#[test]
fn a_file_that_lies_is_refused() {
    let (_folder, path) = sample();
    let original = fs::read(&path).expect("it is readable");
    let mut random = Random(SEED);
    let mut changed = 0;
    while changed < MUTATIONS {
        let mut file = original.clone();
        for _ in 0..=random.below(2) {
            // Any number but the checksum of the head, which is set to fit.
            let place = 8 * random.below(HEAD_BYTES / 8);
            let truth = u64::from_ne_bytes(file[place..place + 8].try_into().expect("eight bytes"));
            file[place..place + 8].copy_from_slice(&random.lie(truth).to_ne_bytes());
        }
        if random.below(4) == 0 {
            // A length that is true.
            file.resize(HEAD_BYTES + random.below(file.len()), 0);
            let file_bytes = file.len() as u64;
            file[16..24].copy_from_slice(&file_bytes.to_ne_bytes());
        }
        seal(&mut file);
        if file == original {
            continue;
        }
        changed += 1;
        overwrite(&path, &file);
        let allocated = allocation_counter::measure(|| {
            // What remains possible is that a name or an element's size is another one, which the reader sees.
            let refused = Compiled::open(&path).and_then(|compiled| {
                compiled.verify(&mut |_| {})?;
                compiled.refuse_other_sections(&super::NAMES)?;
                compiled.section::<u8>("metadata")?;
                compiled.section::<u32>("words")?;
                compiled.section::<u64>("empty")?;
                compiled.section::<[u64; 2]>("pairs").map(|_| ())
            });
            assert!(refused.is_err(), "lie {changed} is not refused");
        });
        assert!(allocated.bytes_max < ALLOCATED_BYTES_MAX, "lie {changed}: {allocated:?}");
    }
}
