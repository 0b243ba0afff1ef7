//! The target of a load: plain text, TLS or a Unix socket, and the headers of every call.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, TE, USER_AGENT};
use http::uri::{Authority, Uri};
use http_body_util::{Either, Full};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::access::Access;
use crate::error::Error;
use crate::limits::WINDOW_BYTES;
use crate::load::Priority;
use crate::stream::Requests;
use crate::tls;

/// A sender of requests over one connection. A body is a batch, or the requests of a stream.
pub(crate) type Sender = SendRequest<Either<Full<Bytes>, Requests>>;

/// A server, and the way into it. Making one connects to nothing.
#[derive(Debug, Clone)]
pub struct Target {
    way: Way,
    /// The beginning of each call's URI.
    base: String,
    headers: HeaderMap,
}

/// The way to a server.
#[derive(Debug, Clone)]
enum Way {
    Plain(Authority),
    Tls { authority: Authority, name: ServerName<'static>, config: Arc<ClientConfig> },
    Unix(PathBuf),
}

impl Target {
    /// Makes a target of an address: `HOST:PORT` in plain text, `https://HOST:PORT`, or
    /// `unix:/PATH`, which ignores all of the access but its token.
    ///
    /// # Errors
    /// The address, a certificate or the token cannot be used. A client of `client/rust` says it
    /// better; it is worth asking one first.
    pub fn new(address: &str, access: &Access) -> Result<Target, Error> {
        let (scheme, rest) = match address.split_once("://") {
            Some((scheme, rest)) => (scheme, rest.strip_suffix('/').unwrap_or(rest)),
            None => ("http", address),
        };
        let unusable = |why: String| Error::Target(format!("{address}: {why}"));
        let authority =
            |text: &str| text.parse::<Authority>().map_err(|error| unusable(error.to_string()));
        let (way, base) = if let Some(path) = address.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            (Way::Unix(PathBuf::from(path)), "http://localhost".to_owned())
        } else if scheme == "https" {
            let authority = authority(rest)?;
            let host = authority.host().trim_start_matches('[').trim_end_matches(']');
            let name = access.server_name.as_deref().unwrap_or(host);
            let name = ServerName::try_from(name.to_owned())
                .map_err(|error| unusable(error.to_string()))?;
            let config = tls::configuration(access).map_err(unusable)?;
            (Way::Tls { authority, name, config: Arc::new(config) }, format!("https://{rest}"))
        } else if scheme == "http" {
            (Way::Plain(authority(rest)?), format!("http://{rest}"))
        } else {
            return Err(unusable(format!("expected http, https or unix, got {scheme}")));
        };
        Ok(Target { way, base, headers: headers(access)? })
    }

    /// Returns the target with a priority for its calls.
    pub(crate) fn with_priority(&self, priority: Priority) -> Target {
        let mut target = self.clone();
        if priority == Priority::Bulk {
            target.headers.insert("x-broadside-priority", HeaderValue::from_static("bulk"));
        }
        target
    }

    /// Returns the URI of a method of the match service.
    pub(crate) fn uri(&self, method: &str) -> Uri {
        let uri = format!("{}/broadside.v1.MatchService/{method}", self.base);
        uri.parse().expect("an authority and a path are a URI")
    }

    /// Returns the headers of every call.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Connects. The connection is driven by a task of this runtime.
    ///
    /// # Errors
    /// The server cannot be reached, or does not speak HTTP/2.
    pub(crate) async fn connect(&self) -> Result<Sender, Error> {
        let sender = match &self.way {
            Way::Plain(authority) => async { http2(tcp(authority).await?).await }.await,
            Way::Tls { authority, name, config } => {
                let connector = TlsConnector::from(Arc::clone(config));
                async { http2(connector.connect(name.clone(), tcp(authority).await?).await?).await }
                    .await
            }
            Way::Unix(path) => async { http2(UnixStream::connect(path).await?).await }.await,
        };
        sender.map_err(|error| self.unreachable(&error.to_string()))
    }

