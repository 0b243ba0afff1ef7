//! Load for the servers in Python: texts over HTTP (a POST of lines, answered by lines) or over a line socket.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::peer::{lines, number};

/// Connections, each with one request in flight.
const CONNECTIONS: usize = 4;
/// Texts of one request when all that is wanted is their answers.
const ASK_BATCH: usize = 256;

#[derive(Clone, Copy, PartialEq)]
enum Protocol {
    Http,
    Line,
}

struct Connection {
    protocol: Protocol,
    address: String,
    stream: BufReader<TcpStream>,
}

impl Protocol {
    fn parse(name: &str) -> Result<Protocol, String> {
        match name {
            "http" => Ok(Protocol::Http),
            "line" => Ok(Protocol::Line),
            _ => Err(format!("expected http or line, got {name:?}")),
        }
    }
}

/// Sends texts for so many seconds and prints how many were answered.
///
/// # Errors
/// If an argument is wrong or a request fails.
pub(crate) fn measure(
    protocol: &str,
    address: &str,
    texts: &str,
    batch: &str,
    seconds: &str,
) -> Result<(), String> {
    let protocol = Protocol::parse(protocol)?;
    let (batch, seconds): (usize, f64) = (number(batch)?, number(seconds)?);
    let texts = lines(texts)?;
    let (started, next) = (Instant::now(), AtomicUsize::new(0));
    let until = started + Duration::from_secs_f64(seconds);
    let send = || {
        let mut connection = Connection::open(protocol, address)?;
        let mut queries = 0;
        while Instant::now() < until {
            let at = next.fetch_add(batch, Ordering::Relaxed) % (texts.len() - batch + 1);
            queries += connection.ask(&texts[at..at + batch])?.len();
        }
        Ok::<_, String>(queries)
    };
    let queries = thread::scope(|scope| {
        let senders: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(send)).collect();
        let answered = senders.into_iter().map(|it| it.join().expect("a sender does not panic"));
        answered.sum::<Result<usize, String>>()
    })?;
    println!("{}", json!({ "queries": queries, "seconds": started.elapsed().as_secs_f64() }));
    Ok(())
}

/// Writes the answers for the first texts, a line each.
///
/// # Errors
/// If an argument is wrong or a request fails.
pub(crate) fn ask(
    protocol: &str,
    address: &str,
    texts: &str,
    count: &str,
    answers: &str,
) -> Result<(), String> {
    let protocol = Protocol::parse(protocol)?;
    let texts = lines(texts)?;
    let texts = &texts[..texts.len().min(number(count)?)];
    let mut connection = Connection::open(protocol, address)?;
    let mut to = File::create(answers).map(BufWriter::new).map_err(|error| error.to_string())?;
    for batch in texts.chunks(if protocol == Protocol::Http { ASK_BATCH } else { 1 }) {
        for line in connection.ask(batch)? {
            writeln!(to, "{line}").map_err(|error| error.to_string())?;
        }
    }
    to.flush().map_err(|error| error.to_string())
}

impl Connection {
    fn open(protocol: Protocol, address: &str) -> Result<Connection, String> {
        let stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Connection { protocol, address: address.to_owned(), stream: BufReader::new(stream) })
    }

    /// The answer to each text.
    fn ask(&mut self, texts: &[String]) -> Result<Vec<String>, String> {
        let body = texts.join("\n") + "\n";
        let answered = match self.protocol {
            Protocol::Line => self.line(&body),
            Protocol::Http => self.http(&body),
        };
        let answers = answered.map_err(|error| format!("{}: {error}", self.address))?;
        if answers.len() != texts.len() {
            return Err(format!("{} answers to {} texts", answers.len(), texts.len()));
        }
        Ok(answers)
    }

    fn line(&mut self, body: &str) -> std::io::Result<Vec<String>> {
        self.stream.get_mut().write_all(body.as_bytes())?;
        let mut answer = String::new();
        self.stream.read_line(&mut answer)?;
        Ok(answer.lines().map(str::to_owned).collect())
    }

    fn http(&mut self, body: &str) -> std::io::Result<Vec<String>> {
        let head = format!(
            "POST /match HTTP/1.1\r\nHost: {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all((head + body).as_bytes())?;
        let (mut length, mut closes, mut line) = (0, false, String::new());
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let field = line.trim().to_ascii_lowercase();
            if let Some(value) = field.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
            closes |= field == "connection: close";
            if field.is_empty() {
                break;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        if closes {
            self.stream = BufReader::new(TcpStream::connect(&self.address)?);
        }
        let answer = String::from_utf8(answer).map_err(std::io::Error::other)?;
        Ok(answer.split_terminator('\n').map(str::to_owned).collect())
    }
}
