//! Reads inventory files into a [`broadside_core::Index`].
//!
//! An inventory is one or more [`Source`]s: files in JSON Lines, keyword lists or CSV, plain or packed with gzip or zstd.
//! Campaign tools write them, people edit them, disks fill up half-way: so the reader's work is less to read what is good
//! than to say, of what is bad, where it is, why and what to do, all of it in one run.
//!
//! # Steps
//! 1. [`Source::parse`] reads a file's name, which alone decides format and compression.
//! 2. [`read()`] streams each source: unpack and hash (`stream`), cut into lines (`lines`), read records
//!    (`json_lines`, `keyword_list`, `csv`) into a draft of a listing (`draft`).
//! 3. The loader (`load`) gives each draft to the index's builder, which judges it, or its faults to the report.
//! 4. At the end the index is finished, or the report is the error.
//!
//! # Promises
//! - All or nothing: a load gives the index of the whole input or an error. With
//!   [`ReadOptions::max_rejected_records`], some bad records are left out and reported, each as a whole.
//! - A source that ends early, packed or not readable to its end, is an error and never a smaller inventory.
//! - Memory holds one line ([`LINE_BYTES_MAX`](limits::LINE_BYTES_MAX)) and four bytes a listing beside the index.
//! - No input makes it panic.
//! - The same bytes give the same [`Loaded::generation`], whatever they were packed with.
//!
//! # Formats
//! | extension | a record | id |
//! |---|---|---|
//! | `.jsonl`, `.ndjson` | a line `{"listing": {…}}` with `id`, `keywords`, `negatives`, `group`, `bid_micros`, `quality`, `status`, `start_time`, `end_time`, `payload` | `id` |
//! | `.txt` | a line with one keyword | the line's number |
//! | `.csv` | adjacent rows with one `listing_id`: `listing_id`, `keyword`, `match_type`, `bid_micros`, `group`, `quality`, `status`, `start_time`, `end_time`, `payload` | `listing_id` |
//!
//! Keywords are in the notation of [`broadside_core::Keyword`], or an object or a row with a `match_type`, whose text is
//! then taken as it is. In JSON the object has `text`, `match_type`, `bid_micros`, `anchor_start` and `anchor_end`; in
//! CSV the match type of a negative starts with `NEGATIVE_`. A time is in the form of RFC 3339. In CSV, `bid_micros` is
//! the bid of the row's keyword, and what is said of the listing as a whole is said in its first row.
//!
//! # Reasons
//! [`BadRecord::reason`] is one of these. Those that the index finds are broadside-core's
//! [`Reason`](broadside_core::Reason).
//!
//! | reason | what is wrong |
//! |---|---|
//! | `BID_ON_NEGATIVE` | a negative has a bid |
//! | `CONFLICTING_VALUE` | a value contradicts another: a later CSV row, or an anchor on what is not a PHRASE |
//! | `DUPLICATE_FIELD` | a field or column is there twice |
//! | `DUPLICATE_ID` | an earlier listing has the id |
//! | `EMPTY` | an id is empty |
//! | `ENDS_BEFORE_START` | `end_time` is not after `start_time` |
//! | `INVALID_TIME` | a time is not in the form of RFC 3339, or not in the calendar |
//! | `INVALID_UTF8` | a line is not UTF-8 |
//! | `INVENTORY_EMPTY` | there is no listing at all |
//! | `KEYWORD_EMPTY` | a keyword has no word |
//! | `KEYWORD_TOO_MANY_TOKENS` | a keyword has too many words |
//! | `LINE_TOO_LONG` | a line has more than 16 MiB |
//! | `MALFORMED_CSV` | a row has too few or too many cells, or a quotation is not closed |
//! | `MALFORMED_JSON` | a line is not JSON |
//! | `MISSING_FIELD` | a field or column that is required is not there |
//! | `NEGATIVE_ALONE` | a keyword list holds a negative |
//! | `NO_KEYWORD` | a listing has no positive keyword |
//! | `NOT_SERVED_YET` | something that this version does not serve: groups, negative lists, targeting, regular expressions, the Google Ads Editor export |
//! | `OUT_OF_RANGE` | a bid is negative, fractional or too large |
//! | `SCORE_NOT_FINITE` | a quality makes a score that is negative or not finite |
//! | `TOO_LONG` | a value has too many bytes, or a list too many elements |
//! | `TOO_MANY_LISTINGS` | the inventory has too many listings |
//! | `UNKNOWN_FIELD` | a field, column or kind of record is not known |
//! | `UNKNOWN_VALUE` | a status or match type is not known |
//! | `WRONG_TYPE` | a value has another type than it must have |
//!
//! Start reading at `load`.

mod csv;
mod draft;
mod error;
mod fault;
mod json_lines;
mod keyword_list;
pub mod limits;
mod lines;
mod load;
mod origins;
mod reason;
mod report;
mod scalar;
mod source;
mod stream;
mod suggestion;

pub use error::ReadError;
pub use load::{Loaded, Progress, ReadOptions, read, read_with_progress};
pub use report::{BadRecord, Rejection};
pub use source::{Format, Source};

#[cfg(test)]
mod tests;
