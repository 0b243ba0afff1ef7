//! Writes a compiled inventory.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use broadside_core::Section;
use broadside_memory::Plain;
use twox_hash::XxHash3_64;
use zerocopy::IntoBytes as _;

use super::error::WriteError;
use super::format::{self, NAME_BYTES_MAX, SECTION_ALIGNMENT_BYTES, SECTIONS_MAX, TableEntry};

/// What anybody may do whom the process' mask does not exclude, as with any new file.
const NEW_FILE_MODE: u32 = 0o666;

/// A named array that goes into a compiled inventory.
#[derive(Debug, Clone, Copy)]
pub struct CompiledSection<'a> {
    name: &'a str,
    element_bytes: usize,
    bytes: &'a [u8],
}

impl<'a> CompiledSection<'a> {
    /// A section with these elements. Its name has 1 to 16 lower-case ASCII letters, digits and `_`.
    pub fn new<T: Plain>(name: &'a str, elements: &'a [T]) -> CompiledSection<'a> {
        CompiledSection { name, element_bytes: size_of::<T>(), bytes: elements.as_bytes() }
    }
}

impl<'a> From<&Section<'a>> for CompiledSection<'a> {
    fn from(section: &Section<'a>) -> CompiledSection<'a> {
        let Section { name, element_bytes, bytes } = *section;
        CompiledSection { name, element_bytes, bytes }
    }
}

/// Writes a compiled inventory with these sections, at most 256 and in this order.
///
/// It is written under another name in the same folder, and gets its name when all of it is on the disk: a reader sees
/// the old file or the new one, as a whole, after a power failure too. If the path is a symbolic link, the link is
/// replaced. Whoever ends the process meanwhile leaves a file `.….partial` behind, which means nothing to anybody.
///
/// # Errors
/// [`WriteError`] if a section is not valid or the system refuses anything. Then the path is as it was and what was
/// written is removed, but for [`WriteError::Unsynced`].
pub fn write_compiled(path: &Path, sections: &[CompiledSection<'_>]) -> Result<(), WriteError> {
    let table = table(sections)?;
    let name = path.display().to_string();
    let folder = match replace(path, |file| write_to(file, &table, sections)) {
        Ok(folder) => folder,
        Err(error) => {
            return Err(WriteError::Unwritable { path: name, reason: error.to_string() });
        }
    };
    folder
        .sync_all()
        .map_err(|error| WriteError::Unsynced { path: name, reason: error.to_string() })
}

/// Where each section will be, if all are valid.
fn table(sections: &[CompiledSection<'_>]) -> Result<Vec<TableEntry>, WriteError> {
    let mut end = format::head_bytes(sections.len());
    let mut table = Vec::<TableEntry>::with_capacity(sections.len());
    for section in sections {
        let invalid = |reason: String| {
            Err(WriteError::InvalidSection { section: section.name.to_owned(), reason })
        };
        if !format::is_name(section.name.as_bytes()) {
            return invalid(format!(
                "must have a name of 1 to {NAME_BYTES_MAX} lower-case letters, digits and `_`"
            ));
        }
        if table.iter().any(|entry| entry.name == section.name) {
            return invalid("is there twice: give it another name".to_owned());
        }
        if table.len() == SECTIONS_MAX {
            return invalid(format!("is one too many: at most {SECTIONS_MAX} are possible"));
        }
        let start = format::section_start(end);
        end = start + section.bytes.len();
        table.push(TableEntry {
            name: section.name.to_owned(),
            element_bytes: section.element_bytes,
            range: start..end,
            checksum: XxHash3_64::oneshot(section.bytes),
        });
    }
    Ok(table)
}

/// Writes header, table, and each section after the zeros that align it.
fn write_to(
    out: &mut impl Write,
    table: &[TableEntry],
    sections: &[CompiledSection<'_>],
) -> io::Result<()> {
    let head = format::head(table);
    out.write_all(&head)?;
    let mut end = head.len();
    for (entry, section) in table.iter().zip(sections) {
        out.write_all(&[0; SECTION_ALIGNMENT_BYTES][..entry.range.start - end])?;
        out.write_all(section.bytes)?;
        end = entry.range.end;
    }
    Ok(())
}

/// Gives a path a new file that `write` fills, or leaves it as it was. Returns the folder, which is still to be synced:
/// what the file is called is written there.
fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<File> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Opened first, so that whatever forbids to sync it comes before anything is written.
    let folder_file = File::open(folder)?;
    // Removed when it is dropped before it gets its name.
    let mut file = tempfile::Builder::new()
        .prefix(".")
        .suffix(".partial")
        .permissions(Permissions::from_mode(NEW_FILE_MODE))
        .tempfile_in(folder)?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(folder_file)
}

#[cfg(test)]
mod tests;
