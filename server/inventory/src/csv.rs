//! CSV: one keyword a row under a header, and the adjacent rows of one `listing_id` are one listing. A file with the
//! header of a Google Ads Editor export is one ([`crate::ads_editor`]).
//!
//! A listing is whole or not there. So a row that cannot be told to belong to a listing refuses the inventory however
//! many bad records are admitted: it may have been a negative of the listing around it.

mod header;
pub(crate) mod rows;

use std::io::{self, Read};

use broadside_core::Keyword;

use crate::ads_editor;
use crate::csv::header::{Column, Header};
use crate::csv::rows::{Row, Rows};
use crate::draft::{Draft, Names, Slot};
use crate::fault::{Fault, Faults, Path, Place};
use crate::lines::Lines;
use crate::pipeline::Outbox;
use crate::reason::Reason;
use crate::scalar::{self, Refusal};

const NAMES: Names = Names {
    id: "listing_id",
    keywords: "keyword",
    unique: "give each listing an id of its own, and keep the rows of one listing next to each other (sort them by \
             listing_id)",
};

/// The listing whose rows are being read.
struct Gathering {
    draft: Draft,
    /// Whether there is one.
    open: bool,
    /// What its first row says in [`Column::OF_LISTING`].
    first: [String; Column::OF_LISTING.len()],
}

/// What the first row is the header of.
enum Table {
    Ours(Header),
    AdsEditor(ads_editor::Header),
}

/// Reads the header and every row. Blank rows are skipped.
pub(crate) fn read<R: Read>(lines: &mut Lines<R>, outbox: &mut Outbox) -> io::Result<()> {
    let mut rows = Rows::new();
    match read_header(&mut rows, lines, outbox)? {
        None => Ok(()),
        Some(Table::Ours(header)) => read_rows(&header, &mut rows, lines, outbox),
        Some(Table::AdsEditor(header)) => ads_editor::read(&header, &mut rows, lines, outbox),
    }
}

fn read_rows<R: Read>(
    header: &Header,
    rows: &mut Rows,
    lines: &mut Lines<R>,
    outbox: &mut Outbox,
) -> io::Result<()> {
    let mut gathering =
        Gathering { draft: Draft::new(NAMES), open: false, first: Default::default() };
    while let Some(row) = rows.next(lines)? {
        match row {
            Err(fault) => refuse(fault, outbox),
            Ok(row) if row.is_blank() => {}
            Ok(row) => match header.cell(&row, Column::ListingId) {
                Some(id) if !id.trim().is_empty() => gathering.add(header, &row, id, outbox),
                _ => {
                    let place = header.place(&row, Column::ListingId);
                    let what = "is missing; each row names the listing of its keyword";
                    refuse(Fault::new(place, Reason::MissingField, what, row.first_line()), outbox);
                }
            },
        }
    }
    gathering.close(outbox);
    Ok(())
}

/// The header, or `None` if it is refused and the inventory with it.
fn read_header<R: Read>(
    rows: &mut Rows,
    lines: &mut Lines<R>,
    outbox: &mut Outbox,
) -> io::Result<Option<Table>> {
    let mut faults = Faults::default();
    let table = match rows.next(lines)? {
        Some(Ok(row)) if ads_editor::Header::is_in(&row) => {
            ads_editor::Header::read(&row, &mut faults).map(Table::AdsEditor)
        }
        Some(Ok(row)) => Header::read(&row, &mut faults).map(Table::Ours),
        Some(Err(fault)) => {
            faults.push_refusing(fault);
            None
        }
        None => {
            let place = Place { line: 1, column: 1, path: Path::Field(NAMES.id) };
            let what =
                "is missing; the first row names the columns, with listing_id and keyword at least";
            faults.push_refusing(Fault::new(place, Reason::MissingField, what, ""));
            None
        }
    };
    if table.is_none() {
        outbox.submit_faults(&mut faults);
    }
    Ok(table)
}

/// Reports a row that belongs to no listing that is known.
pub(crate) fn refuse(fault: Fault, outbox: &mut Outbox) {
    let mut faults = Faults::default();
    faults.push_refusing(fault);
    outbox.submit_faults(&mut faults);
}

impl Gathering {
    /// Adds a row to its listing, after closing the one before if that was another.
    fn add(&mut self, header: &Header, row: &Row<'_>, id: &str, outbox: &mut Outbox) {
        if !self.open || self.draft.listing.id != id {
            self.close(outbox);
            self.begin(header, row, id);
        } else {
            self.compare(header, row);
        }
        match row.uneven(header.len()) {
            None => self.read_keyword(header, row),
            Some(fault) => self.draft.faults.push(fault),
        }
    }

