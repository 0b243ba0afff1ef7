//! How a connection is set up.

use std::time::Duration;

use tonic::transport::Endpoint;

use crate::address;
use crate::admin::AdminClient;
use crate::client::Client;
use crate::connection::Connection;
use crate::error::{Code, Error};
use crate::limits::{
    CONNECT_TIMEOUT_DEFAULT, DEADLINE_DEFAULT, KEEPALIVE_INTERVAL_DEFAULT,
    KEEPALIVE_TIMEOUT_DEFAULT, WINDOW_BYTES,
};
use crate::retry::RetryPolicy;

/// The settings of a client, each with a default that suits most.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` or `build_admin`"]
pub struct Builder {
    address: String,
    deadline: Duration,
    connect_timeout: Duration,
    keepalive_interval: Duration,
    keepalive_timeout: Duration,
    policy: RetryPolicy,
}

impl Builder {
    /// Settings for the server at this address: `HOST:PORT` or `http://HOST:PORT`.
    pub fn new(address: impl Into<String>) -> Builder {
        Builder {
            address: address.into(),
            deadline: DEADLINE_DEFAULT,
            connect_timeout: CONNECT_TIMEOUT_DEFAULT,
            keepalive_interval: KEEPALIVE_INTERVAL_DEFAULT,
            keepalive_timeout: KEEPALIVE_TIMEOUT_DEFAULT,
            policy: RetryPolicy::default(),
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

    /// A client of the match service. It connects when it is first used.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if the address cannot be used (ADDRESS_INVALID, ADDRESS_NEEDS_TLS), FAILED_PRECONDITION outside a
    /// Tokio runtime (NO_RUNTIME).
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
        let uri = address::parse(&self.address)?;
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "a client lives in a Tokio runtime; build it inside one";
            return Err(Error::local(Code::FailedPrecondition, "NO_RUNTIME", message));
        }
        let endpoint = Endpoint::from(uri)
            .user_agent(concat!("broadside-client-rust/", env!("CARGO_PKG_VERSION")))
            .expect("a name and a version are a header value")
            .connect_timeout(self.connect_timeout)
            .http2_keep_alive_interval(self.keepalive_interval)
            .keep_alive_timeout(self.keepalive_timeout)
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .tcp_nodelay(true);
        Ok(Connection::new(endpoint.connect_lazy(), self.address, self.policy))
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
