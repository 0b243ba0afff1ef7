//! The load generator of Broadside.
//!
//! A server is measured from outside, and the generator must not be the part that is measured. An
//! ordinary client encodes each request, decodes each reply, tries again and spreads deadlines; at
//! the rates of a Broadside server that costs more than the server does. This crate sends a load
//! with as little work as HTTP/2 allows. `broadside bench` is a command over it, and the benches
//! use it directly.
//!
//! - A closed loop keeps a count of calls in flight on every connection. It finds the throughput;
//!   its latencies are those of a saturated server.
//! - An open loop has a rate. Calls are due at fixed times, whether earlier ones have been answered
//!   or not, and latency counts from the time when a call was due: a server that stalls is charged
//!   for every call that waited. Calls that find every place in flight taken wait for their turn, a
//!   bounded number of them; later ones are counted and not sent.
//!
//! # From a load to its report
//! 1. `target` makes a [`Target`] of an address and an [`Access`]; `tls` is its TLS.
//! 2. [`Load::run`] encodes all requests before the clock starts (`bodies`), starts the threads
//!    (`thread`) and waits until each has made its connections. In an open loop `pace` says when
//!    calls are due.
//! 3. The workers of a thread make calls or fill streams (`worker`) over a connection of hyper
//!    (`connection`, `stream`).
//! 4. Replies are counted without decoding them (`reply`), refusals by their reason (`refusal`),
//!    into the tally of the thread (`tally`).
//! 5. The tallies are added up to a [`Measured`], of which a [`Report`] is made: the JSON of
//!    `broadside bench --json` and of the benches' records.
//!
//! # Invariants
//! - Threads share nothing that is written: each has a runtime, connections and a tally of its own.
//! - No call is made a second time. A call that the connection's end overtakes before it is sent
//!   goes over another one.
//! - Every run ends: at most some seconds after its time is over, or half a second after `stop`.
//! - Nothing is printed, no signal is taken and no setting is read. The caller does all of that.
//! - A token or a key is in no error and in no `Debug` output.
//!
//! A wrong address would be a million failed calls. So callers ask once before, with a client of
//! `client/rust`, which has better words for it; the version that answers belongs to the report.
//!
//! # Where to start reading
//! [`Load`], then `thread` (one thread), `worker` (its calls), `connection` (one call), `stream`
//! (many batches), `reply` and `refusal` (the counts). `limits` has every bound.

mod access;
mod bodies;
mod connection;
mod error;
mod limits;
mod load;
mod measured;
mod pace;
mod refusal;
mod reply;
mod report;
mod stream;
mod tally;
mod target;
mod thread;
mod tls;
mod worker;

pub use access::Access;
pub use error::Error;
pub use load::{Load, Priority};
pub use measured::Measured;
pub use report::{Latency, Report};
pub use tally::Outcomes;
pub use target::Target;
