//! The texts of a file, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::failure::Failure;

/// Bytes of a line, its end included. A server takes texts of 64 KiB; a file without line ends must not fill the memory.
const LINE_BYTES_MAX: usize = 1 << 20;
/// Bytes read at once.
const BUFFER_BYTES: usize = 1 << 16;

/// Reads a file line by line. Every line is a text, empty ones included, so that answers can be put beside their lines.
pub(crate) struct Lines {
    name: String,
    reader: Box<dyn BufRead + Send>,
    /// The number of the line that was read last, starting at 1.
    line: u64,
    buffer: Vec<u8>,
}

impl Lines {
    /// Opens a file, or stdin for `-`. Compression follows from the name: `.zst`, `.gz`. `watched` is put around the file
    /// itself, to see how far it has been read. The size of the file is returned if it has one.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) fn open<R: Read + Send + 'static>(
        name: &str,
        watched: impl FnOnce(Box<dyn Read + Send>) -> R,
    ) -> Result<(Lines, Option<u64>), Failure> {
        let unreadable =
            |error: io::Error| Failure::input(format!("{name}: cannot be opened: {error}"));
        let (file, size): (Box<dyn Read + Send>, _) = if name == "-" {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(name).map_err(unreadable)?;
            let metadata = file.metadata().map_err(unreadable)?;
            (Box::new(file), metadata.is_file().then_some(metadata.len()))
        };
        let plain = BufReader::with_capacity(BUFFER_BYTES, watched(file));
        let reader: Box<dyn BufRead + Send> = if name.ends_with(".zst") {
            let decoder = zstd::Decoder::with_buffer(plain).map_err(unreadable)?;
            Box::new(BufReader::with_capacity(BUFFER_BYTES, decoder))
        } else if name.ends_with(".gz") {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok((Lines { name: name.to_owned(), reader, line: 0, buffer: Vec::new() }, size))
    }

    /// The next lines, without their ends, at most so many; none at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read on, a line is too long, or a line is not UTF-8.
    pub(crate) fn batch(&mut self, most: usize) -> Result<Vec<String>, Failure> {
        let mut batch = Vec::with_capacity(most);
        while batch.len() < most {
            match self.line()? {
                Some(line) => batch.push(line),
                None => break,
            }
        }
        Ok(batch)
    }

    fn line(&mut self) -> Result<Option<String>, Failure> {
        self.buffer.clear();
        let most = LINE_BYTES_MAX as u64 + 1;
        let at = format_args!("{}:{}", self.name, self.line + 1).to_string();
        let read = (&mut self.reader)
            .take(most)
            .read_until(b'\n', &mut self.buffer)
            .map_err(|error| Failure::input(format!("{at}: cannot be read: {error}")))?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if read > LINE_BYTES_MAX {
            let message = format!(
                "{at}: the line is longer than {LINE_BYTES_MAX} bytes; write one text a line"
            );
            return Err(Failure::input(message));
        }
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(error) => {
                let column = error.valid_up_to() + 1;
                Err(Failure::input(format!(
                    "{at}:{column}: the text is not UTF-8; convert the file"
                )))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{LINE_BYTES_MAX, Lines};
    use crate::failure::Failure;

    fn read(extension: &str, bytes: &[u8]) -> Result<Vec<String>, Failure> {
        let file = tempfile::Builder::new().suffix(extension).tempfile().expect("a temporary file");
        file.as_file().write_all(bytes).expect("it can be written");
        let name = file.path().to_str().expect("temporary names are UTF-8");
        let (mut lines, size) = Lines::open(name, |file| file)?;
        assert_eq!(size, Some(bytes.len() as u64));
        let mut all = Vec::new();
        loop {
            let batch = lines.batch(2)?;
            if batch.is_empty() {
                return Ok(all);
            }
            all.extend(batch);
        }
    }

    #[test]
    fn every_line_is_a_text() {
        let check = |bytes: &str, expected: &[&str]| {
            assert_eq!(read(".txt", bytes.as_bytes()).expect(bytes), expected, "{bytes:?}");
        };
        check("", &[]);
        check("\n", &[""]);
        check("cat", &["cat"]);
        check("cat\ndog\r\n\nfish\n", &["cat", "dog", "", "fish"]);
        check("a\rb", &["a\rb"]);
    }

    #[test]
    fn compression_follows_from_the_name() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(b"cat\ndog\n").expect("memory takes it");
        let gz = gz.finish().expect("memory takes it");
        assert_eq!(read(".gz", &gz).expect("it is a good file"), ["cat", "dog"]);
        assert_eq!(read(".gz", &[gz.as_slice(), &gz].concat()).expect("two members").len(), 4);
        let zst = zstd::encode_all(b"cat\ndog\n".as_slice(), 1).expect("memory takes it");
        assert_eq!(read(".zst", &zst).expect("it is a good file"), ["cat", "dog"]);
        let torn = read(".zst", &zst[..zst.len() - 3]).expect_err("it ends too early");
        assert!(torn.message.contains(": cannot be read: incomplete"), "{torn}");
    }

    #[test]
    fn bad_files_are_refused_with_their_line() {
        let error = read(".txt", b"cat\nd\xffg\n").expect_err("it is not UTF-8");
        assert!(error.message.contains(":2:2: the text is not UTF-8"), "{error}");
        let long = vec![b'x'; LINE_BYTES_MAX + 1];
        let error = read(".txt", &long).expect_err("it is too long");
        assert!(error.message.contains(":1: the line is longer"), "{error}");
        assert_eq!(read(".txt", &long[1..]).expect("it just fits").len(), 1);
        assert!(Lines::open("/nonexistent/file", |file| file).is_err());
    }
}
