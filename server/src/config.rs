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
use std::net::SocketAddr;
use std::time::Duration;

use broadside_core::TextLimits;
use broadside_core::limits::{BATCH_QUERIES_MAX, TEXT_BYTES_MAX, TEXT_TOKENS_MAX};

use crate::limits::{Limits, WORKERS_MAX};

mod layers;
mod settings;

use layers::Layers;

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Serve with these settings.
    Serve(Box<Config>),
    /// Print this text and stop: the help, the version, or the settings with their origins.
    Print(String),
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// What to load.
    pub inventory: InventoryChoice,
    /// Where matches are served.
    pub listen: SocketAddr,
    /// Where administration, health and metrics are served.
    pub admin_listen: SocketAddr,
    /// Threads that match; at least 1.
    pub workers: usize,
    /// The bounds.
    pub limits: Limits,
    /// How to log.
    pub log: LogConfig,
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
            workers: match whole(layers, "workers", 0, WORKERS_MAX)? {
                0 => std::thread::available_parallelism().map_or(1, usize::from),
                workers => workers,
            },
            limits: limits(layers)?,
            log: LogConfig { format: log_format(layers)?, level: log_level(layers)? },
        };
        if !config.admin_listen.ip().is_loopback() && !switch(layers, "allow_remote_admin")? {
            return Err(ConfigError(format!(
                "admin_listen: {} can be reached from other machines, and the admin listener knows no authentication: \
                 whoever reaches it can replace the inventory. Listen on a loopback address, or say --allow-remote-admin \
                 if something else guards it ({})",
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
    let drain_timeout_ms = whole(layers, "drain_timeout_ms", 0, 3_600_000)?;
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
        drain_timeout: Duration::from_millis(drain_timeout_ms as u64),
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

fn address(layers: &Layers, key: &str) -> Result<SocketAddr, ConfigError> {
    let text = layers.single(key);
    text.parse().map_err(|_| layers.wrong(key, "an IP address and a port, as in 127.0.0.1:50051"))
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
