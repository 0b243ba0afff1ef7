//! The one table of what can be set. Flags, variables, keys of the file, the help and `--print-config` all come from it.

/// One setting.
pub(super) struct Setting {
    /// The key in the file; `--max-text-bytes` and `BROADSIDE_MAX_TEXT_BYTES` follow from `max_text_bytes`.
    pub key: &'static str,
    /// What kind of value it takes, and its default.
    pub kind: Kind,
    /// The name of the value in the help.
    pub value_name: &'static str,
    /// What it does, for the help.
    pub doc: &'static str,
}

/// What kind of value a setting takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One value, with its default.
    Single(&'static str),
    /// Any number of values, none by default. In a variable they are separated by commas.
    List,
    /// True or false; the flag alone means true, and the default is false.
    Switch,
}

/// The settings, in the order of the help.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "inventory",
        kind: Kind::List,
        value_name: "FILE",
        doc: "Inventory to load: a path or file:// URI that ends in .jsonl, .ndjson, .csv or .txt, also with .gz or \
              .zst, or in .bsx, which is given alone. May be given more than once; in the variable, separated by commas",
    },
    Setting {
        key: "sample",
        kind: Kind::Switch,
        value_name: "BOOL",
        doc: "Serve the built-in sample inventory instead of files",
    },
    Setting {
        key: "listen",
        kind: Kind::Single("127.0.0.1:50051"),
        value_name: "ADDRESS",
        doc: "Address and port of the match service; port 0 takes a free one",
    },
    Setting {
        key: "admin_listen",
        kind: Kind::Single("127.0.0.1:50052"),
        value_name: "ADDRESS",
        doc: "Address and port of administration, health and metrics",
    },
    Setting {
        key: "allow_remote_admin",
        kind: Kind::Switch,
        value_name: "BOOL",
        doc: "Let admin_listen be reached from other machines, although it knows no authentication",
    },
    Setting {
        key: "workers",
        kind: Kind::Single("0"),
        value_name: "COUNT",
        doc: "Threads that match; 0 is one for each core",
    },
    Setting {
        key: "max_text_bytes",
        kind: Kind::Single("65536"),
        value_name: "BYTES",
        doc: "Longest text of a query",
    },
    Setting {
        key: "max_text_tokens",
        kind: Kind::Single("8192"),
        value_name: "COUNT",
        doc: "Most tokens of a query's text",
    },
    Setting {
        key: "max_batch_queries",
        kind: Kind::Single("4096"),
        value_name: "COUNT",
        doc: "Most queries of one batch",
    },
    Setting {
        key: "max_request_bytes",
        kind: Kind::Single("4194304"),
        value_name: "BYTES",
        doc: "Longest request of the match service",
    },
    Setting {
        key: "max_connections",
        kind: Kind::Single("0"),
        value_name: "COUNT",
        doc: "Most connections of the match service; 0 is 4,096, or half the process's descriptors if that is less",
    },
    Setting {
        key: "max_rejected_records",
        kind: Kind::Single("0"),
        value_name: "COUNT",
        doc: "Bad records that a load leaves out and reports before it refuses the inventory",
    },
    Setting {
        key: "drain_timeout_ms",
        kind: Kind::Single("20000"),
        value_name: "MS",
        doc: "How long calls in flight may take after SIGTERM",
    },
    Setting {
        key: "log_format",
        kind: Kind::Single("auto"),
        value_name: "FORMAT",
        doc: "auto, text or json; auto is text on a terminal and json otherwise",
    },
    Setting {
        key: "log_level",
        kind: Kind::Single("info"),
        value_name: "LEVEL",
        doc: "error, warn, info, debug or trace",
    },
];

/// Variables that begin like ours and belong to the clients.
pub(super) const CLIENT_VARIABLES: &[&str] =
    &["BROADSIDE_ADDRESS", "BROADSIDE_ADMIN_ADDRESS", "BROADSIDE_BENCH_DATA", "BROADSIDE_CONTEXT"];

/// What every variable of ours begins with.
pub(super) const VARIABLE_PREFIX: &str = "BROADSIDE_";

/// The variable that names the file.
pub(super) const FILE_VARIABLE: &str = "BROADSIDE_CONFIG";

impl Setting {
    /// The setting of this key.
    pub(super) fn find(key: &str) -> Option<&'static Setting> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// Its flag, without the dashes in front.
    pub(super) fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// Its variable.
    pub(super) fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.key.to_ascii_uppercase())
    }

    /// Its values if nobody sets it.
    pub(super) fn defaults(&self) -> Vec<String> {
        match self.kind {
            Kind::Single(default) => vec![default.to_owned()],
            Kind::List => Vec::new(),
            Kind::Switch => vec!["false".to_owned()],
        }
    }
}
