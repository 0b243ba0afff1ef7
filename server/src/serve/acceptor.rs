//! Takes connections off a listener and hands them to the workers in turn.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::net::UnixListener as StdUnixListener;
use std::sync::{Arc, Weak};
use std::time::Duration;

use metrics::{Counter, Gauge};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::DrainSignal;
use super::activity::Activity;
use crate::limits::{ACCEPT_BACKOFF, ACCEPT_BACKOFF_MAX, MAKE_ROOM};

/// Where connections come from.
#[derive(Debug)]
pub enum Listener {
    /// A TCP port. Not blocking.
    Tcp(std::net::TcpListener),
    /// A Unix socket. Not blocking.
    Unix(StdUnixListener),
}

/// A connection on its way to a worker, counted until it is dropped.
#[derive(Debug)]
pub struct Accepted {
    /// Its socket.
    pub stream: Stream,
    /// Holds its place under the cap.
    pub place: Place,
    /// What will happen on it.
    pub activity: Arc<Activity>,
}

/// A connection's socket. Not blocking, and registered with no runtime.
#[derive(Debug)]
pub enum Stream {
    /// TCP, and where it comes from.
    Tcp(std::net::TcpStream, SocketAddr),
    /// A Unix socket.
    Unix(std::os::unix::net::UnixStream),
}

/// A listener that is registered with a runtime.
enum Registered {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A place under the cap on connections.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    open: Gauge,
}

/// The cap on connections, and its count.
pub struct Places {
    free: Arc<Semaphore>,
    most: usize,
    open: Gauge,
    refused: Counter,
    /// The connections that have places, from the oldest on, and some that had.
    taken: VecDeque<Weak<Activity>>,
}

impl Places {
    /// So many places, counted by a gauge; the counter counts those who found none.
    pub fn new(places: usize, open: Gauge, refused: Counter) -> Places {
        let most = places.clamp(1, Semaphore::MAX_PERMITS);
        let (free, taken) = (Arc::new(Semaphore::new(most)), VecDeque::new());
        Places { free, most, open, refused, taken }
    }

    /// A place for a newcomer. If all are taken, who says nothing, or has had nothing to ask for long, makes room: so
    /// nobody keeps others out by holding connections that he does not use.
    async fn take(&mut self) -> Option<(Place, Arc<Activity>)> {
        let permit = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                self.dispensable()?.ask_to_leave();
                let left = Arc::clone(&self.free).acquire_owned();
                tokio::time::timeout(MAKE_ROOM, left).await.ok()?.ok()?
            }
        };
        if self.taken.len() > 2 * self.most {
            self.taken.retain(|activity| activity.strong_count() > 0);
        }
        let activity = Arc::new(Activity::new());
        self.taken.push_back(Arc::downgrade(&activity));
        self.open.increment(1.0);
        Some((Place { _permit: permit, open: self.open.clone() }, activity))
    }

    /// The connection that is missed least; of equal ones the oldest. O(connections).
    fn dispensable(&self) -> Option<Arc<Activity>> {
        let all = self.taken.iter().rev().filter_map(Weak::upgrade);
        let judged = all.filter_map(|activity| Some((activity.dispensable()?, activity)));
        judged.max_by_key(|(dispensable, _)| *dispensable).map(|(_, activity)| activity)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.decrement(1.0);
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Place")
    }
}

/// Accepts until the drain begins, and whoever has connected until then. Closes the listener when it returns.
///
/// A connection beyond the cap is closed at once, unless another one makes room: its client learns it now and can go
/// elsewhere. When the system has no
/// descriptor or memory left, the loop pauses instead of spinning, and goes on when something was freed.
///
/// # Errors
/// The listener cannot be registered with the runtime.
pub async fn accept(
    listener: Listener,
    workers: Vec<mpsc::UnboundedSender<Accepted>>,
    mut places: Places,
    mut drain: DrainSignal,
) -> io::Result<()> {
    let listener = Registered::new(listener)?;
    let mut turns = (0..workers.len()).cycle();
    let mut pause = Pause::default();
    let mut hand_over = |stream, (place, activity)| {
        let turn = turns.next().expect("a cycle over at least one worker does not end");
        // A worker that is gone takes its connections with it; the app notices and ends the server.
        let _ = workers[turn].send(Accepted { stream, place, activity });
    };
    loop {
        let accepted = tokio::select! {
            biased;
            () = drain.given() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => {
                pause = Pause::default();
                match places.take().await {
                    Some(place) => hand_over(stream, place),
                    None => places.refused.increment(1),
                }
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                if pause.is_first() {
                    tracing::warn!(%error, "cannot accept connections; trying again with pauses");
                }
                tokio::select! {
                    () = drain.given() => break,
                    () = tokio::time::sleep(pause.next()) => {}
                }
            }
        }
    }
    // Who has connected already has sent a call, maybe, and closing the listener would reset it.
    tokio::task::yield_now().await;
    while let Ok(Ok(stream)) = tokio::time::timeout(Duration::ZERO, listener.accept()).await {
        let Some(place) = places.take().await else { break };
        hand_over(stream, place);
    }
    Ok(())
}

