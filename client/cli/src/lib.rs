//! The command line of Broadside.
//!
//! `broadside match` asks a server which listings match; `explain` says why; `analyze` shows how a
//! text is split; `check` reads inventory files without a server; `get` and `list` read back what a
//! server has; `reload` and `status` administer one; `bench` measures one, with the load generator
//! in `client/load`.
//!
//! # From the command line to an exit code
//! 1. `arguments` parses; each command declares its own arguments in its own file under `command`.
//! 2. `settings` adds what was not given from the environment and the configuration file; `access`
//!    reads the certificates and the token that they name.
//! 3. The command does its work. It writes its answer to stdout and nothing else there; progress
//!    goes to stderr.
//! 4. Every failure becomes one `Failure` with a sentence for stderr and an exit code; `app` alone
//!    prints it.
//!
//! # What holds
//! - Exit codes: 0 done, 1 the answer is no or the input is bad, 2 usage, 3 the server cannot be
//!   reached, 130 interrupted.
//! - With `--json` the output is stable: fields may be added, none changes its meaning.
//! - A reader that goes away (`| head`) ends the command quietly.
//! - A token or a key is in no output and no error.
//! - Text that comes from elsewhere is made harmless before it reaches a terminal (`printable`).
//!
//! # Where to start reading
//! `app`, then the file of the command. Pure parts that the commands share: `attribute`, `highlight`,
//! `table`, `number`, `duration`, `time`, `json`, `record`, `warnings`; `progress` shows a load on a
//! terminal.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "printing is what a command line is for; no other crate may"
)]

mod access;
mod app;
mod arguments;
mod attribute;
mod command;
mod duration;
mod failure;
mod highlight;
mod json;
mod lines;
mod number;
mod paint;
mod printable;
mod progress;
mod query_options;
mod record;
mod secret;
mod settings;
mod table;
mod time;
mod warnings;

pub use app::run;
