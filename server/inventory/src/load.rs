//! One load: every source in order, every record to the index or to the report, and the verdict at the end.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use broadside_core::{Field, Index, IndexBuilder, ListingError, Reason as IndexReason};

use crate::draft::Draft;
use crate::error::ReadError;
use crate::fault::{Fault, Faults, Path, Place};
use crate::limits::PROGRESS_RECORDS;
use crate::lines::Lines;
use crate::origins::Origins;
use crate::reason::Reason;
use crate::report::{Rejection, Report};
use crate::source::{Format, Source};
use crate::stream::{Stream, Tally, read_message, stored_bytes};
use crate::{csv, json_lines, keyword_list};

/// What a load may leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Up to this many bad records are left out and reported; one more refuses the inventory. The default is 0.
    ///
    /// A bad record that takes part in other listings refuses the inventory in any case: a source whose header cannot be
    /// read, a CSV row that cannot be told to belong to a listing, a CSV listing whose rows are apart.
    pub max_rejected_records: u64,
}

/// An inventory that was loaded.
#[derive(Debug)]
pub struct Loaded {
    /// The finished index.
    pub index: Index,
    /// The name of the content: the first 16 hexadecimal digits of the SHA-256 of all sources' unpacked bytes, one
    /// after the other. It is what `sha256sum` says of the unpacked files, whatever they were packed with.
    pub generation: String,
    /// The sources, as they were named.
    pub sources: Vec<String>,
    /// How many records were read, good or bad.
    pub records: u64,
    /// How many bytes the sources have, unpacked.
    pub bytes: u64,
    /// What was left out. Empty unless [`ReadOptions::max_rejected_records`] admits some.
    pub rejected: Rejection,
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records read.
    pub records: u64,
    /// Bytes read of the files as they are stored, packed or not.
    pub bytes_read: u64,
    /// Bytes of all files as they are stored, or `None` if one of them is not a regular file.
    pub bytes_total: Option<u64>,
}

/// Takes the records of all formats, and gives the good ones to the index and the bad ones to the report.
pub(crate) struct Loader<'l> {
    sources: &'l [Source],
    source: usize,
    builder: IndexBuilder,
    origins: Origins,
    report: Report,
    bytes_read: Rc<Cell<u64>>,
    bytes_total: Option<u64>,
    progress: &'l mut dyn FnMut(Progress),
}

/// Reads sources into one index. Either all of them are in it, but for the bad records that the options admit, or
/// nothing is.
///
/// # Errors
/// [`ReadError::Unreadable`] if a source cannot be read to its end; [`ReadError::Rejected`] with the report if more
/// records are bad than the options admit, or if no listing is left.
pub fn read(sources: &[Source], options: &ReadOptions) -> Result<Loaded, ReadError> {
    read_with_progress(sources, options, &mut |_| {})
}

