//! One load: every source in order, every record to the index or to the report, and the verdict at the end.

use broadside_core::{
    Field, Index, IndexBuilder, Reason as IndexReason, Record, RecordError, Review, Unresolved,
};

use crate::compiled::read_loaded;
use crate::draft::Draft;
use crate::error::ReadError;
use crate::fault::{Fault, Faults, Path, Place};
use crate::kind::Kind;
use crate::limits::{PROGRESS_RECORDS, WARNINGS_MAX};
use crate::origins::Origins;
use crate::pipeline::{Batch, Item, read_sources};
use crate::position;
use crate::reason::Reason;
use crate::references::References;
use crate::report::{Rejection, Report};
use crate::source::{Format, Source, SourcePlace};
use crate::stream::{Tally, stored_bytes};
use crate::warning::{Warning, Warnings};

/// What a load may leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Up to this many bad records are left out and reported; one more refuses the inventory. The default is 0.
    ///
    /// A bad record that takes part in listings refuses the inventory in any case: a group, a negative list, a reference
    /// to one that does not exist, a source whose header cannot be read, a CSV row that cannot be told to belong to a
    /// listing, a CSV listing whose rows are apart.
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
    /// What is probably a mistake in the rest.
    pub warnings: Warnings,
    /// How many rows of Google Ads Editor exports were left out: those of what is removed, of negatives that are paused,
    /// and of anything but keywords, negatives, campaigns, ad groups and shared sets.
    pub ignored_rows: u64,
    /// Whether the index was validated when it was written, and is to the byte what was written. A compiled inventory's is.
    pub validated: bool,
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
    /// Whether all sources are read. What is left is to lay the index out, which takes about half as long again.
    pub is_read: bool,
}

/// Takes the records of all formats, and gives the good ones to the index and the bad ones to the report.
struct Loader<'l> {
    sources: &'l [Source],
    source: usize,
    builder: IndexBuilder,
    origins: Origins,
    references: References,
    /// Whether a group is there because a listing names it, and not because a record describes it.
    has_named_groups: bool,
    /// Whether there is a record of which not even the kind is known.
    has_unknown_records: bool,
    report: Report,
    ignored_rows: u64,
    bytes_read: u64,
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
    if let Some(compiled) = sources.iter().find(|source| source.format == Format::Compiled) {
        return read_compiled(compiled, sources.len());
    }
    let mut bytes_total = Some(0);
    for source in sources {
        let bytes = stored_bytes(source)?;
        bytes_total = bytes_total.zip(bytes).map(|(total, bytes)| total + bytes);
    }
    let mut loader = Loader {
        sources,
        source: 0,
        builder: IndexBuilder::new(),
        origins: Origins::default(),
        references: References::default(),
        has_named_groups: false,
        has_unknown_records: false,
        report: Report::default(),
        ignored_rows: 0,
        bytes_read: 0,
        bytes_total,
        progress,
    };
    let tally = read_sources(sources, |batch| loader.take(batch))?;
    loader.finish(tally, options)
}

/// Maps a compiled inventory, which must be the only source: it is an index already, to which nothing can be added.
fn read_compiled(source: &Source, sources: usize) -> Result<Loaded, ReadError> {
    let refuse = |message: String| ReadError::unreadable(source.name(), message);
    if sources > 1 {
        let what = "is a compiled inventory, to which nothing can be added";
        return Err(refuse(format!("{what}; name it alone, or build one of all sources")));
    }
    match &source.place {
        SourcePlace::File(path) => {
            read_loaded(path, source.name()).map_err(|error| refuse(error.message()))
        }
        SourcePlace::Text(_) => Err(refuse("is a text, and no compiled inventory".to_owned())),
    }
}

impl<'l> Loader<'l> {
    /// Takes what was read, in its order.
    fn take(&mut self, batch: &mut Batch) {
        self.bytes_read = batch.bytes_read;
        for item in &mut batch.items {
            match item {
                Item::Begin(source) => {
                    self.source = *source;
                    self.origins.begin_source();
                }
                Item::Record(draft, line) => self.take_record(draft, line),
                Item::Unknown(faults) => {
                    // Only records of JSON Lines may be groups.
                    self.has_unknown_records |= self.source().format == Format::JsonLines;
                    self.close_record(faults);
                }
                Item::IgnoredRow => self.ignored_rows += 1,
                Item::End => self.tell_progress(self.source + 1 == self.sources.len()),
            }
        }
    }

    /// Takes a record: into the index if nothing is wrong with it, else its faults into the report.
    fn take_record(&mut self, draft: &mut Draft, line: &str) {
        if draft.faults.is_empty() {
            match draft.add_to(&mut self.builder) {
                Ok(()) => self.admit(draft),
                Err(errors) => self.blame(draft, &errors, line),
            }
        } else if !self.report.is_full() {
            self.judge_the_rest(draft, line);
        }
        draft.faults.weigh(draft.kind);
        self.close_record(&mut draft.faults);
    }

    /// Notes what later records and the verdict need of a record that is in the index now.
    fn admit(&mut self, draft: &Draft) {
        self.origins.push(draft.kind, draft.line());
        self.references.note(draft.kind, &draft.listing.id);
        // JSON Lines has records of groups. The other formats have not, so that there a name is enough.
        if self.source().format != Format::JsonLines
            && let Some(group) = &draft.listing.group
        {
            self.builder.name_group(group);
            self.has_named_groups = true;
        }
    }

