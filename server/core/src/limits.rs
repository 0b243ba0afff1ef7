//! Every bound of the matcher, with its unit in its name.
//!
//! Bounds on what an inventory may hold are constants: they are part of the contract between whoever writes an inventory
//! and every server that loads it. Bounds on a text are defaults that a server may lower ([`TextLimits`]).

/// Bytes of a listing's id, at least 1.
pub const LISTING_ID_BYTES_MAX: usize = 128;
/// Bytes of a group's id, at least 1.
pub const GROUP_ID_BYTES_MAX: usize = 128;
/// Bytes of one keyword or negative as it is written.
pub const KEYWORD_BYTES_MAX: usize = 4_096;
/// Tokens of one keyword or negative after analysis.
pub const KEYWORD_TOKENS_MAX: usize = 255;
/// Positive keywords of one listing.
pub const LISTING_KEYWORDS_MAX: usize = 100_000;
/// Negatives of one listing.
pub const LISTING_NEGATIVES_MAX: usize = 100_000;
/// Bytes of one listing's payload.
pub const PAYLOAD_BYTES_MAX: usize = 64 * 1024;
/// Listings of one inventory.
pub const LISTINGS_MAX: usize = 1 << 27;
/// Matches returned for one query.
pub const MATCHES_MAX: u32 = 1_000;
/// Matches returned for one query that does not say how many.
pub const MATCHES_DEFAULT: u32 = 10;
/// Queries of one batch.
pub const BATCH_QUERIES_MAX: usize = 4_096;
/// Bytes of one text, unless the server sets less.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Tokens of one text, unless the server sets less.
pub const TEXT_TOKENS_MAX: usize = 8_192;
/// Steps of one query: trie nodes entered, edges probed, patterns and positions compared, listings brought up. Real
/// queries take a few dozen. A text that spends all of them (the 8,000 most frequent words of 1.19 million phrases, in
/// one text) holds its thread for about 75 ms.
pub const QUERY_STEPS_MAX: u32 = 500_000;

const _: () = assert!(MATCHES_DEFAULT <= MATCHES_MAX, "the default must be allowed");
const _: () = assert!(TEXT_BYTES_MAX <= u32::MAX as usize, "spans are 32 bits wide");

/// How long a text may be. Longer ones are refused, never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimits {
    /// Bytes of UTF-8, at most [`TEXT_BYTES_MAX`].
    pub text_bytes_max: usize,
    /// Tokens after analysis, at most [`TEXT_TOKENS_MAX`].
    pub text_tokens_max: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        TextLimits { text_bytes_max: TEXT_BYTES_MAX, text_tokens_max: TEXT_TOKENS_MAX }
    }
}
