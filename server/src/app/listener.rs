//! Takes ports and sockets before anything is served.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;

use super::error::StartError;
use crate::config::ListenAddress;
use crate::limits::ACCEPT_BACKLOG;
use crate::serve::acceptor::Listener;

/// A listener that has its address and is not served yet.
pub(super) struct Listening {
    listener: Listener,
    /// With the port that the system has chosen.
    address: ListenAddress,
    file: Option<SocketFile>,
}

/// Lets clients connect to what was taken.
pub(super) struct Opener(OwnedFd);

/// The file of a Unix socket, which is removed when this is dropped.
pub(super) struct SocketFile(PathBuf);

impl Listening {
    /// Takes an address. Nobody can connect to a port before [`Opener::open`].
    ///
    /// # Errors
    /// It cannot be had.
    pub(super) fn bind(
        setting: &'static str,
        address: &ListenAddress,
    ) -> Result<Listening, StartError> {
        let bound = match address {
            ListenAddress::Tcp(address) => tcp(*address).and_then(|listener| {
                let address = ListenAddress::Tcp(listener.local_addr()?);
                Ok(Listening { listener: Listener::Tcp(listener), address, file: None })
            }),
            ListenAddress::Unix(path) => unix(path).map(|(listener, file)| Listening {
                listener: Listener::Unix(listener),
                address: address.clone(),
                file: Some(file),
            }),
        };
        bound.map_err(|error| StartError::Listen { setting, address: address.clone(), error })
    }

    /// Takes an address and lets clients connect.
    ///
    /// # Errors
    /// It cannot be had.
    pub(super) fn open(
        setting: &'static str,
        address: &ListenAddress,
    ) -> Result<Listening, StartError> {
        let listening = Listening::bind(setting, address)?;
        let opened = listening.opener().and_then(|opener| opener.open());
        let failed = |error| StartError::Listen { setting, address: address.clone(), error };
        opened.map(|()| listening).map_err(failed)
    }

    /// Lets clients connect, now or later.
    ///
    /// # Errors
    /// The system has no descriptor for it.
    pub(super) fn opener(&self) -> io::Result<Opener> {
        Ok(Opener(match &self.listener {
            Listener::Tcp(listener) => listener.as_fd().try_clone_to_owned()?,
            Listener::Unix(listener) => listener.as_fd().try_clone_to_owned()?,
        }))
    }

    /// Where it listens.
    pub(super) fn address(&self) -> &ListenAddress {
        &self.address
    }

    /// The listener, and the file to keep while it is used.
    pub(super) fn into_parts(self) -> (Listener, Option<SocketFile>) {
        (self.listener, self.file)
    }
}

impl Opener {
    /// Lets them.
    ///
    /// # Errors
    /// Another process has taken the same port, and was faster.
    pub(super) fn open(&self) -> io::Result<()> {
        Ok(rustix::net::listen(&self.0, ACCEPT_BACKLOG)?)
    }
}

/// Takes a port, so that who starts a second server on it is told at once.
fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with, sockopt};
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &address)?;
    Ok(TcpListener::from(socket))
}

/// Takes the path of a socket. The file of a server that was killed is in the way of nobody; that of one that lives is.
fn unix(path: &PathBuf) -> io::Result<(UnixListener, SocketFile)> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let socket = std::fs::symlink_metadata(path)?.file_type().is_socket();
            let dead = UnixStream::connect(path)
                .is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
            if !socket || !dead {
                return Err(error);
            }
            std::fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    let file = SocketFile(path.clone());
    listener.set_nonblocking(true)?;
    Ok((listener, file))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Whoever removed it before us has done no harm.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::Listening;
    use crate::config::ListenAddress;

    #[test]
    fn the_file_of_a_socket_is_taken_over_from_the_dead_and_not_from_the_living() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let address = ListenAddress::Unix(path.clone());
        let living = Listening::bind("listen", &address).expect("it is free");
        let error = Listening::bind("listen", &address).err().expect("it is taken").to_string();
        assert!(error.contains("it is taken") && error.contains("--listen"), "{error}");
        let (listener, file) = living.into_parts();
        std::mem::forget(file);
        drop(listener);
        assert!(path.exists(), "as a killed server leaves it");
        let next = Listening::bind("listen", &address).expect("nobody is there");
        drop(next);
        assert!(!path.exists(), "one that ends in order removes it");
        std::fs::write(&path, "something else").expect("written");
        assert!(Listening::bind("listen", &address).is_err(), "what is no socket stays");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "something else");
    }
}
