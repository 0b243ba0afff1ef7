//! Which server, and how long to wait for it: flags before environment before file before defaults.

use std::path::PathBuf;
use std::time::Duration;

mod file;

pub(crate) use file::File;

use crate::duration;
use crate::failure::Failure;

const ADDRESS_DEFAULT: &str = "127.0.0.1:50051";
const ADMIN_ADDRESS_DEFAULT: &str = "127.0.0.1:50052";
const DEADLINE_DEFAULT: Duration = Duration::from_secs(2);

/// What every command needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Where texts are matched.
    pub(crate) address: String,
    /// Where the server is administered.
    pub(crate) admin_address: String,
    /// How long a call may take.
    pub(crate) deadline: Duration,
}

/// What the command line says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    pub(crate) address: Option<String>,
    pub(crate) admin_address: Option<String>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) context: Option<String>,
    pub(crate) config: Option<PathBuf>,
}

/// What the environment says. An empty variable is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    pub(crate) address: Option<String>,
    pub(crate) admin_address: Option<String>,
    pub(crate) deadline: Option<String>,
    pub(crate) xdg_config_home: Option<PathBuf>,
    pub(crate) home: Option<PathBuf>,
}

impl Environment {
    /// Asks for each variable once.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Environment {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        Environment {
            address: variable("BROADSIDE_ADDRESS"),
            admin_address: variable("BROADSIDE_ADMIN_ADDRESS"),
            deadline: variable("BROADSIDE_DEADLINE"),
            xdg_config_home: variable("XDG_CONFIG_HOME").map(PathBuf::from),
            home: variable("HOME").map(PathBuf::from),
        }
    }

    /// Where the configuration file is if nobody says otherwise. A relative XDG_CONFIG_HOME is ignored, as its
    /// specification demands.
    pub(crate) fn config_path(&self) -> Option<PathBuf> {
        let base = match &self.xdg_config_home {
            Some(base) if base.is_absolute() => base.clone(),
            _ => self.home.as_ref()?.join(".config"),
        };
        Some(base.join("broadside").join("config.toml"))
    }
}

impl Settings {
    /// Reads the file and puts all of it together.
    ///
    /// # Errors
    /// The file cannot be read or understood, a context does not exist, or a value is bad.
    pub(crate) fn load(flags: &Flags, environment: &Environment) -> Result<Settings, Failure> {
        let file = match (&flags.config, environment.config_path()) {
            (Some(path), _) => File::read(path)?,
            (None, Some(path)) if path.exists() => File::read(&path)?,
            (None, _) => File::default(),
        };
        Settings::layer(flags, environment, &file)
    }

    /// Puts the layers together, the first that says something winning.
    ///
    /// A context that is named by a flag stands above the environment, because whoever names it means it; one that the
    /// file names as its default is a part of the file.
    fn layer(flags: &Flags, environment: &Environment, file: &File) -> Result<Settings, Failure> {
        let named = flags.context.as_deref().map(|name| file.context(name)).transpose()?;
        let chosen = file.context.as_deref().map(|name| file.context(name)).transpose()?;
        let named = named.unwrap_or_default();
        // A context named by a flag is instead of the file's, and not on top of it.
        let chosen = if flags.context.is_some() {
            file::Place::default()
        } else {
            chosen.unwrap_or_default()
        };

        let pick = |values: [Option<&String>; 5], default: &str| {
            values.into_iter().flatten().next().map_or_else(|| default.to_owned(), Clone::clone)
        };
        let deadlines = [
            ("the context's deadline", named.deadline.as_ref()),
            ("BROADSIDE_DEADLINE", environment.deadline.as_ref()),
            ("the context's deadline", chosen.deadline.as_ref()),
            ("the file's deadline", file.top.deadline.as_ref()),
        ];
        let deadline = deadlines.into_iter().find_map(|(origin, text)| Some((origin, text?)));
        let deadline = match (flags.deadline, deadline) {
            (Some(deadline), _) => deadline,
            (None, Some((origin, text))) => duration::parse_positive(text)
                .map_err(|message| Failure::usage(format!("{origin}: {message}")))?,
            (None, None) => DEADLINE_DEFAULT,
        };
        Ok(Settings {
            address: pick(
                [
                    flags.address.as_ref(),
                    named.address.as_ref(),
                    environment.address.as_ref(),
                    chosen.address.as_ref(),
                    file.top.address.as_ref(),
                ],
                ADDRESS_DEFAULT,
            ),
            admin_address: pick(
                [
                    flags.admin_address.as_ref(),
                    named.admin_address.as_ref(),
                    environment.admin_address.as_ref(),
                    chosen.admin_address.as_ref(),
                    file.top.admin_address.as_ref(),
                ],
                ADMIN_ADDRESS_DEFAULT,
            ),
            deadline,
        })
    }
}

#[cfg(test)]
mod tests;
