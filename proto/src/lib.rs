//! The wire form of the Broadside API: messages, service traits and clients generated from `broadside/v1/*.proto`.
//!
//! The generated code is checked in, so that a build needs neither `protoc` nor a build script and a reader can search
//! it. `tests/generated.rs` generates it again and fails if it differs; `UPDATE=1 cargo test -p broadside-proto` writes it.
//!
//! These types belong to the edge. The matcher, the inventory reader and the runtime do not know them.

/// Version 1 of the API, package `broadside.v1`.
pub mod v1 {
    #![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::nursery)]
    include!("generated/broadside.v1.rs");
}

/// The compiled descriptors of every file of the API, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/broadside.v1.bin");
