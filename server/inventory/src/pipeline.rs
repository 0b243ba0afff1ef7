//! The two sides of a load at the same time: a thread of its own reads sources into records, and the thread that asked
//! for them builds the index of them.
//!
//! Records travel in batches and in their order, so that what becomes of them is what it would be on one thread. Three
//! batches go round: one is filled, one waits, one is taken; then it goes back, and what it holds is freed where it was
//! allocated. A batch is full with [`BATCH_BYTES`], so that the memory of all is bounded by three times that and three
//! records, and as much again of drafts that were taken.
//!
//! Neither side outlives the other: the reader's end, good or bad, closes the batches that travel, and if the builder's
//! side panics, the next bytes that the reader asks for are an error.

use std::cell::Cell;
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use crate::draft::Draft;
use crate::error::ReadError;
use crate::fault::{Fault, Faults};
use crate::limits::{BATCH_BYTES, BATCHES, SPARE_BYTES_MAX};
use crate::lines::Lines;
use crate::source::{Format, Source};
use crate::stream::{Stream, Tally, read_message};
use crate::{csv, json_lines, keyword_list};

/// What was read, in the order of the input.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    /// Bytes read of all files as they are stored, until the batch was sent.
    pub(crate) bytes_read: u64,
    /// Memory that the items take.
    bytes: usize,
}

/// One thing that was read.
pub(crate) enum Item {
    /// A source begins, given by its ordinal.
    Begin(usize),
    /// A record, good or bad, and the line that it has to itself if something may have to be found in it, else nothing.
    Record(Box<Draft>, String),
    /// A record that is so bad that not even its kind is known.
    Unknown(Faults),
    /// A row that is no record.
    IgnoredRow,
    /// The source has been read to its end.
    End,
}

/// Takes what the readers of the formats find, and sends it in batches.
pub(crate) struct Outbox {
    batch: Batch,
    /// Drafts whose records were taken.
    #[expect(clippy::vec_box, reason = "they travel in their boxes")]
    spare: Vec<Box<Draft>>,
    full: Sender<Batch>,
    empty: Receiver<Batch>,
    flow: Rc<Flow>,
}

/// What the reader's side knows of its bytes and of the other side.
#[derive(Default)]
pub(crate) struct Flow {
    /// Bytes read of all files as they are stored.
    pub(crate) bytes_read: Cell<u64>,
    /// Whether nobody takes records any more.
    pub(crate) is_closed: Cell<bool>,
}

/// Reads all sources, and gives `take` what they hold.
///
/// # Errors
/// [`ReadError::Unreadable`] if a source cannot be read to its end. What stands before has been taken.
pub(crate) fn read_sources(
    sources: &[Source],
    take: impl FnMut(&mut Batch),
) -> Result<Tally, ReadError> {
    let read = |mut outbox: Outbox| {
        let mut tally = Tally::default();
        for (ordinal, source) in sources.iter().enumerate() {
            outbox.push(Item::Begin(ordinal), 0);
            let read = read_source(source, &mut outbox, &mut tally);
            if read.is_ok() {
                outbox.push(Item::End, 0);
            }
            outbox.send();
            read?;
        }
        Ok(tally)
    };
    run(read, take).unwrap_or_else(|error| {
        let name = sources.first().map_or("", Source::name);
        let message = format!("cannot be read, as there is no thread for it: {error}; try again");
        Err(ReadError::unreadable(name, message))
    })
}

