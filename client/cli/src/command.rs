//! The commands, one a file. Each has its `Arguments` and a `run`.

pub(crate) mod analyze;
pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod matching;
pub(crate) mod reload;
pub(crate) mod status;
