//! The rows of a CSV file as RFC 4180 has them: a quoted cell may hold commas, doubled quotation marks and line ends.
//! Where the first line has a tab, cells are separated by tabs and not by commas.
//!
//! csv-core does the splitting, fed line by line, so that a quotation mark which is never closed costs one bounded
//! buffer and not the rest of the file in memory.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use crate::fault::{Fault, Path, Place};
use crate::limits::LINE_BYTES_MAX;
use crate::lines::Lines;
use crate::reason::Reason;

/// Reads rows.
pub(crate) struct Rows {
    parser: Reader,
    /// What stands between cells; unknown until the first line is there.
    separator: Option<u8>,
    /// The cells of the row, one after the other, without their quotation marks.
    text: Vec<u8>,
    text_len: usize,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    cells: usize,
    /// The first line of the row, as it is written.
    first_line: String,
    line: u64,
    bytes: usize,
    /// Set when a quotation mark was not closed: what follows cannot be told apart.
    broken: bool,
}

/// One row.
pub(crate) struct Row<'r> {
    /// The line at which it starts.
    pub(crate) line: u64,
    separator: Option<u8>,
    /// Whether nothing but separators was taken out of its one line to get at its cells.
    plain: bool,
    first_line: &'r str,
    text: &'r str,
    ends: &'r [usize],
}

fn parser(separator: u8) -> Reader {
    // A carriage return within a line is part of a cell; those at line ends are gone already.
    ReaderBuilder::new().delimiter(separator).terminator(Terminator::Any(b'\n')).build()
}

impl Rows {
    pub(crate) fn new() -> Rows {
        Rows {
            parser: parser(b','),
            separator: None,
            text: vec![0; 1024],
            text_len: 0,
            ends: vec![0; 32],
            cells: 0,
            first_line: String::new(),
            line: 0,
            bytes: 0,
            broken: false,
        }
    }

    /// The next row, or why it cannot be read; `None` after the last. Blank lines are skipped.
    ///
    /// # Errors
    /// If the lines cannot be read further.
    pub(crate) fn next<R: Read>(
        &mut self,
        lines: &mut Lines<R>,
    ) -> io::Result<Option<Result<Row<'_>, Fault>>> {
        (self.text_len, self.cells, self.bytes, self.line) = (0, 0, 0, 0);
        if self.broken {
            return Ok(None);
        }
        loop {
            let Some(line) = lines.next()? else {
                return Ok((self.line > 0).then(|| Err(self.unclosed())));
            };
            let text = match line.text {
                Ok(text) => text,
                Err(fault) => {
                    self.broken = self.line > 0;
                    return Ok(Some(Err(fault)));
                }
            };
            if self.line == 0 {
                if text.trim().is_empty() {
                    continue;
                }
                self.line = line.number;
                self.first_line.clear();
                self.first_line.push_str(text);
            }
            if self.separator.is_none() {
                let separator = if text.contains('\t') { b'\t' } else { b',' };
                self.separator = Some(separator);
                self.parser = parser(separator);
            }
            self.bytes += text.len() + 1;
            if self.bytes > LINE_BYTES_MAX + 1 {
                return Ok(Some(Err(self.unclosed())));
            }
            self.feed(text.as_bytes());
            if self.feed(b"\n") {
                return Ok(Some(Ok(self.row())));
            }
        }
    }

    /// Gives bytes to the parser, and says whether they end a row.
    fn feed(&mut self, mut input: &[u8]) -> bool {
        while !input.is_empty() {
            let (text, ends) = (&mut self.text[self.text_len..], &mut self.ends[self.cells..]);
            let (result, read, written, ended) = self.parser.read_record(input, text, ends);
            input = &input[read..];
            self.text_len += written;
            self.cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => return true,
            }
        }
        false
    }

    fn row(&self) -> Row<'_> {
        let text = std::str::from_utf8(&self.text[..self.text_len])
            .expect("the lines are UTF-8, and only ASCII bytes were taken out of them");
        let (one_line, separators) =
            (self.bytes == self.first_line.len() + 1, self.cells.saturating_sub(1));
        Row {
            line: self.line,
            separator: self.separator,
            plain: one_line && text.len() + separators == self.first_line.len(),
            first_line: &self.first_line,
            text,
            ends: &self.ends[..self.cells],
        }
    }

    fn unclosed(&mut self) -> Fault {
        self.broken = true;
        let place = Place { line: self.line, column: 1, path: Path::Record };
        let what = format!(
            "starts a quotation that does not end within {LINE_BYTES_MAX} bytes or the file; close it, or double a \
             quotation mark that is part of a cell"
        );
        Fault::new(place, Reason::MalformedCsv, what, &self.first_line)
    }
}

