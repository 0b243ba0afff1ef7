//! How a connection is set up.

use std::time::Duration;

use tonic::transport::{Endpoint, Uri};

use crate::address::Address;
use crate::admin::AdminClient;
use crate::client::Client;
use crate::connection::Connection;
use crate::error::{Code, Error};
use crate::headers::Headers;
use crate::limits::{
    CONNECT_TIMEOUT_DEFAULT, DEADLINE_DEFAULT, KEEPALIVE_INTERVAL_DEFAULT,
    KEEPALIVE_TIMEOUT_DEFAULT, WINDOW_BYTES,
};
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::tls::{self, TlsOptions};

/// The settings of a client, each with a default that suits most. They are checked when the client is built.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` or `build_admin`"]
pub struct Builder {
    address: String,
    deadline: Duration,
    connect_timeout: Duration,
    keepalive_interval: Duration,
    keepalive_timeout: Duration,
    policy: RetryPolicy,
    tls: TlsOptions,
    token: Option<Secret<String>>,
    traceparent: Option<String>,
}

impl Builder {
    /// Settings for the server at this address: `HOST:PORT` or `http://HOST:PORT` for plain text, `https://HOST:PORT` for
    /// TLS, `unix:/PATH` for a socket of this machine.
    pub fn new(address: impl Into<String>) -> Builder {
        Builder {
            address: address.into(),
            deadline: DEADLINE_DEFAULT,
            connect_timeout: CONNECT_TIMEOUT_DEFAULT,
            keepalive_interval: KEEPALIVE_INTERVAL_DEFAULT,
            keepalive_timeout: KEEPALIVE_TIMEOUT_DEFAULT,
            policy: RetryPolicy::default(),
            tls: TlsOptions::default(),
            token: None,
            traceparent: None,
        }
    }

    /// How long a call may take in all: connecting, every attempt and the waits between them, and every part of a large
    /// batch. Default: 2 s; at most a day.
    pub fn deadline(mut self, deadline: Duration) -> Builder {
        self.deadline = deadline;
        self
    }

    /// How long connecting may take. Default: 5 s. A shorter deadline wins.
    pub fn connect_timeout(mut self, timeout: Duration) -> Builder {
        self.connect_timeout = timeout;
        self
    }

    /// How often a connection with calls in flight is probed, and how long the answer may take before the connection
    /// counts as dead and its calls as UNAVAILABLE. Default: 30 s and 10 s.
    pub fn keepalive(mut self, interval: Duration, timeout: Duration) -> Builder {
        self.keepalive_interval = interval;
        self.keepalive_timeout = timeout;
        self
    }

    /// How often a call is attempted, the first time included. Default: 3; 1 means never again.
    pub fn max_attempts(mut self, attempts: u32) -> Builder {
        self.policy.max_attempts = attempts;
        self
    }

    /// Who may have signed the server's certificate: one certificate or several, in PEM, instead of those that the system
    /// trusts. Only for an `https` address.
    pub fn tls_ca(mut self, pem: impl Into<Vec<u8>>) -> Builder {
        self.tls.ca = Some(pem.into());
        self
    }

    /// The certificate that this client shows to a server that asks for one, with those between it and its CA, and its
    /// key, which must not be encrypted; both in PEM. Only for an `https` address.
    pub fn tls_identity(
        mut self,
        certificate_pem: impl Into<Vec<u8>>,
        key_pem: impl Into<Vec<u8>>,
    ) -> Builder {
        self.tls.identity = Some((certificate_pem.into(), Secret(key_pem.into())));
        self
    }

    /// The name that the server's certificate must have, if it is not the host of the address. Only for an `https`
    /// address.
    pub fn tls_server_name(mut self, name: impl Into<String>) -> Builder {
        self.tls.server_name = Some(name.into());
        self
    }

    /// The token that says who asks: one word of visible ASCII characters, sent with every call as
    /// `authorization: Bearer TOKEN`. Whoever can read what is sent can use it, so send it over TLS, or to a server of
    /// this machine.
    pub fn token(mut self, token: impl Into<String>) -> Builder {
        self.token = Some(Secret(token.into()));
        self
    }

