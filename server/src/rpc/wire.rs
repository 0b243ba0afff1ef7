//! The wire form of the two methods that carry traffic, read and written without messages in between.
//!
//! The generated types own every text and every match, which for a batch costs as much as matching it. Here a request is
//! read as views of its own bytes ([`request`]), and a reply is written from the matcher's scratch straight into the
//! bytes that are sent ([`reply`]). The form itself is the one of `proto/`, byte for byte: the tests hold both sides
//! against the generated types, which everything else still uses.
//!
//! What limits the size of a request's parts is checked while they are read, so that a request cannot make the server
//! allocate for more than is allowed.

pub(crate) mod encode;
pub(crate) mod fields;
#[cfg(test)]
mod random;
pub mod reply;
pub mod request;
