//! The report of bad records: where each one is, what is wrong with it and what it said.

use std::fmt;

use crate::fault::{Fault, Faults};
use crate::limits::BAD_RECORDS_MAX;

/// One thing that is wrong with one record. A record with three bad keywords has three of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// The source, as it was named.
    pub source: String,
    /// The line of the source, from 1; 0 if the fault is not in a line.
    pub line: u64,
    /// The byte of the line at which the offending value starts, from 1; 0 if unknown.
    pub column: u64,
    /// The path of the field at fault, such as `keywords[2].bid_micros`; empty if it is the record as a whole.
    pub field: String,
    /// The reason for programs: UPPER_SNAKE, stable, one of the table on the crate's front page.
    pub reason: String,
    /// The reason for people: a sentence that says what was expected and what to do.
    pub message: String,
    /// The offending value as it was written, cut to [`VALUE_BYTES_MAX`](crate::limits::VALUE_BYTES_MAX) bytes.
    pub value: String,
}

/// The bad records of an inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejection {
    /// How many records are bad, counted to the end of the input.
    pub bad_records_total: u64,
    /// What is wrong, record by record in the order in which they end; [`BAD_RECORDS_MAX`] entries at most.
    pub bad_records: Vec<BadRecord>,
    /// How many records were read, good or bad. A record is a line of JSON Lines or of a keyword list, and all adjacent
    /// rows of a listing in CSV.
    pub records: u64,
}

/// A rejection while it grows.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rejection: Rejection,
    refuses_inventory: bool,
}

impl Report {
    /// Counts a record.
    pub(crate) fn count_record(&mut self) -> u64 {
        self.rejection.records += 1;
        self.rejection.records
    }

    pub(crate) fn records(&self) -> u64 {
        self.rejection.records
    }

    /// Takes over what is wrong with one record.
    pub(crate) fn add(&mut self, source: &str, faults: &mut Faults) {
        self.refuses_inventory |= faults.refuses_inventory();
        self.rejection.bad_records_total += 1;
        let room = BAD_RECORDS_MAX - self.rejection.bad_records.len();
        let entries = faults.drain().take(room).map(|fault| BadRecord::new(source, fault));
        self.rejection.bad_records.extend(entries);
        faults.clear();
    }

    /// Puts a fault of the whole inventory before all others.
    pub(crate) fn add_first(&mut self, source: &str, fault: Fault) {
        self.refuses_inventory = true;
        self.rejection.bad_records_total += 1;
        self.rejection.bad_records.insert(0, BadRecord::new(source, fault));
        self.rejection.bad_records.truncate(BAD_RECORDS_MAX);
    }

    /// Refuses the inventory, however many bad records are admitted.
    pub(crate) fn refuse_inventory(&mut self) {
        self.refuses_inventory = true;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rejection.bad_records.len() == BAD_RECORDS_MAX
    }

    /// Whether the inventory must be refused when so many bad records may be left out.
    pub(crate) fn refuses(&self, rejected_records_max: u64) -> bool {
        self.refuses_inventory || self.rejection.bad_records_total > rejected_records_max
    }

    pub(crate) fn into_rejection(self) -> Rejection {
        self.rejection
    }
}

impl BadRecord {
    fn new(source: &str, fault: Fault) -> BadRecord {
        BadRecord {
            source: source.to_owned(),
            line: fault.line,
            column: fault.column,
            field: fault.field,
            reason: fault.reason.to_owned(),
            message: fault.message,
            value: fault.value,
        }
    }
}

/// `source:line:column: message (REASON)`, which editors and terminals make a link of.
impl fmt::Display for BadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        write!(f, ": {} ({})", self.message, self.reason)
    }
}

/// One line: how many records are bad, and the first of them.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} records are bad", self.bad_records_total, self.records)?;
        match self.bad_records.first() {
            Some(first) => write!(f, "; the first: {first}"),
            None => Ok(()),
        }
    }
}
