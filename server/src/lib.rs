//! The Broadside server: holds one inventory of keywords in memory and tells, for a batch of texts, which listings match
//! and in what order.
//!
//! **The problem.** Thousands of callers ask about every request of theirs, within milliseconds, and the inventory changes
//! all day. Every worker process with a copy of its own wastes memory and restarts for each change; one copy behind a plain
//! socket starves on round trips. Here one process holds one copy, all cores read it without locks, and a change is one
//! atomic store.
//!
//! **The modules, low to high.** Each may use those before it, and nothing looks up:
//!
//! | module | what it knows |
//! |---|---|
//! | [`limits`] | every bound, with its unit |
//! | [`config`] | settings from defaults, file, environment and flags |
//! | [`telemetry`] | log lines and metrics |
//! | [`access`] | who may do what: tokens, certificate names, roles |
//! | [`serve`] | sockets and HTTP; nothing of inventories and gRPC |
//! | [`runtime`] | how an inventory gets in and stays fresh; nothing of gRPC |
//! | [`rpc`] | the edge: messages, services, what a client is told |
//! | [`app`] | the only one that knows both sides: threads, start and end |
//!
//! **A call** comes in through [`serve`] on a worker's thread, is routed and answered in [`rpc`] from the snapshot that
//! the [`runtime::Catalog`] lends, by [`broadside_core::match_batch`], and never leaves that thread.
//!
//! **A reload** is asked for through the [`runtime::ReloadHandle`], runs on the publisher's thread, and is served when it
//! passed the [`runtime::gate`]. Whatever fails, what is served does not change.
//!
//! **What always holds.** A call sees one snapshot. No call waits for a reload, nor pays for freeing what it replaced. The
//! server says that it serves only while it does. It ends in bounded time, whoever is connected. No input ends it.
//!
//! Start reading at [`app`], or at [`rpc`] for the way of one call.

pub mod access;
pub mod app;
pub mod config;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub mod limits;
pub mod rpc;
pub mod runtime;
pub mod serve;
pub mod telemetry;
