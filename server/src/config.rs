//! Settings: read once, before anything else happens, into plain structs.
//!
//! A value comes from the defaults, the file, the environment or the flags; a later one wins. [`settings`] is the one
//! table of what can be set, [`layers`] stacks the four and remembers where each value came from, and this file turns
//! the texts into types. An unknown key is an error that suggests the nearest known one, and every error names the
//! place that the value came from.
//!
//! Nothing here reads the process: arguments and environment are handed in.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use broadside_core::TextLimits;
use broadside_core::limits::{BATCH_QUERIES_MAX, TEXT_BYTES_MAX, TEXT_TOKENS_MAX};

use crate::limits::{ConnectionLimits, Limits, WORKERS_MAX};

mod address;
mod healthcheck;
mod layers;
mod settings;

pub use address::ListenAddress;
pub use healthcheck::Healthcheck;
use layers::Layers;

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Serve with these settings.
    Serve(Box<Config>),
    /// Ask a server whether it is well.
    Healthcheck(Healthcheck),
    /// Print this text and stop: the help, the version, or the settings with their origins.
    Print(String),
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// What to load.
    pub inventory: InventoryChoice,
    /// Where matches are served.
    pub listen: ListenAddress,
    /// Where administration, health and metrics are served.
    pub admin_listen: ListenAddress,
    /// Where health alone is served, without TLS and access.
    pub health_listen: Option<ListenAddress>,
    /// Whether listeners speak TLS.
    pub tls: Option<TlsConfig>,
    /// The file that says who may do what.
    pub access: Option<PathBuf>,
    /// Whether clients may ask for the descriptions of services.
    pub reflection: bool,
    /// Threads that match; at least 1.
    pub workers: usize,
    /// The bounds.
    pub limits: Limits,
    /// How to log.
    pub log: LogConfig,
}

/// The files of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// The certificate, with those that lead to its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities of client certificates, if clients are asked for one.
    pub client_ca: Option<PathBuf>,
    /// Whether clients must show one.
    pub client_certificate_required: bool,
}

/// Where the inventory comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InventoryChoice {
    /// The sample that is built in.
    Sample,
    /// These files, as they were written.
    Sources(Vec<String>),
}

/// How to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// In which form.
    pub format: LogFormat,
    /// From which severity on.
    pub level: LogLevel,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The severity from which on lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Failures that someone must look at.
    Error,
    /// And what may become one.
    Warn,
    /// And what the server does: starts, reloads, stops.
    Info,
    /// And why.
    Debug,
    /// And each step of the libraries.
    Trace,
}

/// Why the settings cannot be used. The process ends with code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(String);

impl Config {
    /// Reads the settings from arguments (the first one is the program's name) and environment.
    ///
    /// # Errors
    /// A setting that is unknown, cannot be read, or contradicts another.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Command, ConfigError> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        if arguments.get(1).is_some_and(|first| first == healthcheck::NAME) {
            return healthcheck::read(&arguments[1..], environment);
        }
        let layers = match Layers::read(arguments, environment)? {
            layers::Asked::Settings(layers) => layers,
            layers::Asked::Print(text) => return Ok(Command::Print(text)),
        };
        if layers.print_config {
            return Ok(Command::Print(layers.to_string()));
        }
        Config::from_layers(&layers).map(|config| Command::Serve(Box::new(config)))
    }

    fn from_layers(layers: &Layers) -> Result<Config, ConfigError> {
        let config = Config {
            inventory: inventory(layers)?,
            listen: address(layers, "listen")?,
            admin_listen: address(layers, "admin_listen")?,
            health_listen: optional_address(layers, "health_listen")?,
            tls: tls(layers)?,
            access: path(layers, "access"),
            reflection: choice(layers, "reflection", &[("true", true), ("false", false)])?,
            workers: match whole(layers, "workers", 0, WORKERS_MAX)? {
                0 => std::thread::available_parallelism().map_or(1, usize::from),
                workers => workers,
            },
            limits: limits(layers)?,
            log: LogConfig { format: log_format(layers)?, level: log_level(layers)? },
        };
        let guarded = config.access.is_some() || switch(layers, "allow_remote_admin")?;
        if config.admin_listen.is_remote() && !guarded {
            return Err(ConfigError(format!(
                "admin_listen: {} can be reached from other machines, and without an access file whoever reaches it can \
                 replace the inventory. Listen on a loopback address, say with --access who may do what, or say \
                 --allow-remote-admin if something else guards it ({})",
                config.admin_listen,
                layers.origin("admin_listen"),
            )));
        }
        Ok(config)
    }
}

fn inventory(layers: &Layers) -> Result<InventoryChoice, ConfigError> {
    let sources = layers.list("inventory");
    match (sources.is_empty(), switch(layers, "sample")?) {
        (false, false) => Ok(InventoryChoice::Sources(sources.to_vec())),
        (true, true) => Ok(InventoryChoice::Sample),
        (true, false) => Err(ConfigError(
            "no inventory: pass --inventory FILE (.jsonl, .csv or .txt, also as .gz or .zst; .bsx), or --sample to try the \
             built-in one"
                .to_owned(),
        )),
        (false, true) => Err(ConfigError(format!(
            "inventory ({}) and sample ({}) exclude each other: keep one of them",
            layers.origin("inventory"),
            layers.origin("sample"),
        ))),
    }
}

