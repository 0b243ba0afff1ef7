//! Which server, how to get in, and how long to wait for it: flags before environment before file before defaults.

use std::path::PathBuf;
use std::time::Duration;

mod file;
mod place;

pub(crate) use file::File;
pub(crate) use place::{IdentityFiles, Place, TokenSource};

use crate::duration;
use crate::failure::Failure;
use crate::secret::Secret;
use place::Origin;

const ADDRESS_DEFAULT: &str = "127.0.0.1:50051";
const ADMIN_ADDRESS_DEFAULT: &str = "127.0.0.1:50052";
/// How long a call may take if nobody says so.
pub(crate) const DEADLINE_DEFAULT: Duration = Duration::from_secs(2);

/// What every command needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Where texts are matched.
    pub(crate) address: String,
    /// Where the server is administered.
    pub(crate) admin_address: String,
    /// How long a call may take, if anybody says so.
    pub(crate) deadline: Option<Duration>,
    /// Who may have signed the server's certificate; absent: whom the system trusts.
    pub(crate) tls_ca: Option<PathBuf>,
    /// The certificate to show.
    pub(crate) tls_identity: Option<IdentityFiles>,
    /// The name that the server's certificate must have; absent: the host of the address.
    pub(crate) tls_server_name: Option<String>,
    /// The token to send.
    pub(crate) token: Option<TokenSource>,
    /// The trace that the command is a step of.
    pub(crate) traceparent: Option<String>,
}

/// What the command line says. Its deadline has been read already.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    pub(crate) place: Place,
    pub(crate) deadline: Option<Duration>,
    pub(crate) context: Option<String>,
    pub(crate) config: Option<PathBuf>,
}

/// What the environment says. An empty variable is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    pub(crate) place: Place,
    pub(crate) traceparent: Option<String>,
    pub(crate) xdg_config_home: Option<PathBuf>,
    pub(crate) home: Option<PathBuf>,
}

impl Environment {
    /// Asks for each variable once.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Environment {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let file = |name| variable(name).map(PathBuf::from);
        Environment {
            place: Place {
                address: variable("BROADSIDE_ADDRESS"),
                admin_address: variable("BROADSIDE_ADMIN_ADDRESS"),
                deadline: variable("BROADSIDE_DEADLINE"),
                tls_ca: file("BROADSIDE_TLS_CA"),
                tls_certificate: file("BROADSIDE_CLIENT_CERTIFICATE"),
                tls_key: file("BROADSIDE_CLIENT_KEY"),
                tls_server_name: variable("BROADSIDE_TLS_SERVER_NAME"),
                token: variable("BROADSIDE_TOKEN").map(Secret),
                token_file: file("BROADSIDE_TOKEN_FILE"),
            },
            // One that no header can carry is nobody's trace, and no reason to fail.
            traceparent: variable("TRACEPARENT")
                .filter(|value| value.bytes().all(|byte| byte.is_ascii_graphic())),
            xdg_config_home: file("XDG_CONFIG_HOME"),
            home: file("HOME"),
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
    /// file names as its default is a part of the file. The token that the file has outside of contexts is not sent to the
    /// server of a context, which may be anybody's.
    fn layer(flags: &Flags, environment: &Environment, file: &File) -> Result<Settings, Failure> {
        let context = |name: &Option<String>| name.as_deref().map(|name| file.context(name));
        let named = context(&flags.context).transpose()?;
        // A context named by a flag is instead of the file's, and not on top of it.
        let chosen = context(&file.context).transpose()?.filter(|_| named.is_none());
        let top_token = named.is_none() && chosen.is_none();
        let (named, chosen) = (named.unwrap_or_default(), chosen.unwrap_or_default());
        let layers = [
            (Origin::Flags, &flags.place),
            (Origin::Context, &named),
            (Origin::Environment, &environment.place),
            (Origin::Context, &chosen),
            (Origin::File, &file.top),
        ];
        let mut deadline = flags.deadline;
        let (mut tls_identity, mut token) = (None, None);
        for (origin, place) in layers {
            if let (None, Some(text)) = (deadline, &place.deadline) {
                let refused = |why| Failure::usage(format!("{}: {why}", origin.name("deadline")));
                deadline = Some(duration::parse_positive(text).map_err(refused)?);
            }
            if tls_identity.is_none() {
                tls_identity = place.identity(origin)?;
            }
            if token.is_none() && (top_token || origin != Origin::File) {
                token = place.token(origin)?;
            }
        }
        let text = |said: fn(&Place) -> Option<&String>| {
            layers.iter().find_map(|(_, place)| said(place)).cloned()
        };
        let address = text(|place| place.address.as_ref());
        let admin_address = text(|place| place.admin_address.as_ref());
        Ok(Settings {
            address: address.unwrap_or_else(|| ADDRESS_DEFAULT.to_owned()),
            admin_address: admin_address.unwrap_or_else(|| ADMIN_ADDRESS_DEFAULT.to_owned()),
            deadline,
            tls_ca: layers.iter().find_map(|(_, place)| place.tls_ca.clone()),
            tls_identity,
            tls_server_name: text(|place| place.tls_server_name.as_ref()),
            token,
            traceparent: environment.traceparent.clone(),
        })
    }

    /// How long a call may take.
    pub(crate) fn call_deadline(&self) -> Duration {
        self.deadline.unwrap_or(DEADLINE_DEFAULT)
    }
}

#[cfg(test)]
mod tests;
