//! The Rust client of Broadside.
//!
//! A Broadside server holds an inventory of keywords in memory and tells, for a batch of texts, which listings match and
//! in what order. This crate asks it.
//!
//! ```no_run
//! use broadside_client::{BatchOptions, Client, Query};
//!
//! # async fn run() -> Result<(), broadside_client::Error> {
//! let client = Client::builder("127.0.0.1:50051").build()?;
//! let queries = [Query::from("cheap running shoes"), Query::from("trail map")];
//! let answers = client.match_batch(&queries, &BatchOptions::default()).await?;
//! for answer in &answers.results {
//!     match answer {
//!         Ok(answer) => println!("{} listings match", answer.total),
//!         Err(error) => eprintln!("this text was refused: {error}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::match_stream`] sends batch after batch over one stream, for those who have a steady flow of texts.
//! [`Client::explain`] says why a listing matches a text or why it does not. [`AdminClient`] talks to the admin address: it
//! reloads the inventory, tells the server's status, and reads listings back.
//!
//! # What it promises
//! - **Lazy.** Building a client connects to nothing; the first call does, and a lost connection is made again.
//! - **Every call ends.** A call has one deadline, 2 s unless you say otherwise, which covers connecting, waiting for a
//!   retry, and all parts of a large batch. The server is told how much of it is left.
//! - **Retries only what is safe.** Only UNAVAILABLE and the refusal of an overloaded server are tried again, up to 3
//!   attempts, with exponential backoff and jitter, or after the time that the server asked for, never before it; never
//!   past the deadline, and not at all if the server asks for that.
//! - **One batch, one version.** A batch that exceeds what one call may carry is split, and all of its answers still come
//!   from one version of the inventory ([`Client::match_batch`]).
//! - **Secrets stay secret.** A token or a key is in no error and in no `Debug` output.
//! - **Plain types.** Nothing of the RPC library or of the wire format is in this API.
//!
//! # A server that wants TLS and a token
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = broadside_client::Client::builder("https://ads.internal:50051")
//!     .tls_ca(std::fs::read("ca.pem")?) // without it, what the system trusts
//!     .token(std::fs::read_to_string("token")?.trim_end())
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Where to start reading
//! [`Client`] has the calls; `connection` is what every call goes through; `retry` decides about another attempt and
//! `split` about parts, both without touching the network; `error` says what a failure looks like.

mod address;
mod admin;
mod answer;
mod attributes;
mod batch;
mod builder;
mod client;
mod connection;
mod error;
mod explanation;
mod headers;
mod limits;
mod listing;
mod listings;
mod query;
mod random;
mod retry;
mod secret;
mod split;
mod status;
mod stream;
mod tls;
mod version;
mod wire;

pub use admin::{AdminClient, ListListingsRequest, ReloadRequest};
pub use answer::{BatchAnswer, Keyword, Match, MatchType, QueryAnswer, Span, Token};
pub use attributes::{AttributeValue, Attributes};
pub use builder::Builder;
pub use client::Client;
pub use error::{Code, Error, Violation};
pub use explanation::{
    ExplainedMatch, Explanation, Level, ListingExplanation, Miss, NearestKeyword, Obstacle,
    Outcome, SeenAttribute, TextExplanation,
};
pub use listing::{Group, Listing, ListingPage, NegativeList, Status, StoredListing};
pub use listings::Listings;
pub use query::{BatchOptions, Include, MatchOptions, Priority, Query};
pub use status::{
    BadRecord, Counts, Limit, MemoryPart, Reload, ReloadOutcome, ReloadRecord, ServerStatus,
    Serving, Warning, WarningCount, Warnings,
};
pub use stream::{StreamAnswer, StreamReceiver, StreamSender};
pub use version::Version;
