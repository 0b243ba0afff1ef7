//! The bytes of a source as UTF-8: what is UTF-8 passes as it is, and UTF-16 is decoded, which is what Google Ads Editor
//! and spreadsheets write.
//!
//! UTF-16 is known by its byte order mark, which is not passed on. What cannot be decoded (half of a surrogate pair, half
//! of a unit) is passed on as a byte that no UTF-8 has, so that whoever reads the lines finds it, with line and column.

use std::io::{self, Read};

use crate::limits::UTF16_CHUNK_BYTES;

/// Reads UTF-8.
pub(crate) struct Decoder<R> {
    source: R,
    /// Unknown until the first bytes are there.
    encoding: Option<Encoding>,
    /// Bytes of the source that were read and are not decoded yet.
    input: Vec<u8>,
    /// UTF-8 that was not taken yet, from `taken` on.
    output: Vec<u8>,
    taken: usize,
}

/// How the source is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}

/// Stands for what cannot be decoded.
const UNDECODABLE: u8 = 0xff;
const MARK_BYTES: usize = 2;

impl<R: Read> Decoder<R> {
    pub(crate) fn new(source: R) -> Decoder<R> {
        Decoder { source, encoding: None, input: Vec::new(), output: Vec::new(), taken: 0 }
    }

    /// Whether the source is UTF-16. False until something was read.
    pub(crate) fn is_utf16(&self) -> bool {
        self.encoding.is_some_and(|encoding| encoding != Encoding::Utf8)
    }

    /// Finds the byte order mark. What is no mark is the first output.
    fn detect(&mut self) -> io::Result<Encoding> {
        let mut mark = Vec::with_capacity(MARK_BYTES);
        self.source.by_ref().take(MARK_BYTES as u64).read_to_end(&mut mark)?;
        Ok(match mark[..] {
            [0xff, 0xfe] => Encoding::Utf16LittleEndian,
            [0xfe, 0xff] => Encoding::Utf16BigEndian,
            _ => {
                self.output = mark;
                Encoding::Utf8
            }
        })
    }

    /// Decodes the next part of the source, which is empty only at its end.
    fn fill(&mut self, unit: fn([u8; 2]) -> u16) -> io::Result<()> {
        self.output.clear();
        self.taken = 0;
        while self.output.is_empty() {
            let before = self.input.len();
            self.source.by_ref().take(UTF16_CHUNK_BYTES as u64).read_to_end(&mut self.input)?;
            let at_end = self.input.len() == before;
            let mut whole = self.input.len() - self.input.len() % 2;
            let last = self.input[..whole].last_chunk().copied().map(unit);
            if !at_end && last.is_some_and(|last| (0xd800..0xdc00).contains(&last)) {
                // The other half of the pair is still to come.
                whole -= 2;
            }
            let pairs = self.input[..whole].chunks_exact(2);
            let units = pairs.map(|pair| unit([pair[0], pair[1]]));
            for character in char::decode_utf16(units) {
                match character.map(|character| (character, u8::try_from(character))) {
                    Ok((_, Ok(byte))) if byte.is_ascii() => self.output.push(byte),
                    Ok((character, _)) => {
                        let utf8 = &mut [0; 4];
                        self.output.extend_from_slice(character.encode_utf8(utf8).as_bytes());
                    }
                    Err(_) => self.output.push(UNDECODABLE),
                }
            }
            self.input.drain(..whole);
            if at_end {
                self.output.extend(self.input.drain(..).map(|_| UNDECODABLE));
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => self.detect()?,
        };
        self.encoding = Some(encoding);
        if self.taken == self.output.len() {
            match encoding {
                Encoding::Utf8 => return self.source.read(buffer),
                Encoding::Utf16LittleEndian => self.fill(u16::from_le_bytes)?,
                Encoding::Utf16BigEndian => self.fill(u16::from_be_bytes)?,
            }
        }
        let count = (&self.output[self.taken..]).read(buffer)?;
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