/// Runs `read` on a thread of its own, and gives `take` each batch that it sends. A panic of either is one of
/// this thread.
///
/// # Errors
/// If there can be no other thread.
fn run<T: Send>(
    read: impl FnOnce(Outbox) -> T + Send,
    mut take: impl FnMut(&mut Batch),
) -> io::Result<T> {
    let (full_sender, full) = mpsc::channel();
    let (empty, empty_receiver) = mpsc::channel();
    for _ in 1..BATCHES {
        empty.send(Batch::default()).expect("the receiver is still here");
    }
    thread::scope(move |scope| {
        let read = move || read(Outbox::new(full_sender, empty_receiver));
        let reader =
            thread::Builder::new().name("inventory-reader".to_owned()).spawn_scoped(scope, read)?;
        for mut batch in full {
            take(&mut batch);
            // A reader that is at its end needs no batch.
            let _ = empty.send(batch);
        }
        Ok(reader.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

fn read_source(source: &Source, outbox: &mut Outbox, tally: &mut Tally) -> Result<(), ReadError> {
    let mut lines = Lines::new(Stream::open(source, Rc::clone(&outbox.flow), tally)?);
    read_records(source.format, &mut lines, outbox).map_err(|error| {
        ReadError::unreadable(source.name(), read_message(&error, source.compression))
    })
}

fn read_records<R: Read>(
    format: Format,
    lines: &mut Lines<R>,
    outbox: &mut Outbox,
) -> io::Result<()> {
    match format {
        Format::JsonLines => json_lines::read(lines, outbox),
        Format::KeywordList => keyword_list::read(lines, outbox),
        Format::Csv => csv::read(lines, outbox),
        // It is mapped, alone, before anything is read.
        Format::Compiled => Err(io::ErrorKind::Unsupported.into()),
    }
}

impl Outbox {
    fn new(full: Sender<Batch>, empty: Receiver<Batch>) -> Outbox {
        Outbox { batch: Batch::default(), spare: Vec::new(), full, empty, flow: Rc::default() }
    }

    /// Hands a record over. The draft is empty then.
    pub(crate) fn submit(&mut self, draft: &mut Draft) {
        self.submit_line(draft, "");
    }

    /// The same of a record that has this line to itself, so that what is wrong inside a value is found in it.
    pub(crate) fn submit_line(&mut self, draft: &mut Draft, line: &str) {
        let line = if draft.has_expression() { line } else { "" };
        let bytes = draft.bytes() + line.len();
        let mut record = self.spare.pop().unwrap_or_else(|| Box::new(Draft::new(draft.names)));
        std::mem::swap(draft, &mut record);
        draft.names = record.names;
        draft.begin(record.line());
        self.push(Item::Record(record, line.to_owned()), bytes);
    }

    /// Hands over a line that cannot be read at all.
    pub(crate) fn submit_fault(&mut self, fault: Fault) {
        let mut faults = Faults::default();
        faults.push(fault);
        self.submit_faults(&mut faults);
    }

    /// Hands over a record that is so bad that not even its kind is known.
    pub(crate) fn submit_faults(&mut self, faults: &mut Faults) {
        let bytes = faults.bytes();
        self.push(Item::Unknown(std::mem::take(faults)), bytes);
    }

    /// Counts a row that is no record.
    pub(crate) fn ignore_row(&mut self) {
        self.push(Item::IgnoredRow, 0);
    }

    /// Adds an item that refers to so many bytes of memory.
    fn push(&mut self, item: Item, bytes: usize) {
        self.batch.items.push(item);
        self.batch.bytes += size_of::<Item>() + bytes;
        if self.batch.bytes >= BATCH_BYTES {
            self.send();
        }
    }

    /// Sends the batch as it is, and waits for one that is free.
    fn send(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.bytes_read = self.flow.bytes_read.get();
        let sent = self.full.send(batch).ok();
        match sent.and_then(|()| self.empty.recv().ok()) {
            Some(Batch { mut items, .. }) => {
                self.spare.extend(items.drain(..).filter_map(Item::into_spare));
                self.batch.items = items;
            }
            None => self.flow.is_closed.set(true),
        }
    }
}

impl Item {
    /// The draft of a record that was taken, unless it may have reserved much.
    fn into_spare(self) -> Option<Box<Draft>> {
        match self {
            Item::Record(draft, _) if draft.bytes() <= SPARE_BYTES_MAX => Some(draft),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
