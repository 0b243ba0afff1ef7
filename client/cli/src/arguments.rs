//! The command line as a whole. Each command declares its own arguments in its own file.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::command::{analyze, bench, build, check, explain, get, list, matching, reload, status};
use crate::duration;
use crate::paint::ColorChoice;
use crate::secret::Secret;
use crate::settings::{Flags, Place};

/// Match texts against the keyword inventory of a Broadside server, and look after that server.
#[derive(Debug, Parser)]
#[command(
    name = "broadside",
    version,
    after_help = "\
Settings come from flags, then variables, then the file $XDG_CONFIG_HOME/broadside/config.toml
(or ~/.config/broadside/config.toml), then defaults. The flag --tls-ca is the variable
BROADSIDE_TLS_CA and the key tls_ca, and so are the others. The file:

  address = \"127.0.0.1:50051\"
  admin_address = \"127.0.0.1:50052\"
  deadline = \"2s\"
  context = \"staging\"                  # used unless --context names another

  [contexts.staging]                   # the same keys, instead of the ones above
  address = \"https://ads.staging:50051\"
  tls_ca = \"staging-ca.pem\"            # relative to the folder of this file
  token_file = \"staging-token\"

The keys are address, admin_address, deadline, tls_ca, tls_certificate, tls_key, tls_server_name,
token and token_file. A context named by --context stands above the environment. A token outside
of the contexts is not sent to a context's server.

An address is HOST:PORT in plain text, https://HOST:PORT with TLS, or unix:/PATH, where options
for TLS have no effect. A traceparent in the variable TRACEPARENT is sent on.

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
    #[arg(long, global = true, value_name = "ADDRESS")]
    address: Option<String>,
    /// The server, for administration [env: BROADSIDE_ADMIN_ADDRESS] [default: 127.0.0.1:50052]
    #[arg(long, global = true, value_name = "ADDRESS")]
    admin_address: Option<String>,
    /// How long one call may take, such as 500ms or 10s [env: BROADSIDE_DEADLINE] [default: 2s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse_positive)]
    deadline: Option<Duration>,
    /// Who may have signed the server's certificate, in PEM [env: BROADSIDE_TLS_CA] [default: whom the system trusts]
    #[arg(long, global = true, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// The certificate to show to a server that asks for one, in PEM [env: BROADSIDE_CLIENT_CERTIFICATE]
    #[arg(long, global = true, value_name = "FILE")]
    tls_certificate: Option<PathBuf>,
    /// Its key, in PEM and not encrypted [env: BROADSIDE_CLIENT_KEY]
    #[arg(long, global = true, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// The name that the server's certificate must have [env: BROADSIDE_TLS_SERVER_NAME] [default: the address's host]
    #[arg(long, global = true, value_name = "NAME")]
    tls_server_name: Option<String>,
    /// The token that says who asks; others on this machine can see it: --token-file or the variable is better
    /// [env: BROADSIDE_TOKEN]
    #[arg(long, global = true, value_name = "TOKEN", conflicts_with = "token_file")]
    token: Option<Secret>,
    /// The file that holds the token [env: BROADSIDE_TOKEN_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    token_file: Option<PathBuf>,
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
        let place = Place {
            address: self.address.clone(),
            admin_address: self.admin_address.clone(),
            deadline: None,
            tls_ca: self.tls_ca.clone(),
            tls_certificate: self.tls_certificate.clone(),
            tls_key: self.tls_key.clone(),
            tls_server_name: self.tls_server_name.clone(),
            token: self.token.clone(),
            token_file: self.token_file.clone(),
        };
        Flags {
            place,
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
            "match cat --tls-ca a --tls-certificate b --tls-key c --tls-server-name d --token e",
            "status --admin-address unix:/run/a.sock --token-file f",
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
        check("match cat --token a --token-file b", ErrorKind::ArgumentConflict);
        check("check", ErrorKind::MissingRequiredArgument);
        check("bench", ErrorKind::MissingRequiredArgument);
        check("bench --file a --unary --batch 2", ErrorKind::ArgumentConflict);
        check("bench --file a --rate 0", ErrorKind::ValueValidation);
        check("bench --file a --connections 0", ErrorKind::ValueValidation);
    }
}
