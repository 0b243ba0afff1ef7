//! The program `broadside`. Everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    broadside_cli::run()
}
