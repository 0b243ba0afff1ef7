//! Asks a server, over HTTP/1.1, whether it is well: for images that have neither a shell nor a probe of their own.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::config::{Healthcheck, ListenAddress};

/// How long each step of asking may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks.
///
/// # Errors
/// The server cannot be reached, or is not well.
pub fn ask(check: &Healthcheck) -> Result<(), Box<dyn std::error::Error>> {
    let unreachable = |error: io::Error| format!("cannot ask {}: {error}", check.address);
    let page = if check.live { "/livez" } else { "/readyz" };
    let status = match &check.address {
        ListenAddress::Tcp(address) => TcpStream::connect_timeout(address, PATIENCE)
            .and_then(|stream| {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                status(stream, page)
            })
            .map_err(unreachable)?,
        ListenAddress::Unix(path) => UnixStream::connect(path)
            .and_then(|stream| {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                status(stream, page)
            })
            .map_err(unreachable)?,
    };
    if status.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    Err(format!("{} answers {page} with {status:?}, expected 200", check.address).into())
}

/// The first line of the reply.
fn status(mut stream: impl Read + Write, page: &str) -> io::Result<String> {
    write!(stream, "GET {page} HTTP/1.1\r\nhost: broadside\r\nconnection: close\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream.take(4_096)).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
