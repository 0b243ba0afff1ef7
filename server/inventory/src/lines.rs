//! The lines of a stream, one at a time, in one buffer that never holds more than a line may have. UTF-16 is decoded on
//! the way; the columns of its lines are counted in bytes of the UTF-8 that it becomes.
//!
//! A byte order mark before the first line and the carriage return before a line's end are not part of any line.

use std::io::{self, BufRead, BufReader, Read};

use crate::encoding::Decoder;
use crate::fault::{Fault, Path, Place};
use crate::limits::{CHUNK_BYTES, LINE_BYTES_MAX};
use crate::reason::Reason;

/// Reads lines.
pub(crate) struct Lines<R> {
    reader: BufReader<Decoder<R>>,
    line: Vec<u8>,
    number: u64,
}

/// One line.
pub(crate) struct Line<'l> {
    /// From 1.
    pub(crate) number: u64,
    /// The line without its end, or why it cannot be read. The next line can be read in any case.
    pub(crate) text: Result<&'l str, Fault>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Lines<R> {
        let reader = BufReader::with_capacity(CHUNK_BYTES, Decoder::new(reader));
        Lines { reader, line: Vec::new(), number: 0 }
    }

    /// The next line, or `None` after the last.
    ///
    /// # Errors
    /// If the stream cannot be read further.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        const MOST: u64 = (LINE_BYTES_MAX + b"\r\n".len() + BYTE_ORDER_MARK.len()) as u64;
        self.line.clear();
        if self.reader.by_ref().take(MOST).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let whole = self.line.ends_with(b"\n");
        if !whole && self.line.len() as u64 == MOST {
            self.reader.skip_until(b'\n')?;
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let mut line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.number == 1 {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        let text = readable(line, self.number, self.reader.get_ref().is_utf16());
        Ok(Some(Line { number: self.number, text }))
    }
}

/// The line as text, or why not.
fn readable(line: &[u8], number: u64, is_utf16: bool) -> Result<&str, Fault> {
    let place = Place { line: number, column: 1, path: Path::Record };
    if line.len() > LINE_BYTES_MAX {
        let what =
            format!("has more than {LINE_BYTES_MAX} bytes in one line; write one record a line");
        let start = String::from_utf8_lossy(&line[..1_000]);
        return Err(Fault::new(place, Reason::LineTooLong, what, &start));
    }
    std::str::from_utf8(line).map_err(|error| {
        let good = error.valid_up_to();
        let what = if is_utf16 {
            "has bytes that are not UTF-16, as the rest of the file is (half of a pair or of a unit); write the file again"
        } else {
            "has a byte that is not UTF-8; save the file as UTF-8"
        };
        let around = &line[good..line.len().min(good + 100)];
        let place = Place { column: good as u64 + 1, ..place };
        Fault::new(place, Reason::InvalidUtf8, what, &String::from_utf8_lossy(around))
    })
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use crate::limits::LINE_BYTES_MAX;

    /// Each line, or the reason and column of its fault.
    fn check(bytes: &[u8], expected: &[&str]) {
        let mut lines = Lines::new(bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.next().expect("memory can be read") {
            assert_eq!(line.number, found.len() as u64 + 1);
            found.push(match line.text {
                Ok(text) => text.to_owned(),
                Err(fault) => format!("{}@{}", fault.reason, fault.column),
            });
        }
        assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
    }

    #[test]
    fn line_ends_and_marks() {
        check(b"", &[]);
        check(b"\n", &[""]);
        check(b"a", &["a"]);
        check(b"a\n\nb\r\n", &["a", "", "b"]);
        check(b"a\rb\r\n", &["a\rb"]);
        check(b"\xef\xbb\xbfa\n\xef\xbb\xbfb", &["a", "\u{feff}b"]);
        check(b"a\nb\xffc\nd", &["a", "INVALID_UTF8@2", "d"]);
        check(b"\xff\xfea\0\r\0\n\0\xe9\0", &["a", "é"]);
        check(b"\xfe\xff\0a\0\n\0b", &["a", "b"]);
        check(b"\xff\xfea\0\n\0\xe9\0\0\xd8\n\0c\0", &["a", "INVALID_UTF8@3", "c"]);
        check(b"\xff\xfea\0\n\0b", &["a", "INVALID_UTF8@1"]);
    }

    #[test]
    fn a_line_too_long_is_skipped_and_not_held() {
        for (extra, expected) in [(0, "ok"), (1, "long"), (2, "long"), (1_000, "long")] {
            for end in ["\n", "\r\n"] {
                let text = format!("{}{end}b", "x".repeat(LINE_BYTES_MAX + extra));
                let mut lines = Lines::new(text.as_bytes());
                let first = lines.next().expect("memory can be read").expect("two lines");
                let found = if first.text.is_ok() { "ok" } else { "long" };
                assert_eq!(found, expected, "{extra} bytes more");
                let second = lines.next().expect("memory can be read").expect("two lines");
                assert_eq!((second.number, second.text.ok()), (2, Some("b")));
                assert!(lines.line.capacity() <= 3 * LINE_BYTES_MAX);
            }
        }
    }
}
