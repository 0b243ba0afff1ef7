//! Every bound of the reader, with its unit in its name. Bounds on what a listing may hold are broadside-core's.

/// Bytes of one line, without its end. A CSV record may span several lines that have no more than this together.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bad records that are described; beyond it they are only counted.
pub const BAD_RECORDS_MAX: usize = 1_000;
/// Bytes of an offending value that are kept to show it.
pub const VALUE_BYTES_MAX: usize = 200;
/// Records between two reports of progress.
pub const PROGRESS_RECORDS: u64 = 65_536;
/// Bytes of a file that are read, unpacked and hashed at a time.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;
/// Bytes of memory of the records that the reader hands to the builder at a time, and one record. The largest record
/// takes some 80 MB: a line, as much again if it has expressions, and all the keywords a listing may have.
pub(crate) const BATCH_BYTES: usize = 512 * 1024;
/// Bytes of memory of a record whose draft is used again.
pub(crate) const SPARE_BYTES_MAX: usize = 4 * 1024;
/// Batches of records between the reader and the builder, those that they work on included.
pub(crate) const BATCHES: usize = 3;
/// Bytes of UTF-16 that are decoded at a time.
pub(crate) const UTF16_CHUNK_BYTES: usize = 32 * 1024;
/// Warnings that are described; beyond it they are only counted.
pub const WARNINGS_MAX: usize = 100;
/// Groups, and negative lists, among which a better name for a reference is looked for.
pub(crate) const REFERENCE_NAMES_MAX: usize = 10_000;
/// Misspelt names of groups and negative lists for which a better one is looked for.
pub(crate) const REFERENCE_HINTS_MAX: usize = 100;
/// Bytes of names and negatives of campaigns and ad groups that are held while a Google Ads Editor export is read.
pub const ADS_EDITOR_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Bytes of a misspelt name for which a better one is looked for.
pub(crate) const SUGGESTION_BYTES_MAX: usize = 64;

const _: () = assert!(
    LINE_BYTES_MAX > broadside_core::limits::PAYLOAD_BYTES_MAX,
    "a payload must fit a line"
);
const _: () = assert!(LINE_BYTES_MAX < u32::MAX as usize, "columns are small numbers");