/// The same as [`read`], which tells how far it is every [`PROGRESS_RECORDS`] records and after each source.
///
/// # Errors
/// Those of [`read`].
pub fn read_with_progress(
    sources: &[Source],
    options: &ReadOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Loaded, ReadError> {
    let mut bytes_total = Some(0);
    for source in sources {
        let bytes = stored_bytes(source)?;
        bytes_total = bytes_total.zip(bytes).map(|(total, bytes)| total + bytes);
    }
    let bytes_read = Rc::new(Cell::new(0));
    let mut tally = Tally::default();
    let mut loader = Loader {
        sources,
        source: 0,
        builder: IndexBuilder::new(),
        origins: Origins::default(),
        report: Report::default(),
        bytes_read: Rc::clone(&bytes_read),
        bytes_total,
        progress,
    };
    for (ordinal, source) in sources.iter().enumerate() {
        loader.source = ordinal;
        loader.origins.begin_source();
        let mut lines = Lines::new(Stream::open(source, Rc::clone(&bytes_read), &mut tally)?);
        read_records(source.format, &mut lines, &mut loader).map_err(|error| {
            ReadError::unreadable(source.name(), read_message(&error, source.compression))
        })?;
        loader.tell_progress();
    }
    loader.finish(tally, options)
}

fn read_records<R: Read>(
    format: Format,
    lines: &mut Lines<R>,
    loader: &mut Loader<'_>,
) -> io::Result<()> {
    match format {
        Format::JsonLines => json_lines::read(lines, loader),
        Format::KeywordList => keyword_list::read(lines, loader),
        Format::Csv => csv::read(lines, loader),
    }
}

impl<'l> Loader<'l> {
    /// Takes a listing: into the index if nothing is wrong with it, else its faults into the report.
    pub(crate) fn submit(&mut self, draft: &mut Draft) {
        if draft.faults.is_empty() {
            match self.builder.add(&draft.listing) {
                Ok(()) => self.origins.push(draft.line()),
                Err(errors) => self.blame(draft, &errors),
            }
        } else if !self.report.is_full() {
            self.judge_the_rest(draft);
        }
        self.close_record(&mut draft.faults);
    }

    /// Takes a line that cannot be read at all.
    pub(crate) fn submit_fault(&mut self, fault: Fault) {
        let mut faults = Faults::default();
        faults.push(fault);
        self.submit_faults(&mut faults);
    }

    /// Takes a record that is so bad that there is no listing in it.
    pub(crate) fn submit_faults(&mut self, faults: &mut Faults) {
        self.close_record(faults);
    }

    fn close_record(&mut self, faults: &mut Faults) {
        let records = self.report.count_record();
        if !faults.is_empty() {
            self.report.add(self.source().name(), faults);
        }
        if records.is_multiple_of(PROGRESS_RECORDS) {
            self.tell_progress();
        }
    }

    /// Lets an index that is thrown away judge a listing that is bad already, so that one report has all that is wrong
    /// with it. What follows from a fault that is known is left out: a keyword that cannot be read is not missing.
    fn judge_the_rest(&self, draft: &mut Draft) {
        let Err(mut errors) = IndexBuilder::new().add(&draft.listing) else {
            return;
        };
        errors.retain(|error| match error.field {
            Field::Keyword(_) | Field::Negative(_) => true,
            // Any cell that is bad may have cost a keyword.
            Field::Keywords if self.source().format == Format::Csv => false,
            field => match draft.place(field).path {
                Path::Field(name) => !draft.faults.touch(name),
                _ => true,
            },
        });
        self.blame(draft, &errors);
    }

    /// Adds what the index found to the draft's faults.
    fn blame(&self, draft: &mut Draft, errors: &[ListingError]) {
        for error in errors {
            let (place, value) = (draft.place(error.field), draft.value(error.field));
            let fault = |what: String| Fault::coded(place, error.reason.code(), what, &value);
            match error.reason {
                IndexReason::DuplicateId(ordinal) => {
                    let fault = fault(self.duplicate_message(ordinal as usize));
                    if self.source().format == Format::Csv {
                        // The rows that were read before may lack the negatives that are here.
                        draft.faults.push_refusing(fault);
                    } else {
                        draft.faults.push(fault);
                    }
                }
                reason => draft.faults.push(fault(reason.to_string())),
            }
        }
    }

    fn source(&self) -> &'l Source {
        &self.sources[self.source]
    }

    /// Where an id was used first, and what to do about it in the format at hand.
    fn duplicate_message(&self, ordinal: usize) -> String {
        let first = match self.origins.find(ordinal) {
            Some((source, Some(line))) => format!("{}, line {line}", self.sources[source].name()),
            Some((source, None)) => self.sources[source].name().to_owned(),
            None => "an earlier record".to_owned(),
        };
        let advice = match self.source().format {
            Format::JsonLines => "give each listing an id of its own",
            Format::KeywordList => {
                "the ids of a keyword list are its line numbers, so load one list only, or write JSON Lines or CSV"
            }
            Format::Csv => {
                "give each listing an id of its own, and keep the rows of one listing next to each other (sort them by listing_id)"
            }
        };
        format!("is used already, by {first}; {advice}")
    }

    fn tell_progress(&mut self) {
        let records = self.report.records();
        let (bytes_read, bytes_total) = (self.bytes_read.get(), self.bytes_total);
        (self.progress)(Progress { records, bytes_read, bytes_total });
    }

    /// The verdict.
    fn finish(mut self, tally: Tally, options: &ReadOptions) -> Result<Loaded, ReadError> {
        let refused = self.report.refuses(options.max_rejected_records);
        if self.builder.listings() == 0 && !refused {
            let place = Place { line: 0, column: 0, path: Path::Record };
            let name = self.sources.first().map_or("", Source::name);
            let message =
                "the inventory has no listing; name a source that has at least one".to_owned();
            let fault = Fault { message, ..Fault::new(place, Reason::InventoryEmpty, "", "") };
            self.report.add_first(name, fault);
        }
        if self.report.refuses(options.max_rejected_records) {
            return Err(ReadError::Rejected(self.report.into_rejection()));
        }
        let records = self.report.records();
        Ok(Loaded {
            index: self.builder.finish(),
            bytes: tally.bytes(),
            generation: tally.generation(),
            sources: self.sources.iter().map(Source::to_string).collect(),
            records,
            rejected: self.report.into_rejection(),
        })
    }
}
