//! The cost of a call without matching: `grpc` answers as the server does, with a fixed result for
//! each query; `tcp` sends the same bytes without HTTP/2, and `tcp-client` asks it and says what it
//! cost. `benches/load` asks `grpc`.

use std::process::ExitCode;

use clap::Parser as _;

mod command;
mod grpc;
mod tcp;

use command::{Command, tell};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Command::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&mut std::io::stderr(), &format!("broadside-echo: {error}"));
            ExitCode::FAILURE
        }
    }
}