    /// Makes the error of a connection that cannot be made.
    fn unreachable(&self, why: &str) -> Error {
        let place = match &self.way {
            Way::Plain(authority) | Way::Tls { authority, .. } => authority.to_string(),
            Way::Unix(path) => path.display().to_string(),
        };
        Error::Unreachable(format!("cannot connect to {place}: {why}"))
    }
}

/// Connects over TCP.
async fn tcp(authority: &Authority) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(authority.as_str()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Begins HTTP/2 on a stream.
async fn http2(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> io::Result<Sender> {
    let (sender, connection) = Builder::new(TokioExecutor::new())
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // The task ends when the connection does, which every call on it notices.
    tokio::spawn(connection);
    Ok(sender)
}

/// Makes the headers of every call. The token counts as sensitive: no table of compressed headers
/// keeps it.
fn headers(access: &Access) -> Result<HeaderMap, Error> {
    let agent = concat!("broadside-bench/", env!("CARGO_PKG_VERSION"));
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    if let Some(token) = &access.token {
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        let unusable = |_| Error::Target("the token cannot be sent".to_owned());
        let mut value = value.map_err(unusable)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::{Access, Error, Priority, Target, Way};

    fn check(address: &str, way: &str, uri: &str) {
        let target = Target::new(address, &Access::default()).expect("it is good");
        let found = match &target.way {
            Way::Plain(authority) => format!("plain {authority}"),
            Way::Tls { authority, name, .. } => format!("TLS {authority} {}", name.to_str()),
            Way::Unix(path) => format!("unix {}", path.display()),
        };
        assert_eq!(found, way);
        assert_eq!(
            target.uri("MatchBatch").to_string(),
            format!("{uri}/broadside.v1.MatchService/MatchBatch")
        );
    }

    #[test]
    fn addresses() {
        check("127.0.0.1:50051", "plain 127.0.0.1:50051", "http://127.0.0.1:50051");
        check("http://[::1]:50051/", "plain [::1]:50051", "http://[::1]:50051");
        check("unix:/run/a.sock", "unix /run/a.sock", "http://localhost");
        check("unix:///run/a.sock", "unix /run/a.sock", "http://localhost");
    }

    #[test]
    fn addresses_that_cannot_be_used() {
        let check = |address: &str, access: &Access, expected: &str| {
            let error = Target::new(address, access).expect_err(address);
            let is_said = matches!(&error, Error::Target(text) if text.contains(expected));
            assert!(is_said, "{address}: {error}");
        };
        let nobody = Access::default();
        check("ftp://a.test:1", &nobody, "ftp://a.test:1: expected http, https or unix, got ftp");
        check("http://a.test:1/b", &nobody, "http://a.test:1/b: ");
        check("a b:1", &nobody, "a b:1: ");
        let empty = Access { ca: Some(Vec::new()), ..Access::default() };
        check("https://a.test:1", &empty, "there is no CA that could be trusted");
        let bent = Access { token: Some("s3cr3t\n".to_owned()), ..Access::default() };
        check("127.0.0.1:1", &bent, "the token cannot be sent");
    }

    #[test]
    fn headers() {
        let access = Access { token: Some("s3cr3t".to_owned()), ..Access::default() };
        let target = Target::new("unix:/run/a.sock", &access).expect("it is good");
        let target = target.with_priority(Priority::Bulk);
        assert_eq!(target.headers()["authorization"], "Bearer s3cr3t");
        assert_eq!(target.headers()["x-broadside-priority"], "bulk");
        assert!(!format!("{target:?}").contains("s3cr3t"), "{target:?}");
        let nobody = Target::new("unix:/run/a.sock", &Access::default()).expect("it is good");
        let nobody = nobody.with_priority(Priority::Interactive);
        assert!(!nobody.headers().contains_key("authorization"));
        assert!(!nobody.headers().contains_key("x-broadside-priority"));
    }
}
