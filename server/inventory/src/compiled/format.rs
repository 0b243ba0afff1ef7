//! The bytes of a compiled inventory's header and table, out of and into them. Pure.

use std::hash::Hasher as _;
use std::mem::offset_of;
use std::ops::Range;

use twox_hash::XxHash3_64;
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// Raised whenever the layout changes, or what any section holds.
pub(super) const FORMAT_VERSION: u32 = 1;
/// Sections of one file.
pub(super) const SECTIONS_MAX: usize = 256;
/// Bytes of a section's name.
pub(super) const NAME_BYTES_MAX: usize = 16;
/// What every section's offset is a multiple of: a page, and more than any element needs.
pub(super) const SECTION_ALIGNMENT_BYTES: usize = 4096;

/// With a byte that is not ASCII and both kinds of line end, so that what treats the file as text damages it here.
const MAGIC: [u8; 8] = *b"\x89BSX\r\n\x1a\n";
const BYTE_ORDER_MARK: u32 = 0x0102_0304;
const HEADER_BYTES: usize = size_of::<Header>();
const ROW_BYTES: usize = size_of::<Row>();

const _: () =
    assert!(HEADER_BYTES == 40 && ROW_BYTES == 48, "as the documentation of the format says");

/// Where a section is. It lies within the file, is aligned, and holds whole elements.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TableEntry {
    pub(super) name: String,
    pub(super) element_bytes: usize,
    pub(super) range: Range<usize>,
    pub(super) checksum: u64,
}

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is another file than is read here. The rest of a sentence that starts with the file.
    Unsuitable(String),
    /// It is not as it was written.
    Damaged { section: Option<String>, reason: String },
}

/// The start of a file.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    byte_order_mark: u32,
    format_version: u32,
    file_bytes: u64,
    section_count: u64,
    /// Of the header up to here and the table.
    checksum: u64,
}

/// A row of the table as it is stored.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
struct Row {
    /// Padded with zeros.
    name: [u8; NAME_BYTES_MAX],
    element_bytes: u64,
    offset: u64,
    bytes: u64,
    checksum: u64,
}

impl Fault {
    pub(super) fn section(name: &str, reason: impl Into<String>) -> Fault {
        Fault::Damaged { section: Some(name.to_owned()), reason: reason.into() }
    }

    fn file(reason: impl Into<String>) -> Fault {
        Fault::Damaged { section: None, reason: reason.into() }
    }
}

/// Bytes of header and table.
pub(super) fn head_bytes(section_count: usize) -> usize {
    HEADER_BYTES + section_count * ROW_BYTES
}

/// Where a section starts that follows `end`.
pub(super) fn section_start(end: usize) -> usize {
    end.next_multiple_of(SECTION_ALIGNMENT_BYTES)
}

/// Whether a section may have this name: lower-case ASCII letters, digits and `_`, at least one, at most
/// [`NAME_BYTES_MAX`].
pub(super) fn is_name(name: &[u8]) -> bool {
    let is_part = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.iter().all(is_part)
}

/// Header and table of a file with these sections, which are valid, have different names and are one after the other.
pub(super) fn head(table: &[TableEntry]) -> Vec<u8> {
    let file_bytes = table.last().map_or(HEADER_BYTES, |entry| entry.range.end) as u64;
    let mut header = Header {
        magic: MAGIC,
        byte_order_mark: BYTE_ORDER_MARK,
        format_version: FORMAT_VERSION,
        file_bytes,
        section_count: table.len() as u64,
        checksum: 0,
    };
    let mut head = header.as_bytes().to_vec();
    for entry in table {
        let mut row = Row {
            name: [0; NAME_BYTES_MAX],
            element_bytes: entry.element_bytes as u64,
            offset: entry.range.start as u64,
            bytes: entry.range.len() as u64,
            checksum: entry.checksum,
        };
        row.name[..entry.name.len()].copy_from_slice(entry.name.as_bytes());
        head.extend_from_slice(row.as_bytes());
    }
    header.checksum = head_checksum(&head);
    head[..HEADER_BYTES].copy_from_slice(header.as_bytes());
    head
}

