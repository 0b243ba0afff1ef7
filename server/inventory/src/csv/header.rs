//! The header: which column holds what.

use crate::csv::rows::Row;
use crate::fault::{Fault, Faults, Path, Place};
use crate::reason::Reason;
use crate::suggestion::did_you_mean;

/// A column that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    ListingId,
    Keyword,
    MatchType,
    BidMicros,
    Group,
    Quality,
    Status,
    StartTime,
    EndTime,
    Payload,
}

/// The columns of a file.
pub(crate) struct Header {
    /// For each known column, the ordinal of its cells.
    ordinals: [Option<usize>; Column::ALL.len()],
    len: usize,
}

/// Fields of a listing that have no column.
const JSON_LINES_ONLY: [&str; 2] = ["negative_lists", "targeting"];
const REQUIRED: [Column; 2] = [Column::ListingId, Column::Keyword];

impl Column {
    pub(crate) const ALL: [Column; 10] = [
        Column::ListingId,
        Column::Keyword,
        Column::MatchType,
        Column::BidMicros,
        Column::Group,
        Column::Quality,
        Column::Status,
        Column::StartTime,
        Column::EndTime,
        Column::Payload,
    ];

    /// The columns that say something of the listing and not of the keyword.
    pub(crate) const OF_LISTING: [Column; 6] = [
        Column::Group,
        Column::Quality,
        Column::Status,
        Column::StartTime,
        Column::EndTime,
        Column::Payload,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Column::ListingId => "listing_id",
            Column::Keyword => "keyword",
            Column::MatchType => "match_type",
            Column::BidMicros => "bid_micros",
            Column::Group => "group",
            Column::Quality => "quality",
            Column::Status => "status",
            Column::StartTime => "start_time",
            Column::EndTime => "end_time",
            Column::Payload => "payload",
        }
    }
}

impl Header {
    /// Reads the first row, or notes faults that refuse the inventory.
    pub(crate) fn read(row: &Row<'_>, faults: &mut Faults) -> Option<Header> {
        let mut header = Header { ordinals: [None; Column::ALL.len()], len: row.len() };
        let cells: Vec<String> = row.cells().map(|cell| cell.trim().to_ascii_lowercase()).collect();
        let start = Place { line: row.line, column: 1, path: Path::Record };
        for (ordinal, cell) in cells.iter().enumerate() {
            if let Err(fault) = header.place_column(row, ordinal, cell) {
                faults.push_refusing(fault);
            }
        }
        for column in
            REQUIRED.into_iter().filter(|column| header.ordinals[*column as usize].is_none())
        {
            let what =
                "is missing from the header, which names the columns, separated by commas or tabs";
            let place = Place { path: Path::Field(column.name()), ..start };
            faults.push_refusing(Fault::new(place, Reason::MissingField, what, row.first_line()));
        }
        faults.is_empty().then_some(header)
    }

    fn place_column(&mut self, row: &Row<'_>, ordinal: usize, cell: &str) -> Result<(), Fault> {
        let place = Place { line: row.line, column: row.column(ordinal), path: Path::Record };
        let Some(column) = Column::ALL.into_iter().find(|column| column.name() == cell) else {
            if JSON_LINES_ONLY.contains(&cell) {
                let what = "is not a column of CSV; write the listings in JSON Lines, or say it of their groups there";
                return Err(Fault::named(place, cell, Reason::UnknownField, what, cell));
            }
            let hint = did_you_mean(cell, &Column::ALL.map(Column::name));
            let what = format!("is not a column that is known{hint}");
            return Err(Fault::named(place, cell, Reason::UnknownField, what, cell));
        };
        if self.ordinals[column as usize].replace(ordinal).is_some() {
            let place = Place { path: Path::Field(column.name()), ..place };
            let what = "is there twice in the header; keep one of the columns";
            return Err(Fault::new(place, Reason::DuplicateField, what, cell));
        }
        Ok(())
    }

    /// How many cells each row has.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The row's cell in a column, or `None` if the file has no such column or the row has too few cells.
    pub(crate) fn cell<'r>(&self, row: &Row<'r>, column: Column) -> Option<&'r str> {
        row.cell(self.ordinals[column as usize]?)
    }

    /// Where the row's cell in a column stands.
    pub(crate) fn place(&self, row: &Row<'_>, column: Column) -> Place {
        let start = self.ordinals[column as usize].map_or(0, |ordinal| row.column(ordinal));
        Place { line: row.line, column: start, path: Path::Field(column.name()) }
    }
}