impl<'r> Row<'r> {
    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn cell(&self, ordinal: usize) -> Option<&'r str> {
        let end = *self.ends.get(ordinal)?;
        let start = ordinal.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).map_while(|ordinal| self.cell(ordinal))
    }

    /// The fault of a row that has not as many cells as there are columns.
    pub(crate) fn uneven(&self, columns: usize) -> Option<Fault> {
        if self.len() == columns {
            return None;
        }
        let place = Place { line: self.line, column: 1, path: Path::Record };
        let separator = if self.separator == Some(b'\t') { "tab" } else { "comma" };
        let what = format!(
            "has {} cells where the header has {columns}; a cell with a {separator} in it needs quotation marks \
             around it",
            self.len()
        );
        Some(Fault::new(place, Reason::MalformedCsv, what, self.first_line))
    }

    /// Whether all cells are empty, as in the rows that spreadsheets add at the end.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The first line of the row, as it is written.
    pub(crate) fn first_line(&self) -> &'r str {
        self.first_line
    }

    /// The byte of the first line at which a cell starts, from 1; 0 if it starts in a later line. Time is that of reading
    /// the line if anything in it is quoted.
    pub(crate) fn column(&self, ordinal: usize) -> u64 {
        if self.plain && ordinal < self.len() {
            let start = ordinal.checked_sub(1).map_or(0, |before| self.ends[before] + ordinal);
            return start as u64 + 1;
        }
        let (mut cell, mut cell_start, mut quoted) = (0, 0, false);
        let line = self.first_line.as_bytes();
        for (offset, byte) in line.iter().enumerate() {
            if cell == ordinal {
                return cell_start as u64 + 1;
            }
            match byte {
                // A doubled quotation mark closes and opens again, which comes to the same.
                b'"' if line[cell_start] == b'"' => quoted = !quoted,
                _ if !quoted && Some(*byte) == self.separator => {
                    (cell, cell_start) = (cell + 1, offset + 1);
                }
                _ => {}
            }
        }
        if cell == ordinal { cell_start as u64 + 1 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;
    use crate::lines::Lines;

    /// The rows as `line:cell@column|cell@column`, or the reason of a fault.
    fn check(text: impl AsRef<[u8]>, expected: &[&str]) {
        let (mut rows, mut lines) = (Rows::new(), Lines::new(text.as_ref()));
        let mut found = Vec::new();
        while let Some(row) = rows.next(&mut lines).expect("memory can be read") {
            found.push(match row {
                Err(fault) => format!("{}:{}", fault.line, fault.reason),
                Ok(row) => {
                    let cells = row.cells().enumerate();
                    let cells: Vec<_> =
                        cells.map(|(i, cell)| format!("{cell}@{}", row.column(i))).collect();
                    format!("{}:{}", row.line, cells.join("|"))
                }
            });
        }
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(text.as_ref()));
    }

    #[test]
    fn rows_cells_and_columns() {
        check("", &[]);
        check("a,b\r\nc,d", &["1:a@1|b@3", "2:c@1|d@3"]);
        check("\n a ,\n\n,b\n", &["2: a @1|@5", "4:@1|b@2"]);
        check("\"a,\"\"b\"\"\",c", &["1:a,\"b\"@1|c@11"]);
        check("12\" monitor,[x]", &["1:12\" monitor@1|[x]@13"]);
        check("\"a\r\n\r\nb\",c\nd", &["1:a\n\nb@1|c@0", "4:d@1"]);
        check("\u{feff}a,é,b", &["1:a@1|é@3|b@6"]);
        check("a\rb,c", &["1:a\rb@1|c@5"]);
        check("a\n\"b,c\nd\n", &["1:a@1", "2:MALFORMED_CSV"]);
        // Tabs separate where the first line has one, wherever the others have one.
        check("a\tb\n1,5\t\n\"c\td\"\te", &["1:a@1|b@3", "2:1,5@1|@5", "3:c\td@1|e@7"]);
        check("\"\",\"a\n\",c", &["1:@1|a\n@4|c@0"]);
        check("a,b\nc\td", &["1:a@1|b@3", "2:c\td@1"]);
        // After a line that cannot be read, the next is a row again, unless a quotation was open.
        check(b"a\n\xff\nb", &["1:a@1", "2:INVALID_UTF8", "3:b@1"]);
        check(b"a\n\"b\n\xff\nc\"\nd", &["1:a@1", "3:INVALID_UTF8"]);
    }
}
