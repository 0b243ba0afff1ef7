//! Defaults, file, environment and flags, stacked: which text each setting has, and where that came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};

use super::ConfigError;
use super::settings::{CLIENT_VARIABLES, FILE_VARIABLE, Kind, SETTINGS, Setting, VARIABLE_PREFIX};

/// The settings as texts, each with its origin.
pub(super) struct Layers {
    values: BTreeMap<&'static str, Value>,
    /// Whether they should be printed instead of used.
    pub(super) print_config: bool,
}

/// What the arguments ask for.
pub(super) enum Asked {
    /// To do something with these settings.
    Settings(Layers),
    /// To print this: the help or the version.
    Print(String),
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File(String),
    Variable(String),
    Flag(String),
}

struct Value {
    texts: Vec<String>,
    origin: Origin,
}

impl Layers {
    /// Stacks the four layers.
    ///
    /// # Errors
    /// An unknown key, flag or variable, or a file that cannot be read.
    pub(super) fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Asked, ConfigError> {
        let matches = match command().try_get_matches_from(arguments) {
            Ok(matches) => matches,
            Err(error) if !error.use_stderr() => return Ok(Asked::Print(error.to_string())),
            Err(error) => return Err(ConfigError(flag_error(&error))),
        };
        let mut layers = Layers {
            values: SETTINGS
                .iter()
                .map(|setting| {
                    (setting.key, Value { texts: setting.defaults(), origin: Origin::Default })
                })
                .collect(),
            print_config: matches.get_flag("print_config"),
        };
        let environment = variables(environment)?;
        let file = matches.get_one::<String>("config").or_else(|| environment.get(FILE_VARIABLE));
        if let Some(path) = file {
            layers.add_file(Path::new(path))?;
        }
        layers.add_variables(&environment)?;
        layers.add_flags(&matches);
        Ok(Asked::Settings(layers))
    }

    /// The text of a setting that has exactly one.
    pub(super) fn single(&self, key: &str) -> &str {
        self.list(key).first().expect("a setting that is not a list has exactly one text")
    }

    /// The texts of a setting.
    pub(super) fn list(&self, key: &str) -> &[String] {
        &self.value(key).texts
    }

    /// Where a setting's value came from.
    pub(super) fn origin(&self, key: &str) -> &Origin {
        &self.value(key).origin
    }

    /// The error of a value that is not what it should be.
    pub(super) fn wrong(&self, key: &str, expected: &str) -> ConfigError {
        ConfigError(format!(
            "{key}: expected {expected}, got {:?} ({})",
            self.single(key),
            self.origin(key)
        ))
    }

    fn value(&self, key: &str) -> &Value {
        self.values.get(key).expect("the key is one of the table")
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigError(format!("cannot read the settings file {name}: {error}"))
        })?;
        let table: toml::Table =
            text.parse().map_err(|error| ConfigError(format!("{name} is not TOML: {error}")))?;
        for (key, value) in &table {
            let Some(setting) = Setting::find(key) else {
                let known = SETTINGS.iter().map(|setting| setting.key);
                return Err(unknown(&format!("key {key:?} in {name}"), key, known));
            };
            let texts = file_texts(setting, value).map_err(|got| {
                ConfigError(format!(
                    "{key}: expected {}, got {got} ({name})",
                    setting.kind.in_a_file()
                ))
            })?;
            self.set(setting, texts, Origin::File(name.clone()));
        }
        Ok(())
    }

    fn add_variables(&mut self, environment: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        for (name, text) in environment {
            if name == FILE_VARIABLE || CLIENT_VARIABLES.contains(&name.as_str()) {
                continue;
            }
            let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == *name) else {
                let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
                return Err(unknown(
                    &format!("variable {name}"),
                    name,
                    known.iter().map(String::as_str),
                ));
            };
            let texts = match setting.kind {
                Kind::List => text
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect(),
                Kind::Single(_) | Kind::Switch => vec![text.clone()],
            };
            self.set(setting, texts, Origin::Variable(name.clone()));
        }
        Ok(())
    }

    fn add_flags(&mut self, matches: &ArgMatches) {
        for setting in SETTINGS {
            if matches.value_source(setting.key) == Some(ValueSource::CommandLine) {
                let texts =
                    matches.get_many::<String>(setting.key).unwrap_or_default().cloned().collect();
                self.set(setting, texts, Origin::Flag(setting.flag()));
            }
        }
    }

    fn set(&mut self, setting: &'static Setting, texts: Vec<String>, origin: Origin) {
        self.values.insert(setting.key, Value { texts, origin });
    }
}

