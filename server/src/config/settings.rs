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
        doc: "Address and port of the match service, or unix: and the path of a socket; port 0 takes a free one",
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
        doc: "Let admin_listen be reached from other machines, although no access file says who may do what",
    },
    Setting {
        key: "health_listen",
        kind: Kind::Single(""),
        value_name: "ADDRESS",
        doc: "Address and port, or unix: and a path, of health alone, without TLS and access, for probes; empty for none",
    },
    Setting {
        key: "tls_certificate",
        kind: Kind::Single(""),
        value_name: "FILE",
        doc: "Certificate of the match and the admin service, in PEM with those that lead to its authority; turns TLS on. Read again when it changes",
    },
    Setting {
        key: "tls_key",
        kind: Kind::Single(""),
        value_name: "FILE",
        doc: "Private key of tls_certificate, in PEM",
    },
    Setting {
        key: "tls_client_ca",
        kind: Kind::Single(""),
        value_name: "FILE",
        doc: "Authorities of client certificates, in PEM; clients are asked for one then",
    },
    Setting {
        key: "tls_client_auth",
        kind: Kind::Single("required"),
        value_name: "WHEN",
        doc: "required or optional: whether a client must show a certificate if tls_client_ca is given",
    },
    Setting {
        key: "access",
        kind: Kind::Single(""),
        value_name: "FILE",
        doc: "Who may do what: tokens, certificate names and their roles, in TOML. Without it everybody may do everything. Read again when it changes",
    },
    Setting {
        key: "reflection",
        kind: Kind::Single("true"),
        value_name: "BOOL",
        doc: "Whether clients may ask for the descriptions of services",
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
        key: "connection_age_ms",
        kind: Kind::Single("600000"),
        value_name: "MS",
        doc: "Age, give or take a tenth, at which a connection is told to go; 0 is never",
    },
    Setting {
        key: "connection_age_grace_ms",
        kind: Kind::Single("30000"),
        value_name: "MS",
        doc: "How long the calls of such a connection may go on",
    },
    Setting {
        key: "connection_idle_ms",
        kind: Kind::Single("900000"),
        value_name: "MS",
        doc: "How long a connection may be without a call; 0 is for ever",
    },
    Setting {
        key: "max_queue_ms",
        kind: Kind::Single("5"),
        value_name: "MS",
        doc: "How long a call may wait for its thread under overload before it is refused",
    },
    Setting {
        key: "max_queued_queries",
        kind: Kind::Single("65536"),
        value_name: "COUNT",
        doc: "Most queries that wait for one thread",
    },
    Setting {
        key: "slow_query_ms",
        kind: Kind::Single("100"),
        value_name: "MS",
        doc: "Time from which on a batch gets a line in the log; 0 is never",
    },
    Setting {
        key: "lame_duck_ms",
        kind: Kind::Single("5000"),
        value_name: "MS",
        doc: "How long the server still answers after SIGTERM, while health says that it is going; SIGINT skips it",
    },
    Setting {
        key: "drain_timeout_ms",
        kind: Kind::Single("20000"),
        value_name: "MS",
        doc: "How long calls in flight may take after that",
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
pub(super) const CLIENT_VARIABLES: &[&str] = &[
    "BROADSIDE_ADDRESS",
    "BROADSIDE_ADMIN_ADDRESS",
    "BROADSIDE_BENCH_DATA",
    "BROADSIDE_CLIENT_CERTIFICATE",
    "BROADSIDE_CLIENT_KEY",
    "BROADSIDE_DEADLINE",
    "BROADSIDE_TLS_CA",
    "BROADSIDE_TLS_SERVER_NAME",
    "BROADSIDE_TOKEN",
    "BROADSIDE_TOKEN_FILE",
];

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