    /// The `traceparent` header (W3C Trace Context) of every call, passed on as it is. For a program that is one step of a
    /// trace; a service gives each call its own ([`BatchOptions::traceparent`](crate::BatchOptions::traceparent)).
    pub fn traceparent(mut self, traceparent: impl Into<String>) -> Builder {
        self.traceparent = Some(traceparent.into());
        self
    }

    /// A client of the match service. It connects when it is first used.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if a setting cannot be used: ADDRESS_INVALID, TLS_CA_INVALID, TLS_IDENTITY_INVALID,
    /// TLS_SERVER_NAME_INVALID, TLS_UNUSED (options for TLS, and an address that is not `https`), TOKEN_INVALID,
    /// TRACEPARENT_INVALID. FAILED_PRECONDITION if the system trusts nobody (TLS_ROOTS_MISSING), and outside a Tokio
    /// runtime (NO_RUNTIME).
    pub fn build(self) -> Result<Client, Error> {
        let deadline = self.deadline;
        Ok(Client::new(self.connection()?, deadline))
    }

    /// A client of the inventory service, which listens at the server's admin address.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn build_admin(self) -> Result<AdminClient, Error> {
        let deadline = self.deadline;
        Ok(AdminClient::new(self.connection()?, deadline))
    }

    fn connection(self) -> Result<Connection, Error> {
        let address = Address::parse(&self.address)?;
        let token = self.token.as_ref().map(|token| token.0.as_str());
        let headers = Headers::of_client(token, self.traceparent.as_deref())?;
        if !self.tls.is_empty() && !matches!(address, Address::Tls(_)) {
            let message = format!(
                "there are options for TLS, but `{}` is an address without it; write https://HOST:PORT, or leave them out",
                self.address
            );
            return Err(Error::local(Code::InvalidArgument, "TLS_UNUSED", message));
        }
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "a client lives in a Tokio runtime; build it inside one";
            return Err(Error::local(Code::FailedPrecondition, "NO_RUNTIME", message));
        }
        let is_tls = matches!(address, Address::Tls(_));
        let endpoint = self.endpoint(address)?;
        let channel = if is_tls { tls::connect_lazy(&endpoint) } else { endpoint.connect_lazy() };
        Ok(Connection::new(channel, self.address, headers, self.policy))
    }

    fn endpoint(&self, address: Address) -> Result<Endpoint, Error> {
        let endpoint = match address {
            Address::Plain(uri) => Endpoint::from(uri),
            Address::Tls(uri) => self.tls.apply(Endpoint::from(uri), self.connect_timeout)?,
            // What a socket of this machine is called in HTTP is agreed on by all that speak gRPC.
            Address::Unix(path) => Endpoint::from_shared(format!("unix:{path}"))
                .expect("a path is taken as it is")
                .origin(Uri::from_static("http://localhost")),
        };
        Ok(endpoint
            .user_agent(concat!("broadside-client-rust/", env!("CARGO_PKG_VERSION")))
            .expect("a name and a version are a header value")
            .connect_timeout(self.connect_timeout)
            .http2_keep_alive_interval(self.keepalive_interval)
            .keep_alive_timeout(self.keepalive_timeout)
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .tcp_nodelay(true))
    }
}

#[cfg(test)]
mod tests {
    use super::Builder;
    use crate::error::Code;

    #[test]
    fn outside_a_runtime_a_client_is_refused_and_nothing_panics() {
        let error = Builder::new("127.0.0.1:1").build().expect_err("there is no runtime");
        assert_eq!(error.code, Code::FailedPrecondition);
        assert_eq!(error.reason.as_deref(), Some("NO_RUNTIME"));
    }

    #[tokio::test]
    async fn building_connects_to_nothing() {
        assert!(Builder::new("127.0.0.1:1").build().is_ok());
        assert!(Builder::new("127.0.0.1:1").build_admin().is_ok());
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_unavailable_with_its_address_and_the_cause() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        drop(listener);
        let client = Builder::new(&address).max_attempts(2).build().expect("the address is good");
        let error = client.match_one("cat").await.expect_err("nobody listens");
        assert_eq!(error.code, Code::Unavailable);
        assert!(error.retryable);
        assert!(error.message.contains(&address), "{}", error.message);
        assert!(error.message.contains("refused"), "{}", error.message);
    }
}