    fn close_record(&mut self, faults: &mut Faults) {
        let records = self.report.count_record();
        if !faults.is_empty() {
            self.report.add(self.source().name(), faults);
        }
        if records.is_multiple_of(PROGRESS_RECORDS) {
            self.tell_progress(false);
        }
    }

    /// Lets an index that is thrown away judge a record that is bad already, so that one report has all that is wrong
    /// with it. What follows from a fault that is known is left out: a keyword that cannot be read is not missing.
    fn judge_the_rest(&self, draft: &mut Draft, line: &str) {
        let Err(mut errors) = draft.add_to(&mut IndexBuilder::new()) else {
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
        self.blame(draft, &errors, line);
    }

    /// Adds what the index found to the draft's faults.
    fn blame(&self, draft: &mut Draft, errors: &[RecordError], line: &str) {
        for error in errors {
            let value = draft.value(error.field);
            let place = self.place(draft, error, line);
            let fault = |what: String| Fault::coded(place, error.reason.code(), what, &value);
            match &error.reason {
                IndexReason::DuplicateId(ordinal) => {
                    let fault = fault(self.duplicate_message(draft, *ordinal));
                    if self.source().format == Format::Csv {
                        // The rows that were read before may lack the negatives that are here.
                        draft.faults.push_refusing(fault);
                    } else {
                        draft.faults.push(fault);
                    }
                }
                IndexReason::Targeting(error) => {
                    let (at, what) = (error.column(), error.message());
                    let what = format!("is wrong at character {at} of the expression: {what}");
                    draft.faults.push(fault(what));
                }
                reason => draft.faults.push(fault(reason.to_string())),
            }
        }
    }

    /// Where a fault that the index found stands: in the value of its field, or inside it if the line tells.
    fn place(&self, draft: &Draft, error: &RecordError, line: &str) -> Place {
        let place = draft.place(error.field);
        let inside = || {
            let position = position::inside(&error.reason)?;
            let start = usize::try_from(place.column).ok()?.checked_sub(1)?;
            let expression = draft.expression(error.field)?;
            let format = self.source().format;
            position::written_bytes(format, line.get(start..)?, expression, position)
        };
        Place { column: place.column + inside().unwrap_or(0) as u64, ..place }
    }

    fn source(&self) -> &'l Source {
        &self.sources[self.source]
    }

    /// Where an id was used first, and what to do about it in the format at hand.
    fn duplicate_message(&self, draft: &Draft, ordinal: u32) -> String {
        let first = match self.origins.find(draft.kind, ordinal) {
            Some((source, Some(line))) => format!("{}, line {line}", self.sources[source].name()),
            Some((source, None)) => self.sources[source].name().to_owned(),
            None => "an earlier record".to_owned(),
        };
        format!("is used already, by {first}; {}", draft.names.unique)
    }

    fn tell_progress(&mut self, is_read: bool) {
        let records = self.report.records();
        let (bytes_read, bytes_total) = (self.bytes_read, self.bytes_total);
        (self.progress)(Progress { records, bytes_read, bytes_total, is_read });
    }

    /// The verdict.
    fn finish(mut self, tally: Tally, options: &ReadOptions) -> Result<Loaded, ReadError> {
        if self.has_unknown_records && self.has_named_groups {
            // It may be the record of a group that is there by its name alone, without its rules.
            self.report.refuse_inventory();
        }
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
        let builder = std::mem::take(&mut self.builder);
        let (index, review) = match builder.finish_with_review(WARNINGS_MAX) {
            Ok(finished) => finished,
            Err(unresolved) => {
                self.report_unresolved(&unresolved);
                return Err(ReadError::Rejected(self.report.into_rejection()));
            }
        };
        Ok(Loaded {
            index,
            warnings: self.warnings(review),
            ignored_rows: self.ignored_rows,
            validated: false,
            bytes: tally.bytes(),
            generation: tally.generation(),
            sources: self.sources.iter().map(Source::to_string).collect(),
            records: self.report.records(),
            rejected: self.report.into_rejection(),
        })
    }

    /// Reports what only the whole inventory told, record by record.
    fn report_unresolved(&mut self, unresolved: &[Unresolved]) {
        for of_record in unresolved.chunk_by(|a, b| a.record == b.record) {
            let (source, line) = self.origin(of_record[0].record);
            let mut faults = Faults::default();
            for Unresolved { error, .. } in of_record {
                faults.push_refusing(self.references.fault(error, line));
                if self.report.is_full() {
                    break;
                }
            }
            self.report.add(source, &mut faults);
        }
    }

    /// What is probably a mistake, where a person finds it.
    fn warnings(&self, review: Review) -> Warnings {
        let warnings = review.warnings.into_iter().map(|warning| {
            let broadside_core::Warning { kind, record, id, field, message } = warning;
            let (source, line) = self.origin(record);
            let (source, code, field) = (source.to_owned(), kind.code(), field.to_string());
            Warning { source, line, code, field, id, message }
        });
        let counts = review.counts.into_iter().map(|(kind, count)| (kind.code(), count));
        Warnings { counts: counts.collect(), warnings: warnings.collect() }
    }

    /// The name of the source from which a record of the index came, and its line; 0 if it is not known.
    fn origin(&self, record: Record) -> (&'l str, u64) {
        let (kind, ordinal) = Kind::of(record);
        match self.origins.find(kind, ordinal) {
            Some((source, line)) => (self.sources[source].name(), u64::from(line.unwrap_or(0))),
            None => ("", 0),
        }
    }
}
