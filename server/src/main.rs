//! The `broadside-server` process: settings in, exit code out. Everything else is in the library.

use std::io::Write as _;
use std::process::ExitCode;

use broadside_server::app::{self, App, healthcheck};
use broadside_server::config::{Command, Config};
use broadside_server::telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let config = match Config::read(std::env::args_os(), std::env::vars_os()) {
        Ok(Command::Serve(config)) => *config,
        Ok(Command::Healthcheck(check)) => {
            return healthcheck::ask(&check)
                .map_or_else(|error| fail(&*error, 1), |()| ExitCode::SUCCESS);
        }
        Ok(Command::Print(text)) => {
            // Whoever closed the pipe does not want the text.
            let _ = write!(std::io::stdout(), "{text}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return fail(&error, 2),
    };
    telemetry::log::start(&config.log);
    let served = App::bind(config).map_err(Into::into).and_then(app::run_until_signalled);
    served.map_or_else(|error| fail(&*error, 1), |()| ExitCode::SUCCESS)
}

fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "broadside-server: {error}");
    ExitCode::from(code)
}