/// The table of a file, if header and table are as they must be.
pub(super) fn parse(file: &[u8]) -> Result<Vec<TableEntry>, Fault> {
    let (header, _) = Header::read_from_prefix(file)
        .map_err(|_| Fault::Unsuitable("is too short for a compiled inventory".to_owned()))?;
    let section_count = check_header(&header, file.len())?;
    let Some(head) = file.get(..head_bytes(section_count)) else {
        return Err(Fault::file("ends within its table of sections"));
    };
    if head_checksum(head) != header.checksum {
        return Err(Fault::file(
            "has another checksum of its header and table than it was written with",
        ));
    }
    let mut table = Vec::with_capacity(section_count);
    let mut end = head.len();
    for bytes in head[HEADER_BYTES..].chunks_exact(ROW_BYTES) {
        let row = Row::read_from_bytes(bytes).expect("a chunk has the bytes of a row");
        let entry = parse_row(&row, &table, end, file.len())?;
        end = entry.range.end;
        table.push(entry);
    }
    if end != file.len() {
        return Err(Fault::file(format!("has {} bytes behind its last section", file.len() - end)));
    }
    Ok(table)
}

/// The count of sections, if the header is one of this version and of a file of this length.
fn check_header(header: &Header, file_bytes: usize) -> Result<usize, Fault> {
    if header.magic != MAGIC {
        return Err(Fault::Unsuitable("is not a compiled inventory".to_owned()));
    }
    if header.byte_order_mark != BYTE_ORDER_MARK {
        return Err(Fault::Unsuitable("is of a machine with another byte order".to_owned()));
    }
    if header.format_version != FORMAT_VERSION {
        return Err(Fault::Unsuitable(format!(
            "has format version {}, and this program reads {FORMAT_VERSION}",
            header.format_version
        )));
    }
    if header.file_bytes != file_bytes as u64 {
        return Err(Fault::file(format!(
            "has {file_bytes} bytes and should have {}",
            header.file_bytes
        )));
    }
    match usize::try_from(header.section_count) {
        Ok(count) if count <= SECTIONS_MAX => Ok(count),
        _ => Err(Fault::file(format!(
            "says that it has {} sections, and at most {SECTIONS_MAX} are possible",
            header.section_count
        ))),
    }
}

/// A row that follows `earlier` ones, the last of which ends at `end`. What it becomes ends within the file.
fn parse_row(
    row: &Row,
    earlier: &[TableEntry],
    end: usize,
    file_bytes: usize,
) -> Result<TableEntry, Fault> {
    let name_bytes = row.name.iter().position(|byte| *byte == 0).unwrap_or(NAME_BYTES_MAX);
    let (name, padding) = row.name.split_at(name_bytes);
    let shown = name.escape_ascii().to_string();
    let fault = |reason: String| Err(Fault::section(&shown, reason));
    if !is_name(name) || padding.iter().any(|byte| *byte != 0) {
        return fault("has a name that no section can have".to_owned());
    }
    if earlier.iter().any(|entry| entry.name == shown) {
        return fault("is there twice".to_owned());
    }
    let start = section_start(end);
    if row.offset != start as u64 {
        return fault(format!("starts at byte {} and should start at {start}", row.offset));
    }
    let Some(room) = file_bytes.checked_sub(start) else {
        return fault("starts behind the end of the file".to_owned());
    };
    let Some(bytes) = usize::try_from(row.bytes).ok().filter(|bytes| *bytes <= room) else {
        return fault(format!("has {} bytes, and the file ends after {room}", row.bytes));
    };
    let element_bytes = usize::try_from(row.element_bytes).ok();
    let Some(element_bytes) = element_bytes.filter(|size| *size != 0 && bytes % size == 0) else {
        return fault(format!(
            "has {bytes} bytes, which are no elements of {} bytes",
            row.element_bytes
        ));
    };
    let checksum = row.checksum;
    Ok(TableEntry { name: shown, element_bytes, range: start..start + bytes, checksum })
}

/// Of all of header and table but the place where it is stored.
fn head_checksum(head: &[u8]) -> u64 {
    let mut hasher = XxHash3_64::new();
    hasher.write(&head[..offset_of!(Header, checksum)]);
    hasher.write(&head[HEADER_BYTES..]);
    hasher.finish()
}
