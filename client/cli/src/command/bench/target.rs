//! Where the load goes: plain text, TLS or a Unix socket, and the headers of every call.

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

use super::stream::Requests;
use super::tls;
use crate::access::Access;
use crate::failure::Failure;
use crate::secret::Secret;

/// Bytes that the server may send before it is told that they were read, on a stream and on a connection: replies are
/// never held up by the generator.
const WINDOW_BYTES: u32 = 4 << 20;

/// Sends requests over one connection. A body is a batch, or the requests of a stream.
pub(super) type Sender = SendRequest<Either<Full<Bytes>, Requests>>;

/// A server.
#[derive(Debug, Clone)]
pub(super) struct Target {
    way: Way,
    /// What the URI of a call begins with.
    base: String,
    headers: HeaderMap,
}

/// How it is reached.
#[derive(Debug, Clone)]
enum Way {
    Plain(Authority),
    Tls { authority: Authority, name: ServerName<'static>, config: Arc<ClientConfig> },
    Unix(PathBuf),
}

impl Target {
    /// The server at an address that the client has accepted, with what the client has accepted beside it. `bulk` is the
    /// priority of the calls.
    ///
    /// # Errors
    /// What the client finds wrong as well.
    pub(super) fn new(address: &str, access: &Access, bulk: bool) -> Result<Target, Failure> {
        let (scheme, rest) = match address.split_once("://") {
            Some((scheme, rest)) => (scheme, rest.strip_suffix('/').unwrap_or(rest)),
            None => ("http", address),
        };
        let unusable = |why: String| Failure::usage(format!("{address}: {why}"));
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
        } else {
            (Way::Plain(authority(rest)?), format!("http://{rest}"))
        };
        Ok(Target { way, base, headers: headers(access, bulk)? })
    }

    /// Where a method of the match service is.
    pub(super) fn uri(&self, method: &str) -> Uri {
        let uri = format!("{}/broadside.v1.MatchService/{method}", self.base);
        uri.parse().expect("an authority and a path are a URI")
    }

    /// What goes in front of every call.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Connects. What drives the connection runs as a task of this runtime.
    ///
    /// # Errors
    /// The server cannot be reached, or does not speak HTTP/2.
    pub(super) async fn connect(&self) -> Result<Sender, Failure> {
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

    fn unreachable(&self, why: &str) -> Failure {
        let place = match &self.way {
            Way::Plain(authority) | Way::Tls { authority, .. } => authority.to_string(),
            Way::Unix(path) => path.display().to_string(),
        };
        Failure::unreachable(format!("cannot connect to {place}: {why}"))
    }
}

async fn tcp(authority: &Authority) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(authority.as_str()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn http2(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> io::Result<Sender> {
    let (sender, connection) = Builder::new(TokioExecutor::new())
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // It ends when the connection does, which every call on it notices.
    tokio::spawn(connection);
    Ok(sender)
}

/// What goes in front of every call. The token counts as sensitive: no table of compressed headers keeps it.
fn headers(access: &Access, bulk: bool) -> Result<HeaderMap, Failure> {
    let agent = concat!("broadside-bench/", env!("CARGO_PKG_VERSION"));
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    if bulk {
        headers.insert("x-broadside-priority", HeaderValue::from_static("bulk"));
    }
    if let Some(Secret(token)) = &access.token {
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        let mut value = value.map_err(|_| Failure::usage("the token cannot be sent"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::{Access, Secret, Target, Way};

    fn check(address: &str, way: &str, uri: &str) {
        let target = Target::new(address, &Access::default(), false).expect("it is good");
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
    fn headers() {
        let access = Access { token: Some(Secret("s3cr3t".to_owned())), ..Access::default() };
        let target = Target::new("unix:/run/a.sock", &access, true).expect("it is good");
        assert_eq!(target.headers()["authorization"], "Bearer s3cr3t");
        assert_eq!(target.headers()["x-broadside-priority"], "bulk");
        assert!(!format!("{target:?}").contains("s3cr3t"), "{target:?}");
        let nobody = Target::new("unix:/run/a.sock", &Access::default(), false);
        let nobody = nobody.expect("it is good");
        assert!(!nobody.headers().contains_key("authorization"));
        assert!(!nobody.headers().contains_key("x-broadside-priority"));
    }
}
