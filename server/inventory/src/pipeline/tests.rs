//! Batches are bounded and come in order, and both sides end together, whatever happens.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::{BATCH_BYTES, BATCHES, Batch, Item, Outbox, SPARE_BYTES_MAX, read_records, run};
use crate::draft::{Draft, Names};
use crate::lines::Lines;
use crate::source::Format;
use crate::stream::{Stream, Tally};

const NAMES: Names = Names { id: "id", keywords: "keywords", unique: "" };

/// So many bytes of keywords; reaching their end is noted.
struct Keywords {
    bytes_left: usize,
    ended: Arc<AtomicBool>,
}

impl Read for Keywords {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.bytes_left);
        for (byte, letter) in buffer[..count].iter_mut().zip(b"a\n".iter().cycle()) {
            *byte = *letter;
        }
        self.bytes_left -= count;
        self.ended.fetch_or(count == 0, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads 64 MiB of keywords; whether it came to their end, and how.
fn read_much(take: impl FnMut(&mut Batch)) -> (bool, thread::Result<Result<(), io::ErrorKind>>) {
    let ended = Arc::new(AtomicBool::new(false));
    let keywords = Keywords { bytes_left: 64 << 20, ended: Arc::clone(&ended) };
    let read = |mut outbox: Outbox| {
        let mut tally = Tally::default();
        let stream = Stream::new(Box::new(keywords), Rc::clone(&outbox.flow), &mut tally);
        let read = read_records(Format::KeywordList, &mut Lines::new(stream), &mut outbox);
        read.map_err(|error| error.kind())
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| run(read, take).expect("there are threads")));
    (ended.load(Ordering::Relaxed), outcome)
}

#[test]
fn a_panic_of_the_builder_ends_the_reader() {
    for batches_good in [0, 1, 10] {
        let mut taken = 0;
        let (ended, outcome) = read_much(|_| {
            assert!(taken < batches_good, "the builder's own");
            taken += 1;
        });
        let panic = outcome.expect_err("it panicked");
        assert_eq!(panic.downcast_ref(), Some(&"the builder's own"));
        assert!(!ended, "it was read to its end for nobody, after {batches_good} batches");
    }
}

#[test]
fn a_panic_of_the_reader_is_one_of_the_caller() {
    let mut taken = 0;
    let run = || {
        let read = |mut outbox: Outbox| {
            outbox.ignore_row();
            outbox.send();
            assert!(!outbox.batch.items.is_empty(), "the reader's own");
        };
        run(read, |batch| taken += batch.items.len()).expect("there are threads");
    };
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it panicked");
    assert_eq!(panic.downcast_ref(), Some(&"the reader's own"));
    assert_eq!(taken, 1, "what came before is taken");
}

#[test]
fn the_reader_waits_for_the_builder() {
    let sent = AtomicUsize::new(0);
    let read = |mut outbox: Outbox| {
        for ordinal in 0..2_000 {
            outbox.push(Item::Begin(ordinal), 0);
            sent.fetch_add(1, Ordering::SeqCst);
            outbox.send();
        }
    };
    let mut expected = 0;
    let take = |batch: &mut Batch| {
        thread::yield_now();
        let ahead = sent.load(Ordering::SeqCst) - expected;
        assert!(ahead <= BATCHES, "{ahead} batches are held");
        assert!(matches!(batch.items[..], [Item::Begin(ordinal)] if ordinal == expected));
        expected += 1;
    };
    run(read, take).expect("there are threads");
    assert_eq!(expected, 2_000);
}

#[test]
fn batches_are_bounded_by_their_bytes() {
    let read = |mut outbox: Outbox| {
        let mut draft = Draft::new(NAMES);
        for bytes in [0, BATCH_BYTES, BATCH_BYTES / 2, BATCH_BYTES / 2, 0] {
            draft.listing.payload.resize(bytes, 0);
            outbox.submit(&mut draft);
            assert!(draft.listing.payload.is_empty(), "it is another draft");
        }
        draft.listing.targeting.push('x');
        outbox.submit_line(&mut draft, &"x".repeat(BATCH_BYTES));
        outbox.ignore_row();
        outbox.send();
    };
    let mut lengths = Vec::new();
    run(read, |batch| lengths.push(batch.items.len())).expect("there are threads");
    assert_eq!(lengths, [2, 2, 2, 1]);
}

#[test]
fn drafts_of_large_records_are_not_kept() {
    for (bytes, kept) in [(0, true), (SPARE_BYTES_MAX, false)] {
        let mut draft = Box::new(Draft::new(NAMES));
        draft.listing.id.push_str(&"x".repeat(bytes));
        assert_eq!(Item::Record(draft, String::new()).into_spare().is_some(), kept, "{bytes}");
    }
}
