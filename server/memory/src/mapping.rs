//! The bytes of a file in the address space.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// A file that is mapped for reading.
///
/// Opening costs no more than a few system calls, whatever the file's size: its bytes come from the disk, or from the
/// system's cache, when they are touched. All processes that map a file share one copy of it.
///
/// # A mapped file must not be changed in place
/// The mapping keeps the file that it was opened for. A path that is renamed or removed, or gets another file by a
/// rename, means nothing to it: **whoever writes such a file writes another one, and renames it**. What cannot be
/// prevented from here is that somebody writes into the very same file. Then what is read may be neither the old nor
/// the new, and a file that is cut ends the process with SIGBUS where what was cut off is read.
pub struct Mapping {
    bytes: Mmap,
}

/// What the system may do before bytes are touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Start to read the file into the system's cache, and return at once.
    WillNeed,
    /// Read the whole file and enter it into the page table, and return when that is done. Linux 5.14 or later.
    Populate,
}

impl Mapping {
    /// Maps the file that the path names now.
    ///
    /// # Errors
    /// The system's, if there is no such file, it may not be read, or it is not one that can be mapped.
    pub fn open(path: &Path) -> io::Result<Mapping> {
        let file = File::open(path)?;
        // SAFETY: the bytes do not change while they are mapped if nobody changes the file in place, which the type's
        // documentation asks for, and our own writer never does. There is no way to enforce it on any system.
        let bytes = unsafe { Mmap::map(&file) }?;
        Ok(Mapping { bytes })
    }

    /// Bytes that nobody else can change: those of memory of our own.
    #[cfg(all(target_os = "linux", not(miri)))]
    pub(crate) fn from_memory(bytes: Mmap) -> Mapping {
        Mapping { bytes }
    }

    /// All bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives advice on the whole of it. Where the system knows no such advice, other than Linux, nothing happens.
    ///
    /// # Errors
    /// The system's, if it does not take the advice. Nothing is lost but speed.
    pub fn advise(&self, advice: Advice) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        self.bytes.advise(match advice {
            Advice::WillNeed => memmap2::Advice::WillNeed,
            Advice::Populate => memmap2::Advice::PopulateRead,
        })?;
        #[cfg(not(target_os = "linux"))]
        let _ = advice;
        Ok(())
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mapping({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests;
