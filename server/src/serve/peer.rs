//! Who is at the other end of a connection.

use std::fmt;
use std::net::SocketAddr;

/// The other end of a connection, as far as the connection tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Where it is; nothing for a Unix socket.
    pub address: Option<SocketAddr>,
    /// The DNS names and URIs of its certificate, if it has shown one that is trusted.
    pub certificate_names: Vec<String>,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => address.fmt(f),
            None => f.write_str("unix"),
        }
    }
}
