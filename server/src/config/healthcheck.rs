//! `broadside-server healthcheck`: what to ask, and whom.

use std::ffi::OsString;

use super::layers::{Asked, Layers};
use super::{Command, ConfigError, ListenAddress, address, optional_address};

/// The word that asks for it.
pub(super) const NAME: &str = "healthcheck";

const HELP: &str = "Asks a server whether it is ready, without TLS: exit code 0 if it is, 1 if it is not

Usage: broadside-server healthcheck [--live] [--address ADDRESS] [SETTINGS]

Options:
      --live               Ask whether it is alive, and not whether it serves an inventory
      --address <ADDRESS>  Whom to ask: IP:PORT or unix:PATH [default: health_listen, or else admin_listen, of the settings]
";

/// A question to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Healthcheck {
    /// Whom to ask.
    pub address: ListenAddress,
    /// Whether to ask for being alive instead of being ready.
    pub live: bool,
}

/// Reads the arguments after the program's name.
pub(super) fn read(
    arguments: &[OsString],
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Command, ConfigError> {
    let mut rest = vec![arguments[0].clone()];
    let (mut live, mut asked) = (false, None);
    let mut arguments = arguments[1..].iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--live") => live = true,
            Some("--help" | "-h") => return Ok(Command::Print(HELP.to_owned())),
            Some("--address") => {
                asked = Some(arguments.next().and_then(|value| value.to_str()).unwrap_or_default());
            }
            Some(text) if text.starts_with("--address=") => {
                asked = text.split_once('=').map(|(_, it)| it);
            }
            _ => rest.push(argument.clone()),
        }
    }
    let address = match asked {
        Some(text) => ListenAddress::parse(text).ok_or_else(|| {
            ConfigError(format!("--address: expected IP:PORT or unix:PATH, got {text:?}"))
        })?,
        None => match Layers::read(rest, environment)? {
            Asked::Settings(layers) => match optional_address(&layers, "health_listen")? {
                Some(address) => address,
                None => address(&layers, "admin_listen")?,
            },
            Asked::Print(text) => return Ok(Command::Print(text)),
        },
    };
    Ok(Command::Healthcheck(Healthcheck { address, live }))
}
