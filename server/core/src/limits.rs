//! Every bound of the matcher, with its unit in its name.
//!
//! Bounds on what an inventory may hold are constants: they are part of the contract between whoever writes an inventory
//! and every server that loads it. Bounds on a text are defaults that a server may lower ([`TextLimits`]).

/// Bytes of a listing's id, at least 1.
pub const LISTING_ID_BYTES_MAX: usize = 128;
/// Bytes of a group's id, at least 1.
pub const GROUP_ID_BYTES_MAX: usize = 128;
/// Bytes of a negative list's name, at least 1.
pub const NEGATIVE_LIST_NAME_BYTES_MAX: usize = 128;
/// Bytes of one keyword or negative as it is written.
pub const KEYWORD_BYTES_MAX: usize = 4_096;
/// Tokens of one keyword or negative after analysis.
pub const KEYWORD_TOKENS_MAX: usize = 255;
/// Positive keywords of one listing.
pub const LISTING_KEYWORDS_MAX: usize = 100_000;
/// Negatives of one listing, group or negative list.
pub const NEGATIVES_MAX: usize = 100_000;
/// Negative lists that one listing or group refers to.
pub const NEGATIVE_LISTS_REFERRED_MAX: usize = 100;
/// Bytes of one listing's payload.
pub const PAYLOAD_BYTES_MAX: usize = 64 * 1024;
/// Listings of one inventory.
pub const LISTINGS_MAX: usize = 1 << 27;
/// References that do not exist, of one inventory, that are told.
pub const UNRESOLVED_MAX: usize = 10_000;
/// Groups of one inventory.
pub const GROUPS_MAX: usize = 1 << 27;
/// Negative lists of one inventory.
pub const NEGATIVE_LISTS_MAX: usize = 1 << 20;
/// Listings that share one keyword, up to which all of them are looked at for each text that it matches. Of more, only as
/// many as are needed for the best are, and the total is a lower bound.
pub const SHARED_KEYWORD_LISTINGS_MAX: u32 = 1_024;
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
/// Steps of one query's search: trie nodes entered, edges probed, patterns and positions compared, listings brought up,
/// work of regular expressions. A quarter of them is for the trie, a quarter for leaves, half for the rest. One takes 0.05
/// to 0.15 µs; real queries take a few dozen. With what comes after the search, no text holds its thread for more than
/// 20 ms: the bench `worst-cases` has texts that try.
pub const QUERY_STEPS_MAX: u32 = 100_000;
/// Steps that judging and ordering what the search of one query found may take, on top.
pub const RANK_STEPS_MAX: u32 = 40_000;
/// Listings of which a keyword matches and that are looked at when a whole text is explained.
pub const EXPLAINED_LISTINGS_MAX: usize = 2_000;
/// Listings that do not match and are explained for one text.
pub const EXPLAINED_MISSES_MAX: usize = 100;

/// Bytes of one targeting expression as it is written.
pub const TARGETING_BYTES_MAX: usize = 4_096;
/// Levels of parentheses and `!` of one targeting expression, one inside the other.
pub const TARGETING_DEPTH_MAX: usize = 32;
/// Elements of one list of a targeting expression.
pub const TARGETING_LIST_ELEMENTS_MAX: usize = 1_000;
/// Bytes of an attribute's name in a targeting expression, dots included.
pub const ATTRIBUTE_NAME_BYTES_MAX: usize = 64;
/// Nested groups, repetitions and classes of one regular expression.
pub const REGEX_NEST_MAX: u32 = 100;
/// Bytes of one regular expression's program: 8 an instruction, and 8 a range of characters in its distinct classes. A
/// letter is an instruction, `\w` one and 770 ranges; ordinary expressions take less than 1 KiB, apart from that.
pub const REGEX_PROGRAM_BYTES_MAX: usize = 64 * 1024;
/// Bytes of all regular expressions of one inventory: what was written, the programs, each distinct class once, and 24
/// for each byte of a distinct literal that may be required. Enough for half a million expressions of a few words.
pub const REGEXES_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Characters that each required literal of a regular expression has at least.
pub const REGEX_LITERAL_CHARS_MIN: usize = 3;
/// Characters that a required literal has at most; a longer one is known by a part of it.
pub const REGEX_LITERAL_CHARS_MAX: usize = 32;
/// Alternatives among the required literals of one regular expression.
pub const REGEX_LITERALS_MAX: usize = 256;
/// Nodes, operands, list elements or strings of all targeting expressions of one inventory, of each so many.
pub const TARGETING_TABLE_MAX: usize = 1 << 31;

const _: () = assert!(TARGETING_TABLE_MAX < u32::MAX as usize, "numbers of nodes are 32 bits wide");
const _: () =
    assert!(REGEX_LITERAL_CHARS_MIN <= REGEX_LITERAL_CHARS_MAX, "a literal must be possible");
const _: () = assert!(REGEXES_BYTES_MAX <= u32::MAX as usize, "places are 32 bits wide");
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