fn limits(layers: &Layers) -> Result<Limits, ConfigError> {
    let duration = |key, least| {
        let millis = whole(layers, key, least, 86_400_000)?;
        Ok::<_, ConfigError>(Duration::from_millis(millis as u64))
    };
    Ok(Limits {
        text: TextLimits {
            text_bytes_max: whole(layers, "max_text_bytes", 1, TEXT_BYTES_MAX)?,
            text_tokens_max: whole(layers, "max_text_tokens", 1, TEXT_TOKENS_MAX)?,
        },
        batch_queries_max: whole(layers, "max_batch_queries", 1, BATCH_QUERIES_MAX)?,
        request_bytes_max: whole(layers, "max_request_bytes", 1_024, 64 * 1024 * 1024)?,
        connections_max: match whole(layers, "max_connections", 0, 1_000_000)? {
            0 => Limits::connections_default(),
            connections => connections,
        },
        rejected_records_max: whole(layers, "max_rejected_records", 0, usize::MAX)? as u64,
        lame_duck: duration("lame_duck_ms", 0)?,
        drain_timeout: duration("drain_timeout_ms", 0)?,
        connection: ConnectionLimits {
            age: duration("connection_age_ms", 0)?,
            age_grace: duration("connection_age_grace_ms", 0)?,
            idle: duration("connection_idle_ms", 0)?,
        },
        queue_wait_max: duration("max_queue_ms", 1)?,
        queued_queries_max: whole(layers, "max_queued_queries", 1, usize::MAX)?,
        slow_query: duration("slow_query_ms", 0)?,
    })
}

fn log_format(layers: &Layers) -> Result<LogFormat, ConfigError> {
    let choices = [("auto", LogFormat::Auto), ("text", LogFormat::Text), ("json", LogFormat::Json)];
    choice(layers, "log_format", &choices)
}

fn log_level(layers: &Layers) -> Result<LogLevel, ConfigError> {
    let choices = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    choice(layers, "log_level", &choices)
}

fn address(layers: &Layers, key: &str) -> Result<ListenAddress, ConfigError> {
    ListenAddress::parse(layers.single(key)).ok_or_else(|| {
        layers.wrong(key, "an IP address and a port, as in 127.0.0.1:50051, or unix: and a path")
    })
}

fn optional_address(layers: &Layers, key: &str) -> Result<Option<ListenAddress>, ConfigError> {
    if layers.single(key).is_empty() { Ok(None) } else { address(layers, key).map(Some) }
}

/// A path, if one is given.
fn path(layers: &Layers, key: &str) -> Option<PathBuf> {
    Some(layers.single(key)).filter(|text| !text.is_empty()).map(PathBuf::from)
}

fn tls(layers: &Layers) -> Result<Option<TlsConfig>, ConfigError> {
    let client_certificate_required =
        choice(layers, "tls_client_auth", &[("required", true), ("optional", false)])?;
    let client_ca = path(layers, "tls_client_ca");
    match (path(layers, "tls_certificate"), path(layers, "tls_key")) {
        (Some(certificate), Some(key)) => {
            Ok(Some(TlsConfig { certificate, key, client_ca, client_certificate_required }))
        }
        (None, None) if client_ca.is_some() => Err(ConfigError(format!(
            "tls_client_ca ({}) needs tls_certificate and tls_key: without TLS no client shows a certificate",
            layers.origin("tls_client_ca"),
        ))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError(format!(
            "tls_certificate ({}) needs tls_key, the file of its private key",
            layers.origin("tls_certificate"),
        ))),
        (None, Some(_)) => Err(ConfigError(format!(
            "tls_key ({}) needs tls_certificate, the file of its certificate",
            layers.origin("tls_key"),
        ))),
    }
}

fn whole(layers: &Layers, key: &str, least: usize, most: usize) -> Result<usize, ConfigError> {
    let text = layers.single(key).replace('_', "");
    match text.parse::<usize>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        _ if most == usize::MAX => {
            Err(layers.wrong(key, &format!("a whole number of {least} or more")))
        }
        _ => Err(layers.wrong(key, &format!("a whole number from {least} to {most}"))),
    }
}

fn switch(layers: &Layers, key: &str) -> Result<bool, ConfigError> {
    choice(layers, key, &[("true", true), ("false", false)])
}

fn choice<T: Copy>(layers: &Layers, key: &str, choices: &[(&str, T)]) -> Result<T, ConfigError> {
    let text = layers.single(key);
    match choices.iter().find(|(name, _)| *name == text) {
        Some((_, value)) => Ok(*value),
        None => {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            Err(layers.wrong(key, &format!("one of {}", names.join(", "))))
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests;
