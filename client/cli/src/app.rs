//! From the command line to the exit code. The one place that prints a failure.

use std::env;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command, Global};
use crate::command::{analyze, bench, build, check, explain, get, list, matching, reload, status};
use crate::failure::{Exit, Failure};
use crate::paint::{Paint, Role};
use crate::settings::{Environment, Settings};

/// Does what the command line says, and tells the exit code.
///
/// A command line that cannot be understood ends the process with exit code 2, `--help` and
/// `--version` with 0.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match dispatch(&arguments) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !failure.message.is_empty() {
                let paint = paint_for(&arguments.global, io::stderr().is_terminal());
                eprintln!("{} {failure}", paint.paint(Role::Bad, "error:"));
            }
            failure.exit.into()
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<Exit, Failure> {
    let paint = paint_for(&arguments.global, io::stdout().is_terminal());
    let settings = || {
        let environment = Environment::read(|name| env::var(name).ok());
        Settings::load(&arguments.global.flags(), &environment)
    };
    match &arguments.command {
        Command::Match(arguments) => wait_for(matching::run(arguments, &settings()?, paint)),
        Command::Explain(arguments) => wait_for(explain::run(arguments, &settings()?, paint)),
        Command::Analyze(arguments) => wait_for(analyze::run(arguments, &settings()?, paint)),
        Command::Get(arguments) => wait_for(get::run(arguments, &settings()?, paint)),
        Command::List(arguments) => wait_for(list::run(arguments, &settings()?, paint)),
        Command::Reload(arguments) => wait_for(reload::run(arguments, &settings()?, paint)),
        Command::Status(arguments) => wait_for(status::run(arguments, &settings()?, paint)),
        Command::Check(arguments) => check::run(arguments, paint),
        Command::Build(arguments) => build::run(arguments, paint),
        Command::Bench(arguments) => wait_for(bench::run(arguments, &settings()?, paint)),
    }
}

/// Runs a command that talks to a server. One thread is plenty: the server does the work.
fn wait_for(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::input(format!("the runtime cannot start: {error}")))?
        .block_on(command)
}

fn paint_for(global: &Global, is_terminal: bool) -> Paint {
    let variable = |name| env::var(name).ok();
    let (no_color, term) = (variable("NO_COLOR"), variable("TERM"));
    Paint::new(global.color, is_terminal, no_color.as_deref(), term.as_deref())
}
