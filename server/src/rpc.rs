//! The edge: gRPC on both listeners, and the few HTTP/1.1 pages of the admin listener.
//!
//! **One `MatchBatch`, straight down and back.** [`router`] sends the call to the generated service, with a guard around
//! it that counts how it ended and the deadline it came with ([`layers`]). `match_service` then takes four steps:
//! `from_proto` turns the request into the matcher's types, and every validation is there; the catalog gives the
//! snapshot, once; the matcher runs; `wire` writes the answer. It waits for nothing but its turn, and all of it runs on
//! the thread of the connection.
//!
//! What is refused is a `status::Refusal`, and its table is the only place where a code or a reason is chosen.
//!
//! This module may use the matcher, the generated code and the three handles of [`crate::runtime`]; it reads no file and
//! knows no thread.

mod admission;
mod audit;
mod body;
mod from_proto;
mod health;
mod incoming;
mod inventory_service;
mod layers;
mod listing_page;
mod match_service;
mod page_token;
mod pages;
mod router;
mod slow;
mod status;
mod stream;
mod to_proto;
pub mod wire;
mod workbench;

pub use audit::audit;
pub use body::{Answered, Bounds, CallBody, ThreadBounds, Unary, unary};
pub use inventory_service::Facts;
pub use layers::CallFuture;
pub use router::{AdminRouter, HealthRouter, MatchRouter, Shared};
pub use stream::{Answering, Ended, stream};

/// What [`crate::fuzz`] needs of the inside.
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz {
    pub(crate) use super::admission::Admission;
    pub(crate) use super::body::{Bounds, ThreadBounds};
    pub(crate) use super::layers::{Deadline, Terms};
    pub(crate) use super::match_service::Matches;
}