/// The variables that begin like ours. One that is not UTF-8 is an error if it is ours, and nobody's business if not.
fn variables(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut found = BTreeMap::new();
    for (name, text) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(VARIABLE_PREFIX)) else {
            continue;
        };
        let text = text.into_string().map_err(|text| {
            ConfigError(format!("variable {name}: expected UTF-8, got {text:?}"))
        })?;
        found.insert(name.to_owned(), text);
    }
    Ok(found)
}

/// The texts of a value of the file, or what was got instead of one.
fn file_texts(setting: &Setting, value: &toml::Value) -> Result<Vec<String>, String> {
    let single = |value: &toml::Value| match (setting.kind, value) {
        (Kind::List | Kind::Single(_), toml::Value::String(text)) => Ok(text.clone()),
        (Kind::Single(_), toml::Value::Integer(number)) => Ok(number.to_string()),
        (Kind::Switch, toml::Value::Boolean(yes)) => Ok(yes.to_string()),
        (_, other) => Err(other.type_str().to_owned()),
    };
    match (setting.kind, value) {
        (Kind::List, toml::Value::Array(elements)) => elements.iter().map(single).collect(),
        (_, value) => single(value).map(|text| vec![text]),
    }
}

/// The command line, from the table.
fn command() -> clap::Command {
    let mut command = clap::Command::new("broadside-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Matches texts against an inventory of keywords over gRPC")
        .after_help(
            "Every setting is also a key of the settings file (max_text_bytes) and a variable (BROADSIDE_MAX_TEXT_BYTES). \
             Flags win over variables, variables over the file.\n\nSIGHUP reads the inventory again. SIGTERM and SIGINT \
             end the server after its calls; a second one ends it at once.\n\n`broadside-server healthcheck` asks a \
             server whether it is ready, for images without a shell.",
        )
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .help(format!("Settings file in TOML [variable: {FILE_VARIABLE}]")),
        )
        .arg(
            Arg::new("print_config")
                .long("print-config")
                .action(ArgAction::SetTrue)
                .help("Print every setting and where it came from, and stop"),
        );
    for setting in SETTINGS {
        let arg = Arg::new(setting.key).long(setting.flag()).value_name(setting.value_name);
        command = command.arg(match setting.kind {
            Kind::Single(default) => arg.help(format!("{} [default: {default}]", setting.doc)),
            Kind::List => arg.help(setting.doc).action(ArgAction::Append),
            Kind::Switch => arg
                .help(setting.doc)
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true"),
        });
    }
    command
}

/// clap's message without its `error: ` in front: the caller says that it is one.
fn flag_error(error: &clap::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
}

/// The error of a key that does not exist, with the nearest one that does.
fn unknown<'a>(what: &str, key: &str, known: impl Iterator<Item = &'a str>) -> ConfigError {
    let nearest = known
        .map(|name| (strsim::damerau_levenshtein(key, name), name))
        .min()
        .filter(|(distance, _)| *distance <= 1 + key.len() / 4);
    ConfigError(match nearest {
        Some((_, name)) => format!("unknown {what}; did you mean {name}?"),
        None => format!("unknown {what}; --help lists what there is"),
    })
}

impl Kind {
    /// What a file has to say for it.
    fn in_a_file(self) -> &'static str {
        match self {
            Kind::Single(_) => "a string or a whole number",
            Kind::List => "a string or a list of strings",
            Kind::Switch => "true or false",
        }
    }
}

/// One line for each setting: `key = value`, as the file has it, and where it came from.
impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for setting in SETTINGS {
            let value = self.value(setting.key);
            let text = match setting.kind {
                Kind::List => format!("{:?}", value.texts),
                Kind::Single(default)
                    if default.starts_with(|c: char| c.is_ascii_digit())
                        && default.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    self.single(setting.key).to_owned()
                }
                Kind::Single(_) => format!("{:?}", self.single(setting.key)),
                Kind::Switch => self.single(setting.key).to_owned(),
            };
            let assignment = format!("{} = {text}", setting.key);
            writeln!(f, "{assignment:<48} # {}", value.origin)?;
        }
        Ok(())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(name) => write!(f, "from {name}"),
            Origin::Variable(name) => write!(f, "from {name}"),
            Origin::Flag(name) => write!(f, "from --{name}"),
        }
    }
}
