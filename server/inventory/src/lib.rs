//! Reads inventory files into a [`broadside_core::Index`].
//!
//! An inventory is one or more [`Source`]s: files in JSON Lines, keyword lists or CSV, plain or packed with gzip or zstd.
//! Campaign tools write them, people edit them, disks fill up half-way: so the reader's work is less to read what is good
//! than to say, of what is bad, where it is, why and what to do, all of it in one run.
//!
//! # Steps
//! 1. [`Source::parse`] reads a file's name, which alone decides format and compression. Only whether a `.csv` is an export
//!    of Google Ads Editor is decided by its header.
//! 2. [`read()`] streams each source, on a thread of its own (`pipeline`): unpack and hash (`stream`), decode if it is UTF-16 with a byte order mark
//!    (`encoding`), cut into lines (`lines`), read records (`json_lines`, `keyword_list`, `csv`, `ads_editor`) into a draft
//!    of a record (`draft`).
//! 3. The loader (`load`), on the caller's thread, gives each draft to the index's builder, which judges it, or its faults to the report.
//! 4. At the end references are resolved (`references`) and the index is finished, or the report is the error. What is
//!    good and probably a mistake becomes a warning (`warning`).
//!
//! # Promises
//! - All or nothing: a load gives the index of the whole input or an error. With
//!   [`ReadOptions::max_rejected_records`], some bad records are left out and reported, each as a whole.
//! - A source that ends early, packed or not readable to its end, is an error and never a smaller inventory.
//! - A bad record that takes part in listings, such as a group, is never left out: what it forbids would match.
//! - Beside the index, memory holds one line ([`LINE_BYTES_MAX`](limits::LINE_BYTES_MAX)), three records and a few MiB of
//!   them that were read ahead, and four bytes a record; of an export of Google Ads Editor also what it says of campaigns
//!   and ad groups ([`ADS_EDITOR_BYTES_MAX`](limits::ADS_EDITOR_BYTES_MAX)).
//! - What comes out is what one thread would make of it: reports, warnings and index are in the order of the input.
//! - No input makes it panic.
//! - The same bytes give the same [`Loaded::generation`], whatever they were packed with.
//!
//! # Formats
//! | extension | a record | id |
//! |---|---|---|
//! | `.jsonl`, `.ndjson` | a line `{"listing": {…}}` with `id`, `keywords`, `negatives`, `negative_lists`, `targeting`, `group`, `bid_micros`, `quality`, `status`, `start_time`, `end_time`, `payload` | `id` |
//! | | a line `{"group": {…}}` with `id`, `negatives`, `negative_lists`, `targeting`, `bid_micros`, `status`, `start_time`, `end_time` | `id` |
//! | | a line `{"negative_list": {…}}` with `name` and `keywords` | `name` |
//! | `.txt` | a line with one keyword | the line's number |
//! | `.csv`, `.tsv` | adjacent rows with one `listing_id`: `listing_id`, `keyword`, `match_type`, `bid_micros`, `group`, `quality`, `status`, `start_time`, `end_time`, `payload` | `listing_id` |
//! | | the same with the header of a Google Ads Editor export: see below | |
//!
//! Keywords are in the notation of [`broadside_core::Keyword`], or an object or a row with a `match_type`, whose text is
//! then taken as it is. In JSON the object has `text`, `match_type`, `bid_micros`, `anchor_start` and `anchor_end`; in
//! CSV the match type of a negative starts with `NEGATIVE_`. A time is in the form of RFC 3339. In CSV, `bid_micros` is
//! the bid of the row's keyword, and what is said of the listing as a whole is said in its first row.
//!
//! Records come in any order. What stands in `negatives`, or in the `keywords` of a negative list, is a negative with its
//! leading `-` or without. A listing of JSON Lines that names a group needs the group's record; in CSV a group is there
//! because a row names it, and a record in another source of the same load may say more of it.
//!
//! # Google Ads Editor
//! An export is read as it is: UTF-16 or UTF-8, with tabs or commas, rows in any order. Of its columns, named as the Editor
//! names them in English (case and spaces have no meaning), these are read:
//!
//! | column | of a row of | becomes |
//! |---|---|---|
//! | `Campaign`, `Ad Group`, `Keyword`, `Criterion Type` | a keyword: `Broad`, `Phrase`, `Exact` | a listing `Campaign > Ad Group > [keyword]`, the keyword in the notation, of the group `Campaign > Ad Group` |
//! | the same | a negative: `Negative …` with an ad group | a negative of the group |
//! | the same | a negative: `Campaign Negative …`, or `Negative …` without an ad group | a negative of the negative list `Campaign`, to which all groups of the campaign refer |
//! | `Shared set name`, `Keyword`, `Criterion Type` | a negative without a campaign | a negative of the negative list `Shared set > Name` |
//! | `Campaign`, `Shared set name` | a use of a shared set of keywords | a reference from all groups of the campaign |
//! | `Max CPC` | a keyword, an ad group | the bid, in millionths; 0 is none |
//! | `Final URL` | a keyword | the payload |
//! | `Status` | a keyword | `Paused` pauses the listing; what is `Removed`, and a negative that is `Paused`, is left out |
//! | `Campaign Status`, `Ad Group Status` | anything | whatever is not `Enabled` pauses the groups; in rows of campaigns and ad groups `Status` means the same |
//! | `Start Date`, `End Date` | a campaign | the flight of its groups, in whole days of UTC, the last one included |
//! | `Account` | anything | must be one in the whole file |
//!
//! The negatives of the campaign `<Account-level>` count for all groups. Names of more than 128 bytes are cut, and end with
//! digits of their hash. A keyword is taken as it is, without the marks of its own type around it and, if it is BROAD,
//! without plus signs before its words. In an amount, point and comma may each separate decimals or groups of three digits;
//! one that could be meant in two ways (`1,234`) is refused. All other rows are left out and counted
//! ([`Loaded::ignored_rows`]). What the rows of a campaign say must agree, and a campaign must be whole in one source.
//!
//! # Reasons
//! [`BadRecord::reason`] is one of these. Those that the index finds are broadside-core's
//! [`Reason`](broadside_core::Reason).
//!
//! | reason | what is wrong |
//! |---|---|
//! | `BID_ON_NEGATIVE` | a negative has a bid |
//! | `CONFLICTING_VALUE` | a value contradicts another: a later CSV row, or an anchor on what is not a PHRASE |
//! | `DUPLICATE_FIELD` | a field or column is there twice, or a line holds two records |
//! | `DUPLICATE_ID` | an earlier record of the same kind has the id or name |
//! | `EMPTY` | an id or a name is empty |
//! | `ENDS_BEFORE_START` | `end_time` is not after `start_time` |
//! | `INVALID_TIME` | a time is not in the form of RFC 3339 (in an export: a day with its year first), or not in the calendar |
//! | `INVALID_UTF8` | a line is not UTF-8, or not UTF-16 in a file that starts as such |
//! | `INVENTORY_EMPTY` | there is no listing at all |
//! | `KEYWORD_EMPTY` | a keyword has no word |
//! | `KEYWORD_TOO_MANY_TOKENS` | a keyword has too many words |
//! | `LINE_TOO_LONG` | a line has more than 16 MiB |
//! | `MALFORMED_CSV` | a row has too few or too many cells, or a quotation is not closed |
//! | `MALFORMED_JSON` | a line is not JSON |
//! | `MISSING_FIELD` | a field or column that is required is not there |
//! | `NEGATIVE_ALONE` | a keyword list holds a negative |
//! | `NO_KEYWORD` | a listing has no positive keyword |
//! | `OUT_OF_RANGE` | a bid is negative, fractional or too large |
//! | `REGEX_BUDGET` | all regular expressions together would take too much memory |
//! | `REGEX_INVALID` | a regular expression cannot be read, or looks around or back |
//! | `REGEX_NEEDS_LITERAL` | a regular expression requires no literal of at least 3 characters |
//! | `REGEX_TOO_DEEP` | a regular expression is nested too deep |
//! | `REGEX_TOO_LARGE` | a regular expression takes too much memory |
//! | `SCORE_NOT_FINITE` | a quality, with a bid of the listing or its group, makes a score that is negative or not finite |
//! | `TARGETING_INVALID` | a targeting cannot be read, or compares what cannot be compared |
//! | `TOO_LONG` | a value has too many bytes, or a list too many elements |
//! | `TOO_MANY_RECORDS` | the inventory has too many listings, groups or negative lists |
//! | `UNKNOWN_FIELD` | a field, column or kind of record is not known |
//! | `UNKNOWN_REFERENCE` | a group or negative list that is referred to does not exist |
//! | `UNKNOWN_VALUE` | a status or match type is not known |
//! | `WRONG_TYPE` | a value has another type than it must have |
//!
//! Start reading at `load`.

mod ads_editor;
mod compiled;
mod csv;
mod draft;
mod encoding;
mod error;
mod fault;
mod json_lines;
mod keyword_list;
mod kind;
pub mod limits;
mod lines;
mod load;
mod origins;
mod pipeline;
mod position;
mod reason;
mod references;
mod report;
mod scalar;
mod source;
mod stream;
mod suggestion;
mod warning;

pub use compiled::{
    Compiled, CompiledError, CompiledSection, VerifyProgress, WriteError, write_compiled,
    write_loaded,
};
pub use error::ReadError;
pub use load::{Loaded, Progress, ReadOptions, read, read_with_progress};
pub use report::{BadRecord, Rejection};
pub use source::{Format, Source};
pub use warning::{Warning, Warnings};

#[cfg(test)]
mod tests;
