//! The edge: gRPC on both listeners, and the few HTTP/1.1 pages of the admin listener.
//!
//! **One `MatchBatch`, straight down and back.** [`router`] sends the call to the generated service, with a guard around
//! it that counts how it ended and the deadline it came with ([`layers`]). `match_service` then takes four steps:
//! `from_proto` turns the request into the matcher's types, and every validation is there; the catalog gives the
//! snapshot, once; the matcher runs; `to_proto` writes the answer. Nothing of it waits, so all of it runs on the thread
//! of the connection.
//!
//! What is refused is a `status::Refusal`, and its table is the only place where a code or a reason is chosen.
//!
//! This module may use the matcher, the generated code and the three handles of [`crate::runtime`]; it reads no file and
//! knows no thread.

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
mod status;
mod stream;
mod to_proto;
pub mod wire;
mod workbench;

pub use body::{CallBody, unary};
pub use inventory_service::Facts;
pub use layers::CallFuture;
pub use router::{AdminRouter, MatchRouter};
pub use stream::{Ended, stream};
