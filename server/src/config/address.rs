//! Where a listener listens: a TCP address, or a Unix socket.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What stands before the path of a Unix socket.
const UNIX: &str = "unix:";

/// Where a listener listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenAddress {
    /// A TCP port.
    Tcp(SocketAddr),
    /// A Unix socket of this path.
    Unix(PathBuf),
}

impl ListenAddress {
    /// Reads `IP:PORT` or `unix:PATH`.
    pub(super) fn parse(text: &str) -> Option<ListenAddress> {
        match text.strip_prefix(UNIX) {
            Some("") => None,
            Some(path) => Some(ListenAddress::Unix(PathBuf::from(path))),
            None => text.parse().ok().map(ListenAddress::Tcp),
        }
    }

    /// Whether other machines can reach it.
    pub fn is_remote(&self) -> bool {
        match self {
            ListenAddress::Tcp(address) => !address.ip().is_loopback(),
            ListenAddress::Unix(_) => false,
        }
    }
}

/// As it is written in the settings.
impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListenAddress::Tcp(address) => address.fmt(f),
            ListenAddress::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}
