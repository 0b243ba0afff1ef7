//! A compiled inventory: the arrays of an index in one file, which is mapped and used where it lies.
//!
//! This is the container. It knows names, sizes and checksums, and not what any section means.
//!
//! # Layout
//! All numbers are in the byte order of the machine that wrote the file; any other machine refuses it.
//!
//! | bytes | what |
//! |---|---|
//! | 40 | the header: magic, byte order mark, version, length of the file, sections, checksum of header and table |
//! | 48 a section | the table: name, bytes of an element, offset, bytes, checksum |
//! | the rest | the sections in that order, each at the next multiple of 4,096, zeros between them, nothing behind |
//!
//! There is one file for a list of sections: every offset follows from the sizes before it, so that offsets which
//! overlap, leave gaps or are out of order are all refused by one comparison. Checksums are XXH3 of 64 bits.
//!
//! # Versions
//! A compiled inventory is made from sources that are still there, so no version reads another one: what is not as
//! expected is built again. The version changes with the layout **and with what any section holds**. A section that a
//! reader does not know is not ignored either ([`Compiled::refuse_other_sections`]): it might be a rule, and an index
//! without it would match what must not match.
//!
//! # Promises
//! - [`Compiled::open`] reads the header and the table, and nothing else: its time does not depend on the file's size.
//! - What can be seen from header and table is refused there; [`Compiled::verify`] refuses whatever else was changed by
//!   accident, down to the last bit. Checksums do not protect from somebody who changes them too: who uses a section
//!   must bear whatever it holds.
//! - No file makes it panic, or allocate more than the table of [`SECTIONS_MAX`](format::SECTIONS_MAX) sections.
//! - [`write_compiled`] replaces a file as a whole or leaves it as it was. It never changes a file in place, since
//!   others may have mapped it: see [`Mapping`].

use std::hash::Hasher as _;
use std::io;
use std::path::Path;
use std::sync::Arc;

use broadside_memory::{Advice, Array, Mapping, Plain};
use twox_hash::XxHash3_64;

mod error;
mod format;
mod index;
mod write;

pub use error::{CompiledError, WriteError};
pub(crate) use index::read_loaded;
pub use index::write_loaded;
pub use write::{CompiledSection, write_compiled};

use format::{Fault, TableEntry};

/// Bytes that are verified between two reports of progress.
const VERIFY_CHUNK_BYTES: usize = 16 << 20;

/// A compiled inventory that is mapped. Its arrays outlive it.
#[derive(Debug)]
pub struct Compiled {
    path: String,
    mapping: Arc<Mapping>,
    table: Vec<TableEntry>,
}

/// How far [`Compiled::verify`] has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes of sections that were read.
    pub bytes_done: u64,
    /// Bytes of all sections.
    pub bytes_total: u64,
}

impl Compiled {
    /// Maps a file and checks its header and its table: magic, byte order, version, length, checksum, and that every
    /// section is where it must be. The sections themselves are not read.
    ///
    /// # Errors
    /// [`CompiledError`] if it cannot be mapped, is something else, is of another version, or was cut or damaged.
    pub fn open(path: &Path) -> Result<Compiled, CompiledError> {
        let name = path.display().to_string();
        let mapping = match Mapping::open(path) {
            Ok(mapping) => mapping,
            Err(error) => {
                return Err(CompiledError::Unreadable { path: name, reason: error.to_string() });
            }
        };
        match format::parse(mapping.bytes()) {
            Ok(table) => Ok(Compiled { path: name, mapping: Arc::new(mapping), table }),
            Err(fault) => Err(CompiledError::new(name, fault)),
        }
    }

    /// The elements of a section, where they lie in the file.
    ///
    /// # Errors
    /// [`CompiledError::Unsuitable`] if there is no such section, or its elements are of another size.
    pub fn section<T: Plain>(&self, name: &str) -> Result<Array<T>, CompiledError> {
        let Some(entry) = self.table.iter().find(|entry| entry.name == name) else {
            return Err(self.unsuitable(format!("has no section {name}")));
        };
        if entry.element_bytes != size_of::<T>() {
            return Err(self.unsuitable(format!(
                "has a section {name} with elements of {} bytes, and {} are expected",
                entry.element_bytes,
                size_of::<T>()
            )));
        }
        Array::from_mapping(&self.mapping, entry.range.clone())
            .map_err(|error| self.unsuitable(format!("has a section {name} of which {error}")))
    }

    /// Refuses the file if it has a section beside these, which a reader names that asks for all of them.
    ///
    /// # Errors
    /// [`CompiledError::Unsuitable`] with the first section that is not known.
    pub fn refuse_other_sections(&self, known: &[&str]) -> Result<(), CompiledError> {
        match self.table.iter().find(|entry| !known.contains(&entry.name.as_str())) {
            Some(entry) => {
                Err(self.unsuitable(format!("has a section {} that is not known", entry.name)))
            }
            None => Ok(()),
        }
    }

    /// Bytes of the file.
    pub fn size_bytes(&self) -> usize {
        self.mapping.bytes().len()
    }

    /// Gives the system advice on the whole file. After [`Advice::Populate`] was taken all of it is in memory, and a
    /// disk that cannot be read, or a file that was cut meanwhile, is an error here rather than the end of the process
    /// later.
    ///
    /// # Errors
    /// The system's, if it does not take the advice.
    pub fn advise(&self, advice: Advice) -> io::Result<()> {
        self.mapping.advise(advice)
    }

    /// Reads all sections, and compares them with their checksums and what is between them with zeros. Reports progress
    /// every 16 MiB and after each section.
    ///
    /// # Errors
    /// [`CompiledError::Damaged`] with the first section that is not as it was written.
    pub fn verify(&self, progress: &mut dyn FnMut(VerifyProgress)) -> Result<(), CompiledError> {
        let file = self.mapping.bytes();
        let bytes_total = self.table.iter().map(|entry| entry.range.len() as u64).sum();
        let mut bytes_done = 0;
        let mut end = format::head_bytes(self.table.len());
        for entry in &self.table {
            if file[end..entry.range.start].iter().any(|byte| *byte != 0) {
                return Err(self.damaged(entry, "has something else than zeros before it"));
            }
            end = entry.range.end;
            let mut hasher = XxHash3_64::new();
            for chunk in file[entry.range.clone()].chunks(VERIFY_CHUNK_BYTES) {
                hasher.write(chunk);
                bytes_done += chunk.len() as u64;
                progress(VerifyProgress { bytes_done, bytes_total });
            }
            if hasher.finish() != entry.checksum {
                return Err(self.damaged(entry, "has another checksum than it was written with"));
            }
        }
        Ok(())
    }

    fn unsuitable(&self, reason: String) -> CompiledError {
        CompiledError::new(self.path.clone(), Fault::Unsuitable(reason))
    }

    fn damaged(&self, entry: &TableEntry, reason: &str) -> CompiledError {
        CompiledError::new(self.path.clone(), Fault::section(&entry.name, reason))
    }
}

#[cfg(test)]
mod tests;
