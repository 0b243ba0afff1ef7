//! The bytes of a source, unpacked, counted and hashed as they pass. Memory does not grow with the file.
//!
//! A packed file that ends early is an error and never a shorter inventory.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::error::ReadError;
use crate::limits::CHUNK_BYTES;
use crate::pipeline::Flow;
use crate::source::{Compression, Source, SourcePlace};

/// What passed so far, over all sources.
#[derive(Default)]
pub(crate) struct Tally {
    hasher: Sha256,
    bytes: u64,
}

/// The unpacked bytes of one source.
pub(crate) struct Stream<'t> {
    unpacked: Box<dyn Read>,
    flow: Rc<Flow>,
    tally: &'t mut Tally,
}

/// A file that counts what is read from it.
struct CountedFile {
    file: File,
    flow: Rc<Flow>,
}

impl Tally {
    /// Unpacked bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The first 16 hexadecimal digits of the SHA-256 of all unpacked bytes.
    pub(crate) fn generation(self) -> String {
        let mut digits = String::with_capacity(16);
        for byte in self.hasher.finalize().iter().take(8) {
            write!(digits, "{byte:02x}").expect("a String takes whatever is written to it");
        }
        digits
    }
}

impl<'t> Stream<'t> {
    /// Opens a source. What is read from the file itself, packed as it may be, is counted in the flow.
    pub(crate) fn open(
        source: &Source,
        flow: Rc<Flow>,
        tally: &'t mut Tally,
    ) -> Result<Stream<'t>, ReadError> {
        let path = match &source.place {
            SourcePlace::File(path) => path,
            SourcePlace::Text(text) => {
                return Ok(Stream::new(Box::new(text.as_bytes()), flow, tally));
            }
        };
        let refuse = |error: io::Error| ReadError::unreadable(source.name(), open_message(&error));
        let file = File::open(path).map_err(refuse)?;
        let file = CountedFile { file, flow: Rc::clone(&flow) };
        let unpacked: Box<dyn Read> = match source.compression {
            Compression::None => Box::new(file),
            Compression::Gzip => {
                Box::new(MultiGzDecoder::new(BufReader::with_capacity(CHUNK_BYTES, file)))
            }
            Compression::Zstd => {
                let file = BufReader::with_capacity(CHUNK_BYTES, file);
                Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(refuse)?)
            }
        };
        Ok(Stream::new(unpacked, flow, tally))
    }

    /// A stream of bytes that need no unpacking any more.
    pub(crate) fn new(unpacked: Box<dyn Read>, flow: Rc<Flow>, tally: &'t mut Tally) -> Stream<'t> {
        Stream { unpacked, flow, tally }
    }
}

/// The size of a source as it is stored, or `None` if only reading it tells (a pipe).
///
/// # Errors
/// If there is no such file, or if it is a directory.
pub(crate) fn stored_bytes(source: &Source) -> Result<Option<u64>, ReadError> {
    let path = match &source.place {
        SourcePlace::File(path) => path,
        SourcePlace::Text(_) => return Ok(Some(0)),
    };
    let metadata = Path::metadata(path)
        .map_err(|error| ReadError::unreadable(source.name(), open_message(&error)))?;
    if metadata.is_dir() {
        let message = "is a directory; name the files in it one by one";
        return Err(ReadError::unreadable(source.name(), message));
    }
    if !metadata.is_file() {
        return Ok(None);
    }
    Ok(Some(metadata.len()))
}

/// Why a source cannot be opened, and what to do.
fn open_message(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => {
            "does not exist; check the path and the directory it starts from".to_owned()
        }
        ErrorKind::PermissionDenied => {
            "may not be read by this user; give it permission to read the file".to_owned()
        }
        _ => format!("cannot be opened: {error}"),
    }
}

/// Why a source cannot be read to its end, and what to do.
pub(crate) fn read_message(error: &io::Error, compression: Compression) -> String {
    let extension = compression.extension();
    match (compression, error.kind()) {
        (Compression::None, _) => format!("cannot be read to its end: {error}"),
        (_, ErrorKind::UnexpectedEof) => {
            format!(
                "ends in the middle of its {extension} data; it was cut short, so write or copy it again"
            )
        }
        _ => format!(
            "is not whole {extension} data ({error}); write or copy it again, or correct its name"
        ),
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.flow.is_closed.get() {
            return Err(io::Error::new(ErrorKind::BrokenPipe, "nobody takes the records any more"));
        }
        let count = self.unpacked.read(buffer)?;
        self.tally.hasher.update(&buffer[..count]);
        self.tally.bytes += count as u64;
        Ok(count)
    }
}

impl Read for CountedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.flow.bytes_read.set(self.flow.bytes_read.get() + count as u64);
        Ok(count)
    }
}
