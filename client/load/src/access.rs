//! The credentials for a server.

/// Credentials for a server, and trust in it. Certificates and keys are PEM.
///
/// It has no `Debug`, so that no secret is ever shown.
#[derive(Clone, Default)]
pub struct Access {
    /// The CAs that may have signed the server's certificate. `None`: those the system trusts.
    pub ca: Option<Vec<u8>>,
    /// A certificate to show, and its key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// The name that the server's certificate must have. `None`: the host of the address.
    pub server_name: Option<String>,
    /// The token to send.
    pub token: Option<String>,
}
