//! The command line as a whole. Each command declares its own arguments in its own file.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::command::{analyze, bench, build, check, explain, get, list, matching, reload, status};
use crate::duration;
use crate::paint::ColorChoice;
use crate::settings::Flags;

/// Match texts against the keyword inventory of a Broadside server, and look after that server.
#[derive(Debug, Parser)]
#[command(
    name = "broadside",
    version,
    after_help = "\
Settings come from flags, then BROADSIDE_ADDRESS, BROADSIDE_ADMIN_ADDRESS and BROADSIDE_DEADLINE, then the file
$XDG_CONFIG_HOME/broadside/config.toml (or ~/.config/broadside/config.toml), then defaults. The file:

  address = \"127.0.0.1:50051\"
  admin_address = \"127.0.0.1:50052\"
  deadline = \"2s\"
  context = \"staging\"                  # used unless --context names another

  [contexts.staging]                   # the same three keys, instead of the ones above
  address = \"ads.staging:50051\"

A context named by --context stands above the environment.

Exit codes: 0 done, 1 the answer is no or the input is bad, 2 usage, 3 the server cannot be reached, 130 interrupted.

Examples:
  broadside match \"cheap running shoes\"
  broadside match --file queries.txt.zst --json > answers.jsonl
  broadside explain --listing l1 --attr country=US \"cheap running shoes\"
  broadside check inventory.jsonl && broadside reload
  broadside bench --file queries.txt --duration 10s"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The server, for matching [env: BROADSIDE_ADDRESS] [default: 127.0.0.1:50051]
    #[arg(long, global = true, value_name = "HOST:PORT")]
    address: Option<String>,
    /// The server, for administration [env: BROADSIDE_ADMIN_ADDRESS] [default: 127.0.0.1:50052]
    #[arg(long, global = true, value_name = "HOST:PORT")]
    admin_address: Option<String>,
    /// How long one call may take, such as 500ms or 10s [env: BROADSIDE_DEADLINE] [default: 2s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse_positive)]
    deadline: Option<Duration>,
    /// The context of the configuration file to use
    #[arg(long, global = true, value_name = "NAME")]
    context: Option<String>,
    /// The configuration file, instead of the one in the home directory
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Match(matching::Arguments),
    Explain(explain::Arguments),
    Analyze(analyze::Arguments),
    Get(get::Arguments),
    List(list::Arguments),
    Check(check::Arguments),
    Build(build::Arguments),
    Reload(reload::Arguments),
    Status(status::Arguments),
    Bench(bench::Arguments),
}

impl Global {
    /// What the flags say about the server.
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            address: self.address.clone(),
            admin_address: self.admin_address.clone(),
            deadline: self.deadline,
            context: self.context.clone(),
            config: self.config.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;
    use clap::{CommandFactory, Parser};

    use super::Arguments;

    #[test]
    fn the_declaration_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_can_be_said() {
        for line in [
            "match cat",
            "match cat dog --limit 5 --include payload,spans --attr country=US --attr age=21 --json",
            "match --file - --batch 4096 --as-of 2026-11-27T00:00:00Z",
            "match -- -free",
            "explain --listing l1 cat --attr country=US --as-of 2026-11-27T00:00:00Z --json",
            "explain cat --limit 3 --max-per-group 1",
            "get l1 --shared --json --admin-address 127.0.0.1:1",
            "list --group g --limit 5 --json",
            "list",
            "analyze cat --json",
            "check a.jsonl b.csv --json",
            "reload --source a.jsonl --source b.jsonl --plan --wait 2m",
            "status --json --admin-address 127.0.0.1:1",
            "--address 127.0.0.1:1 --deadline 1s bench --file a.txt --rate 1000 --unary",
        ] {
            let words = ["broadside"].into_iter().chain(line.split(' '));
            Arguments::try_parse_from(words).expect(line);
        }
    }

    #[test]
    fn what_cannot_be_said() {
        let check = |line: &str, expected: ErrorKind| {
            let words = ["broadside"].into_iter().chain(line.split(' '));
            let error = Arguments::try_parse_from(words).expect_err(line);
            assert_eq!(error.kind(), expected, "{line}");
        };
        check("match", ErrorKind::MissingRequiredArgument);
        check("match cat --file a.txt", ErrorKind::ArgumentConflict);
        check("match cat --limit 0", ErrorKind::ValueValidation);
        check("match cat --limit 1001", ErrorKind::ValueValidation);
        check("match cat --include price", ErrorKind::InvalidValue);
        check("match cat --attr country", ErrorKind::ValueValidation);
        check("match cat --as-of yesterday", ErrorKind::ValueValidation);
        check("match cat --attr id=9223372036854775808", ErrorKind::ValueValidation);
        check("explain", ErrorKind::MissingRequiredArgument);
        check("explain cat dog", ErrorKind::UnknownArgument);
        check("explain cat --listing=", ErrorKind::InvalidValue);
        check("get", ErrorKind::MissingRequiredArgument);
        check("get l1 l2", ErrorKind::UnknownArgument);
        check("list --limit 0", ErrorKind::ValueValidation);
        check("list --group=", ErrorKind::InvalidValue);
        check("match --file a --batch 4097", ErrorKind::ValueValidation);
        check("match cat --deadline 0s", ErrorKind::ValueValidation);
        check("check", ErrorKind::MissingRequiredArgument);
        check("bench", ErrorKind::MissingRequiredArgument);
        check("bench --file a --unary --batch 2", ErrorKind::ArgumentConflict);
        check("bench --file a --rate 0", ErrorKind::ValueValidation);
        check("bench --file a --connections 0", ErrorKind::ValueValidation);
    }
}