impl Registered {
    fn new(listener: Listener) -> io::Result<Registered> {
        Ok(match listener {
            Listener::Tcp(listener) => Registered::Tcp(TcpListener::from_std(listener)?),
            Listener::Unix(listener) => Registered::Unix(UnixListener::from_std(listener)?),
        })
    }

    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Registered::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream.into_std()?, address))
            }
            Registered::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok(Stream::Unix(stream.into_std()?))
            }
        }
    }
}

/// Whether the client went away between its connecting and our accepting, which is none of our troubles.
fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
            | ErrorKind::NotConnected
    )
}

/// How long to wait after failures in a row.
#[derive(Default)]
struct Pause {
    last: Option<Duration>,
}

impl Pause {
    fn is_first(&self) -> bool {
        self.last.is_none()
    }

    fn next(&mut self) -> Duration {
        let next = self.last.map_or(ACCEPT_BACKOFF, |last| (last * 2).min(ACCEPT_BACKOFF_MAX));
        self.last = Some(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream};

    use metrics::{Counter, Gauge};
    use tokio::sync::mpsc;

    use std::sync::Arc;

    use super::{Listener, Pause, Places, Stream, accept};
    use crate::limits::{ACCEPT_BACKOFF, ACCEPT_BACKOFF_MAX};
    use crate::serve::Drain;

    #[test]
    fn pauses_double_up_to_a_bound() {
        let mut pause = Pause::default();
        assert!(pause.is_first());
        assert_eq!(pause.next(), ACCEPT_BACKOFF);
        assert_eq!(pause.next(), ACCEPT_BACKOFF * 2);
        assert!(!pause.is_first());
        let later = (0..40).map(|_| pause.next()).last();
        assert_eq!(later, Some(ACCEPT_BACKOFF_MAX));
    }

    #[tokio::test]
    async fn connections_go_round_and_beyond_the_cap_they_are_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("set");
        let address = listener.local_addr().expect("bound");
        let (first, mut to_first) = mpsc::unbounded_channel();
        let (second, mut to_second) = mpsc::unbounded_channel();
        let places = Places::new(3, Gauge::noop(), Counter::noop());
        let (drain, signal) = Drain::new();
        let accepting =
            tokio::spawn(accept(Listener::Tcp(listener), vec![first, second], places, signal));

        let connect = move || TcpStream::connect(address).expect("connected");
        let clients = [connect(), connect(), connect()];
        let mut served = Vec::new();
        for (client, worker) in clients.iter().zip([0, 1, 0]) {
            let turn = if worker == 0 { &mut to_first } else { &mut to_second };
            let accepted = turn.recv().await.expect("its turn");
            let Stream::Tcp(_, peer) = &accepted.stream else { panic!("{accepted:?}") };
            assert_eq!(Some(*peer), client.local_addr().ok());
            accepted.activity.speaks();
            served.push(accepted);
        }
        let refused = tokio::task::spawn_blocking(move || connect().read(&mut [0]));
        assert!(matches!(refused.await.expect("no panic"), Ok(0) | Err(_)), "closed at once");

        served.pop();
        let _client = TcpStream::connect(address).expect("connected");
        assert!(to_second.recv().await.is_some(), "a place that was left can be taken");
        drain.begin();
        accepting.await.expect("no panic").expect("it ends in order");
        assert!(to_first.recv().await.is_none(), "nobody hands anything over any more");
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_or_asks_for_nothing_makes_room() {
        let mut places = Places::new(3, Gauge::noop(), Counter::noop());
        let mut held = Vec::new();
        for _ in 0..3 {
            let (place, activity) = places.take().await.expect("there is room");
            activity.speaks();
            held.push((Some(place), activity));
        }
        assert!(places.take().await.is_none(), "all are in use");
        let quiet = Arc::clone(&held[1].1);
        let calls = quiet.look(quiet.calls());
        assert!(places.take().await.is_none(), "one look is not enough");
        held[2].1.look(0);
        for _ in 0..4 {
            quiet.look(calls);
        }
        held[2].1.look(0);
        // The connection leaves when it is asked to.
        let (leaves, place) = (Arc::clone(&quiet), held[1].0.take());
        tokio::spawn(async move {
            leaves.is_asked_to_leave().await;
            drop(place);
        });
        let (_first, silent) = places.take().await.expect("the quietest one makes room");
        assert!(places.take().await.is_none(), "one that is asked and stays keeps its place");
        drop(_first);
        let (_second, _) = places.take().await.expect("there is room");
        assert_eq!(silent.dispensable(), Some(u32::MAX), "before all others");
        quiet.call_begins();
        quiet.look(calls);
        assert_eq!(quiet.dispensable(), None, "a call, and it is in use again");
    }
}
