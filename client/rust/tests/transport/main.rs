//! What lies between client and server: TLS, tokens, sockets, push-back. The server is a scripted one of this process.
//!
//! `server` is that server, `certificates` makes what TLS needs; the other modules are the tests.
#![allow(clippy::panic, reason = "this crate is tests alone")]

mod certificates;
mod headers;
mod push_back;
mod server;
mod tls;
mod unix;