    /// Hands the listing over, if there is one.
    fn close(&mut self, outbox: &mut Outbox) {
        if std::mem::take(&mut self.open) {
            outbox.submit(&mut self.draft);
        }
    }

    /// Starts a listing with what its first row says of it as a whole.
    fn begin(&mut self, header: &Header, row: &Row<'_>, id: &str) {
        self.open = true;
        self.draft.begin(row.line);
        self.draft.listing.id.push_str(id);
        self.draft.note(Slot::Id, header.place(row, Column::ListingId));
        for (column, first) in Column::OF_LISTING.into_iter().zip(&mut self.first) {
            first.clear();
            let cell = header.cell(row, column).unwrap_or_default();
            if cell.trim().is_empty() {
                continue;
            }
            first.push_str(cell);
            let place = header.place(row, column);
            if let Err((reason, what)) = set(&mut self.draft, column, cell, place) {
                self.draft.faults.push(Fault::new(place, reason, what, cell));
            }
        }
    }

    /// Checks that a later row says the same of the listing as a whole, or nothing.
    fn compare(&mut self, header: &Header, row: &Row<'_>) {
        for (column, first) in Column::OF_LISTING.into_iter().zip(&self.first) {
            let cell = header.cell(row, column).unwrap_or_default();
            if cell.trim().is_empty() || cell == first {
                continue;
            }
            let line = self.draft.line();
            let what = format!(
                "differs from the listing's first row, line {line}; write it there, and leave it empty here"
            );
            let fault = Fault::new(header.place(row, column), Reason::ConflictingValue, what, cell);
            self.draft.faults.push(fault);
        }
    }

    /// Reads the keyword of a row with its match type and bid.
    fn read_keyword(&mut self, header: &Header, row: &Row<'_>) {
        let place = header.place(row, Column::Keyword);
        let text = header.cell(row, Column::Keyword).unwrap_or_default();
        let Draft { faults, .. } = &mut self.draft;
        let match_type = header.cell(row, Column::MatchType).unwrap_or_default().trim();
        let read = if match_type.is_empty() {
            let parsed = Keyword::parse(text);
            Ok((parsed.keyword, parsed.negative))
        } else {
            let read = scalar::match_type(&match_type.to_ascii_uppercase(), true);
            read.map(|(match_type, negative)| (Keyword::new(text, match_type), negative)).map_err(
                |(reason, what)| {
                    Fault::new(header.place(row, Column::MatchType), reason, what, match_type)
                },
            )
        };
        let bid = header.cell(row, Column::BidMicros).map(str::trim).filter(|bid| !bid.is_empty());
        let bid = bid.map(|bid| scalar::bid(bid).map_err(|refusal| (bid, refusal))).transpose();
        if let Err((bid, (reason, what))) = &bid {
            faults.push(Fault::new(header.place(row, Column::BidMicros), *reason, what, bid));
        }
        match read {
            Err(fault) => faults.push(fault),
            Ok((_, true)) if matches!(bid, Ok(Some(_))) => {
                let what = "is on a negative, which never brings a match; leave it empty";
                let place = header.place(row, Column::BidMicros);
                faults.push(Fault::new(place, Reason::BidOnNegative, what, row.first_line()));
            }
            Ok((mut keyword, negative)) => {
                keyword.bid_micros = bid.ok().flatten();
                self.draft.add_keyword(keyword, negative, place);
            }
        }
    }
}

/// Sets what a cell says of the listing as a whole.
fn set(draft: &mut Draft, column: Column, cell: &str, place: Place) -> Result<(), Refusal> {
    match column {
        Column::Group => {
            draft.note(Slot::Group, place);
            draft.listing.group = Some(cell.to_owned());
        }
        Column::Quality => {
            draft.note(Slot::Quality, place);
            draft.listing.quality = scalar::quality(cell.trim())?;
        }
        Column::Status => draft.listing.status = scalar::status(&cell.trim().to_ascii_uppercase())?,
        Column::StartTime => draft.listing.start_time = Some(scalar::time(cell.trim())?),
        Column::EndTime => {
            draft.note(Slot::EndTime, place);
            draft.listing.end_time = Some(scalar::time(cell.trim())?);
        }
        Column::Payload => {
            draft.note(Slot::Payload, place);
            draft.listing.payload.extend_from_slice(cell.as_bytes());
        }
        Column::ListingId | Column::Keyword | Column::MatchType | Column::BidMicros => {
            unreachable!("a column of the row and not of the listing")
        }
    }
    Ok(())
}
